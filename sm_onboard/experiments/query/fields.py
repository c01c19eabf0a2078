"""What a query can name of a run: ``metrics.auc``, ``params.`learning rate```, ``status``."""

from __future__ import annotations

import re
from typing import Final, Literal

from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.models import Run

from .words import Word, unquoted

Kind = Literal["metric", "param", "tag", "attribute", "dataset"]

_KINDS: Final[dict[str, Kind]] = {
    "metric": "metric", "metrics": "metric",
    "param": "param", "params": "param", "parameter": "param", "parameters": "param",
    "tag": "tag", "tags": "tag",
    "attribute": "attribute", "attributes": "attribute", "attr": "attribute", "run": "attribute",
    "dataset": "dataset", "datasets": "dataset",
}  # fmt: skip
_ALIASES: Final = {
    "created": "start_time", "Created": "start_time",
    "run name": "run_name", "Run name": "run_name", "Run Name": "run_name",
}  # fmt: skip
NUMBERS: Final = ("start_time", "end_time")
_ATTRIBUTES: Final = (
    "artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id",
)  # fmt: skip
_DATASET: Final = ("name", "digest", "context")
# as MLflow writes them
_STATUSES: Final = {
    "running": "RUNNING", "scheduled": "SCHEDULED", "finished": "FINISHED",
    "failed": "FAILED", "stopped": "KILLED",
}  # fmt: skip
_PREFIX = re.compile(r"(\w+|`[^`]*`)\.(.*)", re.DOTALL)


def field(word: Word, code: str) -> tuple[Kind, str]:
    """The kind and key that a name stands for.

    Raises:
        InvalidRequest: with ``code``.
    """
    match = _PREFIX.fullmatch(word.text)
    if match is None:
        return "attribute", _attribute(word, unquoted(word.text), code)
    kind = _KINDS.get(unquoted(match[1]))
    if kind is None:
        raise InvalidRequest(
            code,
            f"{match[1]!r} at character {word.at} is nothing that runs have.",
            "Begin with metrics., params., tags., attributes. or datasets.",
        )
    key = unquoted(match[2])
    if kind == "attribute":
        return kind, _attribute(word, key, code)
    if kind == "dataset" and key not in _DATASET:
        raise InvalidRequest(
            code,
            f"{key!r} at character {word.at} is nothing that data sets have.",
            f"There are: {', '.join(_DATASET)}.",
        )
    return kind, key


def value(run: Run, kind: Kind, key: str) -> str | float | None:
    """What a run has there, as MLflow would compare it; None for nothing. Not of data sets."""
    if kind == "metric":
        return run.metrics.get(key)
    if kind == "param":
        return run.params.get(key)
    if kind == "tag":
        return run.tags.get(key)
    if key == "run_id":
        return run.id
    if key == "run_name":
        return run.name
    if key == "status":
        return _STATUSES[run.status]
    if key == "user_id":
        return run.user
    if key == "artifact_uri":
        return run.artifacts
    return run.started if key == "start_time" else run.ended


def _attribute(word: Word, key: str, code: str) -> str:
    key = _ALIASES.get(key, key)
    if key not in _ATTRIBUTES:
        raise InvalidRequest(
            code,
            f"{key!r} at character {word.at} is nothing that every run has.",
            f"There are: {', '.join(_ATTRIBUTES)}; or write metrics.{key}, params.{key} "
            f"or tags.{key}.",
        )
    return key
