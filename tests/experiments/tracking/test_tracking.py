"""`experiments: {tracking: …}`: where the runs of notebooks go, and what is said of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.errors import OnboardError
from sm_onboard.experiments import tracking
from sm_onboard.experiments.kernels import Kernel
from sm_onboard.experiments.tracking import VARIABLE, Tracking, on_command_line
from sm_onboard.repos.plan.onboard_keys import Experiments
from sm_onboard.rooms import Rooms, Settings
from tests.experiments.stores.remote.test_sagemaker_experiments import fill, needs
from tests.localsagemaker import SageMaker

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/team"
PLAIN = Kernel("python3", "Python 3", "/env/bin/python", mlflow=True, records=True)
WHOLE = replace(PLAIN, schemes=frozenset({"arn", "sagemaker-experiments"}))

Make = Callable[..., Rooms]


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Rooms of a person whose home is empty; in a domain where one is named."""
    monkeypatch.setattr(tracking.kernels, "look", lambda: (WHOLE,))

    def make(domain: str = "", team: str = "", own: str = "", **environ: str) -> Rooms:
        told = {"AppType": "JupyterLab", "DomainId": domain} if domain else {}
        (tmp_path / "metadata.json").write_text(json.dumps(told))
        (tmp_path / "team.yaml").write_text(team)
        if own:
            file = tmp_path / ".config" / "sm-onboard" / "onboard.yaml"
            file.parent.mkdir(parents=True)
            file.write_text(own)
        settings = Settings(
            metadata_file=str(tmp_path / "metadata.json"),
            team_file=str(tmp_path / "team.yaml") if team else "",
        )
        return Rooms(
            settings, environ={"HOME": str(tmp_path), "AWS_REGION": "eu-west-1", **environ}
        )

    return make


def settled(rooms: Rooms, says: str | None, *kernels: Kernel) -> Tracking:
    found = Tracking(rooms, look=lambda: kernels or (WHOLE,))
    found.settle(Experiments(tracking=says) if says else None)
    return found


def test_outside_of_a_domain_auto_is_a_file_and_nobody_is_asked(
    rooms: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "default", lambda: pytest.fail("AWS was asked"))
    for says in (None, "auto"):
        found = settled(rooms(), says)
        assert found.recording == f"sqlite:///{tmp_path}/.local/state/sm-onboard/mlflow.db"
        assert found.why == ""


@pytest.mark.parametrize(
    ("says", "uri"),
    [
        ("https://mlflow.acme.com", "https://mlflow.acme.com"),
        (ARN, ARN),
        ("sagemaker-experiments", "sagemaker-experiments:eu-west-1"),
        ("sqlite:////srv/runs.db", "sqlite:////srv/runs.db"),
        ("sqlite:///~/runs.db", "sqlite:///{home}/runs.db"),
        ("sqlite:///runs.db", "sqlite:///{home}/runs.db"),
    ],
)
def test_what_is_written_counts(rooms: Make, tmp_path: Path, says: str, uri: str) -> None:
    found = settled(rooms(), says)
    assert (found.recording, found.why) == (uri.replace("{home}", str(tmp_path)), "")
    assert found.uri_for(None) == found.recording


def test_a_persons_own_setting_is_never_overridden(rooms: Make) -> None:
    found = settled(rooms(**{VARIABLE: "http://mine"}), ARN)
    assert (found.recording, found.why) == ("http://mine", "")


def test_before_it_is_known_kernels_get_the_file(rooms: Make) -> None:
    found = Tracking(rooms(), look=lambda: (WHOLE,))
    assert found.uri_for("python3") == found.here
    found.settle(Experiments(tracking=ARN))
    assert found.uri_for("python3") == ARN
    assert found.uri_for("made later") == found.here  # nobody knows what it has


def test_a_kernel_that_lacks_the_plug_in_records_here_and_that_is_said(rooms: Make) -> None:
    able = replace(WHOLE, name="able")
    found = settled(rooms(), ARN, PLAIN, able)
    assert (found.uri_for("python3"), found.uri_for("able")) == (found.here, ARN)
    assert found.why == (
        "The kernel Python 3 lacks sagemaker-mlflow, so its runs stay on this machine. "
        "Install it: /env/bin/python -m pip install sagemaker-mlflow"
    )
    assert settled(rooms(), "https://mlflow.acme.com", PLAIN).why == ""


