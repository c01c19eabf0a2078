"""Looks for secrets in what is about to be sent. A secret that is found is never shown or logged.

The rules are those of detect-secrets in the distribution that is still kept up
(``bc-detect-secrets``), without those that guess from how random a text looks: notebooks are full
of digests and ids. Beside them are a few marks by which hosts begin their tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..models import SecretFound
from .rules import PRIVATE, Rule, rules

MOST = 50
"""Findings that are told."""

_WINDOW, _OVERLAP = 1000, 200  # characters: the rules take long on lines of a megabyte
# Pictures and models as text: in a megabyte of chance there is everything.
_ENCODED = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]*|[A-Za-z0-9+/]{1000,}")
_NOT_TEXT = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream")


def in_files(files: Mapping[str, bytes]) -> tuple[SecretFound, ...]:
    """What looks like a secret in these files, as they are sent.

    Args:
        files: contents by path.

    Raises:
        Conflict: ``links.no_detector``.
    """
    found: dict[tuple[str, str, str, str], SecretFound] = {}
    for path, data in files.items():
        for one in in_file(path, data):
            found.setdefault((one.path, one.where, one.what, one.shown), one)
            if len(found) == MOST:
                return tuple(found.values())
    return tuple(found.values())


def in_file(path: str, data: bytes) -> Iterator[SecretFound]:
    """Raises Conflict: ``links.no_detector``."""
    if path.endswith(".ipynb"):
        try:
            notebook = json.loads(data)
        except (ValueError, RecursionError):
            notebook = None
        if isinstance(notebook, dict):
            yield from _in_notebook(path, notebook)
            return
    if b"\0" in data[:8192]:
        return  # not text
    name = path.rpartition("/")[2]
    text = _ENCODED.sub(" ", data.decode("utf-8", "replace"))
    chosen = rules().chosen(text)
    for number, line in enumerate(text.splitlines() if chosen else (), 1):
        yield from _in_line(path, f"{name}, line {number}", line, chosen)


def in_lines(path: str, where: str, text: str) -> Iterator[SecretFound]:
    """Lines that have one place: a cell, an output."""
    text = _ENCODED.sub(" ", text)
    chosen = rules().chosen(text)
    for line in text.splitlines() if chosen else ():
        yield from _in_line(path, where, line, chosen)


def _in_notebook(path: str, notebook: dict[str, Any]) -> Iterator[SecretFound]:
    name = path.rpartition("/")[2]
    rest = {key: value for key, value in notebook.items() if key not in ("cells", "worksheets")}
    yield from in_lines(path, f"{name}, metadata", _json(rest))
    sheets = notebook.get("worksheets")
    listed: list[Any] = []
    for holder in (notebook, *(sheets if isinstance(sheets, list) else ())):
        cells = holder.get("cells") if isinstance(holder, dict) else None
        listed += cells if isinstance(cells, list) else []
    for number, cell in enumerate(listed, 1):
        if not isinstance(cell, dict):
            continue
        where = f"{name}, cell {number}"
        for key, value in cell.items():
            if key in ("source", "input"):
                yield from in_lines(path, where, _text(value))
            elif key == "outputs":
                for output in value if isinstance(value, list) else ():
                    yield from in_lines(path, f"{where}, output", _output(output))
            elif key not in ("attachments", "id", "cell_type"):
                yield from in_lines(path, f"{where}, metadata", _json(value))


def _output(output: Any) -> str:
    """All text of an output, media that are none left out."""
    if not isinstance(output, dict):
        return ""
    parts = []
    for key, value in output.items():
        bundle = value if key == "data" and isinstance(value, dict) else {key: value}
        for media, content in bundle.items():
            if not str(media).startswith(_NOT_TEXT) and media not in ("png", "jpeg"):
                lines = isinstance(content, list) and all(isinstance(x, str) for x in content)
                plain = isinstance(content, str) or lines
                parts.append(_text(content) if plain else _json(content))
    return "\n".join(parts)


def _in_line(path: str, where: str, line: str, chosen: list[Rule]) -> Iterator[SecretFound]:
    for start in range(0, max(1, len(line) - _OVERLAP), _WINDOW - _OVERLAP):
        part = line[start : start + _WINDOW]
        for what, secret in rules().find(path, part, chosen):
            yield SecretFound(path=path, where=where, what=what, shown=_masked(what, secret, part))


def _masked(what: str, secret: str, line: str) -> str:
    """Its first characters, at most a quarter of it and never more than four."""
    if what == PRIVATE:
        return secret  # only the line that says that one begins
    at = line.find(secret)
    whole = re.match(r"[\w-]*", line[at:]) if at >= 0 else None
    length = max(len(secret), len(whole[0]) if whole else 0)
    shown = secret[: min(4, length // 4)]
    return "".join(c if c.isprintable() else "?" for c in shown) + "•" * 8


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(x for x in value if isinstance(x, str))
    return value if isinstance(value, str) else ""


def _json(value: Any) -> str:
    try:
        return json.dumps(value, indent=0, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""
