"""The contract of the charts: which curves are asked for, and what is answered."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sm_onboard.domain.models import DomainProblem
from sm_onboard.experiments.shown import Number

RUNS = 200
METRICS = 20
POINTS = 2000


class CurvesAsked(msgspec.Struct, frozen=True, kw_only=True):
    runs: Annotated[tuple[str, ...], Meta(max_length=RUNS)]  # the page's ids
    metrics: Annotated[tuple[str, ...], Meta(max_length=METRICS)]
    points: Annotated[int, Meta(ge=4, le=POINTS)] = 500  # of each curve, at most


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one run, ordered by step, then time. A run may log a step twice."""

    run: str
    metric: str
    steps: tuple[int, ...]
    times: tuple[int, ...]  # milliseconds since 1970
    values: tuple[Number, ...]  # never null
    total: int  # points that were recorded
    sampled: bool  # points were left out; the lowest and the highest of each stretch are there
    evenly: bool  # the store left them out, every n-th is there: peaks may be missing


class CurveTrouble(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    problem: DomainProblem


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read; a run without a metric has no curve of it, and that is no trouble."""

    curves: tuple[Curve, ...]
    problems: tuple[CurveTrouble, ...]
