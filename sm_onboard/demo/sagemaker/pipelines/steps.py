"""What a step comes to: the job or resource it makes, and how long it takes."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.crud import arn_path
from sm_onboard.demo.sagemaker.engine.family import Family
from sm_onboard.demo.sagemaker.engine.store import Record
from sm_onboard.demo.sagemaker.families import inference, job_schedule, jobs
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.model.constraints import Failure
from sm_onboard.demo.sagemaker.model.validate import failures, message
from sm_onboard.demo.sagemaker.pipelines.definition import Step
from sm_onboard.demo.sagemaker.pipelines.expressions import Unknown, resolve
from sm_onboard.demo.sagemaker.pipelines.schedule import StepRun, Work

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.pipelines.executions import Execution

ASSUMPTIONS = (
    Assumption(
        "ListPipelineExecutionSteps",
        "a step's job is called pipelines-EXECUTION-STEP-RANDOM, at most 63 characters",
    ),
    Assumption(
        "StartPipelineExecution",
        "training, processing, transform, quality check, Clarify check, model, endpoint "
        "configuration and endpoint steps make what they name; of other steps there is only the "
        "ARN",
    ),
    Assumption(
        "StopTrainingJob",
        "the job of a pipeline's step: the step fails when the job is Stopped",
    ),
    Assumption(
        "StartPipelineExecution",
        "what only a real run would have known stands in arguments as an S3 address that says "
        "where it would come from",
    ),
    Assumption(
        "StartPipelineExecution",
        "arguments that CreateTrainingJob or its like would refuse let the step fail with "
        "ClientError and the service's message",
    ),
    Assumption(
        "StartPipelineExecution",
        "a job's step takes as long as the job; conditions and failures 1 s, Lambda steps 10 s, "
        "models and endpoint configurations 5 s, endpoints 240 s, EMR steps 300 s, tuning 600 s, "
        "AutoML 900 s, others 60 s",
    ),
)

SECONDS: Mapping[str, float] = {
    "Condition": 1.0, "Fail": 1.0, "Lambda": 10.0, "Model": 5.0, "RegisterModel": 5.0,
    "EndpointConfig": 5.0, "Endpoint": 240.0, "EMR": 300.0, "EMRServerless": 300.0,
    "Tuning": 600.0, "AutoML": 900.0,
}  # fmt: skip
_OTHERS = 60.0
JOBS: Mapping[str, Family] = {
    "Training": jobs.TRAINING,
    "Processing": jobs.PROCESSING,
    "Transform": jobs.TRANSFORM,
    "QualityCheck": jobs.PROCESSING,
    "ClarifyCheck": jobs.PROCESSING,
}
_RESOURCES: Mapping[str, Family] = {
    "Model": inference.MODEL,
    "EndpointConfig": inference.CONFIG,
    "Endpoint": inference.ENDPOINT,
}
MAKES: Mapping[str, Family] = {**JOBS, **_RESOURCES}


def work(execution: Execution, step: Step, reason: str) -> Work:
    """What executing a step comes to.

    Args:
        reason: why it is to fail; empty: it is not.
    """
    if step.type == "Callback":
        return Work(_OTHERS if reason else math.inf, reason)
    if step.type == "Fail":
        said = str(arguments(execution, step).get("ErrorMessage", ""))
        return Work(SECONDS["Fail"], reason or said[:1024] or "The pipeline was told to fail.")
    if step.type not in MAKES:
        return Work(execution.seconds.get(step.name, SECONDS.get(step.type, _OTHERS)), reason)
    given = {**arguments(execution, step), MAKES[step.type].key[0]: "name"}
    refused = [f for f in _broken(MAKES[step.type], given) if not _stands_in(execution, f.value)]
    if refused:
        return Work(1.0, _words(MAKES[step.type], refused))
    if step.type not in JOBS:
        return Work(execution.seconds.get(step.name, SECONDS[step.type]), reason)
    stages = job_schedule.planned(
        JOBS[step.type].name, given, fails=bool(reason), lasts=execution.seconds.get(step.name)
    )
    if stages[-1][0] == job_schedule.RAN_OUT:
        reason = "Job stopped: MaxRuntimeExceeded"
    return Work(job_schedule.seconds(stages), reason)


class Refused(Exception):
    """What a step asks for is refused, now that its arguments are known."""


def make(execution: Execution, step: Step, run: StepRun) -> Record | None:
    """Makes what a step makes, when it begins to execute.

    Returns:
        None when too little is known of its arguments.

    Raises:
        Refused: the service would not make it; with its words.
    """
    region, family = execution.region, MAKES[step.type]
    name = job_name(execution, step)
    given = arguments(execution, step)
    given.pop("Tags", None)
    if step.type in ("EndpointConfig", "Endpoint"):
        name = given.get(family.key[0], name)
    values = {**given, family.key[0]: name}
    broken = _broken(family, values)
    refused = [failure for failure in broken if not _stands_in(execution, failure.value)]
    if refused:
        raise Refused(_words(family, refused))
    if broken:
        return None
    if family in jobs.FAMILIES:
        reason = execution.fails.get(step.name, "")
        return jobs.start(
            region, family, values, at=run.executes, fails=reason,
            lasts=execution.seconds.get(step.name),
        )  # fmt: skip
    return _add(execution, family, values, run)


def _add(execution: Execution, family: Family, values: dict[str, Any], run: StepRun) -> Record:
    region = execution.region
    key, arn = (values[family.key[0]],), region.arn(arn_path(family, values))
    record = Record(family, key, arn, values, run.executes)
    if family is inference.ENDPOINT:
        config = region.get("EndpointConfig", values["EndpointConfigName"])
        values["ProductionVariants"] = inference.variants(region, config) if config else None
        stages = (("Creating", run.ends - run.executes), ("InService", 0.0))
        record.timeline.follow(stages, run.executes)
    region.add(record)
    return record


def arguments(execution: Execution, step: Step) -> dict[str, Any]:
    """A step's arguments as they would be sent."""
    found: dict[str, Any] = _filled(
        execution, resolve(copy.deepcopy(dict(step.arguments)), standing_in(execution))
    )
    return found


