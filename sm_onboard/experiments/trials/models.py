"""Models of MLflow 3: folders of the run that made them, as MLflow 2 had them.

SageMaker Experiments has nothing like them. So a model's id begins with its run's, its files are
below the run's own under its name, and what else MLflow knows of it is in
``sm-onboard/models/<id>.json``.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from mlflow.entities import LoggedModel, LoggedModelStatus

from sm_onboard.errors import InvalidRequest, NotFound

from .writer import Writer

_FOLDER = "sm-onboard/models"
_LIMIT = 16 << 20  # bytes
_MARK = "-m-"


class Models:
    """Raises OnboardErrors, those of the writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def create(
        self,
        experiment: str,
        name: str | None,
        run: str | None,
        tags: Mapping[str, str],
        params: Mapping[str, str],
        kind: str | None,
    ) -> Any:
        if not run:
            raise InvalidRequest(
                "experiments.model_of_no_run",
                "In SageMaker Experiments a model belongs to a run.",
                "Log it inside mlflow.start_run().",
            )
        id = f"{run}{_MARK}{secrets.token_hex(4)}"
        now = int(time.time() * 1000)
        return self._kept(
            {
                "experiment_id": experiment,
                "model_id": id,
                "name": name or "model",
                "creation_timestamp": now,
                "last_updated_timestamp": now,
                "model_type": kind,
                "source_run_id": run,
                "status": int(LoggedModelStatus.PENDING.to_int()),
                "tags": dict(tags),
                "params": dict(params),
            }
        )

    def get(self, id: str) -> Any:
        return self._model(self._read(id))

    def change(self, id: str, **changes: Any) -> Any:
        """Maps are added to those there, other values replaced."""
        told = self._read(id)
        for key, value in changes.items():
            told[key] = {**told.get(key, {}), **value} if isinstance(value, dict) else value
        told["last_updated_timestamp"] = int(time.time() * 1000)
        return self._kept(told)

    def _read(self, id: str) -> dict[str, Any]:
        run, mark, _ = id.rpartition(_MARK)
        told: Any = None
        if mark:
            content = self._writer.get(run, f"{_FOLDER}/{id}.json", _LIMIT)
            try:
                told = json.loads(content)
            except (ValueError, RecursionError):
                told = None
        if not isinstance(told, dict):
            raise NotFound("experiments.model_unknown", f"There is no model {id[:200]!r}.")
        return told

    def _kept(self, told: dict[str, Any]) -> Any:
        content = json.dumps(told).encode()
        self._writer.put(told["source_run_id"], f"{_FOLDER}/{told['model_id']}.json", content)
        return self._model(told)

    def _model(self, told: Mapping[str, Any]) -> Any:
        location = self._writer.held(told["source_run_id"]).location
        return LoggedModel(**told, artifact_location=f"{location}/{told['name']}")
