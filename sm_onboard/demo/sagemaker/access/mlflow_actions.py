"""The IAM actions of MLflow's REST interface, as SageMaker guards it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerwithmlflow.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..assumptions import Assumption
from .needs import Need

_PATH = re.compile(r"/(?:ajax-)?api/[0-9.]+/mlflow/([a-z-]+)(?:/([^?]*))?")

# Where the action is not verb and noun of the path.
_ACTIONS = {
    "artifacts/list": "ListArtifacts",
    "experiments/get-by-name": "GetExperimentByName",
    "experiments/list": "SearchExperiments",
    "experiments/search": "SearchExperiments",
    "experiments/set-experiment-tag": "SetExperimentTag",
    "logged-models/search": "SearchLoggedModels",
    "metrics/get-history": "GetMetricHistory",
    "metrics/get-history-bulk": "GetMetricHistory",
    "metrics/get-history-bulk-interval": "GetMetricHistory",
    "model-versions/get-download-uri": "GetDownloadURIForModelVersionArtifacts",
    "model-versions/search": "SearchModelVersions",
    "model-versions/transition-stage": "TransitionModelVersionStage",
    "registered-models/get-latest-versions": "GetLatestModelVersions",
    "registered-models/search": "SearchRegisteredModels",
    "runs/delete-tag": "DeleteTag",
    "runs/log-batch": "LogBatch",
    "runs/log-inputs": "LogInputs",
    "runs/log-metric": "LogMetric",
    "runs/log-model": "LogModel",
    "runs/log-parameter": "LogParam",
    "runs/outputs": "LogOutputs",
    "runs/search": "SearchRuns",
    "runs/set-tag": "SetTag",
    "traces/delete-traces": "DeleteTraces",
    "traces/search": "SearchTraces",
}
_BY_METHOD = {
    ("registered-models/alias", "POST"): "SetRegisteredModelAlias",
    ("registered-models/alias", "DELETE"): "DeleteRegisteredModelAlias",
    ("registered-models/alias", "GET"): "GetModelVersionByAlias",
    ("traces", "POST"): "StartTrace",
    ("traces", "GET"): "SearchTraces",
    ("traces/*", "PATCH"): "EndTrace",
    ("traces/*/info", "GET"): "GetTraceInfo",
    ("traces/*/tags", "PATCH"): "SetTraceTag",
    ("traces/*/tags", "DELETE"): "DeleteTraceTag",
    ("logged-models/*", "GET"): "GetLoggedModel",
    ("logged-models/*", "PATCH"): "FinalizeLoggedModel",
    ("logged-models/*", "DELETE"): "DeleteLoggedModel",
    ("logged-models/*/params", "POST"): "LogLoggedModelParams",
    ("logged-models/*/tags", "PATCH"): "SetLoggedModelTags",
    ("logged-models/*/tags/*", "DELETE"): "DeleteLoggedModelTag",
    ("logged-models/*/artifacts/directories", "GET"): "ListLoggedModelArtifacts",
}
_NOUNS = {
    "experiments": "Experiment",
    "model-versions": "ModelVersion",
    "registered-models": "RegisteredModel",
    "runs": "Run",
}
_VERBS = {"create": "Create", "delete": "Delete", "get": "Get", "rename": "Rename"} | {
    "restore": "Restore",
    "update": "Update",
}
_TAGS = {"set-tag": "Set{}Tag", "delete-tag": "Delete{}Tag"}


def action(method: str, path: str) -> str:
    """``SearchRuns`` for ``POST /api/2.0/mlflow/runs/search``; ``AccessUI`` for all else."""
    found = _PATH.match(path)
    if found is None:
        return "AccessUI"
    kind, rest = found.group(1), (found.group(2) or "").strip("/")
    where = f"{kind}/{rest}" if rest else kind
    if where in _ACTIONS:
        return _ACTIONS[where]
    for (pattern, wanted), name in _BY_METHOD.items():
        if wanted == method.upper() and _fits(pattern, where):
            return name
    noun = _NOUNS.get(kind)
    if noun and rest in _VERBS:
        return _VERBS[rest] + noun
    if noun and rest in _TAGS:
        return _TAGS[rest].format(noun)
    return "AccessUI"


def _fits(pattern: str, where: str) -> bool:
    wanted, parts = pattern.split("/"), where.split("/")
    return len(wanted) == len(parts) and all(
        one in ("*", other) for one, other in zip(wanted, parts, strict=True)
    )


def needs(operation: str, parameters: Mapping[str, Any]) -> list[Need]:
    """What a request to a tracking server, or to an MLflow App, needs.

    Args:
        operation: ``POST /api/2.0/mlflow/runs/search``.
        parameters: ``{"ResourceArn": …}``.
    """
    arn = str(parameters.get("ResourceArn") or "*")
    if ":mlflow-app/" in arn:
        return [("sagemaker:CallMlflowAppApi", arn, {})]
    method, _, path = operation.partition(" ")
    name = action(method, path)
    return [(f"sagemaker-mlflow:{name}", "*" if name == "AccessUI" else arn, {})]


ASSUMPTIONS = (
    Assumption(
        "Managed MLflow",
        "Each REST path of a tracking server has an action of sagemaker-mlflow on the server.",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-create-tracking-server-iam.html",
    ),
    Assumption(
        "Managed MLflow",
        "All requests to an MLflow App need sagemaker:CallMlflowAppApi on the app.",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "list_amazonsagemaker.html",
    ),
    Assumption("Managed MLflow", "Paths that have no action of their own need AccessUI on *."),
)
