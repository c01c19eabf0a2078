"""A file put beside a run's own: there whole or not at all, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from sm_onboard import aws
from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores import writing
from sm_onboard.experiments.stores.files import FileStore
from sm_onboard.experiments.stores.folder import ArtifactFolder
from sm_onboard.experiments.stores.s3_folder import S3Folder
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .plain import add, make

ID = "a" * 32
PATH = "sm-onboard/notebook.ipynb"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A run's folder, and one beside it that is nobody's business."""
    (tmp_path / "other").mkdir()
    root = tmp_path / ID / "artifacts"
    root.mkdir(parents=True)
    return root


def code(root: Path, path: str = PATH, run: str = ID) -> str:
    with pytest.raises(OnboardError) as caught:
        ArtifactFolder(str(root), root.parent).write(run, path, b"new")
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_a_sqlite_store_writes_replaces_and_reads(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    add(path, ID, artifacts=(tmp_path / "files" / ID / "artifacts").as_uri())
    store = SqliteStore(path)
    for content in (b"first", b"second and longer"):
        store.write(ID, PATH, content)
        assert store.read(ID, PATH, 100) == content
    assert [file.path for file in store.files(ID, "sm-onboard")] == [PATH]
    with pytest.raises(OnboardError) as caught:
        store.write("b" * 32, PATH, b"")
    assert caught.value.code == "experiments.run_unknown"


def test_a_folder_of_mlflows_writes_and_finds_by_tag(tmp_path: Path) -> None:
    run = tmp_path / "0" / ID
    for folder in (tmp_path / "0", run):
        folder.mkdir()
    (tmp_path / "0" / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    (run / "meta.yaml").write_text(f"run_id: {ID}\nstatus: 3\nstart_time: 1\n")
    (run / "tags").mkdir()
    (run / "tags" / "smo.kernel").write_text("k1")
    store = FileStore(tmp_path)
    store.write(ID, PATH, b"{}")
    assert (run / "artifacts" / PATH).read_bytes() == b"{}"
    assert [one.id for one in store.tagged("smo.kernel", "k1")] == [ID]
    assert store.tagged("smo.kernel", "k") == []
    with pytest.raises(OnboardError):
        store.tagged("../meta.yaml", "k1")


def test_a_database_finds_by_tag(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    add(path, "b" * 32, tags={"smo.kernel": "k1"}, start=1)
    add(path, ID, tags={"smo.kernel": "k1"}, metrics={"auc": 0.5}, start=2)
    add(path, "c" * 32, tags={"smo.kernel": "k' OR 1=1 --"})
    store = SqliteStore(path)
    found = store.tagged("smo.kernel", "k1")
    assert [(run.id, run.metrics) for run in found] == [(ID, {"auc": 0.5}), ("b" * 32, {})]
    assert store.tagged("smo.kernel", "k2") == []


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "a/../../x", "", "a//b", "a/./b", "a\\b", "a\0b", "..", "a/"]
)
def test_only_plain_names_are_written(root: Path, path: str) -> None:
    assert code(root, path) == "experiments.bad_path"
    assert list(root.rglob("*")) == []


def test_no_link_is_followed(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (root / "sm-onboard").symlink_to(other)
    assert code(root) == "experiments.file_outside"
    (root / "sm-onboard").unlink()
    (root / "sm-onboard").mkdir()
    (other / "mine").write_text("mine")
    (root / PATH).symlink_to(other / "mine")
    ArtifactFolder(str(root), root.parent).write(ID, PATH, b"new")
    assert (other / "mine").read_text() == "mine", "the link was replaced, not what it leads to"
    assert list(other.iterdir()) == [other / "mine"]


def test_what_is_in_the_way_stays(root: Path) -> None:
    (root / "sm-onboard").write_text("a file")
    assert code(root) == "experiments.file_outside"
    assert (root / "sm-onboard").read_text() == "a file"
    (root / "sm-onboard").unlink()
    (root / PATH).mkdir(parents=True)
    assert code(root) == "experiments.file_outside"
    assert [entry.name for entry in (root / "sm-onboard").iterdir()] == ["notebook.ipynb"]


def test_a_place_that_is_not_the_runs_own_is_not_written_to(root: Path, tmp_path: Path) -> None:
    """A store may say that a run's files are in somebody's .ssh."""
    assert code(tmp_path / "other") == "experiments.write_unsupported"
    assert code(root, run="") == "experiments.write_unsupported"
    away = tmp_path / "away" / ID
    away.parent.mkdir()
    away.symlink_to(tmp_path / "other")
    assert code(away) == "experiments.write_unsupported"
    assert list((tmp_path / "other").iterdir()) == []


def test_a_write_that_fails_leaves_the_file_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ArtifactFolder(str(root), root.parent)
    folder.write(ID, PATH, b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert code(root) == "experiments.store_refused"
    assert [(x.name, x.read_bytes()) for x in (root / PATH).parent.iterdir()] == [
        ("notebook.ipynb", b"old")
    ]


def test_an_object_below_the_runs_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    clients = type("Clients", (), {"client": lambda *_: client})()
    monkeypatch.setattr(aws, "default", lambda: clients)
    place = S3Folder(f"s3://acme/ml/{ID}/artifacts")
    with Stubber(client) as s3:
        asked = {"Bucket": "acme", "Key": f"ml/{ID}/artifacts/{PATH}", "Body": b"{}"}
        s3.add_response("put_object", {}, asked)
        place.write(ID, PATH, b"{}")
        s3.add_client_error("put_object", "AccessDenied", http_status_code=403)
        with pytest.raises(OnboardError) as caught:
            place.write(ID, PATH, b"{}")
        assert "s3:PutObject" in caught.value.message
        s3.assert_no_pending_responses()
        for elsewhere in ("s3://acme/ml/artifacts", f"s3://{ID}/ml"):
            with pytest.raises(OnboardError) as caught:
                writing.put(elsewhere, ID, PATH, b"{}", None)
            assert caught.value.code == "experiments.write_unsupported"
