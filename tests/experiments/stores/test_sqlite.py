"""SQLite databases that are not as they should be."""

from __future__ import annotations

import math
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores import sqlite as sqlite_module
from sm_onboard.experiments.stores import sqlite_rows
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .plain import REVISION, add, execute, make

ID = "a" * 32


def told(call: Callable[[], object]) -> OnboardError:
    with pytest.raises(OnboardError) as caught:
        call()
    error = caught.value
    assert error.message.endswith(".")
    assert error.hint.endswith(".")
    return error


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    return make(folder / "mlflow.db")


def test_missing(tmp_path: Path) -> None:
    error = told(SqliteStore(tmp_path / "no.db").runs)
    assert (error.code, error.status) == ("experiments.store_missing", 404)
    assert not (tmp_path / "no.db").exists()


def test_a_folder(tmp_path: Path) -> None:
    assert told(SqliteStore(tmp_path).runs).code == "experiments.store_damaged"


@pytest.mark.parametrize("content", [b"no database, but text " * 100, b"SQLite format 3\0" * 99])
def test_not_a_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(content)
    assert told(SqliteStore(path).runs).code == "experiments.store_damaged"


def test_empty_or_somebody_elses(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    assert told(SqliteStore(empty).runs).code == "experiments.store_unknown_schema"
    other = tmp_path / "other.db"
    execute(other, "CREATE TABLE users (name TEXT)")
    assert "not one of MLflow's" in told(SqliteStore(other).runs).message


def test_truncated(path: Path) -> None:
    for n in range(10):
        add(path, f"{n:032x}", params={"p": "x" * 10_000})
    whole = path.stat().st_size
    os.truncate(path, whole // 2 // 4096 * 4096)
    assert told(SqliteStore(path).runs).code == "experiments.store_damaged"


def test_locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path, ID)
    monkeypatch.setattr(sqlite_module, "_BUSY", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        store = SqliteStore(path)
        assert told(store.runs).code == "experiments.store_locked"
        assert told(lambda: store.set_tags(ID, {"a": "b"})).code == "experiments.store_locked"
    assert len(store.runs()) == 1


def test_waits_for_a_writer_that_ends(path: Path) -> None:
    add(path, ID)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.2, other.close)
    timer.start()
    try:
        assert len(SqliteStore(path).runs()) == 1
    finally:
        timer.join()


def test_reading_leaves_no_trace_and_no_lock(path: Path) -> None:
    add(path, ID)
    before = path.read_bytes()
    store = SqliteStore(path)
    store.runs()
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
    execute(path, "DELETE FROM runs")  # nobody is in the way
    assert store.runs() == []


def test_a_writer_that_died(path: Path) -> None:
    """Its journal is left, and only one who may write can roll it back."""
    add(path, ID, params={"p": "x" * 100_000})
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN")
        writer.execute("UPDATE params SET value = 'y'")
        writer.execute("UPDATE runs SET name = ?", ("z" * 100_000,))
        left = {name: (path.parent / name).read_bytes() for name in os.listdir(path.parent)}
    for name, content in left.items():
        (path.parent / name).write_bytes(content)
    assert "mlflow.db-journal" in left
    error = told(SqliteStore(path).runs)
    assert error.code == "experiments.store_damaged"
    assert "cut off" in error.message


def test_write_ahead_log(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute(
            "INSERT INTO runs (run_uuid, status, lifecycle_stage) VALUES (?, 'RUNNING', 'active')",
            (ID,),
        )
        assert [run.id for run in SqliteStore(path).runs()] == [ID]


def test_all_of_a_run_is_of_one_moment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path, ID, params={"early": "1"})
    execute(path, "PRAGMA journal_mode = WAL")  # in which nobody waits for a reader
    pairs = sqlite_rows._pairs

    def meanwhile(*arguments: object) -> object:
        execute(path, "INSERT OR IGNORE INTO params VALUES ('late', '1', ?)", ID)
        return pairs(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite_rows, "_pairs", meanwhile)
    store = SqliteStore(path)
    assert store.run(ID).params == {"early": "1"}
    assert store.run(ID).params == {"early": "1", "late": "1"}


def test_a_newer_schema_that_has_what_is_needed(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", revision="ffffffffffff")
    add(path, ID)
    store = SqliteStore(path)
    assert len(store.runs()) == 1
    (note,) = store.notes
    assert "newer" in note
    assert "ffffffffffff" in note


def test_a_newer_schema_that_lacks_something(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", revision="ffffffffffff", latest_metrics="last_values")
    error = told(SqliteStore(path).runs)
    assert error.code == "experiments.store_unknown_schema"
    assert "latest_metrics" in error.message
    assert "server" in error.hint


def test_known_schema_without_data_sets(path: Path) -> None:
    add(path, ID)
    store = SqliteStore(path)
    assert store.run(ID).datasets == ()
    assert store.notes == []


def test_a_parameter_of_a_megabyte(path: Path) -> None:
    add(path, ID, params={"long": "ä" * 1_000_000})
    assert len(SqliteStore(path).run(ID).params["long"]) == 1_000_000


def test_columns_that_hold_something_else(path: Path) -> None:
    """SQLite keeps what it is given, whatever the column's type says."""
    add(
        path, ID, "ok", start="soon", status="DANCING",
        params={"bytes": b"\xff\xfe", "none": None, "number": 5},
        metrics={"text": "much", "huge": 1.7976931348623157e308, "nan": math.nan, "whole": 3},
    )  # fmt: skip
    for table, value in (("params", "'x'"), ("latest_metrics", "1, 0, 0, 0")):
        execute(path, f"INSERT INTO {table} VALUES (x'6b6579', {value}, '{ID}')")
    run = SqliteStore(path).run(ID)
    assert (run.params.pop("key"), run.metrics["key"]) == ("x", 1.0)
    assert run.params == {"bytes": "��", "none": "", "number": "5"}
    assert run.started is None
    assert run.status == "running"
    assert math.isnan(run.metrics["text"])
    assert math.isnan(run.metrics["nan"])
    assert run.metrics["huge"] == math.inf
    assert run.metrics["whole"] == 3.0


def test_text_that_is_not_utf8(path: Path) -> None:
    add(path, ID, params={"fine": "ü"})
    execute(path, "INSERT INTO params VALUES ('odd', CAST(x'61ff62' AS TEXT), ?)", ID)
    assert SqliteStore(path).run(ID).params == {"fine": "ü", "odd": "a�b"}


def test_names_are_values_not_sql(path: Path) -> None:
    hostile = "'; DROP TABLE runs; --"
    add(path, ID, hostile, params={hostile: hostile})
    store = SqliteStore(path)
    assert store.run(ID).params == {hostile: hostile}
    assert told(lambda: store.run(hostile)).code == "experiments.run_unknown"
    assert store.runs([hostile]) == []
    assert store.history(ID, hostile) == []
    store.set_tags(ID, {hostile: hostile})
    assert store.run(ID).tags == {hostile: hostile}


def test_more_experiments_than_one_query_takes(path: Path) -> None:
    add(path, ID)
    assert len(SqliteStore(path).runs([str(n) for n in range(1500, -1, -1)])) == 1


def test_tags_mlflow_would_not_keep(path: Path) -> None:
    add(path, ID, tags={"kept": "1"})
    store = SqliteStore(path)
    for tags in ({"": "x"}, {"k" * 251: "x"}, {"k": "x" * 8001}, {"a\0b": "x"}):
        error = told(lambda tags=tags: store.set_tags(ID, {"kept": None, **tags}))
        assert error.code == "experiments.bad_tag"
    assert store.run(ID).tags == {"kept": "1"}


def test_a_new_name_is_a_tag_too(path: Path) -> None:
    add(path, ID, "old", tags={"mlflow.runName": "old"})
    store = SqliteStore(path)
    store.set_tags(ID, {"mlflow.runName": "new"})
    assert (store.run(ID).name, store.run(ID).tags["mlflow.runName"]) == ("new", "new")


def test_a_path_with_every_sign(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c%20d ü"
    folder.mkdir()
    path = make(folder / "m;l=f.db", REVISION)
    add(path, ID)
    assert len(SqliteStore(path).runs()) == 1


def test_artifacts_beside_a_relative_place(path: Path) -> None:
    add(path, ID, artifacts="./mlruns/0/x/artifacts")
    folder = path.parent / "mlruns/0/x/artifacts"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    assert SqliteStore(path).read(ID, "a.txt", 10) == b"a"


@pytest.mark.parametrize(
    "place", ["mlflow-artifacts:/1/x/artifacts", "file://other/x", "", "dbfs:/x"]
)
def test_artifacts_elsewhere(path: Path, place: str) -> None:
    add(path, ID, artifacts=place)
    store = SqliteStore(path)
    for call in (lambda: store.files(ID), lambda: store.read(ID, "a", 1)):
        assert told(call).code == "experiments.files_elsewhere"
