"""Which IAM action a path of MLflow's REST API needs.

The names are those of the Service Authorization Reference, which says them and not their paths:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerwithmlflow.html
They are MLflow's own names of its calls, so most paths tell.
"""

from __future__ import annotations

import re

from sm_onboard.demo.sagemaker.assumptions import Assumption

APP = "sagemaker:CallMlflowAppApi"
"""The one action for everything of an MLflow App."""

ASSUMPTIONS = (
    Assumption(
        "Managed MLflow",
        "every call of an MLflow App needs sagemaker:CallMlflowAppApi on its ARN and nothing else; "
        "policies of AWS also name actions of sagemaker-mlflow there",
        "https://github.com/littlemex/distributed-ai (measured)",
    ),
    Assumption(
        "Managed MLflow",
        "a path of a tracking server needs the action that has the name of MLflow's call",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "list_amazonsagemakerwithmlflow.html",
    ),
    Assumption(
        "Managed MLflow",
        "a path that no listed action fits is allowed by sagemaker-mlflow:* alone",
    ),
    Assumption(
        "Managed MLflow",
        "creating a logged model needs LogModel; artifacts through the server are read with "
        "ListArtifacts and written with LogModel; pages of the MLflow UI need AccessUI; /health, "
        "/version and server-info need a signature only",
    ),
)

_CALLS = """
GET POST  experiments/search                        SearchExperiments
GET       experiments/list                          SearchExperiments
POST      experiments/create                        CreateExperiment
GET       experiments/get                           GetExperiment
GET       experiments/get-by-name                   GetExperimentByName
POST      experiments/update                        UpdateExperiment
POST      experiments/delete                        DeleteExperiment
POST      experiments/restore                       RestoreExperiment
POST      experiments/set-experiment-tag            SetExperimentTag
POST      runs/create                               CreateRun
GET       runs/get                                  GetRun
POST      runs/search                               SearchRuns
POST      runs/update                               UpdateRun
POST      runs/delete                               DeleteRun
POST      runs/restore                              RestoreRun
POST      runs/log-metric                           LogMetric
POST      runs/log-parameter                        LogParam
POST      runs/log-batch                            LogBatch
POST      runs/log-inputs                           LogInputs
POST      runs/log-model                            LogModel
POST      runs/outputs                              LogOutputs
POST      runs/set-tag                              SetTag
POST      runs/delete-tag                           DeleteTag
GET       metrics/get-history                       GetMetricHistory
GET       metrics/get-history-bulk                  GetMetricHistory
GET       metrics/get-history-bulk-interval         GetMetricHistory
GET       artifacts/list                            ListArtifacts
POST      registered-models/create                  CreateRegisteredModel
GET       registered-models/get                     GetRegisteredModel
GET       registered-models/search                  SearchRegisteredModels
GET       registered-models/list                    SearchRegisteredModels
GET POST  registered-models/get-latest-versions     GetLatestModelVersions
POST      registered-models/rename                  RenameRegisteredModel
PATCH     registered-models/update                  UpdateRegisteredModel
DELETE    registered-models/delete                  DeleteRegisteredModel
POST      registered-models/set-tag                 SetRegisteredModelTag
DELETE    registered-models/delete-tag              DeleteRegisteredModelTag
GET       registered-models/alias                   GetModelVersionByAlias
POST      registered-models/alias                   SetRegisteredModelAlias
DELETE    registered-models/alias                   DeleteRegisteredModelAlias
POST      model-versions/create                     CreateModelVersion
GET       model-versions/get                        GetModelVersion
GET       model-versions/search                     SearchModelVersions
GET       model-versions/get-download-uri           GetDownloadURIForModelVersionArtifacts
POST      model-versions/transition-stage           TransitionModelVersionStage
PATCH     model-versions/update                     UpdateModelVersion
DELETE    model-versions/delete                     DeleteModelVersion
POST      model-versions/set-tag                    SetModelVersionTag
DELETE    model-versions/delete-tag                 DeleteModelVersionTag
POST      logged-models                             LogModel
POST      logged-models/search                      SearchLoggedModels
GET       logged-models/*                           GetLoggedModel
PATCH     logged-models/*                           FinalizeLoggedModel
DELETE    logged-models/*                           DeleteLoggedModel
POST      logged-models/*/params                    LogLoggedModelParams
PATCH     logged-models/*/tags                      SetLoggedModelTags
DELETE    logged-models/*/tags/*                    DeleteLoggedModelTag
GET       logged-models/*/artifacts/directories     ListLoggedModelArtifacts
GET       logged-models/*/artifacts/files           ListLoggedModelArtifacts
POST      traces                                    StartTrace
GET       traces                                    SearchTraces
POST      traces/search                             SearchTraces
POST      traces/delete-traces                      DeleteTraces
GET       traces/get                                GetTraceInfo
GET       traces/batchGet                           GetTraceInfo
POST      traces/batchGetInfos                      GetTraceInfo
GET       get-trace-artifact                        GetTraceInfo
GET       traces/*                                  GetTraceInfo
PATCH     traces/*                                  EndTrace
GET       traces/*/info                             GetTraceInfo
PATCH     traces/*/tags                             SetTraceTag
DELETE    traces/*/tags                             DeleteTraceTag
"""

_REST = re.compile(r"/(?:ajax-)?api/[23]\.0/(?:preview/)?mlflow/(?P<call>.+)")
_ARTIFACTS = re.compile(r"/(?:ajax-)?api/2\.0/mlflow-artifacts/.*")
_DOWNLOADS = frozenset({"/get-artifact", "/model-versions/get-artifact"})
_PAGES = re.compile(r"/|/graphql|/(?:static-files|build)/.*")
_FREE = frozenset({"/health", "/version"})
_FREE_CALLS = frozenset({"server-info"})


def _table() -> list[tuple[frozenset[str], re.Pattern[str], str]]:
    rows = []
    for line in _CALLS.split("\n"):
        if line:
            *methods, path, name = line.split()
            pattern = re.compile(re.escape(path).replace(r"\*", "[^/]+"))
            rows.append((frozenset(methods), pattern, name))
    return rows


_ROWS = _table()


def action(method: str, path: str) -> str | None:
    """The action that a request to a tracking server needs; None: a signature is enough.

    Args:
        path: percent-decoded, without the query.

    Returns:
        ``sagemaker-mlflow:LogMetric``.
    """
    method = "GET" if method == "HEAD" else method
    rest = _REST.fullmatch(path)
    if path in _FREE or (rest and rest["call"] in _FREE_CALLS):
        return None
    return f"sagemaker-mlflow:{_name(method, path, rest['call'] if rest else '')}"


def _name(method: str, path: str, call: str) -> str:
    if call:
        for methods, pattern, name in _ROWS:
            if method in methods and pattern.fullmatch(call):
                return name
    elif _ARTIFACTS.fullmatch(path) or path in _DOWNLOADS:
        return "ListArtifacts" if method == "GET" else "LogModel"
    elif method in ("GET", "POST") and _PAGES.fullmatch(path):
        return "AccessUI"
    # Not a name that a policy could list; sagemaker-mlflow:* fits it.
    words = re.findall("[A-Za-z0-9]+", f"{method.lower()} {call or path}")
    return "Unlisted" + "".join(word.capitalize() for word in words)
