"""Keeps a saved notebook with the runs that its cells began.

A run that is over, and whose cell is, has its notebook for good: what is saved later shows
other code, and other outputs. Until then each save replaces the one before.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import InvalidRequest, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run, Store
from sm_onboard.experiments.table import number

from .reading import Saved, read, too_large
from .shown import KernelRun, NotebookKept, SavedNotebook
from .trimming import WHOLE, trimmed

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService
    from sm_onboard.experiments.watched import Place

RUNS = 500
"""The newest runs of a kernel, that are looked at."""

_KERNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_GRAIN = 2000  # ms; some file systems tell times in steps of two seconds


class Keeper:
    """Safe to use from several threads; two windows with one notebook change nothing.

    Args:
        root: the server's ``root_dir``.
    """

    def __init__(self, service: ExperimentsService, root: Path) -> None:
        self._service = service
        self._root = root
        self._lock = threading.Lock()
        self._opened: tuple[str, Store] | None = None

    def close(self) -> None:
        """Nothing is held."""

    def runs(self, kernel: str) -> tuple[KernelRun, ...]:
        """The runs of a kernel, newest first.

        Raises:
            InvalidRequest: ``experiments.bad_kernel``.
            OnboardError: those of the store.
        """
        place, store = self._store(kernel)
        return self._shown(place, _runs(place, store, kernel))

    def keep(self, kernel: str, saved: SavedNotebook) -> NotebookKept:
        """Keeps the notebook with the runs whose notebook it is.

        Raises:
            InvalidRequest: ``experiments.bad_kernel``.
            OnboardError: those of ``reading.read`` and of the store. Runs before the one that
                could not be written have it then.
        """
        file = read(self._root, saved.path)
        content, left_out = trimmed(file)
        if len(content) > WHOLE:
            raise too_large(saved.path, WHOLE)
        told = {
            "version": 1,
            "path": saved.path,
            "kernel": kernel,
            "saved": file.time,
            "sha256": hashlib.sha256(content).hexdigest(),
            "order": [{"cell": one.cell, "count": one.count} for one in saved.executions],
            "outputs_left_out": left_out,
        }
        order = json.dumps(told, indent=1).encode()
        place, store = self._store(kernel)
        kept = []
        with self._lock:  # after another window's keeping, not during it
            for run in _runs(place, store, kernel):
                if not _is_of(run, file, saved) or record.EXECUTED in run.tags:
                    continue
                store.write(run.id, record.NOTEBOOK_FILE, content)
                store.write(run.id, record.ORDER_FILE, order)
                if _is_over(run, file, saved):
                    store.set_tags(run.id, {record.EXECUTED: str(file.time)})
                kept.append(f"{place.id}.{run.id}")
            runs = self._shown(place, _runs(place, store, kernel))
        for id in kept:
            self._service.told(f"runs/{id}")
        return NotebookKept(saved=file.time, kept=tuple(kept), left_out=left_out, runs=runs)

    def _store(self, kernel: str) -> tuple[Place, Store]:
        place = self._service.recording(kernel)
        with self._lock:
            if self._opened is None or self._opened[0] != place.id:
                self._opened = (place.id, place.open())
            return place, self._opened[1]

    def _shown(self, place: Place, runs: list[Run]) -> tuple[KernelRun, ...]:
        metric = self._service.state().metric
        return tuple(_shown(place, run, metric) for run in runs)


def _runs(place: Place, store: Store, kernel: str) -> list[Run]:
    if not _KERNEL.fullmatch(kernel):
        raise InvalidRequest("experiments.bad_kernel", "That is not the id of a kernel.")
    try:
        return [run for run in store.tagged(record.KERNEL, kernel) if _cell(run)][:RUNS]
    except OnboardError as error:
        if error.code == "experiments.store_missing" and place.fresh:
            return []  # the first run makes it
        raise


def _cell(run: Run) -> str:
    return run.tags.get(record.CELL, "")


def _is_of(run: Run, file: Saved, saved: SavedNotebook) -> bool:
    """Whether the run began in this notebook: another may have the same kernel.

    Its cell is in the file, whatever that is called by now, or was there when it ran.
    """
    return _cell(run) in file.cells or any(one.cell == _cell(run) for one in saved.executions)


def _is_over(run: Run, file: Saved, saved: SavedNotebook) -> bool:
    """Whether what was saved shows all of it."""
    ended = run.status not in ("running", "scheduled") and run.ended is not None
    return ended and _cell(run) not in saved.running and file.time + _GRAIN >= (run.ended or 0)


def _shown(place: Place, run: Run, metric: str) -> KernelRun:
    tags = run.tags
    if metric not in run.metrics:
        metric = min(run.metrics, default="")
    commit, changed = tags.get(record.COMMIT, ""), tags.get(record.CHANGED, "")
    return KernelRun(
        id=f"{place.id}.{run.id}",
        experiment=f"{place.id}.{run.experiment}",
        name=run.name,
        status=run.status,
        cell=_cell(run),
        started=run.started,
        ended=run.ended,
        metric=metric,
        value=number(run.metrics.get(metric)),
        commit=commit if _COMMIT.fullmatch(commit) else "",
        changed=int(changed) if changed.isascii() and changed.isdecimal() else None,
        snapshot=record.SNAPSHOT in tags,
        notebook=record.EXECUTED in tags,
    )
