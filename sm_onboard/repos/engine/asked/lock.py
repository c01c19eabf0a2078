"""Removes lock files that a dead git left."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from sm_onboard.errors import Conflict

from ..inspect import Folder
from ..job import Job
from ..records import Record

_LOCK_AGE = 30.0  # seconds a lock file must have been left alone before it is removed


def remove_lock(_job: Job, folder: Folder, _record: Record) -> None:
    """Removes lock files that nobody has touched for a while and no git here works on."""
    names = [*folder.locked]
    if folder.head:
        names.append(f"{folder.head}.lock")
    for name in names:
        lock = folder.git_dir / name
        with contextlib.suppress(FileNotFoundError):
            age = time.time() - os.lstat(lock).st_mtime
            if age < _LOCK_AGE or _git_at_work(folder.path):
                raise Conflict(
                    "repos.lock_busy",
                    f".git/{name} is {int(age)} s old: a git may still be at work.",
                    "Wait half a minute, then remove it.",
                )
            os.unlink(lock)
    return None


def _git_at_work(folder: Path) -> bool:
    """Whether a git of this machine has its working directory in the clone (Linux)."""
    base = os.path.realpath(folder)
    for process in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if process.isdigit():
            with contextlib.suppress(OSError):
                at = os.readlink(f"/proc/{process}/cwd")
                with open(f"/proc/{process}/comm", encoding="utf-8") as stream:
                    if stream.read().startswith("git") and (at + "/").startswith(base + "/"):
                        return True
    return False
