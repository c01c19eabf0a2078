"""Files of a commit, read from a repository on this machine; links in it are not followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sm_onboard.clones.finding import has_commit
from sm_onboard.git.objects import LINK, SUBMODULE, split_z
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.plain_text import plain

_WHO = re.compile(r"author (?P<name>[^<\n]*?) ?<[^>\n]*> (?P<time>-?\d{1,12}) [+-]\d{4}")
_MESSAGE = 120  # characters


class Entry(NamedTuple):
    """A file in a tree; ``size`` in bytes."""

    oid: str
    size: int


class Commit(NamedTuple):
    """What a commit says of itself: ``at`` in ms since the epoch, None where it does not say."""

    author: str
    at: int | None
    message: str


@dataclass(frozen=True)
class Tree:
    """The files of a commit.

    Attributes:
        folder: of a clone or a bare repository, which nothing is written into.
    """

    git: Git
    folder: Path
    commit: str

    def find(self, path: str) -> Entry | None:
        """A file (checked path), None where there is none: also for folders and links.

        Raises:
            GitFailed: the commit or a part of its tree is not there.
        """
        ask = ("ls-tree", "-z", "--full-tree", self.commit, "--", path)
        for line in split_z(self.git.run(*ask, cwd=self.folder)):
            meta, _, found = line.partition("\t")
            mode, kind, oid = meta.split()
            if found == path and kind == "blob" and mode not in (LINK, SUBMODULE):
                size = self.size(oid)
                return None if size is None else Entry(oid, size)
        return None

    def size(self, oid: str) -> int | None:
        """Of a blob, in bytes; None where it is not there."""
        said = self.git.run("cat-file", "--batch-check", cwd=self.folder, input=f"{oid}\n".encode())
        parts = said.split()
        return int(parts[2]) if len(parts) == 3 and parts[1] == b"blob" else None

    def read(self, oid: str) -> bytes:
        return self.git.run("cat-file", "blob", oid, cwd=self.folder)

    def told(self) -> Commit:
        return commit_told(self.git, self.folder, self.commit)

    def renamed(self, path: str, to: str) -> str:
        """The path that a file of this commit has in another one; empty where it has none.

        Where it was renamed on the way, git finds that by what it holds.
        """
        if not has_commit(self.git, self.folder, self.commit):
            return ""
        ask = (
            *("diff", "--find-renames=40%", "-l1000", "--diff-filter=R", "--name-status", "-z"),
            *("--no-ext-diff", "--no-textconv", "--ignore-submodules=all"),
        )
        try:
            said = self.git.run(*ask, self.commit, to, "--", cwd=self.folder)
        except GitFailed:
            return ""
        parts = iter(split_z(said))
        for _ in parts:
            old, new = next(parts, ""), next(parts, "")
            if old == path:
                return new
        return ""


def commit_told(git: Git, folder: Path, commit: str) -> Commit:
    """Who made a commit, when, and its first line: what it says, for people."""
    said = git.run("cat-file", "commit", commit, cwd=folder)[: 1 << 16].decode("utf-8", "replace")
    head, _, message = said.partition("\n\n")
    who = next((m for m in map(_WHO.match, head.split("\n")) if m), None)
    first = message.strip().partition("\n")[0]
    return Commit(
        author=plain(who["name"].strip(), 60)[0] if who else "",
        at=int(who["time"]) * 1000 if who else None,
        message=plain(first, _MESSAGE)[0],
    )
