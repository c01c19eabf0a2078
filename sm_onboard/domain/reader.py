"""Reads the parts that somebody looks at, each on its own, in threads of a pool."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timezone

from sm_onboard.errors import Conflict, NotFound, OnboardError

from . import idle, stopping
from .client import Cancelled, Client, Task
from .known import Known, iso
from .models import Part, PartName, Problem, Running
from .parts import Parts
from .pricing import Prices
from .problems import BROKEN
from .reading import AGES, ORDER, REFRESH, SLOW, Looks, Reading, State, choose

_SOON = 10.0  # seconds: the greatest age of what changes just now
_PRICES_AGAIN = 600.0  # seconds before a price list that could not be had is asked for again
_TRY_AGAIN = 30.0  # seconds before a part is asked for again whose failure may be over
_PASSES = frozenset({
    "aws.no_credentials", "aws.credentials_expired", "aws.credentials_refused", "aws.throttled",
    "aws.unreachable",
})  # fmt: skip
_UNSETTLED = frozenset({"Pending", "Deleting"})
_OF_ONE_DOMAIN: tuple[PartName, ...] = ("settings", "profiles", "spaces", "apps")


class Reader:
    """Methods are called with the lock held, except those that run in the pool.

    Args:
        known: what is read goes here; guarded by ``lock``.
        lock: notified with every change.
        tell: counts and announces a change; called with the lock.
        clock: seconds since 1970; ``growing`` seconds that only grow.

    Attributes:
        too_old: why this boto3 knows no idle settings; empty when it does, or nobody knows.
    """

    def __init__(
        self,
        known: Known,
        client: Client,
        prices: Prices,
        *,
        lock: threading.Condition,
        pool: Executor,
        tell: Callable[[], None],
        clock: Callable[[], float],
        growing: Callable[[], float],
        log: logging.Logger,
    ) -> None:
        self._known = known
        self._client = client
        self._prices = prices
        self._lock = lock
        self._pool = pool
        self._tell = tell
        self._clock = clock
        self._growing = growing
        self._log = log
        self._closed = False
        self._looks = Looks(growing)
        self._readings = {name: Reading(name) for name in ORDER}
        self._parts = Parts(known, lock, client, prices, self._came, self._looks.wanted)
        self._checked_age = False
        self._left = REFRESH  # calls that the last look may still cause
        self.too_old = ""

    @property
    def busy(self) -> bool:
        return any(reading.task is not None for reading in self._readings.values())

    def part(self, name: PartName) -> Part:
        """How far a part was read."""
        return self._readings[name].shown(self._parts.size(name), self._growing())

    def look(self, view: str, parts: Sequence[PartName], refresh: bool) -> None:
        """Reads what somebody looks at; what nobody looks at any more is given up."""
        self._looks.look(view, parts)
        if refresh:
            now = self._growing()
            if "others" in parts:
                self._parts.others.again()
            for name in parts:
                reading = self._readings.get(name)
                if reading is not None and reading.ended is not None:
                    reading.ended = min(reading.ended, now - AGES[name])
        self._begin(again=True)

    def stopping(self, row: Running) -> None:
        """A row was told to stop."""
        stopping.stopping(row, self._known)
        if row.kind != "app":
            self._parts.others.stopping(row.id)
        self._tell()

    def start_anew(self) -> None:
        """Another domain is shown."""
        for name in _OF_ONE_DOMAIN:
            self._readings[name].drop()
            self._readings[name] = Reading(name)

    def close(self) -> None:
        """Ends all reading. What hangs in the network is left behind."""
        self._closed = True
        for reading in self._readings.values():
            reading.drop()

    def _came(self, part: PartName) -> None:
        """Something of a part came."""
        self._readings[part].told = True
        self._tell()

    def _begin(self, *, again: bool) -> None:
        """Starts what is wanted, and ends what is not wanted any more.

        Args:
            again: whether what was read already is read again, where it is old.
        """
        if self._closed:
            return
        wanted, now = self._looks.wanted(), self._growing()
        for name, reading in self._readings.items():
            if name not in wanted and reading.task is not None:
                reading.drop()
                self._tell()
        due = [self._readings[name] for name in ORDER if name in wanted]
        due = [r for r in due if r.task is None and self._is_due(r, again, now)]
        chosen, self._left = choose(due, now, REFRESH if again else self._left)
        for reading, most in chosen:
            self._start(reading, most)

    def _is_due(self, reading: Reading, again: bool, now: float) -> bool:
        name, limit = reading.name, 1.0
        if name in _OF_ONE_DOMAIN and self._known.chosen is None:
            return False  # until one is chosen
        if name == "prices":
            return self._prices_due(reading, now)
        if reading.ended is None or not again:
            return reading.ended is None
        if name == "apps" and any(
            app.get("Status") in _UNSETTLED for app in self._known.apps.values()
        ):
            limit = _SOON / AGES[name]
        if name == "others" and self._parts.others.pending:
            limit = _SOON / AGES[name]
        if reading.problem is not None and reading.problem.code in _PASSES:
            limit = min(limit, _TRY_AGAIN / AGES[name])
        return reading.overdue(now) >= limit

    def _prices_due(self, reading: Reading, now: float) -> bool:
        if reading.state in ("failed", "not_here") and reading.ended is not None:
            return now - reading.ended >= _PRICES_AGAIN
        lately = reading.ended is not None and now - reading.ended < _SOON
        if lately and self._parts.prices_left:
            return False  # a few types at a time
        if reading.ended is not None and reading.overdue(now) >= 1:
            self._prices.forget()
        # With the apps' first page not all types are known: one call for all of them.
        busy = any(self._readings[name].task is not None for name in ("apps", "others"))
        return not busy and bool(self._parts.types())

    def _start(self, reading: Reading, most: int | None) -> None:
        task = Task(most=most)
        task.waiting = lambda seconds: self._waits(reading, task, seconds)
        reading.begin(task, self._growing(), self._now())
        try:
            self._pool.submit(self._read, reading, task)
        except RuntimeError:  # the server ends
            reading.drop()
            return
        later = threading.Timer(SLOW, self._slow, (reading, task))
        later.daemon = True
        later.start()
        reading.alarm = later
        self._tell()

    def _now(self) -> str:
        return iso(datetime.fromtimestamp(self._clock(), timezone.utc))

    # In threads, without the lock

    def _read(self, reading: Reading, task: Task) -> None:
        state: State = "ready"
        problem: Problem | None = None
        try:
            self._look_at_boto3()
            self._parts.read(reading.name, task)
        except Cancelled:
            return
        except OnboardError as error:
            not_here = isinstance(error, (NotFound, Conflict)) and error.code.startswith("domain.")
            state = "not_here" if not_here else "failed"
            problem = task.problem or self._client.problem(error, *self._parts.asks(reading.name))
        except Exception:
            self._log.exception("sm_onboard | reading %s of the domain failed", reading.name)
            state, problem = "failed", BROKEN
        with self._lock:
            if reading.task is not task:
                return
            if state == "ready" and task.problem is not None:
                state, problem = "partial", task.problem
            if state == "failed" and self._parts.size(reading.name):
                state = "partial"
            reading.end(state, problem, self._growing(), self._now())
            if reading.name == "spaces":
                self._compare()
            self._tell()
            self._begin(again=False)

    def _look_at_boto3(self) -> None:
        if not self._checked_age:
            self.too_old = idle.too_old(self._client)
            self._checked_age = True

    def _compare(self) -> None:
        """The list tells when the space one is in was changed since it was described."""
        known = self._known
        listed = known.spaces.get(known.place.space or "", {}).get("LastModifiedTime")
        described = (known.space or {}).get("LastModifiedTime")
        if isinstance(listed, datetime) and isinstance(described, datetime) and listed > described:
            self._readings["here"].ended = None

    def _waits(self, reading: Reading, task: Task, seconds: float | None) -> None:
        with self._lock:
            if reading.task is task:
                reading.retry_after = seconds
                self._tell()

    def _slow(self, reading: Reading, task: Task) -> None:
        """Nothing came for a while: the windows are told to ask, and see who it is."""
        with self._lock, contextlib.suppress(RuntimeError):
            if reading.task is task and not reading.told and not self._closed:
                self._tell()
