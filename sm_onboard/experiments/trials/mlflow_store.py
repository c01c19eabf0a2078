"""SageMaker Experiments as a tracking store of mlflow's own client, tried with 2.22 and 3.17.

What mlflow can do with other stores and not with this one says so in an MlflowException: to
delete, restore and rename (SageMaker deletes for good), and traces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

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
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.entities import Experiment as MlflowExperiment
from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2 as codes
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils

from sm_onboard import aws
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError

from . import kept, names
from .kept import Data, Point
from .writer import Experiment, Read, Writer

if TYPE_CHECKING:
    from .models import Models

DEFAULT = "Default"  # mlflow's experiment "0", where nobody chose one
_CONTEXT = "mlflow.data.context"
_MODELS = "mlflow.log-model.history"


class SagemakerExperiments(AbstractStore):  # type: ignore[misc]  # mlflow's classes are Any
    """See the package for what becomes what.

    Args:
        store_uri: ``sagemaker-experiments:``, ``…:REGION`` or ``…://REGION``.
    """

    def __init__(self, store_uri: str, writer: Writer | None = None) -> None:
        super().__init__()
        named = names.URI.fullmatch(store_uri)
        if named is None:
            raise MlflowException.invalid_parameter_value(
                f"{store_uri!r} names no region. Write sagemaker-experiments:eu-west-1."
            )
        with _told():
            self._writer = writer or Writer(named["region"] or "")

    # Experiments

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> Any:
        if view_type == ViewType.DELETED_ONLY:
            return PagedList([], None)
        with _told():
            found = [_experiment(one) for one in self._writer.experiments()]
        found = SearchExperimentsUtils.filter(found, filter_string)
        found = SearchExperimentsUtils.sort(found, order_by or ["last_update_time DESC"])
        return PagedList(*SearchExperimentsUtils.paginate(found, page_token, max_results))

    def create_experiment(
        self, name: str, artifact_location: str | None, tags: Sequence[Any] | None
    ) -> str:
        if not name:
            raise MlflowException.invalid_parameter_value("An experiment needs a name.")
        if artifact_location and not artifact_location.startswith("s3://"):
            raise MlflowException.invalid_parameter_value(
                f"Files of runs in SageMaker Experiments go to S3, not to {artifact_location!r}."
            )
        given = _pairs(tags)
        with _told():
            return self._writer.create_experiment(name, artifact_location or "", given).id

    def get_experiment(self, experiment_id: str) -> Any:
        id = _id(experiment_id)
        try:
            with _told():
                return _experiment(self._writer.experiment(id))
        except MlflowException as error:
            # mlflow asks for its default experiment before it was ever written to.
            if id == DEFAULT and error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return MlflowExperiment("0", DEFAULT, None, "active")
            raise

    def get_experiment_by_name(self, experiment_name: str) -> Any:
        try:
            with _told():
                return _experiment(self._writer.experiment(names.experiment(experiment_name)))
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def set_experiment_tag(self, experiment_id: str, tag: Any) -> None:
        with _told():
            self._writer.tag_experiment(_id(experiment_id), tag.key, str(tag.value))

    def delete_experiment(self, experiment_id: str) -> NoReturn:
        raise _cannot(f"delete the experiment {experiment_id}")

    def restore_experiment(self, experiment_id: str) -> NoReturn:
        raise _cannot(f"restore the experiment {experiment_id}")

    def rename_experiment(self, experiment_id: str, new_name: str) -> NoReturn:  # noqa: ARG002
        raise _cannot(f"rename the experiment {experiment_id}")

    # Runs

    def create_run(
        self,
        experiment_id: str,
        user_id: str,
        start_time: int,
        tags: Sequence[Any],
        run_name: str | None,
    ) -> Any:
        given = _pairs(tags)
        told = given.get(kept.RUN_NAME, "")
        if run_name and told and run_name != told:
            raise MlflowException.invalid_parameter_value(
                f"The run is called {run_name!r} and, by its tag {kept.RUN_NAME}, {told!r}."
            )
        name = run_name or told or _generate_random_name()
        given.setdefault("mlflow.user", user_id or "unknown")
        id = _id(experiment_id)
        with _told():
            try:
                run = self._writer.begin(id, name, started=start_time, tags=given)
            except NotFound:
                if id != DEFAULT:
                    raise
                self._default()
                run = self._writer.begin(id, name, started=start_time, tags=given)
        info = _info(run.id, experiment_id, name, given["mlflow.user"], "RUNNING", start_time, None,
                     run.location)  # fmt: skip
        all_tags = {**given, kept.RUN_NAME: name}
        return Run(info, RunData(tags=[RunTag(*pair) for pair in all_tags.items()]), RunInputs([]))

    def get_run(self, run_id: str) -> Any:
        with _told():
            return _run(self._writer.read(run_id))

    def update_run_info(
        self, run_id: str, run_status: Any, end_time: int | None, run_name: str | None
    ) -> Any:
        status = RunStatus.to_string(run_status) if run_status is not None else ""
        with _told():
            self._writer.update(run_id, status=status, ended=end_time, name=run_name or "")
        return self.get_run(run_id).info

    def delete_run(self, run_id: str) -> NoReturn:
        raise _cannot(f"delete the run {run_id}")

    def restore_run(self, run_id: str) -> NoReturn:
        raise _cannot(f"restore the run {run_id}")

    def log_batch(
        self, run_id: str, metrics: Sequence[Any], params: Sequence[Any], tags: Sequence[Any]
    ) -> None:
        points = [
            (one.key, Point(int(one.step or 0), int(one.timestamp), float(one.value)))
            for one in metrics or ()
        ]
        given: dict[str, str] = {}
        for one in params or ():
            if given.setdefault(one.key, str(one.value)) != str(one.value):
                raise MlflowException.invalid_parameter_value(
                    f"The parameter {one.key!r} is given twice, with different values."
                )
        named = {one.key: str(one.value) for one in tags or ()}
        name = named.pop(kept.RUN_NAME, "")
        with _told():
            self._writer.log(run_id, params=given, tags=named, points=points)
            if name:
                self._writer.update(run_id, name=name)

    def delete_tag(self, run_id: str, key: str) -> None:
        with _told():
            if not self._writer.untag(run_id, key):
                raise NotFound("experiments.tag_unknown", f"Run {run_id} has no tag {key!r}.")

    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[Any] | None = None,
        models: Sequence[Any] | None = None,  # noqa: ARG002  which a run reads is not kept
    ) -> None:
        found = []
        for one in datasets or ():
            tags = {tag.key: tag.value for tag in one.tags or ()}
            dataset = one.dataset
            found.append(
                Data(
                    dataset.name,
                    dataset.digest or "",
                    dataset.source_type or "",
                    dataset.source or "",
                    tags.get(_CONTEXT, ""),
                )
            )
        with _told():
            self._writer.log(run_id, data=found)

    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """mlflow 2: a model is files of the run, and a tag that lists them."""
        with _told():
            before = self._writer.held(run_id).tags().get(_MODELS, "")
        models = [*(json.loads(before) if before else []), mlflow_model.to_dict()]
        self.log_batch(run_id, [], [], [RunTag(_MODELS, json.dumps(models))])

    # Models of MLflow 3

    def create_logged_model(
        self,
        experiment_id: str = "0",
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Sequence[Any] | None = None,
        params: Sequence[Any] | None = None,
        model_type: str | None = None,
    ) -> Any:
        with _told():
            return self._models().create(
                experiment_id, name, source_run_id, _pairs(tags), _pairs(params), model_type
            )

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> Any:  # noqa: ARG002
        with _told():
            return self._models().get(model_id)

    def finalize_logged_model(self, model_id: str, status: Any) -> Any:
        with _told():
            return self._models().change(model_id, status=int(status.to_int()))

    def set_logged_model_tags(self, model_id: str, tags: Sequence[Any]) -> None:
        with _told():
            self._models().change(model_id, tags=_pairs(tags))

    def log_logged_model_params(self, model_id: str, params: Sequence[Any]) -> None:
        with _told():
            self._models().change(model_id, params=_pairs(params))

    def log_outputs(self, run_id: str, models: Sequence[Any]) -> None:
        """A model's id names its run already."""

    def delete_logged_model(self, model_id: str) -> NoReturn:
        raise _cannot(f"delete the model {model_id}")

    def delete_logged_model_tag(self, model_id: str, key: str) -> NoReturn:  # noqa: ARG002
        raise _cannot(f"take a tag off the model {model_id}")

    def _models(self) -> Models:
        from .models import Models  # mlflow 2 has none

        return Models(self._writer)

    def search_logged_models(self, *_: Any, **__: Any) -> Any:
        return PagedList([], None)  # mlflow asks on the way to a run's files

    def get_metric_history(
        self,
        run_id: str,
        metric_key: str,
        max_results: int | None = None,  # noqa: ARG002  all of them come in one page
        page_token: str | None = None,
    ) -> Any:
        if page_token:
            raise MlflowException.invalid_parameter_value("A history comes in one page.")
        with _told():
            points = self._writer.history(run_id, metric_key)
        return PagedList([Metric(metric_key, p.value, p.time, p.step) for p in points], None)

    def _search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int,
        order_by: Sequence[str] | None,
        page_token: str | None,
    ) -> tuple[list[Any], str | None]:
        if run_view_type == ViewType.DELETED_ONLY:
            return [], None
        with _told():
            ids = [_id(id) for id in experiment_ids]
            found = [_run(one) for one in self._writer.runs(ids)]
        found = SearchUtils.sort(SearchUtils.filter(found, filter_string), order_by)
        runs, token = SearchUtils.paginate(found, page_token, max_results)
        return runs, token

    def link_traces_to_run(self, trace_ids: Sequence[str], run_id: str) -> NoReturn:  # noqa: ARG002
        raise _cannot("keep traces")

    def _default(self) -> None:
        try:
            self._writer.create_experiment(DEFAULT)
        except Conflict as error:
            if error.code != "experiments.experiment_exists":
                raise


