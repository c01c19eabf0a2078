"""The contract of comparing: runs side by side, and the code of two of them as a difference.

All texts are somebody else's. What is long is cut and ends in "…".
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sm_onboard.domain.models import DomainProblem
from sm_onboard.experiments.models import Status
from sm_onboard.experiments.shown import Number

from .values import Part

RUNS = 100
VALUE_LIMIT = 4000
"""Characters of one value."""

Id = Annotated[str, Meta(max_length=2000)]


class CompareAsked(msgspec.Struct, frozen=True, kw_only=True):
    runs: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=RUNS)]  # the page's ids
    packages: bool = False  # their packages, which are files of the runs, in place of the rest


class ComparedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One side. With a ``problem`` nothing is known of it but what was known before."""

    id: str
    name: str = ""
    status: Status | None = None
    person: str = ""
    started: int | None = None
    experiment: str = ""  # "<store>.<the store's own id>"
    problem: DomainProblem | None = None


class ComparedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One name, and what each run has there, in the order of the runs.

    None: the run has nothing there, or, where its place is in ``unknown``, nobody knows.
    Metrics are numbers, the rest texts; ``"NaN"`` is a number among metrics only.
    """

    part: Part
    name: str
    values: tuple[Number | str, ...]
    differs: bool
    odd: tuple[int, ...] = ()  # places of values that most of the runs do not have
    unknown: tuple[int, ...] = ()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    runs: tuple[ComparedRun, ...]
    rows: tuple[ComparedRow, ...]
    notes: tuple[str, ...] = ()  # what could not be compared, sentences


class CodeAsked(msgspec.Struct, frozen=True, kw_only=True):
    """From the code of one run to that of another; the page's ids."""

    before: Id
    after: Id


class CodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its numbers from 1 on the two sides."""

    sign: Literal[" ", "-", "+"]
    text: str
    before: int | None = None
    after: int | None = None


class CodeHunk(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that follow each other, with some around what changed."""

    lines: tuple[CodeLine, ...]


class CodeCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that is not the same. Its numbers count the cells of the notebook from 1."""

    change: Literal["added", "removed", "changed", "moved"]  # moved: to another place, unchanged
    kind: Literal["code", "markdown", "raw"]
    before: int | None = None
    after: int | None = None
    hunks: tuple[CodeHunk, ...] = ()
    cut: int = 0  # lines that are not shown


class CodeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not the same; a notebook has cells, any other file hunks.

    Attributes:
        path: as it is after, or was before it was removed. old: its path before, if another.
        why: why nothing is shown of it, a sentence; or what else is to be known.
        same: cells that are the same. more: cells that are not the same, and not shown.
        cut: lines that are not shown.
    """

    path: str
    old: str = ""
    change: Literal["added", "removed", "changed", "renamed"]
    notebook: bool = False
    added: int = 0  # lines
    removed: int = 0
    why: str = ""
    hunks: tuple[CodeHunk, ...] = ()
    cells: tuple[CodeCell, ...] = ()
    same: int = 0
    more: int = 0
    cut: int = 0


class CodeDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between the code of two runs.

    Attributes:
        state: ``working``: ask again. ``failed``: ``problem`` says why.
        whole: both trees were there. Otherwise the notes say whose was not, and why.
        more: files that are not the same, and not listed.
    """

    id: str
    state: Literal["working", "done", "failed"]
    whole: bool = False
    files: tuple[CodeFile, ...] = ()
    more: int = 0
    notes: tuple[str, ...] = ()
    problem: DomainProblem | None = None
