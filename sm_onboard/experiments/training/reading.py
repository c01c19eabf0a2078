"""What SageMaker says of a job, as the page shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.run.shown import NamedNumber, NamedText
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.table import number
from sm_onboard.plain_text import plain

from .calls import Calls
from .names import Job, of_arn
from .shown import JobChannel, JobFacts, JobStatus, RunJob

TEXT: Final = 1_000  # characters of a value
LINE: Final = 250
FAILURE: Final = 4_000
ENTRIES: Final = 1_000
_STATUS: Mapping[str, JobStatus] = {
    "InProgress": "running",
    "Completed": "finished",
    "Failed": "failed",
    "Stopping": "stopping",
    "Stopped": "stopped",
}


def job_of(room: ExperimentsService, id: str) -> tuple[Job, str]:
    """The training job of the run with the page's id, and the run's own id. May block.

    Raises:
        OnboardError: those of the store and of ``names.of_arn``.
    """
    found = room.find(id)
    run = found.known or found.store.run(found.run)
    return of_arn(run.tags.get(record.JOB, "")), run.id


def read(room: ExperimentsService, id: str) -> RunJob:
    """The job of a run. Blocks.

    Raises:
        OnboardError: as ``job_of``; what SageMaker refuses is in the answer.
    """
    job, _ = job_of(room, id)
    calls = Calls(job)
    try:
        return RunJob(run=id, arn=job.arn, job=facts(calls.describe()))
    except OnboardError as error:
        told = calls.problem(error, "sagemaker:DescribeTrainingJob")
        return RunJob(run=id, arn=job.arn, problem=told)


def facts(told: Mapping[str, Any]) -> JobFacts:
    """The answer of DescribeTrainingJob."""
    hyper = told.get("HyperParameters") or {}
    channels = told.get("InputDataConfig") or ()
    metrics = told.get("FinalMetricDataList") or ()
    algorithm = told.get("AlgorithmSpecification") or {}
    return JobFacts(
        name=line(told.get("TrainingJobName")),
        arn=line(told.get("TrainingJobArn")),
        status=_STATUS.get(told.get("TrainingJobStatus", ""), "unknown"),
        secondary=line(told.get("SecondaryStatus")),
        failure=plain(str(told.get("FailureReason", "")), FAILURE)[0],
        instances=instances(told.get("ResourceConfig") or {}),
        spot=told.get("EnableManagedSpotTraining") is True,
        image=line(algorithm.get("TrainingImage") or algorithm.get("AlgorithmName")),
        role=line(told.get("RoleArn")),
        created=_ms(told.get("CreationTime")),
        started=_ms(told.get("TrainingStartTime")),
        ended=_ms(told.get("TrainingEndTime")),
        billable=told.get("BillableTimeInSeconds"),
        hyperparameters=tuple(_texts(hyper)),
        channels=tuple(
            JobChannel(name=line(one.get("ChannelName")), address=line(address(one), TEXT))
            for one in channels[:ENTRIES]
        ),
        output=line((told.get("OutputDataConfig") or {}).get("S3OutputPath"), TEXT),
        model=line((told.get("ModelArtifacts") or {}).get("S3ModelArtifacts"), TEXT),
        metrics=tuple(
            NamedNumber(name=line(one.get("MetricName")), value=number(_float(one.get("Value"))))
            for one in metrics[:ENTRIES]
        ),
        cut=sum(max(0, len(each) - ENTRIES) for each in (hyper, channels, metrics)),
    )


def instances(resources: Mapping[str, Any]) -> str:
    """``2 x ml.m5.large``; empty for a job that names none."""
    return " + ".join(f"{count} x {line(kind)}" for kind, count in clusters(resources))


def clusters(resources: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Type and number of the instances; several where they are not all of one type."""
    groups = resources.get("InstanceGroups") or (resources,)
    return [
        (group["InstanceType"], group.get("InstanceCount", 1))
        for group in groups
        if group.get("InstanceType")
    ]


def address(channel: Mapping[str, Any]) -> str:
    """Where the data of a channel are: in S3, else a file system's id and folder."""
    source = channel.get("DataSource") or {}
    system = source.get("FileSystemDataSource") or {}
    if uri := (source.get("S3DataSource") or {}).get("S3Uri"):
        return str(uri)
    return f"{system.get('FileSystemId', '')}:{system.get('DirectoryPath', '')}".strip(":")


def line(text: Any, limit: int = LINE) -> str:
    """One line of plain text; empty for None."""
    return " ".join(plain("" if text is None else str(text), limit)[0].split("\n"))


def _texts(values: Mapping[str, str]) -> Iterator[NamedText]:
    for name, value in sorted(values.items())[:ENTRIES]:
        text, more = plain(str(value), TEXT)
        yield NamedText(name=line(name), value=text, more=more)


def _float(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _ms(moment: Any) -> int | None:
    return int(moment.timestamp() * 1000) if isinstance(moment, datetime) else None
