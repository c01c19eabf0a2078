"""A SQLite store of many runs that MLflow itself wrote, made once and kept.

The first 10,000 runs are written one by one through MLflow's own ``SqlAlchemyStore``: a run is
created, one ``log_batch`` gives it 8 parameters, 8 metrics and 2 tags, and it is ended; about 12
ms a run. SQLite is told not to wait for the disk meanwhile, which leaves the same file. Further
runs are written in bulk through MLflow's own classes of its tables, the same rows.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

T0 = 1_750_000_000_000
PARAMS = ("model", "eta", "max_depth", "subsample", "gamma", "booster", "rounds", "data")
METRICS = ("val_auc", "val_loss", "train_auc", "train_loss", "f1", "precision", "recall", "time")
EXPERIMENT = "churn"
ONE_BY_ONE = 10_000
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def cache() -> Path:
    """Where what is made once is kept."""
    own = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) / "sm-onboard-bench"


def written(runs: int, folder: Path | None = None) -> Path:
    """The store's file; made first where it is not there."""
    folder = folder or cache()
    path = folder / f"runs-{runs}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f"runs-{runs}.{os.getpid()}.part"
        try:
            _write(half, runs)
            half.replace(path)
        finally:
            for left in folder.glob(f"{half.name}*"):
                left.unlink()
    return path


def count(path: Path) -> int:
    """How many runs the store has."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0])


def values(number: int, chance: random.Random) -> tuple[dict[str, str], dict[str, float]]:
    """A run's parameters and metrics, the same each time."""
    del number
    return (
        {name: str(round(chance.random(), 2)) for name in PARAMS},
        {name: chance.random() for name in METRICS},
    )


def _write(path: Path, runs: int) -> None:
    os.environ.update(QUIET)
    from mlflow.entities import Metric, Param, RunStatus, RunTag
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from sqlalchemy import event, insert

    store = SqlAlchemyStore(f"sqlite:///{path}", (path.parent / "files").as_uri())
    event.listen(store.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous = OFF"))
    store.engine.dispose()  # connections so far do not know it
    experiment = str(store.create_experiment(EXPERIMENT))
    chance = random.Random(7)
    for number in range(min(runs, ONE_BY_ONE)):
        params, metrics = values(number, chance)
        name, began = f"run-{number}", T0 + number * 60_000
        tags = [RunTag("mlflow.runName", name)]
        run = store.create_run(experiment, "ana", began, tags, name)
        store.log_batch(
            run.info.run_id,
            [Metric(key, value, began, 9) for key, value in metrics.items()],
            [Param(key, value) for key, value in params.items()],
            [RunTag("team", "growth"), RunTag("kind", "trial")],
        )
        store.update_run_info(run.info.run_id, RunStatus.FINISHED, began + 50_000, None)
    with store.engine.begin() as connection:
        for table, rows in _rest(experiment, runs, chance):
            connection.execute(insert(table), rows)
    store.engine.dispose()


def _rest(
    experiment: str, runs: int, chance: random.Random
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Rows of what is not written one by one, a thousand runs at a time."""
    from mlflow.store.tracking.dbmodels import models

    for first in range(ONE_BY_ONE, runs, 1000):
        rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for number in range(first, min(first + 1000, runs)):
            id, began = f"{number:032x}", T0 + number * 60_000
            params, metrics = values(number, chance)
            rows[models.SqlRun].append(
                {
                    "run_uuid": id, "name": f"run-{number}", "source_type": "UNKNOWN",
                    "source_name": "", "entry_point_name": "", "user_id": "ana",
                    "status": "FINISHED", "start_time": began, "end_time": began + 50_000,
                    "source_version": "", "lifecycle_stage": "active",
                    "experiment_id": int(experiment), "artifact_uri": f"/nowhere/{id}/artifacts",
                }
            )  # fmt: skip
            for key, text in params.items():
                rows[models.SqlParam].append({"key": key, "value": text, "run_uuid": id})
            for key, value in metrics.items():
                row = {
                    "key": key, "value": value, "timestamp": began, "step": 9,
                    "is_nan": False, "run_uuid": id,
                }  # fmt: skip
                rows[models.SqlMetric].append(row)
                rows[models.SqlLatestMetric].append(row)
            tags = {"mlflow.runName": f"run-{number}", "team": "growth", "kind": "trial"}
            for key, text in tags.items():
                rows[models.SqlTag].append({"key": key, "value": text, "run_uuid": id})
        yield from rows.items()
