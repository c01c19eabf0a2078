"""Comparing over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import CodeAsked, CodeDiff, CompareAsked, Compared

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

    from .jobs import CodeDiffs


def compare(rooms: Rooms, body: CompareAsked) -> Compared:
    from .beside import beside

    return beside(rooms.experiments, body.runs, packages=body.packages)


def begin_code(rooms: Rooms, body: CodeAsked) -> CodeDiff:
    return _diffs(rooms).begin(body)


def code(rooms: Rooms, id: str) -> CodeDiff:
    return _diffs(rooms).get(id)


def _diffs(rooms: Rooms) -> CodeDiffs:
    from .jobs import CodeDiffs

    return rooms.experiments.lasting(CodeDiffs, lambda: CodeDiffs.of(rooms))


ROUTES = (
    Route(
        "POST",
        "experiments/compare",
        "compareRuns",
        compare,
        "Runs side by side, of any stores: what they recorded, or their packages.",
        Compared,
        body=CompareAsked,
    ),
    Route(
        "POST",
        "experiments/code",
        "compareCode",
        begin_code,
        "Begins to compare the code of two runs; writes nothing that stays.",
        CodeDiff,
        body=CodeAsked,
        status=202,
    ),
    Route(
        "GET",
        "experiments/code/{id}",
        "getCode",
        code,
        "What differs between the code of two runs, once it is known.",
        CodeDiff,
    ),
)
