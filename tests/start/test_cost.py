"""What importing and loading the extension costs, in CPU time of a fresh interpreter."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from start.servers import REPOSITORY

BUDGET = 50.0  # milliseconds of CPU
RUNS = 5

MEASURE = """
import asyncio, json, sys, time
import jupyter_server.serverapp, jupyter_server.extension.application
from jupyter_server.serverapp import ServerApp

async def main():
    server = ServerApp(port=0, open_browser=False, allow_root=True, log_level=50)
    server.initialize(argv=[], find_extensions=False, new_httpserver=False)
    manager = server.extension_manager
    before = set(sys.modules)
    began = time.process_time()
    assert manager.add_extension("sm_onboard", enabled=True)
    manager.link_extension("sm_onboard")
    manager.load_extension("sm_onboard")
    spent = 1000 * (time.process_time() - began)
    assert any("sm-onboard" in r.matcher.regex.pattern
               for rule in server.web_app.default_router.rules
               for r in getattr(rule.target, "rules", []) if hasattr(r.matcher, "regex"))
    print(json.dumps({"ms": spent, "imported": sorted(set(sys.modules) - before)}))

asyncio.run(main())
"""


def measure(folder: Path) -> dict[str, object]:
    folders = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        env={**os.environ, **folders, "PYTHONPATH": str(REPOSITORY)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_loading_costs_at_most_50_ms_of_cpu(
    tmp_path: Path, record_property: pytest.FixtureRequest
) -> None:
    runs = [measure(tmp_path) for _ in range(RUNS)]
    spent = statistics.median(float(str(run["ms"])) for run in runs)
    print(f"importing and loading sm_onboard: {spent:.1f} ms of CPU (median of {RUNS})")
    record_property("cpu_ms", spent)  # type: ignore[operator]
    assert spent <= BUDGET
    # Only what the start needs; each further module must be argued for here.
    assert set(runs[0]["imported"]) == {  # type: ignore[call-overload]
        "sm_onboard",
        "sm_onboard.app",
        "sm_onboard.errors",
        "sm_onboard.events",
        "sm_onboard.http",
        "sm_onboard.studio",
    }
