"""Which store an address opens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores.files import FileStore
from sm_onboard.experiments.stores.opening import default_uri, open_store
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .plain import make


def test_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "a b%20.db")
    for uri, expected in (
        (f"sqlite:///{path}", path),
        (f"sqlite:///{path}?timeout=9", path),
        (f"sqlite+pysqlite:///{path}", path),
        ("sqlite:///sub/x.db", str(tmp_path / "sub/x.db")),
        ("sqlite:///~/x.db", "/home/ada/x.db"),
    ):
        store = open_store(uri, environ={}, home=Path("/home/ada"))
        assert isinstance(store, SqliteStore)
        assert (str(store.path), store.uri) == (expected, uri)


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for uri, expected in (
        ("mlruns", tmp_path / "mlruns"),
        ("./mlruns", tmp_path / "mlruns"),
        (str(tmp_path), tmp_path),
        (f"file://{tmp_path}/a%20b", tmp_path / "a b"),
        (f"file:{tmp_path}", tmp_path),
        ("~/mlruns", Path("/home/ada/mlruns")),
    ):
        store = open_store(uri, environ={}, home=Path("/home/ada"))
        assert isinstance(store, FileStore)
        assert store.path == expected


def test_a_path_to_the_database_itself(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    assert isinstance(open_store(str(path), environ={}, home=tmp_path), SqliteStore)


@pytest.mark.parametrize(
    "uri",
    [
        "", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/x.db",
        "postgresql://ada:s3cret@db/mlflow", "mysql+pymysql://ada:s3cret@db/x", "ftp://x/y",
        "file://elsewhere/x", "arn:aws:s3:::bucket", "databricks://x", "a\0b",
    ],
)  # fmt: skip
def test_what_is_no_store(uri: str, tmp_path: Path) -> None:
    with pytest.raises(OnboardError) as caught:
        open_store(uri, environ={}, home=tmp_path)
    assert caught.value.code == "experiments.store_kind"
    assert "s3cret" not in caught.value.message + caught.value.hint
    assert caught.value.message.endswith(".")


def test_the_default() -> None:
    home = Path("/home/ada")
    assert default_uri({"MLFLOW_TRACKING_URI": "mlruns"}, home) == "mlruns"
    assert default_uri({}, home) == "sqlite:////home/ada/.local/state/sm-onboard/mlflow.db"
    assert os.path.isabs(default_uri({"XDG_STATE_HOME": "/s"}, home)[len("sqlite:///") :])
