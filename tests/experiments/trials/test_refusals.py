"""What mlflow's client is told when something cannot be done."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.experiments.recording.provider import tracking_store
from sm_onboard.experiments.trials import writer as module
from sm_onboard.experiments.trials.writer import Writer
from tests.demo.sagemaker.absent import lacks
from tests.localsagemaker import SageMaker

from .place import REGION, URI, bucket

pytestmark = pytest.mark.skipif(lacks("BatchGetMetrics"), reason="an older boto3")


@pytest.fixture
def client(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> Any:
    """mlflow's own, of a store that tries each call twice."""
    from mlflow import MlflowClient
    from mlflow.tracking._tracking_service import utils

    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    bucket(sagemaker)
    monkeypatch.setattr(module, "ATTEMPTS", 2)
    utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()
    yield MlflowClient(URI)
    utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()


def code(act: Callable[[], object]) -> tuple[str, str]:
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException) as refused:
        act()
    return refused.value.error_code, refused.value.message


def test_what_sagemaker_has_not_is_said(client: Any) -> None:
    run = client.create_run("0", run_name="first").info.run_id
    for act in (
        lambda: client.delete_run(run),
        lambda: client.restore_run(run),
        lambda: client.delete_experiment("0"),
        lambda: client.rename_experiment("0", "other"),
    ):
        kind, message = code(act)
        assert kind == "NOT_IMPLEMENTED" and "sm-onboard experiments copy" in message
    assert client.get_run(run).info.status == "RUNNING"
    assert client.search_runs(["0"], run_view_type=2) == []


def test_what_is_not_there(client: Any) -> None:
    for act in (
        lambda: client.get_run("none"),
        lambda: client.get_run("../x" * 9),
        lambda: client.get_experiment("none"),
        lambda: client.create_run("none"),
        lambda: client.log_param("none", "a", "b"),
        lambda: client.delete_tag(client.create_run("0").info.run_id, "none"),
    ):
        assert code(act)[0] in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
    assert client.get_experiment_by_name("none") is None
    assert client.get_experiment("0").name == "Default"


def test_a_parameter_keeps_its_value(client: Any) -> None:
    run = client.create_run("0").info.run_id
    client.log_param(run, "eta", "0.1")
    client.log_param(run, "eta", "0.1")
    client.log_param(run, "long", "x" * 5000)
    for value in ("0.2", "0.10"):
        kind, message = code(lambda value=value: client.log_param(run, "eta", value))
        assert kind == "INVALID_PARAMETER_VALUE" and "eta" in message
    assert code(lambda: client.log_param(run, "long", "x" * 4999))[0] == "INVALID_PARAMETER_VALUE"


def test_an_experiment_is_made_once(client: Any) -> None:
    client.create_experiment("Ümläut & more", artifact_location="s3://acme/runs", tags={"a": "b"})
    assert code(lambda: client.create_experiment("Ümläut & more"))[0] == "RESOURCE_ALREADY_EXISTS"
    assert code(lambda: client.create_experiment("x", artifact_location="/tmp"))[0] == (
        "INVALID_PARAMETER_VALUE"
    )
    found = client.get_experiment_by_name("Ümläut & more")
    assert (found.name, found.tags, found.artifact_location) == (
        "Ümläut & more", {"a": "b"}, "s3://acme/runs",
    )  # fmt: skip
    run = client.create_run(found.experiment_id)
    assert run.info.artifact_uri == f"s3://acme/runs/{run.info.run_id}/artifacts"
    assert [one.name for one in client.search_experiments(filter_string="name LIKE 'Üm%'")] == [
        "Ümläut & more"
    ]


def test_throttling_is_waited_out_and_told_where_it_does_not_end(
    client: Any, sagemaker: SageMaker
) -> None:
    run = client.create_run("0").info.run_id
    trouble = {"operations": ["sagemaker-metrics:BatchPutMetrics"], "kind": "throttle"}
    sagemaker.control.trouble({**trouble, "times": 1})
    client.log_metric(run, "auc", 0.5, step=0)
    sagemaker.control.trouble(trouble)
    assert code(lambda: client.log_metric(run, "auc", 0.6, step=1))[0] == "REQUEST_LIMIT_EXCEEDED"
    sagemaker.control.trouble()
    client.log_metric(run, "auc", 0.7, step=2)
    assert [(m.step, m.value) for m in client.get_metric_history(run, "auc")] == [
        (0, 0.5), (2, 0.7),
    ]  # fmt: skip


def test_a_missing_permission_is_named(client: Any, sagemaker: SageMaker) -> None:
    sagemaker.control.trouble({"operations": ["sagemaker:CreateTrialComponent"], "kind": "denied"})
    kind, message = code(lambda: client.create_run("0"))
    assert kind == "PERMISSION_DENIED" and "sagemaker:CreateTrialComponent" in message


