"""Reads the stores that somebody looks at, again and again, in threads of the shared pool."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from sm_onboard.domain.problems import BROKEN
from sm_onboard.errors import NotFound, OnboardError

from .models import Run
from .problems import problem_of
from .shown import ExperimentsLook, StoreRow
from .table import Table
from .watched import Place as Place
from .watched import Rows, Watched, row_of

if TYPE_CHECKING:
    from .mirror.following import Follower

LEASE = 60.0
"""Seconds that a view counts as open after it was last heard of."""

PAGE = "page"
"""What the names of views begin with that show stores and experiments to choose from."""

TICK = 1.0
"""Seconds between two looks at what is due."""

_REST = 5.0  # a store is left alone for this many times as long as its last reading took
_AGES = {"sqlite": 1.0, "files": 5.0}  # seconds between readings while somebody looks
_REMOTE = 10.0
_UNCHOSEN = 300.0  # elsewhere, while none of its experiments is looked at
_TRY_AGAIN = 30.0


class Watcher:
    """Reads while there is a lease, and not at all without one.

    Args:
        places: the stores that are known without asking anybody (False), and all of them (True);
            called in a thread of the pool, when somebody first looks, and looks at the page.
        tell: announces that something differs; called from any thread.
        growing: seconds that only grow. clock: seconds since 1970.
    """

    def __init__(
        self,
        places: Callable[[bool], Sequence[Place]],
        table: Table,
        *,
        pool: Executor,
        tell: Callable[[], None],
        log: logging.Logger,
        growing: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._places = places
        self._table = table
        self._pool = pool
        self._tell = tell
        self._log = log
        self._growing = growing
        self._clock = clock
        self._lock = threading.Condition()
        self._views: dict[str, tuple[frozenset[str], float]] = {}
        self._watched: dict[str, Watched] | None = None
        self._visited: dict[str, Place] = {}
        self._finding = False
        self._found_all = False
        self._moved = False
        self._ticking = False
        self._closed = False

    def look(self, look: ExperimentsLook) -> None:
        """Somebody looks, or no longer does."""
        with self._lock:
            if not look.open:
                self._views.pop(look.view, None)
                return
            self._views[look.view] = (frozenset(look.experiments), self._growing() + LEASE)
            if not self._ticking and not self._closed:
                self._ticking = True
                threading.Thread(target=self._run, name="sm_onboard-runs", daemon=True).start()
            self._lock.notify_all()

    def place(self, id: str) -> Place:
        """The store with this id, also before anybody looked. May block.

        Raises:
            NotFound: ``experiments.store_unknown``.
        """
        with self._lock:
            known = (self._watched or {}).get(id)
            visited = self._visited.get(id)
        if known:
            return known.place
        if visited:
            return visited
        for place in self._places(True):
            if place.id == id:
                return place
        raise NotFound(
            "experiments.store_unknown",
            "The store of this run is not known here.",
            "Open the experiments page, and choose the run there.",
        )

    def visit(self, place: Place) -> None:
        """Somebody was led to a run of this store: it can be found from now on, and is read for
        that run alone."""
        with self._lock:
            self._visited[place.id] = place

    def recording(self) -> Place:
        """The store that this server's kernels record in. May block."""
        return next(place for place in self._places(False) if place.recording)

    def differs(self, id: str, run: Run) -> bool:
        """Takes a run that was read by itself; answers whether it differs.

        Args:
            id: the page's.
        """
        if not self._table.take(id, run):
            return False
        with self._lock:
            one = (self._watched or {}).get(id.partition(".")[0])
        if one and one.follower:
            one.follower.differs(run.experiment)
        return True

    def rows(self) -> tuple[StoreRow, ...]:
        with self._lock:
            return tuple(map(row_of, (self._watched or {}).values()))

    @property
    def working(self) -> bool:
        """Whether anything is being read for the first time."""
        with self._lock:
            return self._finding or any(
                one.begun and not one.whole and one.problem is None
                for one in (self._watched or {}).values()
            )

    @property
    def begun(self) -> bool:
        with self._lock:
            return self._watched is not None

    def again(self) -> None:
        """Which store is recorded in has changed; whoever looks is shown that."""
        with self._lock:
            self._moved = self._watched is not None
            self._lock.notify_all()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._views.clear()
            self._lock.notify_all()

    def _run(self) -> None:
        with self._lock:
            while (wanted := self._wanted()) is not None:
                self._begin(wanted)
                self._lock.wait(TICK)
            self._ticking = False
            followed = [] if self._closed else [*(self._watched or {}).values()]
        for one in followed:
            if one.follower:
                rows = Rows(self._table, one.place.id, self._tell)
                self._submit(lambda one=one, rows=rows: one.follower.save(rows))  # type: ignore[misc]

    def _wanted(self) -> frozenset[str] | None:
        """The experiments that somebody looks at; None when nobody looks."""
        now = self._growing()
        self._views = {name: view for name, view in self._views.items() if view[1] > now}
        if self._closed or not self._views:
            return None
        return frozenset().union(*(chosen for chosen, _ in self._views.values()))

    def _begin(self, wanted: frozenset[str]) -> None:
        page = any(view.startswith(PAGE) for view in self._views)
        anew = self._watched is None or self._moved or (page and not self._found_all)
        if not self._finding and anew:
            self._finding, self._moved = True, False
            self._submit(lambda: self._find(page))
        for one in (self._watched or {}).values():
            if one.place.kind not in _AGES and not page and not one.place.recording:
                one.begun = one.reading
                continue  # the panel alone asks nothing of the network that it can do without
            own = frozenset(
                id.removeprefix(f"{one.place.id}.")
                for id in wanted
                if id.startswith(f"{one.place.id}.")
            )
            if not one.reading and (self._growing() >= one.due or not own <= one.asked):
                one.begun = one.reading = True
                self._submit(lambda one=one, own=own: self._read(one, own))  # type: ignore[misc]

    def _submit(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the server is stopping
            self._pool.submit(work)

    def _find(self, everything: bool) -> None:
        # What needs no asking first: what is kept of it can be shown at once.
        for all in (False, True) if everything else (False,):
            found: Sequence[Place] | None = None
            try:
                found = self._places(all)
            except Exception:
                self._log.exception("sm_onboard | the stores of experiments could not be listed")
            self._found(found, last=all == everything, everything=everything)

    def _found(self, found: Sequence[Place] | None, *, last: bool, everything: bool) -> None:
        with self._lock:
            known = self._watched or {}
            ids = {place.id for place in found or ()}
            # Those that were remembered, and are no longer there.
            lost = known.keys() - ids if found and last and everything else set()
            new = {place.id: Watched(place) for place in found or () if place.id not in known}
            for place in found or ():
                one = known.get(place.id)
                if one and one.place.recording != place.recording:
                    one.follower = None  # follows the latest runs of what is recorded in
                if one:
                    one.place = place
            self._watched = {id: one for id, one in known.items() if id not in lost} | new
            if last:
                self._finding = False
                self._found_all = self._found_all or everything
            self._lock.notify_all()
        for id in lost:
            self._forget(id)
        self._tell()

    def _forget(self, store: str) -> None:
        self._table.update(store, (), self._table.of(store))

    def _read(self, one: Watched, own: frozenset[str]) -> None:
        began = self._growing()
        differs, problem, wait, proved = False, None, None, True
        try:
            if one.place.follow:
                differs, wait, proved = self._follow(one, own, one.place.follow)
            else:
                differs = self._take(one, own)
        except OnboardError as error:
            # A fresh machine has no file yet: that is no trouble, and the first run makes it.
            if error.code == "experiments.store_missing" and one.place.fresh:
                differs = self._table.replace(one.place.id, one.asked, ())
                self._taken(one)
            else:
                problem = problem_of(error)
        except Exception:
            self._log.exception("sm_onboard | %s could not be read", one.place.name)
            problem = BROKEN
        ended = self._growing()
        with self._lock:
            if problem is None and not proved:
                problem = one.problem
            differs = differs or problem != one.problem
            one.reading = False
            one.problem = problem
            if problem is None:
                one.asked |= own
            if wait is None:
                age = _AGES.get(one.place.kind, _REMOTE if own else _UNCHOSEN)
                wait = max(age, _REST * (ended - began), _TRY_AGAIN if problem else 0.0)
            one.due = ended + wait
            lost = one.place.id not in (self._watched or {})
            self._lock.notify_all()
        if lost:
            self._forget(one.place.id)  # meanwhile
        if differs:
            self._tell()

    def _follow(
        self, one: Watched, own: frozenset[str], follow: Callable[[], Follower]
    ) -> tuple[bool, float, bool]:
        """One step; whether anything differs, when the next is due, and whether runs were had."""
        if one.follower is None:
            one.follower = follow()
        step = one.follower.step(own, Rows(self._table, one.place.id, self._tell))
        with self._lock:
            differs = (one.experiments, one.whole) != (step.experiments, step.whole)
            one.experiments, one.whole, one.read_at = step.experiments, step.whole, step.read_at
        return differs, step.wait, step.proved

    def _take(self, one: Watched, own: frozenset[str]) -> bool:
        """Reads a store as it is now, unless nothing was written to it; whether it differs."""
        seen = one.place.fingerprint() if one.place.fingerprint else None
        if seen is not None and seen == one.seen and not one.problem and own <= one.asked:
            self._taken(one)
            return False
        if one.store is None:
            one.store = one.place.open()
        experiments = [each for each in one.store.experiments() if not each.deleted]
        # A store on this machine costs little: all of it, for the latest runs. Elsewhere only
        # what somebody chose.
        local = one.place.kind in _AGES
        ids = [each.id for each in experiments if local or each.id in own | one.asked]
        runs = one.store.runs(ids)
        with self._lock:
            differs = one.experiments != experiments or not one.whole
            dropped = {each.id for each in one.experiments} - {each.id for each in experiments}
            one.experiments = experiments
            one.seen = seen
        self._taken(one)
        return self._table.replace(one.place.id, {*ids, *dropped}, runs) or differs

    def _taken(self, one: Watched) -> None:
        with self._lock:
            one.whole = True
            one.read_at = int(self._clock() * 1000)
