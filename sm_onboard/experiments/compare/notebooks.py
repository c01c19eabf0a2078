"""A notebook on both sides, cell by cell: the lines of each cell that is not the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sm_onboard.git.run import Git
from sm_onboard.notebook import NotebookCell

from .cells import Pair, pair
from .patches import Blobs, Patch, patches
from .shown import CodeCell

CELLS = 200  # of one notebook, that are shown


class Cells(NamedTuple):
    """What differs between two notebooks.

    Attributes:
        same: cells that are the same. more: cells that are not, and not shown.
        added, removed: lines. cut: lines that are not shown.
    """

    cells: tuple[CodeCell, ...]
    same: int
    more: int
    added: int
    removed: int
    lines: int
    cut: int


def compared(
    git: Git,
    bare: Path,
    folder: Path,
    before: Sequence[NotebookCell],
    after: Sequence[NotebookCell],
    most: int,
) -> Cells:
    """Compares the sources of cells; what they gave does not count.

    Args:
        bare: a repository of ours, which gets the sources as blobs.
        folder: one that is not there yet, for the sources.
        most: lines that are shown.
    """
    pairs = pair(before, after)
    other = [each for each in pairs if each.change != "same"]
    listed = other[:CELLS]
    blobs = _blobs(git, bare, folder, listed)
    found = patches(git, bare, blobs, most)
    return Cells(
        cells=tuple(_cell(each, patch) for each, patch in zip(listed, found, strict=True)),
        same=len(pairs) - len(other),
        more=len(other) - len(listed),
        added=sum(patch.added for patch in found),
        removed=sum(patch.removed for patch in found),
        lines=sum(len(hunk.lines) for patch in found for hunk in patch.hunks),
        cut=sum(patch.cut for patch in found),
    )


def _cell(each: Pair, patch: Patch) -> CodeCell:
    assert each.change != "same"
    one = each.after or each.before
    assert one is not None
    return CodeCell(
        change=each.change,
        kind=one[1].kind,
        before=each.before[0] if each.before else None,
        after=each.after[0] if each.after else None,
        hunks=tuple(patch.hunks),
        cut=patch.cut,
    )


def _blobs(git: Git, bare: Path, folder: Path, pairs: Sequence[Pair]) -> list[Blobs]:
    """Writes the sources into the repository."""
    if not pairs:
        return []
    folder.mkdir()
    files: list[Path] = []
    for n, each in enumerate(pairs):
        for name, side in (("before", each.before), ("after", each.after)):
            if side:
                files.append(folder / f"{n}-{name}")
                # A line is not another one because it has become the last.
                files[-1].write_bytes(f"{side[1].source}\n".encode("utf-8", "replace"))
    oids = iter(write_blobs(git, bare, files))
    return [
        Blobs(next(oids) if each.before else None, next(oids) if each.after else None)
        for each in pairs
    ]


def write_blobs(git: Git, bare: Path, files: Sequence[Path]) -> list[str]:
    """The ids of files that are now blobs of the repository, as they are."""
    listed = "".join(f"{file}\n" for file in files).encode()
    ask = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    return git.run(*ask, cwd=bare, input=listed).decode().split()
