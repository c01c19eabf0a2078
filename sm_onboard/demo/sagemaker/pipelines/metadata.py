"""What is shown of a step beside its status: which job or resource it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_onboard.demo.sagemaker.pipelines.definition import Step
from sm_onboard.demo.sagemaker.pipelines.expressions import resolve
from sm_onboard.demo.sagemaker.pipelines.schedule import StepRun
from sm_onboard.demo.sagemaker.pipelines.steps import arguments, standing_in

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.pipelines.executions import Execution

_ARNS = {
    "Tuning": ("TuningJob", "hyper-parameter-tuning-job/{name}"),
    "AutoML": ("AutoMLJob", "automl-job/{name}"),
    "RegisterModel": ("RegisterModel", "model-package/{group}/1"),
}
_KINDS = {
    "Training": "TrainingJob", "Processing": "ProcessingJob", "Transform": "TransformJob",
    "Model": "Model", "EndpointConfig": "EndpointConfig", "Endpoint": "Endpoint",
}  # fmt: skip


def metadata(execution: Execution, step: Step, run: StepRun, now: float) -> dict[str, Any]:
    """``Metadata`` of a step: empty before it has begun to execute."""
    if now < run.executes or run.executes >= run.stopping or run.ends < run.executes:
        return {}
    made = execution.record_of(run)
    if step.type in _KINDS:
        return {_KINDS[step.type]: {"Arn": made.arn}} if made else {}
    if step.type in ("QualityCheck", "ClarifyCheck"):
        return {step.type: {"CheckJobArn": made.arn}} if made else {}
    if step.type == "Condition":
        over = now >= run.ends and run.result == "Succeeded"
        return {"Condition": {"Outcome": str(run.outcome)}} if over else {}
    if step.type == "Fail":
        return {"Fail": {"ErrorMessage": run.reason}}
    return _elsewhere(execution, step, run)


def _elsewhere(execution: Execution, step: Step, run: StepRun) -> dict[str, Any]:
    """Of what other services do, or is not kept here."""
    members = resolve(dict(step.members), standing_in(execution))
    if step.type == "Lambda":
        return {"Lambda": {"Arn": str(members.get("FunctionArn", ""))[:256]}}
    if step.type == "Callback":
        return {
            "Callback": {
                "CallbackToken": execution.token(step.name, run.attempt),
                "SqsQueueUrl": str(members.get("SqsQueueUrl", ""))[:256],
            }
        }
    if step.type == "EMR":
        return {"EMR": {"ClusterId": str(members.get("ClusterId", "")), "StepName": step.name}}
    if step.type not in _ARNS:
        return {}
    kind, path = _ARNS[step.type]
    given = arguments(execution, step)
    group = given.get("ModelPackageGroupName", step.name)
    name = f"pipelines-{execution.id}-{step.name}"[:32].rstrip("-_").replace("_", "-")
    return {kind: {"Arn": execution.region.arn(path.format(name=name, group=group))}}