def _id(experiment_id: Any) -> str:
    return DEFAULT if str(experiment_id) == "0" else str(experiment_id)


def _pairs(entities: Sequence[Any] | None) -> dict[str, str]:
    return {one.key: str(one.value) for one in entities or ()}


def _experiment(one: Experiment) -> Any:
    return MlflowExperiment(
        "0" if one.id == DEFAULT else one.id,
        one.name,
        one.location or None,
        "active",
        [ExperimentTag(key, value) for key, value in one.tags.items()],
        creation_time=one.created,
        last_update_time=one.changed,
    )


def _info(
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


def _run(read: Read) -> Any:
    component, beyond = read.component, read.beyond
    name = kept.name(component)
    tags = {**kept.tags(component), **beyond.tags}
    if kept.files(component):
        tags[kept.RUN_NAME] = name
    info = _info(
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
    tags = [InputTag(_CONTEXT, one.context)] if one.context else []
    return DatasetInput(Dataset(one.name, one.digest, one.source_type, one.source), tags)


@contextmanager
def _told() -> Iterator[None]:
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


def _cannot(what: str) -> MlflowException:
    return MlflowException(
        f"SageMaker Experiments as a store of MLflow's cannot {what}. "
        "Do it in SageMaker itself, or copy the runs to an MLflow store with: "
        "sm-onboard experiments copy",
        error_code=codes.NOT_IMPLEMENTED,
    )
