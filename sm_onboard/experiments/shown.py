"""The contract of the experiments room: what is asked, answered and shown.

Times are milliseconds since 1970 in UTC. A table goes over the wire by columns, since 10,000
runs by 20 columns are a third of the size that way, and the browser sorts typed arrays. A
number that JSON does not know is text: ``"NaN"``, ``"Infinity"``, ``"-Infinity"``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.domain.models import DomainProblem

from .models import Kind, Status

Number = float | Literal["NaN", "Infinity", "-Infinity"] | None


class ExperimentRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # "<store>.<the store's own id>"
    name: str
    runs: int | None = None  # None: not counted yet
    latest: int | None = None  # when its last run began


class StoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """One place that runs are kept in.

    ``reading``: what is there so far can be shown. ``stale``: it did not answer; what is shown
    is of ``read_at``. ``failed``: nothing of it is known.
    """

    id: str
    kind: Kind
    name: str
    uri: str  # without credentials
    state: Literal["idle", "reading", "ready", "stale", "failed"]
    recording: bool = False  # where plain MLflow code in this server's kernels records
    note: str = ""  # why runs come here, where they were meant to go elsewhere
    read_at: int | None = None
    problem: DomainProblem | None = None
    experiments: tuple[ExperimentRow, ...] = ()


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the side panel."""

    id: str  # "<store>.<the store's own id>"
    name: str
    status: Status
    experiment: str
    started: int | None
    ended: int | None
    metric: Number = None  # of the state's ``metric``


class ExperimentsState(msgspec.Struct, frozen=True, kw_only=True):
    """What the side panel shows, and what the page begins with."""

    server: str
    revision: int
    state: Literal["starting", "working", "idle"]
    stores: tuple[StoreRow, ...] = ()
    metric: str = ""  # the one that the latest runs are told by
    metrics: tuple[str, ...] = ()  # those one may choose
    latest: tuple[RunRow, ...] = ()
    running: int = 0


class ExperimentsLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looks: read these, and again while the lease of 60 s is renewed."""

    view: str
    experiments: tuple[str, ...] = ()  # ids; empty with ``open``: the latest runs only
    metric: str = ""
    open: bool = True


class RunsAsked(msgspec.Struct, frozen=True, kw_only=True):
    experiments: tuple[str, ...]
    limit: int | None = None  # the newest ones only, to paint first
    since: str = ""  # cursor of the last answer: only what is new or different


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the table.

    Exactly one of ``numbers`` and ``codes`` is there. A code is an index into ``words``; -1:
    this run has no such value.
    """

    key: str  # "metrics.auc", "params.eta", "tags.smo.person", "attributes.started"
    numbers: tuple[Number, ...] | None = None
    codes: tuple[int, ...] | None = None
    words: tuple[str, ...] = ()  # a text of more than 500 characters is cut, and ends in "…"


class RunsTable(msgspec.Struct, frozen=True, kw_only=True):
    """Runs by columns, in the order of ``ids``.

    ``whole``: replaces what the page has. Otherwise: ``ids`` are new or different runs with all
    their values, ``gone`` are no longer there.
    """

    cursor: str
    whole: bool
    total: int  # of the chosen experiments, also where ``limit`` left some out
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    gone: tuple[str, ...] = ()
