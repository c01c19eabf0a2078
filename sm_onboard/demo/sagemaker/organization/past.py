"""Calls of the past: the emulator answers them with its clock set back."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.model import Shape

from sm_onboard.demo.sagemaker.call import ACCOUNT, Answer, Call, Caller
from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.engine.store import Record
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.organization.people import PEOPLE, SECURE_PEOPLE

_ROLES = {
    **{person.name: person.role or "acme-data-scientist" for person in PEOPLE},
    **{person.name: person.role or "acme-ds-secure" for person in SECURE_PEOPLE},
}

DAY = 24 * 3600.0


class StillClock(Clock):
    """Shows the time that it is told, and life cycles pass as in real life.

    Args:
        now: seconds since 1970.
    """

    def __init__(self, now: float) -> None:
        super().__init__(1.0)
        self.time = now

    def now(self) -> float:
        return self.time


class Past:
    """Makes calls at chosen times.

    Args:
        speed: of life cycles that are not over yet.
    """

    def __init__(self, emulator: Emulator, region: str, clock: StillClock, speed: float) -> None:
        self.emulator = emulator
        self.region = emulator.world.region(ACCOUNT, region)
        self._clock = clock
        self._today = clock.time
        self._speed = speed

    @contextmanager
    def at(self, days_ago: float) -> Iterator[None]:
        """Lets it be that long ago. A stage of a life cycle lasts as long as in real life."""
        self._clock.time = self._today - days_ago * DAY
        try:
            yield
        finally:
            self._come_back()

    @contextmanager
    def under_way(self, seconds: float) -> Iterator[None]:
        """Lets so much of a life cycle be over now. The rest goes on at the emulator's speed."""
        self._clock.speed = self._speed
        self._clock.time = self._today - self._clock.lasts(seconds)
        try:
            yield
        finally:
            self._come_back()
            self._clock.speed = 1.0

    def wait(self, seconds: float) -> None:
        """Lets time pass within `at`, and what was to come until then happen."""
        self._clock.time += seconds
        self.region.by_arn("")

    def _come_back(self) -> None:
        self._clock.time = self._today
        self.region.by_arn("")  # a look at anything lets happen what was to come until today

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock.time

    def can(self, operation: str) -> bool:
        """Whether the installed botocore and the emulator know an operation."""
        return self.emulator.handles("sagemaker", operation)

    def call(self, operation: str, *, by: str = "admin", fails: str = "", **given: Any) -> Answer:
        """Makes one call; none, with an empty answer, where `can` says no.

        Args:
            by: who calls: ``admin``, or the user profile of a person.
            fails: why what it creates fails; empty: it does not.
            given: the members of the input; those that the installed botocore lacks are left out.

        Raises:
            ServiceError: the emulator refuses.
        """
        model = models.operation("sagemaker", operation)
        if model is None or not self.can(operation):
            return {}
        parameters = known(model.input_shape, given) if model.input_shape else {}
        faults = frozenset({"create_failed"} if fails else ())
        call = Call("sagemaker", operation, parameters, self.region.name, caller(by), "", faults)
        answer = self.emulator.call(call)
        if fails:
            self._arn_in(answer).reason = fails
        return answer

    def _arn_in(self, answer: Answer) -> Record:
        (record,) = (self.region.by_arn(v) for k, v in answer.items() if k.endswith("Arn"))
        assert record is not None
        return record

    def arn(self, resource: str, service: str = "sagemaker") -> str:
        return self.region.arn(resource, service)

    def role(self, name: str) -> str:
        return f"arn:{self.region.partition}:iam::{ACCOUNT}:role/{name}"


@contextmanager
def past(emulator: Emulator, region: str, name: str = "acme") -> Iterator[Past]:
    """The past of a region, to be filled. Nobody else is answered until it is left.

    The same calls give the same ids every time. Networks and quotas are not looked at: asking
    for them would import moto.
    """
    with emulator.alone() as world:
        kept = world.clock, world.chance, world.network, world.app_quota
        clock = StillClock(math.floor(world.clock.now()))
        world.clock = clock
        world.chance = random.Random(f"{name} in {region}")  # noqa: S311 - the same ids every time
        world.network = None
        world.app_quota = lambda *_: None
        try:
            yield Past(emulator, region, clock, kept[0].speed)
        finally:
            world.clock, world.chance, world.network, world.app_quota = kept


def caller(name: str) -> Caller:
    """Who called: the administrator, or a person with the execution role of their profile."""
    if name == "admin":
        return Caller(f"arn:aws:iam::{ACCOUNT}:user/admin")
    return Caller(f"arn:aws:sts::{ACCOUNT}:assumed-role/{_ROLES[name]}/{name}")


def known(shape: Shape, values: Any) -> Any:
    """The values without the members that the installed botocore's shape lacks, however deep."""
    if shape.type_name == "structure" and isinstance(values, Mapping):
        members = shape.members
        return {
            name: known(members[name], value) for name, value in values.items() if name in members
        }
    if shape.type_name == "list":
        return [known(shape.member, value) for value in values]
    if shape.type_name == "map":
        return {key: known(shape.value, value) for key, value in values.items()}
    return values


def tagged(**tags: str) -> list[dict[str, str]]:
    """Tags as the API takes them; ``cost_centre`` means ``cost-centre``."""
    return [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
