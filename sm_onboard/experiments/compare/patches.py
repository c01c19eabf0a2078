"""Lines that differ between pairs of blobs, of any number of pairs by one call of git.

The names of the pairs are ours, so that no file's name is ever read out of git's patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from sm_onboard.git.run import Git
from sm_onboard.plain_text import plain

from .shown import CodeHunk, CodeLine

LINE = 1000
"""Characters of a line."""

LINES = 2000
"""Lines of one pair."""

OPTIONS = ("--no-color", "--no-ext-diff", "--no-textconv", "--full-index")
"""Of every git diff-tree: nothing that a person or a repository configured."""

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NAME = re.compile(rb"diff --git a/(\d+) b/\1")
_SIGNS: dict[bytes, Literal[" ", "-", "+"]] = {b" ": " ", b"-": "-", b"+": "+", b"": " "}


class Blobs(NamedTuple):
    """The ids of two contents; None where there is none."""

    before: str | None
    after: str | None


@dataclass
class Patch:
    """What differs. ``cut``: lines that were left out, besides."""

    hunks: list[CodeHunk] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    cut: int = 0


def patches(git: Git, bare: Path, pairs: Sequence[Blobs], most: int) -> list[Patch]:
    """The patch of each pair.

    Args:
        most: lines of all of them together; what comes after is cut.
    """
    found = [Patch() for _ in pairs]
    if not pairs:
        return found
    trees = [_tree(git, bare, [pair[side] for pair in pairs]) for side in (0, 1)]
    ask = ("diff-tree", "-p", "-U3", "--no-renames", *OPTIONS)
    said = git.run(*ask, trees[0], trees[1], "--", cwd=bare)
    left = most
    for n, hunk in _hunks(said):
        patch = found[n]
        room = max(0, min(left, LINES - sum(len(each.lines) for each in patch.hunks)))
        patch.added += sum(line.sign == "+" for line in hunk)
        patch.removed += sum(line.sign == "-" for line in hunk)
        patch.cut += max(0, len(hunk) - room)
        left -= min(room, len(hunk))
        if room:
            patch.hunks.append(CodeHunk(lines=tuple(hunk[:room])))
    return found


def _tree(git: Git, bare: Path, blobs: Sequence[str | None]) -> str:
    lines = [f"100644 blob {oid}\t{n:06d}\0" for n, oid in enumerate(blobs) if oid]
    return git.run("mktree", "-z", cwd=bare, input="".join(lines).encode()).decode().strip()


def _hunks(said: bytes) -> Iterator[tuple[int, list[CodeLine]]]:
    """Each hunk with the number of its pair."""
    lines = said.split(b"\n")
    number = at = 0
    while at < len(lines):
        named, hunk = _NAME.match(lines[at]), _HUNK.match(lines[at])
        at += 1
        if named:
            number = int(named[1])
        elif hunk:
            old, size, new, new_size = (1 if x is None else int(x) for x in hunk.groups())
            found, at = _lines(lines, at, (old, old + size), (new, new + new_size))
            yield number, found


def _lines(
    lines: list[bytes], at: int, before: tuple[int, int], after: tuple[int, int]
) -> tuple[list[CodeLine], int]:
    """Exactly the lines that the hunk's head announces, whatever they look like."""
    (old, end), (new, new_end) = before, after
    found: list[CodeLine] = []
    while at < len(lines) and (old < end or new < new_end):
        sign = _SIGNS[lines[at][:1]]
        text = _text(lines[at][1:])
        at += 1
        if at < len(lines) and lines[at].startswith(b"\\"):
            at += 1
            if sign != " ":  # what differs may be this alone
                text += "  (no newline at the end)"
        line = CodeLine(
            sign=sign,
            text=text,
            before=old if sign != "+" else None,
            after=new if sign != "-" else None,
        )
        old += sign != "+"
        new += sign != "-"
        found.append(line)
    return found, at


def _text(line: bytes) -> str:
    # A file with other ends of lines would otherwise look the same on both sides.
    end = "␍" if line.endswith(b"\r") else ""
    text, more = plain(line.removesuffix(b"\r").decode("utf-8", "replace"), LINE)
    return f"{text}{'…' if more else ''}{end}"
