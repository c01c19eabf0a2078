"""What a team that has outgrown one machine runs: MLflow on PostgreSQL, its files in S3.

The tests of ``test_mlflow`` once more against it, and what only makes sense from end to end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from sm_onboard import aws
from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.experiments import record
from sm_onboard.experiments.models import File
from sm_onboard.experiments.query import parse_filter, parse_order, select, sort
from sm_onboard.experiments.reproduce.make import make
from sm_onboard.experiments.reproduce.material import gather
from sm_onboard.experiments.reproduce.plan import plan
from sm_onboard.experiments.stores.server import ServerStore
from tests import postgres
from tests.demo.sagemaker.mlflow_backend import QUIET, MlflowBackend
from tests.experiments.reproduce.lab import dirty, lab, whole

from .test_mlflow import (  # noqa: F401
    T0,
    Mlflow,
    churn,
    store,
    test_a_history_is_in_order,
    test_a_run_is_whole,
    test_a_run_that_is_not_there,
    test_all_pages_are_read,
    test_files_are_listed_and_read,
    test_it_is_followed,
    test_mlflow_says_why_a_tag_is_refused,
    test_tags_are_set_and_taken,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing()),
]

TRAIN = """
import mlflow
mlflow.set_experiment("recorded")
with mlflow.start_run(run_name="from the clone"):
    mlflow.log_params({"eta": 0.06, "max_depth": 6})
    for step, value in enumerate((0.5, 0.7, 0.8904)):
        mlflow.log_metric("val_auc", value, step=step)
    mlflow.log_text("as it was", "notes/a.txt")
"""


class Team(NamedTuple):
    mlflow: Mlflow
    environ: Mapping[str, str]  # leads mlflow and boto3 to S3


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    with LocalSageMaker.start(sample=False) as local, postgres.Postgres() as database:
        environ = {**local.environment(), "MLFLOW_S3_ENDPOINT_URL": local.url}
        local.client("s3").create_bucket(
            Bucket="acme", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        with MlflowBackend(
            folder, store=database.uri, artifacts="s3://acme/mlflow", environ=environ
        ) as backend:
            yield Team(Mlflow(backend.url), environ)


@pytest.fixture(scope="module")
def mlflow(team: Team) -> Mlflow:
    """In place of the server on SQLite that the tests from there would start."""
    return team.mlflow


@pytest.fixture
def direct(team: Team, monkeypatch: pytest.MonkeyPatch) -> ServerStore:
    """As a server of ours sees it, where the person may read the bucket."""
    for name, value in team.environ.items():
        monkeypatch.setenv(name, value)
    return ServerStore(team.mlflow.url, environ={}, clients=aws.Aws(attempts=1))


def test_filters_and_orders_choose_what_the_server_itself_chooses(
    direct: ServerStore, mlflow: Mlflow
) -> None:
    experiment = mlflow.experiment("filters")
    for number in range(20):
        run = mlflow.start(experiment, T0 + number, f"run {number:02}")
        mlflow.post(
            "runs/log-batch",
            run_id=run,
            metrics=[{"key": "auc", "value": number / 20, "timestamp": T0, "step": 0}],
            params=[{"key": "model", "value": "forest" if number % 3 else "linear"}],
            tags=[{"key": "team", "value": "growth"}] if number % 2 else [],
        )
        if number % 3:
            body = {"run_id": run, "status": "FINISHED", "end_time": T0 + 1000 + number}
            mlflow.post("runs/update", **body)
    runs = direct.runs([experiment])
    order = "metrics.auc DESC"
    for query in (
        "metrics.auc > 0.4 AND params.model = 'forest'",
        "tags.team = 'growth' AND attributes.status != 'FINISHED'",
        "params.model LIKE 'lin%'",
        f"attributes.end_time >= {T0 + 1010}",
    ):
        asked = {"experiment_ids": [experiment], "filter": query, "order_by": [order]}
        told = mlflow.post("runs/search", **asked)["runs"]
        found = sort(select(parse_filter(query), runs), [parse_order(order)])
        assert [run.id for run in found] == [run["info"]["run_id"] for run in told], query
        assert found


def test_files_straight_in_s3_are_listed_read_and_written(
    direct: ServerStore, mlflow: Mlflow
) -> None:
    run = mlflow.start(mlflow.experiment("files"))
    assert direct.run(run).artifacts.startswith("s3://acme/mlflow/")
    assert direct.files(run) == []
    direct.write(run, "models/w.bin", b"weights")
    direct.write(run, "notes.txt", b"one")
    direct.write(run, "notes.txt", b"two")
    assert direct.files(run) == [
        File(path="models", folder=True),
        File(path="notes.txt", folder=False, size=3),
    ]
    assert direct.read(run, "notes.txt", 9) == b"two"
    assert direct.read(run, "models/w.bin", 9) == b"weights"


def test_the_server_hands_out_what_the_person_may_not_read(
    direct: ServerStore,
    mlflow: Mlflow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = mlflow.start(mlflow.experiment("handed out"))
    direct.write(run, "notes.txt", b"one")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    other = ServerStore(mlflow.url, environ={}, clients=aws.Aws(attempts=1))
    assert other.read(run, "notes.txt", 9) == b"one"


def test_recorded_from_a_changed_clone_and_reproduced(
    direct: ServerStore, team: Team, tmp_path: Path
) -> None:
    with lab(tmp_path) as person:
        dirty(person.person)
        person.person.write("train.py", TRAIN)
        files = whole(person.person.clone)
        home = tmp_path / "trainer"
        home.mkdir()
        subprocess.run(
            [sys.executable, "train.py"],
            cwd=person.person.clone,
            env={
                **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
                **team.environ,
                **QUIET,
                "HOME": str(home),
                "MLFLOW_TRACKING_URI": team.mlflow.url,
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            check=True,
            timeout=240,
        )
        names = {one.name: one.id for one in direct.experiments()}
        (run,) = direct.runs([names["recorded"]])
        assert run.params == {"eta": "0.06", "max_depth": "6"}
        assert run.metrics["val_auc"] == 0.8904
        assert [point.value for point in direct.history(run.id, "val_auc")] == [0.5, 0.7, 0.8904]
        assert run.tags[record.SNAPSHOT] and record.MISSING not in run.tags
        assert run.artifacts.startswith("s3://acme/mlflow/")
        assert direct.read(run.id, "notes/a.txt", 99) == b"as it was"
        (tmp_path / "material").mkdir()
        material = gather(direct, run.id, tmp_path / "material")
        made = make(material, plan(material, person.here), person.here, tmp_path / "again")
        assert whole(Path(made.path)) == files
