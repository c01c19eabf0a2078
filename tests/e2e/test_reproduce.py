"""A run of last week, from an uncommitted notebook that is gone: back with a click and a yes."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect

from sm_onboard.demo.history import git_environment
from sm_onboard.experiments import record
from tests.e2e.window import Window
from tests.experiments.reproduce.lab import state_of, whole
from tests.gitserver import FaultyGitServer, make_repository

ETA, ROUNDS = "0.06", "40"
TRAIN = f"""
import sys
sys.path.insert(0, "..")
import mlflow, numpy as np
from src.features import features
eta, rounds = {ETA}, {ROUNDS}
x, y = features("../data/customers.csv")
weights = np.random.default_rng(7).normal(size=x.shape[1])
with mlflow.start_run(run_name="eager-heron"):
    mlflow.log_params({{"eta": eta, "rounds": rounds}})
    for _ in range(rounds):
        weights -= eta * x.T @ (1 / (1 + np.exp(-x @ weights)) - y) / len(y)
    mlflow.log_metric("accuracy", float(np.mean((x @ weights > 0) == y)))
    mlflow.log_metric("norm", float(np.linalg.norm(weights)))
"""
FEATURES = """
import numpy as np
def features(path):
    table = np.loadtxt(path, delimiter=",")
    return np.c_[table[:, :-1], table[:, 0] * table[:, 1], np.ones(len(table))], table[:, -1]
