"""The room in a server where mlflow cannot be imported; no process of its own is left running."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_compare import recorded as recorded

TRAP = """
import os, sys, traceback
with open(os.environ["MLFLOW_TRAP"], "a") as file:
    traceback.print_stack(file=file)
raise ImportError("this is the trap of a test")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are read as on Linux")
def test_the_server_never_imports_mlflow(
    recorded: str, tmp_path: Path, start_lab: Any, open_window: Any
) -> None:
    for name in ("mlflow", "mlflow_skinny"):
        (tmp_path / "trap" / name).mkdir(parents=True)
        (tmp_path / "trap" / name / "__init__.py").write_text(TRAP)
    said = tmp_path / "said"
    environment = {
        "MLFLOW_TRACKING_URI": recorded,
        "MLFLOW_TRAP": str(said),
        "PYTHONPATH": str(tmp_path / "trap"),
    }
    lab = start_lab(environment=environment)
    trapped = [sys.executable, "-c", "import mlflow"]
    assert subprocess.run(trapped, env=lab.environment(), capture_output=True).returncode == 1
    said.unlink()  # the trap works

    window = open_window(lab)
    window.show_panel().locator('[data-smo-do="experiments-page"]').click()
    table = window.page.locator('[data-smo-page="experiments"]')
    rows = table.locator(".smo-Runs-row")
    expect(rows).to_have_count(3)
    for number in range(2):
        rows.nth(number).locator('[data-smo-do="choose"]').click()
    table.locator('footer [data-smo-do="tag"]').click()
    window.page.locator(".jp-Dialog .smo-Field").fill("candidate")
    window.page.keyboard.press("Enter")
    toast = window.page.locator(".Toastify__toast")
    expect(toast.filter(has_text="Tagged: candidate.")).to_be_visible()
    table.locator('[data-smo-do="charts"]').click()
    expect(table.locator("[data-smo-curves]").first).to_be_visible()
    table.locator('[data-smo-do="table"]').click()
    rows.first.focus()
    window.page.keyboard.press("r")
    expect(window.page.locator('[data-smo-reproduce="planned"]')).to_be_visible()
    expect(window.page.locator(".jp-Dialog .jp-mod-accept")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(toast.filter(has_text="has the files as they were")).to_be_visible()
    window.page.locator(".lm-TabBar-tab").filter(has_text="Experiments").click()
    rows.first.focus()
    window.page.keyboard.press("c")
    compared = window.page.locator('[data-smo-page="compare"]')
    expect(compared.locator("[data-smo-code]")).to_contain_text("features.py")
    window.page.locator(".lm-TabBar-tab").filter(has_text="Experiments").click()
    rows.first.focus()
    window.page.keyboard.press("Enter")
    run = window.page.locator('[data-smo-page="run"]')
    expect(run.locator('[data-smo-tag="candidate"]')).to_be_visible()

    assert not said.exists(), said.read_text()
    (server,) = _processes(os.getpid(), "jupyterlab")
    for _ in range(100):
        if not (left := _processes(server)):
            break
        window.page.wait_for_timeout(100)  # git, which looks and ends
    assert left == []


def _processes(parent: int, words: str = "") -> list[int]:
    """Children of a process whose command line has these words; none that has ended."""
    told = subprocess.run(
        ["ps", "--ppid", str(parent), "-o", "pid=,stat=,args="], capture_output=True, text=True
    ).stdout
    lines = [line.split(None, 2) for line in told.splitlines()]
    return [int(pid) for pid, state, args in lines if state[0] != "Z" and words in args]
