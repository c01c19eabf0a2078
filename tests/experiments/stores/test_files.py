"""Folders of MLflow's that are not as they should be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores.files import FileStore

ID = "b" * 32


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "mlruns"
    _file(root / "0/meta.yaml", "name: Default\nlifecycle_stage: active\n")
    add(root, ID)
    return root


def add(root: Path, id: str, meta: str = "") -> Path:
    folder = root / "0" / id
    _file(folder / "meta.yaml", meta or "status: 3\nstart_time: 5\nlifecycle_stage: active\n")
    _file(folder / "params/p", "1")
    _file(folder / "metrics/m", "1 0.5 0\n2 0.75 1\n")
    return folder


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def told(call: object, *arguments: object) -> OnboardError:
    with pytest.raises(OnboardError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert caught.value.message.endswith(".")
    return caught.value


def test_missing(tmp_path: Path) -> None:
    assert told(FileStore(tmp_path / "no").runs).code == "experiments.store_missing"
    assert told(FileStore(tmp_path / "no").experiments).code == "experiments.store_missing"


def test_an_empty_folder(tmp_path: Path) -> None:
    assert FileStore(tmp_path).runs() == []
    assert FileStore(tmp_path).experiments() == []


@pytest.mark.parametrize(
    "meta",
    ["status: [", "- a list", "name: an experiment's", "[" * 5000, "!!python/object:os.system {}"],
)
def test_a_damaged_run_is_left_out_and_said(root: Path, meta: str) -> None:
    add(root, "c" * 32, meta)
    store = FileStore(root)
    assert [run.id for run in store.runs()] == [ID]
    (note,) = store.notes
    assert "c" * 32 in note
    assert told(store.run, "c" * 32).code == "experiments.store_damaged"


def test_values_that_yaml_takes_for_something_else(root: Path) -> None:
    add(root, "c" * 32, "status: FAILED\nstart_time: soon\nrun_name: 2024-01-01\nuser_id: 7\n")
    run = FileStore(root).run("c" * 32)
    assert (run.status, run.started, run.name, run.user) == ("failed", None, "2024-01-01", "7")


def test_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    folder = root / "0" / ID
    (folder / "params/link").symlink_to(tmp_path / "secret")
    (folder / "params/up").symlink_to(tmp_path)
    os.mkfifo(folder / "params/pipe")
    (root / "0" / ("d" * 32)).symlink_to(folder)
    (root / "1").symlink_to(root / "0")
    store = FileStore(root)
    (run,) = store.runs()
    assert run.params == {"p": "1"}
    assert told(store.run, "d" * 32).code == "experiments.run_unknown"


@pytest.mark.parametrize("id", ["../0/" + ID, "..", "", "0/" + ID, "a\0b", ".trash"])
def test_an_id_is_no_path(root: Path, id: str) -> None:
    assert told(FileStore(root).run, id).code == "experiments.run_unknown"


@pytest.mark.parametrize("key", ["../../../x", "/etc/x", "a//b", "a\0b", "..", "up/x"])
def test_a_tag_is_no_path(root: Path, tmp_path: Path, key: str) -> None:
    tags = root / "0" / ID / "tags"
    tags.mkdir()
    (tags / "up").symlink_to(tmp_path)
    assert told(FileStore(root).set_tags, ID, {key: "x"}).code == "experiments.bad_tag"
    assert not list(tmp_path.glob("**/x"))


def test_a_metric_is_no_path(root: Path) -> None:
    assert told(FileStore(root).history, ID, "../params/p").code == "experiments.bad_tag"


def test_lines_that_are_no_points_are_left_out(root: Path) -> None:
    _file(
        root / "0" / ID / "metrics/m", "1 0.5 0\nnonsense\n3 nan 2\n2 0.75 1\n4\n5 x 9\n1 2 3 n d\n"
    )
    store = FileStore(root)
    assert [point.step for point in store.history(ID, "m")] == [0, 1, 2, 3]
    assert store.run(ID).metrics == {"m": 2.0}


def test_an_unfinished_metric_is_no_metric(root: Path) -> None:
    _file(root / "0" / ID / "metrics/new", "")
    assert FileStore(root).run(ID).metrics == {"m": 0.75}


def test_deleted_runs_are_left_out(root: Path) -> None:
    add(root, "c" * 32, "status: 3\nlifecycle_stage: deleted\n")
    assert [run.id for run in FileStore(root).runs()] == [ID]
    assert told(FileStore(root).run, "c" * 32).code == "experiments.run_unknown"


def test_artifacts_where_nothing_says_so(root: Path) -> None:
    _file(root / "0" / ID / "artifacts/a.txt", "a")
    assert FileStore(root).read(ID, "a.txt", 1) == b"a"
