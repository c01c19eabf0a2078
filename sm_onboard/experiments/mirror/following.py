"""Follows a store on another machine: what is kept of it at once, then what changed.

==========  =================================================================  ==============
what        when                                                               requests
==========  =================================================================  ==============
list        every minute: the experiments                                      1 a thousand
walk        all runs of an experiment that is chosen for the first time, the   1
            newest first; then again and again, a page every ``Feed.every``
news        every five seconds                                                 2; 1 of
                                                                               SageMaker
==========  =================================================================  ==============

A step does one of them, so that rows appear page by page, and a store that is asked by nobody
any more is asked nothing more. Where the store and what is kept disagree, the store is right.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sm_onboard.experiments.models import Experiment, Run, Store

from .feeds import feed_of

if TYPE_CHECKING:
    from .feeds import Feed, Page, Walk
    from .kept import Kept

NEWS = 5.0  # seconds
LIST = 60.0
LATEST = 10.0
SAVED = 300.0  # between two times that changes are kept
LAST_RUNS = 50  # read for the side panel, where no experiment is chosen
_REST = 5.0  # a store is left alone for this many times as long as its last answer took
_PAGE_REST = 20.0


class Rows(Protocol):
    """Where the runs of the store go."""

    def known(self, experiments: Collection[str] | None = None) -> dict[str, Run]:
        """What is there of some experiments, or of all, by the store's own ids."""
        ...

    def put(self, runs: Iterable[Run], gone: Iterable[str] = ()) -> bool:
        """Takes runs, and tells who looks; answers whether anything differs."""
        ...


@dataclass(frozen=True)
class Step:
    """Where things stand.

    Attributes:
        read_at: of when the oldest part of what is looked at is; ms. None: nothing was read yet.
        whole: whether all that is looked at was read from the store by this server.
        proved: whether the store let its runs be read now, where any are looked at.
        wait: seconds until the next step.
    """

    experiments: list[Experiment]
    read_at: int | None
    whole: bool
    proved: bool
    wait: float


@dataclass
class _Walking:
    experiments: list[str]
    walk: Walk


