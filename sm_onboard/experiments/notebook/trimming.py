"""Outputs that are too large to be kept with every run."""

from __future__ import annotations

import json
from typing import Any

from .reading import Saved

CELL = 8 << 20
"""Bytes of one cell's outputs that are kept."""

WHOLE = 32 << 20
"""Bytes of one notebook that are kept."""

MARK = "sm-onboard"
"""The key of a cell's metadata that says how many bytes of outputs were left out."""


def trimmed(saved: Saved) -> tuple[bytes, tuple[str, ...]]:
    """The notebook as it is kept, and the ids of the cells whose outputs are not.

    A notebook of a usual size is kept as its bytes are. What may still be larger than ``WHOLE``
    afterwards is larger without any outputs.
    """
    sizes = {
        number: len(json.dumps(cell["outputs"]))
        for number, cell in enumerate(saved.document["cells"])
        if isinstance(cell.get("outputs"), list) and cell["outputs"]
    }
    too_much = len(saved.content) - WHOLE
    chosen = []
    for number in sorted(sizes, key=lambda number: -sizes[number]):
        if sizes[number] <= CELL and too_much <= 0:
            break
        chosen.append(number)
        too_much -= sizes[number]
    if not chosen:
        return saved.content, ()
    cells = list(saved.document["cells"])
    for number in chosen:
        cells[number] = _without(cells[number], sizes[number])
    content = json.dumps({**saved.document, "cells": cells}, indent=1, ensure_ascii=False)
    ids = (str(cells[number].get("id", number)) for number in sorted(chosen))
    return f"{content}\n".encode("utf-8", "surrogatepass"), tuple(ids)


def _without(cell: dict[str, Any], size: int) -> dict[str, Any]:
    said = f"{size / 1e6:,.1f} MB of output were not kept with the run.\n"
    metadata = cell.get("metadata")
    return {
        **cell,
        "metadata": {
            **(metadata if isinstance(metadata, dict) else {}),
            MARK: {"outputs_left_out": size},
        },
        "outputs": [{"output_type": "stream", "name": "stderr", "text": [said]}],
    }