"""
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
ORIGIN = "refs/remotes/origin/main"
HARM = '<img src="data:," onerror="window.hacked = 1">'


@dataclass
class Recorded:
    """A run, the clone it ran in, and the clone's files at that moment."""

    folder: Path
    clone: Path
    uri: str
    files: dict[str, tuple[str, bytes]]

    @property
    def packages(self) -> Path:
        return self.folder / "packages"

    def runs(self) -> list[Any]:
        from mlflow import MlflowClient

        client = MlflowClient(self.uri)
        experiment = client.get_experiment_by_name("churn")
        assert experiment
        return client.search_runs([experiment.experiment_id], order_by=["start_time ASC"])

    def execute(self, notebook: Path) -> None:
        """All cells of a notebook in a kernel of its own; the file stays as it is."""
        kept = ("PATH", "LANG", "VIRTUAL_ENV", "HOME", "GIT_CONFIG_GLOBAL")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        environ |= {
            "JPY_SESSION_NAME": str(notebook),
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_EXPERIMENT_NAME": "churn",
            "PYTHONPATH": str(self.packages),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        document = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
        resources = {"metadata": {"path": notebook.parent}}
        NotebookClient(document, timeout=120, resources=resources).execute(env=environ)

    def install(self, version: str) -> None:
        """A package of the team's, as pip leaves it."""
        for old in self.packages.glob("*.dist-info/METADATA"):
            old.unlink()
            old.parent.rmdir()
        made = self.packages / f"churn_tools-{version}.dist-info"
        made.mkdir(parents=True)
        (made / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: churn-tools\nVersion: {version}\n"
        )

    def git(self, *args: str) -> str:
        command = ["git", "-c", "user.name=P", "-c", "user.email=p@example.com", *args]
        return subprocess.run(
            command,
            cwd=self.clone,
            env=git_environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout


@pytest.fixture
def recorded(tmp_path: Path, home: Path) -> Iterator[Recorded]:
    from mlflow import MlflowClient

    first = v4.new_notebook(cells=[v4.new_code_cell("print('as committed')")])
    with FaultyGitServer(tmp_path / "host") as server:
        files: dict[str, str | bytes | None] = {
            "nb/train.ipynb": nbformat.writes(first),  # type: ignore[no-untyped-call]
            "src/__init__.py": "",
            "README.md": "churn\n",
        }
        make_repository(server.root, "churn", files=files)
        clone = tmp_path / "lab" / "home" / "churn"
        clone.parent.mkdir(parents=True)
        clone.mkdir()
        made = Recorded(tmp_path, clone, f"sqlite:///{tmp_path / 'runs.db'}", {})
        made.git("clone", "--quiet", server.url("churn"), ".")
        cell = v4.new_code_cell(TRAIN)
        shown = v4.new_output("display_data", {"text/html": HARM, "text/plain": "a plot"})
        plot = v4.new_code_cell(
            "plot()  # not run: its output is what a stranger left", outputs=[shown]
        )
        plot["source"] = "0"
        document = v4.new_notebook(cells=[cell, plot], metadata=METADATA)
        (clone / "nb/train.ipynb").write_text(nbformat.writes(document))  # type: ignore[no-untyped-call]
        (clone / "src/features.py").write_text(FEATURES)
        (clone / "data").mkdir()
        lines = [f"{a},{b},{int(a * 3 + b * b > 9)}" for a in range(9) for b in range(9)]
        (clone / "data/customers.csv").write_text("\n".join(lines) + "\n")
        made.install("1.0")
        artifacts = (tmp_path / "files").as_uri()
        MlflowClient(made.uri).create_experiment("churn", artifact_location=artifacts)
        made.files = whole(clone)
        status = made.git("status", "--porcelain=v2", "--branch")
        before = state_of(clone)
        made.execute(clone / "nb/train.ipynb")
        # A recorded run leaves index, HEAD, refs and files as they were; a mirror gets none of it.
        assert state_of(clone) == before
        assert whole(clone) == made.files
        assert made.git("status", "--porcelain=v2", "--branch") == status
        made.git("init", "--quiet", "--bare", str(tmp_path / "mirror"))
        made.git("push", "--quiet", "--mirror", str(tmp_path / "mirror"))
        mirrored = set(made.git("ls-remote", str(tmp_path / "mirror")).split()[1::2])
        assert mirrored <= {"HEAD", "refs/heads/main", "refs/remotes/origin/HEAD", ORIGIN}
        # Since then: the notebook is gone, the code went on, the package is another.
        (clone / "nb/train.ipynb").unlink()
        (clone / "src/features.py").write_text("def features(path): ...\n")
        made.git("add", "--all")
        made.git("commit", "--quiet", "--message=another way")
        (clone / "README.md").write_text("stashed\n")
        made.git("stash")
        (clone / "README.md").write_text("not committed\n")
        made.install("2.0")
        yield made


def ask(window: Window) -> float:
    """From the table to the dialog that says what differs; returns the seconds from the click."""
    page = window.page.locator('[data-smo-page="experiments"]')
    page.get_by_role("checkbox", name="Choose eager-heron").check()
    began = time.monotonic()
    page.locator('footer [data-smo-do="reproduce"]').click()
    window.page.locator('[data-smo-reproduce="planned"]').wait_for()
    expect(window.page.locator(".jp-Dialog .jp-mod-accept")).to_be_focused()
    return time.monotonic() - began


def confirm(window: Window) -> float:
    """Says yes; returns the seconds until the notebook is there to be read."""
    began = time.monotonic()
    window.page.keyboard.press("Enter")
    notebook = window.page.locator(".jp-NotebookPanel")
    expect(notebook.locator(".jp-CodeCell").first).to_contain_text(f"eta, rounds = {ETA}")
    return time.monotonic() - began


def open_table(recorded: Recorded, start_lab: Any, open_window: Any) -> Window:
    environment = {"MLFLOW_TRACKING_URI": recorded.uri, "PYTHONPATH": str(recorded.packages)}
    window: Window = open_window(start_lab(environment=environment))
    window.show_panel().locator('[data-smo-do="experiments-page"]').click()
    return window


def test_one_click_and_one_confirmation(
    recorded: Recorded, start_lab: Any, open_window: Any, home: Path
) -> None:
    before = state_of(recorded.clone), recorded.git("status", "--porcelain"), whole(recorded.clone)
    (old,) = recorded.runs()
    window = open_table(recorded, start_lab, open_window)
    took = ask(window)
    body = window.page.locator(".smo-Reproduce")
    states = {"code": "ok", "environment": "differs", "data": "unknown"}
    for part, state in states.items():
        row = body.locator(f'[data-smo-part="{part}"]')
        expect(row).to_have_attribute("data-smo-state", state)
    # In another Python than the recording one, more of them are.
    expect(body).to_contain_text(re.compile(r"newer here: churn-tools 2\.0 \(then 1\.0\)"))
    expect(body).to_contain_text("reproduced/eager-heron/ with the notebook")
    assert window.axe(".jp-Dialog-content") == []
    below = recorded.clone.parent / "reproduced"
    assert not below.exists()

    took += confirm(window)
    print(f"\nfrom click to opened notebook, without the person's yes: {took:.2f} s")
    made = below / "eager-heron"
    expect(window.page.locator(".jp-Notification-Toast-success, .Toastify__toast")).to_contain_text(
        "Differs here: environment."
    )
    back = {k: v for k, v in whole(made).items() if ".ipynb_checkpoints" not in k}
    assert back == recorded.files
    after = state_of(recorded.clone), recorded.git("status", "--porcelain"), whole(recorded.clone)
    assert after == before
    # Nothing ran, and what a stranger's output would run did not.
    window.rest()
    assert window.lab.get("api/kernels") == []
    assert window.lab.get("api/sessions") == []
    assert window.page.evaluate("() => window.hacked") is None
    environment = made / ".git" / "sm-onboard" / "environment.txt"
    assert "churn-tools==1.0" in environment.read_text()

    recorded.execute(made / "nb/train.ipynb")
    first, new = recorded.runs()
    assert first.info.run_id == old.info.run_id
    assert (new.data.params, new.data.metrics) == (old.data.params, old.data.metrics)
    assert new.data.params == {"eta": ETA, "rounds": ROUNDS}
    assert new.data.tags[record.REPEATS] == old.info.run_id
    assert record.REPEATS not in old.data.tags


@pytest.mark.long
def test_from_click_to_notebook_within_five_seconds(
    recorded: Recorded, start_lab: Any, open_window: Any
) -> None:
    window = open_table(recorded, start_lab, open_window)
    took = ask(window) + confirm(window)
    assert took <= 5
