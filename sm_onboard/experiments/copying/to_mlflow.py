"""Copies into a store of MLflow's, with mlflow itself."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sm_onboard.errors import Conflict, NotFound, OnboardError, Unreachable
from sm_onboard.experiments.models import Dataset, Point, Run, Store
from sm_onboard.git.names import shown

from .models import ORIGIN, There

_METRICS, _PAIRS = 1000, 100  # of one log_batch
_CONTEXT = "mlflow.data.context"
_ENDED = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}


class ToMlflow:
    """Implements ``models.Target``.

    Args:
        uri: as mlflow takes it.
        read: opens the same store for reading; called once it is there.

    Raises:
        Conflict: ``experiments.no_mlflow``.
    """

    def __init__(self, uri: str, read: Callable[[], Store]) -> None:
        # This is our command, not the person's training: nothing is told to anybody.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
        try:
            import mlflow
        except ImportError as error:
            raise Conflict(
                "experiments.no_mlflow",
                "Copying into an MLflow store needs mlflow, which is not installed here.",
                "Install it: pip install mlflow-skinny sqlalchemy alembic",
            ) from error
        self.uri = uri
        self._read = read
        self._reader: Store | None = None
        self._known: dict[str, dict[str, There]] = {}  # copies, by experiment and origin
        with _told():
            # SageMaker's plug-in signs for the store of the whole process.
            mlflow.set_tracking_uri(uri)
            self._client: Any = mlflow.MlflowClient(uri)

    def experiment(self, name: str) -> str:
        with _told():
            found = self._client.get_experiment_by_name(name)
            if found is None:
                return str(self._client.create_experiment(name))
        if found.lifecycle_stage != "active":
            raise Conflict(
                "experiments.experiment_deleted",
                f"The experiment {shown(name)} was deleted there.",
                "Restore it, or name another with --as.",
            )
        return str(found.experiment_id)

    def find(self, experiment: str, origin: str) -> There | None:
        if experiment not in self._known:
            self._known[experiment] = {
                run.tags[ORIGIN]: There(run.id, run.tags, run.params, run.datasets)
                for run in self._store().runs([experiment])
                if ORIGIN in run.tags
            }
        return self._known[experiment].get(origin)

    def begin(self, experiment: str, run: Run, tags: Mapping[str, str]) -> str:
        given = {**tags, "mlflow.user": run.user} if run.user else dict(tags)
        with _told():
            made = self._client.create_run(
                experiment, start_time=run.started, tags=given, run_name=run.name or None
            )
        return str(made.info.run_id)

    def params(self, id: str, params: Mapping[str, str]) -> list[str]:
        from mlflow.entities import Param

        made = [Param(key, value) for key, value in params.items()]
        return _said(self._batches(id, "params", made, _PAIRS, lambda one: f"parameter {one.key}"))

    def tags(self, id: str, tags: Mapping[str, str | None]) -> list[str]:
        from mlflow.entities import RunTag

        made = [RunTag(key, value) for key, value in tags.items() if value is not None]
        refused = self._batches(id, "tags", made, _PAIRS, lambda one: f"tag {one.key}")
        for key in (key for key, value in tags.items() if value is None):
            with _told():
                self._client.delete_tag(id, key)
        return _said(refused)

    def datasets(self, id: str, datasets: Sequence[Dataset]) -> list[str]:
        from mlflow.entities import Dataset as Its
        from mlflow.entities import DatasetInput, InputTag

        made = []
        for one in datasets:
            tags = [InputTag(_CONTEXT, one.context)] if one.context else []
            its = Its(one.name, one.digest or "-", one.source_type or "unknown", one.source)
            made.append(DatasetInput(its, tags))
        if made:
            with _told():
                self._client.log_inputs(id, made)
        return []

    def points(
        self, id: str, histories: Mapping[str, Sequence[Point]], again: bool
    ) -> tuple[int, list[str]]:
        from mlflow.entities import Metric

        made = []
        for name, points in histories.items():
            there = Counter(map(_same, self._store().history(id, name) if again else ()))
            for point in points:
                if there[_same(point)] > 0:
                    there[_same(point)] -= 1
                else:
                    made.append(Metric(name, point.value, point.time, point.step))
        refused = self._batches(id, "metrics", made, _METRICS, lambda one: f"metric {one.key}")
        return len(made) - refused.total(), _said(refused)

    def files(self, id: str, folder: str) -> dict[str, int | None]:
        return {file.path: file.size for file in self._store().files(id, folder)}

    def write(self, id: str, path: str, content: bytes) -> None:
        folder, _, name = path.rpartition("/")
        with tempfile.TemporaryDirectory(prefix="sm-onboard-") as temporary:
            local = Path(temporary, name)
            local.write_bytes(content)
            with _told():
                self._client.log_artifact(id, str(local), folder or None)

    def end(self, id: str, run: Run) -> list[str]:
        with _told():
            if run.status in _ENDED:
                self._client.set_terminated(id, _ENDED[run.status], end_time=run.ended)
            else:
                self._client.update_run(id, status=run.status.upper())
        return []

    def _store(self) -> Store:
        if self._reader is None:
            self._reader = self._read()
        return self._reader

    def _batches(
        self, id: str, kind: str, made: list[Any], size: int, name: Callable[[Any], str]
    ) -> Counter[str]:
        """Logs; what mlflow refuses among them is found one by one, and counted."""
        from mlflow.exceptions import MlflowException

        refused = Counter[str]()
        for at in range(0, len(made), size):
            batch = made[at : at + size]
            try:
                self._client.log_batch(id, **{kind: batch})
                continue
            except MlflowException as error:
                if error.error_code != "INVALID_PARAMETER_VALUE":
                    with _told():
                        raise
            for one in batch:
                try:
                    self._client.log_batch(id, **{kind: [one]})
                except MlflowException as error:
                    if error.error_code != "INVALID_PARAMETER_VALUE":
                        with _told():
                            raise
                    refused[name(one)] += 1
        return refused


def _said(refused: Counter[str]) -> list[str]:
    return [f"MLflow does not take the {shown(what, 100)}." for what in refused]


def _same(point: Point) -> tuple[int, int, str]:
    return point.step, point.time, repr(point.value)  # NaN is not equal to itself


@contextmanager
def _told() -> Iterator[None]:
    """mlflow's errors, and those of what it stands on, as ours."""
    try:
        yield
    except (OnboardError, KeyboardInterrupt):
        raise
    except Exception as error:
        said = str(getattr(error, "message", "")) or type(error).__name__
        kind = NotFound if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST" else None
        raise (kind or Unreachable)(
            "experiments.target_refused", f"MLflow could not write. {shown(said, 300)}"
        ) from error
