"""An MLflow server without HTTP: its searches answered from memory, and counted."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.mirror.following import Follower, Step
from sm_onboard.experiments.mirror.kept import Kept
from sm_onboard.experiments.models import Run
from sm_onboard.experiments.query import parse_filter, select
from sm_onboard.experiments.stores.artifacts import Artifacts
from sm_onboard.experiments.stores.rest import MlflowStore
from sm_onboard.experiments.stores.wire import Answer
from sm_onboard.experiments.table import Table

URI = "https://mlflow.acme.com"
T0 = 1_750_000_000_000
_WORDS = {"running": "RUNNING", "scheduled": "SCHEDULED", "finished": "FINISHED",
          "failed": "FAILED", "stopped": "KILLED"}  # fmt: skip


class Server:
    """Stands for the wire of an ``MlflowStore``.

    Attributes:
        asked: the calls so far. sent: the runs in the answers.
        trouble: raised by every call; or by those whose path it is the value of.
    """

    base = URI

    def __init__(self, *experiments: str) -> None:
        self.experiments = dict.fromkeys(experiments or ("1",), "active")
        self.runs: dict[str, Run] = {}
        self.asked: list[str] = []
        self.sent = 0
        self.trouble: OnboardError | None = None
        self.refused: set[str] = set()

    def add(self, id: str, began: int, ended: int | None = None, **facts: Any) -> None:
        """``began`` and ``ended`` in seconds after T0."""
        self.runs[id] = Run(
            **{
                "id": id,
                "name": id,
                "experiment": "1",
                "started": T0 + began * 1000,
                "ended": None if ended is None else T0 + ended * 1000,
                "status": "running" if ended is None else "finished",
                **facts,
            }
        )

    def change(self, id: str, **facts: Any) -> None:
        self.runs[id] = msgspec.structs.replace(self.runs[id], **facts)

    def words(self, text: object) -> str:
        return str(text)

    def send(self, method: str, target: str, body: bytes = b"", **_: Any) -> Answer:
        path = urlsplit(target).path.removeprefix("/api/2.0/mlflow/")
        self.asked.append(path)
        if self.trouble and (not self.refused or path in self.refused):
            raise self.trouble
        asked = json.loads(body) if method == "POST" else parse_qs(urlsplit(target).query)
        told = self._experiments() if path == "experiments/search" else self._search(asked)
        return Answer(200, {}, json.dumps(told).encode())

    def _experiments(self) -> dict[str, Any]:
        return {
            "experiments": [
                {"experiment_id": id, "name": f"experiment {id}", "lifecycle_stage": stage}
                for id, stage in self.experiments.items()
            ]
        }

    def _search(self, asked: dict[str, Any]) -> dict[str, Any]:
        of = [run for run in self.runs.values() if run.experiment in asked["experiment_ids"]]
        found = select(parse_filter(asked["filter"]), of)
        (order,) = asked["order_by"]
        name, way = order.split()
        key = {"attributes.start_time": "started", "attributes.end_time": "ended"}[name]
        down = -1 if way == "DESC" else 1
        found.sort(key=lambda run: (down * (getattr(run, key) or 0), run.id))
        start = int(asked.get("page_token") or 0)
        end = start + asked["max_results"]
        more = {"next_page_token": str(end)} if end < len(found) else {}
        self.sent += len(found[start:end])
        return {"runs": [_told(run) for run in found[start:end]], **more}


def _told(run: Run) -> dict[str, Any]:
    pairs = {
        name: [{"key": key, "value": value} for key, value in values.items()]
        for name, values in (("params", run.params), ("tags", run.tags))
    }
    metrics = [{"key": key, "value": value} for key, value in run.metrics.items()]
    return {
        "info": {
            "run_id": run.id,
            "run_name": run.name,
            "experiment_id": run.experiment,
            "status": _WORDS[run.status],
            "start_time": run.started,
            "end_time": run.ended,
            "lifecycle_stage": "active",
        },
        "data": {**pairs, "metrics": metrics},
    }


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Rows:
    """A table of one store; each change with what was there after it."""

    def __init__(self) -> None:
        self.table = Table()
        self.told: list[int] = []

    def known(self, experiments: Collection[str] | None = None) -> dict[str, Run]:
        return self.table.of("s", experiments)

    def put(self, runs: Iterable[Run], gone: Iterable[str] = ()) -> bool:
        differs = self.table.update("s", runs, gone)
        if differs:
            self.told.append(len(self.known()))
        return differs


class Here:
    """A server of ours that looks at ``Server``; ``folder`` outlives it."""

    def __init__(self, store: Any, folder: Path, **more: Any) -> None:
        self.store = store
        self.clock = Clock()
        self.rows = Rows()
        kept = Kept(folder, "s", store.uri, logging.getLogger("mirror"))
        self.follower = Follower(self.open, kept, growing=self.clock, clock=self.clock, **more)
        self.last: Step | None = None

    def open(self) -> Any:
        return self.store

    def step(self, *wanted: str) -> Step:
        self.last = self.follower.step(wanted, self.rows)
        return self.last

    def settle(self, *wanted: str) -> Step:
        """Steps until nothing is due."""
        for _ in range(1000):
            step = self.step(*wanted)
            if step.wait > 0:
                return step
        raise AssertionError("there is always something to do")

    def after(self, seconds: float, *wanted: str) -> Step:
        self.clock.now += seconds
        return self.settle(*wanted)

    def until(self, true: Callable[[], bool], *wanted: str, refreshes: int) -> int:
        """Steps when they are due; how many seconds it took."""
        began = self.clock.now
        for _ in range(refreshes):
            if true():
                return round(self.clock.now - began)
            self.clock.now += self.step(*wanted).wait
        raise AssertionError(f"not after {self.clock.now - began} s")

    def runs(self, experiment: str = "1") -> dict[str, Run]:
        return self.rows.known([experiment])

    def save(self) -> None:
        self.follower.save(self.rows)


def store_of(server: Server) -> MlflowStore:
    return MlflowStore("server", URI, server, Artifacts())  # type: ignore[arg-type]
