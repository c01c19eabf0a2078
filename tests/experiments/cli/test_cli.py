"""``sm-onboard experiments list`` and ``compare``."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from experiments.stores.plain import add, execute, make

from sm_onboard.cli import main
from sm_onboard.experiments import record

Run = Callable[..., Result]
FIRST, SECOND, THIRD = "aaaaaaaa1" + "0" * 23, "aaaaaaaa2" + "0" * 23, "c" * 32
HOSTILE = "[red]\x1b[31m<b>\u202e=cmd()\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three runs; two of them with lists of packages."""
    folder = tmp_path / "store"
    folder.mkdir()
    path = make(folder / "mlflow.db")
    execute(path, "INSERT INTO experiments VALUES (1, 'churn', '', 'active')")
    for at, (id, name, packages, auc) in enumerate(
        [
            (FIRST, "forest", "numpy==1.0\npandas==2.0\n", 0.9),
            (SECOND, "linear", "numpy==1.1\npandas==2.0\ntorch==2\n", 0.95),
        ]
    ):
        artifacts = folder / id
        (artifacts / record.FOLDER).mkdir(parents=True)
        (artifacts / record.ENVIRONMENT_FILE).write_text(packages)
        add(
            path, id, name,
            params={"model": name, "seed": "1"},
            metrics={"auc": auc, "loss": float("nan")},
            tags={
                record.ENVIRONMENT: f"{at}" * 64, record.COMMIT: f"{at}" * 40,
                record.BRANCH: "main", "mlflow.user": f"u{at}", "team": "a",
            },
            start=1_700_000_000_000 + at, artifacts=str(artifacts),
        )  # fmt: skip
    add(path, THIRD, HOSTILE, params={HOSTILE: HOSTILE}, metrics={"auc": float("nan")})
    execute(path, "UPDATE runs SET experiment_id = 1 WHERE run_uuid = ?", SECOND)
    return path


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{path}")
    monkeypatch.setenv("TZ", "UTC")
    return lambda *arguments: CliRunner().invoke(main, ["experiments", *arguments])


def test_a_line_a_run_the_newest_first(run: Run) -> None:
    result = run("list")
    assert (result.exit_code, result.stderr) == (0, "")
    head, *lines = result.stdout.splitlines()
    assert head.split()[:5] == ["run", "name", "experiment", "status", "started"]
    assert [line.split()[1] for line in lines[:2]] == ["linear", "forest"]
    assert len(lines) == 3


def test_ids_are_as_long_as_it_takes(run: Run) -> None:
    ids = [line.split()[0] for line in run("list").stdout.splitlines()[1:]]
    assert ids == [SECOND[:12], FIRST[:12], THIRD[:8]]
    assert run("compare", *ids).exit_code == 0


def test_filter_order_and_limit(run: Run) -> None:
    result = run("list", "--filter", "metrics.auc > 0", "--order-by", "metrics.auc", "--limit", "1")
    assert result.stdout.splitlines()[1].split()[1] == "forest"
    assert result.stderr == "1 of 2 runs; --limit shows more.\n"
    result = run("list", "--filter", "metrics.auc > 5")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "None of 3 runs matches.\n"


def test_an_experiment(run: Run) -> None:
    result = run("list", "--experiment", "churn", "--json")
    assert [r["name"] for r in json.loads(result.stdout)["runs"]] == ["linear"]
    result = run("list", "--experiment", "chrun")
    assert result.exit_code == 1
    assert "There are: Default, churn." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--filter", "metrics.auc >"], "The filter ends"),
        (["list", "--order-by", "auc"], "metrics.auc"),
        (["list", "--json", "--csv"], "JSON or CSV"),
        (["list", "--limit", "0"], "0"),
        (["list", "--store", "ftp://x"], "ftp://"),
        (["compare", "forest"], "Name two"),
        (["compare", "forest", FIRST], "named before"),
        (["compare", "forest", FIRST, SECOND, "--code"], "Name two, the older"),
        (["compare", "forest", "aaaaaaaa"], "2 runs"),
        (["compare"], "RUN"),
    ],
)
def test_a_wrong_command_line(run: Run, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_what_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("compare", "forest", "nothing").exit_code == 1
    result = run("list", "--store", str(tmp_path / "none"))
    assert (result.exit_code, "There is no folder" in result.stderr) == (1, True)


def test_a_fresh_machine(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = run("list")
    assert result.exit_code == 1
    assert "No run has been recorded on this machine yet." in result.stderr
    assert not (tmp_path / "state").exists()


def test_json(run: Run, path: Path) -> None:
    found = json.loads(run("list", "--json").stdout)
    assert (found["store"], found["total"], found["notes"]) == (f"sqlite:///{path}", 3, [])
    linear, forest, hostile = found["runs"]
    assert (linear["id"], linear["experiment"], forest["experiment"]) == (
        SECOND,
        "churn",
        "Default",
    )
    assert linear["metrics"] == {"auc": 0.95, "loss": "NaN"}
    assert hostile["params"] == {HOSTILE: HOSTILE}


def test_csv(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("list", "--csv").stdout)))
    assert [row["metrics.auc"] for row in rows] == ["0.95", "0.9", "nan"]
    assert rows[1]["params.model"] == "forest"
    assert rows[1]["start_time"] == "2023-11-14T22:13:20.000+00:00"
    assert rows[2]["params.seed"] == ""
    assert rows[2][f"params.{HOSTILE}"] == HOSTILE


