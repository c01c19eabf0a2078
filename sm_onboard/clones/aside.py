"""A folder that is prepared aside and published by one rename, or leaves nothing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sm_onboard.errors import Conflict, OnboardError

_PREFIX = ".sm-onboard-making-"
_LOCK = "lock"
_UNLOCKED = 3600  # seconds after which a folder without a lock was left behind
_UNKNOWN = 86_400  # likewise where the storage has no locks
_NAMES = 1000


@contextlib.contextmanager
def aside(parent: Path) -> Iterator[tuple[Path, int]]:
    """A new folder in ``parent`` and a lock on it, as a file descriptor; removed at the end.

    What a killed process left is removed first: the lock ends with the last process that
    holds it, a git that outlives us included.
    """
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    lock = -1
    try:
        # It gets its name once it is held: another one would take it for left behind.
        begun = folder / f".{_LOCK}"
        lock = os.open(begun, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with contextlib.suppress(OSError):  # some network storage has no locks
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(begun, folder / _LOCK)
        yield folder, lock
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock >= 0:
            os.close(lock)


def publish(folder: Path, parent: Path, name: str) -> Path:
    """Renames ``folder`` to ``name``, or to the next that is free: ``name-2``, ``name-3``.

    Raises:
        Conflict: ``clones.target_exists``: a thousand of them are taken.
    """
    for target in _targets(parent, name):
        if _moved(folder, target):
            return target
    raise taken(parent / name)


def free(parent: Path, name: str) -> Path:
    """The name that ``publish`` would take now."""
    return next((x for x in _targets(parent, name) if not os.path.lexists(x)), parent / name)


def _targets(parent: Path, name: str) -> Iterator[Path]:
    yield parent / name
    for number in range(2, _NAMES + 1):
        yield parent / f"{name}-{number}"


def publish_as(folder: Path, target: Path) -> Path:
    """Renames ``folder`` to exactly ``target``.

    Raises:
        Conflict: ``clones.target_exists``.
    """
    if not _moved(folder, target):
        raise taken(target)
    return target


def taken(target: Path) -> Conflict:
    return Conflict("clones.target_exists", f"{target} exists.", "Choose a folder that does not.")


def unwritable(parent: Path, error: OSError) -> OnboardError:
    """What is said where the storage refuses."""
    return OnboardError(
        "clones.folder_unwritable",
        f"{parent} cannot be written: {error.strerror or 'the storage refuses'}.",
        "Check its permissions, and whether the storage is full.",
    )


def _moved(folder: Path, target: Path) -> bool:
    # rename() alone would replace an empty folder; over a full one it fails.
    if os.path.lexists(target):
        return False
    try:
        os.rename(folder, target)
    except OSError:
        if os.path.lexists(target):
            return False
        raise
    return True


def _sweep(parent: Path) -> None:
    for left in parent.glob(f"{_PREFIX}*"):
        if left.is_symlink() or not left.is_dir():
            continue
        try:
            lock = os.open(left / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            _sweep_old(left, _UNLOCKED)
            continue
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            pass  # somebody is at work there
        except OSError:
            _sweep_old(left, _UNKNOWN)
        finally:
            os.close(lock)


def _sweep_old(folder: Path, seconds: float) -> None:
    with contextlib.suppress(OSError):
        if time.time() - folder.stat().st_mtime > seconds:
            shutil.rmtree(folder, ignore_errors=True)
