"""Training, processing and transform jobs: their stages follow the clock."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine import tags
from sm_onboard.demo.sagemaker.engine.crud import arn_path, describe, find, key_of
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import ServiceError, in_use, validation
from sm_onboard.demo.sagemaker.families import job_schedule, logs
from sm_onboard.demo.sagemaker.families.experiments import check_experiment_config, record_job
from sm_onboard.demo.sagemaker.families.job_schedule import Schedule

ASSUMPTIONS = (
    *job_schedule.ASSUMPTIONS,
    *logs.ASSUMPTIONS,
    Assumption(
        "DescribeTrainingJob",
        "a missing job is refused with ValidationException: Requested resource not found.",
        "aws/aws-sdk#165",
    ),
    Assumption(
        "CreateTrainingJob",
        "the words of ResourceInUse: Training job names must be unique within an AWS account and "
        "region, and a training job with this name already exists (ARN)",
        "SuperCowPowers/workbench#384",
    ),
    Assumption(
        "StopTrainingJob",
        "a job that does not run: ValidationException, The request was rejected because the "
        "training job is in status Stopped.",
        "awslabs/benchmark-ai#928",
    ),
    Assumption("StopProcessingJob", "a job that does not run is refused in the same words"),
    Assumption(
        "DeleteTrainingJob",
        "only a job in a terminal state can be deleted; its name is then free",
        "botocore's model: DeleteTrainingJob",
    ),
    Assumption("DescribeTrainingJob", "billable time is training time, with spot instances too"),
    Assumption("DescribeTrainingJob", "times are those of the emulator's clock, at its speed"),
    Assumption("UpdateTrainingJob", "only while the job is in progress"),
)


@dataclass
class Run:
    """What is known of a job besides its record.

    Attributes:
        schedule: its stages.
        log: the lines of its container, without times.
        metrics: final values by name that its log does not tell.
        told: what its log tells, once somebody has looked: (name, time, value).
    """

    schedule: Schedule
    log: list[str] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    told: list[tuple[str, float, float]] | None = None


def run_of(region: Region, record: Record) -> Run:
    run: Run = region.rooms["jobs"][record.arn]
    return run


def start(
    region: Region,
    family: Family,
    values: Mapping[str, Any],
    *,
    at: float | None = None,
    lasts: float | None = None,
    fails: str = "",
    log: list[str] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> Record:
    """Puts a job in that begins at a time, past or present.

    Args:
        values: the members of its ``Create...``, without tags.
        at: seconds since 1970; default: now.
        lasts: seconds its work takes, of real life; default: as documented above.
        fails: why it fails; empty: it does not.
        log: what its container writes; default: lines made up from its parameters.
        metrics: final values by name.
    """
    begins = region.now() if at is None else at
    filled = copy.deepcopy(dict(values))
    if family is TRAINING:
        filled.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": 86400})
    record = Record(
        family, key_of(family, filled), region.arn(arn_path(family, filled)), filled, begins
    )
    record.reason = fails
    stages = job_schedule.planned(family.name, filled, fails=bool(fails), lasts=lasts)
    schedule = Schedule(stages, begins, region.lasts)
    run = Run(schedule, log or logs.invented(family.name, filled, fails), dict(metrics or {}))
    region.rooms.setdefault("jobs", {})[record.arn] = run
    region.add(record)
    _follow(record, schedule)

    def told() -> tuple[list[tuple[str, float, float]], bool]:
        now = region.now()
        return logs.told(record, run, now), run.schedule.ended <= now

    record_job(region, record, family.name, filled.get("ExperimentConfig"), told)
    return record


def stop(region: Region, record: Record, at: float) -> None:
    """Stops a job that runs at this time; leaves any other alone."""
    if record.status(at) == "InProgress":
        schedule = run_of(region, record).schedule
        schedule.stop(at)
        _follow(record, schedule)


def fail(region: Region, record: Record, at: float, reason: str) -> None:
    """Has a job fail that runs at this time; leaves any other alone."""
    if record.status(at) == "InProgress":
        schedule = run_of(region, record).schedule
        schedule.fail(at)
        record.reason = reason
        _follow(record, schedule)


def _follow(record: Record, schedule: Schedule) -> None:
    begins = schedule.primary()
    ends = [at for _, at in begins[1:]] + [begins[-1][1]]
    stages = tuple((status, end - at) for (status, at), end in zip(begins, ends, strict=True))
    record.timeline.follow((), 0.0)
    record.timeline.follow(stages, begins[0][1])


def _create(family: Family, region: Region, call: Call) -> Answer:
    values: Values = {k: v for k, v in call.parameters.items() if k != "Tags"}
    key = key_of(family, values)
    there = region.get(family.name, *key)
    if there is not None:
        kind = family.title.lower()
        raise ServiceError(
            "ResourceInUse",
            f"{family.title} names must be unique within an AWS account and region, and a {kind} "
            f"with this name already exists ({there.arn})",
        )
    wanted = tags.wanted(call.parameters.get("Tags"))
    _check(family, region, values)
    check_experiment_config(region, values.get("ExperimentConfig"))
    fails = "InternalServerError: It was asked to fail." if "create_failed" in call.faults else ""
    record = start(region, family, values, fails=fails)
    if wanted:
        region.tags[record.arn] = wanted
    return describe(region, record)


def _check(family: Family, region: Region, values: Values) -> None:
    if family is TRAINING and "ServerlessJobConfig" not in values:
        algorithm = values.get("AlgorithmSpecification")
        if algorithm is None or "ResourceConfig" not in values:
            raise validation("AlgorithmSpecification and ResourceConfig are required.")
        if ("TrainingImage" in algorithm) == ("AlgorithmName" in algorithm):
            raise validation(
                "You must specify exactly one of TrainingImage and AlgorithmName in "
                "AlgorithmSpecification."
            )
    if family is TRANSFORM and region.get("Model", values["ModelName"]) is None:
        arn = region.arn(f"model/{values['ModelName']}")
        raise validation(f'Could not find model "{arn}".')


def _stop(family: Family, region: Region, call: Call) -> Answer:
    record = find(family, region, call)
    status = record.status(region.now())
    if status != "InProgress":
        kind = family.title.lower()
        raise validation(f"The request was rejected because the {kind} is in status {status}.")
    stop(region, record, region.now())
    hook = region.rooms.get("when jobs are stopped", {}).get(record.arn)
    if hook is not None:
        hook(run_of(region, record).schedule.ended)
    return {}


def _leave(region: Region, call: Call, record: Record) -> None:
    status = record.status(region.now())
    if status in ("InProgress", "Stopping"):
        raise in_use(
            f"The {record.family.title.lower()} {record.key[-1]} cannot be deleted while it is "
            f"{status}."
        )


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    status = record.status(region.now())
    if status != "InProgress":
        raise validation(
            f"The request was rejected because the training job is in status {status}."
        )


def _times(run: Run, prefix: str, now: float) -> Values:
    schedule = run.schedule
    found: Values = {"LastModifiedTime": schedule.at(now).begins}
    started, ended = schedule.started, schedule.ended
    if started is not None and started <= now:
        found[f"{prefix}StartTime"] = started
    if ended <= now:
        found[f"{prefix}EndTime"] = ended
    return found


def _training(region: Region, record: Record) -> Values:
    run, now = run_of(region, record), region.now()
    found = _times(run, "Training", now)
    found["LastModifiedTime"] = max(found["LastModifiedTime"], record.modified)
    found["SecondaryStatus"] = run.schedule.at(now).status
    found["SecondaryStatusTransitions"] = run.schedule.transitions(now)
    output = (record.values.get("OutputDataConfig") or {}).get("S3OutputPath", "s3://")
    path = f"{output.rstrip('/')}/{record.key[0]}/output/model.tar.gz"
    found["ModelArtifacts"] = {"S3ModelArtifacts": path}
    plan = (record.values.get("ResourceConfig") or {}).get("TrainingPlanArn")
    if plan:
        found["TrainingPlanArn"] = plan
    if "TrainingStartTime" in found and "TrainingEndTime" in found:
        took = max(1, round(found["TrainingEndTime"] - found["TrainingStartTime"]))
        found["TrainingTimeInSeconds"] = found["BillableTimeInSeconds"] = took
    metrics = logs.final_metrics(record, run, now)
    if metrics:
        found["FinalMetricDataList"] = metrics
    return found


def _processing(region: Region, record: Record) -> Values:
    now = region.now()
    found = _times(run_of(region, record), "Processing", now)
    if record.reason and record.status(now) == "Failed":
        found["ExitMessage"] = record.reason
    return found


def _transform(region: Region, record: Record) -> Values:
    return _times(run_of(region, record), "Transform", region.now())


def _family(name: str, title: str, path: str, status: str, **more: Any) -> Family:
    return Family(
        name,
        f"{name}s",
        title,
        key=(f"{name}Name",),
        arn=f"{path}/{{{name}Name}}",
        life=Life(status),
        missing="ValidationException",
        leave=_leave,
        without=frozenset({"create"}),
        **more,
    )


TRAINING = _family(
    "TrainingJob",
    "Training job",
    "training-job",
    "TrainingJobStatus",
    missing_message="Requested resource not found.",
    view=_training,
    change=_change,
    filters={
        "WarmPoolStatusEquals": lambda region, record, value: False,  # none is kept warm
        "TrainingPlanArnEquals": lambda region, record, value: (
            (record.values.get("ResourceConfig") or {}).get("TrainingPlanArn") == value
        ),
    },
)
PROCESSING = _family(
    "ProcessingJob", "Processing job", "processing-job", "ProcessingJobStatus",
    missing_message="Could not find requested job", view=_processing,
)  # fmt: skip
TRANSFORM = _family(
    "TransformJob", "Transform job", "transform-job", "TransformJobStatus",
    missing_message="Could not find requested job", view=_transform,
)  # fmt: skip

FAMILIES: tuple[Family, ...] = (TRAINING, PROCESSING, TRANSFORM)
OPERATIONS: dict[str, Special] = {
    **{f"Create{family.name}": partial(_create, family) for family in FAMILIES},
    **{f"Stop{family.name}": partial(_stop, family) for family in FAMILIES},
}
