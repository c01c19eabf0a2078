"""The file that a link is to lead to: found by the path that JupyterLab calls it by."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from sm_onboard.errors import Forbidden, InvalidRequest, NotFound, OnboardError

LARGEST = 100 << 20
"""Bytes of a file that a link leads to."""

_COLLABORATION = "RTC:"  # the drive of jupyter-collaboration, which shows the same files


@dataclass(frozen=True)
class File:
    """A file below the server's root.

    Attributes:
        contents: as JupyterLab's files call it, without a drive.
        real: without links.
        top: the outermost folder that it may be shown from, without links.
    """

    contents: str
    real: Path
    top: Path

    @property
    def name(self) -> str:
        return self.real.name

    @property
    def is_notebook(self) -> bool:
        return self.real.suffix == ".ipynb"

    def read(self) -> bytes:
        """What is saved.

        Raises:
            OnboardError: ``links.file_unknown``, ``links.file_unreadable``, ``links.file_large``.
        """
        try:
            # a pipe would wait for its writer
            handle = os.open(self.real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise _unknown(self.contents) from None
        except OSError as error:
            raise Forbidden(
                "links.file_unreadable", f"{self.contents!r} cannot be read: {error.strerror}."
            ) from error
        with open(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _unknown(self.contents)
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise InvalidRequest(
                "links.file_large",
                f"{self.contents!r} is larger than {LARGEST >> 20} MB.",
                "Clear outputs that nobody needs, and save it.",
            )
        return data


def find(root: Path, contents: str) -> File:
    """The file with this path.

    A link that lies directly in the root is the person's own way to storage outside of it.

    Args:
        root: the server's ``root_dir``.

    Raises:
        OnboardError: ``links.file_unknown``, ``links.file_outside``.
    """
    path = contents.removeprefix(_COLLABORATION).strip("/")
    parts = path.split("/")
    if not path or len(path) > 4000 or "\0" in path or any(x in ("", ".", "..") for x in parts):
        raise _unknown(contents)
    top = os.path.realpath(root)
    first = os.path.join(top, parts[0])
    if len(parts) > 1 and os.path.islink(first) and os.path.isdir(first):
        top = os.path.realpath(first)
        parts = parts[1:]
    real = os.path.realpath(os.path.join(top, *parts))
    if not real.startswith(top.rstrip(os.sep) + os.sep):
        raise _outside(contents)
    below = [*path.split("/"), *os.path.relpath(real, top).split(os.sep)]
    if any(part.startswith(".") for part in below):
        raise _outside(contents)
    if os.path.isdir(real):
        raise InvalidRequest(
            "links.folder", f"{contents!r} is a folder.", "Choose a file: a link leads to one."
        )
    if not os.path.isfile(real):
        raise _unknown(contents)
    return File(path, Path(real), Path(top))


def _unknown(contents: str) -> OnboardError:
    return NotFound("links.file_unknown", f"There is no file {contents[:200]!r}.", "Save it first.")


def _outside(contents: str) -> OnboardError:
    return Forbidden(
        "links.file_outside",
        f"{contents[:200]!r} is hidden, or not below the folder that JupyterLab shows.",
        "Move it there to link to it.",
    )
