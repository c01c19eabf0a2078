"""Answers, and requests that were checked, with exactly the members of their shape."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from weakref import WeakKeyDictionary

from botocore.model import Shape
from botocore.utils import parse_timestamp

_Make = Callable[[Any], Any]

_known: WeakKeyDictionary[Shape, _Make] = WeakKeyDictionary()


def shaped(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value as the service would send it in JSON, or read it.

    Members that the shape lacks and those that are None are left out, at every depth; datetimes
    and texts such as ``2026-11-23T10:00:00Z`` become seconds since 1970, bytes become base64.
    Nothing is checked: ``validate`` does that.

    Raises:
        ValueError: a text in a timestamp's place that is no time.
    """
    make = _known.get(shape)
    if make is None:
        make = _known[shape] = _maker(shape) or _same
    answer: dict[str, Any] = make(value)
    return answer


def _same(value: Any) -> Any:
    return value


def _maker(shape: Shape) -> _Make | None:
    """What makes a value of a shape, or None where it stays as it is."""
    if getattr(shape, "is_document_type", False) or shape.serialization.get("jsonvalue"):
        return None
    if shape.type_name == "structure":
        return _structure(shape)
    if shape.type_name == "list":
        return _list(shape)
    if shape.type_name == "map":
        return _map(shape)
    return {"timestamp": _seconds, "blob": _base64}.get(shape.type_name)


def _structure(shape: Shape) -> _Make:
    members: dict[str, tuple[str, _Make | None]] = {}

    def make(value: Mapping[str, Any]) -> dict[str, Any]:
        if not members:  # made on first use: a shape may contain itself
            members.update(
                {
                    name: (member.serialization.get("name", name), _maker(member))
                    for name, member in shape.members.items()
                }
            )
        answer = {}
        for name, inner in value.items():
            if inner is not None and name in members:
                wire, inner_make = members[name]
                answer[wire] = inner if inner_make is None else inner_make(inner)
        return answer

    return make


def _list(shape: Shape) -> _Make:
    inner_make = _maker(shape.member)
    if inner_make is None:
        return lambda value: [inner for inner in value if inner is not None]
    return lambda value: [inner_make(inner) for inner in value if inner is not None]


def _map(shape: Shape) -> _Make:
    inner_make = _maker(shape.value)
    if inner_make is None:
        return lambda value: {key: inner for key, inner in value.items() if inner is not None}
    return lambda value: {
        key: inner_make(inner) for key, inner in value.items() if inner is not None
    }


def _seconds(value: Any) -> Any:
    if isinstance(value, str):
        value = parse_timestamp(value)
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    return value.timestamp()


def _base64(value: Any) -> Any:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
