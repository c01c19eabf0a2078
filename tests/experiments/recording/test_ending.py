"""A run ends whatever happens to what is recorded of it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.recording import capture, ending
from sm_onboard.experiments.recording.ending import wrap as real_wrap
from sm_onboard.experiments.recording.provider import Provider

from .conftest import Cell, Clone


class Client:
    """mlflow's, as far as a run's end needs it."""

    def __init__(self) -> None:
        self.tags = Provider().tags()
        self.params: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.ended: list[tuple[str, str]] = []
        self.refuses: BaseException | None = None

    def get_run(self, run_id: str) -> Any:
        data = SimpleNamespace(tags=dict(self.tags), params=self.params)
        return SimpleNamespace(data=data)

    def log_artifacts(self, run_id: str, folder: str, path: str) -> None:
        if self.refuses:
            raise self.refuses
        for file in Path(folder).rglob("*"):
            if file.is_file():
                self.files[f"{path}/{file.relative_to(folder).as_posix()}"] = file.read_bytes()

    def log_batch(self, run_id: str, tags: list[tuple[str, str]]) -> None:
        self.tags |= dict(tags)

    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> str:
        self.ended.append((run_id, status or "FINISHED"))
        return "ended"


@pytest.fixture
def client(clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> Client:
    entities, tracking = ModuleType("mlflow.entities"), ModuleType("mlflow.tracking.client")
    entities.RunTag = lambda key, value: (key, value)  # type: ignore[attr-defined]
    wrapped = type("MlflowClient", (Client,), {"set_terminated": Client.set_terminated})
    tracking.MlflowClient = wrapped  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mlflow.entities", entities)
    monkeypatch.setitem(sys.modules, "mlflow.tracking.client", tracking)
    monkeypatch.setattr(ending, "_ended", set())
    monkeypatch.setattr(ending, "told", {})
    real_wrap()
    real_wrap()  # a second time changes nothing
    made: Client = wrapped()
    return made


def test_the_files_and_late_tags_are_there_before_the_end(client: Client) -> None:
    client.params["seed"] = "12"
    assert client.set_terminated("r1", status="FAILED") == "ended"
    assert client.ended == [("r1", "FAILED")]
    assert set(client.files) == {
        record.RECORD_FILE,
        record.ENVIRONMENT_FILE,
        f"{record.SNAPSHOT_FOLDER}/manifest.json",
        f"{record.SNAPSHOT_FOLDER}/snapshot.bundle",
    }
    assert client.tags[record.SEED] == "12" and record.ENVIRONMENT in client.tags
    assert json.loads(client.files[record.RECORD_FILE])["run"] == "r1"


def test_a_run_that_ends_twice_is_stored_once(client: Client) -> None:
    client.set_terminated("r1")
    client.files.clear()
    client.set_terminated(run_id="r1")
    assert client.files == {} and len(client.ended) == 2


def test_a_run_of_somebody_else(client: Client) -> None:
    client.tags = {record.RECORD: "another process"}
    client.set_terminated("r1")
    assert client.files == {} and client.ended == [("r1", "FINISHED")]


def test_a_store_that_refuses_the_files(client: Client) -> None:
    client.refuses = RuntimeError("https://u:hunter2@store")
    client.set_terminated("r1")
    assert client.ended == [("r1", "FINISHED")]
    assert (
        "The files could not be stored with the run (RuntimeError)."
        in (client.tags[record.MISSING])
    )


def test_a_snapshot_that_is_gone(client: Client, home: Path) -> None:
    kept = home / ".local" / "state" / "sm-onboard" / "snapshots"
    shutil.rmtree(kept)
    client.set_terminated("r1")
    assert "The snapshot could not be stored" in client.tags[record.MISSING]
    assert record.ENVIRONMENT_FILE in client.files


def test_an_interrupt_ends_the_run_all_the_same(client: Client) -> None:
    client.refuses = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        client.set_terminated("r1")
    assert client.ended == [("r1", "FINISHED")]


@pytest.mark.parametrize("part", ["get_run", "log_batch"])
def test_a_store_that_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(client, part, broken)
    assert client.set_terminated("r1") == "ended"
    assert client.ended == [("r1", "FINISHED")]


def test_an_environment_that_cannot_be_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError

    monkeypatch.setattr("sm_onboard.experiments.recording.environment.freeze", broken)
    client.set_terminated("r1")
    assert "The environment could not be stored" in client.tags[record.MISSING]
    assert f"{record.SNAPSHOT_FOLDER}/snapshot.bundle" in client.files


def test_a_file_outside_of_git_goes_with_the_run(
    client: Client, cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    cell.file = tmp_path / "out" / "alone.ipynb"
    cell.file.write_text("{}")
    cell.next()
    client.tags = Provider().tags()
    cell.file.write_text("changed by then")
    client.set_terminated("r1")
    assert client.files[f"{record.SOURCE_FOLDER}/alone.ipynb"] == b"{}"


def test_an_mlflow_that_ends_its_runs_otherwise(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["mlflow.tracking.client"], "MlflowClient", object())
    with pytest.raises(OnboardError) as told:
        real_wrap()
    assert told.value.code == "experiments.mlflow_unknown"


def test_what_is_shown_of_a_missing_part_is_short(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured = capture.by_token(client.tags[record.RECORD])
    assert captured
    captured.missing += ["A sentence of some length."] * 50
    client.set_terminated("r1")
    assert len(client.tags[record.MISSING]) == record.TAG_LIMIT
    assert len(json.loads(client.files[record.RECORD_FILE])["missing"]) >= 50
