"""Somebody looks at curves while a run records, brushes the runs apart, and goes to the best."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.experiments.stores import plain

HOSTILE = '<img src=x onerror="window.hacked=1">'
RUNS = 12

# How many pixels of the canvas are not empty.
INK = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let ink = 0;
  for (let at = 3; at < data.length; at += 4) { ink += data[at] > 0 ? 1 : 0; }
  return ink;
}"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = plain.make(tmp_path / "runs.db")
    now = int(time.time() * 1000)
    for number in range(RUNS):
        recording = number == RUNS - 1
        plain.add(
            path,
            f"{number:032x}",
            HOSTILE if recording else f"run-{number}",
            params={"depth": number % 4, "model": HOSTILE if number % 2 else "xgboost"},
            start=now - (RUNS - number) * 60_000,
            status="RUNNING" if recording else "FINISHED",
        )
        log(path, number, [1 - math.exp(-step / 20) - number / 50 for step in range(100)])
    return path


def log(path: Path, number: int, values: list[float], start: int = 0) -> None:
    id = f"{number:032x}"
    for step, value in enumerate(values, start):
        plain.execute(
            path, "INSERT INTO metrics VALUES ('auc', ?, ?, ?, 0, ?)", value, step * 1000, step, id
        )  # fmt: skip
    plain.execute(path, "DELETE FROM latest_metrics WHERE run_uuid = ?", id)
    plain.execute(
        path, "INSERT INTO latest_metrics VALUES ('auc', ?, 0, ?, 0, ?)",
        values[-1], start + len(values) - 1, id,
    )  # fmt: skip


def test_from_curves_to_the_best_run(store: Path, start_lab: Any, open_window: Any) -> None:
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": f"sqlite:///{store}"}))
    panel = window.show_panel()
    expect(panel.locator(".smo-Latest-spark path")).to_have_count(8)
    panel.locator('[data-smo-do="experiments-page"]').click()
    page = window.page.locator('[data-smo-page="experiments"]')
    expect(page).to_contain_text(f"{RUNS} runs")
    page.locator('[data-smo-do="charts"]').click()

    # Curves of the first ten, the one that records among them.
    chart = page.locator("[data-smo-curves]")
    expect(chart.locator("[data-smo-curve]")).to_have_count(10)
    window.rest()
    assert chart.locator("canvas").first.evaluate(INK) > 2000
    newest = chart.locator("tbody tr", has_text="<img")
    expect(newest.locator("td").last).to_have_text("99")
    plot = chart.locator(".smo-Curves-plot")
    box = plot.bounding_box()
    assert box
    window.page.mouse.move(box["x"] + 300, box["y"] + 150)
    expect(chart.locator(".smo-Curves-told")).to_contain_text("step")
    window.page.mouse.down()
    window.page.mouse.move(box["x"] + 500, box["y"] + 150, steps=4)
    window.page.mouse.up()
    expect(plot).to_have_attribute("data-smo-zoomed", "true")
    log(store, RUNS - 1, [0.9, 0.95], start=100)
    expect(newest.locator("td").last).to_have_text("101")
    expect(plot).to_have_attribute("data-smo-zoomed", "true")
    window.page.mouse.dblclick(box["x"] + 300, box["y"] + 100)
    expect(plot).not_to_have_attribute("data-smo-zoomed", "true")

    # An axis is brushed by pointer; what is in the brush is chosen.
    line = page.locator('[data-smo-axis="metrics.auc"] .smo-Axis-line')
    line.scroll_into_view_if_needed()
    axis = line.bounding_box()
    assert axis
    window.page.mouse.move(axis["x"] + 9, axis["y"] + 2)
    window.page.mouse.down()
    window.page.mouse.move(axis["x"] + 9, axis["y"] + axis["height"] / 2, steps=5)
    window.page.mouse.up()
    parallel = page.locator("[data-smo-parallel]")
    count = int(parallel.get_attribute("data-smo-parallel") or 0)
    assert 0 < count < RUNS
    page.locator('[data-smo-do="choose-these"]').click()
    expect(page.locator("[data-smo-chosen-runs]")).to_have_attribute(
        "data-smo-chosen-runs", str(count)
    )
    expect(chart.locator("[data-smo-curve]")).to_have_count(count)
    window.rest()
    assert window.axe('[data-smo-page="experiments"]') == []

    # The best run, from its metric's heading.
    page.locator('[data-smo-do="table"]').click()
    page.locator('[data-smo-sort="metrics.auc"]').hover()
    page.locator('[data-smo-do="best"]').click()
    best = page.locator("[data-smo-best]")
    expect(best.locator('[data-smo-do="best-run"]').first).to_contain_text("0.9929")
    expect(best.locator('[data-smo-do="best-run"]').first).to_contain_text("best since")
    window.page.keyboard.press("Escape")
    expect(best).to_have_count(0)
    expect(page.locator(".smo-Runs-star")).to_have_count(1)
    assert window.page.evaluate("() => window.hacked") is None
    assert page.locator("img").count() == 0
