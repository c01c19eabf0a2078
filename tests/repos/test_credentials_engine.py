"""The engine with real credentials: what a person sees in the row."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sm_onboard.git.listener import Listener
from sm_onboard.repos.access.credentials import GitCredentials
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Outcome
from tests.gitserver import FaultyGitServer, make_repository
from tests.repos.signing_in import PASSWORD, USER, command_folder, entry, holds

SECRET = "acme/github"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    client.create_secret(
        Name=SECRET, SecretString=f'{{"username": "{USER}", "password": "{PASSWORD}"}}'
    )
    yield client
    client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    server.stop()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FaultyGitServer]:
    (tmp_path / "host").mkdir()
    with FaultyGitServer(tmp_path / "host", user=USER, password=PASSWORD) as server:
        make_repository(server.root, "churn")
        yield server


def sync(home: Path, url: str, log: list[str]) -> Outcome:
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    engine = Engine(home, credentials=GitCredentials(), state_home=home / ".local/state/sm-onboard")
    engine.prepare()
    return engine.sync(entry(url, SECRET), Listener(log=log.append))


def test_a_private_repository_is_ready_and_the_password_is_nowhere(home, host, secrets) -> None:
    log: list[str] = []
    url = host.url("churn", private=True)
    done = sync(home, url, log)
    assert (done.state, done.action) == ("ready", "cloned"), done
    again = sync(home, url, log)
    assert (again.state, again.action) == ("ready", "unchanged"), again
    assert not holds([PASSWORD], "\n".join(log).encode())
    held = [p for p in home.rglob("*") if p.is_file() and holds([PASSWORD], p.read_bytes())]
    assert held == []


def test_the_person_pulls_in_what_the_engine_cloned(home, host, secrets, tmp_path) -> None:
    sync(home, host.url("churn", private=True), [])
    environment = dict(os.environ)
    environment["PATH"] = f"{command_folder(tmp_path / 'x')}:{environment['PATH']}"
    pulled = subprocess.run(
        ["git", "pull"], cwd=home / "churn", env=environment, capture_output=True, text=True
    )
    assert pulled.returncode == 0, pulled.stderr
    assert not (home / ".git-credentials").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"username": "ana", "password": "old"}', "repos.sign_in_refused"),
        ("{", "repos.secret_malformed"),
    ],
)
def test_a_row_names_the_secret(home, host, secrets, text, code) -> None:
    secrets.put_secret_value(SecretId=SECRET, SecretString=text)
    done = sync(home, host.url("churn", private=True), [])
    assert (done.state, done.code) == ("failed", code), done
    assert SECRET in done.message
    assert "retry" in done.actions
    assert not (home / "churn").exists()


def test_a_secret_that_went_away_after_the_clone(home, host, secrets) -> None:
    url = host.url("churn", private=True)
    sync(home, url, [])
    secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    try:
        done = sync(home, url, [])
        assert done.code == "repos.secret_missing", done
        assert (home / "churn/README.md").exists()
    finally:
        secrets.create_secret(Name=SECRET, SecretString="x")
