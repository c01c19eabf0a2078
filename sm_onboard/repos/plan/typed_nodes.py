"""Turns a tree of YAML into a struct, key by key, with errors that people can act on.

msgspec would convert the whole tree at once and say ``Expected `str`, got `int` - at
`$.repositories[2].branch```. Here each error names the key, its line, what belongs there
and the nearest known key, and never quotes a value that may be a secret.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as shapes

from sm_onboard.errors import ConfigError
from sm_onboard.git.names import shown

from .yaml_text import Node

_S = TypeVar("_S", bound=msgspec.Struct)


def struct(kind: type[_S], node: Node, field: str) -> _S:
    """Reads one mapping as ``kind``, key by key.

    Raises:
        ConfigError: ``config.type``, ``config.unknown_key``, ``config.key_twice``,
            ``config.missing_key``, ``config.no_value``, ``config.choice``; ``field`` names
            the key.
    """
    if not isinstance(node.value, dict):
        first = kind.__struct_fields__[0]
        raise at(
            ConfigError(
                "config.type",
                f"This must be keys with values, not {kind_of(node)}.",
                f"Write it like '{first}: …'.",
                field,
            ),
            node,
        )
    no_key_twice(node, field)
    info = _shape(kind)
    values: dict[str, Any] = {}
    for key, value in node.value.items():
        if key not in kind.__struct_fields__:
            raise unknown_key(key, value, kind.__struct_fields__, field)
        values[key] = _value(value, info[key].type, f"{field}.{key}")
    for key, described in info.items():
        if described.required and key not in values:
            raise at(
                ConfigError(
                    "config.missing_key",
                    f"The key '{key}' is missing.",
                    f"Add '{key}: …'.",
                    f"{field}.{key}",
                ),
                node,
            )
    return kind(**values)


def at(error: ConfigError, node: Node | None) -> ConfigError:
    """The error with its place in front of the message: ``repositories[2].branch (line 14): …``."""
    line = f" (line {node.line})" if node is not None and node.line is not None else ""
    place = f"{error.field}{line}: " if error.field else ""
    return ConfigError(error.code, place + error.message, error.hint, error.field)


def at_key(error: ConfigError, node: Node, key: str) -> ConfigError:
    """``at`` with the line of one key of a mapping, else of the mapping."""
    return at(error, node.value.get(key, node) if isinstance(node.value, dict) else node)


@functools.cache
def _shape(kind: type[msgspec.Struct]) -> dict[str, shapes.Field]:
    info = shapes.type_info(kind)
    assert isinstance(info, shapes.StructType)
    return {field.name: field for field in info.fields}


def _value(node: Node, kind: shapes.Type, field: str) -> Any:
    """Checks a value against the type its struct gives it."""
    if isinstance(kind, shapes.Metadata):
        return _value(node, kind.type, field)
    if isinstance(kind, shapes.UnionType):  # only "or None", which a file says by silence
        kind = next(t for t in kind.types if not isinstance(t, shapes.NoneType))
        return _value(node, kind, field)
    value = node.value
    if value is None:
        raise at(
            ConfigError(
                "config.no_value",
                "The key has no value.",
                "Give it one, or take the line out to use the default.",
                field,
            ),
            node,
        )
    if isinstance(kind, shapes.LiteralType):
        if isinstance(value, str) and value in kind.values:
            return value
        names = [str(v) for v in kind.values]
        said = shown(value) if isinstance(value, str) else kind_of(node)
        near = difflib.get_close_matches(said.lower()[:60], names, 1)
        raise at(
            ConfigError(
                "config.choice",
                f"The value must be {' or '.join(names)}, not {said}.",
                f"Did you mean '{near[0]}'?" if near else f"Write one of: {', '.join(names)}.",
                field,
            ),
            node,
        )
    if isinstance(kind, shapes.StrType) and isinstance(value, str):
        return value
    if isinstance(kind, shapes.BoolType) and isinstance(value, bool):
        return value
    if isinstance(kind, shapes.ListType) and isinstance(value, list):
        return [_value(v, kind.item_type, f"{field}[{i}]") for i, v in enumerate(value)]
    if isinstance(kind, shapes.DictType) and isinstance(value, dict):
        no_key_twice(node, field)
        return {k: _value(v, kind.value_type, f"{field}.{shown(k, 40)}") for k, v in value.items()}
    wanted, hint = _WANTED[type(kind)]
    raise at(
        ConfigError(
            "config.type", f"The value must be {wanted}, not {kind_of(node)}.", hint, field
        ),
        node,
    )


_WANTED: dict[type[shapes.Type], tuple[str, str]] = {
    shapes.StrType: ("text", "Put quotes around it if it is meant as text."),
    shapes.BoolType: ("true or false", "Write true or false, without quotes."),
    shapes.ListType: ("a list", "Write it like [first, second]."),
    shapes.DictType: ("keys with values", "Write it like {name: value}."),
}


def kind_of(node: Node) -> str:
    """What stands there, by kind: the value itself may be a secret."""
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    for kind, name in ((str, "text"), ((int, float), "a number"), (list, "a list")):
        if isinstance(value, kind):
            return name
    return "keys with values"


def no_key_twice(node: Node, field: str) -> None:
    if node.twice:
        key, line = node.twice
        place = f"{field}.{shown(key, 40)}" if field else shown(key, 40)
        raise at(
            ConfigError("config.key_twice", "The key stands here twice.", "Keep one.", place),
            Node(None, line),
        )


def unknown_key(key: str, node: Node, known: Sequence[str], field: str) -> ConfigError:
    # something with an @ or : in it is rather a misplaced URL, perhaps with a password
    name = shown(key, 40) if not set("@:") & set(key) else "…"
    near = difflib.get_close_matches(key[:60].lower(), known, 1)
    hint = f"Did you mean '{near[0]}'?" if near else f"The keys here are: {', '.join(known)}."
    place = f"{field}.{name}" if field else name
    return at(ConfigError("config.unknown_key", f"There is no key '{name}'.", hint, place), node)
