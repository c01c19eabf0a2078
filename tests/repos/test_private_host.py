"""A private host end to end: the engine, the helper, Secrets Manager, a host that asks.

Clone, update and set-aside by the engine, then the person's own pull and push; and the
password is in no file, no argument, no log and no answer.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import msgspec
import pytest
from moto.server import ThreadedMotoServer

from sm_onboard.git.listener import Listener
from sm_onboard.repos.access.credentials import GitCredentials
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Outcome
from tests.gitserver import FaultyGitServer, Repository, make_repository
from tests.repos.signing_in import PASSWORD, USER, command_folder, entry, holds

SECRET = "acme/github"
KEY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A person's home with a credential store, and a Secrets Manager that knows one secret."""
    path = tmp_path / "ana"
    path.mkdir()
    (path / ".gitconfig").write_text(
        "[user]\n\tname = Ana\n\temail = ana@example.com\n[credential]\n\thelper = store\n"
    )
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    address, port = server.get_host_and_port()
    for name, value in {
        "HOME": str(path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "AWS_ENDPOINT_URL": f"http://{address}:{port}",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": KEY,
        "PATH": f"{command_folder(tmp_path / 'scripts')}:{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    client.create_secret(
        Name=SECRET, SecretString=f'{{"username": "{USER}", "password": "{PASSWORD}"}}'
    )
    yield path
    client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    server.stop()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FaultyGitServer]:
    (tmp_path / "host").mkdir()
    with FaultyGitServer(tmp_path / "host", user=USER, password=PASSWORD) as server:
        yield server


@contextmanager
def arguments() -> Iterator[set[bytes]]:
    """The arguments of every process of this machine that lives meanwhile."""
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.005):
            for name in os.listdir("/proc"):
                if name.isdigit():
                    try:
                        seen.add(Path("/proc", name, "cmdline").read_bytes())
                    except OSError:
                        continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def person(home: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", *args], cwd=home / "churn", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_from_clone_to_push_without_a_trace_of_the_password(
    home: Path, host: FaultyGitServer
) -> None:
    team: Repository = make_repository(host.root, "churn", {"a.txt": "one\n", "b.txt": "two\n"})
    log: list[str] = []
    engine = Engine(home, credentials=GitCredentials(), state_home=home / ".local/state/sm-onboard")
    engine.prepare()
    asked = entry(host.url("churn", private=True), SECRET)
    answers: list[Outcome] = []

    def work(do: str) -> Outcome:
        listener = Listener(log=log.append)
        done = engine.act(asked, do, listener) if do != "sync" else engine.sync(asked, listener)  # type: ignore[arg-type]
        answers.append(done)
        return done

    with arguments() as seen:
        assert work("sync").action == "cloned", answers
        team.commit({"a.txt": "ONE\n"})
        assert work("sync").action == "updated", answers
        (home / "churn" / "b.txt").write_text("mine\n")
        team.commit({"b.txt": "TWO\n"})
        assert work("sync").code == "repos.files_in_the_way"
        assert work("set_aside").action == "updated", answers
        assert work("undo").action == "restored", answers
        person(home, "checkout", "-q", "--", "b.txt")
        told = person(home, "pull", "--ff-only")
        (home / "churn" / "c.txt").write_text("mine\n")
        person(home, "add", "c.txt")
        person(home, "commit", "-qm", "mine")
        told += person(home, "push")
        assert work("sync").state == "ready", answers
    assert team.read("c.txt") == b"mine\n"

    assert not (home / ".git-credentials").exists()
    secret = [PASSWORD, KEY]
    assert [p for p in home.rglob("*") if p.is_file() and holds(secret, p.read_bytes())] == []
    assert [line for line in seen if holds(secret, line)] == []
    assert any(b"sm-onboard" in line or b"credential_helper" in line for line in seen)
    assert not holds(secret, "\n".join([told, *log]).encode())
    assert not holds(secret, msgspec.json.encode(answers))


def test_a_password_that_the_host_repeats_is_not_shown(home: Path, host: FaultyGitServer) -> None:
    """A wrong address with the password in it never gets as far as git or the record."""
    make_repository(host.root, "churn")
    log: list[str] = []
    engine = Engine(home, credentials=GitCredentials(), state_home=home / "state")
    engine.prepare()
    url = host.url("churn", private=True).replace("://", f"://{USER}:{PASSWORD}@")
    done = engine.sync(entry(url, SECRET), Listener(log=log.append))
    assert done.state == "failed", done
    assert PASSWORD not in str(done)
    assert [p for p in home.rglob("*") if p.is_file() and holds([PASSWORD], p.read_bytes())] == []
    assert not holds([PASSWORD], "\n".join(log).encode())
