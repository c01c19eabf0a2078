"""An MLflow server, asked for what changed.

MLflow has no time of change. Two searches tell nearly all: the runs that have not ended, and
those that ended last. A run that is neither, and was not ended when it was last seen, is asked
for by its id. What is left is found by the walk: runs deleted or edited long after they ended,
and runs recorded with times of long ago.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from sm_onboard.experiments.models import Experiment, Run
from sm_onboard.experiments.stores import refusals
from sm_onboard.experiments.stores.rest import TOGETHER, MlflowStore

from .feeds import Page

PAGE: Final = 1000  # runs of the walk in one answer: a second of the server's time or more
FIRST: Final = 100  # shown while the rest is read
OPEN: Final = 200  # not ended: of more, those that began last; the walk reads the others
ENDED: Final = 100  # asked for at first of those that ended last
NAMED: Final = 100  # ids in one search
SLACK: Final = 10 * 60 * 1000  # ms that the clocks of a team's machines may differ

_NEWEST = "attributes.start_time DESC"
_OPEN = " and ".join(f"attributes.status != '{s}'" for s in ("FINISHED", "FAILED", "KILLED"))
_ID = re.compile("[A-Za-z0-9_-]{1,64}")


class MlflowFeed:
    """Implements ``Feed``."""

    every = 60.0
    mark = 0  # the runs themselves tell

    def __init__(self, store: MlflowStore) -> None:
        self._store = store

    def experiments(self) -> list[Experiment]:
        return self._store.experiments()

    def walk(self, experiments: Sequence[str], *, first: bool) -> MlflowWalk:
        return MlflowWalk(self._store, experiments, FIRST if first else PAGE)

    def latest(self, experiments: Sequence[str], size: int) -> Sequence[Run]:
        return self._store.page(experiments[:TOGETHER], "", _NEWEST, size)[0]

    def news(
        self, experiments: Sequence[str], known: Mapping[str, Run], behind: Collection[str]
    ) -> Iterator[Page]:
        for one in sorted(behind):
            own = {id: run for id, run in known.items() if run.experiment == one}
            yield from self._ended([one], own, all=True)
        for group in _groups(experiments):
            own = {id: run for id, run in known.items() if run.experiment in group}
            seen: set[str] = set()
            open, more = self._store.page(group, _OPEN, _NEWEST, OPEN)
            yield Page(open)
            seen.update(run.id for run in open)
            for page in self._ended(group, own):
                yield page
                seen.update(run.id for run in page.runs)
            # Where not all came, nothing is said of those that began before the last.
            oldest = min(map(_began, open), default=0) if more else -1
            missing = [
                run.id
                for run in own.values()
                if run.id not in seen and _is_open(run) and _began(run) > oldest
            ]
            if missing:
                yield self._named(group, missing[:NAMED])

    def _ended(
        self, experiments: Sequence[str], known: Mapping[str, Run], *, all: bool = False
    ) -> Iterator[Page]:
        """The runs that ended since the last one known, the last first.

        Args:
            all: not only as long as there is news: another experiment may have filled a page.
        """
        since = max((run.ended or 0 for run in known.values()), default=0) - SLACK
        filter = f"attributes.end_time >= {max(since, 1)}"
        token, size = "", ENDED
        while True:
            runs, token = self._store.page(
                experiments, filter, "attributes.end_time DESC", size, token
            )
            yield Page(runs)
            if not token or not (all or any(_differs(run, known.get(run.id)) for run in runs)):
                return
            size = PAGE

    def _named(self, experiments: Sequence[str], ids: Sequence[str]) -> Page:
        plain = [id for id in ids if _ID.fullmatch(id)]
        if not plain:
            return Page(())
        named = ", ".join(f"'{id}'" for id in plain)
        try:
            filter = f"attributes.run_id IN ({named})"
            runs, _ = self._store.page(experiments, filter, _NEWEST, len(plain))
        except refusals.Refused:
            return Page(())  # a server of before 2022 takes no such question; the walk will tell
        return Page(runs, gone=set(plain) - {run.id for run in runs})


class MlflowWalk:
    """Implements ``Walk``: goes from start time to start time, so that nothing shifts its pages."""

    def __init__(self, store: MlflowStore, experiments: Sequence[str], size: int) -> None:
        self._store = store
        self._groups = _groups(experiments)
        self._size = size
        self._seen: set[str] = set()
        self._until: int | None = None  # ms; None: from the newest on
        self._token = ""  # within more runs of one moment than fit in a page

    def page(self, known: Mapping[str, Run]) -> Page:
        if not self._groups:
            return Page((), gone=(), last=True)
        group, until = self._groups[0], self._until
        filter = "" if until is None else f"attributes.start_time <= {until}"
        runs, token = self._store.page(group, filter, _NEWEST, self._size, self._token)
        if token and token == self._token:
            raise refusals.strange(self._store.uri)
        self._size = PAGE
        self._seen.update(run.id for run in runs)
        oldest = min(map(_began, runs), default=until)
        if not token:
            complete: float | None = -1
            self._groups, self._until, self._token = self._groups[1:], None, ""
        else:
            complete = oldest
            further = oldest is not None and (until is None or oldest < until)
            self._until, self._token = (oldest, "") if further else (until, token)
        gone = [
            id
            for id, run in known.items()
            if complete is not None
            and complete < _began(run) <= (math.inf if until is None else until)
            and run.experiment in group
            and id not in self._seen
        ]
        return Page(runs, gone=gone, last=not self._groups)


def _groups(experiments: Sequence[str]) -> list[Sequence[str]]:
    return [experiments[at : at + TOGETHER] for at in range(0, len(experiments), TOGETHER)]


def _began(run: Run) -> int:
    return run.started or 0


def _is_open(run: Run) -> bool:
    return run.status in ("running", "scheduled")


def _differs(run: Run, known: Run | None) -> bool:
    """Whether a run that ended was not known to have ended so."""
    return known is None or (run.ended, run.status) != (known.ended, known.status)
