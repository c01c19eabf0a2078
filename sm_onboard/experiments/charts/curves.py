"""Reads curves from the stores, many at once where a store can."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import NotFound, OnboardError, Unreachable
from sm_onboard.experiments.models import Histories, Series, Store
from sm_onboard.experiments.problems import problem_of
from sm_onboard.experiments.table import number

from .sampling import sampled
from .shown import Curve, Curves, CurvesAsked, CurveTrouble

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService

WHOLE = 400_000
"""Points of one answer, at most: about 14 MB. Many curves have fewer points each."""

FEWEST = 40
"""Points that a curve has all the same."""

PATIENCE = 20.0
"""Seconds after which nothing more is asked; the browser waits for 30."""


def curves(
    experiments: ExperimentsService,
    asked: CurvesAsked,
    growing: Callable[[], float] = time.monotonic,
) -> Curves:
    """The curves that can be read; what cannot is told for each run. Blocks.

    Args:
        growing: seconds that only grow.
    """
    runs, metrics = tuple(dict.fromkeys(asked.runs)), tuple(dict.fromkeys(asked.metrics))
    points = max(FEWEST, WHOLE // max(1, len(runs) * len(metrics)))
    points = min(points, asked.points)
    until = growing() + PATIENCE
    stores: dict[str, list[str]] = {}
    for id in runs:
        stores.setdefault(id.partition(".")[0], []).append(id)
    found: list[Curve] = []
    problems: dict[str, DomainProblem] = {}
    for ids in stores.values():
        reading = _Reading(ids, lambda: growing() > until)
        try:
            store = experiments.find(ids[0]).store
            for metric in metrics:
                for run, series in reading.read(store, metric):
                    found.append(_shown(run, metric, sampled(series, points)))
        except OnboardError as error:
            reading.fail(error)
        problems |= reading.problems
    return Curves(
        curves=tuple(found),
        problems=tuple(CurveTrouble(run=run, problem=why) for run, why in problems.items()),
    )


class _Reading:
    """Runs of one store.

    Attributes:
        problems: why runs, by the page's ids, could not be read.
    """

    def __init__(self, ids: Sequence[str], late: Callable[[], bool]) -> None:
        self._own = {id.partition(".")[2]: id for id in ids}
        self._late = late
        self.problems: dict[str, DomainProblem] = {}

    def read(self, store: Store, metric: str) -> Iterator[tuple[str, Series]]:
        """The curves of one metric, as far as they can be read."""
        wanted = [own for own, id in self._own.items() if id not in self.problems]
        if self._late():
            self._tell(wanted, _LATE)
            return
        found = (
            cast(Histories, store).histories_of(wanted, metric)
            if hasattr(store, "histories_of")
            else None
        )
        if found is None:
            yield from self._one_by_one(store, wanted, metric)
            return
        self._tell([own for own in wanted if own not in found], _UNKNOWN)
        yield from ((self._own[own], series) for own, series in found.items() if series.total)

    def fail(self, error: OnboardError) -> None:
        """Nothing more can be read of the store."""
        self._tell([own for own, id in self._own.items() if id not in self.problems], error)

    def _one_by_one(
        self, store: Store, wanted: Sequence[str], metric: str
    ) -> Iterator[tuple[str, Series]]:
        for place, own in enumerate(wanted):
            if self._late():
                self._tell(wanted[place:], _LATE)
                return
            try:
                points = store.history(own, metric)
            except NotFound as error:
                self._tell([own], error)
                continue
            if points:
                yield self._own[own], Series.of(points)

    def _tell(self, own: Sequence[str], error: OnboardError) -> None:
        self.problems.update(dict.fromkeys([self._own[one] for one in own], problem_of(error)))


_UNKNOWN = NotFound(
    "experiments.run_unknown", "This run is no longer in its store.", "It may have been deleted."
)
_LATE = Unreachable(
    "experiments.curves_late",
    f"The store did not answer for all curves within {PATIENCE:.0f} s.",
    "Choose fewer runs, or try again.",
)


def _shown(run: str, metric: str, series: Series) -> Curve:
    return Curve(
        run=run,
        metric=metric,
        steps=tuple(series.steps),
        times=tuple(series.times),
        values=tuple(map(number, series.values)),
        total=series.total,
        sampled=series.evenly or len(series.values) < series.total,
        evenly=series.evenly,
    )
