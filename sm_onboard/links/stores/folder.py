"""A folder on team storage."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sm_onboard.errors import Conflict, Forbidden, NotFound, OnboardError, Unreachable

from .models import CHUNK, Progress, check_cancel, gone, name_of, too_large

_DENIED = (errno.EACCES, errno.EPERM)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class FolderStore:
    """The ``Store`` in a folder.

    Every step is taken from an opened folder and follows no link, so that nothing that others
    put into the folder leads anywhere else. Files are readable for those who can read the folder
    itself, whatever the person's umask is.

    Args:
        folder: absolute. Where it is missing and the folder above it is there, it is made when
            the first share is put.
        called: as people know it; its path by default.
    """

    def __init__(self, alias: str, folder: Path, called: str = "") -> None:
        self.alias = alias
        self.readers = f"Whoever can read the folder {called or folder} can open it."
        self._folder = folder

    def put(
        self,
        digest: str,
        file: Path,
        progress: Progress,
        cancel: threading.Event,
        *,
        days: int | None = None,  # noqa: ARG002 - the manifest has it, and so does its reader
    ) -> None:
        below, name = name_of(digest).split("/")
        part = f".{name}.{secrets.token_hex(4)}.part"
        with self._explained("write in"), self._opened(make=True) as top:
            mode = stat.S_IMODE(os.fstat(top).st_mode)
            with _below(top, below, make=mode) as inner:
                if _is_file(inner, name, os.stat(file).st_size):
                    return
                try:
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                    target = os.open(part, flags, 0o600, dir_fd=inner)
                    with open(target, "wb") as out, open(file, "rb") as source:
                        _copy(source, out, os.stat(file).st_size, None, progress, cancel)
                        os.fchmod(target, 0o600 | mode & 0o044)
                        out.flush()
                        os.fsync(target)
                    check_cancel(cancel)
                    os.rename(part, name, src_dir_fd=inner, dst_dir_fd=inner)
                except BaseException:
                    with contextlib.suppress(OSError):
                        os.unlink(part, dir_fd=inner)
                    raise
                os.fsync(inner)

    def size(self, digest: str) -> int:
        with self._explained("read"), self._share(digest) as handle:
            return os.fstat(handle).st_size

    def get(
        self, digest: str, into: Path, limit: int, progress: Progress, cancel: threading.Event
    ) -> None:
        with self._explained("read"), self._share(digest) as handle:
            size = os.fstat(handle).st_size
            if size > limit:
                raise too_large(size, limit)
            try:
                with open(handle, "rb", closefd=False) as source, open(into, "xb") as out:
                    _copy(source, out, size, limit, progress, cancel)
            except FileExistsError:
                raise
            except BaseException:
                into.unlink(missing_ok=True)
                raise

    def delete(self, digest: str) -> None:
        below, name = name_of(digest).split("/")
        with (
            self._explained("delete in"),
            self._opened() as top,
            contextlib.suppress(FileNotFoundError),
            _below(top, below) as inner,
        ):
            os.unlink(name, dir_fd=inner)
            os.fsync(inner)

    @contextlib.contextmanager
    def _share(self, digest: str) -> Iterator[int]:
        below, name = name_of(digest).split("/")
        with self._opened() as top:
            try:
                with _below(top, below) as inner:
                    # a pipe would wait for its writer
                    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                    handle = os.open(name, flags, dir_fd=inner)
            except FileNotFoundError:
                raise gone() from None
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise gone()
                yield handle
            finally:
                os.close(handle)

    @contextlib.contextmanager
    def _opened(self, make: bool = False) -> Iterator[int]:
        try:
            handle = os.open(self._folder, _FOLDER)
        except FileNotFoundError:
            if not make or not self._folder.parent.is_dir():
                raise self._missing() from None
            mode = stat.S_IMODE(os.stat(self._folder.parent).st_mode)
            with contextlib.suppress(FileExistsError):
                os.mkdir(self._folder)
                os.chmod(self._folder, mode | 0o700)
            handle = os.open(self._folder, _FOLDER)
        try:
            yield handle
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except OnboardError:
            raise
        except OSError as error:
            if error.errno in _DENIED:
                raise Forbidden(
                    "links.store_denied",
                    f"You may not {what} the folder {self._folder} of the store {self.alias}.",
                    f"Ask whoever looks after {self._folder} for access.",
                ) from error
            said = error.strerror or "the storage does not answer"
            if what != "read":
                raise Conflict(
                    "links.store_unwritable",
                    f"The store {self.alias} could not be changed: {said}.",
                    f"Check whether {self._folder} is full, or mounted to be read only.",
                ) from error
            raise Unreachable(
                "links.store_unreachable",
                f"The store {self.alias} could not be read: {said}.",
                f"Check whether {self._folder} is mounted here.",
            ) from error

    def _missing(self) -> NotFound:
        return NotFound(
            "links.store_missing",
            f"The folder {self._folder} of the store {self.alias} is not there.",
            "Check whether the team's storage is mounted here.",
        )


@contextlib.contextmanager
def _below(top: int, name: str, make: int | None = None) -> Iterator[int]:
    """A folder in an opened one; ``make``: with the mode of the one above, so that others of the
    team can put theirs beside."""
    if make is not None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=top)
            os.chmod(name, make | 0o700, dir_fd=top)
    handle = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=top)
    try:
        yield handle
    finally:
        os.close(handle)


def _is_file(folder: int, name: str, size: int) -> bool:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def _copy(
    source: IO[bytes],
    target: IO[bytes],
    size: int,
    limit: int | None,
    progress: Progress,
    cancel: threading.Event,
) -> None:
    done = 0
    while chunk := source.read(CHUNK):
        check_cancel(cancel)
        done += len(chunk)
        if limit is not None and done > limit:
            raise too_large(None, limit)
        target.write(chunk)
        progress(done, max(size, done))
