"""One run's folder of text files, as a run. Links are not followed."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sm_onboard.experiments.models import Dataset, Point, Run, Status

from .sqlite_rows import RUN_NAME, STATUSES, USER

META: Final = "meta.yaml"
ID: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,255}")  # of an experiment, a run, a data set
_NUMBERED: Final[dict[object, Status]] = {
    1: "running", 2: "scheduled", 3: "finished", 4: "failed", 5: "stopped",
}  # fmt: skip
LARGEST: Final = 16 * 1024 * 1024  # bytes of one parameter, tag or description
LARGEST_METRIC: Final = 1024 * 1024 * 1024  # bytes

Datasets = dict[str, "Dataset | None"]  # those of an experiment, by id


def run_in(folder: Path, datasets: Datasets) -> Run:
    """A run; ValueError and OSError say why it cannot be read.

    Args:
        datasets: of the experiment, by id; filled as they are met.
    """
    meta = described(folder)
    if "status" not in meta:
        raise ValueError("its description says nothing of a run")
    tags = dict(_texts(folder / "tags"))
    status, ended = meta["status"], _whole(meta.get("end_time"))
    return Run(
        id=folder.name,
        experiment=folder.parent.name,
        name=text(meta.get("run_name")) or tags.get(RUN_NAME, ""),
        status=STATUSES.get(text(status)) or _NUMBERED.get(_whole(status)) or "running",
        started=_whole(meta.get("start_time")),
        ended=ended,
        user=text(meta.get("user_id")) or tags.get(USER, ""),
        deleted=meta.get("lifecycle_stage") == "deleted",
        artifacts=text(meta.get("artifact_uri")) or str(folder / "artifacts"),
        params=dict(_texts(folder / "params")),
        metrics=dict(_last_values(folder / "metrics")),
        tags=tags,
        datasets=tuple(_inputs(folder, datasets)),
    )


def _inputs(folder: Path, known: Datasets) -> Iterator[Dataset]:
    for _, path in _walk(folder / "inputs"):
        if path.name != META:
            continue
        meta = described(path.parent)
        source = text(meta.get("source_id"))
        if meta.get("source_type") != "DATASET" or not ID.fullmatch(source):
            continue
        if source not in known:
            known[source] = _dataset(folder.parent / "datasets" / source)
        dataset = known[source]
        if dataset is not None:
            tags = meta.get("tags")
            context = tags.get("mlflow.data.context") if isinstance(tags, dict) else None
            yield Dataset(
                name=dataset.name,
                digest=dataset.digest,
                source_type=dataset.source_type,
                source=dataset.source,
                context=text(context),
            )


def _dataset(folder: Path) -> Dataset | None:
    if not is_file(folder / META):
        return None
    meta = described(folder)
    return Dataset(
        name=text(meta.get("name")),
        digest=text(meta.get("digest")),
        source_type=text(meta.get("source_type")),
        source=text(meta.get("source")),
    )


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for name, path in _walk(folder):
        yield name, content(path, LARGEST)


def _last_values(folder: Path) -> Iterator[tuple[str, float]]:
    """The value at the highest step, the latest of several there: MLflow's own rule."""
    for name, path in _walk(folder):
        points = [point(line) for line in content(path, LARGEST_METRIC).splitlines()]
        best = max(
            (point for point in points if point is not None),
            key=lambda p: (p.step, p.time, not math.isnan(p.value), p.value),
            default=None,
        )
        if best is not None:
            yield name, best.value


def point(line: str) -> Point | None:
    parts = line.split()
    if len(parts) not in (2, 3, 5):  # with five: name and digest of a data set at the end
        return None
    try:
        step = int(parts[2]) if len(parts) > 2 else 0
        return Point(step, int(parts[0]), float(parts[1]))
    except ValueError:
        return None


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder, each with its path as a name; links are left out."""
    for root, _, names in os.walk(folder):  # which follows no links to folders
        for name in sorted(names):
            path = Path(root, name)
            if is_file(path):
                relative = os.fsencode(path.relative_to(folder).as_posix())
                yield relative.decode("utf-8", "replace"), path


def described(folder: Path) -> dict[str, Any]:
    import yaml

    # the C one is ten times as fast, and an old PyYAML may lack it
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(content(folder / META, LARGEST), loader)  # noqa: S506  (it is a safe one)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{META} is not YAML") from error
    if not isinstance(found, dict):
        raise ValueError(f"{META} holds no description")
    return found


def content(path: Path, limit: int) -> str:
    # neither through a link nor waiting for a pipe's writer
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError(f"{path.name} is not a file")
    with open(handle, "rb") as file:
        found = file.read(limit + 1)
    if len(found) > limit:
        raise ValueError(f"{path.name} is larger than {limit:,} bytes")
    return found.decode("utf-8", "replace")


def is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def text(value: object) -> str:
    # YAML can say half a character, which nothing can write down again
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
