"""The index of a clone: its lock, its entries, and what a sparse checkout leaves out."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sm_onboard.errors import Conflict, Stopped
from sm_onboard.git.objects import Content, index_info, split_z
from sm_onboard.git.run import Git

from .changes import Change
from .move import Locked
from .records import holder, is_dead

_PATIENCE = 60.0  # seconds to wait for another server's move
_MARK = "sm-onboard holds this lock while it changes files: "


@dataclass
class Index:
    """The index of the clone in ``folder``.

    Args:
        alone: the entry's lock is held, so that a lock file of ours is a dead one's.
    """

    git: Git
    folder: Path
    alone: bool = False

    @property
    def git_dir(self) -> Path:
        return self.folder / ".git"

    def entries(self) -> dict[str, Content]:
        """What the index holds; a path with a conflict has the mode ``unmerged``."""
        found = {}
        for line in split_z(self.git.run("ls-files", "-s", "-z", cwd=self.folder)):
            meta, _, path = line.partition("\t")
            mode, oid, stage = meta.split()
            found[path] = Content(mode if stage == "0" else "unmerged", oid)
        return found

    def drop_left_lock(self, part: Callable[[], Path]) -> None:
        """Removes an index.lock that a killed process of ours left."""
        lock = self.git_dir / "index.lock"
        if self._left_by_us(lock):
            folder = part()
            self._take_away(lock, folder)
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self, part: Path) -> Iterator[None]:
        """Holds index.lock, recognisably ours from its first instant.

        Args:
            part: a folder of ours on the clone's file system.

        Raises:
            Locked: another git holds it. Stopped: cancelled while waiting for another server.
        """
        lock = self.git_dir / "index.lock"
        mark = part / "mark"
        mark.write_text(_MARK + holder(), encoding="utf-8")
        deadline = time.monotonic() + _PATIENCE
        while not _create(lock, mark):
            if self._left_by_us(lock):
                self._take_away(lock, part)
            elif not self._is_ours(lock) or time.monotonic() > deadline:
                raise Locked(".git/index.lock")
            elif self.git.listener.cancel.wait(0.1):
                raise Stopped("repos.cancelled", "Cancelled.")
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(lock)

    def _take_away(self, lock: Path, part: Path) -> None:
        """Removes a dead process's lock; gives it back if somebody living was quicker."""
        left = part / "left"
        with contextlib.suppress(FileNotFoundError):
            os.rename(lock, left)
            if not self._left_by_us(left):
                with contextlib.suppress(OSError):
                    os.link(left, lock)

    def _is_ours(self, lock: Path) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return lock.read_text(encoding="utf-8").startswith(_MARK)
        return not os.path.lexists(lock)

    def _left_by_us(self, lock: Path) -> bool:
        with contextlib.suppress(OSError, ValueError):
            text = lock.read_text(encoding="utf-8")
            return text.startswith(_MARK) and (self.alone or is_dead(text[len(_MARK) :]))
        return False

    def write(self, changes: Sequence[Change], part: Path) -> None:
        """Puts the changes' new contents into the index, by one rename."""
        if not changes:
            return
        index = self.git_dir / "index"
        fresh = part / "index"
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(index, fresh)
        env = {"GIT_INDEX_FILE": str(fresh)}
        self.git.run(
            *("update-index", "-z", "--index-info"),
            cwd=self.folder,
            env=env,
            input=index_info((c.path, c.new) for c in changes),
        )
        skipped = self.outside_cone
        outside = [c.path for c in changes if c.new and skipped(c.path)]
        if outside:
            self.git.run(
                *("update-index", "-z", "--skip-worktree", "--stdin"),
                cwd=self.folder,
                env=env,
                input=b"".join(os.fsencode(path) + b"\0" for path in outside),
            )
        present = [c.path for c in changes if c.new and not skipped(c.path)]
        if present:
            # Without this the next git status reads every changed file again.
            self.git.run(
                *("add", "--refresh", "--pathspec-from-file=-", "--pathspec-file-nul"),
                cwd=self.folder,
                env=env,
                input=b"".join(os.fsencode(path) + b"\0" for path in present),
                ok=(0, 1, 128),
            )
        os.rename(fresh, index)

    @cached_property
    def outside_cone(self) -> Callable[[str], bool]:
        """Tells which paths a sparse checkout leaves out.

        Raises:
            Conflict: ``repos.sparse_patterns``: not in cone mode.
        """
        said = self.git.run(
            *("config", "--type=bool", "--default=false", "core.sparseCheckout"), cwd=self.folder
        )
        if said.strip() != b"true":
            return lambda _: False
        cone = self.git.run(
            *("config", "--type=bool", "--default=false", "core.sparseCheckoutCone"),
            cwd=self.folder,
        )
        if cone.strip() != b"true":
            raise Conflict(
                "repos.sparse_patterns",
                "This clone is sparse by patterns that only git itself can apply.",
                "Update it with git pull.",
            )
        listed = self.git.run("sparse-checkout", "list", cwd=self.folder).decode().splitlines()
        return lambda path: not _in_cone(path, listed)


def _create(lock: Path, mark: Path) -> bool:
    """Makes the lock file with its content in one step; False when there is one."""
    try:
        os.link(mark, lock)
    except FileExistsError:
        return False
    except OSError:
        # Storage without hard links: two steps, and a lock that may be found empty.
        try:
            fd = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            return False
        with open(fd, "wb") as stream:
            stream.write(mark.read_bytes())
    return True


def _in_cone(path: str, folders: Iterable[str]) -> bool:
    parent = path.rpartition("/")[0]
    if not parent:
        return True
    return any(
        parent == f or parent.startswith(f + "/") or f.startswith(parent + "/") for f in folders
    )
