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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sm_onboard.errors import Conflict
from sm_onboard.git.listener import Listener
from sm_onboard.git.names import shown
from sm_onboard.git.objects import SUBMODULE
from sm_onboard.git.run import Git

from ..models import FileInTheWay
from .blobs import materialise
from .changes import Change
from .index import Index
from .move import Head, InTheWay, Locked, Move, MovedOn
from .placing import Placing, place_submodules
from .worktree import Found, Worktree


@dataclass
class Mover:
    """Carries out moves in one clone.

    Args:
        git: runs git.
        folder: the clone.
        part: makes a new, empty folder of ours on the clone's file system.
        objects: makes the object folder of a snapshot, by id and with a folder of ours, for raw
            contents; with the mover's git, since a cancelled one brings nothing back.
    """

    git: Git
    folder: Path
    part: Callable[[], Path]
    objects: Callable[[Git, str, Path], Path]
    alone: bool = False  # the entry's lock is held: a lock file of ours is a dead one's

    def __post_init__(self) -> None:
        self.git_dir = self.folder / ".git"
        self.index = Index(self.git, self.folder, self.alone)

    def worktree(self, move: Move) -> Worktree:
        long = len(move.old.commit) == 64
        return Worktree(self.folder, self.git, hashlib.sha256 if long else hashlib.sha1)

    def check(self, move: Move) -> dict[str, Found]:
        """Looks whether the move can be made. Raises InTheWay, Conflict."""
        for c in move.changes:
            if c.old and c.new and (c.old.mode == SUBMODULE) != (c.new.mode == SUBMODULE):
                raise Conflict(
                    "repos.submodule_swap",
                    f"{shown(c.path)} changes between file and submodule. Nothing was changed.",
                    "Update it with git pull in a terminal.",
                )
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
                if self.head() != move.old or not self._branch_free(move):
                    raise MovedOn()
                found = self.check(move)
                begin()
                try:
                    placing = self._placing(move, found, part)
                    placing.place()
                    self.index.write(move.index, part)
                    self._place_submodules(move)
                    placing.give_back_late()
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
                if head is None:
                    return False
                changes = self._here(move.changes)
                found = self.worktree(move).compare(changes)
                if (
                    head != move.old
                    or any(at.seen == "other" for at in found.values())
                    or self._staged(move)
                    or not self._branch_free(move)
                ):
                    self._roll_back(move, moved_on=head != move.old)
                    return False
                todo = replace(
                    move, changes=tuple(c for c in changes if found[c.path].seen == "old")
                )
                self._placing(todo, found, part).place()
                self.index.write(move.index, part)
                self._place_submodules(move)
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
            if SUBMODULE not in [content.mode for content in c.contents] and not skipped(c.path)
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

    def _branch_free(self, move: Move) -> bool:
        """Whether the branch switched to is still where the move puts it, or not there yet."""
        if move.new.ref in (None, move.old.ref):
            return True
        return self._at(move.new.ref) in (None, move.new.commit)

    def _at(self, ref: str | None) -> str | None:
        ask = ("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        return self.git.run(*ask, cwd=self.folder, ok=(0, 1)).decode().strip() or None

    def _placing(self, move: Move, found: Mapping[str, Found], part: Path) -> Placing:
        """The move's new files, prepared below ``part``."""
        changes = self._here(move.changes)
        fresh = materialise(
            self.git,
            self.folder,
            changes,
            move.new.commit,
            part,
            lambda into: self.objects(self.git, move.snapshot, into),
        )
        return Placing(self.folder, changes, found, fresh)

    def _place_submodules(self, move: Move) -> None:
        place_submodules(self.folder, move.changes, self.index.outside_cone)

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
        before = self._at(move.new.ref) or "0" * len(move.new.commit)
        if not self._branch_free(move):
            raise MovedOn()
        self.git.run(
            *("update-ref", "-m", why, move.new.ref, move.new.commit, before), cwd=self.folder
        )
        self.git.run("symbolic-ref", "-m", why, "HEAD", move.new.ref, cwd=self.folder)

    def _roll_back(self, move: Move, moved_on: bool = False) -> None:
        """Brings back what was placed; what somebody has worked on or staged is left.

        Args:
            moved_on: HEAD is elsewhere by now, so the index is the person's.
        """
        part = self.part()
        try:
            back = move.reversed("rollback")
            changes = self._here(back.changes)
            found = self.worktree(move).compare(changes)
            entries = self.index.entries() if move.index else {}
            ours = {c.path: c for c in back.index if entries.get(c.path) in (c.old, c.new)}
            # Where HEAD has moved on with what was placed, that is what the person has.
            taken = {c.path for c in back.index if entries.get(c.path) != c.new} if moved_on else ()
            placed = tuple(
                c
                for c in changes
                if found[c.path].seen == "old" and c.old != c.new and c.path not in taken
            )
            todo = replace(back, changes=placed)
            self._placing(todo, found, part).place()
            if not moved_on:
                self.index.write(tuple(ours.values()), part)
                self._place_submodules(back)
        finally:
            shutil.rmtree(part, ignore_errors=True)
