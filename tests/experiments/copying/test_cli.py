"""``sm-onboard experiments copy``, as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from experiments.stores.plain import add, make

from sm_onboard import aws
from sm_onboard.experiments.copying.models import UNFINISHED
from sm_onboard.experiments.stores.sagemaker import SagemakerStore
from tests.demo.sagemaker.absent import lacks
from tests.experiments.trials.place import REGION, URI, bucket
from tests.localsagemaker import SageMaker

pytestmark = pytest.mark.skipif(lacks("BatchGetMetrics"), reason="an older boto3")
COPY = [sys.executable, "-m", "sm_onboard.cli", "experiments", "copy"]
HOSTILE = "[red]\x1b[31m<b>\n"


@pytest.fixture
def source(tmp_path: Path, sagemaker: SageMaker) -> str:
    bucket(sagemaker)
    path = make(tmp_path / "source.db")
    for number in range(6):
        id = f"{number:032x}"
        add(path, id, artifacts=f"{tmp_path}/{id}", name=f"run {number}" if number else HOSTILE,
            params={"long": "x" * 3000}, metrics={"auc": number / 10})  # fmt: skip
    return f"sqlite:///{path}"


@pytest.fixture
def environment(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    return dict(os.environ)


def copy(environment: dict[str, str], *args: str) -> Any:
    return subprocess.run(
        [*COPY, *args], env=environment, capture_output=True, text=True, timeout=60
    )


def test_chosen_runs_are_copied_and_what_did_not_fit_is_listed(
    source: str, environment: dict[str, str]
) -> None:
    to = ("--from", source, "--to", URI)
    refused = copy(environment, "run 1", *to)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    done = copy(environment, "run 1", "00000000000000000000000000000000", *to, "--yes")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "2 runs copied.")
    assert done.stderr.count("only beyond.json has all of it: long") == 2
    assert "\x1b" not in done.stderr
    told = json.loads(copy(environment, "run 1", *to, "--yes", "--json").stdout)
    assert (told["from"], told["to"], told["total"]) == (source, URI, 1)
    assert told["runs"][0]["action"] == "unchanged" and told["runs"][0]["copy"]


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        (("--from", "SOURCE", "--to", "SOURCE"), 2, "same store"),
        (("nobody", "--from", "SOURCE", "--to", URI), 1, "no run"),
        (("--experiment", "none", "--from", "SOURCE", "--to", URI), 1, "no experiment"),
        (("--from", "nowhere.db", "--to", URI), 1, "nowhere.db"),
        (("--from", "SOURCE", "--to", "ftp://x"), 2, "ftp"),
        (("--from", "SOURCE"), 2, "--to"),
    ],
)
def test_a_wrong_line_is_said(
    args: tuple[str, ...], status: int, says: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from sm_onboard.cli import main

    monkeypatch.setattr(aws, "default", aws.Aws)
    given = [source if arg == "SOURCE" else arg for arg in args]
    done = CliRunner().invoke(main, ["experiments", "copy", *given, "--yes"])
    assert done.exit_code == status and says in done.output


def test_without_mlflow_it_says_what_to_install(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from sm_onboard.cli import main

    monkeypatch.setitem(sys.modules, "mlflow", None)
    there = str(tmp_path / "there")
    done = CliRunner().invoke(
        main, ["experiments", "copy", "--from", source, "--to", there, "--yes"]
    )
    assert done.exit_code == 1 and "pip install mlflow-skinny" in done.output


def test_ctrl_c_finishes_the_run_at_work_and_a_kill_is_finished_by_the_next(
    source: str, environment: dict[str, str], sagemaker: SageMaker
) -> None:
    slow = {"kind": "latency", "seconds": 0.1, "operations": ["sagemaker:UpdateTrialComponent"]}
    sagemaker.control.trouble(slow)
    store = SagemakerStore(REGION, clients=aws.Aws(attempts=2))
    command = [*COPY, "--from", source, "--to", URI, "--yes"]
    for number, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)  # fmt: skip
        assert process.stderr is not None
        while ": copied" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        said = process.communicate(timeout=60)
        assert process.returncode == status, said
        if status == 130:
            assert "Finishing this run" in said[1] and "were not begun" in said[1]
            assert not any(UNFINISHED in run.tags for run in store.runs())
            assert 0 < len(store.runs()) < 6
    sagemaker.control.trouble()
    assert copy(environment, "--from", source, "--to", URI, "--yes").returncode == 0
    found = store.runs()
    assert len(found) == 6 and not any(UNFINISHED in run.tags for run in found)