def standing_in(execution: Execution) -> Any:
    """What a reference leads to; an address in S3 where only a real run would know it."""

    def look(reference: str) -> Any:
        value = execution.look(reference)
        return stand_in(execution, reference) if isinstance(value, Unknown) else value

    return look


def stand_in(execution: Execution, reference: str) -> str:
    """An S3 address for what only a real run would have known."""
    region = execution.region
    path = re.sub(r"[^A-Za-z0-9]+", "/", reference).strip("/")
    return f"s3://sagemaker-{region.name}-{region.account}/{execution.id}/{path}"


def _filled(execution: Execution, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(execution, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(execution, inner) for inner in value]
    return stand_in(execution, "unknown") if isinstance(value, Unknown) else value


def member(value: Any, path: str) -> Any:
    """What ``ModelArtifacts.S3ModelArtifacts`` or ``Outputs['train'].S3Output`` leads to."""
    for part in re.findall(r"[^.\[\]'\"]+", path):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, list):
            value = _called(value, part)
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return Unknown()
    return value


def _called(entries: list[Any], name: str) -> Any:
    for entry in entries:
        if isinstance(entry, dict) and name in (entry.get("OutputName"), entry.get("MetricName")):
            return entry
    return None


def job_name(execution: Execution, step: Step) -> str:
    """``pipelines-x7hq0tv2kfbm-Train-b3kq9xw2zp``."""
    middle = re.sub(r"[^A-Za-z0-9]+", "-", step.name).strip("-")[:26].strip("-") or "step"
    return f"pipelines-{execution.id}-{middle}-{execution.region.world.id(10)}"


def _broken(family: Family, values: Mapping[str, Any]) -> list[Failure]:
    operation = models.operation("sagemaker", f"Create{family.name}")
    assert operation is not None
    assert operation.input_shape is not None
    return failures(operation.input_shape, {k: v for k, v in values.items() if k != "Tags"})


def _stands_in(execution: Execution, value: Any) -> bool:
    return isinstance(value, str) and value.startswith(stand_in(execution, ""))


def _words(family: Family, refused: list[Failure]) -> str:
    return (
        f"ClientError: Failed to invoke sagemaker:Create{family.name}. Error Details: "
        f"{message(refused)}"
    )[:1024]


_CACHE_KEYS = {
    "Training": {
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig",
        "DebugRuleConfigurations", "Environment", "HyperParameters", "InputDataConfig",
    },
    "Processing": {"AppSpecification", "Environment", "ProcessingInputs"},
}  # fmt: skip


def signature(execution: Execution, step: Step) -> str:
    """Equal for two steps of which the second can take the result of the first."""
    keys = _CACHE_KEYS.get(step.type, set(step.arguments))
    asked = {name: value for name, value in step.arguments.items() if name in keys}
    return json.dumps(
        [step.type, resolve(asked, partial_look(execution))], sort_keys=True, default=str
    )


def partial_look(execution: Execution) -> Any:
    """References to parameters; those to steps stay as they are."""

    def look(reference: str) -> Any:
        if reference.startswith("Parameters."):
            return execution.look(reference)
        return {"Get": reference}

    return look
