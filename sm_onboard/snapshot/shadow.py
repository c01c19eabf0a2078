"""A repository beside the person's, in which a snapshot is made without touching theirs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.git.objects import LINK, PROGRAM, Content, index_info, split_z
from sm_onboard.git.run import Git

from .manifest import INDEX, SNAPSHOT, Kept

_ROLES = ("author", "committer")


@dataclass(frozen=True)
class State:
    """What git says of a work tree, all of one moment.

    Attributes:
        head: empty where there is no commit yet. branch: None when detached.
        changed: paths shown as changed or untracked, and whether they are tracked.
    """

    head: str
    branch: str | None
    changed: tuple[tuple[str, bool], ...]


def look(git: Git, folder: Path) -> State:
    """Asks git once: each process costs some milliseconds of a person's cell."""
    head, branch, changed = "", None, []
    ask = ("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z")
    more = ("--untracked-files=all", "--no-renames", "--ignore-submodules=all")
    for line in split_z(git.run(*ask, *more, cwd=folder)):
        if line.startswith("# branch.oid "):
            head = line[13:].replace("(initial)", "")
        elif line.startswith("# branch.head "):
            branch = None if line[14:] == "(detached)" else line[14:]
        elif line.startswith("1 "):
            changed.append((line.split(" ", 8)[8], True))
        elif line.startswith("u "):
            changed.append((line.split(" ", 10)[10], True))
        elif line.startswith("? "):
            changed.append((line[2:], False))
    return State(head, branch, tuple(changed))


def changed_paths(git: Git, folder: Path) -> Iterator[tuple[str, bool]]:
    """Paths that git shows as changed or untracked, and whether they are tracked."""
    yield from look(git, folder).changed


def git_folders(folder: Path) -> tuple[Path, Path]:
    """A work tree's own git folder (index, HEAD) and the one it shares (objects, refs)."""
    own = folder / ".git"
    if own.is_file():  # a worktree's or a submodule's
        own = folder / own.read_text().removeprefix("gitdir:").strip()
    try:
        return own, own / (own / "commondir").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return own, own


class Shadow:
    """A repository beside the person's: its own index, refs and new objects.

    Args:
        alone: without theirs, where there is none or nothing of it is needed.
    """

    def __init__(
        self, git: Git, folder: Path, shadow: Path, state: State | None, *, alone: bool = False
    ) -> None:
        self.git, self.folder, self.at = git, folder, shadow
        self.env = {"GIT_DIR": str(shadow), "GIT_WORK_TREE": str(folder)}
        self.state = State("", None, ()) if alone else state or look(git, folder)
        if not self.state.head and not alone:
            raise OnboardError("snapshot.no_commit", "This repository has no commit yet.")
        (shadow / "objects" / "info").mkdir(parents=True)
        (shadow / "refs").mkdir()
        (shadow / "HEAD").write_text("ref: refs/heads/none\n")
        config = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
        self.hash = "sha1"
        if len(self.state.head) == 64:
            self.hash = "sha256"
            config = config.replace("= 0", "= 1") + "[extensions]\n\tobjectformat = sha256\n"
        (shadow / "config").write_text(config)
        if alone:
            return
        own, common = git_folders(folder)
        alternates = os.fspath((common / "objects").resolve())
        (shadow / "objects" / "info" / "alternates").write_text(alternates + "\n")
        for name, real in (("index", own), ("shallow", common)):
            with contextlib.suppress(FileNotFoundError):
                # With its times: they tell git which files it need not read again.
                shutil.copy2(real / name, shadow / name)
        for shared in own.glob("sharedindex.*"):
            shutil.copy2(shared, shadow / shared.name)

    def run(self, *args: str, **kwargs: Any) -> bytes:
        return self.git.run(*args, cwd=self.folder, env=self.env, **kwargs)

    def write_tree(self) -> str | None:
        """The index as a tree; None where it has conflicts."""
        said = self.run("write-tree", "--missing-ok", ok=(0, 128))
        return said.decode().strip() or None

    def keep(self, changed: Sequence[tuple[str, bool]]) -> Iterator[Kept]:
        """Writes the bytes on disk as blobs of the shadow."""
        for path, tracked in changed:
            full = self.folder / path
            try:
                s = os.lstat(full)
            except (FileNotFoundError, NotADirectoryError):
                yield Kept(path, None, None, 0, None, tracked)
                continue
            if stat.S_ISDIR(s.st_mode):
                yield Kept(path, None, None, 0, None, tracked)
                continue
            if stat.S_ISLNK(s.st_mode):
                data, mode = os.fsencode(os.readlink(full)), LINK
            else:
                fd = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                with open(fd, "rb") as stream:
                    data = stream.read()
                mode = PROGRAM if s.st_mode & stat.S_IXUSR else "100644"
            yield self.put(path, mode, data, tracked)

    def put(self, path: str, mode: str, data: bytes, tracked: bool) -> Kept:
        """Writes these bytes as a blob of the shadow, whatever is on disk."""
        blob = self._write("blob", data)
        return Kept(path, mode, blob, len(data), hashlib.sha256(data).hexdigest(), tracked)

    def stage(self, kept: Sequence[Kept]) -> None:
        self.run(
            *("update-index", "-z", "--index-info"),
            input=index_info(
                (k.path, Content(k.mode, k.blob) if k.mode and k.blob else None) for k in kept
            ),
        )

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"{role} sm_onboard <> {int(time.time())} +0000" for role in _ROLES]
        return self._write("commit", "\n".join([*lines, "", message]).encode())

    def blob_id(self, data: bytes) -> str:
        """The id that git gives these bytes."""
        return self._id(f"blob {len(data)}\0".encode() + data)

    def _id(self, whole: bytes) -> str:
        return hashlib.new(self.hash, whole, usedforsecurity=False).hexdigest()

    def _write(self, kind: str, data: bytes) -> str:
        """Writes an object as git would, without a process for each."""
        whole = f"{kind} {len(data)}\0".encode() + data
        oid = self._id(whole)
        file = self.at / "objects" / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(whole, 1))
        return oid

    def bundle(self, file: Path, commit: str, index: str | None) -> tuple[str, ...]:
        """Writes the bundle; returns the commits a reader must have."""
        head = self.state.head
        refs = {SNAPSHOT: commit, **({INDEX: index} if index else {})}
        for ref, oid in refs.items():
            (self.at / ref).parent.mkdir(exist_ok=True)
            (self.at / ref).write_text(oid + "\n")
        ask = ("for-each-ref", "--format=%(objectname)", "refs/remotes")
        known = sorted(set(self.git.run(*ask, cwd=self.folder).decode().split()))
        lines = [*refs, *(f"^{oid}" for oid in known)]
        self.run(
            *("bundle", "create", "--quiet", str(file), "--stdin"),
            input="".join(f"{line}\n" for line in lines).encode(),
        )
        if not known or head in known:
            return (head,) if known else ()
        merge_base = ("rev-list", "--boundary", "--max-count=2000", head, *(f"^{x}" for x in known))
        said = self.git.run(*merge_base, cwd=self.folder).decode().split()
        return tuple(line[1:] for line in said if line.startswith("-")) or (head,)
