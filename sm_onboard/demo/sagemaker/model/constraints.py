"""A constraint of the model that a value breaks, in the service's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.model import Shape

_SHOWN = 1024  # characters of a value that a message repeats
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


def shown(shape: Shape, value: Any) -> Any:
    """The value, or None: what the model calls sensitive is not repeated."""
    return None if shape.metadata.get("sensitive") else value


def shown_items(inner: Shape, value: Any) -> Any:
    """A list of texts or numbers, or None: what is deeper may hold what is sensitive."""
    return None if inner.type_name in _CONTAINERS else shown(inner, value)


def at_least(what: str, least: float) -> str:
    return f"Member must have {what} greater than or equal to {least}"


def at_most(what: str, most: float) -> str:
    return f"Member must have {what} less than or equal to {most}"


def enum(allowed: Sequence[str]) -> str:
    return f"Member must satisfy enum value set: [{', '.join(allowed)}]"


def pattern(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def of_items(
    found: Iterable[Failure], inner: Shape, value: Any, path: str, what: str
) -> Iterator[Failure]:
    """Says what is wrong with texts and numbers in a list or map of the whole list or map.

    Args:
        value: the list, None for a map.
        what: Member, Map keys or Map value.
    """
    if inner.type_name in _CONTAINERS:
        yield from found
        return
    for failure in found:
        if failure.kind == "type":
            yield failure
        else:
            constraint = f"{what} must satisfy constraint: [{', '.join(_all_of(inner))}]"
            yield replace(failure, text=_sentence(path, shown_items(inner, value), constraint))


def _all_of(shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    what = "length" if shape.type_name in {"string", "character", "blob"} else "value"
    if "max" in limits:
        yield at_most(what, limits["max"])
    if "min" in limits:
        yield at_least(what, limits["min"])
    if "pattern" in limits:
        yield pattern(limits["pattern"])
    if limits.get("enum"):
        yield enum(limits["enum"])


def broken(path: str, kind: str, shown: Any, constraint: str) -> Failure:
    return Failure(path, kind, shown, _sentence(path, shown, constraint))


def _sentence(path: str, shown: Any, constraint: str) -> str:
    value = "" if shown is None else f" '{_in_words(shown)}'"
    return f"Value{value} at '{path}' failed to satisfy constraint: {constraint}"


def missing(path: str) -> Failure:
    text = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    return Failure(path, "required", None, text)


def null(path: str) -> Failure:
    return Failure(path, "null", None, f"Value null at '{path}': a member without value is absent")


def _in_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        some = (str(inner)[:_SHOWN] for inner in value[: _SHOWN // 2])  # more would not be shown
        text = f"[{', '.join(some)}]"
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


def wrong_type(shape: Shape, value: Any, path: str) -> Failure:
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
