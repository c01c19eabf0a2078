"""A notebook is run: what its cells record is told below them, and kept as it was on the screen."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sm_onboard.demo.history import git_environment
from sm_onboard.experiments import record
from sm_onboard.experiments.stores.sqlite import SqliteStore

CELLS = {
    "plain": "print('nothing is tracked')",
    "load": "import time, mlflow\nmlflow.set_experiment('churn')\nprint('loaded')",
    "train": """with mlflow.start_run(run_name="eta-sweep-14"):
    for step in range(20):
        mlflow.log_metric("val_auc", 0.7 + step / 100, step=step)
    print("first half")
    time.sleep(3)
print("second half")""",
    "sweep": """for n in range(3):
    with mlflow.start_run(run_name=f"<b>sweep-{n}</b>"):
        mlflow.log_metric("val_auc", n / 10)""",
}


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A store that MLflow made, since it takes its time for the first one."""
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    MlflowClient(uri).create_experiment("churn", (tmp_path / "files").as_uri())
    return SqliteStore(tmp_path / "runs.db")


def make(root: Path) -> None:
    """A clone with the notebook, one changed file and one that is new."""
    root.mkdir(parents=True)
    cells = [
        {"id": id, "cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        | {"execution_count": None}
        for id, source in CELLS.items()
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
    (root / "train.ipynb").write_text(json.dumps({**notebook, "cells": cells}))
    (root / "model.py").write_text("depth = 3\n")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *command],
            cwd=root,
            env=git_environment(),
            check=True,
        )
    (root / "model.py").write_text("depth = 4\n")
    (root / "new.py").write_text("")


def test_a_notebook_that_records(
    store: SqliteStore, tmp_path: Path, start_lab: Any, open_window: Any
) -> None:
    root = tmp_path / "lab" / "home" / "churn"
    make(root)
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": store.uri}))
    page = window.page
    asked: list[str] = []
    page.on("request", lambda x: asked.append(x.url) if "/kernels/" in x.url else None)
    ours = lambda: [url for url in asked if "sm-onboard/" in url]  # noqa: E731
    page.goto(f"{window.lab.address}lab/tree/churn/train.ipynb?token={window.lab.token}")
    cells = page.locator(".jp-Notebook-cell")
    expect(page.locator(".jp-StatusBar-TextItem", has_text="| Idle")).to_be_visible(timeout=30_000)

    def run(number: int) -> Any:
        cells.nth(number).locator(".jp-InputPrompt").click()
        page.keyboard.press("Control+Enter")
        return cells.nth(number)

    plain = run(0)
    expect(plain.locator(".jp-OutputArea")).to_contain_text("nothing is tracked")
    page.wait_for_timeout(1000)
    assert ours() == [], "a cell that tracks nothing asks for nothing"
    expect(run(1).locator(".jp-OutputArea")).to_contain_text("loaded", timeout=60_000)

    row = run(2).locator("[data-smo-run]")
    expect(row).to_have_attribute("data-smo-state", "running")
    expect(row).to_contain_text("eta-sweep-14 recording")
    expect(row).to_contain_text("+ 2 changed files kept")
    expect(row).to_have_attribute("data-smo-state", "finished")
    expect(row).to_have_attribute("data-smo-notebook", "true")
    expect(row).to_contain_text("val_auc 0.8900")
    expect(row.locator("svg.smo-Sparkline")).to_be_visible()
    expect(row.get_by_role("status")).to_have_text("eta-sweep-14, recorded, val_auc 0.8900")
    last = run(3).locator("[data-smo-run]")
    expect(last).to_have_attribute("data-smo-notebook", "true")
    expect(last).to_contain_text("<b>sweep-2</b>")
    expect(last.locator('[data-smo-do="more-runs"]')).to_have_text("+ 2 more")
    assert window.axe(".smo-CellRow") == []

    runs = {run.name: run.id for run in store.runs()}
    kept = store.read(runs["eta-sweep-14"], record.NOTEBOOK_FILE, 1 << 20)
    texts = {
        cell["id"]: "".join(line for output in cell["outputs"] for line in output.get("text", ()))
        for cell in json.loads(kept)["cells"]
    }
    assert texts["train"] == "first half\nsecond half\n"
    assert texts["sweep"] == "", "the later cell had not run"
    order = json.loads(store.read(runs["eta-sweep-14"], record.ORDER_FILE, 1 << 20))["order"]
    assert [(one["cell"], one["count"]) for one in order] == [
        ("plain", 1), ("load", 2), ("train", 3),
    ]  # fmt: skip
    assert "sm-onboard" not in (root / "train.ipynb").read_text(), "nothing of ours is in it"

    last.locator('[data-smo-do="more-runs"]').click()
    table = page.locator('[data-smo-page="experiments"]')
    expect(table.locator(".smo-Runs-row")).to_have_count(3)
