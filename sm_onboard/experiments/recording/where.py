"""Which notebook, cell or script is running."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sm_onboard.experiments import record

T = TypeVar("T")

_LONGEST_SOURCE = 100_000  # characters of a cell that are kept
_NOTEBOOKS = 200  # of one folder, that are searched for a cell
_LARGEST_NOTEBOOK = 20 << 20  # bytes


@dataclass(frozen=True)
class Where:
    """What is running.

    Attributes:
        execution: the same for all runs of one execution of a cell, or of one script.
        cell: the cell's id, which JupyterLab sends and nbclient does not.
        code: the cell's source.
        file: the notebook or script; None when it is not known.
    """

    execution: str
    interactive: bool
    kernel: str = ""
    cell: str = ""
    code: str = ""
    file: Path | None = None


def look() -> Where:
    """Looks; what cannot be known is empty."""
    shell = _or(None, _shell)
    if shell is None:
        script = sys.argv[0] if sys.argv else ""
        return Where("script", False, file=Path(script).resolve() if _is_file(script) else None)
    nothing: dict[str, Any] = {}
    parent = _or(nothing, lambda: shell.kernel.get_parent("shell"))
    header, content = parent.get("header") or {}, parent.get("content") or {}
    count = _or(0, lambda: len(shell.history_manager.input_hist_raw))
    cell = str((parent.get("metadata") or {}).get("cellId") or "")
    return Where(
        execution=str(header.get("msg_id") or f"cell {count}"),
        interactive=True,
        kernel=_or("", _kernel),
        cell=cell[:100],
        code=str(content.get("code") or "")[:_LONGEST_SOURCE],
        file=_or(None, lambda: _notebook(shell, cell)),
    )


def tell() -> None:
    """Says in the kernel's reply that this cell recorded, so that nobody has to ask.

    A payload of an unknown source is passed over by every front end.
    """
    shell = _or(None, _shell)
    if getattr(shell, "kernel", None) is not None:
        _or(None, lambda: shell.payload_manager.write_payload({"source": record.TOLD}))


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _kernel() -> str:
    module = sys.modules.get("ipykernel")
    stem = Path(module.get_connection_file()).stem if module else ""
    return stem.removeprefix("kernel-") if stem.startswith("kernel-") else ""


def _notebook(shell: Any, cell: str) -> Path | None:
    """The notebook's present path.

    Jupyter's server says it once, when the kernel starts. After that a notebook may be
    renamed: then it is the one of the same folder that has the cell.
    """
    told = (
        os.environ.get("JPY_SESSION_NAME"),
        shell.user_ns.get("__vsc_ipynb_file__"),
        os.environ.get("IPYNB_FILE"),
    )
    paths = [Path(x).absolute() for x in told if isinstance(x, str) and x.endswith(".ipynb")]
    for path in paths:
        if path.is_file():
            return path.resolve()
    if not paths or not cell:
        return None
    mark = f'"{cell}"'.encode()
    with os.scandir(paths[0].parent) as entries:
        beside = [x for x in entries if x.name.endswith(".ipynb") and x.is_file()]
    for entry in sorted(beside, key=lambda x: -x.stat().st_mtime)[:_NOTEBOOKS]:
        if entry.stat().st_size <= _LARGEST_NOTEBOOK and mark in Path(entry.path).read_bytes():
            return Path(entry.path).resolve()
    return None


def _is_file(path: str) -> bool:
    return bool(path) and os.path.isfile(path)


def _or(otherwise: T, ask: Callable[[], T]) -> T:
    with suppress(Exception):
        return ask()
    return otherwise
