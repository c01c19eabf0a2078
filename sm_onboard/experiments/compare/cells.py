"""Which cells of two notebooks belong together. What they gave does not count."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from sm_onboard.errors import InvalidRequest
from sm_onboard.notebook import NotebookCell, cells

Change = Literal["same", "moved", "changed", "added", "removed"]

_LIKE = 0.5  # of their words, from which on two cells count as one that was changed
_COMPARED = 10_000  # pairs of cells that are looked at for that
_READ = 4_000  # characters of a cell


class Pair(NamedTuple):
    """A cell on both sides, or on one; with its number, from 1."""

    change: Change
    before: tuple[int, NotebookCell] | None = None
    after: tuple[int, NotebookCell] | None = None


def read(content: bytes) -> tuple[NotebookCell, ...] | None:
    """The cells of a notebook; None where these bytes are none, or there are too many."""
    try:
        found = cells(_without_outputs(content))
    except InvalidRequest:
        return None
    return None if found.more else found.cells


def pair(before: Sequence[NotebookCell], after: Sequence[NotebookCell]) -> list[Pair]:
    """The cells in the order of ``after``; what was removed stands where it was.

    By their ids, and else by what they hold: an id is missing in old notebooks, and made anew
    by a tool that writes the notebook again.
    """
    partner = _by_id(before, after)
    _equal(before, after, partner)
    _alike(before, after, partner)
    kept = _in_place(partner)
    found = [
        _pair(before, after, old, new, old in kept) for new, old in sorted(_turned(partner).items())
    ]
    taken = _turned(partner)
    found += [Pair("added", None, (n + 1, c)) for n, c in enumerate(after) if n not in taken]
    found.sort(key=lambda each: each.after[0] if each.after else 0)
    return _with_removed(before, partner, found)


def _by_id(before: Sequence[NotebookCell], after: Sequence[NotebookCell]) -> dict[int, int]:
    """Places before -> after, of ids that each side has once."""
    places = _once((n, cell.id) for n, cell in enumerate(before))
    return {
        places[id]: n
        for id, n in _once((n, cell.id) for n, cell in enumerate(after)).items()
        if id in places and before[places[id]].kind == after[n].kind
    }


def _once(named: Iterable[tuple[int, str]]) -> dict[str, int]:
    found: dict[str, list[int]] = {}
    for n, id in named:
        found.setdefault(id, []).append(n)
    return {id: ns[0] for id, ns in found.items() if id and len(ns) == 1}


def _equal(
    before: Sequence[NotebookCell], after: Sequence[NotebookCell], partner: dict[int, int]
) -> None:
    """Pairs what is left and the same, in its order as far as that goes."""
    old, new = _left(before, partner), _left(after, _turned(partner))
    keys = [[f"{before[n].kind} {before[n].source}" for n in old],
            [f"{after[n].kind} {after[n].source}" for n in new]]  # fmt: skip
    for a, b, size in difflib.SequenceMatcher(None, keys[0], keys[1]).get_matching_blocks():
        partner.update(zip(old[a : a + size], new[b : b + size], strict=True))
    places: dict[tuple[str, str], list[int]] = {}
    for n in reversed(_left(after, _turned(partner))):
        places.setdefault((after[n].kind, after[n].source), []).append(n)
    for n in _left(before, partner):
        same = places.get((before[n].kind, before[n].source))
        if same and before[n].source.strip():
            partner[n] = same.pop()


def _alike(
    before: Sequence[NotebookCell], after: Sequence[NotebookCell], partner: dict[int, int]
) -> None:
    """Pairs what is left and has enough words in common, the most alike first."""
    old, new = _left(before, partner), _left(after, _turned(partner))
    if len(old) * len(new) > _COMPARED:
        return
    words = {("old", n): _words(before[n].source) for n in old}
    words |= {("new", n): _words(after[n].source) for n in new}
    likely = []
    for a in old:
        for b in new:
            if before[a].kind == after[b].kind:
                like = _ratio(words["old", a], words["new", b])
                if like >= _LIKE:
                    likely.append((-like, abs(a - b), a, b))
    taken: set[int] = set()
    for _, _, a, b in sorted(likely):
        if a not in partner and b not in taken:
            partner[a] = b
            taken.add(b)


def _ratio(one: dict[str, int], other: dict[str, int]) -> float:
    """How much they share, whatever the order; weighed by characters."""
    shared = sum(min(n, other.get(word, 0)) * len(word) for word, n in one.items())
    total = sum(n * len(word) for side in (one, other) for word, n in side.items())
    return 2 * shared / total if total else 0.0


def _words(source: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in source[:_READ].split():
        found[word] = found.get(word, 0) + 1
    return found


def _in_place(partner: dict[int, int]) -> set[int]:
    """Places before of the longest row of pairs that keep their order; the rest was moved."""
    ends: list[int] = []  # the smallest place after that a row of so many pairs ends with
    chain: list[int] = []
    previous: dict[int, int | None] = {}
    for old in sorted(partner):
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            if ends[middle] < partner[old]:
                low = middle + 1
            else:
                high = middle
        previous[old] = chain[low - 1] if low else None
        ends[low : low + 1], chain[low : low + 1] = [partner[old]], [old]
    found: set[int] = set()
    at = chain[-1] if chain else None
    while at is not None:
        found.add(at)
        at = previous[at]
    return found


def _pair(
    before: Sequence[NotebookCell],
    after: Sequence[NotebookCell],
    old: int,
    new: int,
    in_place: bool,
) -> Pair:
    one, other = before[old], after[new]
    change: Change = "same" if in_place else "moved"
    if (one.kind, one.source) != (other.kind, other.source):
        change = "changed"
    return Pair(change, (old + 1, one), (new + 1, other))


def _with_removed(
    before: Sequence[NotebookCell], partner: dict[int, int], found: list[Pair]
) -> list[Pair]:
    """Puts what was removed behind the cell that it followed."""
    at = {each.before[0] - 1: each for each in found if each.before}
    behind: dict[int, list[Pair]] = {}
    follows = -1  # the number of the pair in ``found``; -1: at the beginning
    places = {id(each): n for n, each in enumerate(found)}
    for n, cell in enumerate(before):
        if n in partner:
            follows = places[id(at[n])]
        else:
            behind.setdefault(follows, []).append(Pair("removed", (n + 1, cell)))
    merged = behind.get(-1, [])
    for n, each in enumerate(found):
        merged += [each, *behind.get(n, [])]
    return merged


def _left(cells: Sequence[NotebookCell], taken: dict[int, int]) -> list[int]:
    return [n for n in range(len(cells)) if n not in taken]


def _turned(partner: dict[int, int]) -> dict[int, int]:
    return {new: old for old, new in partner.items()}


def _without_outputs(content: bytes) -> bytes:
    """The notebook without what its cells gave, which may be most of it."""
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        return content
    listed = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return content
    for cell in listed:
        if isinstance(cell, dict):
            cell.pop("outputs", None)
            cell.pop("attachments", None)
    try:
        return json.dumps({"cells": listed}).encode()
    except RecursionError:
        return content
