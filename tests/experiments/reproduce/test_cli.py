"""``sm-onboard experiments reproduce``: shows the rows, asks once, says how to go on."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce.cli import reproduce
from sm_onboard.experiments.stores import opening
from tests.experiments.reproduce.lab import ID, Lab, dirty, lab, whole
from tests.gitserver import Fault, wait_until


@pytest.fixture
def here(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        asked = {}

        def open_store(uri: str, **more: object) -> object:
            asked["uri"] = uri
            return made.store

        monkeypatch.setattr(opening, "open_store", open_store)
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(home / "jupyter"))
        monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
        yield made
        assert asked["uri"] in (f"sqlite:///{home}/.local/state/sm-onboard/mlflow.db", "arn")


def call(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(reproduce, list(args), input=input)


def test_shows_the_rows_and_says_how_to_go_on(here: Lab, home: Path) -> None:
    dirty(here.person)
    files = here.record(environment="msgspec==0.0.1\n", tags={record.PYTHON: "3.12.11"})
    done = call("eager-heron-312", "--yes")
    assert done.exit_code == 0, done.output
    made = home / "reproduced" / "eager-heron-312"
    assert whole(made) == files
    assert re.search(
        r"^  Code +the same +The snapshot is here: commit [0-9a-f]{7} and", done.output, re.M
    )
    assert re.search(r"^  Environment +differs +Python here is", done.output, re.M)
    assert "eager-heron-312: what is different today from 14 Nov 2023:" in done.output
    assert f"{made} has the files as they were.\nThe notebook is nb/train.ipynb.\n" in done.output
    venv = f"{made}-venv"
    assert (
        f"  python3.12 -m venv {venv} && {venv}/bin/python -m pip install "
        f"-r {made}/.git/sm-onboard/environment.txt\n" in done.output
    )


def test_makes_nothing_where_nobody_can_be_asked(here: Lab, home: Path) -> None:
    here.record()
    done = call(ID)
    assert (done.exit_code, "Add --yes." in done.output) == (2, True)
    assert "reproduced" not in os.listdir(home)


@pytest.mark.parametrize(("answer", "status"), [("\n", 1), ("n\n", 1), ("y\n", 0)])
def test_asks_once_and_no_is_the_default(
    here: Lab, home: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    here.record()
    monkeypatch.setattr("sm_onboard.experiments.reproduce.cli.can_ask", lambda: True)
    done = call(ID[:8], input=answer)
    assert done.exit_code == status, done.output
    assert done.output.count("Reproduce eager-heron-312?") == 1
    assert ("reproduced" in os.listdir(home)) is (status == 0)


def test_json_into_a_folder_of_ones_own(here: Lab) -> None:
    here.record()
    into = here.folder / "mine"
    done = call(ID, "--yes", "--json", "--into", str(into), "--store", "arn")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["made"]["path"]) == (0, str(into))
    assert [row["part"] for row in told["plan"]["parts"]] == [
        *("code", "environment", "data", "instance")
    ]
    done = call(ID, "--yes", "--into", str(into), "--store", "arn")
    assert (done.exit_code, f"{into} exists." in done.output) == (1, True)


def test_a_run_that_cannot_come_back(here: Lab) -> None:
    here.record()
    here.person.server.faults["*"] = Fault.answer(500)
    done = call(ID, "--yes")
    assert done.exit_code == 1
    assert "This run cannot be brought back." in done.output
    assert call("nobody", "--yes").exit_code == 1


def test_ctrl_c_leaves_nothing(here: Lab, home: Path) -> None:
    here.record()
    server = here.person.server
    server.faults["churn"] = Fault.stall(after=200)

    def interrupt() -> None:
        wait_until(lambda: server.counts["churn"].packs > 0)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    server.reset_counts()
    thread.start()
    done = call(ID, "--yes")
    thread.join()
    assert (done.exit_code, "Cancelled. Nothing was made." in done.output) == (130, True)
    assert os.listdir(home / "reproduced") == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
