"""SageMaker Experiments, asked for what changed.

Each trial component has a time of change, and ``Search`` sorts by it. Deleted ones are not told:
the walk finds them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments.models import Experiment, Run
from sm_onboard.experiments.stores.sagemaker import UNASSIGNED, SagemakerStore
from sm_onboard.experiments.table import same

from .feeds import Page

SLACK: Final = 60_000  # ms until the index of Search has what was changed
CHECKED: Final = 20  # runs that a walk misses and asks for by name, at most


class SagemakerFeed:
    """Implements ``Feed``."""

    every = 10.0  # a page has 100 runs at most

    def __init__(self, store: SagemakerStore) -> None:
        self._store = store
        self.mark = 0

    def experiments(self) -> list[Experiment]:
        return self._store.experiments()

    def walk(self, experiments: Sequence[str], *, first: bool) -> SagemakerWalk:  # noqa: ARG002
        return SagemakerWalk(self, self._store, experiments)

    def latest(self, experiments: Sequence[str], size: int) -> Sequence[Run]:
        return self._store.page(set(experiments)).runs[:size]

    def news(
        self,
        experiments: Sequence[str],
        known: Mapping[str, Run],
        behind: Collection[str],
    ) -> Iterator[Page]:
        wanted, since, token = set(experiments), max(0, self.mark - SLACK), ""
        while True:
            page = self._store.page(wanted, since=since, token=token)
            own = [run for run in page.runs if run.experiment in wanted]
            # one that was taken out of its experiment
            gone = {run.id for run in page.runs if run.experiment not in wanted} & known.keys()
            yield Page(own, gone=gone)
            self.mark = max(self.mark, page.newest)
            fresh = gone or behind or any(_differs(run, known.get(run.id)) for run in own)
            if not page.token or not fresh:
                return
            token = page.token


class SagemakerWalk:
    """Implements ``Walk``."""

    def __init__(
        self, feed: SagemakerFeed, store: SagemakerStore, experiments: Sequence[str]
    ) -> None:
        self._feed = feed
        self._store = store
        self._wanted = set(experiments)
        self._seen: set[str] = set()
        self._token = ""
        self._known: set[str] | None = None  # when the walk began

    def page(self, known: Mapping[str, Run]) -> Page:
        if self._known is None:
            self._known = set(known)
        within = next(iter(self._wanted)) if len(self._wanted) == 1 else UNASSIGNED
        try:
            page = self._store.page(
                self._wanted, within="" if within == UNASSIGNED else within, token=self._token
            )
        except OnboardError:
            # A token may have ended: from the beginning, next time.
            self._token, self._known = "", None
            self._seen.clear()
            raise
        runs = [run for run in page.runs if run.experiment in self._wanted]
        self._seen.update(run.id for run in runs)
        self._token = page.token
        if self._feed.mark == 0:
            self._feed.mark = page.newest
        gone = () if page.token else self._gone(sorted(self._known - self._seen))
        return Page(runs, gone=gone, last=not page.token)

    def _gone(self, missed: Sequence[str]) -> list[str]:
        """Those that are really no longer there: pages shift when one before them goes."""
        gone = []
        for id in missed[:CHECKED]:
            try:
                if self._store.run(id).experiment not in self._wanted:
                    gone.append(id)
            except NotFound:
                gone.append(id)
        return gone


def _differs(run: Run, known: Run | None) -> bool:
    return known is None or not same(run, known)
