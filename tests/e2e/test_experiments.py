"""Somebody opens the runs that MLflow wrote: the latest in the panel, all of them on the page."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

HOSTILE = '<img src=x onerror="window.hacked=1">'
RUNS = 60


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as MLflow leaves it, with a name that means harm."""
    from mlflow import MlflowClient

    folder = tmp_path_factory.mktemp("mlflow")
    client = MlflowClient(f"sqlite:///{folder / 'runs.db'}")
    experiment = client.create_experiment("churn", artifact_location=(folder / "files").as_uri())
    for number in range(RUNS):
        run = client.create_run(experiment, run_name=f"run-{number}", start_time=1000 + number)
        id = run.info.run_id
        client.log_param(id, "depth", str(number % 4))
        client.log_metric(id, "auc", number / RUNS)
        client.set_terminated(id, end_time=2000 + number)
    bad = client.create_run(experiment, run_name=HOSTILE, start_time=9000)
    client.log_param(bad.info.run_id, "depth", HOSTILE)
    client.log_metric(bad.info.run_id, "auc", float("nan"))
    client.set_terminated(bad.info.run_id)
    return folder / "runs.db"


def test_from_the_panel_to_the_run_one_looks_for(
    written: Path, start_lab: Any, open_window: Any
) -> None:
    from mlflow import MlflowClient

    uri = f"sqlite:///{written}"
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": uri}))
    panel = window.show_panel()
    latest = panel.locator('[data-smo-room="experiments"] [data-smo-run]')
    expect(latest).to_have_count(8)
    expect(latest.first).to_contain_text("<img")

    panel.locator('[data-smo-do="experiments-page"]').click()
    page = window.page.locator('[data-smo-page="experiments"]')
    rows = page.locator(".smo-Runs-row")
    top = page.locator('.smo-Runs-row[aria-rowindex="3"]')  # below the two of the head
    expect(page).to_contain_text(f"{RUNS + 1} runs")
    expect(top).to_contain_text("<img")
    assert window.page.evaluate("() => window.hacked") is None
    assert page.locator("img").count() == 0
    heads, cells = (
        page.locator(selector).evaluate_all(
            "all => all.slice(0, 6).map(one => Math.round(one.getBoundingClientRect().x))"
        )
        for selector in (".smo-Runs-column", ".smo-Runs-row:first-of-type > *")
    )
    assert heads == cells, "headings stand over their columns"

    # Best first, then only some.
    page.locator('[data-smo-sort="metrics.auc"]').click()
    expect(top).to_contain_text(f"run-{RUNS - 1}")
    page.locator("input").nth(1).fill('metrics.auc > 0.9 and params.depth = "3"')
    expect(rows).to_have_count(2)
    expect(top).to_contain_text("run-59")
    page.locator("input").nth(1).fill("metrics.auc >")
    expect(page.locator("[data-smo-query]")).to_contain_text("expected")
    page.locator("input").nth(1).fill("")

    # A run that is being written comes by itself, at its place.
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("churn")
    assert experiment
    run = client.create_run(experiment.experiment_id, run_name="just-now")
    client.log_metric(run.info.run_id, "auc", 2.0)
    expect(page).to_contain_text(f"{RUNS + 2} runs")
    expect(page.locator("[data-smo-live]")).to_contain_text("1 recording")
    window.page.mouse.move(5, 5)
    client.set_terminated(run.info.run_id)
    expect(page.locator('[data-smo-live="0"]')).to_have_count(1)
    assert window.axe('[data-smo-page="experiments"]') == []
    assert len(_delays(window, uri, 10)) == 10


def test_a_fresh_machine_and_a_store_that_is_not_one(
    tmp_path: Path, start_lab: Any, open_window: Any
) -> None:
    broken = tmp_path / "runs.db"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": f"sqlite:///{broken}"}))
    room = window.show_panel().locator('[data-smo-room="experiments"]')
    expect(room.locator("[data-smo-trouble]")).to_be_visible()
    fresh = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": None}))
    room = fresh.show_panel().locator('[data-smo-room="experiments"]')
    expect(room).to_contain_text("No runs yet")


WRITER = """
import sys, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("churn").experiment_id
for number in range(int(sys.argv[2])):
    run = client.create_run(experiment, run_name=f"new-{number}").info.run_id
    print(time.time(), flush=True)
    client.log_metric(run, "auc", 0.5)
    client.set_terminated(run)
"""
SEEN = """() => {
  const grid = document.querySelector('.smo-Runs');
  window.seen = [];
  new MutationObserver(() => {
    window.seen.push([Number(grid.ariaRowCount) - 2, Date.now() / 1000]);
  }).observe(grid, { attributeFilter: ['aria-rowcount'] });
}"""
WHERE = """() => [document.querySelector('.smo-Runs').scrollTop,
  document.activeElement.dataset.smoSearch ?? document.activeElement.className]"""


def _delays(window: Any, uri: str, count: int) -> list[float]:
    """Seconds until each run was on the page, while a process of its own writes ``count``.

    The person is half way down and types in the search box: both stay as they are.
    """
    grid = window.page.locator(".smo-Runs")
    before = int(grid.get_attribute("aria-rowcount")) - 2
    answers: list[Any] = []
    window.page.mouse.move(5, 5)
    window.page.locator("[data-smo-search]").focus()
    grid.evaluate("node => { node.scrollTop = 520; }")
    window.page.evaluate(SEEN)
    here = window.page.evaluate(WHERE)
    assert here == [520, "runs"]
    window.page.on(
        "response",
        lambda answer: answers.append(answer) if "/experiments/runs" in answer.url else None,
    )
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, uri, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    expect(grid).to_have_attribute("aria-rowcount", str(before + count + 2), timeout=60_000)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert window.page.evaluate(WHERE) == here
    assert answers
    assert not any(answer.json()["whole"] for answer in answers), "only what is new is sent"
    written = [float(line) for line in told.split()]
    seen = window.page.evaluate("() => window.seen")
    return [
        next(at for shown, at in seen if shown > before + number) - at_its_end
        for number, at_its_end in enumerate(written)
    ]


@pytest.mark.long
def test_100_runs_are_written_while_somebody_looks(
    written: Path, start_lab: Any, open_window: Any
) -> None:
    uri = f"sqlite:///{written}"
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": uri}))
    window.show_panel().locator('[data-smo-do="experiments-page"]').click()
    expect(window.page.locator(".smo-Runs")).to_have_attribute("aria-rowcount", re.compile(r"\d\d"))
    delays = _delays(window, uri, 100)
    print(f"seen after {statistics.median(delays):.2f} s, the last after {max(delays):.2f} s")
    assert max(delays) <= 2
