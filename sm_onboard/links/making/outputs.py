"""A notebook without what its cells gave, as a link carries it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sm_onboard.errors import InvalidRequest

_INDENT = re.compile(rb"\A\s*\{\r?\n( +|\t+)")


def document(data: bytes) -> dict[str, Any]:
    """The notebook's JSON.

    Raises:
        InvalidRequest: ``links.not_a_notebook``.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or (next(_cells(found), None) is None and not _is_empty(found)):
        raise InvalidRequest(
            "links.not_a_notebook",
            "The notebook cannot be read, so its outputs cannot be left out.",
            "Save it in JupyterLab, and copy the link again.",
        )
    return found


def has_outputs(notebook: dict[str, Any]) -> bool:
    return any(cell.get("outputs") for cell in _cells(notebook))


def stripped(data: bytes) -> bytes:
    """The notebook without outputs, execution counts, times and the state of widgets.

    Where there is nothing of that, these very bytes; else written as they were: the same order
    of keys, indentation, kind of escapes and end.

    Raises:
        InvalidRequest: ``links.not_a_notebook``.
    """
    notebook = document(data)
    if not _strip(notebook):
        return data
    indent = _INDENT.match(data)
    step = None if indent is None else indent[1].decode()
    escaped = data.isascii() and b"\\u" in data
    separators = (",", ": ") if step is not None or b'": ' in data[:1000] else (",", ":")
    text = json.dumps(notebook, ensure_ascii=escaped, indent=step, separators=separators)
    end = data[len(data.rstrip()) :]
    return text.encode("utf-8", "surrogatepass") + end


def _strip(notebook: dict[str, Any]) -> bool:
    """Takes away what must not be sent; whether there was anything."""
    found = False
    metadata = notebook.get("metadata")
    if isinstance(metadata, dict) and metadata.pop("widgets", None) is not None:
        found = True
    for cell in _cells(notebook):
        if cell.get("outputs"):
            cell["outputs"], found = [], True
        for count in ("execution_count", "prompt_number"):
            if cell.get(count) is not None:
                cell[count], found = None, True
        of_cell = cell.get("metadata")
        for times in ("execution", "ExecuteTime"):
            if isinstance(of_cell, dict) and of_cell.pop(times, None) is not None:
                found = True
    return found


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    sheets = notebook.get("worksheets")  # nbformat 3
    for holder in (notebook, *(sheets if isinstance(sheets, list) else ())):
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict):
                yield cell


def _is_empty(notebook: dict[str, Any]) -> bool:
    return notebook.get("cells") == [] or isinstance(notebook.get("worksheets"), list)
