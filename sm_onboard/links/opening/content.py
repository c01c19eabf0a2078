"""A stranger's file made fit to be shown: a notebook as plain cells, else text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sm_onboard import notebook as notebooks
from sm_onboard.errors import InvalidRequest
from sm_onboard.notebook import Notebook
from sm_onboard.plain_text import plain

from ..coordinates import Link
from ..headings import heading
from .words import size

TEXT: Final = 200_000
"""Characters of a text that are shown."""

_READ = 4 << 20  # bytes of a text
_MARKS = str.maketrans(dict.fromkeys("*_`~") | {"-": " "})


@dataclass(frozen=True)
class Content:
    """What is shown of a file.

    Attributes:
        cell: the id of the cell that the link points to; empty where there is none.
        outputs: some cell has some.
        warnings: sentences.
    """

    notebook: Notebook | None = None
    text: str | None = None
    cell: str = ""
    outputs: bool = False
    warnings: tuple[str, ...] = ()


def too_large(number: int) -> Content:
    return Content(warnings=(f"It has {size(number)}, too much to be shown before it is opened.",))


def shown_content(data: bytes, link: Link) -> Content:
    """A file of a link."""
    if link.path.endswith(".ipynb"):
        try:
            found = notebooks.cells(data)
        except InvalidRequest as error:
            return Content(warnings=(f"It cannot be read as a notebook. {error.message}",))
        cell, warnings = _pointed(found, link)
        if found.more:
            warnings = (*warnings, "It has more cells than are shown here.")
        outputs = any(each.outputs for each in found.cells)
        return Content(notebook=found, cell=cell, outputs=outputs, warnings=warnings)
    if b"\0" in data[:_READ]:
        return Content(warnings=("It is no text, so nothing of it is shown here.",))
    text, more = plain(data[:_READ].decode("utf-8", "replace"), TEXT)
    cut = ("Only its beginning is shown here.",) if more or len(data) > _READ else ()
    return Content(text=text, warnings=cut)


def _pointed(notebook: Notebook, link: Link) -> tuple[str, tuple[str, ...]]:
    if link.cell:
        if any(cell.id == link.cell for cell in notebook.cells):
            return link.cell, ()
        return "", ("The cell that the link points to is not in it.",)
    if link.heading:
        wanted = _plain(link.heading)
        for cell in notebook.cells:
            if cell.kind == "markdown" and wanted in _headings(cell.source):
                return cell.id, ()
        return "", ("The heading that the link points to is not in it.",)
    return "", ()


def _headings(source: str) -> set[str]:
    found = (heading(line) for line in source.splitlines() if line.startswith("#"))
    return {_plain(each.text) for each in found if each and each.text}


def _plain(text: str) -> str:
    return " ".join(text.translate(_MARKS).split())
