"""A person's own MLflow code, recorded to SageMaker Experiments, over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sm_onboard import aws
from sm_onboard.demo.history import git_environment
from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce.here import Here
from sm_onboard.experiments.reproduce.material import gather
from sm_onboard.experiments.reproduce.plan import plan
from sm_onboard.experiments.stores.sagemaker import SagemakerStore
from sm_onboard.experiments.trials.beyond import FILE
from tests.demo.sagemaker.absent import lacks
from tests.experiments.recording.conftest import Clone, make_clone
from tests.repos.world import NoCredentials

from .place import BUCKET, REGION, bucket

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.child import LocalSageMaker

pytestmark = pytest.mark.skipif(lacks("BatchGetMetrics"), reason="an older boto3")


@dataclass
class World:
    local: LocalSageMaker
    clone: Clone
    told: dict[str, Any]  # what mlflow said of what it recorded
    stderr: str

    @property
    def id(self) -> str:
        return str(self.told["run"]["info"]["run_id"])


@pytest.fixture(scope="module")
def world(
    local_sagemaker: LocalSageMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Recorded once, while the service throttles now and then."""
    local_sagemaker.control.reset(sample=False)
    bucket(local_sagemaker)
    folder = tmp_path_factory.mktemp("person")
    clone = make_clone(folder)
    clone.git("remote", "set-url", "origin", "https://github.com/acme/churn.git")
    script = shutil.copy(Path(__file__).with_name("recorder.py"), clone.root / "train.py")
    local_sagemaker.control.trouble(
        {"operations": ["sagemaker-metrics:BatchPutMetrics"], "kind": "throttle", "times": 2},
        {"operations": ["sagemaker:UpdateTrialComponent"], "kind": "throttle", "times": 1},
    )
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=clone.root,
        env={
            **own,
            **git_environment(),
            **local_sagemaker.environment(),
            "HOME": str(folder),
            "MLFLOW_TRACKING_URI": "sagemaker-experiments",
        },
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    yield World(local_sagemaker, clone, json.loads(done.stdout.splitlines()[-1]), done.stderr)
    local_sagemaker.control.reset(sample=False)


@pytest.fixture
def store(world: World, monkeypatch: pytest.MonkeyPatch) -> SagemakerStore:
    for name, value in world.local.environment().items():
        monkeypatch.setenv(name, value)
    return SagemakerStore(REGION, clients=aws.Aws(attempts=2))


def test_the_bare_word_is_no_folder(world: World) -> None:
    assert world.told["uri"] == "sagemaker-experiments:"
    assert not (world.clone.root / "sagemaker-experiments").exists()
    assert "Traceback" not in world.stderr
    assert world.local.control.log()["failures"] == []


def test_mlflow_reads_back_what_it_wrote(world: World) -> None:
    run = world.told["run"]
    assert run["params"] == {
        "eta": "0.1", "depth": "6", "model": "boost", "text": "y" * 3000, "lines": "a\nb",
    }  # fmt: skip
    assert run["metrics"]["nan"] == "nan" and run["metrics"]["loss"] == "1.0"
    assert run["metrics"]["m/24 (val)"] == "3.24" and len(run["metrics"]) == 27
    assert run["tags"]["note"] == "first, and (only) this\nand more"
    assert run["tags"]["later"] == "a tag" and "team" not in run["tags"]
    assert run["tags"][record.SEED] == "7"
    assert run["info"]["status"] == "FINISHED" and run["info"]["run_name"] == "eta sweep"
    assert [name for name, _ in run["datasets"]] == ["make_data.py"]
    history = world.told["history"]
    assert [(step, value) for step, _, value in history["loss"]] == [
        (0, "3.0"), (0, "2.0"), (0, "1.0"),
    ]  # fmt: skip
    assert [(step, value) for step, _, value in history["m/03 (val)"]] == [
        (step, repr(step + 3 / 100)) for step in range(4)
    ]
    assert [(step, value) for step, _, value in history["nan"]] == [(3, "nan")]
    assert world.told["found"] == [world.id]
    assert world.told["ordered"][0] == "child"
    assert world.told["experiment"]["name"] == "Who leaves? (2026)"
    child = world.told["child"]
    assert child["tags"]["mlflow.parentRunId"] == world.id


