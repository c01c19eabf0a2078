"""The trial components that SageMaker makes for jobs.

A family of jobs calls, with ``kind`` one of TrainingJob, ProcessingJob and TransformJob:

- ``check_experiment_config(region, values.get("ExperimentConfig"))`` before it stores the job;
- ``record_job(region, record, kind, values.get("ExperimentConfig"), told)`` once it is stored. The
  component's status, times and metrics are read from the job ever after.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine import crud
from sm_onboard.demo.sagemaker.engine.family import Values
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import not_found
from sm_onboard.demo.sagemaker.families import metrics, trial_links

ASSUMPTIONS = (
    Assumption(
        "TrialComponent of a job",
        "is called JOB-aws-training-job (-aws-processing-job, -aws-transform-job), in small "
        "letters, and has no CreatedBy to speak of",
        "sagemaker-python-sdk: sagemaker/lineage/query.py; captured answers in its tests",
    ),
    Assumption(
        "TrialComponent of a job",
        "hyperparameters, SageMaker.InstanceType, SageMaker.InstanceCount and "
        "SageMaker.VolumeSizeInGB are Parameters, numbers as NumberValue; SageMaker.ImageUri and "
        "the inputs are InputArtifacts, SageMaker.ModelArtifact and the outputs OutputArtifacts",
        "sagemaker-experiments: tests/integ/test_tracker.py",
    ),
    Assumption(
        "TrialComponent of a job",
        "Status and its Message follow the job: Status: Completed, exit message: null, failure "
        "reason: null",
        "a captured answer of a processing job; that of other jobs is a guess",
    ),
    Assumption(
        "ExperimentConfig",
        "an experiment or trial that does not exist: ResourceNotFound; an experiment without a "
        "trial: a new trial with the job's name",
        "AWS documentation: ExperimentConfig; the name is a guess",
    ),
)

_SUFFIXES = {
    "TrainingJob": "aws-training-job",
    "ProcessingJob": "aws-processing-job",
    "TransformJob": "aws-transform-job",
}
_PARAMETERS, _ARTIFACTS, _LENGTHS = 300, 60, (2500, 2048)


def check_experiment_config(region: Region, config: Mapping[str, str] | None) -> None:
    """Refuses an ``ExperimentConfig`` that names what is not there.

    Raises:
        ServiceError: ResourceNotFound.
    """
    for member, family in (("ExperimentName", "Experiment"), ("TrialName", "Trial")):
        name = (config or {}).get(member)
        if name and region.get(family, name.lower()) is None:
            raise not_found(f"{family} [{name}] does not exist.")


def record_job(
    region: Region,
    job: Record,
    kind: str,
    experiment_config: Mapping[str, str] | None = None,
    told: metrics.Told | None = None,
) -> Record:
    """Makes the trial component of a job, and associates it with the trial that is named.

    Args:
        job: as its family stored it; its last key is its name.
        kind: TrainingJob, ProcessingJob or TransformJob.
        experiment_config: the job's ``ExperimentConfig``.
        told: its metrics so far; asked for whenever somebody looks.
    """
    config = experiment_config or {}
    name = f"{job.key[-1]}-{_SUFFIXES[kind]}".lower()
    values: Values = {
        "TrialComponentName": name,
        "DisplayName": config.get("TrialComponentDisplayName", name),
        "Source": {"SourceArn": job.arn, "SourceType": f"SageMaker{kind}"},
        "CreatedBy": {},
        "LastModifiedBy": {},
        **_content(kind, job),
    }
    if "RunName" in config:
        values["RunName"] = config["RunName"]
    component = region.get("TrialComponent", name)
    if component is None:
        component = _insert(region, "TrialComponent", values, job.created)
    else:  # of a job with the same name, which was deleted
        component.values = values
    region.rooms.setdefault("job components", {})[job.arn] = component.arn
    if told is not None:
        metrics.listen(region, component.arn, told)
    trial = _trial(region, job, config)
    if trial is not None:
        trial_links.associate(region, component, trial)
    return component


def _insert(region: Region, family_name: str, values: Values, at: float) -> Record:
    from sm_onboard.demo.sagemaker.families.experiments import FAMILIES  # it imports this module

    (family,) = (family for family in FAMILIES if family.name == family_name)
    arn = region.arn(crud.arn_path(family, values))
    record = Record(family, crud.key_of(family, values), arn, values, at)
    region.add(record)
    return record


def _trial(region: Region, job: Record, config: Mapping[str, str]) -> Record | None:
    if name := config.get("TrialName"):
        return region.get("Trial", name.lower())
    experiment = region.get("Experiment", config.get("ExperimentName", "").lower())
    if experiment is None:
        return None
    name = job.key[-1]
    values = {
        "TrialName": name,
        "DisplayName": name,
        "ExperimentName": experiment.values["ExperimentName"],
        "CreatedBy": {},
        "LastModifiedBy": {},
    }
    return region.get("Trial", name.lower()) or _insert(region, "Trial", values, job.created)


def source_of(component: Record) -> str:
    """The ARN of the job that made it; "" for one that a person made."""
    arn: str = component.values.get("Source", {}).get("SourceArn", "")
    return arn


def state_of(region: Region, component: Record) -> Values:
    """What follows the job that made it: status, times, details; empty without a job."""
    job = region.by_arn(source_of(component))
    if job is None:
        return {}
    kind = job.family.name
    known = crud.describe(region, job)
    status = str(known[f"{kind}Status"])
    exit_ = known.get("ExitMessage", "null")
    reason = " ".join(str(known.get("FailureReason", "null")).split())  # one line, by the model
    verb = kind.removesuffix("Job")
    return {
        "Status": {
            "PrimaryStatus": status,
            "Message": f"Status: {status}, exit message: {exit_}, failure reason: {reason}"[:1024],
        },
        "StartTime": known.get(f"{verb}StartTime"),
        "EndTime": known.get(f"{verb}EndTime"),
        "SourceDetail": {"SourceArn": job.arn, kind: known},
    }


def _content(kind: str, job: Record) -> Values:
    known = job.values
    inputs = dict(_INPUTS[kind](known))
    outputs = dict(_OUTPUTS[kind](known, job.key[-1]))
    parameters = {
        **{name: _typed(value) for name, value in known.get("HyperParameters", {}).items()},
        **_cluster(_CLUSTERS[kind](known)),
    }
    content = {
        "Parameters": dict(list(parameters.items())[:_PARAMETERS]),
        "InputArtifacts": _artifacts(inputs),
        "OutputArtifacts": _artifacts(outputs),
    }
    return {member: there for member, there in content.items() if there}


def _typed(value: str) -> dict[str, Any]:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    return {"NumberValue": number} if math.isfinite(number) else {"StringValue": value[:2500]}


def _cluster(resources: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for member, type_ in (
        ("InstanceType", "StringValue"),
        ("InstanceCount", "NumberValue"),
        ("VolumeSizeInGB", "NumberValue"),
    ):
        if member in resources:
            found[f"SageMaker.{member}"] = {type_: resources[member]}
    return found


def _artifacts(found: Mapping[str, str | None]) -> dict[str, dict[str, str]]:
    there = [(name, value) for name, value in found.items() if value]
    return {name[:128]: {"Value": value[:2048]} for name, value in there[:_ARTIFACTS]}


def _at(value: Any, *path: str) -> Any:
    for member in path:
        value = (value or {}).get(member)
    return value


_Artifacts = Iterator[tuple[str, str | None]]


def _training_inputs(job: Values) -> _Artifacts:
    yield "SageMaker.ImageUri", _at(job, "AlgorithmSpecification", "TrainingImage")
    for channel in job.get("InputDataConfig", ()):
        yield channel["ChannelName"], _at(channel, "DataSource", "S3DataSource", "S3Uri")


def _training_outputs(job: Values, name: str) -> _Artifacts:
    if path := _at(job, "OutputDataConfig", "S3OutputPath"):
        yield "SageMaker.ModelArtifact", f"{path.rstrip('/')}/{name}/output/model.tar.gz"


def _processing_inputs(job: Values) -> _Artifacts:
    yield "SageMaker.ImageUri", _at(job, "AppSpecification", "ImageUri")
    for given in job.get("ProcessingInputs", ()):
        yield given["InputName"], _at(given, "S3Input", "S3Uri")


def _processing_outputs(job: Values, name: str) -> _Artifacts:
    for made in _at(job, "ProcessingOutputConfig", "Outputs") or ():
        yield made["OutputName"], _at(made, "S3Output", "S3Uri")


def _transform_inputs(job: Values) -> _Artifacts:
    yield (
        "SageMaker.TransformInput",
        _at(job, "TransformInput", "DataSource", "S3DataSource", "S3Uri"),
    )


def _transform_outputs(job: Values, name: str) -> _Artifacts:
    yield "SageMaker.TransformOutput", _at(job, "TransformOutput", "S3OutputPath")


_INPUTS: Mapping[str, Callable[[Values], _Artifacts]] = {
    "TrainingJob": _training_inputs,
    "ProcessingJob": _processing_inputs,
    "TransformJob": _transform_inputs,
}
_OUTPUTS: Mapping[str, Callable[[Values, str], _Artifacts]] = {
    "TrainingJob": _training_outputs,
    "ProcessingJob": _processing_outputs,
    "TransformJob": _transform_outputs,
}
_CLUSTERS: Mapping[str, Callable[[Values], Mapping[str, Any]]] = {
    "TrainingJob": lambda job: job.get("ResourceConfig") or {},
    "ProcessingJob": lambda job: _at(job, "ProcessingResources", "ClusterConfig") or {},
    "TransformJob": lambda job: job.get("TransformResources") or {},
}
