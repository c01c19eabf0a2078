"""How an execution of a pipeline begins: its parameters, and the steps that are selected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.family import Values
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.pipelines.definition import (
    Definition,
    Parameter,
    Step,
    named_step,
    read,
    references,
)
from sm_onboard.demo.sagemaker.pipelines.executions import EXECUTION, Execution
from sm_onboard.demo.sagemaker.pipelines.expressions import resolve
from sm_onboard.demo.sagemaker.pipelines.schedule import Round, StepRun

ASSUMPTIONS = (
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
)


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


def selected(
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
