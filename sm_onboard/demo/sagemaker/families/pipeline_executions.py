"""Executions of pipelines, and their steps."""

from __future__ import annotations

import math

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import find
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.listing import page, page_size
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.errors import not_found, validation
from sm_onboard.demo.sagemaker.families import pipeline_starts
from sm_onboard.demo.sagemaker.families.pipeline_starts import selected
from sm_onboard.demo.sagemaker.families.pipeline_starts import start as start
from sm_onboard.demo.sagemaker.families.pipelines import executions_of, find_pipeline, find_version
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.pipelines import cache, executions, expressions, schedule, steps
from sm_onboard.demo.sagemaker.pipelines.definition import read
from sm_onboard.demo.sagemaker.pipelines.executions import EXECUTION, Execution, listed
from sm_onboard.demo.sagemaker.pipelines.metadata import metadata
from sm_onboard.demo.sagemaker.pipelines.schedule import StepRun

ASSUMPTIONS = (
    *expressions.ASSUMPTIONS,
    *schedule.ASSUMPTIONS,
    *steps.ASSUMPTIONS,
    *cache.ASSUMPTIONS,
    *pipeline_starts.ASSUMPTIONS,
    Assumption(
        "StopPipelineExecution",
        "one that does not execute: ValidationException, Pipeline execution with ARN … is in "
        "status Succeeded.",
    ),
    Assumption("RetryPipelineExecution", "only one that is Failed or Stopped"),
    Assumption("UpdatePipelineExecution", "another parallelism holds from the next retry on"),
    Assumption("RetryPipelineExecution", "what was asked to fail is not asked again"),
    Assumption(
        "DescribePipelineExecution",
        "FailureReason: Step failure: One or multiple steps failed.",
    ),
    Assumption(
        "ListPipelineExecutionSteps",
        "the step that began last comes first",
    ),
)
_FAILS = "It was asked to fail."


def _start(region: Region, call: Call) -> Answer:
    asked = call.parameters
    pipeline = find_pipeline(region, asked["PipelineName"])
    tokens = region.rooms.setdefault("execution tokens", {})
    plain = {k: v for k, v in asked.items() if k != "ClientRequestToken"}
    place = (call.operation, asked["ClientRequestToken"])
    if place in tokens:
        arn, before = tokens[place]
        if before != plain:
            raise validation("This ClientRequestToken was used with other parameters.")
        return {"PipelineExecutionArn": arn}
    version = find_version(pipeline, dict(asked))
    definition = read(version["Definition"])
    given = asked.get("PipelineParameters", ())
    names = [entry["Name"] for entry in given]
    if len(set(names)) < len(names):
        raise validation("A parameter is given twice.")
    more: Values = {
        member: asked[member]
        for member in ("PipelineExecutionDescription", "SelectiveExecutionConfig", "RoleArn")
        if member in asked
    }
    kept: dict[str, StepRun] = {}
    if "SelectiveExecutionConfig" in asked:
        definition, kept = selected(region, definition, asked["SelectiveExecutionConfig"])
    fails = dict.fromkeys(definition.steps, _FAILS) if "create_failed" in call.faults else {}
    record = start(
        region,
        pipeline,
        display_name=asked.get("PipelineExecutionDisplayName", ""),
        parameters={entry["Name"]: entry["Value"] for entry in given},
        parallel=asked.get("ParallelismConfiguration", {}).get("MaxParallelExecutionSteps"),
        caller=user_context(region, call.caller),
        version=version,
        kept=kept,
        chosen=definition,
        fails=fails,
        **more,
    )
    tokens[place] = (record.arn, plain)
    return {"PipelineExecutionArn": record.arn}


def _find(region: Region, call: Call) -> Execution:
    return executions.of(region, find(EXECUTION, region, call))


def _definition(region: Region, call: Call) -> Answer:
    execution = _find(region, call)
    return {"PipelineDefinition": execution.text, "CreationTime": execution.record.created}


def _parameters(region: Region, call: Call) -> Answer:
    shown, token = _page(call).cut(
        listed(_find(region, call)), lambda entry: (entry["Name"],), ordered=False
    )
    return {"PipelineParameters": shown, "NextToken": token}


def _page(call: Call) -> Page:
    operation = models.operation("sagemaker", call.operation)
    assert operation is not None
    return Page.of(call, page_size(operation))


def _list(region: Region, call: Call) -> Answer:
    asked = call.parameters
    pipeline = find_pipeline(region, asked["PipelineName"])
    alias = asked.get("PipelineVersionAlias")
    number = find_version(pipeline, {"PipelineVersionAlias": alias})["PipelineVersionId"]
    found = [
        record
        for record in executions_of(region, pipeline)
        if asked.get("CreatedAfter", -1) < record.created
        and record.created < asked.get("CreatedBefore", math.inf)
        and (alias is None or record.values["PipelineVersionId"] == number)
    ]
    operation = models.operation("sagemaker", call.operation)
    assert operation is not None
    return page(EXECUTION, region, call, operation, found)


