"""Executions of pipelines, and their steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sm_onboard.demo.sagemaker import models
from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.crud import find
from sm_onboard.demo.sagemaker.errors import not_found, validation
from sm_onboard.demo.sagemaker.family import Family, Special, Values
from sm_onboard.demo.sagemaker.life import Life
from sm_onboard.demo.sagemaker.listing import page, page_size
from sm_onboard.demo.sagemaker.paging import Page
from sm_onboard.demo.sagemaker.pipelines import cache, executions, expressions, schedule, steps
from sm_onboard.demo.sagemaker.pipelines.definition import (
    Definition,
    Parameter,
    Step,
    named_step,
    read,
    references,
)
from sm_onboard.demo.sagemaker.pipelines.executions import Execution
from sm_onboard.demo.sagemaker.pipelines.expressions import resolve
from sm_onboard.demo.sagemaker.pipelines.schedule import Round, StepRun
from sm_onboard.demo.sagemaker.store import Record, Region
from sm_onboard.demo.sagemaker.usercontext import user_context

from .pipelines import executions_of, find_pipeline, find_version

ASSUMPTIONS = (
    *expressions.ASSUMPTIONS,
    *schedule.ASSUMPTIONS,
    *steps.ASSUMPTIONS,
    *cache.ASSUMPTIONS,
    Assumption(
        "StartPipelineExecution",
        "a parameter that the definition lacks, that has no value, is of another type or not one "
        "of its EnumValues: ValidationException",
    ),
    Assumption(
        "StartPipelineExecution",
        'an empty value: ValidationException, [string "" is too short (length: 0, required '
        "minimum: 1)]",
        "aws/sagemaker-python-sdk#4016",
    ),
    Assumption(
        "StartPipelineExecution",
        "selected steps that need others: ValidationException, Invalid SourcePipelineExecutionArn: "
        "null. The selected steps [A] have dependencies on [B]",
        "aws/sagemaker-python-sdk#4444",
    ),
    Assumption("StartPipelineExecution", "is called execution-MILLISECONDS, if not otherwise"),
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
        "AWS documentation: examples of ListPipelineExecutionSteps",
    ),
)
_FAILS = "It was asked to fail."


def start(
    region: Region,
    pipeline: Record,
    *,
    at: float | None = None,
    display_name: str = "",
    parameters: Mapping[str, str] | None = None,
    parallel: int | None = None,
    caller: Mapping[str, Any] | None = None,
    version: Mapping[str, Any] | None = None,
    kept: Mapping[str, StepRun] | None = None,
    chosen: Definition | None = None,
    fails: Mapping[str, str] | None = None,
    outcomes: Mapping[str, bool] | None = None,
    seconds: Mapping[str, float] | None = None,
    **more: Any,
) -> Record:
    """Begins an execution, at a time past or present.

    Args:
        at: seconds since 1970; default: now.
        parameters: values by name, as text.
        parallel: how many steps may run at once; default: the pipeline's configuration.
        caller: the ``UserContext`` of who begins it.
        version: one of the pipeline's; default: the newest.
        kept, chosen: what a selective execution takes from another, and what it runs.
        fails: why a step is to fail, by its name.
        outcomes: what a condition step is to come to, by its name.
        seconds: how long a step's work is to take, by its name.
        more: further members of the description.

    Raises:
        ServiceError: ValidationException for a parameter.
    """
    used = version or pipeline.values["Versions"][-1]
    definition = chosen or read(used["Definition"])
    values = _values(definition, parameters or {})
    begins = region.now() if at is None else at
    if parallel is None:
        configured = pipeline.values.get("ParallelismConfiguration") or {}
        parallel = configured.get("MaxParallelExecutionSteps")
    arn = f"{pipeline.arn}/execution/{region.world.id(12)}"
    members: Values = {
        "PipelineArn": pipeline.arn,
        "PipelineName": pipeline.values["PipelineName"],
        "PipelineExecutionDisplayName": display_name or f"execution-{int(begins * 1000)}",
        "PipelineVersionId": used["PipelineVersionId"],
        "PipelineVersionAliases": used["PipelineVersionAliases"] or None,
        "CreatedBy": caller,
        "LastModifiedBy": caller,
        "StartTime": begins,
        **more,
    }
    if parallel is not None:
        members["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": parallel}
    record = Record(EXECUTION, (arn,), arn, members, begins)
    region.rooms.setdefault("executions", {})
    first = Round(begins, parallel, kept or {})
    execution = Execution(
        region, record, used["Definition"], definition, values, [first],
        dict(fails or {}), dict(outcomes or {}), dict(seconds or {}),
    )  # fmt: skip
    region.rooms["executions"][arn] = execution
    by_pipeline = region.rooms.setdefault("executions by pipeline", {})
    by_pipeline.setdefault(pipeline.arn, {})[arn] = record
    if definition.experiment is not None:
        members["PipelineExperimentConfig"] = resolve(definition.experiment, execution.look)
    region.add(record)
    return record


def _values(definition: Definition, given: Mapping[str, str]) -> dict[str, Any]:
    unknown = [name for name in given if name not in definition.parameters]
    if unknown:
        raise validation(f"The pipeline has no parameters [{', '.join(unknown)}].")
    values: dict[str, Any] = {}
    for name, parameter in definition.parameters.items():
        if name in given:
            values[name] = _value(parameter, given[name])
        elif parameter.default is None:
            raise validation(f"Parameter [{name}] has no default value; you must provide one.")
        else:
            values[name] = parameter.default
    return values


def _value(parameter: Parameter, text: str) -> Any:
    if not text:
        raise validation('[string "" is too short (length: 0, required minimum: 1)]')
    if parameter.values and text not in parameter.values:
        listed = ", ".join(parameter.values)
        raise validation(f"The value of parameter [{parameter.name}] has to be one of [{listed}].")
    try:
        if parameter.type == "Boolean":
            return {"true": True, "false": False}[text.lower()]
        number = {"Integer": int, "Float": float}.get(parameter.type, str)(text)
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueError
        return number
    except (ValueError, KeyError):
        raise validation(
            f"The value of parameter [{parameter.name}] is not of type {parameter.type}."
        ) from None


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
        definition, kept = _selected(region, definition, asked["SelectiveExecutionConfig"])
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


def _selected(
    region: Region, definition: Definition, config: Mapping[str, Any]
) -> tuple[Definition, dict[str, StepRun]]:
    """What runs when only some steps are selected, and what is taken from another execution."""
    names = [entry["StepName"] for entry in config["SelectedSteps"]]
    unknown = [name for name in names if name not in definition.steps]
    if unknown:
        raise validation(f"The pipeline has no steps [{', '.join(unknown)}].")
    arn = config.get("SourcePipelineExecutionArn")
    source: Execution | None = region.rooms.get("executions", {}).get(arn)
    kept: dict[str, StepRun] = {}
    found: dict[str, Step] = {}
    needed: list[str] = []
    for name in names:
        step = definition.steps[name]
        data = {named_step(r) for r in references([dict(step.arguments), dict(step.members)])}
        mine = [need for need in step.needs if need in names]
        for need in step.needs:
            run = source.plan.runs.get(need) if source else None
            if need in names or need not in data:
                continue
            needed.append(need)
            if run is not None and run.result == "Succeeded" and arn is not None:
                kept[need] = replace(run, reused=arn)
                found[need] = definition.steps[need]
        branch = step.branch if step.branch and step.branch[0] in names else None
        found[name] = replace(step, needs=tuple(mine), branch=branch)
    absent = [need for need in dict.fromkeys(needed) if need not in kept]
    if absent:
        raise validation(
            f"Invalid SourcePipelineExecutionArn: {arn or 'null'}. The selected steps "
            f"[{', '.join(names)}] have dependencies on [{', '.join(absent)}]"
        )
    return Definition(definition.parameters, found, definition.experiment), kept


def _find(region: Region, call: Call) -> Execution:
    return executions.of(region, find(EXECUTION, region, call))


def _definition(region: Region, call: Call) -> Answer:
    execution = _find(region, call)
    return {"PipelineDefinition": execution.text, "CreationTime": execution.record.created}


def _parameters(region: Region, call: Call) -> Answer:
    shown, token = _page(call).cut(
        _listed(_find(region, call)), lambda entry: (entry["Name"],), ordered=False
    )
    return {"PipelineParameters": shown, "NextToken": token}


def _listed(execution: Execution) -> list[dict[str, str]]:
    return [
        {"Name": name, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
        for name, value in execution.parameters.items()
    ]


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
        "Metadata": steps.metadata(execution, step, run, now) or None,
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


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    changes["LastModifiedBy"] = user_context(region, call.caller)


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


def _view(region: Region, record: Record) -> Values:
    failed = record.status(region.now()) == "Failed"
    return {
        "PipelineParameters": _listed(executions.of(region, record)),
        "PipelineExecutionFailureReason": record.reason if failed else None,
    }


EXECUTION = Family(
    "PipelineExecution",
    "PipelineExecutions",
    "Pipeline execution",
    key=("PipelineExecutionArn",),
    arn="",
    by_arn=True,
    life=Life("PipelineExecutionStatus"),
    view=_view,
    change=_change,
    order="Descending",
    without=frozenset({"create", "delete", "list"}),
)

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
