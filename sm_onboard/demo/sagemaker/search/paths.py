"""Property names of ``Search``: ``Status.PrimaryStatus``, ``Parameters.lr``, ``Metrics.auc.Max``.

A name is followed through the shape of the search record once; what comes out reads values of
many records. Members are matched whatever their case (``metrics.test:accuracy.max`` is in AWS's
own examples), keys of maps, tags and metrics as they are. A key is the whole rest of the name,
so it may have dots and spaces: ``Parameters.SageMaker.InstanceType``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.model import Shape

from sm_onboard.demo.sagemaker.errors import ServiceError, validation

TEXT, NUMBER, TIME, FLAG = "text", "number", "time", "flag"
STRING_NUMBER = "text that may hold a number"
EITHER = "text or number"
WHOLE = "a structure, list or map"

Read = Callable[[Any], list[Any]]

_KINDS = {
    "string": TEXT,
    "integer": NUMBER,
    "long": NUMBER,
    "float": NUMBER,
    "double": NUMBER,
    "timestamp": TIME,
    "boolean": FLAG,
}
# Lists of pairs that are addressed by their name, as maps are: the members for name and value.
_NAMED_LISTS = {
    ("Key", "Value"): TEXT,
    ("MetricName", "Value"): NUMBER,
}
# The member that a map's entry stands for, where the name says no more than the key.
_ENTRIES: Mapping[frozenset[str], tuple[str, ...]] = {
    frozenset({"StringValue", "NumberValue"}): ("NumberValue", "StringValue"),
    frozenset({"MediaType", "Value"}): ("Value",),
}


class Way(NamedTuple):
    """How to come from a value to what a property name means.

    Attributes:
        kind: how the values compare.
        read: all the values that are there; several where a list is on the way.
    """

    kind: str
    read: Read


@dataclass(frozen=True)
class Property:
    """A property name, understood.

    Attributes:
        name: as it was asked for.
        member: the record's member that it begins with.
        kind: how its values compare.
        read: from the member's value to the property's values.
    """

    name: str
    member: str
    kind: str
    read: Read


def unknown(name: str) -> ServiceError:
    return validation(f"Unknown property name: {name}")


def split(shape: Shape, name: str) -> tuple[str, Shape, str]:
    """The member of a structure that a name begins with, its shape, and the rest of the name.

    Raises:
        ServiceError: the structure has no such member.
    """
    first, _, rest = name.partition(".")
    for member, inner in shape.members.items():
        if member.lower() == first.lower():
            return member, inner, rest
    raise unknown(name)


def way(shape: Shape, rest: str, name: str) -> Way:
    """Follows the rest of a property name through a shape.

    Args:
        name: the whole name, for messages.

    Raises:
        ServiceError: it leads nowhere.
    """
    if shape.type_name in _KINDS:
        if rest:
            raise unknown(name)
        return Way(_KINDS[shape.type_name], lambda value: [value])
    if not rest:
        return Way(WHOLE, _scalars)
    if shape.type_name == "map":
        return _entry(shape.value, rest, name)
    if shape.type_name == "list":
        return _in_list(shape.member, rest, name)
    if shape.type_name == "structure":
        try:
            member, inner, further = split(shape, rest)
        except ServiceError:
            raise unknown(name) from None
        kind, read = way(inner, further, name)
        return Way(kind, lambda value: read(value[member]) if value.get(member) is not None else [])
    raise unknown(name)


def _in_list(shape: Shape, rest: str, name: str) -> Way:
    for (key, value_member), kind in _NAMED_LISTS.items():
        if shape.type_name == "structure" and {key, value_member} <= set(shape.members):
            return Way(
                kind,
                lambda there, key=key, member=value_member: [  # type: ignore[misc]
                    entry[member] for entry in there if entry[key] == rest
                ],
            )
    kind, read = way(shape, rest, name)
    return Way(kind, lambda there: [value for entry in there for value in read(entry)])


def _entry(shape: Shape, key: str, name: str) -> Way:
    if shape.type_name in _KINDS:
        return Way(STRING_NUMBER, lambda there: [there[key]] if key in there else [])
    stands_for = _ENTRIES.get(frozenset(shape.members), ())
    before, _, last = key.rpartition(".")
    wanted = {member.lower(): member for member in shape.members}.get(last.lower())
    if not stands_for and wanted is None:
        raise unknown(name)

    def read(there: Mapping[str, Any]) -> list[Any]:
        entry = there.get(key)
        if entry is not None:
            return [entry[member] for member in stands_for if member in entry]
        entry = there.get(before) if wanted else None
        return [entry[wanted]] if entry is not None and wanted in entry else []

    return Way(EITHER, read)


def _scalars(value: Any) -> list[Any]:
    """Everything in a value that is not a structure, list or map; keys of maps too."""
    if isinstance(value, Mapping):
        found: list[Any] = []
        for key, inner in value.items():
            found += [key, *_scalars(inner)]
        return found
    if isinstance(value, list):
        return [scalar for inner in value for scalar in _scalars(inner)]
    return [] if value is None else [value]
