"""The contract of a notebook and its runs.

Only the browser knows which cells ran and what they put out; only the server reaches the store.
So the browser saves the notebook and says in which order its cells ran, and the server keeps
both with the runs. A notebook goes by the id of its kernel, which its runs carry.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sm_onboard.experiments.models import Status
from sm_onboard.experiments.shown import Number

CellId = Annotated[str, Meta(min_length=1, max_length=100)]


class KernelRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that a cell began."""

    id: str  # "<store>.<the store's own id>"
    experiment: str  # the page's id of its experiment
    name: str
    status: Status
    cell: str
    started: int | None
    ended: int | None
    metric: str = ""  # the one that the panel tells runs by, else the run's first
    value: Number = None
    commit: str = ""  # 40 hex digits; "": not known
    changed: int | None = None  # files that differ from the commit
    snapshot: bool = False  # they were kept
    notebook: bool = False  # as it ran it is kept, too


class KernelRuns(msgspec.Struct, frozen=True, kw_only=True):
    runs: tuple[KernelRun, ...]  # newest first


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One cell that ran to its end, or failed."""

    cell: CellId
    count: int | None = None  # the number in its brackets


class SavedNotebook(msgspec.Struct, frozen=True, kw_only=True):
    """The notebook is saved: keep it with the runs whose notebook it is."""

    path: Annotated[str, Meta(min_length=1, max_length=1000)]  # as JupyterLab's files call it
    executions: Annotated[tuple[Execution, ...], Meta(max_length=20_000)]  # in their order
    running: Annotated[tuple[CellId, ...], Meta(max_length=20_000)] = ()  # cells that run now


class NotebookKept(msgspec.Struct, frozen=True, kw_only=True):
    saved: int  # when the file was written
    kept: tuple[str, ...]  # the runs that it was kept with now
    left_out: tuple[str, ...]  # cells whose outputs were too large
    runs: tuple[KernelRun, ...]  # all of the kernel, newest first
