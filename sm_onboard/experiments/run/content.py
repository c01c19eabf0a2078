"""One file of a run, to be looked at or to be saved.

What it is, its bytes say. Nothing of it is ever sent as a document of ours: text is text,
pictures are those that ``pictures`` knows, a notebook is ``notebook``'s cells.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
from typing import TYPE_CHECKING, Final

from sm_onboard import pictures
from sm_onboard.errors import OnboardError
from sm_onboard.plain_text import plain

from .shown import FileAsked, FileContent

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService

LOOKED_AT: Final = 16 << 20  # bytes that are read to show a file
SAVED: Final = 64 << 20  # bytes that are sent to be saved
TEXT: Final = 200_000  # characters
PICTURE: Final = 8 << 20  # bytes
JSON: Final = 2 << 20  # bytes that are written out again with line ends
ROWS: Final = 200
COLUMNS: Final = 50
CELL: Final = 500  # characters

_TABLES = {".csv": ",", ".tsv": "\t"}


def read(room: ExperimentsService, asked: FileAsked) -> FileContent:
    """The file. Blocks.

    Raises:
        OnboardError: those of the store; ``experiments.file_too_large`` with purpose ``save``.
    """
    found = room.find(asked.run)
    if asked.purpose == "save":
        data = found.store.read(found.run, asked.path, SAVED)
        text = base64.b64encode(data).decode()
        return FileContent(path=asked.path, kind="save", size=len(data), base64=text)
    try:
        data = found.store.read(found.run, asked.path, LOOKED_AT)
    except OnboardError as error:
        if error.code != "experiments.file_too_large":
            raise
        return FileContent(path=asked.path, kind="large")
    return shown(asked.path, data)


def shown(path: str, data: bytes) -> FileContent:
    """What there is to see of these bytes; the name only says how a text is laid out."""
    size, ending = len(data), f".{path.lower().rpartition('.')[2]}"
    picture = pictures.look(data)
    if picture is not None and size <= PICTURE:
        content = base64.b64encode(data).decode()
        return FileContent(path=path, kind="image", size=size, media=picture.media, base64=content)
    if ending == ".ipynb":
        from sm_onboard import notebook

        try:
            return FileContent(path=path, kind="notebook", size=size, notebook=notebook.cells(data))
        except OnboardError:  # then it is looked at as the text it is
            pass
    text = _decoded(data)
    if text is None:
        return FileContent(path=path, kind="binary", size=size)
    if ending in _TABLES:
        rows, more = _table(text, _TABLES[ending])
        if rows:
            return FileContent(path=path, kind="table", size=size, rows=rows, more=more)
    kind, laid_out = ("json", _laid_out(text)) if ending == ".json" else ("text", text)
    shown, more = plain(laid_out, TEXT)
    return FileContent(path=path, kind=kind, size=size, text=shown, more=more)  # type: ignore[arg-type]


def _decoded(data: bytes) -> str | None:
    """The text; None where it is none."""
    if b"\0" in data[: 1 << 16]:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _laid_out(text: str) -> str:
    if len(text) > JSON:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _table(text: str, separator: str) -> tuple[tuple[tuple[str, ...], ...], bool]:
    first = text.partition("\n")[0]
    if separator == "," and first.count(";") > first.count(","):
        separator = ";"
    made: list[tuple[str, ...]] = []
    cut = False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in itertools.islice(reader, ROWS + 2):
            if len(made) > ROWS:
                return tuple(made), True
            cut = cut or len(row) > COLUMNS or any(len(cell) > CELL for cell in row[:COLUMNS])
            made.append(tuple(plain(cell, CELL)[0] for cell in row[:COLUMNS]))
    except csv.Error:  # a field that does not end
        return (), False
    return tuple(made), cut
