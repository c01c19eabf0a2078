"""A saved notebook, found by the path that JupyterLab's files call it by."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_onboard.errors import Forbidden, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.stores.answers import below

LARGEST = 200 << 20
"""Bytes of a notebook that are read."""


@dataclass(frozen=True)
class Saved:
    """A notebook as it lies on the disk.

    Attributes:
        time: when it was written, in milliseconds since 1970.
        document: its JSON: a notebook of format 4, with cells.
    """

    content: bytes
    time: int
    document: dict[str, Any]

    @property
    def cells(self) -> frozenset[str]:
        """The ids of its cells."""
        ids = (cell.get("id") for cell in self.document["cells"])
        return frozenset(id for id in ids if isinstance(id, str))


def read(root: Path, path: str) -> Saved:
    """Reads a notebook that the server shows.

    Args:
        root: the server's ``root_dir``.

    Raises:
        OnboardError: ``experiments.notebook_outside``, ``.notebook_missing``,
            ``.notebook_unreadable``, ``.notebook_too_large``, ``.not_a_notebook``.
    """
    real = _inside(root, path)
    try:
        # a pipe would wait for its writer
        handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except OSError as error:
        raise Forbidden(
            "experiments.notebook_unreadable", f"{path!r} cannot be read: {error.strerror}."
        ) from error
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise _missing(path)
    with open(handle, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise too_large(path, LARGEST)
    return Saved(content, facts.st_mtime_ns // 1_000_000, _document(content, path))


def too_large(path: str, limit: int) -> InvalidRequest:
    return InvalidRequest(
        "experiments.notebook_too_large",
        f"{path!r} is larger than {limit >> 20} MB, and is not kept with its runs.",
        "Clear outputs that nobody needs, and save it.",
    )


def _inside(root: Path, path: str) -> str:
    """The file, without links. JupyterLab shows none that is hidden, and so is none read here.

    A link that lies directly in the root is the person's own way to storage outside of it.
    """
    if not below(path):
        raise _outside(path)
    base = os.path.realpath(root)
    first = os.path.join(base, path.split("/")[0])
    if "/" in path and os.path.islink(first) and os.path.isdir(first):
        base = os.path.realpath(first)
        path_below = path.partition("/")[2]
    else:
        path_below = path
    real = os.path.realpath(os.path.join(base, path_below))
    if not real.startswith(base.rstrip(os.sep) + os.sep):
        raise _outside(path)
    parts = [*path.split("/"), *os.path.relpath(real, base).split(os.sep)]
    if any(part.startswith(".") for part in parts):
        raise _outside(path)
    return real


def _document(content: bytes, path: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    cells = document.get("cells") if isinstance(document, dict) else None
    if (
        not isinstance(document, dict)
        or document.get("nbformat") != 4
        or not isinstance(cells, list)
        or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells)
    ):
        raise InvalidRequest(
            "experiments.not_a_notebook",
            f"{path!r} is not a notebook of format 4.",
            "Save it in JupyterLab, which writes that format.",
        )
    return document


def _outside(path: str) -> OnboardError:
    return Forbidden(
        "experiments.notebook_outside",
        f"{path[:200]!r} is hidden, or not below the folder that JupyterLab shows.",
        "Move the notebook there to have it kept with its runs.",
    )


def _missing(path: str) -> NotFound:
    return NotFound(
        "experiments.notebook_missing", f"There is no notebook {path!r}.", "Save it first."
    )
