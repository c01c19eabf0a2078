"""Step caching: a step that ran before with the same arguments is not run again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.pipelines import steps
from sm_onboard.demo.sagemaker.pipelines.definition import Step, named_step, references
from sm_onboard.demo.sagemaker.pipelines.schedule import StepRun

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.pipelines.executions import Execution

ASSUMPTIONS = (
    Assumption(
        "ListPipelineExecutionSteps",
        "a step with CacheConfig.Enabled takes the result of the newest execution of the pipeline "
        "in which it succeeded with equal arguments (of training and processing only the listed "
        "ones: not the instance, say), not longer ago than ExpireAfter, provided that what it "
        "reads from other steps comes from the cache too",
        "AWS documentation: Turn on step caching; Default cache key attributes",
    ),
)

_CACHEABLE = frozenset(
    {
        "Training", "Processing", "Transform", "Tuning", "AutoML", "QualityCheck", "ClarifyCheck",
        "EMR",
    }
)  # fmt: skip
_DURATION = re.compile(
    r"P?(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.I
)
_UNITS = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)
_ALWAYS = 30 * 86400.0


def hit(execution: Execution, step: Step, before: Mapping[str, StepRun]) -> str:
    """The ARN of the execution whose result a step can take; "" when there is none."""
    config = step.members.get("CacheConfig")
    if step.type not in _CACHEABLE or not isinstance(config, dict) or not config.get("Enabled"):
        return ""
    read = {named_step(reference) for reference in references(dict(step.arguments))} - {""}
    if any(not before[name].cached for name in read if name in before):
        return ""
    begins = execution.turn.begins
    oldest = begins - seconds(str(config.get("ExpireAfter", "")))
    wanted = steps.signature(execution, step)
    others: list[Execution] = list(execution.region.rooms.get("executions", {}).values())
    for other in reversed(others):
        if other is execution or other.pipeline_arn != execution.pipeline_arn:
            continue
        run, there = other.plan.runs.get(step.name), other.definition.steps.get(step.name)
        if run is None or there is None or run.result != "Succeeded" or run.cached:
            continue
        if oldest <= run.ends <= begins and steps.signature(other, there) == wanted:
            return other.record.arn
    return ""


def seconds(duration: str) -> float:
    """How long ``P30d`` or ``PT1H`` is; 30 days for what is not a duration."""
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match.groups()):
        return _ALWAYS
    parts = (int(part or 0) for part in match.groups())
    return float(sum(part * unit for part, unit in zip(parts, _UNITS, strict=True)))
