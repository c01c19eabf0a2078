"""Pipelines with versions, and what became of their executions."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.families import jobs, pipeline_executions
from sm_onboard.demo.sagemaker.organization.definitions import churn_training, reports_nightly
from sm_onboard.demo.sagemaker.organization.jobs import training_log
from sm_onboard.demo.sagemaker.organization.past import Past, caller, tagged
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES
from sm_onboard.demo.sagemaker.pipelines import executions

VERSIONS = {1: 70.0, 2: 48.0, 3: 27.0}
"""Versions of ``churn-training``, and days ago that each was made."""

RUNS = range(25, 49)
"""Numbers of the executions of ``churn-training`` that are over: one a day until yesterday."""

_MISSING_COLUMN = (
    "AlgorithmError: ExecuteUserScriptError, exit code 1: KeyError: 'churned_90d' in evaluate.py, "
    "line 57"
)
FAILURES = {
    30: {"TrainXGBoost": "InternalServerError: We encountered an internal error. Try again."},
    31: {"TrainXGBoost": "InternalServerError: We encountered an internal error. Try again."},
    48: {"EvaluateModels": _MISSING_COLUMN},
}
"""The step that failed in an execution, and why."""

BELOW = 40
"""The execution whose best model was not good enough."""

STOPPED = 35
"""The execution that was stopped by hand."""

EVALUATION_LOG = (
    "loading model s3://acme-churn/models/xgboost/model.tar.gz",
    "loading model s3://acme-churn/models/lightgbm/model.tar.gz",
    "validation set: 41208 rows",
    "Traceback (most recent call last):",
    '  File "/opt/ml/processing/code/evaluate.py", line 57, in <module>',
    "    y = df.pop('churned_90d')",
    "KeyError: 'churned_90d'",
    "columns: churned_60d, tenure_m, plan, region",
    "exit code 1",
)
_REACHED = {"TrainXGBoost": 0.884, "TrainLightGBM": 0.882}
"""About what area under the curve a step's model has."""

_SECONDS = {
    "CleanData": 124.0,
    "FeatureEngineer": 231.0,
    "TrainXGBoost": 312.0,
    "TrainLightGBM": 268.0,
    "EvaluateModels": 98.0,
}


def fill(past: Past) -> None:
    """Makes the pipelines, the history of their executions, and one that executes now."""
    role = past.role("acme-pipelines-exec")
    for version, days_ago in VERSIONS.items():
        text = json.dumps(churn_training(past, version), indent=1)
        with past.at(days_ago):
            if version == 1:
                _create(past, "churn-training", text, "churn", "Churn training")
            else:
                past.call(
                    "UpdatePipeline",
                    by="bob",
                    PipelineName="churn-training",
                    PipelineDefinition=text,
                    RoleArn=role,
                )
    for number in RUNS:
        _execute(past, number)
    _nightly(past)
    number = RUNS[-1] + 1
    with past.under_way(640):
        execution = _start(past, "churn-training", number, "alice", _SECONDS)
    _write_logs(past, execution, number)


def _create(past: Past, name: str, text: str, team: str, title: str) -> None:
    past.call(
        "CreatePipeline",
        by="bob",
        PipelineName=name,
        PipelineDisplayName=name,
        PipelineDescription=title,
        PipelineDefinition=text,
        ClientRequestToken=_token(name, 0),
        RoleArn=past.role("acme-pipelines-exec"),
        Tags=tagged(team=team, cost_centre=COST_CENTRES[team]),
    )


def _execute(past: Past, number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - the same durations every time
    seconds = {step: lasts * chance.uniform(0.85, 1.25) for step, lasts in _SECONDS.items()}
    month = "sep-2026" if number < 33 else "oct-2026"
    with past.at(RUNS[-1] - number + 1.05):
        execution = _start(
            past,
            "churn-training",
            number,
            "bob" if number % 4 else "alice",
            seconds,
            parameters={"Data": f"s3://acme-churn/raw/{month}/{number - number % 3}/"},
            fails=FAILURES.get(number),
            outcomes={"CheckAUC": number != BELOW},
        )
        if number == STOPPED:
            past.wait(3 * 60)
            past.call(
                "StopPipelineExecution",
                by="bob",
                PipelineExecutionArn=execution.record.arn,
                ClientRequestToken=_token("stop", number),
            )
    _write_logs(past, execution, number)


def _write_logs(past: Past, execution: executions.Execution, number: int) -> None:
    """What the jobs of an execution's steps write, in place of lines that say nothing."""
    for (step, _), job in execution.made.items():
        run = jobs.run_of(past.region, job)
        if step in _REACHED:
            auc = _REACHED[step] + 0.0005 * (number % 7) - (0.02 if number == BELOW else 0)
            run.log = training_log(6, auc, failed=bool(job.reason))
        elif step == "EvaluateModels" and job.reason:
            run.log = list(EVALUATION_LOG)
        run.told = None  # metrics are to be looked for in the new lines


def _nightly(past: Past) -> None:
    with past.at(33):
        text = json.dumps(reports_nightly(past))
        _create(past, "reports-nightly", text, "platform", "Weekly reports")
    for night in range(6, 0, -1):
        with past.at(night - 0.3):
            _start(past, "reports-nightly", 7 - night, "erin", {"Figures": 190.0 + 7 * night})


def _start(
    past: Past, name: str, number: int, person: str, seconds: Mapping[str, float], **more: Any
) -> executions.Execution:
    pipeline = past.region.get("Pipeline", name)
    assert pipeline is not None
    record = pipeline_executions.start(
        past.region,
        pipeline,
        display_name=f"{name}-{number}",
        caller=user_context(past.region, caller(person)),
        seconds=seconds,
        **more,
    )
    return executions.of(past.region, record)


def _token(name: str, number: int) -> str:
    return hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:36]
