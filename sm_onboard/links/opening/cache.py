"""Where previews are kept: a few entries of what was fetched, the oldest given up first.

    <cache>/<key>/…     one entry, complete: it was made aside and renamed

Several servers may use it at once. Who reads an entry holds a shared lock on it, and only what
nobody reads is removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from sm_onboard.clones.aside import aside, unwritable
from sm_onboard.clones.here import Here
from sm_onboard.errors import Conflict, InvalidRequest, Stopped

SIZE: Final = 50 << 20
"""Bytes of all entries; the newest is kept whatever its size."""

LARGEST: Final = 256 << 20
"""Bytes of what is fetched for one preview."""

_LOCK = "lock"
_LOOK = 0.1  # seconds between two looks at how much has come


class Cache:
    """Thread-safe.

    Args:
        folder: made with the mode 0700 when it is first used.
    """

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        self._folder = folder
        self._size = size

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[tuple[Path, int]]:
        """A folder for a new entry, and a lock on it for git; it becomes the entry at the end,
        or nothing is left of it.

        Raises:
            OnboardError: ``clones.folder_unwritable``.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.chmod(0o700)
            with aside(self._folder) as (folder, lock):
                entry = folder / "entry"
                entry.mkdir()
                (entry / _LOCK).touch(0o600)
                yield entry, lock
                self._publish(entry, key)
            self.trim(keep=key)
        except OSError as error:
            raise unwritable(self._folder, error) from error

    def _publish(self, entry: Path, key: str) -> None:
        target = self._folder / key
        with contextlib.suppress(OSError):
            os.rename(entry, target)
            return
        with self.reading(key) as whole:
            if whole is not None:  # another one has made it meanwhile
                return
        _remove(target)  # what a killed server has begun to remove
        with contextlib.suppress(OSError):
            os.rename(entry, target)

    @contextlib.contextmanager
    def reading(self, key: str) -> Iterator[Path | None]:
        """The entry, which stays until the end of the block; None where there is none."""
        entry = self._folder / key
        try:
            lock = os.open(entry / _LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            yield None
            return
        try:
            with contextlib.suppress(OSError):  # some network storage has no locks
                fcntl.flock(lock, fcntl.LOCK_SH)
            # It may have been removed, and another one made, while the lock was waited for.
            if _is_of(lock, entry):
                with contextlib.suppress(OSError):
                    os.utime(entry)  # it is young again
                yield entry
            else:
                yield None
        finally:
            os.close(lock)

    def forget(self, key: str) -> None:
        """Removes an entry that turned out to be none."""
        _remove(self._folder / key)

    def trim(self, keep: str = "") -> None:
        """Removes the oldest entries beyond the size."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._folder):
                if not entry.name.startswith("."):
                    with contextlib.suppress(OSError):
                        age = entry.stat(follow_symlinks=False).st_mtime
                        found.append((entry.name != keep, -age, Path(entry.path)))
        left = self._size
        for removable, _, path in sorted(found):
            left -= size_of(path)
            if left < 0 and removable:
                _remove(path)


def _remove(entry: Path) -> None:
    """Removes an entry that nobody reads."""
    try:
        lock = os.open(entry / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        if not entry.is_symlink() and entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)  # no entry of ours
        return
    try:
        if _is_free(lock) and _is_of(lock, entry):
            # Gone at once, so that nobody takes what is half removed for another's entry.
            with aside(entry.parent) as (folder, _):
                os.rename(entry, folder / "entry")
    except OSError:
        pass  # another one removes it
    finally:
        os.close(lock)


def _is_of(lock: int, entry: Path) -> bool:
    """Whether this is the lock of the entry that has the name now."""
    try:
        return os.path.samestat(os.fstat(lock), os.lstat(entry / _LOCK))
    except OSError:
        return False


def _is_free(lock: int) -> bool:
    """Whether nobody reads an entry; where the storage has no locks, that cannot be told, and
    whoever reads it has to look again."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@contextlib.contextmanager
def bounded(here: Here, folder: Path, limit: int = LARGEST) -> Iterator[Here]:
    """This machine for calls of git that write into ``folder`` and end where that grows too
    large: a host says nowhere beforehand how much it is going to send.

    Raises:
        InvalidRequest: ``links.too_much``.
    """
    cancel, over, done = threading.Event(), threading.Event(), threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK):
            if size_of(folder) > limit:
                over.set()
            if over.is_set() or here.cancel.is_set():
                cancel.set()

    watcher = threading.Thread(target=watch, daemon=True, name="sm-onboard-preview")
    watcher.start()
    try:
        yield replace(here, cancel=cancel)
    except Stopped:
        if over.is_set() and not here.cancel.is_set():
            raise too_much(limit) from None
        raise
    finally:
        done.set()
        watcher.join()


def too_much(limit: int = LARGEST) -> InvalidRequest:
    return InvalidRequest(
        "links.too_much",
        f"The preview would fetch more than {limit >> 20} MB, so it was given up.",
        "Clone the repository in the panel first, and open the link again.",
    )


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder, as far as they can be seen."""
    total = 0
    for base, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(base, name)).st_size
    return total


def check_room(folder: Path, size: int) -> None:
    """Raises Conflict: ``clones.disk_full``."""
    at = folder
    while not at.exists():
        at = at.parent
    free = shutil.disk_usage(at).free
    if size > free:
        raise Conflict(
            "clones.disk_full",
            f"The preview needs {size / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free here.",
            "Make room, and open the link again.",
        )
