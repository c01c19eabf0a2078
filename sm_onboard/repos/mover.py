"""Brings a work tree, its index and its HEAD from one state to another, or back.

Every change sm_onboard makes to an existing clone is a ``Move``: an update, setting the
person's files aside, a merge, an undo. A move

* alters only the paths it names, each by one rename, and only those that are still what
  it expects them to be;
* holds git's own ``index.lock`` meanwhile, so that no other git works in between;
* is written to the record first. After a kill at any instant each path is either old or
  new, so ``recover`` can finish it. Where a path is neither, somebody has worked on it:
  then the others are brought back, and that one is left as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .blobs import materialise
from .git import Git
from .index import Index
from .models import FileInTheWay
from .move import Head, InTheWay, Locked, Move, MovedOn
from .ports import Listener
from .worktree import SUBMODULE, Change, Content, Found, Obstructed, Signature, Worktree


@dataclass
class Mover:
    """Carries out moves in one clone.

    Args:
        git: runs git.
        folder: the clone.
        part: makes a new, empty folder of ours on the clone's file system.
        objects: finds the object folder of a snapshot by id, for raw contents.
    """

    git: Git
    folder: Path
    part: Callable[[], Path]
    objects: Callable[[str, Path], Path]
    alone: bool = False  # the entry's lock is held: a lock file of ours is a dead one's

    def __post_init__(self) -> None:
        self.git_dir = self.folder / ".git"
        self.index = Index(self.git, self.folder, self.alone)

    def worktree(self, move: Move) -> Worktree:
        long = len(move.old.commit) == 64
        return Worktree(self.folder, self.git, hashlib.sha256 if long else hashlib.sha1)

    def check(self, move: Move) -> dict[str, Found]:
        """Looks whether the move can be made. Raises InTheWay."""
        tree = self.worktree(move)
        changes = self._here(move.changes)
        found = tree.compare(changes)
        ways = {way.path: way for way in tree.in_the_way(changes, found)}
        for path in self._staged(move):
            ways.setdefault(path, FileInTheWay(path=path, why="staged"))
        if ways:
            raise InTheWay(tuple(ways[path] for path in sorted(ways)))
        return found

    def apply(
        self,
        move: Move,
        *,
        begin: Callable[[], None],
        end: Callable[[], None],
        abandon: Callable[[], None],
    ) -> None:
        """Makes the move.

        Args:
            begin: writes the journal; called when everything is known to be possible.
            end: writes that the move is finished.
            abandon: writes that it has been brought back.

        Raises:
            InTheWay, Locked, MovedOn: nothing was changed.
            OSError, GitFailed, Stopped: what was changed has been brought back.
        """
        part = self.part()
        try:
            with self._locked(move, part):
                if self.head() != move.old:
                    raise MovedOn()
                found = self.check(move)
                begin()
                try:
                    fresh = self._materialise(move, part)
                    self._place(move, found, fresh)
                    self.index.write(move.index, part)
                    self._write_head(move)
                except BaseException:
                    # A cancelled move is brought back all the same.
                    quiet = replace(self.git, listener=Listener(log=self.git.listener.log))
                    replace(self, git=quiet)._roll_back(move)
                    abandon()
                    raise
                end()
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def recover(self, move: Move) -> bool:
        """After a kill: finishes the move, or brings it back where somebody has worked.

        Returns whether the move is finished.

        Raises:
            Locked: another git is at work in this clone.
        """
        part = self.part()
        try:
            self._remove_stale_locks(move)
            with self._locked(move, part):
                head = self.head()
                if head == move.new and move.new != move.old:
                    return True
                if head != move.old:
                    return False
                changes = self._here(move.changes)
                found = self.worktree(move).compare(changes)
                if any(at.seen == "other" for at in found.values()):
                    self._roll_back(move)
                    return False
                todo = replace(
                    move, changes=tuple(c for c in changes if found[c.path].seen == "old")
                )
                self._place(todo, found, self._materialise(todo, part))
                self.index.write(move.index, part)
                self._write_head(move)
                return True
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def head(self) -> Head | None:
        """Where HEAD is now; None without a commit."""
        commit = self.git.run(
            "rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=self.folder, ok=(0, 1)
        )
        ref = self.git.run("symbolic-ref", "--quiet", "HEAD", cwd=self.folder, ok=(0, 1))
        if not commit:
            return None
        return Head(ref.decode().strip() or None, commit.decode().strip())

    # What the move needs of the work tree

    def _here(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """Without what a sparse checkout leaves out, and without submodules."""
        skipped = self.index.outside_cone
        return tuple(
            c
            for c in changes
            if SUBMODULE
            not in (
                (c.old or c.new or Content("", "")).mode,
                (c.new or c.old or Content("", "")).mode,
            )
            and not skipped(c.path)
        )

    def _staged(self, move: Move) -> list[str]:
        """Paths of the move whose index entry is not what the move expects."""
        if not move.index:
            return []
        entries = self.index.entries()
        return [c.path for c in move.index if entries.get(c.path) not in (c.old, c.new)]

    @contextlib.contextmanager
    def _locked(self, move: Move, part: Path) -> Iterator[None]:
        for name in self._ref_locks(move):
            if os.path.lexists(self.git_dir / name):
                raise Locked(f".git/{name}")
        with self.index.locked(part):
            yield

    def _ref_locks(self, move: Move) -> list[str]:
        refs = {ref for ref in (move.old.ref, move.new.ref) if ref}
        return ["HEAD.lock", *(f"{ref}.lock" for ref in sorted(refs))]

    def _remove_stale_locks(self, move: Move) -> None:
        for name in self._ref_locks(move):
            with contextlib.suppress(OSError):
                os.unlink(self.git_dir / name)

    def _materialise(self, move: Move, part: Path) -> Path:
        return materialise(
            self.git,
            self.folder,
            self._here(move.changes),
            move.new.commit,
            part,
            lambda into: self.objects(move.snapshot, into),
        )

    def _place(self, move: Move, found: Mapping[str, Found], fresh: Path) -> None:
        tree = self.worktree(move)
        changes = [c for c in self._here(move.changes) if found[c.path].seen == "old"]
        gone = [c for c in changes if c.new is None]
        for change in sorted(gone, key=lambda c: c.path, reverse=True):
            self._remove(tree, change.path, found[change.path].signature)
        for change in changes:
            if change.new is None or change.old == change.new:
                continue
            with tree.parent(change.path, make=True) as (fd, name):
                now = _signature(fd, name)
                if now is not None and stat.S_ISDIR(now.mode):
                    os.rmdir(name, dir_fd=fd)
                elif now != found[change.path].signature:
                    raise InTheWay((FileInTheWay(path=change.path, why="changed"),))
                os.rename(fresh / change.path, name, dst_dir_fd=fd)

    def _remove(self, tree: Worktree, path: str, expected: Signature | None) -> None:
        try:
            with tree.parent(path) as (fd, name):
                now = _signature(fd, name)
                if now is None:
                    return
                if now != expected:
                    raise InTheWay((FileInTheWay(path=path, why="changed"),))
                os.unlink(name, dir_fd=fd)
        except (FileNotFoundError, Obstructed):
            return
        # Folders that this emptied go too, as they do when git removes files.
        parent = path.rpartition("/")[0]
        while parent:
            try:
                with tree.parent(parent) as (fd, name):
                    os.rmdir(name, dir_fd=fd)
            except (OSError, Obstructed):
                return
            parent = parent.rpartition("/")[0]

    def _write_head(self, move: Move) -> None:
        """Moves the branch, then HEAD, so that a kill in between changes nothing seen."""
        if move.new == move.old:
            return
        why = f"sm-onboard: {move.did}"
        if move.new.ref is None:
            self.git.run(
                *("update-ref", "--no-deref", "-m", why, "HEAD", move.new.commit), cwd=self.folder
            )
            return
        if move.new.ref == move.old.ref:
            self.git.run(
                *("update-ref", "-m", why, "HEAD", move.new.commit, move.old.commit),
                cwd=self.folder,
            )
            return
        self.git.run("update-ref", "-m", why, move.new.ref, move.new.commit, cwd=self.folder)
        self.git.run("symbolic-ref", "-m", why, "HEAD", move.new.ref, cwd=self.folder)

    def _roll_back(self, move: Move) -> None:
        """Brings back what was placed; what somebody has worked on is left."""
        part = self.part()
        try:
            back = move.reversed("rollback")
            changes = self._here(back.changes)
            found = self.worktree(move).compare(changes)
            placed = tuple(c for c in changes if found[c.path].seen == "old" and c.old != c.new)
            todo = replace(back, changes=placed)
            self._place(todo, found, self._materialise(todo, part))
            self.index.write(back.index, part)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _signature(fd: int, name: str) -> Signature | None:
    try:
        return Signature.of(os.stat(name, dir_fd=fd, follow_symlinks=False))
    except FileNotFoundError:
        return None
