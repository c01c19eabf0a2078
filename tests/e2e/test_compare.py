"""Somebody chooses runs and compares them: what differs, their code, one taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

HOSTILE = '<img src=x onerror="window.hacked=1">'
TRAIN = """
import sys
import mlflow
mlflow.set_experiment("churn")
for name, depth in zip(sys.argv[2::2], sys.argv[3::2]):
    with mlflow.start_run(run_name=name):
        mlflow.log_params({"depth": depth, "model": "xgboost"})
        for step in range(20):
            mlflow.log_metric("auc", 0.8 + int(depth) / 100 + step / 1000, step=step)
"""


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    """The address of a store with three runs, of two states of a repository."""
    repository = tmp_path / "churn"
    repository.mkdir()
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}
    environ = {**os.environ, **who, "MLFLOW_TRACKING_URI": uri, "HOME": str(tmp_path)}

    def run(*command: str) -> None:
        subprocess.run(command, cwd=repository, env=environ, check=True, capture_output=True)

    (repository / "train.py").write_text(TRAIN)
    (repository / "features.py").write_text("def band(step):\n    return step % 2\n")
    run("git", "init", "-q")
    run("git", "add", "-A")
    run("git", "commit", "-qm", "one")
    run(sys.executable, "train.py", "-", "first", "6", HOSTILE, "6")
    (repository / "features.py").write_text("def band(step):\n    return step % 3\n")
    run(sys.executable, "train.py", "-", "last", "8")
    return uri


def test_three_runs_side_by_side(recorded: str, start_lab: Any, open_window: Any) -> None:
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": recorded}))
    window.show_panel().locator('[data-smo-do="experiments-page"]').click()
    table = window.page.locator('[data-smo-page="experiments"]')
    rows = table.locator(".smo-Runs-row")
    expect(rows).to_have_count(3)
    for number in range(3):
        rows.nth(number).locator('[data-smo-do="choose"]').click()
    rows.first.focus()
    window.page.keyboard.press("c")

    page = window.page.locator('[data-smo-page="compare"]')
    values = page.get_by_role("grid")
    lines = values.get_by_role("rowheader")
    expect(lines.filter(has_text="depth")).to_have_count(1)
    expect(lines.filter(has_text="model")).to_have_count(0)
    expect(page.locator('[data-smo-odd][data-smo-line="params depth"]')).to_contain_text("8")
    expect(page.locator('[data-smo-best][data-smo-line="metrics auc"]')).to_contain_text("0.8990")
    expect(page).to_contain_text("<img")
    assert window.page.evaluate("() => window.hacked") is None

    code = page.locator("[data-smo-code]")
    expect(code).to_contain_text("features.py")
    signs = code.locator("[data-smo-line='-'], [data-smo-line='+']")
    expect(signs).to_have_count(2)
    expect(signs.first).to_contain_text("2")

    page.locator('[data-smo-do="only-differences"]').uncheck()
    expect(lines.filter(has_text="model")).to_have_count(1)
    head = values.get_by_role("columnheader").filter(has_text="<img")
    head.hover()
    head.locator('[data-smo-do="remove"]').click()
    expect(page.locator("[data-smo-runs='2']")).to_be_visible()
    expect(values).not_to_contain_text("<img")

    # The same on the command line.
    program = [str(Path(sys.executable).with_name("sm-onboard")), "experiments", "compare"]
    done = subprocess.run(
        [*program, "first", "last", "--code", "--store", recorded], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "changed features.py, +1 -1" in done.stdout
    assert "      2 +     return step % 3" in done.stdout.splitlines()
