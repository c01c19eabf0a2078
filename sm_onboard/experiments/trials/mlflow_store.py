"""SageMaker Experiments as a tracking store of mlflow's own client, tried with 2.22 and 3.17.

What mlflow can do with other stores and not with this one says so in an MlflowException: to
delete, restore and rename (SageMaker deletes for good), and traces.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from mlflow.entities import Experiment as MlflowExperiment
from mlflow.entities import (
    Metric,
    Run,
    RunData,
    RunInputs,
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.exceptions import MlflowException
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils

from sm_onboard.errors import Conflict, NotFound

from . import entities, kept, names
from .kept import Data, Point
from .writer import Writer

if TYPE_CHECKING:
    from .models import Models

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
        with entities.told():
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
        with entities.told():
            found = [entities.experiment(one) for one in self._writer.experiments.all()]
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
        given = entities.pairs(tags)
        with entities.told():
            return self._writer.experiments.create(name, artifact_location or "", given).id

    def get_experiment(self, experiment_id: str) -> Any:
        id = entities.its_id(experiment_id)
        try:
            with entities.told():
                return entities.experiment(self._writer.experiments.get(id))
        except MlflowException as error:
            # mlflow asks for its default experiment before it was ever written to.
            if id == entities.DEFAULT and error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return MlflowExperiment("0", entities.DEFAULT, None, "active")
            raise

    def get_experiment_by_name(self, experiment_name: str) -> Any:
        try:
            with entities.told():
                return entities.experiment(
                    self._writer.experiments.get(names.experiment(experiment_name))
                )
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def set_experiment_tag(self, experiment_id: str, tag: Any) -> None:
        with entities.told():
            self._writer.experiments.tag(entities.its_id(experiment_id), tag.key, str(tag.value))

    def delete_experiment(self, experiment_id: str) -> NoReturn:
        raise entities.cannot(f"delete the experiment {experiment_id}")

    def restore_experiment(self, experiment_id: str) -> NoReturn:
        raise entities.cannot(f"restore the experiment {experiment_id}")

    def rename_experiment(self, experiment_id: str, new_name: str) -> NoReturn:  # noqa: ARG002
        raise entities.cannot(f"rename the experiment {experiment_id}")

    # Runs

    def create_run(
        self,
        experiment_id: str,
        user_id: str,
        start_time: int,
        tags: Sequence[Any],
        run_name: str | None,
    ) -> Any:
        given = entities.pairs(tags)
        told = given.get(kept.RUN_NAME, "")
        if run_name and told and run_name != told:
            raise MlflowException.invalid_parameter_value(
                f"The run is called {run_name!r} and, by its tag {kept.RUN_NAME}, {told!r}."
            )
        name = run_name or told or _generate_random_name()
        given.setdefault("mlflow.user", user_id or "unknown")
        id = entities.its_id(experiment_id)
        with entities.told():
            try:
                run = self._writer.begin(id, name, started=start_time, tags=given)
            except NotFound:
                if id != entities.DEFAULT:
                    raise
                self._default()
                run = self._writer.begin(id, name, started=start_time, tags=given)
        user = given["mlflow.user"]
        info = entities.run_info(
            run.id, experiment_id, name, user, "RUNNING", start_time, None, run.location
        )
        all_tags = {**given, kept.RUN_NAME: name}
        return Run(info, RunData(tags=[RunTag(*pair) for pair in all_tags.items()]), RunInputs([]))

    def get_run(self, run_id: str) -> Any:
        with entities.told():
            return entities.run(self._writer.read(run_id))

    def update_run_info(
        self, run_id: str, run_status: Any, end_time: int | None, run_name: str | None
    ) -> Any:
        status = RunStatus.to_string(run_status) if run_status is not None else ""
        with entities.told():
            self._writer.update(run_id, status=status, ended=end_time, name=run_name or "")
        return self.get_run(run_id).info

    def delete_run(self, run_id: str) -> NoReturn:
        raise entities.cannot(f"delete the run {run_id}")

    def restore_run(self, run_id: str) -> NoReturn:
        raise entities.cannot(f"restore the run {run_id}")

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
        with entities.told():
            self._writer.log(run_id, params=given, tags=named, points=points)
            if name:
                self._writer.update(run_id, name=name)

    def delete_tag(self, run_id: str, key: str) -> None:
        with entities.told():
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
                    tags.get(entities.CONTEXT, ""),
                )
            )
        with entities.told():
            self._writer.log(run_id, data=found)

    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """mlflow 2: a model is files of the run, and a tag that lists them."""
        with entities.told():
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
        with entities.told():
            both = entities.pairs(tags), entities.pairs(params)
            return self._models().create(experiment_id, name, source_run_id, *both, model_type)

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> Any:  # noqa: ARG002
        with entities.told():
            return self._models().get(model_id)

    def finalize_logged_model(self, model_id: str, status: Any) -> Any:
        with entities.told():
            return self._models().change(model_id, status=int(status.to_int()))

    def set_logged_model_tags(self, model_id: str, tags: Sequence[Any]) -> None:
        with entities.told():
            self._models().change(model_id, tags=entities.pairs(tags))

    def log_logged_model_params(self, model_id: str, params: Sequence[Any]) -> None:
        with entities.told():
            self._models().change(model_id, params=entities.pairs(params))

    def log_outputs(self, run_id: str, models: Sequence[Any]) -> None:
        """A model's id names its run already."""

    def delete_logged_model(self, model_id: str) -> NoReturn:
        raise entities.cannot(f"delete the model {model_id}")

    def delete_logged_model_tag(self, model_id: str, key: str) -> NoReturn:  # noqa: ARG002
        raise entities.cannot(f"take a tag off the model {model_id}")

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
        with entities.told():
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
        with entities.told():
            ids = [entities.its_id(id) for id in experiment_ids]
            found = [entities.run(one) for one in self._writer.runs(ids)]
        found = SearchUtils.sort(SearchUtils.filter(found, filter_string), order_by)
        runs, token = SearchUtils.paginate(found, page_token, max_results)
        return runs, token

    def link_traces_to_run(self, trace_ids: Sequence[str], run_id: str) -> NoReturn:  # noqa: ARG002
        raise entities.cannot("keep traces")

    def _default(self) -> None:
        try:
            self._writer.experiments.create(entities.DEFAULT)
        except Conflict as error:
            if error.code != "experiments.experiment_exists":
                raise
