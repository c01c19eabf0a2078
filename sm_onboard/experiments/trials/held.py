"""One run as it is in SageMaker Experiments, and what is to be written of it next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import kept
from .beyond import Beyond
from .kept import Data, Point


@dataclass
class Held:
    """A component's own maps, as they are once ``changes`` is written.

    Attributes:
        location: ``s3://…`` of the run's files. first: the first point of each step.
    """

    id: str
    arn: str
    experiment: str
    location: str
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    aws: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, str]] = field(default_factory=dict)
    beyond: Beyond = field(default_factory=Beyond)
    first: dict[str, dict[int, Point]] = field(default_factory=dict)
    flushed: float = 0.0  # when the file was written; seconds
    stale: bool = False  # the file is not as ``beyond`` is
    running: bool = False  # this process records it now
    touched: float = 0.0  # when the component was changed; seconds

    def params(self) -> dict[str, str]:
        return {**kept.params({"Parameters": self.parameters}), **self.beyond.params}

    def tags(self) -> dict[str, str]:
        return {**kept.tags({"Parameters": self.parameters}), **self.aws, **self.beyond.tags}


@dataclass
class Changes:
    """What one call of each operation writes; ``points`` fit."""

    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters_gone: set[str] = field(default_factory=set)
    inputs: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    tags_gone: set[str] = field(default_factory=set)
    points: list[tuple[str, Point]] = field(default_factory=list)
    now: bool = False  # the file is to be written at once

    def put(self, held: Held, key: str, value: dict[str, Any]) -> None:
        held.parameters[key] = self.parameters[key] = value
        self.parameters_gone.discard(key)

    def drop(self, held: Held, key: str) -> None:
        if held.parameters.pop(key, None) is not None:
            self.parameters.pop(key, None)
            self.parameters_gone.add(key)


def place_params(held: Held, changes: Changes, params: Mapping[str, str]) -> None:
    for key, value in params.items():
        room = key in held.parameters or len(held.parameters) < kept.PARAMETERS - kept.RESERVED
        mine = not key.startswith((kept.TAG, kept.DATA)) and _is_key(key)
        if room and mine and kept.whole(value):
            changes.put(held, key, kept.parameter(value))
            continue
        held.beyond.params[key] = value
        held.stale = changes.now = True
        if room and mine:
            changes.put(held, key, {"StringValue": kept.beginning(value)})


def place_tags(held: Held, changes: Changes, tags: Mapping[str, str]) -> None:
    """Each to where it fits, and away from where it was."""
    for key, value in tags.items():
        parameter = f"{kept.TAG}{key}"
        if held.beyond.tags.pop(key, None) is not None:
            held.stale = changes.now = True
        if kept.is_tag(key, value) and (key in held.aws or len(held.aws) < kept.TAGS):
            if held.aws.get(key) != value:
                held.aws[key] = changes.tags[key] = value
            changes.tags_gone.discard(key)
            changes.drop(held, parameter)
            continue
        if held.aws.pop(key, None) is not None:
            changes.tags.pop(key, None)
            changes.tags_gone.add(key)
        room = parameter in held.parameters or len(held.parameters) < kept.PARAMETERS
        mine = _is_key(parameter)
        if room and mine and kept.whole(value):
            changes.put(held, parameter, {"StringValue": value})
            continue
        held.beyond.tags[key] = value
        held.stale = changes.now = True
        if room and mine:
            changes.put(held, parameter, {"StringValue": kept.beginning(value)})


def drop_tag(held: Held, changes: Changes, key: str) -> bool:
    """Whether there was one."""
    there = key in held.tags()
    if held.beyond.tags.pop(key, None) is not None:
        held.stale = changes.now = True
    if held.aws.pop(key, None) is not None:
        changes.tags.pop(key, None)
        changes.tags_gone.add(key)
    changes.drop(held, f"{kept.TAG}{key}")
    return there


def place_data(held: Held, changes: Changes, data: Iterable[Data]) -> None:
    for one in data:
        key, text = f"{kept.DATA}{one.name}", kept.data_text(one)
        fits = (
            key not in held.parameters
            and len(held.parameters) < kept.PARAMETERS
            and _is_key(key)
            and kept.whole(text)
        )
        if fits:
            changes.put(held, key, {"StringValue": text})
        elif held.parameters.get(key) != {"StringValue": text} and one not in held.beyond.data:
            held.beyond.data.append(one)
            held.stale = changes.now = True
        address = kept.address(one)
        named = 0 < len(one.name) <= kept.INPUT_NAME and len(address) <= kept.INPUT_VALUE
        lines = kept.has_lines(one.name + address)
        if named and not lines and len({*held.inputs, one.name}) <= kept.INPUTS:
            held.inputs[one.name] = changes.inputs[one.name] = {"Value": address}


def place_points(
    held: Held, changes: Changes, points: Iterable[tuple[str, Point]], now: float, every: bool
) -> None:
    """Those that fit are written; those that do not come back as they are go beyond, too.

    Args:
        now: seconds since 1970.
        every: all of them go beyond: SageMaker tells steps or times, not both.
    """
    for name, point in points:
        first = held.first.setdefault(name, {})
        before = first.setdefault(point.step, point)
        timely = kept.in_time(point, now)
        fits = kept.is_metric(name) and kept.fits(point)
        if before is not point or not fits or not timely or every:
            own = held.beyond.points.setdefault(name, [])
            if before is not point and before not in own:
                own.append(before)
            own.append(point)
            held.stale = True
        if fits:
            written = point if timely else point._replace(time=int(now * 1000))
            changes.points.append((name, written))


def _is_key(key: str) -> bool:
    return 0 < len(key) <= kept.KEY and not kept.has_lines(key)
