"""A small database with MLflow's tables, made without MLflow: a millisecond, not seconds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

REVISION = "b7e4c1a90f23"
SCHEMA = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256),
  artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32));
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), user_id VARCHAR(256),
  status VARCHAR(20), start_time BIGINT, end_time BIGINT, lifecycle_stage VARCHAR(20),
  artifact_uri VARCHAR(200), experiment_id INTEGER);
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32),
  PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32),
  PRIMARY KEY (key, run_uuid));
CREATE TABLE latest_metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, step BIGINT,
  is_nan BOOLEAN, run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, step BIGINT,
  is_nan BOOLEAN, run_uuid VARCHAR(32));
"""


def make(path: Path, revision: str = REVISION, **changes: str) -> Path:
    """A database without runs; ``changes`` replaces texts of the schema."""
    text = SCHEMA
    for old, new in changes.items():
        text = text.replace(old, new)
    execute(path, text)
    execute(path, "INSERT INTO alembic_version VALUES (?)", revision)
    execute(path, "INSERT INTO experiments VALUES (0, 'Default', ?, 'active')", str(path.parent))
    return path


def add(
    path: Path,
    id: str,
    name: str = "",
    *,
    params: dict[str, object] | None = None,
    metrics: dict[str, object] | None = None,
    tags: dict[str, object] | None = None,
    start: object = 1_700_000_000_000,
    status: str = "FINISHED",
    artifacts: str = "",
) -> str:
    """Adds a run; gives its id."""
    execute(
        path, "INSERT INTO runs VALUES (?, ?, 'ada', ?, ?, NULL, 'active', ?, 0)",
        id, name, status, start, artifacts,
    )  # fmt: skip
    for key, value in (params or {}).items():
        execute(path, "INSERT INTO params VALUES (?, ?, ?)", key, value, id)
    for key, value in (tags or {}).items():
        execute(path, "INSERT INTO tags VALUES (?, ?, ?)", key, value, id)
    for key, value in (metrics or {}).items():
        nan = value != value
        execute(
            path, "INSERT INTO latest_metrics VALUES (?, ?, 0, 0, ?, ?)",
            key, 0 if nan else value, nan, id,
        )  # fmt: skip
    return id


def execute(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # nobody needs it after the test
        if values:
            connection.execute(sql, values)
        else:
            connection.executescript(sql)
        connection.commit()
