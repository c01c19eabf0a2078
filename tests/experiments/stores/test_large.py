"""A database of 2 GB: read in bounded time and memory, and nothing of it is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sm_onboard.experiments.stores.sqlite import SqliteStore

from .plain import add, make

MEGABYTE = 1 << 20
READ = """
import json, sys, time
from pathlib import Path
from sm_onboard.experiments.assembly import LONGEST
from sm_onboard.experiments.stores.opening import open_store
def peak():  # not getrusage, which also knows the process that started this one
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
store = open_store(sys.argv[1], environ={}, home=Path("/nowhere"), longest=LONGEST)
before, began = peak(), time.monotonic()
runs = store.runs([each.id for each in store.experiments()])
seconds, more = time.monotonic() - began, peak() - before
print(json.dumps([len(runs), seconds, more, max(len(run.params["p"]) for run in runs)]))
"""


def test_a_long_value_is_cut_in_lists_only(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    add(path, "a" * 32, params={"p": "ä" * 101, "q": "x" * 100, "n": 0.1}, tags={"t": b"y" * 101})
    store = SqliteStore(path, longest=100)
    (run,) = store.runs()
    assert run.params == {"p": "ä" * 100 + "…", "q": "x" * 100, "n": "0.1"}
    assert run.tags == {"t": "y" * 100 + "…"}
    assert store.runs(["0"]) == [run]
    assert store.run(run.id).params["p"] == "ä" * 101
    assert [one.params["p"] for one in store.tagged("t", "none")] == []


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_2_gb(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number in range(2000):
            id = f"{number:032x}"
            connection.execute(
                "INSERT INTO runs VALUES (?, ?, 'ada', 'FINISHED', ?, NULL, 'active', '', 0)",
                (id, f"run-{number}", number),
            )
            text = str(number).zfill(7) * (MEGABYTE // 7 + 1)
            connection.execute("INSERT INTO params VALUES ('p', ?, ?)", (text, id))
        connection.commit()
    assert path.stat().st_size > 2e9
    asked = [sys.executable, "-c", READ, f"sqlite:///{path}"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=300).stdout
    count, seconds, megabytes, longest = json.loads(told)
    print(f"{path.stat().st_size / 1e9:.1f} GB: {seconds:.1f} s, {megabytes:.0f} MB more")
    assert (count, longest) == (2000, 16_001)
    assert megabytes < 300
