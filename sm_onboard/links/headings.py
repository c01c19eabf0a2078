"""A line of Markdown that is a heading, read in one pass: an expression for it takes the square
of the length of a stranger's line, and holds up the whole server for that long."""

from __future__ import annotations

from typing import NamedTuple

_DEEPEST = 6


class Heading(NamedTuple):
    level: int
    text: str


def heading(line: str) -> Heading | None:
    """The heading in a line; None where it is none."""
    begun = line.lstrip(" ")
    rest = begun.lstrip("#")
    level = len(begun) - len(rest)
    if not 1 <= level <= _DEEPEST or len(line) - len(begun) > 3 or rest[:1] not in (" ", "\t"):
        return None
    return Heading(level, rest.strip(" \t").rstrip("#").strip(" \t"))