def test_a_spreadsheet_runs_nothing(run: Run, path: Path) -> None:
    for n, value in enumerate(["=1+1", "@x", "-1+cmd", "\t=1", "-1.5e3", "+2"]):
        execute(path, "INSERT INTO params VALUES (?, ?, ?)", f"v{n}", value, FIRST)
    execute(path, "INSERT INTO params VALUES ('=k', 'x', ?)", FIRST)
    rows = list(csv.DictReader(io.StringIO(run("list", "--csv").stdout)))
    found = [rows[1][f"params.v{n}"] for n in range(6)]
    assert found == ["'=1+1", "'@x", "'-1+cmd", "'\t=1", "-1.5e3", "+2"]


def test_compare_shows_what_differs(run: Run) -> None:
    result = run("compare", "forest", SECOND[:10])
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["model", "forest", "linear"] in rows
    assert ["auc", "0.9", "0.95"] in rows
    assert ["commit", "0" * 40, "1" * 40] in rows
    assert ["numpy", "1.0", "1.1"] in rows
    assert ["torch", "–", "2"] in rows  # noqa: RUF001
    for same in ("seed", "loss", "branch", "pandas", "mlflow.user", "team"):
        assert same not in result.stdout


def test_compare_all(run: Run) -> None:
    found = json.loads(run("compare", "forest", "linear", "--all", "--json").stdout)
    rows = {row["name"]: row for row in found["rows"]}
    assert [r["name"] for r in found["runs"]] == ["forest", "linear"]
    assert (rows["loss"]["values"], rows["loss"]["differs"]) == (["NaN", "NaN"], False)
    assert (rows["pandas"]["part"], rows["pandas"]["differs"]) == ("environment", False)
    assert rows["team"]["part"] == "tags"
    assert "mlflow.user" not in rows


def test_packages_nobody_recorded(run: Run) -> None:
    result = run("compare", "forest", "linear", THIRD)
    assert "not recorded of ???" not in result.stdout
    assert result.stderr.startswith("Which packages there were is not recorded of [red]?")
    assert ["numpy", "1.0", "1.1", "–"] in [line.split() for line in result.stdout.splitlines()]  # noqa: RUF001


def test_runs_that_do_not_differ(run: Run, path: Path) -> None:
    for id in ("e" * 32, "f" * 32):
        add(path, id, id[:3], params={"a": "b"})
    assert run("compare", "eee", "fff").stdout == "There is nothing different.\n"


def test_no_text_of_a_run_reaches_the_terminal_as_more_than_text(run: Run) -> None:
    for arguments in (["list"], ["compare", THIRD, FIRST, "--all"]):
        result = run(*arguments)
        assert "\x1b" not in result.output
        assert "\u202e" not in result.output
        assert "[red]?[31m<b>?=cmd(" in result.stdout
        assert all(line.strip() for line in result.stdout.splitlines())


def test_a_newer_schema_is_read_and_said(run: Run, path: Path) -> None:
    execute(path, "UPDATE alembic_version SET version_num = ?", "ffffffffffff")
    result = run("list")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 4
    assert "newer" in result.stderr


def test_eighty_columns(path: Path) -> None:
    """In a real terminal no line is wider, and long values are folded where they are compared."""
    execute(path, "UPDATE params SET value = ? WHERE value = 'forest'", "f" * 150)
    for arguments in (["list"], ["compare", FIRST, SECOND, THIRD, "--all"]):
        lines = _terminal(["experiments", *arguments, "--store", str(path)])
        assert max(len(line) for line in lines) <= 80
        assert SECOND[:8] in "".join(lines)
    assert sum(line.count("f" * 10) for line in lines) > 4


def _terminal(arguments: list[str]) -> list[str]:
    """What the command line writes to a terminal of 80 columns."""
    mine, theirs = pty.openpty()
    environ = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sm_onboard.cli", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environ,
    )  # fmt: skip
    os.close(theirs)
    found = b""
    try:
        while chunk := os.read(mine, 65536):
            found += chunk
    except OSError:  # a terminal ends so
        pass
    os.close(mine)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", found.decode()).replace("\r", "").splitlines()


def test_help_names_the_three_and_imports_no_store() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from sm_onboard.cli import main\n"
        "print(CliRunner().invoke(main, ['experiments', '--help']).output)\n"
        "print(sorted({'mlflow', 'boto3', 'sqlite3', 'rich', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    for name in ("list", "compare", "reproduce"):
        assert f"\n  {name} " in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_reading_never_imports_mlflow(path: Path) -> None:
    program = (
        "import sys; from click.testing import CliRunner; from sm_onboard.cli import main\n"
        f"result = CliRunner().invoke(main, ['experiments', 'list', '--store', {str(path)!r}])\n"
        "print(result.exit_code, sorted({'mlflow', 'sqlalchemy', 'boto3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n"
