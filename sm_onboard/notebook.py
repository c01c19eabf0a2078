"""A notebook as plain cells that are safe to show, whoever wrote it.

Sources and outputs are text, or pictures that were looked at: never HTML, scripts or SVG. Reads
nbformat 3 and 4 as they are met in the wild: what is missing or of another kind counts as empty.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from . import pictures
from .errors import InvalidRequest
from .plain_text import plain, printed

LARGEST: Final = 64 << 20  # bytes of a notebook
CELLS: Final = 2_000
SOURCE: Final = 200_000  # characters of a cell
OUTPUTS: Final = 100  # of a cell
TEXT: Final = 50_000  # characters of an output
TEXTS: Final = 4_000_000  # characters of all sources and outputs
IMAGE: Final = 4 << 20  # bytes
IMAGES: Final = 16 << 20  # bytes of all

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SHORT = 200  # characters of a name
_EACH = 64  # characters that an output or a source counts for beside its text


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell gave.

    ``other`` cannot be shown here: ``media`` names it, ``text/html`` where there is nothing else.
    """

    kind: Literal["text", "error", "image", "other"]
    text: str = ""  # of an image: what it says instead of it
    media: str = ""
    base64: str = ""  # the image
    more: bool = False  # it was cut


class NotebookCell(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # "" before nbformat 4.5
    kind: Literal["code", "markdown", "raw"]
    source: str
    count: int | None = None  # None: not run
    outputs: tuple[Output, ...] = ()
    more: bool = False  # the source was cut, or outputs left out


class Notebook(msgspec.Struct, frozen=True, kw_only=True):
    language: str  # "python"; "" where it does not say
    cells: tuple[NotebookCell, ...]
    more: bool = False  # cells were left out at the end


def cells(data: bytes) -> Notebook:
    """The notebook in these bytes.

    Raises:
        InvalidRequest: ``notebook.unreadable``.
    """
    if len(data) > LARGEST:
        raise _unreadable(f"It is larger than {LARGEST >> 20} MB.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _unreadable("It is not JSON.") from error
    if not isinstance(found, dict):
        raise _unreadable("It has no cells.")
    listed = found.get("cells")
    if not isinstance(listed, list):
        sheets = found.get("worksheets")  # nbformat 3
        if not isinstance(sheets, list):
            raise _unreadable("It has no cells.")
        listed = [cell for sheet in sheets for cell in _list(_dict(sheet).get("cells"))]
    left = _Left()
    made = []
    for cell in listed[:CELLS]:
        if left.texts <= 0:
            break
        if isinstance(cell, dict):
            made.append(_cell(cell, left))
    return Notebook(
        language=_language(found, listed),
        cells=tuple(made),
        more=len(made) < len(listed),
    )


class _Left:
    """What may still be taken: characters of texts, bytes of images."""

    def __init__(self) -> None:
        self.texts = TEXTS
        self.images = IMAGES

    def plain(self, text: str, limit: int) -> tuple[str, bool]:
        return self._counted(plain(text, min(limit, max(0, self.texts))))

    def printed(self, text: str, limit: int) -> tuple[str, bool]:
        return self._counted(printed(text, min(limit, max(0, self.texts))))

    def _counted(self, told: tuple[str, bool]) -> tuple[str, bool]:
        self.texts -= len(told[0]) + _EACH
        return told


def _cell(cell: dict[str, Any], left: _Left) -> NotebookCell:
    kind = cell.get("cell_type")
    source = _text(cell["source"] if "source" in cell else cell.get("input"))
    if kind == "heading":  # nbformat 3
        level = _count(cell.get("level")) or 1
        source = f"{'#' * min(6, max(1, level))} {source}"
    source, more = left.plain(source, SOURCE)
    outputs: list[Output] = []
    if kind == "code":
        for output in _merged(_list(cell.get("outputs"))):
            if len(outputs) == OUTPUTS or left.texts <= 0:
                more = True
                break
            outputs.append(_output(output, left))
    count = cell.get("execution_count", cell.get("prompt_number"))
    return NotebookCell(
        id=_name(cell.get("id")),
        kind="code" if kind == "code" else "markdown" if kind in ("markdown", "heading") else "raw",
        source=source,
        count=_count(count) if kind == "code" else None,
        outputs=tuple(outputs),
        more=more,
    )


def _merged(outputs: list[Any]) -> Iterator[dict[str, Any]]:
    """Streams of the same name that follow each other are one output, as a notebook shows them."""
    held: dict[str, Any] | None = None
    parts: list[str] = []
    for output in outputs:
        one = _dict(output)
        stream = one.get("output_type") == "stream"
        if stream and held is not None and _stream(one) == _stream(held):
            parts.append(_text(one.get("text")))
            continue
        if held is not None:
            yield {**held, "text": "".join(parts)}
            held = None
        if stream:
            held, parts = one, [_text(one.get("text"))]
        else:
            yield one
    if held is not None:
        yield {**held, "text": "".join(parts)}


def _stream(output: dict[str, Any]) -> str:
    name = output.get("name", output.get("stream"))
    return name if isinstance(name, str) else "stdout"


def _output(output: dict[str, Any], left: _Left) -> Output:
    kind = output.get("output_type")
    if kind == "stream":
        text, more = left.printed(_text(output.get("text")), TEXT)
        return Output(kind="text", text=text, more=more)
    if kind in ("error", "pyerr"):
        said = "\n".join(x for x in _list(output.get("traceback")) if isinstance(x, str))
        if not said.strip():
            said = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        text, more = left.printed(said, TEXT)
        return Output(kind="error", text=text, more=more)
    return _shown(_bundle(output), left)


def _bundle(output: dict[str, Any]) -> dict[str, Any]:
    """Its contents by media type; nbformat 3 keeps them under short names."""
    data = output.get("data")
    if isinstance(data, dict):
        return data
    short = {"text": "text/plain", "html": "text/html", "png": "image/png", "jpeg": "image/jpeg",
             "svg": "image/svg+xml", "latex": "text/latex", "json": "application/json",
             "javascript": "application/javascript"}  # fmt: skip
    return {media: output[name] for name, media in short.items() if name in output}


def _shown(bundle: dict[str, Any], left: _Left) -> Output:
    said = _text(bundle.get("text/plain"))
    for media in _IMAGES:
        if media not in bundle:
            continue
        image = _image(_text(bundle[media]))
        if image is not None and len(image[1]) <= left.images:
            left.images -= len(image[1])
            text, _ = left.printed(said, _SHORT)
            return Output(kind="image", media=image[0], base64=image[1], text=text)
        text, _ = left.printed(said, TEXT)
        return Output(kind="other", media=media, text=text, more=True)
    if "text/plain" in bundle:
        text, more = left.printed(said, TEXT)
        return Output(kind="text", text=text, more=more)
    for media in ("text/markdown", "text/latex", "application/json"):
        if media in bundle:
            value = bundle[media]
            told = _text(value) if isinstance(value, (str, list)) else _json(value)
            text, more = left.printed(told, TEXT)
            return Output(kind="text", media=media, text=text, more=more)
    named = [media for media in bundle if isinstance(media, str)]
    return Output(kind="other", media=_name(min(named, default="")))


def _image(text: str) -> tuple[str, str] | None:
    """The media type that the bytes say, and the bytes in base64 without anything else."""
    if len(text) > IMAGE * 3 // 2:
        return None
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    picture = pictures.look(data) if len(data) <= IMAGE else None
    return (picture.media, base64.b64encode(data).decode()) if picture else None


def _language(found: dict[str, Any], listed: list[Any]) -> str:
    metadata = _dict(found.get("metadata"))
    for value in (
        _dict(metadata.get("language_info")).get("name"),
        _dict(metadata.get("kernelspec")).get("language"),
        *(_dict(cell).get("language") for cell in listed[:1]),  # nbformat 3
    ):
        if isinstance(value, str) and value:
            return _name(value)
    return ""


def _text(value: Any) -> str:
    """A text, or one kept as a list of its lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _json(value: Any) -> str:
    try:
        return json.dumps(value, indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _name(value: Any) -> str:
    return plain(value, _SHORT)[0] if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53
    return value if fits else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest("notebook.unreadable", f"The notebook cannot be read. {why}")