def test_a_bucket_that_is_not_there_is_named(
    client: Any, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SM_ONBOARD_ARTIFACTS", "s3://nobodys-bucket/x")
    store = tracking_store(store_uri=URI, artifact_uri=None)
    run = store.create_run("0", "ada", int(time.time() * 1000), [], "first")
    assert run.info.artifact_uri.startswith("s3://nobodys-bucket/x/Default/")
    from mlflow.entities import Param

    kind, message = code(lambda: store.log_batch(run.info.run_id, [], [Param("a", "b\nc")], []))
    assert kind == "RESOURCE_DOES_NOT_EXIST" and "nobodys-bucket" in message
    monkeypatch.setenv("SM_ONBOARD_ARTIFACTS", "/tmp/x")
    assert code(lambda: tracking_store(store_uri=URI))[0] == "INVALID_PARAMETER_VALUE"
    assert code(lambda: tracking_store(store_uri="sagemaker-experiments:../x"))[0] == (
        "INVALID_PARAMETER_VALUE"
    )


def test_another_process_goes_on_with_a_run(client: Any, sagemaker: SageMaker) -> None:
    run = client.create_run("0", run_name="first").info.run_id
    client.log_param(run, "long", "x" * 5000)
    client.log_metric(run, "auc", math.inf, step=0)
    client.set_terminated(run, "KILLED")
    other = Writer(REGION, clients=aws.Aws(attempts=2))
    other.log(run, params={"more": "y\nz"}, tags={"team": "a, b"})
    other.update(run, status="RUNNING", name="second")
    told = other.read(run)
    assert told.beyond.params == {"long": "x" * 5000, "more": "y\nz"}
    assert [point.value for point in told.beyond.points["auc"]] == [math.inf]
    assert told.experiment == "Default"
    assert told.component["DisplayName"] == "second"


def test_a_model_is_files_of_its_run(client: Any) -> None:
    run = client.create_run("0")
    made = client.create_logged_model("0", name="forest", source_run_id=run.info.run_id,
                                      params={"trees": "3"})  # fmt: skip
    assert made.artifact_location == f"{run.info.artifact_uri}/forest"
    client.set_logged_model_tags(made.model_id, {"kind": "small"})
    client.finalize_logged_model(made.model_id, "READY")
    found = client.get_logged_model(made.model_id)
    assert (found.status, found.params, found.tags["kind"]) == ("READY", {"trees": "3"}, "small")
    assert found.source_run_id == run.info.run_id
    for unknown in ("none", f"{run.info.run_id}-m-00000000"):
        assert code(lambda id=unknown: client.get_logged_model(id))[0] == "RESOURCE_DOES_NOT_EXIST"
    refused = code(lambda: client.create_logged_model("0", name="forest"))
    assert refused[0] == "INVALID_PARAMETER_VALUE" and "start_run" in refused[1]


@pytest.mark.long
def test_autologging_is_whole(sagemaker: SageMaker, tmp_path: Path) -> None:
    program = """
import json, mlflow, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
mlflow.sklearn.autolog()
x = np.random.default_rng(7).random((60, 3))
GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).fit(x, (x[:, 0] > 0.5).astype(int))
runs = mlflow.search_runs(output_format="list")
parent = next(run for run in runs if "mlflow.parentRunId" not in run.data.tags)
model = mlflow.sklearn.load_model(f"runs:/{parent.info.run_id}/model")
print(json.dumps([len(runs), [run.info.status for run in runs], sorted(parent.data.metrics),
                  model.predict(x[:1]).tolist()]))
"""
    bucket(sagemaker)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=200,
        env={**os.environ, **sagemaker.environment(), "MLFLOW_TRACKING_URI": URI},
    )  # fmt: skip
    assert done.returncode == 0 and "unexpected error" not in done.stderr, done.stderr
    count, states, metrics, predicted = json.loads(done.stdout.splitlines()[-1])
    assert (count, set(states)) == (3, {"FINISHED"})
    assert "training_roc_auc" in metrics and len(predicted) == 1


def test_others_see_that_a_run_goes_on(
    client: Any, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = client.create_run("0").info.run_id
    boto = sagemaker.client("sagemaker")

    def changed() -> Any:
        return boto.describe_trial_component(TrialComponentName=run)["LastModifiedTime"]

    before = changed()
    sagemaker.control.clock(advance=60)
    client.log_metric(run, "auc", 0.5, step=0)
    assert changed() == before  # not with each
    monkeypatch.setattr(module, "TOUCH", -1.0)
    client.log_metric(run, "auc", 0.6, step=1)
    assert changed() > before
    client.set_terminated(run)
    before = changed()
    sagemaker.control.clock(advance=60)
    client.log_metric(run, "auc", 0.7, step=2)
    assert changed() == before and client.get_run(run).info.status == "FINISHED"


def test_a_plug_in_that_is_loaded_brings_nothing_along() -> None:
    program = (
        "import sys, os; os.environ['MLFLOW_TRACKING_URI'] = 'sagemaker-experiments'\n"
        "import sm_onboard.experiments.recording.provider\n"
        "print(os.environ['MLFLOW_TRACKING_URI'], {'boto3', 'mlflow', 'msgspec'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "sagemaker-experiments: set()", done.stderr
