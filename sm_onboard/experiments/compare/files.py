"""The files of two commits that are not the same, and their lines and cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sm_onboard.git.objects import LINK, PROGRAM, SUBMODULE
from sm_onboard.git.run import Git
from sm_onboard.notebook import LARGEST, NotebookCell
from sm_onboard.plain_text import plain

from . import cells
from .changes import Change, changes, sizes
from .notebooks import compared
from .patches import Blobs, patches
from .shown import CodeFile

FILES = 1000
"""Files that are listed."""

LINES = 20_000
"""Lines of all of them together."""

TEXT = 1 << 20
"""Bytes of a file that is shown by lines."""

_PATCHED = 300  # files whose lines are shown
_NOTEBOOKS = 40  # that are read
_PATH = 4096  # characters


def differing(
    git: Git, bare: Path, before: str, after: str, folder: Path
) -> tuple[tuple[CodeFile, ...], int]:
    """The files that differ, by path, and how many more there are.

    Args:
        folder: of ours, for what is in between.
    """
    every = changes(git, bare, before, after)
    listed = every[:FILES]
    weights = sizes(git, bare, {oid for each in listed for oid in each.blobs if oid})
    found: dict[Change, CodeFile] = {}
    left = LINES
    for each in [each for each in listed if _is_notebook(each)][:_NOTEBOOKS]:
        file = _notebook(git, bare, each, weights, folder / f"cells-{len(found)}", left)
        if file is not None:
            found[each] = file
            left -= sum(len(hunk.lines) for cell in file.cells for hunk in cell.hunks)
    texts = [each for each in listed if each not in found and _by_lines(each, weights)][:_PATCHED]
    made = patches(git, bare, [Blobs(*each.blobs) for each in texts], left)
    for each, patch in zip(texts, made, strict=True):
        file = _file(each)
        found[each] = msgspec.structs.replace(
            file, hunks=tuple(patch.hunks), cut=patch.cut, added=patch.added, removed=patch.removed
        )
    return (
        tuple(found.get(each) or _unread(each, weights) for each in listed),
        len(every) - len(listed),
    )


def _notebook(
    git: Git, bare: Path, each: Change, weights: Mapping[str, int], folder: Path, most: int
) -> CodeFile | None:
    """None where a side cannot be read as a notebook."""
    sides: list[tuple[NotebookCell, ...]] = []
    for oid in each.blobs:
        if oid is None:
            sides.append(())
            continue
        if weights.get(oid, LARGEST + 1) > LARGEST:
            return None
        read = cells.read(git.run("cat-file", "blob", oid, cwd=bare))
        if read is None:
            return None
        sides.append(read)
    told = compared(git, bare, folder, sides[0], sides[1], most)
    file = _file(each)
    only_outputs = not told.cells and not file.why and each.blobs[0] != each.blobs[1]
    return msgspec.structs.replace(
        file,
        notebook=True,
        why="Its cells are the same: only outputs or its metadata differ."
        if only_outputs and None not in each.blobs
        else file.why,
        cells=told.cells,
        same=told.same,
        more=told.more,
        cut=told.cut,
        added=told.added,
        removed=told.removed,
    )


def _is_notebook(each: Change) -> bool:
    names = (each.old, each.path)
    modes = {mode for mode in each.modes if mode}
    return all(name.endswith(".ipynb") for name in names) and modes.isdisjoint((LINK, SUBMODULE))


def _by_lines(each: Change, weights: Mapping[str, int]) -> bool:
    oids = [oid for oid in each.blobs if oid]
    return (
        each.added is not None
        and each.blobs[0] != each.blobs[1]
        and all(weights.get(oid, TEXT + 1) <= TEXT for oid in oids)
    )


def _unread(each: Change, weights: Mapping[str, int]) -> CodeFile:
    """A file whose lines are not shown, and why."""
    file = _file(each)
    if file.why or each.blobs[0] == each.blobs[1]:
        return file
    size = max((weights.get(oid, 0) for oid in each.blobs if oid), default=0)
    why = f"It has {_size(size)}, too much to be shown line by line."
    if size <= TEXT:
        why = "It is no text." if each.added is None else "So many files are not shown by lines."
    return msgspec.structs.replace(file, why=why, added=each.added or 0, removed=each.removed or 0)


def _file(each: Change) -> CodeFile:
    path, old = plain(each.path, _PATH)[0], plain(each.old, _PATH)[0]
    before, after = each.modes
    change = "added" if before is None else "removed" if after is None else "changed"
    if path != old:
        change = "renamed"
    return CodeFile(
        path=path,
        old=old if path != old else "",
        change=change,  # type: ignore[arg-type]
        why=_why(each),
    )


def _why(each: Change) -> str:
    before, after = each.modes
    if SUBMODULE in (before, after):
        then, now = ((oid or "nothing")[:7] for oid in each.blobs)
        return f"A submodule: {then} before, {now} after."
    if before != after and None not in (before, after):
        if LINK in (before, after):
            return "It is a link now." if after == LINK else "It is no longer a link."
        return "It can be run now." if after == PROGRAM else "It can no longer be run."
    if each.blobs[0] == each.blobs[1]:
        return "Its content is the same."
    return ""


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"
