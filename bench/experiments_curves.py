"""What charts cost, in a real JupyterLab and a real Chromium.

    python -m bench.experiments_curves [--curves 100] [--points 10000] [--runs 10000] [--json]

Curves: from the choice of so many runs to the first and to the last curve on the screen, then
the times between frames while a pointer goes over them and while they are zoomed. Parallel
coordinates: from the choice of the page to the last line, then frames while an axis is brushed.
A frame is 16.7 ms; Chromium draws without a graphics card here. Needs ``.[test]``, Chromium, and
the built front end.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import FLAGS, _chromium
from tests.e2e.lab import Lab
from tests.experiments.stores import plain

METRIC = "val_auc"
# As MLflow's: the order of a run's points comes from an index.
INDEX = "CREATE INDEX history ON metrics (run_uuid, key, step)"

FRAMES = """() => {
  const now = { times: [], long: [], last: performance.now() };
  const tick = () => {
    const at = performance.now();
    now.times.push(at - now.last);
    now.last = at;
    now.frame = requestAnimationFrame(tick);
  };
  now.frame = requestAnimationFrame(tick);
  window.smoFrames = now;
}"""
FRAMES_END = """() => {
  cancelAnimationFrame(window.smoFrames.frame);
  const times = window.smoFrames.times.slice(1).sort((a, b) => a - b);
  const at = part => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return { frames: times.length, median: at(0.5), p95: at(0.95), longest: at(1) };
}"""
UNTIL = """([choose, curves]) => new Promise(done => {
  const select = document.querySelector('[data-smo-do="curves-runs"]');
  const start = performance.now();
  const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set;
  set.call(select, String(choose));
  select.dispatchEvent(new Event('change', { bubbles: true }));
  let first = null;
  const look = () => {
    const read = Number(document.querySelector('[data-smo-curves-read]')?.dataset.smoCurvesRead);
    const drawn = document.querySelectorAll('.smo-CurveLegend-one').length;
    if (drawn > 10 && first === null) {
      requestAnimationFrame(() => { first = performance.now() - start; });
    }
    if (read === curves && drawn === curves) {
      // drawn in the next frame, on the screen in the one after it
      requestAnimationFrame(() => requestAnimationFrame(() => {
        done({ first, all: performance.now() - start });
      }));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""


def database(path: Path, curves: int, points: int, runs: int) -> None:
    """``curves`` runs of ``points`` points, and ``runs`` more with their last values only."""
    plain.make(path)
    now, noise = int(time.time() * 1000), random.Random(7)  # the same each time
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(INDEX)
        add = connection.execute
        for number in range(runs + curves):
            id, start = f"{number:032x}", now - (runs + curves - number) * 600_000
            add(
                "INSERT INTO runs VALUES (?, ?, 'ada', 'FINISHED', ?, ?, 'active', '', 0)",
                (id, f"run-{number}", start, start + 1000 * points),
            )
            eta = noise.choice([0.01, 0.03, 0.06, 0.1])
            params = {"eta": eta, "depth": noise.randint(3, 9), "rounds": noise.randint(1, 9) * 100}
            params["subsample"] = round(noise.uniform(0.5, 1), 2)
            params["model"] = noise.choice(["xgboost", "lightgbm"])
            for key, value in params.items():
                add("INSERT INTO params VALUES (?, ?, ?)", (key, str(value), id))
            best = noise.uniform(0.8, 0.9)
            values = [best]
            if number >= runs:
                values = [
                    best * (1 - math.exp(-step * eta / 20) * 0.5) + noise.gauss(0, 0.01)
                    for step in range(points)
                ]
                connection.executemany(
                    "INSERT INTO metrics VALUES (?, ?, ?, ?, 0, ?)",
                    [(METRIC, v, start + s * 1000, s, id) for s, v in enumerate(values)],
                )
            for key, value in ((METRIC, values[-1]), ("val_logloss", 1 - values[-1] * 0.8)):
                add(
                    "INSERT INTO latest_metrics VALUES (?, ?, ?, ?, 0, ?)",
                    (key, value, start, len(values) - 1, id),
                )
        connection.commit()


def measured(page: Page, curves: int, runs: int) -> dict[str, Any]:
    page.locator("#sm-onboard-panel-tab, .lm-TabBar-tab[data-id='sm-onboard-panel']").first.click()
    page.locator('[data-smo-do="experiments-page"]').click()
    page.locator(f'[data-smo-count="{runs + curves}"]').wait_for(timeout=30_000)
    began = time.monotonic()
    page.locator('[data-smo-do="charts"]').click()
    lines = page.locator("[data-smo-drawn]")
    lines.wait_for(timeout=30_000)
    shown = time.monotonic() - began
    drawn, frames, longest = (lines.get_attribute("data-smo-drawn") or "").split()
    page.locator('[data-smo-curves-read="10"]').wait_for(state="attached")
    found: dict[str, Any] = {
        "parallel": {
            "runs": int(drawn),
            "from_click_ms": shown * 1000,
            "frames": int(frames),
            "longest_frame_ms": float(longest),
        },
        "curves": page.evaluate(UNTIL, [100 if curves >= 100 else 50, curves]),
    }
    plot = page.locator(".smo-Curves-plot").first.bounding_box()
    assert plot
    left, top = plot["x"] + 80, plot["y"] + 40
    page.evaluate(FRAMES)
    for step in range(60):
        page.mouse.move(left + step * 10, top + 100 + 60 * math.sin(step / 5))
    found["hover"] = page.evaluate(FRAMES_END)
    page.evaluate(FRAMES)
    for start in (100, 200, 300):
        page.mouse.move(left + start, top + 80)
        page.mouse.down()
        page.mouse.move(left + start + 250, top + 90, steps=10)
        page.mouse.up()
        page.wait_for_timeout(150)
    page.mouse.dblclick(left + 100, top + 80)
    page.wait_for_timeout(150)
    found["zoom"] = page.evaluate(FRAMES_END)
    axis = page.locator(".smo-Axis-line").last
    axis.scroll_into_view_if_needed()
    box = axis.bounding_box()
    assert box
    page.evaluate(FRAMES)
    page.mouse.move(box["x"] + 9, box["y"] + 10)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(box["x"] + 9, box["y"] + 12 + step * 3)
    page.mouse.up()
    page.locator("[data-smo-drawn]").wait_for(timeout=30_000)
    found["brush"] = page.evaluate(FRAMES_END)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--curves", type=int, default=100, choices=(50, 100))
    options.add_argument("--points", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=10_000)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        database(path, given.curves, given.points, given.runs)
        lab = Lab(Path(folder) / "lab", environment={"MLFLOW_TRACKING_URI": f"sqlite:///{path}"})
        try:
            lab.start()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"{lab.address}lab?token={lab.token}")
                found = measured(page, given.curves, given.runs)
                browser.close()
        finally:
            lab.stop()
    if given.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        said = ", ".join(f"{key} {value:,.1f}" for key, value in figures.items())
        print(f"{name:9} {said}")


if __name__ == "__main__":
    main()
