"""Runs in a real kernel: every way of beginning one gets the same context and the same files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
import pytest
from nbclient import NotebookClient

from sm_onboard import snapshot
from sm_onboard.experiments import record
from sm_onboard.experiments.recording import data
from sm_onboard.experiments.recording.provider import Provider
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git

from .conftest import Clone, make_clone

STORE = """
import json, mlflow, mlflow.sklearn
mlflow.set_tracking_uri("sqlite:///{folder}/mlflow.db")
mlflow.set_experiment(experiment_id=mlflow.create_experiment("e", "{folder}/files"))
"""
CELLS = {
    "load": "%load_ext sm_onboard",
    "plain": """
with mlflow.start_run(run_name="plain"):
    mlflow.log_params({"depth": 3, "random_state": 11})
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("auc", 0.9)
""",
    "implicit": """
mlflow.log_metric("loss", 1.5)
mlflow.set_tag("mlflow.runName", "implicit")
mlflow.end_run()
""",
    "autolog": """
from sklearn.linear_model import LogisticRegression
mlflow.sklearn.autolog(log_models=False, silent=True)
LogisticRegression(random_state=5).fit([[0.0], [1.0]], [0, 1])
mlflow.sklearn.autolog(disable=True)
mlflow.MlflowClient().set_tag(mlflow.last_active_run().info.run_id, "mlflow.runName", "autolog")
""",
    "track": """
from sm_onboard import track
with track("track", params={"trees": 300}, data=["../data", "gone.csv"], seed=7):
    with track("track child"):
        pass
""",
    "magic": """%%track by magic --seed 4 --param trees=10 --data ../data/customers.csv
answer = 42
answer
""",
    "client": """
client = mlflow.MlflowClient()
made = client.create_run("1", run_name="client")
client.set_terminated(made.info.run_id)
""",
    "open": 'mlflow.start_run(run_name="left open")',
}
FAILING = """%%track broken
raise ValueError("as it happens")
"""


class Recorded:
    """What the kernel left: runs by name, cells' outputs, and the clone."""

    def __init__(self, folder: Path, clone: Clone, outputs: dict[str, list[Any]]) -> None:
        import mlflow

        self.clone, self.outputs, self.folder = clone, outputs, folder
        client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
        self.runs = {run.info.run_name: run for run in client.search_runs(["1"])}

    def tags(self, name: str) -> dict[str, str]:
        return dict(self.runs[name].data.tags)

    def file(self, name: str, path: str) -> bytes:
        artifacts = self.runs[name].info.artifact_uri
        return (Path(artifacts.removeprefix("file://")) / path).read_bytes()

    def record(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.file(name, record.RECORD_FILE)))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "home").mkdir()
    clone = make_clone(folder)
    clone.write(".git/sm-onboard/repeats.json", '{"run_id": "older", "store": "", "name": "x"}')
    notebook = clone.root / "notebooks" / "mine.ipynb"
    before = clone.everything_of_git(), clone.git("status", "--porcelain=v2", "--branch")
    cells = [STORE.format(folder=folder), *CELLS.values(), FAILING]
    document = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    kept = ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= {"HOME": str(folder / "home"), "JPY_SESSION_NAME": str(notebook)}
    client = NotebookClient(
        document, timeout=120, allow_errors=True, resources={"metadata": {"path": notebook.parent}}
    )
    client.execute(env=environ)
    names = ["store", *CELLS, "failing"]
    outputs = {name: cell.outputs for name, cell in zip(names, document.cells, strict=True)}
    wrong = [x for name in names[:-1] for x in outputs[name] if x.output_type == "error"]
    assert not wrong, wrong
    made = Recorded(folder, clone, outputs)
    after = clone.everything_of_git(), clone.git("status", "--porcelain=v2", "--branch")
    before[0].pop(str(clone.root / ".git" / "sm-onboard" / "repeats.json"))
    assert after == before
    return made


OURS = ("plain", "child", "implicit", "autolog", "track", "track child", "by magic", "left open")


@pytest.mark.parametrize("name", OURS)
def test_every_way_gets_the_context_and_the_files(recorded: Recorded, name: str) -> None:
    tags = recorded.tags(name)
    head = recorded.clone.git("rev-parse", "HEAD").strip()
    assert tags["mlflow.source.git.commit"] == tags[record.COMMIT] == head
    assert (tags["mlflow.source.type"], tags["mlflow.source.name"]) == (
        "NOTEBOOK",
        "notebooks/mine.ipynb",
    )
    assert (tags[record.BRANCH], tags[record.PUSHED]) == ("main", "yes")
    frozen = recorded.file(name, record.ENVIRONMENT_FILE)
    assert tags[record.ENVIRONMENT] == hashlib.sha256(frozen).hexdigest()
    told = recorded.record(name)
    assert told["tags"][record.RECORD] == tags[record.RECORD]
    assert told["parameters"] == recorded.runs[name].data.params
    manifest = json.loads(recorded.file(name, f"{record.SNAPSHOT_FOLDER}/manifest.json"))
    assert manifest["id"] == tags[record.SNAPSHOT]
    bundle = recorded.file(name, f"{record.SNAPSHOT_FOLDER}/snapshot.bundle")
    assert hashlib.sha256(bundle).hexdigest() == manifest["bundle_sha256"]