def test_the_room_shows_the_same_run(world: World, store: SagemakerStore) -> None:
    told = world.told["run"]
    run = store.run(world.id)
    assert (run.name, run.status, run.user) == ("eta sweep", "finished", told["info"]["user_id"])
    assert run.params == told["params"]
    assert {k: repr(v) for k, v in run.metrics.items()} == told["metrics"]
    assert {k: v for k, v in run.tags.items() if k != "mlflow.runName"} == {
        k: v for k, v in told["tags"].items() if k != "mlflow.runName"
    }
    assert [[x.name, x.digest] for x in run.datasets] == told["datasets"]
    for metric, expected in world.told["history"].items():
        found = store.history(world.id, metric)
        assert [[p.step, repr(p.value)] for p in found] == [[s, v] for s, _, v in expected]
    (experiment,) = [one for one in store.experiments() if one.id == run.experiment]
    assert experiment.name == "Who leaves? (2026)"
    names = {one.name: one.status for one in store.runs()}
    assert names == {"eta sweep": "finished", "child": "finished", "broken": "failed"}
    listed = next(one for one in store.runs() if one.id == world.id)
    assert listed.params["text"] == "y" * 2499 + "…"  # a list says how it begins


def test_its_files_are_there_to_read_and_to_add_to(world: World, store: SagemakerStore) -> None:
    assert store.read(world.id, "notes/a.txt", 100) == b"hello"
    assert {file.path for file in store.files(world.id)} == {"notes", "sm-onboard"}
    inside = {file.path for file in store.files(world.id, "sm-onboard")}
    assert inside == set(world.told["files"])
    assert {record.RECORD_FILE, record.ENVIRONMENT_FILE, FILE} < inside
    store.write(world.id, record.NOTEBOOK_FILE, b"{}")
    assert store.read(world.id, record.NOTEBOOK_FILE, 100) == b"{}"
    store.set_tags(world.id, {"mlflow.note.content": "# It\n\nis *long*" + "!" * 3000})
    assert store.run(world.id).tags["mlflow.note.content"].startswith("# It\n\n")
    store.set_tags(world.id, {"mlflow.note.content": None})
    assert "mlflow.note.content" not in store.run(world.id).tags


def test_it_can_be_reproduced(world: World, store: SagemakerStore, tmp_path: Path) -> None:
    material = gather(store, world.id, tmp_path)
    assert material.snapshot is not None and material.packages
    here = Here(root=world.clone.root.parent, credentials=NoCredentials())
    planned = plan(material, here)
    assert planned.possible and planned.parameters == 5
    (code,) = [part for part in planned.parts if part.part == "code"]
    assert code.state == "ok" and "3 files on top" in code.text


def test_studio_knows_it_for_a_run_of_the_sdk(world: World) -> None:
    boto = world.local.client("sagemaker")
    told = boto.describe_trial_component(TrialComponentName=world.id)
    assert told["DisplayName"] == "eta-sweep"
    assert told["Parameters"]["eta"] == {"NumberValue": 0.1}
    assert told["Status"]["PrimaryStatus"] == "Completed"
    assert told["MetadataProperties"]["CommitId"] == world.clone.git("rev-parse", "HEAD").strip()
    assert told["InputArtifacts"]["make_data.py"]["Value"].endswith("/churn/make_data.py")
    assert told["OutputArtifacts"]["mlflow.artifacts"]["Value"].startswith(f"s3://{BUCKET}/")
    tags = boto.list_tags(ResourceArn=told["TrialComponentArn"])["Tags"]
    assert {"Key": "sagemaker:trial-component-source", "Value": "run"} in tags
    experiment = str(world.told["experiment"]["experiment_id"])
    assert world.id.startswith(f"{experiment.lower()}-")
    trials = boto.list_trials(TrialComponentName=world.id)["TrialSummaries"]
    assert [one["TrialName"] for one in trials] == [f"Default-Run-Group-{experiment}"]
    shown = boto.describe_experiment(ExperimentName=experiment)
    assert shown["DisplayName"] == "Who-leaves-2026"
