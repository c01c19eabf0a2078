"""What there is: records of resources, by account and region."""

from __future__ import annotations

import heapq
import itertools
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.life import GONE, Timeline

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.engine.family import Family

Key = tuple[str, ...]


class Record:
    """One resource.

    Attributes:
        key: the values of the family's key members; "" for one that is absent.
        values: the members it was created with, by wire name, and what was filled in.
        created, modified: seconds since 1970.
        timeline: its statuses and when each begins.
        reason: why it failed; shown while its status is a failed one.
    """

    __slots__ = ("arn", "created", "family", "key", "modified", "reason", "timeline", "values")

    def __init__(
        self, family: Family, key: Key, arn: str, values: dict[str, Any], now: float
    ) -> None:
        self.family = family
        self.key = key
        self.arn = arn
        self.values = values
        self.created = now
        self.modified = now
        self.timeline = Timeline()
        self.reason = ""

    def status(self, now: float) -> str:
        """Its status now; "" for a family without one."""
        return self.timeline.status(now)


class Region:
    """The resources of one account in one region."""

    def __init__(self, world: World, account: str, name: str) -> None:
        self.world = world
        self.account = account
        self.name = name
        self.partition = "aws-cn" if name.startswith("cn-") else "aws"
        self.tags: dict[str, dict[str, str]] = {}
        self.rooms: dict[str, Any] = {}
        self._records: dict[str, dict[Key, Record]] = {}
        self._arns: dict[str, Record] = {}
        self._leaving: set[Record] = set()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._acting = False

    def now(self) -> float:
        return self.world.clock.now()

    def lasts(self, seconds: float) -> float:
        return self.world.clock.lasts(seconds)

    def arn(self, resource: str, service: str = "sagemaker") -> str:
        """``arn:aws:sagemaker:REGION:ACCOUNT:resource``."""
        return f"arn:{self.partition}:{service}:{self.name}:{self.account}:{resource}"

    def add(self, record: Record) -> None:
        """Puts a record in; one with the same key is replaced."""
        self._records.setdefault(record.family.name, {})[record.key] = record
        self._arns[record.arn] = record

    def ends(self, record: Record) -> None:
        """Says that the record's timeline comes to an end."""
        self._leaving.add(record)

    def at(self, when: float, act: Callable[[], None]) -> None:
        """Has something done before the first look at any record at or after a time."""
        heapq.heappush(self._coming, (when, next(self._order), act))

    def remove(self, record: Record) -> None:
        """Takes a record out at once, with its tags."""
        there = self._records.get(record.family.name, {})
        if there.get(record.key) is record:
            del there[record.key]
        if self._arns.get(record.arn) is record:
            del self._arns[record.arn]
            self.tags.pop(record.arn, None)
        self._leaving.discard(record)

    def get(self, family: str, *key: str) -> Record | None:
        """The record with this key, unless it is gone."""
        self._sweep()
        return self._records.get(family, {}).get(key)

    def by_arn(self, arn: str) -> Record | None:
        self._sweep()
        return self._arns.get(arn)

    def all(self, family: str) -> Iterator[Record]:
        """Every record of a family, the oldest first."""
        self._sweep()
        return iter(list(self._records.get(family, {}).values()))

    def count(self, family: str) -> int:
        self._sweep()
        return len(self._records.get(family, {}))

    def _sweep(self) -> None:
        while self._coming and self._coming[0][0] <= self.now() and not self._acting:
            self._acting = True  # what is done looks at records too; one thing after the other
            try:
                heapq.heappop(self._coming)[2]()
            finally:
                self._acting = False
        if self._leaving:
            now = self.now()
            for record in [r for r in self._leaving if r.status(now) == GONE]:
                self.remove(record)


def _no_quota(region: Region, kind: str, instance: str) -> None:
    return None


@dataclass(frozen=True)
class Ticket:
    """What a presigned address lets its holder see, once.

    Attributes:
        until: seconds since 1970.
        title, lines: what the page says.
    """

    until: float
    title: str
    lines: tuple[str, ...]


class World:
    """All accounts and regions, and the time.

    Attributes:
        network: refuses a VPC or subnets that do not exist; None: nobody looks.
        app_quota: the name and value of the quota for a type of app on a type of instance;
            None: there is no limit.
        tickets: what presigned addresses open.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.network: Callable[[Region, str, list[str]], None] | None = None
        self.app_quota: Callable[[Region, str, str], tuple[str, float] | None] = _no_quota
        self.chance = random.Random(1)  # noqa: S311 - the same ids every time
        self.tickets: dict[str, Ticket] = {}
        self._regions: dict[tuple[str, str], Region] = {}

    def region(self, account: str, name: str) -> Region:
        key = (account, name)
        if key not in self._regions:
            self._regions[key] = Region(self, account, name)
        return self._regions[key]

    def regions(self) -> list[Region]:
        return list(self._regions.values())

    def id(self, length: int = 12) -> str:
        """Small letters and digits, as in ``d-x7hq0tv2kfbm``."""
        return "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))

    def keep(self, ticket: Ticket) -> str:
        """Takes a ticket, forgets those that nobody used in time, and answers its token."""
        now = self.clock.now()
        self.tickets = {token: old for token, old in self.tickets.items() if old.until >= now}
        token = secrets.token_urlsafe(24)
        self.tickets[token] = ticket
        return token

    def reset(self) -> None:
        """Nothing is there any more; ids begin anew."""
        self._regions.clear()
        self.tickets.clear()
        self.chance.seed(1)
