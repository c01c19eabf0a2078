"""Requests that a service refuses, made from its model and one valid request."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from sm_onboard.demo.sagemaker.model import patterns

LONGEST = 20_000  # characters or items; larger limits are not tried

_OTHER_TYPE: dict[str, Any] = {
    "string": {"not": "a text"},
    "boolean": "yes",
    "integer": "many",
    "long": "many",
    "float": "much",
    "double": "much",
    "timestamp": "one day",
    "blob": {"not": "bytes"},
    "structure": "a text",
    "list": {"not": "a list"},
    "map": ["not a map"],
}
_ODD = ["bad name!", "!", " ", "\x01", "é", "-", "a/b", "a" * 40, "9" * 12, "\n"]


@dataclass(frozen=True)
class Refusal:
    """A request with one thing wrong.

    Attributes:
        kind: ``too long``: what is wrong with it, wherever it is.
        what: ``DomainName: 64 characters``.
        code: the error that the service answers.
        sent: whether boto3's own validation lets it through.
    """

    kind: str
    what: str
    request: dict[str, Any]
    code: str
    sent: bool


def refusals(shape: Shape, valid: Mapping[str, Any]) -> Iterator[Refusal]:
    """All that can be broken in a request, one thing at a time.

    Args:
        shape: the operation's input shape.
        valid: a request with all members that are to be broken within; optional members that
            it lacks are broken where a single value can do so.
    """
    for kind, what, request in _structure(shape, dict(valid)):
        report = ParamValidator().validate(request, shape)
        code = "SerializationException" if kind == "wrong type" else "ValidationException"
        yield Refusal(kind, what, copy.deepcopy(request), code, not report.has_errors())


_Broken = tuple[str, str, Any]


def _structure(shape: Shape, value: Mapping[str, Any]) -> Iterator[_Broken]:
    yield "unknown member", "an unknown member", {**value, "NoSuchMember": "x"}
    for name in shape.required_members:
        without = {key: inner for key, inner in value.items() if key != name}
        yield "required and missing", f"{name}: missing", without
    for name, member in shape.members.items():
        for kind, what, broken in _value(member, value.get(name)):
            yield kind, f"{name}: {what}", {**value, name: broken}


def _value(shape: Shape, value: Any) -> Iterator[_Broken]:
    yield "wrong type", "another type", _OTHER_TYPE[shape.type_name]
    if shape.type_name == "string":
        yield from _text(shape)
    elif shape.type_name in {"integer", "long", "float", "double"}:
        yield from _number(shape)
    elif value is None:
        return
    elif shape.type_name == "structure":
        for kind, what, broken in _structure(shape, value):
            yield kind, f"in it, {what}", broken
    elif shape.type_name == "list":
        yield from _list(shape, value)
    elif shape.type_name == "map":
        yield from _map(shape, value)


def _text(shape: Shape) -> Iterator[_Broken]:
    limits = shape.metadata
    least, most = limits.get("min", 0), limits.get("max", LONGEST)
    if limits.get("enum"):
        yield "bad enum", "not in the enum", "BANANA"
    if most < LONGEST:
        yield "too long", f"{most + 1} characters", "a" * (most + 1)
    if least > 0:
        yield "too short", f"{least - 1} characters", "a" * (least - 1)
    if "pattern" in limits:
        for odd in _ODD:
            if least <= len(odd) <= most and not patterns.matches(limits["pattern"], odd):
                yield "bad pattern", f"{odd!r} against the pattern", odd
                return


def _number(shape: Shape) -> Iterator[_Broken]:
    for limit, step in (("min", -1), ("max", 1)):
        if limit in shape.metadata:
            number = shape.metadata[limit] + step
            yield "out of range", f"the number {number}", number


def _list(shape: Shape, value: list[Any]) -> Iterator[_Broken]:
    most = shape.metadata.get("max", LONGEST)
    if value and most < LONGEST:
        yield "too many", f"{most + 1} items", [value[0]] * (most + 1)
    if shape.metadata.get("min", 0) > 0:
        yield "too few", "no items", []
    for kind, what, broken in _value(shape.member, value[0] if value else None):
        yield kind, f"the first item, {what}", [broken, *value[1:]]


def _map(shape: Shape, value: Mapping[str, Any]) -> Iterator[_Broken]:
    most = shape.metadata.get("max", LONGEST)
    some = next(iter(value.values()), None)
    if some is not None and most < LONGEST:
        many = {f"key{number}": some for number in range(most + 1)}
        yield "too many", f"{most + 1} entries", many
    if some is None:
        return
    for kind, what, broken in _text(shape.key):
        yield kind, f"a key, {what}", {**value, broken: some}
    for kind, what, broken in _value(shape.value, some):
        yield kind, f"a value, {what}", {**value, next(iter(value)): broken}
