"""Whether a value is what a shape of botocore's model says, in the service's own words.

botocore checks types, required members and minima; the service also checks maxima, patterns
and enums, which the model names too.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import regex
from botocore.model import Shape
from botocore.utils import parse_timestamp

from sm_onboard.demo.sagemaker import errors, patterns
from sm_onboard.demo.sagemaker.assumptions import Assumption

ASSUMPTIONS = (
    Assumption(
        "every operation",
        "a member that the model does not know is refused with ValidationException, so that a "
        "typing error is seen; the real service may ignore it",
    ),
    Assumption(
        "every operation",
        "a value of the wrong JSON type is refused with SerializationException before any "
        "other check",
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

_SHOWN = 1024  # characters of a value that a message repeats
_BITS = {"integer": 31, "long": 63}
_CONTAINERS = {"structure", "list", "map"}


@dataclass(frozen=True)
class Failure:
    """One constraint that a value breaks.

    Attributes:
        path: where, as the service writes it: ``tags.1.member.key``.
        kind: required, null, type, unknown, union, enum, pattern, min or max.
        value: what was there; None where it is missing, of another type, or sensitive as the
            model says.
        text: the service's sentence about it.
    """

    path: str
    kind: str
    value: Any
    text: str


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
            yield _wrong_type(shape, value, path)
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
                yield _missing(where)
            elif self._wire and wire in value:
                yield _null(where)
        for wire in value:
            if wire not in known:
                yield _broken(
                    _below(path, wire), "unknown", None, "Member must be one that the model knows"
                )
        if shape.metadata.get("union") and len(given) != 1:
            one_of = ", ".join(shape.members)
            yield _broken(path, "union", given, f"Exactly one member must be set of: [{one_of}]")

    def _list(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if not isinstance(value, list | tuple):
            yield _wrong_type(shape, value, path)
            return
        yield from _size(shape, _shown(shape.member, value), len(value), path)
        for number, inner in enumerate(value, 1):
            where = f"{path}.{number}.member"
            if inner is None:
                yield _null(where) if self._wire else _missing(where)
            else:
                found = self.value(shape.member, inner, where, depth + 1)
                yield from _of_container(found, shape.member, value, path, "Member")

    def _map(self, shape: Shape, value: Any, path: str, depth: int) -> Iterator[Failure]:
        if not isinstance(value, Mapping):
            yield _wrong_type(shape, value, path)
            return
        yield from _size(shape, _shown(shape.value, value), len(value), path)
        for key, inner in value.items():
            found = self.value(shape.key, key, f"{path}.{key}", depth + 1)
            yield from _of_container(found, shape.key, None, path, "Map keys")
            where = f"{path}.{key}.member"
            if inner is None:
                yield _null(where) if self._wire else _missing(where)
            else:
                found = self.value(shape.value, inner, where, depth + 1)
                yield from _of_container(found, shape.value, None, path, "Map value")

    def _string(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if not isinstance(value, str):
            yield _wrong_type(shape, value, path)
            return
        shown = _shown(shape, value)
        yield from _size(shape, shown, len(value), path)
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            yield _broken(path, "enum", shown, _enum(allowed))
        pattern = shape.metadata.get("pattern")
        if pattern is not None and not _matches(pattern, value):
            yield _broken(path, "pattern", shown, _pattern(pattern))

    def _blob(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        try:
            content = base64.b64decode(value, validate=True) if isinstance(value, str) else None
        except binascii.Error:
            content = None
        if content is None:
            yield _wrong_type(shape, value, path)
        else:
            yield from _size(shape, _shown(shape, value), len(content), path)

    def _timestamp(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        as_text = shape.serialization.get("timestampFormat", "unixTimestamp") != "unixTimestamp"
        if isinstance(value, str) and (as_text or not self._wire):
            try:
                parse_timestamp(value)
            except ValueError:
                yield _wrong_type(shape, value, path)
        elif not _is_number(value):
            yield _wrong_type(shape, value, path)

    def _boolean(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if not isinstance(value, bool):
            yield _wrong_type(shape, value, path)

    def _whole(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        end = 1 << _BITS[shape.type_name]
        if isinstance(value, bool) or not isinstance(value, int) or not -end <= value < end:
            yield _wrong_type(shape, value, path)
        else:
            yield from _bounds(shape, value, path)

    def _number(self, shape: Shape, value: Any, path: str, _depth: int) -> Iterator[Failure]:
        if _is_number(value):
            yield from _bounds(shape, value, path)
        else:
            yield _wrong_type(shape, value, path)


def _matches(pattern: str, text: str) -> bool:
    try:
        return patterns.matches(pattern, text)
    except regex.error:
        return True  # patterns.uncompilable lists it


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _below(path: str, name: str) -> str:
    inner = name[:1].lower() + name[1:]
    return f"{path}.{inner}" if path else inner


def _is_opaque(shape: Shape) -> bool:
    """Whether anything may be in it: a document, JSON in JSON, a stream."""
    return bool(
        getattr(shape, "is_document_type", False)
        or {"jsonvalue", "streaming", "eventstream"} & shape.serialization.keys()
    )


def _shown(shape: Shape, value: Any) -> Any:
    """The value, or None: what the model calls sensitive is not repeated."""
    return None if shape.metadata.get("sensitive") else value


def _size(shape: Shape, shown: Any, size: int, path: str) -> Iterator[Failure]:
    yield from _limits(shape, shown, size, path, "length")


def _bounds(shape: Shape, value: float, path: str) -> Iterator[Failure]:
    yield from _limits(shape, _shown(shape, value), value, path, "value")


def _limits(shape: Shape, shown: Any, size: float, path: str, what: str) -> Iterator[Failure]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _broken(path, "min", shown, _at_least(what, least))
    if most is not None and size > most:
        yield _broken(path, "max", shown, _at_most(what, most))


def _at_least(what: str, least: float) -> str:
    return f"Member must have {what} greater than or equal to {least}"


def _at_most(what: str, most: float) -> str:
    return f"Member must have {what} less than or equal to {most}"


def _enum(allowed: Sequence[str]) -> str:
    return f"Member must satisfy enum value set: [{', '.join(allowed)}]"


def _pattern(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def _of_container(
    found: Iterator[Failure], inner: Shape, value: Any, path: str, what: str
) -> Iterator[Failure]:
    """Says of a list or map what is wrong with the texts and numbers in it, as the service does."""
    for failure in found:
        if inner.type_name in _CONTAINERS or failure.kind == "type":
            yield failure
        else:
            text = f"{what} must satisfy constraint: [{', '.join(_constraints(inner))}]"
            whole = _broken(path, failure.kind, _shown(inner, value), text)
            yield replace(failure, text=whole.text)


def _constraints(shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    what = "length" if shape.type_name in {"string", "character", "blob"} else "value"
    if "max" in limits:
        yield _at_most(what, limits["max"])
    if "min" in limits:
        yield _at_least(what, limits["min"])
    if "pattern" in limits:
        yield _pattern(limits["pattern"])
    if limits.get("enum"):
        yield _enum(limits["enum"])


def _broken(path: str, kind: str, shown: Any, constraint: str) -> Failure:
    value = "" if shown is None else f" '{_in_words(shown)}'"
    text = f"Value{value} at '{path}' failed to satisfy constraint: {constraint}"
    return Failure(path, kind, shown, text)


def _missing(path: str) -> Failure:
    text = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    return Failure(path, "required", None, text)


def _null(path: str) -> Failure:
    return Failure(path, "null", None, f"Value null at '{path}': a member without value is absent")


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key}={_in_words(inner)}" for key, inner in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(_in_words(inner) for inner in value) + "]"
    else:
        text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


_JAVA = {
    "string": "String",
    "character": "Character",
    "boolean": "Boolean",
    "integer": "Integer",
    "long": "Long",
    "float": "Float",
    "double": "Double",
    "timestamp": "Timestamp",
    "blob": "Blob",
    "structure": "Structure",
    "list": "List",
    "map": "Map",
}


def _wrong_type(shape: Shape, value: Any, path: str) -> Failure:
    if isinstance(value, Mapping):
        text = "Start of structure or map found where not expected."
    elif isinstance(value, list | tuple):
        text = "Start of list found where not expected"
    else:
        text = f"{_token(value)} cannot be converted to {_JAVA[shape.type_name]}"
    return Failure(path, "type", None, text)


def _token(value: Any) -> str:
    if value is None:
        return "NULL_VALUE"
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int):
        return "NUMBER_VALUE"
    return "DECIMAL_VALUE" if isinstance(value, float) else "STRING_VALUE"
