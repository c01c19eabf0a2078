"""What a run costs the person who begins one: processes of git, and milliseconds."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

import pytest

from sm_onboard.experiments import record
from sm_onboard.experiments.recording.provider import Provider
from sm_onboard.git.run import Git

from .conftest import Cell, Clone


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    real, made = Git._run, []

    def counted(self: Git, args: Any, *rest: Any) -> Any:
        made.append(args[0])
        return real(self, args, *rest)

    monkeypatch.setattr(Git, "_run", counted)
    return made


def age(clone: Clone) -> None:
    """As if the files had been saved a while ago."""
    for file in ("src/churn/model.py", "notebooks/mine.ipynb"):
        os.utime(clone.root / file, (1_700_000_000, 1_700_000_000))


def test_processes_of_git(clone: Clone, cell: Cell, calls: list[str]) -> None:
    cell.file = clone.root / "notebooks" / "start.ipynb"
    age(clone)
    assert record.SNAPSHOT in Provider().tags()
    calls.clear()
    Provider().tags()
    assert calls == []
    cell.next()
    Provider().tags()
    assert calls == ["status"]
    calls.clear()
    clone.write("new.py", "x = 1\n")
    cell.next()
    Provider().tags()
    asked = "status write-tree update-index write-tree for-each-ref bundle"
    assert calls == asked.split()


@pytest.mark.long
def test_milliseconds(clone: Clone, cell: Cell, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown, not asserted: a busy machine says nothing about the code."""
    cell.file = clone.root / "notebooks" / "start.ipynb"

    def once(change: bool) -> float:
        if change:
            clone.write("new.py", f"x = {time.time_ns()}\n")
        cell.next()
        began = time.perf_counter()
        assert record.SNAPSHOT in Provider().tags()
        return (time.perf_counter() - began) * 1000

    once(True)
    changed = [once(True) for _ in range(60)]
    time.sleep(0.1)
    same = [once(False) for _ in range(60)][1:]
    with capsys.disabled():
        for name, values in (("changed", changed), ("unchanged", same)):
            print(
                f"\n{name}: least {min(values):.1f} ms, median {statistics.median(values):.1f} ms"
            )
