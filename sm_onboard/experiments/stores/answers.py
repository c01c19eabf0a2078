"""MLflow's REST answers as the room's structs.

An answer is somebody else's text: what is not of its form is left out, never an error, so that
one strange run does not hide a thousand others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sm_onboard.experiments.models import Dataset, Experiment, File, Point, Run, Status

_STATUS: dict[object, Status] = {
    "RUNNING": "running",
    "SCHEDULED": "scheduled",
    "FINISHED": "finished",
    "FAILED": "failed",
    "KILLED": "stopped",
}
_LARGEST = 2**63 - 1


def experiments(rows: object) -> Iterator[Experiment]:
    for row in _objects(rows):
        if id := _text(row.get("experiment_id")):
            yield Experiment(
                id=id,
                name=_text(row.get("name")) or id,
                deleted=row.get("lifecycle_stage") == "deleted",
                artifacts=_text(row.get("artifact_location")),
            )


def runs(rows: object) -> Iterator[Run]:
    for row in _objects(rows):
        made = run(row)
        if made is not None:
            yield made


def run(row: object) -> Run | None:
    """One run; None for what is not one."""
    whole = _object(row)
    info, data = _object(whole.get("info")), _object(whole.get("data"))
    id = _text(info.get("run_id")) or _text(info.get("run_uuid"))
    if not id:
        return None
    tags = _pairs(data.get("tags"))
    return Run(
        id=id,
        experiment=_text(info.get("experiment_id")),
        name=_text(info.get("run_name")) or tags.get("mlflow.runName", ""),
        status=_STATUS.get(info.get("status"), "running"),
        # Servers leave out what is 0; no run began in 1970.
        started=_whole(info.get("start_time")) or None,
        ended=_whole(info.get("end_time")) or None,
        user=_text(info.get("user_id")) or tags.get("mlflow.user", ""),
        deleted=info.get("lifecycle_stage") == "deleted",
        artifacts=_text(info.get("artifact_uri")),
        params=_pairs(data.get("params")),
        metrics=dict(_metrics(data.get("metrics"))),
        tags=tags,
        datasets=tuple(_datasets(_object(whole.get("inputs")).get("dataset_inputs"))),
    )


def points(rows: object) -> Iterator[Point]:
    return (point for _, point in points_of_runs(rows))


def points_of_runs(rows: object) -> Iterator[tuple[str, Point]]:
    """Points with the runs they are of; "" where that is not said."""
    for row in _objects(rows):
        value = _number(row.get("value"))
        if value is not None:
            step, when = _whole(row.get("step")), _whole(row.get("timestamp"))
            yield _text(row.get("run_id")), Point(step or 0, when or 0, value)


def files(rows: object) -> Iterator[File]:
    """What is in a folder; a path that leads anywhere else is left out."""
    for row in _objects(rows):
        path = _text(row.get("path"))
        if below(path):
            folder = row.get("is_dir") is True
            size = None if folder else _whole(row.get("file_size"))
            yield File(path=path, folder=folder, size=size if folder else size or 0)


def below(path: str) -> bool:
    """Whether a path is relative, in its plainest form, and stays in its folder."""
    parts = path.split("/")
    clean = path.isprintable() and "\\" not in path
    return clean and not any(part in ("", ".", "..") for part in parts)


def _metrics(rows: object) -> Iterator[tuple[str, float]]:
    for row in _objects(rows):
        key, value = _text(row.get("key")), _number(row.get("value"))
        if key and value is not None:
            yield key, value


def _datasets(rows: object) -> Iterator[Dataset]:
    for row in _objects(rows):
        dataset = _object(row.get("dataset"))
        if name := _text(dataset.get("name")):
            yield Dataset(
                name=name,
                digest=_text(dataset.get("digest")),
                source_type=_text(dataset.get("source_type")),
                source=_text(dataset.get("source")),
                context=_pairs(row.get("tags")).get("mlflow.data.context", ""),
            )


def _pairs(rows: object) -> dict[str, str]:
    found = ((_text(row.get("key")), row.get("value", "")) for row in _objects(rows))
    return {key: _text(value) for key, value in found if key}


def _objects(rows: object) -> Iterable[dict[str, Any]]:
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, str):
        # A lone surrogate is legal in JSON and cannot be written to any file.
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _number(value: object) -> float | None:
    """A float; JSON has no NaN, so it comes as a word."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _whole(value: object) -> int | None:
    """A 64-bit whole number; some servers write it as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = int(value) if not isinstance(value, str) or len(value) < 21 else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and abs(number) <= _LARGEST else None
