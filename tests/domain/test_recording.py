"""What the doctor says of recorded runs, without asking anybody."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.domain.doctor.recording import Recording
from sm_onboard.domain.models import Check
from sm_onboard.experiments.kernels import Kernel

WHOLE = Kernel("python3", "Python 3", "/env/bin/python", mlflow=True, records=True)
BARE = Kernel("bare", "Bare", "/bare/bin/python", mlflow=True)
EMPTY = Kernel("empty", "Empty", "/empty/bin/python")


def look(*kernels: Kernel, why: str = "", file: Path = Path("/")) -> tuple[Check, Check]:
    recording, own = Recording(lambda: kernels, lambda: why, file).checks()
    assert (recording.id, own.id) == ("recording", "own_store")
    return recording, own


@pytest.mark.parametrize(
    ("kernels", "state", "said"),
    [
        ((WHOLE,), "works", "with their code, from Python 3"),
        ((WHOLE, EMPTY), "works", "with their code, from Python 3"),
        ((WHOLE, BARE), "limited", "Runs of the kernel Bare are kept without their code."),
        ((EMPTY,), "limited", "The kernel Empty has no MLflow, so nothing is recorded there."),
        ((), "not_here", "No kernel of Python is installed here."),
    ],
)
def test_kernels(kernels: tuple[Kernel, ...], state: str, said: str) -> None:
    check, _ = look(*kernels)
    assert (check.state, check.message) == (state, said)
    assert (check.problem is None) == (state in ("works", "not_here"))


def test_the_line_that_installs_what_is_missing_names_that_kernels_python() -> None:
    for kernel, package in ((BARE, "sm_onboard"), (EMPTY, "mlflow")):
        check, _ = look(kernel)
        assert check.problem is not None
        words = shlex.split(check.problem.hint.partition(": ")[2])
        assert words[0] == kernel.python and package in words


def test_why_runs_go_elsewhere_is_said_first() -> None:
    check, _ = look(WHOLE, why="The domain's MLflow App is not used: it is being created.")
    assert check.state == "limited"
    assert check.message == "The domain's MLflow App is not used: it is being created."


def test_a_place_that_cannot_be_written(tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "state" / "mlflow.db"
    assert look(file=file)[1].state == "works"  # not there yet: the first run makes it
    assert not file.parent.exists()
    file.parent.mkdir()
    file.touch()
    assert look(file=file)[1].state == "works"
    # Root may write everything, so what the system would say is said here.
    monkeypatch.setattr(os, "access", lambda path, how: how != os.W_OK)
    _, own = look(file=file)
    assert own.state == "fails" and own.problem is not None
    assert str(file) in own.message