def test_without_a_region_sagemaker_experiments_cannot_be_meant(rooms: Make) -> None:
    found = settled(rooms(AWS_REGION=""), "sagemaker-experiments")
    assert found.recording == found.here
    assert "no region is known" in found.why


def test_where_a_kernel_records_is_known_by_its_id(rooms: Make) -> None:
    found = settled(rooms(), ARN)
    found.began("early", found.here)
    assert (found.of("early"), found.of("unknown")) == (found.here, ARN)
    for number in range(2000):
        found.began(f"k{number}", ARN)
    assert found.of("early") == ARN  # forgotten: that many are not kept


def test_the_nearer_file_counts_on_the_command_line(rooms: Make) -> None:
    team = "version: 1\nexperiments: {tracking: https://team.acme.com}\n"
    assert on_command_line(rooms(team=team)).uri == "https://team.acme.com"
    own = "version: 1\nexperiments: {tracking: https://mine.acme.com}\n"
    assert on_command_line(rooms(team=team, own=own)).uri == "https://mine.acme.com"
    chosen = rooms(team=team, **{VARIABLE: "http://set"})
    assert on_command_line(chosen).uri == "http://set"


def test_of_a_remote_team_file_the_copy_counts(
    rooms: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(address: str, **_: Any) -> bytes:
        asked.append(address)
        return b"version: 1\nexperiments: {tracking: https://team.acme.com}\n"

    monkeypatch.setattr(aws, "read_s3", read)
    for _ in range(2):
        here = rooms()
        here.settings = Settings(team_file="s3://acme/onboard.yaml")
        assert on_command_line(here).uri == "https://team.acme.com"
    assert asked == ["s3://acme/onboard.yaml"]


def test_a_wrong_key_names_the_nearest(rooms: Make) -> None:
    here = rooms(team="version: 1\nexperiments: {traking: auto}\n")
    (problem,) = here.repos._given.load().problems
    assert (problem.code, problem.hint) == ("config.unknown_key", "Did you mean 'tracking'?")


# The domain's MLflow App, in the local SageMaker


class Mlflow(BaseHTTPRequestHandler):
    """As much of an MLflow server as is asked; real ones answer the tests of the stores."""

    def do_GET(self) -> None:
        body = b'{"experiments": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def behind() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mlflow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def domain(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    needs("ListMlflowApps")
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    clients = aws.Aws(attempts=1)
    monkeypatch.setattr(aws, "default", lambda: clients)
    return fill(sagemaker)


def test_auto_is_the_domains_default_app_once_it_answers(
    rooms: Make, sagemaker: SageMaker, domain: dict[str, str], behind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = Tracking(rooms(domain["domain"]), look=lambda: (WHOLE,))
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        assert found.recording == found.here
        assert "MLflow App is not used" in found.why
        if len(pauses) == 2:
            sagemaker.control.mlflow(domain["mine"], behind)
        return False

    monkeypatch.setattr(found._ended, "wait", wait)
    told: list[str] = []
    found.keep_settling(None, lambda: told.append(found.recording))
    assert len(pauses) == 2
    assert (found.recording, found.name, found.why) == (domain["mine"], "mine", "")
    assert told == [found.here, found.here, domain["mine"]]


def test_a_role_that_may_not_list_apps_records_here(
    rooms: Make, sagemaker: SageMaker, domain: dict[str, str]
) -> None:
    sagemaker.control.trouble({"operations": ["sagemaker:ListMlflowApps"], "kind": "denied"})
    found = settled(rooms(domain["domain"]), "auto")
    assert found.recording == found.here
    assert "sagemaker:ListMlflowApps" in found.why
    assert not found.choice.again  # it would be refused again


def test_a_domain_without_an_app_records_here_and_nothing_is_wrong(
    rooms: Make, domain: dict[str, str]
) -> None:
    found = settled(rooms("d-other0000000"), "auto")
    assert (found.recording, found.why) == (found.here, "")


def test_what_breaks_while_finding_out_leaves_the_file(
    rooms: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OnboardError("aws.no_credentials", "There are no credentials.")

    monkeypatch.setattr("sm_onboard.experiments.stores.discover.default_app", refuse)
    found = settled(rooms("d-acme00000000"), "auto")
    assert found.recording == found.here
    assert found.why.endswith("There are no credentials.")
