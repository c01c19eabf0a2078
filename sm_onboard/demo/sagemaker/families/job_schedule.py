"""When a job is in which stage: planned when it begins, cut short when it is stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption

ASSUMPTIONS = (
    Assumption(
        "CreateTrainingJob",
        "60 s of Starting, 15 s of Downloading (not without input, nor in Pipe or FastFile mode), "
        "300 s of Training and 15 s of Uploading",
    ),
    Assumption("CreateProcessingJob", "60 s until the container starts, and 180 s of work"),
    Assumption("CreateTransformJob", "120 s until the container starts, and 180 s of work"),
    Assumption(
        "StopTrainingJob",
        "30 s of Stopping; the real service gives the algorithm up to 120 s",
        "botocore's model: StopTrainingJob",
    ),
    Assumption(
        "CreateTrainingJob",
        "MaxRuntimeInSeconds is counted from the end of Starting; the job is then Stopped with "
        "MaxRuntimeExceeded, without Stopping before",
        "botocore's model: SecondaryStatus",
    ),
    Assumption("CreateProcessingJob", "a job that runs longer than its maximum is Stopped"),
    Assumption("CreateTrainingJob", "a job that is to fail does so when its work is half done"),
)

RAN_OUT = "MaxRuntimeExceeded"
STOPPING_SECONDS = 30.0
_PRIMARY = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopped": "Stopped",
    "Stopping": "Stopping",
    RAN_OUT: "Stopped",
}
_ENDS = ("Completed", "Failed", "Stopped", RAN_OUT)
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    RAN_OUT: "Training job runtime exceeded MaxRuntimeInSeconds provided",
}

Stages = tuple[tuple[str, float], ...]
"""Secondary statuses and the seconds each lasts; the last one stays."""


@dataclass(frozen=True)
class Phase:
    """A stage that began.

    Attributes:
        status: the secondary status: ``Training``.
        begins: seconds since 1970.
    """

    status: str
    begins: float

    @property
    def message(self) -> str:
        return _MESSAGES.get(self.status, "")


class Schedule:
    """The stages of one job, on the emulator's clock.

    Attributes:
        work: when the work was to begin and end.

    Args:
        begins: when the first one begins; seconds since 1970.
        lasts: how many seconds of the clock a stage's seconds take.
    """

    def __init__(self, stages: Stages, begins: float, lasts: Callable[[float], float]) -> None:
        self.phases: list[Phase] = []
        self._lasts = lasts
        self._follow(stages, begins)
        (number,) = (n for n, phase in enumerate(self.phases) if phase.status == "Training")
        self.work = (self.phases[number].begins, self.phases[number + 1].begins)

    def _follow(self, stages: Stages, at: float) -> None:
        for status, seconds in stages:
            self.phases.append(Phase(status, at))
            at += self._lasts(seconds)

    def stop(self, at: float) -> None:
        """What was to come is forgotten; the job stops."""
        self.phases = [phase for phase in self.phases if phase.begins <= at]
        self._follow((("Stopping", STOPPING_SECONDS), ("Stopped", 0.0)), at)

    def fail(self, at: float) -> None:
        """What was to come is forgotten; the job fails now."""
        self.phases = [phase for phase in self.phases if phase.begins <= at]
        self._follow((("Failed", 0.0),), at)

    def at(self, now: float) -> Phase:
        """The stage at a time; the first one before it begins."""
        return [self.phases[0], *(p for p in self.phases if p.begins <= now)][-1]

    def primary(self) -> tuple[tuple[str, float], ...]:
        """The primary statuses and when each begins."""
        found: list[tuple[str, float]] = []
        for phase in self.phases:
            status = _PRIMARY.get(phase.status, "InProgress")
            if not found or found[-1][0] != status:
                found.append((status, phase.begins))
        return tuple(found)

    @property
    def started(self) -> float | None:
        """When the container's time begins; None when it never does."""
        later = [p.begins for p in self.phases if p.status in ("Downloading", "Training")]
        return later[0] if later else None

    @property
    def ended(self) -> float:
        """When the job is over."""
        return self.phases[-1].begins

    @property
    def worked_until(self) -> float:
        """When the work ends; before it begins where it never does."""
        later = [p.begins for p in self.phases if p.begins > self.work[0]]
        began = any(p.status == "Training" for p in self.phases)
        return min([self.work[1], *later]) if began else -math.inf

    def transitions(self, now: float) -> list[dict[str, Any]]:
        """``SecondaryStatusTransitions``: what began up to now."""
        found: list[dict[str, Any]] = []
        for phase in (p for p in self.phases if p.begins <= now):
            if found:
                found[-1]["EndTime"] = phase.begins
            found.append(
                {"Status": phase.status, "StartTime": phase.begins, "StatusMessage": phase.message}
            )
        if found and found[-1]["Status"] in _ENDS:
            found[-1]["EndTime"] = found[-1]["StartTime"]
        return found


def planned(
    family: str, values: Mapping[str, Any], *, fails: bool = False, lasts: float | None = None
) -> Stages:
    """The stages of a job.

    Args:
        family: ``TrainingJob``, ``ProcessingJob`` or ``TransformJob``.
        values: what it was created with.
        fails: its work ends in failure.
        lasts: how long its work takes in seconds.
    """
    before: list[tuple[str, float]] = [("Starting", 120.0 if family == "TransformJob" else 60.0)]
    after: list[tuple[str, float]] = []
    work = lasts if lasts is not None else 180.0
    if family == "TrainingJob":
        if _downloads(values):
            before.append(("Downloading", 15.0))
        after.append(("Uploading", 15.0))
        work = lasts if lasts is not None else 300.0
    ran = sum(seconds for _, seconds in before[1:])
    longest = _structure(values.get("StoppingCondition")).get("MaxRuntimeInSeconds")
    if fails:
        work /= 2
    if isinstance(longest, int) and longest < ran + work:
        return (*before, ("Training", max(0.0, longest - ran)), (RAN_OUT, 0.0))
    if fails:
        return (*before, ("Training", work), ("Failed", 0.0))
    return (*before, ("Training", work), *after, ("Completed", 0.0))


def seconds(stages: Stages) -> float:
    """How long all of them take."""
    return sum(lasting for _, lasting in stages)


def _downloads(values: Mapping[str, Any]) -> bool:
    mode = _structure(values.get("AlgorithmSpecification")).get("TrainingInputMode", "File")
    channels = values.get("InputDataConfig")
    return isinstance(channels, list) and any(
        _structure(channel).get("InputMode", mode) == "File" for channel in channels
    )


def _structure(value: Any) -> Mapping[str, Any]:
    """A pipeline's step is planned before all of its arguments are known."""
    return value if isinstance(value, dict) else {}
