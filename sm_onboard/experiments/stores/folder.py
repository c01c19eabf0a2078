"""The files of a run, where they lie in a folder of this machine.

What a store says is somebody else's text: nothing outside of the run's folder is read, by
whatever ``..`` or link it is named.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.models import File

from . import writing

if TYPE_CHECKING:
    from .s3_folder import S3Folder


def open_folder(location: str, beside: Path) -> ArtifactFolder | S3Folder:
    """The files of a run that a local store knows the place of.

    Args:
        location: a path, ``file:`` or ``s3:`` URI, as the store keeps it.
        beside: the folder that a relative location is relative to.

    Raises:
        Conflict: ``experiments.files_elsewhere``.
    """
    if location.startswith("s3://"):
        from .s3_folder import S3Folder

        return S3Folder(location)
    return ArtifactFolder(location, beside)


class ArtifactFolder:
    """Reads and writes below one folder.

    Args:
        location: a path or ``file:`` URI, as the store keeps it.
        beside: the folder that a relative location is relative to.

    Raises:
        Conflict: ``experiments.files_elsewhere`` when they are not on this machine.
    """

    def __init__(self, location: str, beside: Path) -> None:
        self._root = os.path.realpath(beside / _local_path(location))

    def files(self, folder: str = "") -> list[File]:
        """What lies directly in a folder, by name; a folder that is not there is empty.

        Links that lead out, and what is neither file nor folder, are left out.
        """
        try:
            entries = sorted(os.scandir(self._inside(folder)), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _unreadable(folder, error) from error
        found = []
        for entry in entries:
            path = f"{folder.strip('/')}/{entry.name}".lstrip("/")
            try:
                facts = os.stat(self._inside(path))
            except (OSError, OnboardError):
                continue  # gone meanwhile, or a link that leads out
            if stat.S_ISDIR(facts.st_mode):
                found.append(File(path=_text(path), folder=True))
            elif stat.S_ISREG(facts.st_mode):
                found.append(File(path=_text(path), folder=False, size=facts.st_size))
        return found

    def read(self, path: str, limit: int) -> bytes:
        """One file of at most ``limit`` bytes; see ``Store.read``."""
        try:
            # a pipe would wait for its writer
            handle = os.open(self._inside(path), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            raise file_missing(path) from None
        except OSError as error:
            raise _unreadable(path, error) from error
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            os.close(handle)
            raise file_missing(path)
        with open(handle, "rb") as file:
            if facts.st_size > limit:
                raise file_too_large(path, facts.st_size, limit)
            content = file.read(limit + 1)
        if len(content) > limit:  # it grew meanwhile
            raise file_too_large(path, len(content), limit)
        return content

    def write(self, run: str, path: str, content: bytes) -> None:
        """One file; ``run``: the id of the run whose folder this is. See ``Store.write``."""
        writing.check_path(path)
        writing.write(self._root, run, path, content)

    def _inside(self, path: str) -> str:
        if "\0" in path:
            raise file_missing(path)
        real = os.path.realpath(os.path.join(self._root, path.strip("/")))
        if real != self._root and not real.startswith(self._root.rstrip(os.sep) + os.sep):
            raise Conflict(
                "experiments.file_outside",
                f"{path!r} leads out of the run's own folder, and is not read.",
                "Look at the folder itself if you trust it.",
            )
        return real


def file_missing(path: str) -> NotFound:
    return NotFound("experiments.file_missing", f"The run has no file {path!r}.")


def file_too_large(path: str, size: int, limit: int) -> InvalidRequest:
    return InvalidRequest(
        "experiments.file_too_large",
        f"{path!r} is {size:,} bytes long, and at most {limit:,} are read here.",
        "Get it with MLflow's own download.",
    )


def _local_path(location: str) -> str:
    split = urlsplit(location) if ":" in location else None
    scheme = split.scheme if split else ""
    if split is None or scheme == "":
        if location:
            return location
        raise _elsewhere("The store does not say where the files of the run are.")
    if scheme == "file" and split.netloc in ("", "localhost"):
        return unquote(split.path)
    if scheme == "mlflow-artifacts":
        raise _elsewhere("The files of the run are kept by an MLflow server.")
    raise _elsewhere(
        f"The files of the run are neither on this machine nor in S3, but at {scheme}://."
    )


def _elsewhere(message: str) -> Conflict:
    return Conflict(
        "experiments.files_elsewhere", message, "Open the store by its server's address instead."
    )


def _unreadable(path: str, error: OSError) -> OnboardError:
    return Conflict(
        "experiments.file_unreadable", f"{path!r} cannot be read: {error.strerror}.", ""
    )


def _text(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
