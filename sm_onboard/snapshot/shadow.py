"""A repository beside the person's, in which a snapshot is made without touching theirs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.git.objects import LINK, PROGRAM, Content, index_info, split_z
from sm_onboard.git.run import Git

from .manifest import INDEX, SNAPSHOT, Kept

_NAMES_ONLY = {"GIT_AUTHOR_NAME": "sm_onboard", "GIT_COMMITTER_NAME": "sm_onboard"}
_IDENTITY = {**_NAMES_ONLY, "GIT_AUTHOR_EMAIL": "<>", "GIT_COMMITTER_EMAIL": "<>"}


def changed_paths(git: Git, folder: Path) -> Iterator[tuple[str, bool]]:
    """Paths that git shows as changed or untracked, and whether they are tracked."""
    ask = ("status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames")
    for line in split_z(git.run(*ask, "--ignore-submodules=all", cwd=folder)):
        if line.startswith("1 "):
            yield line.split(" ", 8)[8], True
        elif line.startswith("u "):
            yield line.split(" ", 10)[10], True
        elif line.startswith("? "):
            yield line[2:], False


class Shadow:
    """A repository beside the person's: its own index, refs and new objects."""

    def __init__(self, git: Git, folder: Path, shadow: Path) -> None:
        self.git, self.folder = git, folder
        real = folder / ".git"
        (shadow / "objects" / "info").mkdir(parents=True)
        (shadow / "refs").mkdir()
        alternates = os.fspath((real / "objects").resolve())
        (shadow / "objects" / "info" / "alternates").write_text(alternates + "\n")
        (shadow / "HEAD").write_text("ref: refs/heads/none\n")
        ask = ("rev-parse", "--show-object-format")
        algorithm = git.run(*ask, cwd=folder).decode().strip()
        version = "0" if algorithm == "sha1" else "1"
        config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = false\n"
        if version == "1":
            config += f"[extensions]\n\tobjectformat = {algorithm}\n"
        (shadow / "config").write_text(config)
        for name in ("index", "shallow"):
            with contextlib.suppress(FileNotFoundError):
                # With its times: they tell git which files it need not read again.
                shutil.copy2(real / name, shadow / name)
        for shared in real.glob("sharedindex.*"):
            shutil.copy2(shared, shadow / shared.name)
        self.env = {"GIT_DIR": str(shadow), "GIT_WORK_TREE": str(folder), **_IDENTITY}
        self.branch: str | None = None

    def run(self, *args: str, **kwargs: Any) -> bytes:
        return self.git.run(*args, cwd=self.folder, env=self.env, **kwargs)

    def head(self) -> str:
        said = self.git.run(
            *("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), cwd=self.folder, ok=(0, 1)
        )
        if not said:
            raise OnboardError("snapshot.no_commit", "This repository has no commit yet.")
        ref = self.git.run("symbolic-ref", "--quiet", "HEAD", cwd=self.folder, ok=(0, 1))
        name = ref.decode("utf-8", "surrogateescape").strip()
        self.branch = name.removeprefix("refs/heads/") or None
        return said.decode().strip()

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
            if stat.S_ISLNK(s.st_mode):
                data, mode = os.fsencode(os.readlink(full)), LINK
            else:
                fd = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                with open(fd, "rb") as stream:
                    data = stream.read()
                mode = PROGRAM if s.st_mode & stat.S_IXUSR else "100644"
            blob = self.run(
                "hash-object", "-w", "-t", "blob", "--no-filters", "--stdin", input=data
            )
            digest = hashlib.sha256(data).hexdigest()
            yield Kept(path, mode, blob.decode().strip(), len(data), digest, tracked)

    def stage(self, kept: Sequence[Kept]) -> None:
        self.run(
            *("update-index", "-z", "--index-info"),
            input=index_info(
                (k.path, Content(k.mode, k.blob) if k.mode and k.blob else None) for k in kept
            ),
        )

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        args = [x for parent in parents for x in ("-p", parent)]
        said = self.run("commit-tree", tree, *args, input=message.encode())
        return said.decode().strip()

    def bundle(self, file: Path, commit: str, index: str | None, head: str) -> tuple[str, ...]:
        """Writes the bundle; returns the commits a reader must have."""
        refs = {SNAPSHOT: commit, **({INDEX: index} if index else {})}
        for ref, oid in refs.items():
            self.run("update-ref", ref, oid)
        ask = ("for-each-ref", "--format=%(objectname)", "refs/remotes")
        known = sorted(set(self.git.run(*ask, cwd=self.folder).decode().split()))
        lines = [*refs, *(f"^{oid}" for oid in known)]
        self.run(
            *("bundle", "create", "--quiet", str(file), "--stdin"),
            input="".join(f"{line}\n" for line in lines).encode(),
        )
        merge_base = ("rev-list", "--boundary", "--max-count=2000", head, *(f"^{x}" for x in known))
        said = self.git.run(*merge_base, cwd=self.folder).decode().split() if known else []
        boundary = tuple(line[1:] for line in said if line.startswith("-"))
        return boundary or ((head,) if known else ())
