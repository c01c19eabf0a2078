"""Whether a value is what a shape of botocore's model says, in the service's own words.

botocore checks types, required members and minima; the service also checks maxima, patterns
and enums, which the model names too.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import regex
from botocore.model import Shape
from botocore.utils import parse_timestamp

from sm_onboard.demo.sagemaker import errors
from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.model import constraints, patterns
from sm_onboard.demo.sagemaker.model.constraints import Failure

ASSUMPTIONS = (
    Assumption(
        "every operation",
        "a member that the model does not know is refused with ValidationException, so that a "
        "typing error is seen; the real service may ignore it",
    ),
    Assumption(
        "every operation",
        "a value of the wrong JSON type is refused with SerializationException before any "
        'other check, as in "Start of structure or map found where not expected."',
        "https://github.com/aws/aws-sdk-js-v3/issues/7102",
    ),
    Assumption(
        "every operation",
        "every constraint that a request breaks is named in one message, in the model's order; "
        "a string is named as in \"Value 'a_b' at 'trainingJobName' failed to satisfy constraint: "
        'Member must satisfy regular expression pattern: …"',
        "https://github.com/aws/sagemaker-python-sdk/issues/384",
    ),
    Assumption(
        "every operation",
        'a broken key or value of a map is named as "Map keys must satisfy constraint: […]" and '
        '"Map value must satisfy constraint: […]" with all constraints that it has',
        "https://github.com/hashicorp/terraform-provider-aws/issues/41023",
    ),
    Assumption(
        "every operation",
        'a broken item of a list of texts or numbers is named as "Member must satisfy '
        'constraint: […]" with all constraints that it has',
    ),
)

DEEPEST = 100
"""Structures, lists and maps within each other. Shapes may be recursive; requests end."""

_BITS = {"integer": 31, "long": 63}
_TIMES = (-62_135_596_800, 253_402_300_799)  # seconds since 1970 of the years 1 to 9999


def failures(shape: Shape, value: Any, *, path: str = "", wire: bool = False) -> list[Failure]:
    """What is wrong with a value as JSON gave it, in the order of the model.

    Args:
        path: where the value is, for the messages.
        wire: judge a body as its sender should have written it: an explicit null is a failure,
            a timestamp has the model's format only, and members that travel in the address or
            in headers are not missed. Otherwise a null is the same as an absent member and
            timestamps may be ISO 8601, as in a request that the service reads.
    """
    return list(_Walk(wire).value(shape, value, path, 0))


def message(found: list[Failure]) -> str:
    """``1 validation error detected: Value 'x' at 'authMode' failed to satisfy constraint: …``"""
    texts = list(dict.fromkeys(failure.text for failure in found))
    noun = "error" if len(texts) == 1 else "errors"
    return f"{len(texts)} validation {noun} detected: {'; '.join(texts)}"


def raise_for(shape: Shape, value: Any) -> None:
    """Refuses a request as the service would.

    Raises:
        ServiceError: ``SerializationException`` for a value of another JSON type,
            ``ValidationException`` for anything else.
    """
    found = failures(shape, value)
    for failure in found:
        if failure.kind == "type":
            raise errors.serialization(failure.text)
    if found:
        raise errors.validation(message(found))


def wire_name(name: str, member: Shape) -> str:
    """What a member is called in JSON."""
    return str(member.serialization.get("name", name))


class _Walk:
    def __init__(self, wire: bool) -> None:
        self._wire = wire
        self._checks: dict[str, Callable[[Shape, Any, str, int], Iterator[Failure]]] = {
            "structure": self._structure,
            "list": self._list,
            "map": self._map,
            "string": self._string,
            "character": self._string,
            "blob": self._blob,
            "timestamp": self._timestamp,
            "boolean": self._boolean,
            "integer": self._whole,
            "long": self._whole,
            "float": self._number,
            "double": self._number,
        }

    def value(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if _is_opaque(shape):
            return
        if depth > DEEPEST:
            yield Failure(path, "type", None, f"More than {DEEPEST} levels of nesting.")
            return
        yield from self._checks[shape.type_name](shape, value, path, depth)

    def _structure(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if not isinstance(value, Mapping):
            yield constraints.wrong_type(shape, value, path)
            return
        known = set()
        given = []
        required = shape.required_members
        for name, member in shape.members.items():
            if self._wire and "location" in member.serialization:
                continue
            wire = wire_name(name, member)
            known.add(wire)
            inner = value.get(wire)
            where = _below(path, wire)
            if inner is not None:
                given.append(wire)
                yield from self.value(member, inner, where, depth + 1)
            elif name in required:
                yield constraints.missing(where)
            elif self._wire and wire in value:
                yield constraints.null(where)
        for wire in value:
            if wire not in known:
                yield constraints.broken(
                    _below(path, wire), "unknown", None, "Member must be one that the model knows"
                )
        if shape.metadata.get("union") and len(given) != 1:
            one_of = ", ".join(shape.members)
            yield constraints.broken(
                path, "union", given, f"Exactly one member must be set of: [{one_of}]"
            )

    def _list(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if not isinstance(value, list | tuple):
            yield constraints.wrong_type(shape, value, path)
            return
        yield from _size(shape, constraints.shown_items(shape.member, value), len(value), path)
        for number, inner in enumerate(value, 1):
            where = f"{path}.{number}.member"
            if inner is None:
                yield constraints.null(where) if self._wire else constraints.missing(where)
            else:
                found = self.value(shape.member, inner, where, depth + 1)
                yield from constraints.of_items(found, shape.member, value, path, "Member")

    def _map(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if not isinstance(value, Mapping):
            yield constraints.wrong_type(shape, value, path)
            return
        yield from _size(shape, None, len(value), path)
        for key, inner in value.items():
            found = self.value(shape.key, key, f"{path}.{key}", depth + 1)
            yield from constraints.of_items(found, shape.key, None, path, "Map keys")
            where = f"{path}.{key}.member"
            if inner is None:
                yield constraints.null(where) if self._wire else constraints.missing(where)
            else:
                found = self.value(shape.value, inner, where, depth + 1)
                yield from constraints.of_items(found, shape.value, None, path, "Map value")

    def _string(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if not isinstance(value, str):
            yield constraints.wrong_type(shape, value, path)
            return
        shown = constraints.shown(shape, value)
        yield from _size(shape, shown, len(value), path)
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            yield constraints.broken(path, "enum", shown, constraints.enum(allowed))
        pattern = shape.metadata.get("pattern")
        if pattern is not None and not _matches(pattern, value):
            yield constraints.broken(path, "pattern", shown, constraints.pattern(pattern))

    def _blob(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        try:
            content = base64.b64decode(value, validate=True) if isinstance(value, str) else None
        except binascii.Error:
            content = None
        if content is None:
            yield constraints.wrong_type(shape, value, path)
        else:
            yield from _size(shape, constraints.shown(shape, value), len(content), path)

    def _timestamp(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        as_text = shape.serialization.get("timestampFormat", "unixTimestamp") != "unixTimestamp"
        if isinstance(value, str) and (as_text or not self._wire):
            try:
                parse_timestamp(value)
            except (ValueError, RuntimeError, OverflowError):  # it raises all of them
                yield constraints.wrong_type(shape, value, path)
        elif not _is_number(value) or not _TIMES[0] <= value <= _TIMES[1]:
            yield constraints.wrong_type(shape, value, path)

    def _boolean(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if not isinstance(value, bool):
            yield constraints.wrong_type(shape, value, path)

    def _whole(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        end = 1 << _BITS[shape.type_name]
        if isinstance(value, bool) or not isinstance(value, int) or not -end <= value < end:
            yield constraints.wrong_type(shape, value, path)
        else:
            yield from _bounds(shape, value, path)

    def _number(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if _is_number(value):
            yield from _bounds(shape, value, path)
        else:
            yield constraints.wrong_type(shape, value, path)


def _matches(pattern: str, text: str) -> bool:
    try:
        return patterns.matches(pattern, text)
    except regex.error:
        return True  # patterns.uncompilable lists it


def _is_number(value: Any) -> bool:
    """Whether it is a number that a double can hold."""
    most = sys.float_info.max
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most


def _below(path: str, name: str) -> str:
    inner = name[:1].lower() + name[1:]
    return f"{path}.{inner}" if path else inner


def _is_opaque(shape: Shape) -> bool:
    """Whether anything may be in it: a document, JSON in JSON, a stream."""
    return bool(
        getattr(shape, "is_document_type", False)
        or {"jsonvalue", "streaming", "eventstream"} & shape.serialization.keys()
    )


def _size(shape: Shape, shown: Any, size: int, path: str) -> Iterator[Failure]:
    yield from _limits(shape, shown, size, path, "length")


def _bounds(shape: Shape, value: float, path: str) -> Iterator[Failure]:
    yield from _limits(shape, constraints.shown(shape, value), value, path, "value")


def _limits(shape: Shape, shown: Any, size: float, path: str, what: str) -> Iterator[Failure]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield constraints.broken(path, "min", shown, constraints.at_least(what, least))
    if most is not None and size > most:
        yield constraints.broken(path, "max", shown, constraints.at_most(what, most))
