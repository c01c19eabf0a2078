"""10,000 runs of an MLflow server on PostgreSQL: followed, read whole, and MLflow's own reading.

    python -m bench.experiments_server [--runs N] [--rounds N] [--json]

The server is a real one, its files are in S3 (the local SageMaker's), its database is
PostgreSQL from the system's packages, on loopback. Each run has 20 columns: 8 parameters, 8
metrics, 2 tags, a name and a state. The rows are written in bulk through MLflow's own classes of
its tables, and PostgreSQL counts them (ANALYZE), as it would by itself a minute later.

``first rows`` and ``all rows`` are from opening the page to the answer that holds them, as the
browser gets it. ``refresh`` is one more with nothing new; ``a change`` is the refresh that brings
a run's new metric. Seconds are medians of the rounds, in which all take turns.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.experiments.mirror import following
from sm_onboard.experiments.mirror.following import Follower
from sm_onboard.experiments.mirror.kept import Kept
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.shown import ExperimentsLook, RunsAsked, RunsTable
from sm_onboard.experiments.stores.server import ServerStore
from sm_onboard.experiments.watched import Place, Rows
from sm_onboard.pool import Pool
from tests import postgres
from tests.demo.sagemaker.mlflow_backend import QUIET, MlflowBackend

T0 = 1_750_000_000_000
PARAMS = ("model", "eta", "max_depth", "subsample", "gamma", "booster", "rounds", "data")
METRICS = ("val_auc", "val_loss", "train_auc", "train_loss", "f1", "precision", "recall", "time")
FIRST = 100  # rows in the first answer
PATIENCE = 900.0


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m bench.experiments_server", description=__doc__.splitlines()[0]
    )
    ask.add_argument("--runs", type=int, default=10_000)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    if why := postgres.missing():
        print(f"Left out: {why}.")
        return
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    seconds: dict[str, list[float]] = defaultdict(list)
    requests: dict[str, int] = {}
    with _team() as (url, database):
        experiment = _write(database, url, given.runs)
        for _ in range(given.rounds):
            for work in (_followed, _whole, _mlflow):
                work(url, experiment, given.runs, seconds, requests)
    result = {
        name: {
            "seconds": round(statistics.median(values), 3),
            "requests": requests.get(name),
        }
        for name, values in seconds.items()
    }
    if given.json:
        print(json.dumps(result, indent=1))
        return
    print(
        f"{given.runs:,} runs x 20 columns, MLflow {_version()} on PostgreSQL, files in S3; "
        f"median of {given.rounds}.\n\n  {'':44}{'seconds':>9}{'requests':>10}"
    )
    for name, its in result.items():
        asked = its["requests"]
        print(f"  {name:44}{its['seconds']:9.3f}{'' if asked is None else asked:>10}")


@contextmanager
def _team() -> Iterator[tuple[str, str]]:
    """The server's address, and the database's."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        LocalSageMaker.start(sample=False) as local,
        postgres.Postgres() as database,
    ):
        environ = {**local.environment(), "MLFLOW_S3_ENDPOINT_URL": local.url}
        where = {"LocationConstraint": environ["AWS_REGION"]}
        local.client("s3").create_bucket(Bucket="acme", CreateBucketConfiguration=where)
        with MlflowBackend(
            Path(folder),
            store=database.uri,
            artifacts="s3://acme/mlflow",
            environ=environ,
            workers=os.cpu_count() or 1,
        ) as backend:
            yield backend.url, database.uri