def _steps(region: Region, call: Call) -> Answer:
    asked = call.parameters
    if "PipelineExecutionArn" not in asked:
        raise validation("PipelineExecutionArn is required.")
    execution, now = _find(region, call), region.now()
    runs = execution.runs(now)
    if asked.get("SortOrder", "Descending") == "Descending":
        runs.reverse()
    shown, token = _page(call).cut(runs, lambda run: (run.name, run.attempt), ordered=False)
    found = [_step(execution, run, now) for run in shown]
    return {"PipelineExecutionSteps": found, "NextToken": token}


def _step(execution: Execution, run: StepRun, now: float) -> Values:
    step, status = execution.definition.steps[run.name], run.status(now)
    shown: Values = {
        "StepName": run.name,
        "StepDisplayName": step.members.get("DisplayName"),
        "StepDescription": step.members.get("Description"),
        "StartTime": run.starts,
        "StepStatus": status,
        "AttemptCount": run.attempt,
        "Metadata": metadata(execution, step, run, now) or None,
    }
    if now >= run.ends:
        shown["EndTime"] = run.ends
    if status == "Failed":
        shown["FailureReason"] = run.reason[:1024]
    if run.cached:
        shown["CacheHitResult"] = {"SourcePipelineExecutionArn": run.cached}
    if run.reused:
        shown["SelectiveExecutionResult"] = {"SourcePipelineExecutionArn": run.reused}
    return shown


def _stop(region: Region, call: Call) -> Answer:
    execution = _find(region, call)
    status = execution.record.status(region.now())
    if status == "Stopping":
        return {"PipelineExecutionArn": execution.record.arn}
    _refuse_unless(execution.record, status, "Executing")
    execution.stop()
    _touched(region, call, execution.record)
    return {"PipelineExecutionArn": execution.record.arn}


def _retry(region: Region, call: Call) -> Answer:
    execution = _find(region, call)
    tokens = region.rooms.setdefault("execution tokens", {})
    place = (call.operation, call.parameters["ClientRequestToken"])
    if tokens.get(place) == execution.record.arn:
        return {"PipelineExecutionArn": execution.record.arn}
    _refuse_unless(execution.record, execution.record.status(region.now()), "Failed", "Stopped")
    values = execution.record.values
    if "ParallelismConfiguration" in call.parameters:
        values["ParallelismConfiguration"] = call.parameters["ParallelismConfiguration"]
    configured = values.get("ParallelismConfiguration") or {}
    execution.retry(configured.get("MaxParallelExecutionSteps"))
    tokens[place] = execution.record.arn
    _touched(region, call, execution.record)
    return {"PipelineExecutionArn": execution.record.arn}


def _refuse_unless(record: Record, status: str, *fine: str) -> None:
    if status not in fine:
        raise validation(f"Pipeline execution with ARN {record.arn} is in status {status}.")


def _touched(region: Region, call: Call, record: Record) -> None:
    record.modified = region.now()
    record.values["LastModifiedBy"] = user_context(region, call.caller)


def _answered(region: Region, call: Call, reason: str) -> Answer:
    token = call.parameters["CallbackToken"]
    for execution in region.rooms.get("executions", {}).values():
        if token not in execution.tokens:
            continue
        name, attempt = execution.tokens[token]
        run = execution.plan.runs.get(name)
        if run is None or run.attempt != attempt or region.now() >= run.ends:
            raise validation(f"The step of callback token {token} does not wait any more.")
        execution.answer(name, reason)
        return {"PipelineExecutionArn": execution.record.arn}
    raise not_found(f"Callback token {token} does not exist.")


def _success(region: Region, call: Call) -> Answer:
    return _answered(region, call, "")


def _failure(region: Region, call: Call) -> Answer:
    return _answered(region, call, call.parameters.get("FailureReason") or "The step failed.")


def fail_step(region: Region, execution_arn: str, step: str, reason: str) -> None:
    """Has a step fail: now if it runs, else half-way once it does. For tests and the sample.

    Raises:
        KeyError: there is no such execution or step.
    """
    region.by_arn(execution_arn)  # so that all that is due has been done
    region.rooms["executions"][execution_arn].fail_step(step, reason)


FAMILIES: tuple[Family, ...] = (EXECUTION,)
OPERATIONS: dict[str, Special] = {
    "StartPipelineExecution": _start,
    "StopPipelineExecution": _stop,
    "RetryPipelineExecution": _retry,
    "ListPipelineExecutions": _list,
    "ListPipelineExecutionSteps": _steps,
    "ListPipelineParametersForExecution": _parameters,
    "DescribePipelineDefinitionForExecution": _definition,
    "SendPipelineExecutionStepSuccess": _success,
    "SendPipelineExecutionStepFailure": _failure,
}
