"""The experiments room over HTTP: its routes, and one thin function for each.

Every function runs in a worker thread and may block. ``look`` is what makes the room read;
asking for runs is a POST because a choice of experiments does not fit into an address, and
changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .charts import handlers as charts
from .compare import handlers as compare
from .notebook import handlers as notebook
from .reproduce import handlers as reproduce
from .run import handlers as one_run
from .shown import ExperimentsLook, ExperimentsState, RunsAsked, RunsTable
from .training import handlers as training

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def state(rooms: Rooms) -> ExperimentsState:
    return rooms.experiments.state()


def look(rooms: Rooms, body: ExperimentsLook) -> ExperimentsState:
    return rooms.experiments.look(body)


def runs(rooms: Rooms, body: RunsAsked) -> RunsTable:
    return rooms.experiments.runs(body)


ROUTES = (
    Route(
        "GET",
        "experiments",
        "getExperiments",
        state,
        "The stores, their experiments and the latest runs, as far as they are known.",
        ExperimentsState,
    ),
    Route(
        "POST",
        "experiments/look",
        "lookAtExperiments",
        look,
        "Somebody looks: read the stores, and again while this is renewed within 60 s.",
        ExperimentsState,
        body=ExperimentsLook,
        status=202,
    ),
    Route(
        "POST",
        "experiments/runs",
        "listRuns",
        runs,
        "The runs of the chosen experiments by columns: all, the newest, or what changed since.",
        RunsTable,
        body=RunsAsked,
    ),
    *charts.ROUTES,
    *compare.ROUTES,
    *notebook.ROUTES,
    *reproduce.ROUTES,
    *one_run.ROUTES,
    *training.ROUTES,
)
