"""How far each part has been read, and which are read next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Timer
from typing import Literal

from .client import Task
from .models import Part, PartName, Problem

LEASE = 60.0  # seconds that a view's look lasts
SLOW = 3.0  # seconds after which it is said who has not answered
REFRESH = 7  # calls of one refresh

ORDER: tuple[PartName, ...] = (
    "here", "settings", "apps", "spaces", "profiles", "others", "prices",
)  # fmt: skip

ALSO: Mapping[PartName, tuple[PartName, ...]] = {
    "here": ("settings", "prices"),  # the idle setting's default is the domain's
    "settings": ("here",),
    "profiles": ("here",),
    "spaces": ("here",),
    "apps": ("here", "spaces", "prices"),  # ListApps says in which space, not whose
    "others": ("here", "prices"),
}
"""What else has to be known to show a part."""

AGES: Mapping[PartName, float] = {
    "here": 600.0,
    "settings": 600.0,
    "profiles": 120.0,
    "spaces": 120.0,
    "apps": 30.0,
    "others": 60.0,
    "prices": 6 * 3600.0,
}
"""Seconds after which a part that somebody looks at is read again."""

_ASKED = {
    "here": "DescribeSpace", "settings": "DescribeDomain", "profiles": "ListUserProfiles",
    "spaces": "ListSpaces", "apps": "ListApps", "others": "MLflow, endpoints and notebooks",
    "prices": "the price list",
}  # fmt: skip

State = Literal["idle", "loading", "ready", "partial", "failed", "not_here"]


@dataclass
class Reading:
    """One part. The service's lock guards it.

    Attributes:
        at: when it was last read to its end, as ISO 8601.
        began: when the reading that goes on began; ``since`` is the same for people.
        ended: when the last one ended, by a clock that only grows; None: never, or due.
        task: the reading that goes on.
        told: that something of it came already.
        alarm: rings when nothing came for ``SLOW`` seconds.
    """

    name: PartName
    state: State = "idle"
    at: str | None = None
    since: str | None = None
    began: float = 0.0
    ended: float | None = None
    calls: int = 0
    problem: Problem | None = None
    retry_after: float | None = None
    task: Task | None = None
    told: bool = False
    alarm: Timer | None = None

    def begin(self, task: Task, now: float, iso: str) -> None:
        self.task, self.began, self.since = task, now, iso
        self.retry_after, self.told = None, False
        if self.state in ("idle", "failed", "not_here"):
            self.problem = None

    def end(self, state: State, problem: Problem | None, now: float, iso: str) -> None:
        if self.task is not None:
            self.calls = self.task.calls
        self._quiet()
        self.task = self.since = self.retry_after = None
        self.state, self.problem, self.ended = state, problem, now
        if state in ("ready", "partial"):
            self.at = iso

    def drop(self) -> None:
        """Ends the reading that goes on; what came of it stays."""
        if self.task is not None:
            self.task.cancelled.set()
            self._quiet()
            self.task = self.since = self.retry_after = None
            if self.state not in ("ready", "partial"):
                self.ended = None

    def _quiet(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None

    def overdue(self, now: float) -> float:
        """How old it is, in its greatest ages; infinite when it was never read."""
        return float("inf") if self.ended is None else (now - self.ended) / AGES[self.name]

    def shown(self, rows: int, now: float) -> Part:
        state: State = "loading" if self.task is not None else self.state
        problem = self.problem
        if problem is None and self.task is not None:
            problem = self._waits_for(now)
        return Part(
            name=self.name,
            state=state,
            at=self.at,
            since=self.since,
            calls=self.task.calls if self.task is not None else self.calls,
            rows=rows,
            problem=problem,
            retry_after=self.retry_after,
        )

    def _waits_for(self, now: float) -> Problem | None:
        """Why nothing comes just now, where that takes long."""
        asked = _ASKED.get(self.name, self.name)
        if self.retry_after is not None:
            return Problem(
                code="aws.throttled",
                message=f"AWS limits how often it is called ({asked}).",
                hint=f"It is asked again after {self.retry_after:g} s.",
            )
        waited = now - self.began
        if self.told or waited < SLOW:
            return None
        return Problem(
            code="domain.slow",
            message=f"SageMaker has not answered for {int(waited)} s ({asked}).",
            hint="It is waited for.",
        )


@dataclass(frozen=True)
class View:
    """What one window looks at, until when."""

    parts: frozenset[PartName]
    until: float


class Looks:
    """Who looks at what. The service's lock guards it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._views: dict[str, View] = {}

    def look(self, view: str, parts: Iterable[PartName]) -> None:
        """A view looks at these parts for ``LEASE`` seconds; at none: it is closed."""
        some = frozenset(parts)
        if some:
            self._views[view] = View(some, self._clock() + LEASE)
        else:
            self._views.pop(view, None)

    def wanted(self) -> frozenset[PartName]:
        """What somebody looks at, and what that needs."""
        now = self._clock()
        self._views = {name: view for name, view in self._views.items() if view.until > now}
        found: set[PartName] = set()
        todo = [part for view in self._views.values() for part in view.parts]
        while todo:
            part = todo.pop()
            if part not in found and part in ORDER:
                found.add(part)
                todo += ALSO.get(part, ())
        return frozenset(found)


def choose(
    due: Iterable[Reading], now: float, left: int = REFRESH
) -> tuple[list[tuple[Reading, int | None]], int]:
    """Which parts are read now, and with how many calls at most.

    What was never read is read whole. Of what is read again, the most overdue comes first, as
    long as it fits into what is left of the refresh; the rest comes with the next look.

    Args:
        left: how many calls may be made for what is read again.

    Returns:
        The parts, each with its most calls, and how many calls are left.
    """
    chosen: list[tuple[Reading, int | None]] = []
    for reading in sorted(due, key=lambda r: (-r.overdue(now), ORDER.index(r.name))):
        if reading.ended is None:
            chosen.append((reading, FIRST.get(reading.name)))
            continue
        cost = max(1, reading.calls)
        if reading.name in AGAIN:
            cost = min(AGAIN[reading.name], left)
        if 0 < cost <= left or cost > REFRESH == left:  # a large one goes alone
            left = max(0, left - cost)
            chosen.append((reading, cost if reading.name in AGAIN else None))
    return chosen, left


FIRST: Mapping[PartName, int] = {"others": 5}
AGAIN: Mapping[PartName, int] = {"others": 3}
"""The most calls of a part that can be read piece by piece: the first time, and again."""