def test_a_run_that_others_made_is_not_touched(recorded: Recorded) -> None:
    assert not [tag for tag in recorded.tags("client") if tag.startswith(record.PREFIX)]
    assert recorded.runs["client"].info.status == "FINISHED"


def test_runs_of_one_cell_have_one_token(recorded: Recorded) -> None:
    tokens = {name: recorded.tags(name)[record.RECORD] for name in OURS}
    assert tokens["plain"] == tokens["child"]
    assert len(set(tokens.values())) == len(OURS) - 2  # track has a child too


def test_only_the_first_run_repeats(recorded: Recorded) -> None:
    repeating = [name for name in recorded.runs if record.REPEATS in recorded.tags(name)]
    assert repeating == ["plain"]
    assert recorded.tags("plain")[record.REPEATS] == "older"
    assert not (recorded.clone.root / record.REPEATS_FILE).exists()


def test_seeds(recorded: Recorded) -> None:
    wanted = {"plain": "11", "autolog": "5", "track": "7", "by magic": "4"}
    assert {name: recorded.tags(name)[record.SEED] for name in wanted} == wanted
    assert record.SEED not in recorded.tags("child")


def test_track_keeps_parameters_and_data(recorded: Recorded) -> None:
    run = recorded.runs["track"]
    assert run.data.params == {"trees": "300"}
    folder = data.read(recorded.clone.root / "data")
    (given,) = [x.dataset for x in run.inputs.dataset_inputs]
    assert (given.name, given.digest, given.source_type) == ("data", folder.digest, "local")
    assert json.loads(given.source) == folder.told() == recorded.record("track")["data"][0]
    assert (
        "gone.csv could not be recorded (No such file or directory)."
        in (recorded.tags("track")[record.MISSING])
    )
    assert recorded.tags("track child")["mlflow.parentRunId"] == run.info.run_id


def test_the_magic_shows_the_last_value(recorded: Recorded) -> None:
    (shown,) = recorded.outputs["magic"]
    assert shown.data["text/plain"] == "42"
    assert recorded.runs["by magic"].data.params == {"trees": "10"}
    assert recorded.record("by magic")["cell"]["source"].startswith("%%track by magic")


def test_a_cell_that_fails_is_a_run_that_failed(recorded: Recorded) -> None:
    (error,) = [x for x in recorded.outputs["failing"] if x.output_type == "error"]
    assert (error.ename, error.evalue) == ("ValueError", "as it happens")
    assert recorded.runs["broken"].info.status == "FAILED"
    assert record.SNAPSHOT in recorded.tags("broken")


def test_the_work_tree_comes_back(recorded: Recorded, tmp_path: Path) -> None:
    folder = Path(recorded.runs["plain"].info.artifact_uri.removeprefix("file://"))
    taken = snapshot.load(folder / record.SNAPSHOT_FOLDER)
    snapshot.restore(Git(Listener()), taken, tmp_path / "again", str(recorded.clone.root))
    for file in recorded.clone.root.rglob("*"):
        path = file.relative_to(recorded.clone.root)
        if file.is_file() and path.parts[0] != ".git":
            assert (tmp_path / "again" / path).read_bytes() == file.read_bytes(), path


def test_a_broken_plug_in_breaks_nothing(tmp_path: Path) -> None:
    """mlflow survives no error but ImportError while it loads a plug-in."""
    program = """
import importlib.abc, sys
class Broken(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        loaded = (".experiments", ".recording", ".provider")
        if name.startswith("sm_onboard.") and not name.endswith(loaded):
            raise SyntaxError(name)
sys.meta_path.insert(0, Broken())
import mlflow
from mlflow.tracking.context.registry import resolve_tags
print(resolve_tags()["smo.missing"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "The context was not recorded (SyntaxError).\n"


def test_nothing_heavy_is_loaded_for_a_run(clone: Clone) -> None:
    program = """
import sys
from sm_onboard.experiments.recording.provider import Provider
assert not [x for x in sys.modules if x.startswith("sm_onboard.git")], "before the first run"
Provider().tags()
print(sorted({"msgspec", "jupyter_server", "boto3", "tornado", "mlflow"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=clone.root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_mlflow_finds_the_plug_in() -> None:
    (found,) = metadata.entry_points(group="mlflow.run_context_provider", name="smo")
    assert found.load() is Provider
