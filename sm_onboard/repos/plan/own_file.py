"""Adds a repository to the person's own ``onboard.yaml`` without touching the rest of it.

Lines are inserted as text, so comments, order and spacing stay as they are; the result is
read again, and written only when it says exactly what it said before plus one entry. A
round-trip YAML library would be one more dependency in every Studio image for this.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from sm_onboard.errors import ConfigError, Conflict
from sm_onboard.git import addresses, names

from ..models import NewRepository
from . import entries, merge, sources, yaml_text
from .onboard_file import read
from .yaml_text import Node

# texts that no YAML reader takes for anything else
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/+~-]*(:[A-Za-z0-9._/+~%@-]+)*")


def add_to_own_file(
    own_file: Path, new: NewRepository, taken: Mapping[str, str] | None = None
) -> None:
    """Adds an entry at the end of the list, or makes the file (mode 0600).

    Args:
        taken: folders of the plan's repositories, and their addresses. Without a ``path`` of
            its own, a fork would take the folder of the repository it was made from.

    Raises:
        ConfigError: a value is not allowed or its folder taken (``field`` is url, branch or
            path); the file is broken already; ``config.already_listed``;
            ``config.own_file_edit`` where the list is written in a way that cannot be added
            to without changing the rest.
        Conflict: ``config.own_file_changed``: somebody wrote it in the meantime.
        OSError: it cannot be read or written.
    """
    entry = {"url": addresses.check_url(new.url)}
    if new.branch is not None:
        entry["branch"] = names.check_branch(new.branch)
    if new.path is not None:
        entry["path"] = entries.check_path_text(new.path, "path")
    path = entry.get("path") or addresses.default_name(entry["url"])
    file = Path(os.path.realpath(own_file))  # a link of a dotfile manager stays one
    old = _bytes(file)
    listed = _others(own_file, old, entry["url"])
    for other, by in {**(taken or {}), **listed}.items():
        if merge.overlap(path, other):
            raise merge.path_taken(path, other, by, "path")
    text = old.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    changed = _inserted(text, entry, newline).encode()
    if not _only_adds(old, changed, entry):
        by_hand = "; ".join(f"{key}: {value}" for key, value in entry.items())
        raise ConfigError(
            "config.own_file_edit",
            f"The list of repositories in {names.shown(str(own_file), 200)} is written in a way "
            "that cannot be added to without changing the rest.",
            f"Add the entry yourself: {by_hand}.",
        )
    if _bytes(file) != old:
        raise Conflict(
            "config.own_file_changed",
            f"{names.shown(str(own_file), 200)} was changed by something else just now.",
            "Try again.",
        )
    sources.write_private(file, changed)


def _bytes(file: Path) -> bytes:
    try:
        return sources.read_bytes(file)
    except FileNotFoundError:
        return b""


def _others(own_file: Path, old: bytes, url: str) -> dict[str, str]:
    """The folders that the file names already, with their repositories' addresses.

    Raises:
        ConfigError: the file is broken, or names this repository.
    """
    try:
        nodes = read(old).repositories
    except ConfigError as error:
        place = names.shown(str(own_file), 200)
        raise ConfigError(error.code, f"{place}: {error.message}", error.hint) from None
    folders = {}
    for index, node in enumerate(nodes):
        listed, path = entries.glimpse(node)
        if listed and addresses.same_repository(listed, url):
            raise ConfigError(
                "config.already_listed",
                f"Your own file names {url} already (line {node.line}).",
                f"Change repositories[{index}] there instead.",
                "url",
            )
        if path:
            folders[path] = addresses.display(listed)
    return folders


def _inserted(text: str, entry: dict[str, str], newline: str) -> str:
    """The text with the entry's lines where the list ends. Not yet known to be right."""
    root = yaml_text.parse(text.encode())
    keys = root.value if root is not None and isinstance(root.value, dict) else {}
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    if root is None:
        top = ["version: 1", "repositories:", *_lines(entry, "  ")]
        return "".join(lines) + newline.join(top) + newline
    listed = keys.get("repositories")
    if listed is None:
        return "".join(lines) + newline.join(["repositories:", *_lines(entry, "  ")]) + newline
    after, indent = _end_of_list(listed, lines)
    new = [line + newline for line in _lines(entry, indent)]
    return "".join([*lines[:after], *new, *lines[after:]])


def _end_of_list(listed: Node, lines: list[str]) -> tuple[int, str]:
    """After how many lines the list ends, and its indentation.

    An empty list may be written ``[]``; that is taken out of its line.
    """
    if isinstance(listed.value, list) and listed.value:
        first = lines[listed.value[0].start[0]]
        return listed.last_line + 1, first[: len(first) - len(first.lstrip(" "))]
    line = (listed.line or 1) - 1
    lines[line] = re.sub(r"\[[ ]*\]", "", lines[line], count=1)
    return line + 1, "  "


def _lines(entry: dict[str, str], indent: str) -> list[str]:
    values = [f"{key}: {_quoted(value)}" for key, value in entry.items()]
    return [f"{indent}{'- ' if i == 0 else '  '}{text}" for i, text in enumerate(values)]


def _quoted(value: str) -> str:
    word = value.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    plain = _PLAIN.fullmatch(value) is not None and not word
    return value if plain else json.dumps(value, ensure_ascii=False)


def _only_adds(old: bytes, new: bytes, entry: dict[str, str]) -> bool:
    """Whether the new text says what the old one did, and this entry at the end."""
    try:
        before, after = yaml_text.parse(old), yaml_text.parse(new)
    except ConfigError:
        return False
    expected = {"version": 1} if before is None else _plain(before)
    found = _plain(after) if after is not None else None
    if not isinstance(expected, dict) or not isinstance(found, dict):
        return False
    expected["repositories"] = [*(expected.get("repositories") or []), entry]
    return expected == found


def _plain(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: _plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(value) for value in node.value]
    return node.value
