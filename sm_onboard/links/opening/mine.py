"""The reader's own file at the same place, and how a shared file stands beside it."""

from __future__ import annotations

import difflib
import os
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_onboard.clones.finding import Clone
from sm_onboard.errors import ConfigError
from sm_onboard.experiments.compare.cells import pair, read
from sm_onboard.git.names import check_inside, shown
from sm_onboard.git.run import Git
from sm_onboard.notebook import LARGEST

from .trees import Tree

Here = Literal["same", "differs", "new", "none"]

_LINES = 1 << 20  # bytes of a text whose lines are compared
_MATCHED = 2_000  # lines that are matched one by one


@dataclass(frozen=True)
class Beside:
    """How a shared file stands beside the reader's own.

    Attributes:
        text: of the reader's file: "2 cells differ". differing: ids of cells of the shared
            notebook that the reader's has otherwise or not; None where cells were not compared.
    """

    here: Here
    text: str = ""
    differing: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Own:
    """The reader's own file.

    Attributes:
        path: in the clone. renamed: it has another path there than in the link.
        seen: what tells whether it was changed since.
    """

    file: Path
    path: str
    renamed: bool
    seen: tuple[int, int, int]


def find(git: Git, clone: Clone, path: str, commits: tuple[str, ...]) -> Own | None:
    """The reader's file at a path of the repository; where it was renamed since, under its
    present name.

    Args:
        commits: that the link is of or builds on; the first that is there tells of renames.
    """
    own = at(clone.folder, path)
    if own or clone.partial:
        return own
    for commit in commits:
        if clone.has(git, commit):
            new = Tree(git, clone.folder, commit).renamed(path, "HEAD")
            found = at(clone.folder, new) if new else None
            return found and Own(found.file, found.path, True, found.seen)
    return None


def at(folder: Path, path: str) -> Own | None:
    """A file in a clone; None where it is none, or is reached through a link."""
    try:
        check_inside(path, "path")
    except ConfigError:
        return None
    file = folder.joinpath(*path.split("/"))
    if os.path.realpath(file) != os.path.join(os.path.realpath(folder), *path.split("/")):
        return None
    seen = stand(file)
    return None if seen is None else Own(file, path, False, seen)


def stand(file: Path) -> tuple[int, int, int] | None:
    """What differs once a file was changed; None where it is no file."""
    try:
        found = os.lstat(file)
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def compared(own: Own | None, shared: bytes, clone: Clone | None) -> Beside:
    """A shared file beside the reader's."""
    if clone is None:
        return Beside("none")
    if own is None:
        return Beside("new")
    if own.seen[1] > LARGEST:
        return Beside("differs", "too large to be compared")
    try:
        mine = own.file.read_bytes()
    except OSError:
        return Beside("differs", "cannot be read")
    return contents(mine, shared, own.path)


def contents(mine: bytes, shared: bytes, path: str) -> Beside:
    """Two files of the same name."""
    notebook = path.endswith(".ipynb")
    if mine == shared:
        return Beside("same", "the same", () if notebook else None)
    if notebook:
        before, after = read(mine), read(shared)
        if before is not None and after is not None:
            pairs = [each for each in pair(before, after) if each.change != "same"]
            theirs = tuple(each.after[1].id for each in pairs if each.after and each.after[1].id)
            if not pairs:
                return Beside("same", "the same cells; outputs or metadata differ", ())
            count = len(pairs)
            return Beside("differs", f"{count} cell{_s(count)} differ{_v(count)}", theirs)
    if max(len(mine), len(shared)) <= _LINES and b"\0" not in mine + shared:
        count = _lines(mine, shared)
        return Beside("differs", f"{count} line{_s(count)} differ{_v(count)}")
    return Beside("differs", "differs")


def _lines(mine: bytes, shared: bytes) -> int:
    old, new = mine.splitlines(), shared.splitlines()
    if len(old) + len(new) > _MATCHED:
        # Whatever their order: to match the lines of a stranger's text may take hours.
        same = sum((Counter(old) & Counter(new)).values())
        return max(1, max(len(old), len(new)) - same)
    matched = difflib.SequenceMatcher(None, old, new, autojunk=True).get_matching_blocks()
    return max(1, max(len(old), len(new)) - sum(block.size for block in matched))


def named(own: Own, beside: Beside) -> str:
    """How the reader's file stands, as the page says it."""
    renamed = f"renamed to {shown(own.path, 100)}" if own.renamed else ""
    return ", ".join(each for each in (renamed, beside.text) if each)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _v(count: int) -> str:
    return "s" if count == 1 else ""