class Follower:
    """Follows one store; the steps come one at a time.

    Args:
        latest: whether the latest runs are read even where no experiment is looked at.
        growing: seconds that only grow. clock: seconds since 1970.
    """

    def __init__(
        self,
        open: Callable[[], Store],
        kept: Kept,
        *,
        latest: bool = False,
        growing: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._open = open
        self._kept = kept
        self._latest = latest
        self._growing = growing
        self._clock = clock
        self._lock = threading.Lock()
        self._feed: Feed | None = None
        self._mark: int | None = None  # of what is kept
        self._experiments: list[Experiment] | None = None  # None: not even what is kept
        self._listed_at: int | None = None  # ms
        self._looked_for: set[str] = set()  # experiments, in what is kept
        self._read_at: dict[str, int] = {}  # ms, by experiment that all runs are known of
        self._fresh: set[str] = set()  # of these: not only from what is kept
        self._current: set[str] = set()  # of these: news was asked for, the last time
        self._first: list[_Walking] = []
        self._again: _Walking | None = None
        self._due = dict.fromkeys(("list", "news", "walk", "latest"), 0.0)
        self._changed: set[str] = set()  # since they were kept
        self._saved = growing()

    def step(self, wanted: Collection[str], rows: Rows) -> Step:
        """Does what is due. Blocks.

        Args:
            wanted: the experiments that somebody looks at.

        Raises:
            OnboardError: the store's; the next step tries the same again.
        """
        with self._lock:
            proved = False
            if not self._restore(wanted, rows):
                proved = self._do(wanted, rows)
                if self._growing() >= self._saved + SAVED:
                    self._save(rows)
            there = self._there(wanted)
            times = [self._read_at[id] for id in there if id in self._read_at]
            return Step(
                experiments=[one for one in self._experiments or () if not one.deleted],
                read_at=min(times, default=self._listed_at),
                whole=self._feed is not None and there <= self._fresh,
                proved=proved,
                wait=self._wait(there),
            )

    def save(self, rows: Rows) -> None:
        """Keeps what changed: nobody looks any more."""
        with self._lock:
            self._save(rows)

    def differs(self, experiment: str) -> None:
        """A run of it was changed from here: it has to be kept, too. Waits for nobody."""
        self._changed.add(experiment)

    def _do(self, wanted: Collection[str], rows: Rows) -> bool:
        if self._feed is None:
            self._feed = feed_of(self._open())
            self._feed.mark = self._mark or 0
        feed, now = self._feed, self._growing()
        if now >= self._due["list"]:
            self._list(feed, rows)
            return not self._there(wanted)
        there = self._there(wanted)
        known = sorted(there & self._read_at.keys())
        self._begin(feed, there)
        if known and (now >= self._due["news"] or not self._current.issuperset(known)):
            self._news(feed, known, rows)
        elif self._first:
            self._read(feed, rows)
        elif known and now >= self._due["walk"]:
            self._walk(feed, known, rows)
        elif self._shows_latest(there) and now >= self._due["latest"]:
            self._last(feed, rows)
        else:
            return False
        return True

    def _wait(self, there: set[str]) -> float:
        if self._feed is None or there - self._read_at.keys() or there - self._current:
            return 0.0
        due = [self._due["list"]]
        if there:
            due += [self._due["news"], self._due["walk"]]
        elif self._shows_latest(there):
            due.append(self._due["latest"])
        return max(0.0, min(due) - self._growing())

    def _restore(self, wanted: Collection[str], rows: Rows) -> bool:
        """Takes what is kept; answers whether it was looked for at all."""
        new = sorted(set(wanted) - self._looked_for)
        if self._experiments is not None and not new:
            return False
        if self._experiments is None:
            listed = self._kept.listed()
            self._experiments = list(listed.experiments) if listed else []
            self._listed_at = listed.read_at if listed else None
        for id in new:
            self._looked_for.add(id)
            held = None if id in self._read_at else self._kept.held(id)
            if held is not None:
                rows.put(held.runs)
                self._read_at[id] = held.read_at
                self._mark = held.mark if self._mark is None else min(self._mark, held.mark)
                if self._feed is not None:
                    self._feed.mark = min(self._feed.mark, held.mark)
        return True

    def _list(self, feed: Feed, rows: Rows) -> None:
        found = feed.experiments()
        there = {one.id for one in found if not one.deleted}
        lost = [id for id, run in rows.known().items() if run.experiment not in there]
        if lost:
            rows.put((), lost)
        before = self._read_at.keys() | {
            one.id for one in self._experiments or () if not one.deleted
        }
        for id in before - there:
            self._kept.drop(id)
            for of in (self._fresh, self._current, self._changed):
                of.discard(id)
            self._read_at.pop(id, None)
        self._listed_at = self._now()
        if found != self._experiments:
            self._experiments = found
            self._kept.list(tuple(found), self._listed_at)
        self._due["list"] = self._growing() + LIST

    def _begin(self, feed: Feed, there: set[str]) -> None:
        """Walks for what nothing is known of, and none for what nobody looks at any more."""
        self._first = [one for one in self._first if there.intersection(one.experiments)]
        begun = {id for one in self._first for id in one.experiments}
        new = sorted(there - self._read_at.keys() - begun)
        if new:
            self._first.insert(0, _Walking(new, feed.walk(new, first=True)))

    def _read(self, feed: Feed, rows: Rows) -> None:
        # Each in turn, so that all show something soon, and one that fails holds up none.
        one = self._first.pop(0)
        self._first.append(one)
        page = one.walk.page(rows.known(one.experiments))
        rows.put(page.runs, page.gone)
        if not page.last:
            return
        self._first.remove(one)
        self._read_at.update(dict.fromkeys(one.experiments, self._now()))
        self._fresh.update(one.experiments)
        self._changed.update(one.experiments)
        self._due["walk"] = max(self._due["walk"], self._growing() + feed.every)
        self._save(rows)

    def _news(self, feed: Feed, known: list[str], rows: Rows) -> None:
        began, moment = self._growing(), self._now()
        before = rows.known(known)
        for page in feed.news(known, before, sorted(set(known) - self._current)):
            self._take(page, before, rows)
        self._fresh.update(known)
        self._current = set(known)
        self._read_at.update(dict.fromkeys(known, moment))
        ended = self._growing()
        self._due["news"] = ended + max(NEWS, _REST * (ended - began))

    def _walk(self, feed: Feed, known: list[str], rows: Rows) -> None:
        began = self._growing()
        if self._again is None or self._again.experiments != known:
            self._again = _Walking(known, feed.walk(known, first=False))
        before = rows.known(known)
        page = self._again.walk.page(before)
        self._take(page, before, rows)
        if page.last:
            self._again = None
        ended = self._growing()
        self._due["walk"] = ended + max(feed.every, _PAGE_REST * (ended - began))

    def _last(self, feed: Feed, rows: Rows) -> None:
        experiments = [one.id for one in self._experiments or () if not one.deleted]
        found = feed.latest(experiments, LAST_RUNS)
        ids = {run.id for run in found}
        rows.put(
            found,
            [
                id
                for id, run in rows.known().items()
                if id not in ids and run.experiment not in self._read_at
            ],
        )
        self._due["latest"] = self._growing() + LATEST

    def _take(self, page: Page, before: Mapping[str, Run], rows: Rows) -> None:
        if rows.put(page.runs, page.gone):
            self._changed.update(run.experiment for run in page.runs)
            self._changed.update(before[id].experiment for id in page.gone if id in before)

    def _save(self, rows: Rows) -> None:
        mark = self._feed.mark if self._feed else 0
        changed, self._changed = self._changed, set()
        for id in sorted(changed & self._read_at.keys()):
            self._kept.hold(id, tuple(rows.known([id]).values()), self._read_at[id], mark)
        if changed:
            self._kept.trim()
        self._saved = self._growing()

    def _there(self, wanted: Collection[str]) -> set[str]:
        return {one.id for one in self._experiments or () if not one.deleted}.intersection(wanted)

    def _shows_latest(self, there: set[str]) -> bool:
        return self._latest and not there

    def _now(self) -> int:
        return int(self._clock() * 1000)
