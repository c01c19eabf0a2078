"""Reads YAML that a stranger may have written into a small tree with line numbers.

Only plain data comes out: text, numbers, true, false, nothing, lists and mappings. PyYAML
(imported when needed) only splits the text into events; everything by which YAML has ever
surprised anybody is refused: anchors and aliases (a kilobyte of them becomes gigabytes),
tags (they make objects), several documents, keys that are not text, deep nesting. ``yes``,
``on`` and ``2024-01-01`` are text, as in YAML 1.2; only true, false and null are special.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from sm_onboard.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_SPECIAL: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]{1,3})?")

Value: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | None"


@dataclass(frozen=True)
class Node:
    """A value and where it stands.

    Attributes:
        value: text, number, bool, None, a list of nodes or a mapping of nodes.
        line: for messages: the line of its key, or its own in a list; from 1. None where
            the value did not come from a file.
        start: its own first line and column, from 0, and the last line with a part of it.
        flow: written in ``[]`` or ``{}``.
        twice: a key that this mapping has twice, with the line of the second.
    """

    value: Value
    line: int | None = None
    start: tuple[int, int] = (0, 0)
    last_line: int = 0
    flow: bool = False
    twice: tuple[str, int] | None = None


def parse(data: bytes) -> Node | None:
    """The document's tree; None when there is nothing but comments.

    Raises:
        ConfigError: ``config.too_large``, ``config.encoding``, ``config.yaml``,
            ``config.yaml_alias``, ``config.yaml_tag``, ``config.yaml_deep``. The text of
            the file, which may hold a password, is not quoted.
    """
    if len(data) > MAX_BYTES:
        _refuse(
            "config.too_large",
            f"The file is larger than {MAX_BYTES:,} bytes.",
            "Keep only version, repositories, links and experiments in it.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("config.encoding", "The file is not UTF-8 text.", "Save it as UTF-8.")
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _document(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" near line {mark.line + 1}" if mark is not None else ""
        _refuse(
            "config.yaml",
            f"The file is not valid YAML{place}.",
            "Check the indentation, the colons and the quotes there.",
        )
    except (ValueError, OverflowError):  # PyYAML without libyaml, on "\UFFFFFFFF"
        _refuse(
            "config.yaml",
            "The file is not valid YAML: it has an escape that is no character.",
            "Look for \\x, \\u and \\U in quotes.",
        )


def from_python(value: object, depth: int = 0) -> Node:
    """The same tree from a trait's value. What no file could say, or is nested deeper than any
    key allows, becomes a node without a value, which every key refuses."""
    if depth > MAX_DEPTH:
        return Node(None)
    if isinstance(value, Mapping):
        return Node({str(k): from_python(v, depth + 1) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return Node([from_python(v, depth + 1) for v in value])
    if value is None or isinstance(value, (str, bool, int, float)):
        return Node(value)
    return Node(None)


def _document(events: Iterator[Any]) -> Node | None:
    import yaml

    root: Node | None = None
    seen = False
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if seen:
                _refuse(
                    "config.yaml",
                    f"A second document starts at line {_line(event)}.",
                    "Keep one document; take out the line '---' between them.",
                )
            seen = True
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, events, 0)
    if root is not None and root.value is None:
        return None
    return root


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    import yaml

    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        _refuse(
            "config.yaml_alias",
            f"Line {line} uses an anchor or alias (& or *).",
            "Write the value out; if it is text, put quotes around it.",
        )
    if event.tag is not None:
        _refuse(
            "config.yaml_tag",
            f"Line {line} uses a tag (!).",
            "Take the tag out; if it is text, put quotes around it.",
        )
    if depth > MAX_DEPTH:
        _refuse(
            "config.yaml_deep",
            f"Line {line} is nested more than {MAX_DEPTH} levels deep.",
            "Look for brackets that are not closed, or for indentation that keeps growing.",
        )
    start = (event.start_mark.line, event.start_mark.column)
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(event.value) if event.implicit[0] and not event.style else event.value
        # the mark behind a block scalar is on the line after it
        last = _end(event) - (1 if event.style in ("|", ">") else 0)
        return Node(value, line, start, max(last, start[0]))
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(event, events, depth, start)
    return _mapping(event, events, depth, start)


def _sequence(event: Any, events: Iterator[Any], depth: int, start: tuple[int, int]) -> Node:
    import yaml

    items: list[Node] = []
    last = start[0]
    for following in events:
        if isinstance(following, yaml.SequenceEndEvent):
            last = _end(following) if event.flow_style else last
            break
        items.append(_node(following, events, depth + 1))
        last = max(last, items[-1].last_line)
    return Node(items, start[0] + 1, start, last, bool(event.flow_style))


def _mapping(event: Any, events: Iterator[Any], depth: int, start: tuple[int, int]) -> Node:
    import yaml

    fields: dict[str, Node] = {}
    twice: tuple[str, int] | None = None
    last = start[0]
    for following in events:
        if isinstance(following, yaml.MappingEndEvent):
            last = _end(following) if event.flow_style else last
            break
        line = _line(following)
        key = _node(following, events, depth + 1)
        if not isinstance(following, yaml.ScalarEvent):
            _refuse(
                "config.yaml",
                f"The key at line {line} is not text.",
                "Write 'key: value'; a value that starts with [ or { needs quotes.",
            )
        value = _node(next(events), events, depth + 1)
        name = str(following.value)
        if name in fields and twice is None:
            twice = (name, line)
        # an empty value has its mark wherever the next token is
        end = key.last_line if value.value is None else value.last_line
        last = max(last, key.last_line, end)
        fields[name] = Node(value.value, line, value.start, end, value.flow, value.twice)
    return Node(fields, start[0] + 1, start, last, bool(event.flow_style), twice)


def _scalar(text: str) -> str | int | float | bool | None:
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= 40 and _FLOAT.fullmatch(text):
        return float(text)
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _end(event: Any) -> int:
    return int(event.end_mark.line)


def _refuse(code: str, message: str, hint: str) -> NoReturn:
    raise ConfigError(code, message, hint)