def _write(database: str, url: str, count: int) -> str:
    """Fills the database; the experiment's id."""
    os.environ.update(QUIET)
    from mlflow import MlflowClient
    from mlflow.store.tracking.dbmodels import models
    from sqlalchemy import create_engine, insert, text

    experiment = str(MlflowClient(url).create_experiment("churn"))
    chance = random.Random(7)
    rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for number in range(count):
        id = f"{number:032x}"
        began = T0 + number * 60_000
        rows[models.SqlRun].append(
            {
                "run_uuid": id, "name": f"run-{number}", "source_type": "LOCAL",
                "source_name": "", "entry_point_name": "", "user_id": "ana",
                "status": "FINISHED", "start_time": began, "end_time": began + 50_000,
                "source_version": "", "lifecycle_stage": "active", "experiment_id": experiment,
                "artifact_uri": f"s3://acme/mlflow/{experiment}/{id}/artifacts",
            }
        )  # fmt: skip
        for name in PARAMS:
            value = str(round(chance.random(), 2))
            rows[models.SqlParam].append({"key": name, "value": value, "run_uuid": id})
        for name in METRICS:
            row = {
                "key": name, "value": chance.random(), "timestamp": began, "step": 9,
                "is_nan": False, "run_uuid": id,
            }  # fmt: skip
            rows[models.SqlMetric].append(row)
            rows[models.SqlLatestMetric].append(row)
        for name, value in (("mlflow.runName", f"run-{number}"), ("team", "growth"), ("kind", "x")):
            rows[models.SqlTag].append({"key": name, "value": value, "run_uuid": id})
    engine = create_engine(database)
    with engine.begin() as connection:
        for table, values in rows.items():
            connection.execute(insert(table), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return experiment


class _House:
    """A server of ours with one store, and a browser that looks at it."""

    def __init__(self, url: str, experiment: str, folder: Path) -> None:
        self.store = ServerStore(url, environ={})
        self.requests = 0
        send = self.store._wire.send

        def counted(*args: Any, **more: Any) -> Any:
            self.requests += 1
            return send(*args, **more)

        self.store._wire.send = counted  # type: ignore[method-assign]
        kept = Kept(folder, "team", url, logging.getLogger("bench"))
        place = Place(
            "team", "server", "team", url, lambda: self.store,
            follow=lambda: Follower(lambda: self.store, kept),
        )  # fmt: skip
        self.pool = Pool(4)
        self.service = ExperimentsService(lambda _: [place], pool=self.pool, server="bench")
        self.experiment = f"team.{experiment}"
        self.cursor = ""
        self.ids: set[str] = set()

    def look(self, open: bool = True) -> None:
        look = ExperimentsLook(view="page-1", experiments=(self.experiment,), open=open)
        self.service.look(look)

    def ask(self, limit: int | None = None) -> RunsTable:
        """What the page asks, as the bytes that the browser gets."""
        since = "" if limit else self.cursor
        asked = RunsAsked(experiments=(self.experiment,), limit=limit, since=since)
        answer = self.service.runs(asked)
        msgspec.json.encode(answer)
        self.cursor = answer.cursor or self.cursor
        self.ids |= set(answer.ids)
        return answer

    @property
    def ready(self) -> bool:
        return any(row.state == "ready" for row in self.service.state().stores)

    def close(self) -> None:
        self.service.close()
        self.pool.close(10)


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it took too long")
        time.sleep(0.005)


def _followed(
    url: str, experiment: str, count: int, seconds: dict[str, list[float]], requests: dict[str, int]
) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-mirror-") as folder:
        for what in ("nothing kept", "after a restart"):
            house = _House(url, experiment, Path(folder))
            began = time.monotonic()
            house.look()
            _until(lambda house=house: house.ask(FIRST).ids)
            seconds[f"followed, {what}: first rows"].append(time.monotonic() - began)
            _until(lambda house=house: house.ask() and len(house.ids) == count)
            seconds[f"followed, {what}: all rows"].append(time.monotonic() - began)
            requests[f"followed, {what}: all rows"] = house.requests
            _until(lambda house=house: house.ready)
            seconds[f"followed, {what}: as the server has it"].append(time.monotonic() - began)
            requests[f"followed, {what}: as the server has it"] = house.requests
            _until(lambda house=house: _idle(house))
            if what == "after a restart":
                _refreshes(house, experiment, seconds, requests)
            house.look(open=False)
            house.close()


def _idle(house: _House) -> bool:
    (one,) = (house.service._watcher._watched or {}).values()
    return not one.reading and one.due > time.monotonic() + 1


def _refreshes(
    house: _House, experiment: str, seconds: dict[str, list[float]], requests: dict[str, int]
) -> None:
    """Steps of the follower itself, so that no pause counts."""
    house.look(open=False)
    _until(lambda: not house.service._watcher._ticking)
    (one,) = (house.service._watcher._watched or {}).values()
    follower = one.follower
    assert follower is not None
    table = house.service._table
    rows = Rows(table, "team", lambda: None)

    def refresh(name: str) -> None:
        follower._due["news"] = 0.0
        before, began = house.requests, time.monotonic()
        follower.step([experiment], rows)
        house.ask()
        seconds[name].append(time.monotonic() - began)
        requests[name] = house.requests - before

    follower._due.update(list=time.monotonic() + 999, walk=time.monotonic() + 999)
    refresh("followed: a refresh, nothing new")
    wire = house.store._wire
    made = wire.send(
        "POST",
        "/api/2.0/mlflow/runs/create",
        json.dumps({"experiment_id": experiment, "start_time": int(time.time() * 1000)}).encode(),
        limit=1 << 20,
    )
    id = json.loads(made.body)["run"]["info"]["run_id"]
    refresh("followed: a refresh with a new run")
    metric = {"run_id": id, "key": "val_auc", "value": 0.9, "timestamp": 1, "step": 1}
    wire.send("POST", "/api/2.0/mlflow/runs/log-metric", json.dumps(metric).encode(), limit=1 << 20)
    refresh("followed: a refresh with a new metric")
    assert table.of("team")[id].metrics == {"val_auc": 0.9}
    body = json.dumps({"run_id": id}).encode()
    wire.send("POST", "/api/2.0/mlflow/runs/delete", body, limit=1 << 20)
    refresh("followed: a refresh with a run deleted")
    assert id not in table.of("team")


def _whole(
    url: str, experiment: str, count: int, seconds: dict[str, list[float]], requests: dict[str, int]
) -> None:
    del requests
    began = time.monotonic()
    runs = ServerStore(url, environ={}).runs([experiment])
    seconds["read whole: first and all rows, each refresh"].append(time.monotonic() - began)
    assert len(runs) == count


def _mlflow(
    url: str, experiment: str, count: int, seconds: dict[str, list[float]], requests: dict[str, int]
) -> None:
    del requests
    import mlflow

    mlflow.set_tracking_uri(url)
    client = mlflow.MlflowClient(url)
    for name, order in (("its page's", None), ("its page's, by metric", ["metrics.val_auc DESC"])):
        began = time.monotonic()
        page = client.search_runs([experiment], max_results=100, order_by=order)
        seconds[f"mlflow: first 100 rows, {name} request"].append(time.monotonic() - began)
        assert len(page) == 100
    began = time.monotonic()
    frame = mlflow.search_runs([experiment], max_results=count)
    seconds["mlflow.search_runs: all rows, each refresh"].append(time.monotonic() - began)
    assert len(frame) == count


def _version() -> str:
    import mlflow

    return str(mlflow.__version__)


if __name__ == "__main__":
    following.SAVED = 1e9  # what is kept is kept when all was read
    sys.exit(main())
