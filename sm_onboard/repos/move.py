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
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from sm_onboard.errors import Conflict, Stopped

from .git import Git, GitFailed
from .models import FileInTheWay
from .ports import Listener
from .records import holder, is_dead
from .worktree import (
    LINK,
    PROGRAM,
    SUBMODULE,
    Change,
    Content,
    Found,
    Obstructed,
    Signature,
    Worktree,
    split_z,
)

_PATIENCE = 60.0  # seconds to wait for another server's move
_MARK = "sm-onboard holds this lock while it changes files: "


class Head(NamedTuple):
    """Where HEAD is: on ``ref`` (``refs/heads/main``), or detached at ``commit``."""

    ref: str | None
    commit: str


class InTheWay(Conflict):
    """Files of the person's are in the way. Nothing was changed."""

    def __init__(self, files: tuple[FileInTheWay, ...]) -> None:
        super().__init__("repos.files_in_the_way", f"{len(files)} files in the way.")
        self.files = files


class MovedOn(Conflict):
    """HEAD is not where the move begins: somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(
            "repos.changed_meanwhile",
            "The clone was changed at this moment. Nothing was changed here.",
            "Retry.",
        )


class Locked(Conflict):
    """Another git holds a lock file in this clone."""

    def __init__(self, file: str) -> None:
        super().__init__("repos.locked", f"{file} exists.")
        self.file = file


@dataclass(frozen=True)
class Move:
    """From one state to another.

    Attributes:
        did: what it is for: ``updated``, ``set_aside``, ``undo`` ...
        old: HEAD before. new: HEAD after.
        changes: files of the work tree.
        index: entries of the index (never raw).
        snapshot: id of the snapshot with the raw contents that ``changes`` names; empty
            when there are none.
        at: ISO 8601, UTC.
    """

    did: str
    old: Head
    new: Head
    changes: tuple[Change, ...]
    index: tuple[Change, ...]
    snapshot: str = ""
    at: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(6))

    def reversed(self, did: str) -> Move:
        """The way back."""

        def turn(changes: Iterable[Change]) -> tuple[Change, ...]:
            return tuple(Change(c.path, c.new, c.old) for c in changes)

        return replace(
            self,
            did=did,
            old=self.new,
            new=self.old,
            changes=turn(self.changes),
            index=turn(self.index),
            id=secrets.token_hex(6),
        )

    def dump(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Move:
        values = dict(data)
        values["old"], values["new"] = Head(*values["old"]), Head(*values["new"])
        for name in ("changes", "index"):
            values[name] = tuple(Change.load(change) for change in values[name])
        return cls(**values)


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
            with self._index_lock(move, part):
                if self.head() != move.old:
                    raise MovedOn()
                found = self.check(move)
                begin()
                try:
                    fresh = self._materialise(move, part)
                    self._place(move, found, fresh)
                    self._write_index(move, part)
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
            with self._index_lock(move, part):
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
                self._write_index(move, part)
                self._write_head(move)
                return True
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def drop_left_lock(self) -> None:
        """Removes an index.lock that a killed process of ours left."""
        lock = self.git_dir / "index.lock"
        if self._left_by_us(lock):
            part = self.part()
            self._take_away(lock, part)
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
        skipped = self._outside_cone()
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

    def _outside_cone(self) -> Callable[[str], bool]:
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

    def _staged(self, move: Move) -> list[str]:
        """Paths of the move whose index entry is not what the move expects."""
        wanted = {c.path: c for c in move.index}
        if not wanted:
            return []
        said = self.git.run("ls-files", "-s", "-z", cwd=self.folder)
        entries = {}
        for line in split_z(said):
            meta, _, path = line.partition("\t")
            if path in wanted:
                mode, oid, stage = meta.split()
                entries[path] = Content(mode, oid) if stage == "0" else Content("unmerged", oid)
        return [
            path
            for path, change in wanted.items()
            if entries.get(path) not in (change.old, change.new)
        ]

    # The steps

    @contextlib.contextmanager
    def _index_lock(self, move: Move, part: Path) -> Any:
        """Holds index.lock, recognisably ours from its first instant."""
        for name in self._ref_locks(move):
            if os.path.lexists(self.git_dir / name):
                raise Locked(f".git/{name}")
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

    def _ref_locks(self, move: Move) -> list[str]:
        refs = {ref for ref in (move.old.ref, move.new.ref) if ref}
        return ["HEAD.lock", *(f"{ref}.lock" for ref in sorted(refs))]

    def _remove_stale_locks(self, move: Move) -> None:
        for name in self._ref_locks(move):
            with contextlib.suppress(OSError):
                os.unlink(self.git_dir / name)

    def _materialise(self, move: Move, part: Path) -> Path:
        """Writes the new contents below ``part/tree``."""
        tree = part / "tree"
        tree.mkdir(exist_ok=True)
        wanted = {c.path: c.new for c in self._here(move.changes) if c.new}
        raw = {path: content for path, content in wanted.items() if content.raw}
        filtered = {path: c for path, c in wanted.items() if not c.raw}
        if filtered:
            env = {
                "GIT_DIR": str(self.git_dir),
                "GIT_WORK_TREE": str(tree),
                "GIT_INDEX_FILE": str(part / "new-index"),
            }
            # The new commit's attributes say how the new files are written.
            entries = {**self._attributes(move.new.commit), **filtered}
            self.git.run(
                *("update-index", "-z", "--index-info"),
                cwd=tree,
                env=env,
                input=index_info((path, c) for path, c in entries.items()),
            )
            self.git.run("checkout-index", "--all", "--force", "--quiet", cwd=tree, env=env)
        if raw:
            self._materialise_raw(raw, tree, self.objects(move.snapshot, part))
        return tree

    def _attributes(self, commit: str) -> dict[str, Content]:
        said = self.git.run("ls-tree", "-r", "-z", "--full-tree", commit, cwd=self.folder)
        found = {}
        for line in split_z(said):
            meta, _, path = line.partition("\t")
            if path.rpartition("/")[2] == ".gitattributes":
                mode, _, oid = meta.split()
                found[path] = Content(mode, oid)
        return found

    def _materialise_raw(self, raw: Mapping[str, Content], tree: Path, objects: Path) -> None:
        blobs = read_blobs(self.git, self.folder, {c.oid for c in raw.values()}, objects)
        for path, content in raw.items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            data = blobs[content.oid]
            if content.mode == LINK:
                os.symlink(os.fsdecode(data), target)
            else:
                mode = 0o777 if content.mode == PROGRAM else 0o666
                fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
                with open(fd, "wb") as stream:
                    stream.write(data)

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

    def _write_index(self, move: Move, part: Path) -> None:
        if not move.index:
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
            input=index_info((c.path, c.new) for c in move.index),
        )
        skipped = self._outside_cone()
        outside = [c.path for c in move.index if c.new and skipped(c.path)]
        if outside:
            self.git.run(
                *("update-index", "-z", "--skip-worktree", "--stdin"),
                cwd=self.folder,
                env=env,
                input=b"".join(os.fsencode(path) + b"\0" for path in outside),
            )
        present = [c.path for c in move.index if c.new and not skipped(c.path)]
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
            self._write_index(back, part)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def read_blobs(
    git: Git, folder: Path, oids: Iterable[str], objects: Path | None = None
) -> dict[str, bytes]:
    """Blobs by id, from the clone and from a further object folder."""
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)} if objects else {}
    wanted = sorted(set(oids))
    said = git.run(
        *("cat-file", "--batch"),
        cwd=folder,
        env=env,
        input="".join(f"{x}\n" for x in wanted).encode(),
    )
    found, at = {}, 0
    for oid in wanted:
        end = said.index(b"\n", at)
        head = said[at:end].split()
        if len(head) != 3 or head[1] != b"blob":
            raise GitFailed("cat-file", 0, f"{oid} is not there")
        size = int(head[2])
        found[oid] = said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


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


def index_info(entries: Iterable[tuple[str, Content | None]]) -> bytes:
    lines = []
    removed = []
    entries = list(entries)
    width = next((len(content.oid) for _, content in entries if content), 40)
    for path, content in entries:
        name = os.fsencode(path) + b"\0"
        if content is None:
            removed.append(b"0 " + b"0" * width + b"\t" + name)
        else:
            lines.append(f"{content.mode} {content.oid}\t".encode() + name)
    # Removals first: a file may become a folder.
    return b"".join(removed + lines)


def _signature(fd: int, name: str) -> Signature | None:
    try:
        return Signature.of(os.stat(name, dir_fd=fd, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _in_cone(path: str, folders: Iterable[str]) -> bool:
    parent = path.rpartition("/")[0]
    if not parent:
        return True
    return any(
        parent == f or parent.startswith(f + "/") or f.startswith(parent + "/") for f in folders
    )
