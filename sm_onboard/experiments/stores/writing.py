"""Files that are put beside a run's own: below a folder of this machine, or a prefix in S3.

Where a run's files are is what its store says, so a folder or prefix counts as the run's own
only where it has the run's id in it, as MLflow gives each. A file is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator

from sm_onboard import aws
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, OnboardError

from .answers import below


def check_path(path: str) -> None:
    """Refuses what is not the plain, relative name of a file.

    Raises:
        InvalidRequest: ``experiments.bad_path``.
    """
    if not below(path):
        raise InvalidRequest(
            "experiments.bad_path",
            f"{path[:60]!r} cannot be the name of a run's file.",
            "Choose a relative one, without .. and empty parts.",
        )


def unsupported(message: str, hint: str = "") -> Conflict:
    return Conflict("experiments.write_unsupported", message, hint)


def put(location: str, run: str, path: str, content: bytes, clients: aws.Aws | None) -> None:
    """One object below a run's prefix.

    Args:
        location: ``s3://bucket/prefix`` of the run's files.
        path: checked.

    Raises:
        OnboardError: ``experiments.write_unsupported``; those of ``aws.errors``.
    """
    _own(run, location.split("/")[3:], location)
    url = f"{location.rstrip('/')}/{path}"
    bucket, key = aws.s3_address(url)
    client = (clients or aws.default()).client("s3")
    with aws.errors("s3:PutObject", url):
        client.put_object(Bucket=bucket, Key=key, Body=content)


def write(root: str, run: str, path: str, content: bytes) -> None:
    """One file below a run's folder. No link below it is followed.

    Args:
        root: the folder, without links.
        path: checked.

    Raises:
        OnboardError: ``experiments.write_unsupported``, ``experiments.file_outside``,
            ``experiments.store_refused``.
    """
    _own(run, root.split(os.sep), root)
    *folders, name = path.split("/")
    try:
        os.makedirs(root, exist_ok=True)
        with _folder(root, folders) as folder:
            _replace(folder, name, content)
    except (NotADirectoryError, IsADirectoryError) as error:
        raise _in_the_way(path) from error
    except OSError as error:
        if error.errno in _LINK:
            raise _in_the_way(path) from error
        raise Forbidden(
            "experiments.store_refused",
            f"{path!r} could not be written below {root}: {error.strerror}.",
            "Check who may write there, and that the disk is not full.",
        ) from error


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_LINK = frozenset({errno.ELOOP})  # a link where a folder was expected


@contextlib.contextmanager
def _folder(root: str, names: list[str]) -> Iterator[int]:
    """The folder below, made where it is not there, held open so that nobody exchanges it."""
    held = os.open(root, _FOLDER)
    try:
        for name in names:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=held)
            inner = os.open(name, _FOLDER, dir_fd=held)
            os.close(held)
            held = inner
        yield held
    finally:
        os.close(held)


def _replace(folder: int, name: str, content: bytes) -> None:
    temporary = f".{secrets.token_hex(8)}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _own(run: str, parts: list[str], location: str) -> None:
    if len(run) < 8 or run not in parts:
        raise unsupported(
            f"The files of this run are not in a place of their own, but in {location[:200]!r}.",
            "Runs that MLflow made have their id in it.",
        )


def _in_the_way(path: str) -> OnboardError:
    return Conflict(
        "experiments.file_outside",
        f"A link, or a file in a folder's place, is in the way of {path!r}. Nothing was written.",
        "Look at the run's folder.",
    )
