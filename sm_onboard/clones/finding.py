"""Clones of a repository that are on this machine already."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sm_onboard.git.addresses import same_repository
from sm_onboard.git.run import Git, GitFailed

_CLONES = 500  # folders looked at
MADE_HERE = ("reproduced", "shared", "shared-with-me")
"""Folders of the root whose clones were made by us, from somebody else's word."""

_REMEMBERED = 1000


class Clone(NamedTuple):
    """A folder with a repository of its own.

    Attributes:
        urls: of its remotes, as its configuration has them: may hold passwords.
        partial: objects are missing, and git would fetch them while it reads.
        whole: it has its whole history, and its objects lie nowhere else: a copy of it
            stands alone.
    """

    folder: Path
    urls: tuple[str, ...]
    partial: bool
    whole: bool

    def has(self, git: Git, commit: str) -> bool:
        return not self.partial and has_commit(git, self.folder, commit)


def find_clone(git: Git, root: Path, url: str, commits: tuple[str, ...]) -> Path | None:
    """A whole clone of a repository below ``root`` that has these commits."""
    for clone in clones_of(git, root, url):
        if clone.whole and all(clone.has(git, commit) for commit in commits):
            return clone.folder
    return None


def clones_of(git: Git, root: Path, url: str) -> Iterator[Clone]:
    """The clones of a repository below ``root``; those that were made by us come last."""
    if url:
        for clone in clones(git, root):
            if any(same_repository(url, own) for own in clone.urls):
                yield clone


def clones(git: Git, root: Path) -> Iterator[Clone]:
    """Folders with a repository of their own, two levels deep, and their remotes.

    Only their configuration is read, and nothing of it is followed or run.
    """
    for looked, folder in enumerate(_folders(root)):
        if looked >= _CLONES:
            return
        own = folder / ".git"
        hidden = any(part.startswith(".") for part in folder.relative_to(root).parts)
        if hidden or own.is_symlink() or not own.is_dir():
            continue
        remotes = _remotes(git, own / "config")
        if remotes is not None:
            urls, partial = remotes
            apart = (own / "shallow").exists() or (own / "objects/info/alternates").exists()
            yield Clone(folder, urls, partial, whole=not partial and not apart)


def has_commit(git: Git, folder: Path, commit: str) -> bool:
    said = git.run("cat-file", "-t", commit, cwd=folder, ok=(0, 128))
    return said.strip() == b"commit"


def _folders(root: Path) -> Iterator[Path]:
    for level in ("*", "*/*"):
        found = root.glob(f"{level}/.git")
        yield from (x.parent for x in sorted(found, key=lambda p: p.parts[-3] in MADE_HERE))


_Remotes = tuple[tuple[str, ...], bool]
_known: dict[tuple[str, int, int, int], _Remotes] = {}


def _remotes(git: Git, config: Path) -> _Remotes | None:
    """The addresses, and whether objects may be missing; None where it cannot be read.

    Remembered for as long as the file is the same: a process for each clone takes longer
    than all else that is asked of them.
    """
    try:
        status = os.lstat(config)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    key = (str(config), status.st_ino, status.st_size, status.st_mtime_ns)
    if key in _known:
        return _known[key]
    # --file: no includes, and nothing of the clone is run.
    ask = ("config", "--file", str(config), "--get-regexp", r"^remote\..*\.(url|promisor)$")
    try:
        lines = git.run(*ask, ok=(0, 1)).decode("utf-8", "replace").splitlines()
    except GitFailed:  # a broken clone is no reason to stop
        return None
    values = [line.partition(" ")[::2] for line in lines]
    urls = tuple(value for name, value in values if name.endswith(".url"))
    found = urls, any(name.endswith(".promisor") for name, _ in values)
    if len(_known) >= _REMEMBERED:
        _known.clear()
    _known[key] = found
    return found
