"""The queries that fetch runs, and their rows as runs."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sm_onboard.errors import NotFound
from sm_onboard.experiments.models import Dataset, Run, Series, Status

from . import schema

RUN_NAME: Final = "mlflow.runName"
USER: Final = "mlflow.user"
STATUSES: Final[Mapping[str, Status]] = {
    "RUNNING": "running", "SCHEDULED": "scheduled", "FINISHED": "finished",
    "FAILED": "failed", "KILLED": "stopped",
}  # fmt: skip
_INFINITE: Final = 1.7976931348623157e308  # what MLflow writes for infinity
_CHUNK: Final = 500  # values in one query; SQLite of old allowed 999

# what is read of the runs that {where} chooses
_RUNS = (
    "SELECT run_uuid, experiment_id, name, status, start_time, end_time, user_id, artifact_uri"
    " FROM runs WHERE {where}"
)
_IDS = "SELECT run_uuid FROM runs WHERE {where}"
_PAIRS = (
    "SELECT run_uuid, key, {value} FROM {table}"
    " WHERE run_uuid IN (SELECT run_uuid FROM runs WHERE {where})"
)
_CUT = "CASE WHEN typeof(value) IN ('text', 'blob') THEN substr(value, 1, {length}) ELSE value END"
_METRICS = (
    "SELECT run_uuid, key, value, is_nan FROM latest_metrics"
    " WHERE run_uuid IN (SELECT run_uuid FROM runs WHERE {where})"
)
_DATASETS = (
    "SELECT i.destination_id, d.name, d.digest, d.dataset_source_type, d.dataset_source, t.value"
    " FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
    " LEFT JOIN input_tags t"
    " ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'"
    " WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'"
    " AND i.destination_id IN (SELECT run_uuid FROM runs WHERE {where})"
    " ORDER BY d.name, d.digest"
)
HISTORY = (
    "SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND key = ?"
    " ORDER BY step, timestamp"
)
ACTIVE = "lifecycle_stage = 'active'"
TAGGED = "SELECT run_uuid FROM tags WHERE key = ? AND value = ?"


def run_unknown(id: str) -> NotFound:
    return NotFound(
        "experiments.run_unknown",
        f"There is no run {id[:80]!r} in this store.",
        "It may have been deleted.",
    )


def artifacts_of(connection: sqlite3.Connection, id: str) -> str:
    """Where the files of a run are.

    Raises:
        NotFound: ``experiments.run_unknown``.
    """
    row = connection.execute(
        "SELECT artifact_uri FROM runs WHERE lifecycle_stage = 'active' AND run_uuid = ?", (id,)
    ).fetchone()
    if row is None:
        raise run_unknown(id)
    return text(row[0])


def runs_of(
    connection: sqlite3.Connection, experiments: list[str], longest: int | None = None
) -> list[Run]:
    found: list[Run] = []
    for start in range(0, len(experiments), _CHUNK):
        some = experiments[start : start + _CHUNK]
        marks = ",".join("?" * len(some))
        found += runs(connection, f"{ACTIVE} AND experiment_id IN ({marks})", some, longest)
    return found


def runs(
    connection: sqlite3.Connection, where: str, values: Any, longest: int | None = None
) -> list[Run]:
    """The runs that a condition on ``runs`` chooses, newest first.

    Args:
        longest: characters of a parameter or tag; a longer one is cut and ends with "…".
    """
    # {where} is one of this module's own conditions; values go in as parameters
    rows = connection.execute(_RUNS.format(where=where), values).fetchall()
    params = _pairs(connection, "params", where, values, longest)
    tags = _pairs(connection, "tags", where, values, longest)
    metrics: dict[str, dict[str, float]] = {}
    names: dict[str, str] = {}  # SQLite gives a text of its own for every row
    for run, key, value, nan in connection.execute(_METRICS.format(where=where), values):
        of_run = metrics.get(run)
        if of_run is None:
            of_run = metrics[run] = {}
        name = names.get(key)
        if name is None:
            name = names[key] = text(key)
        of_run[name] = number(value, nan)
    datasets: dict[str, list[Dataset]] = {}
    if schema.has_datasets(connection):
        for run, *facts in connection.execute(_DATASETS.format(where=where), values):
            datasets.setdefault(run, []).append(_dataset(*facts))
    found = [
        _run(row, params.get(row[0], {}), metrics.get(row[0], {}), tags.get(row[0], {}), datasets)
        for row in rows
    ]
    found.sort(key=lambda run: (-(run.started or 0), run.id))
    return found


def histories(connection: sqlite3.Connection, ids: Sequence[str], metric: str) -> dict[str, Series]:
    """One metric of the runs that are there."""
    found: dict[str, Series] = {}
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(some))
        where = f"{ACTIVE} AND run_uuid IN ({marks})"
        there = connection.execute(_IDS.format(where=where), some)
        for (id,) in there.fetchall():
            # For each run on its own the index gives the order; together it has to be sorted.
            points = connection.execute(HISTORY, (id, metric)).fetchall()
            found[text(id)] = Series(
                steps=[whole(point[0]) or 0 for point in points],
                times=[whole(point[1]) or 0 for point in points],
                values=[number(point[2], point[3]) for point in points],
                total=len(points),
            )
    return found


def _run(
    row: tuple[Any, ...],
    params: dict[str, str],
    metrics: dict[str, float],
    tags: dict[str, str],
    datasets: Mapping[str, list[Dataset]],
) -> Run:
    id, experiment, name, status, started, ended, user, files = row
    return Run(
        id=text(id),
        experiment=text(experiment),
        name=text(name) or tags.get(RUN_NAME, ""),  # MLflow 1 had the tag only
        status=STATUSES.get(text(status), "finished" if ended else "running"),
        started=whole(started),
        ended=whole(ended),
        user=text(user) or tags.get(USER, ""),
        artifacts=text(files),
        params=params,
        metrics=metrics,
        tags=tags,
        datasets=tuple(datasets.get(id, ())),
    )


def _pairs(
    connection: sqlite3.Connection, table: str, where: str, values: Any, longest: int | None
) -> dict[str, dict[str, str]]:
    # Cut by SQLite already, so that one long value after the other is in memory, not all.
    shown = "value" if longest is None else _CUT.format(length=longest + 1)
    query = _PAIRS.format(table=table, value=shown, where=where)
    found: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for run, key, value in connection.execute(query, values):
        of_run = found.get(run)
        if of_run is None:
            of_run = found[run] = {}
        name = names.get(key)
        if name is None:
            name = names[key] = text(key)
        if type(value) is not str:
            value = text(value)
        if longest is not None and len(value) > longest:
            value = f"{value[:longest]}…"
        of_run[name] = value
    return found


def _dataset(name: Any, digest: Any, kind: Any, source: Any, context: Any) -> Dataset:
    return Dataset(
        name=text(name),
        digest=text(digest),
        source_type=text(kind),
        source=text(source),
        context=text(context),
    )


def decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")


# SQLite keeps in a column what it was given, whatever the column's type says.


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return decoded(value)
    return "" if value is None else str(value)


def whole(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def number(value: Any, nan: Any) -> float:
    if nan:
        return math.nan
    if type(value) is not float:
        try:
            value = float(value)
        except (TypeError, ValueError, OverflowError):
            return math.nan
    if value >= _INFINITE:
        return math.inf
    return -math.inf if value <= -_INFINITE else value
