"""What is in SageMaker Experiments as mlflow's own objects, and our errors as mlflow's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mlflow.entities import (
    Dataset,
    DatasetInput,
    ExperimentTag,
    InputTag,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunTag,
)
from mlflow.entities import Experiment as MlflowExperiment
from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2 as codes

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError

from . import kept
from .experiments import Experiment
from .kept import Data
from .writer import Read

DEFAULT = "Default"  # mlflow's experiment "0", where nobody chose one
CONTEXT = "mlflow.data.context"


def its_id(experiment_id: Any) -> str:
    """The ExperimentName of an experiment that mlflow names."""
    return DEFAULT if str(experiment_id) == "0" else str(experiment_id)


def pairs(entities: Sequence[Any] | None) -> dict[str, str]:
    return {one.key: str(one.value) for one in entities or ()}


def experiment(one: Experiment) -> Any:
    return MlflowExperiment(
        "0" if one.id == DEFAULT else one.id,
        one.name,
        one.location or None,
        "active",
        [ExperimentTag(key, value) for key, value in one.tags.items()],
        creation_time=one.created,
        last_update_time=one.changed,
    )


def run_info(
    id: str,
    experiment: str,
    name: str,
    user: str,
    status: str,
    started: int | None,
    ended: int | None,
    location: str,
) -> Any:
    return RunInfo(
        run_id=id,
        experiment_id=experiment,
        user_id=user,
        status=status,
        start_time=started,
        end_time=ended,
        lifecycle_stage="active",
        artifact_uri=location,
        run_name=name,
        # mlflow 2 wants it, too, mlflow 3 has it no more.
        **({"run_uuid": id} if "run_uuid" in RunInfo.__init__.__code__.co_varnames else {}),
    )


def run(read: Read) -> Any:
    component, beyond = read.component, read.beyond
    name = kept.name(component)
    tags = {**kept.tags(component), **beyond.tags}
    if kept.files(component):
        tags[kept.RUN_NAME] = name
    info = run_info(
        component["TrialComponentName"],
        "0" if read.experiment == DEFAULT else read.experiment,
        name,
        tags.get("mlflow.user", ""),
        kept.status(component),
        beyond.started or kept.ms(component.get("StartTime") or component.get("CreationTime")),
        beyond.ended or kept.ms(component.get("EndTime")),
        kept.files(component),
    )
    times = kept.metrics(component)
    data = RunData(
        metrics=[
            Metric(key, value, times.get(key, (0, 0.0))[0], 0)
            for key, value in beyond.last(times).items()
        ],
        params=[
            Param(key, value) for key, value in {**kept.params(component), **beyond.params}.items()
        ],
        tags=[RunTag(key, value) for key, value in tags.items()],
    )
    sets = {one.name: one for one in kept.data(component)}
    inputs = [_input(one) for one in [*sets.values(), *beyond.data]]
    return Run(info, data, RunInputs(inputs))


def _input(one: Data) -> Any:
    tags = [InputTag(CONTEXT, one.context)] if one.context else []
    return DatasetInput(Dataset(one.name, one.digest, one.source_type, one.source), tags)


@contextmanager
def told() -> Iterator[None]:
    """Our errors as mlflow's, which its callers expect and know how to tell."""
    try:
        yield
    except OnboardError as error:
        said = aws.Refusal.of(error.__cause__).message
        words = " ".join(part for part in (error.message, said, error.hint) if part)
        raise MlflowException(words, error_code=_code(error)) from error


def _code(error: OnboardError) -> int:
    if isinstance(error, NotFound):
        return int(codes.RESOURCE_DOES_NOT_EXIST)
    if error.code == "experiments.experiment_exists":
        return int(codes.RESOURCE_ALREADY_EXISTS)
    if isinstance(error, InvalidRequest) or error.code == "experiments.param_differs":
        return int(codes.INVALID_PARAMETER_VALUE)
    if error.code == "aws.forbidden":
        return int(codes.PERMISSION_DENIED)
    if error.code == "aws.throttled":
        return int(codes.REQUEST_LIMIT_EXCEEDED)
    return int(codes.INTERNAL_ERROR)


def cannot(what: str) -> MlflowException:
    return MlflowException(
        f"SageMaker Experiments as a store of MLflow's cannot {what}. "
        "Do it in SageMaker itself, or copy the runs to an MLflow store with: "
        "sm-onboard experiments copy",
        error_code=codes.NOT_IMPLEMENTED,
    )
