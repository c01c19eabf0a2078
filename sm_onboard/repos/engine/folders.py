"""Reaches the folders of a work tree one by one, never through a symbolic link."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from .inspect import opened


class Obstructed(Exception):
    """Something that is no folder stands where a path needs one."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


class Signature(NamedTuple):
    """Changes whenever a file is written or replaced."""

    inode: int
    size: int
    mtime_ns: int
    mode: int

    @classmethod
    def of(cls, s: os.stat_result) -> Signature:
        return cls(s.st_ino, s.st_size, s.st_mtime_ns, s.st_mode)

    @classmethod
    def at(cls, fd: int, name: str) -> Signature | None:
        """Of ``name`` in the folder ``fd``; None when there is nothing."""
        try:
            return cls.of(os.stat(name, dir_fd=fd, follow_symlinks=False))
        except FileNotFoundError:
            return None

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class Folders:
    """Descriptors of folders below ``top``; what the next path shares stays open.

    On slow storage every opening is a question to its server: paths that come sorted
    cost one a folder instead of one a folder and file.
    """

    def __init__(self, top: Path) -> None:
        self._top = top
        self._open: list[tuple[str, int]] = []  # from the top down

    def __enter__(self) -> Folders:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close(0)

    def parent(self, path: str, make: bool = False) -> tuple[int, str]:
        """A descriptor of the folder that holds ``path``, and the name in it.

        The descriptor is valid until the next call.

        Raises:
            Obstructed: a file or link stands where a folder should.
            FileNotFoundError: the folder is not there, and ``make`` is False.
        """
        *folders, name = path.split("/")
        if not self._open:
            self._open.append(("", _open(os.fspath(self._top), None)))
        same = 0
        for (known, _), wanted in zip(self._open[1:], folders, strict=False):
            if known != wanted:
                break
            same += 1
        self._close(same + 1)
        for i, folder in enumerate(folders[same:], same):
            try:
                self._open.append((folder, _open(folder, self._open[-1][1], make)))
            except OSError as error:
                if error.errno in (errno.ENOTDIR, errno.ELOOP):
                    raise Obstructed("/".join(folders[: i + 1])) from None
                raise
        return self._open[-1][1], name

    def _close(self, keep: int) -> None:
        while len(self._open) > keep:
            os.close(self._open.pop()[1])


def _open(name: str, at: int | None, make: bool = False) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    if at is None:
        return os.open(name, flags)
    flags |= os.O_NOFOLLOW
    try:
        return os.open(name, flags, dir_fd=at)
    except FileNotFoundError:
        if not make:
            raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=at)
    return os.open(name, flags, dir_fd=at)


def remove_empty(name: str, at: int) -> None:
    """Removes a folder that has only empty folders in it. Raises OSError."""
    with opened(name, at) as fd:
        for inner in os.listdir(fd):
            remove_empty(inner, fd)
    os.rmdir(name, dir_fd=at)
