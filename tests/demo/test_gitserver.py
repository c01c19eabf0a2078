"""The git servers of the demo and of the tests do what other tests rely on."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from sm_onboard.demo.gitserver import GitServer
from sm_onboard.demo.history import git_environment
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until

LIMITS = ["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=1"]


def run(*arguments: str, cwd: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = git_environment(
        GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.com", **extra
    ) | {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com"}
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=30
    )


@pytest.fixture
def server(tmp_path):
    (tmp_path / "host").mkdir()
    with FaultyGitServer(tmp_path / "host", user="ana", password="s3cret") as server:
        yield server


def test_clone_has_every_file_and_is_counted(server, tmp_path):
    made = make_repository(server.root, "churn", files=50, commits=4)
    done = run("clone", server.url("churn"), "copy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    listed = run("ls-files", "-z", cwd=tmp_path / "copy").stdout
    assert sorted(listed.strip("\0").split("\0")) == sorted(made.paths())
    assert "データ" in listed
    assert run("status", "--porcelain", cwd=tmp_path / "copy").stdout == ""
    counts = server.counts["churn"]
    assert (counts.packs, counts.pushes) == (1, 0)
    assert counts.sent > 1000


@pytest.mark.parametrize("how", [["--depth=1"], ["--filter=blob:none"]])
def test_partial_clones(server, tmp_path, how):
    make_repository(server.root, "churn", commits=3)
    assert run("clone", *how, server.url("churn"), "copy", cwd=tmp_path).returncode == 0


def test_private_asks_for_the_password(server, tmp_path):
    make_repository(server.root, "churn")
    private = server.url("churn", private=True)
    assert "could not read Username" in run("ls-remote", private).stderr
    wrong = private.replace("//", "//ana:wrong@")
    assert "Authentication failed" in run("ls-remote", wrong).stderr
    right = private.replace("//", "//ana:s3cret@")
    assert run("ls-remote", right).returncode == 0


def test_push_only_when_asked(server, tmp_path):
    made = make_repository(server.root, "churn", files=3)
    big = os.urandom(2_000_000)  # more than http.postBuffer: sent in chunks
    run("clone", server.url("churn"), "copy", cwd=tmp_path)
    (tmp_path / "copy" / "big.bin").write_bytes(big)
    run("add", ".", cwd=tmp_path / "copy")
    run("commit", "-m", "more", cwd=tmp_path / "copy")
    server.push = False
    assert run("push", cwd=tmp_path / "copy").returncode != 0
    server.push = True
    assert run("push", cwd=tmp_path / "copy").returncode == 0
    assert "big.bin" in made.paths()


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_statuses(server, status):
    make_repository(server.root, "churn")
    server.faults["churn"] = Fault.answer(status)
    done = run("ls-remote", server.url("churn"))
    assert done.returncode == 128
    assert str(status) in done.stderr or status in (401, 404)
    server.faults.clear()
    assert run("ls-remote", server.url("churn")).returncode == 0


@pytest.mark.parametrize(
    "fault",
    [Fault.hang(), Fault.stall(100_000), Fault.slow(500), Fault.cut(100_000), Fault.garbage()],
    ids=lambda fault: fault.kind,
)
def test_broken_clones_fail(server, tmp_path, fault):
    make_repository(server.root, "churn", files=30, size=20_000, random_bytes=True)
    server.faults["churn"] = fault
    done = run(*LIMITS, "clone", server.url("churn"), "copy", cwd=tmp_path)
    assert done.returncode == 128, done.stderr
    assert server.counts["churn"].sent <= 110_000
    server.faults["churn"] = Fault.hang(on="push")
    assert run("clone", server.url("churn"), "copy", cwd=tmp_path).returncode == 0


def test_slow_is_slow_and_complete(server, tmp_path):
    make_repository(server.root, "churn", files=10, size=4_000, random_bytes=True)
    server.faults["churn"] = Fault.slow(40_000)
    begun = time.monotonic()
    assert run("clone", server.url("churn"), "copy", cwd=tmp_path).returncode == 0
    assert time.monotonic() - begun > 0.8


def test_wrong_length_and_redirect(server, tmp_path):
    make_repository(server.root, "churn")
    server.faults["churn"] = Fault.wrong_length()
    assert run(*LIMITS, "ls-remote", server.url("churn")).returncode == 128
    (tmp_path / "elsewhere").mkdir()
    with FaultyGitServer(tmp_path / "elsewhere") as other:
        make_repository(other.root, "churn")
        server.faults["churn"] = Fault.redirect(other.address)
        assert run("ls-remote", server.url("churn")).returncode == 0
        assert run("-c", "http.followRedirects=false", "ls-remote", server.url("churn")).returncode
        assert other.counts["churn"].requests > 0


def test_histories_change_as_asked(server, tmp_path):
    made = make_repository(server.root, "churn", {"a b.txt": "1\n", "ü.txt": "2\n"}, commits=3)
    first = made.tip()
    assert made.commit({"a b.txt": "new\n", "ü.txt": None}) != first
    assert made.read("a b.txt") == b"new\n"
    assert made.paths() == ["a b.txt", "log.txt"]
    made.rewind(1)
    assert made.tip() == first
    made.rename_branch("main", "trunk")
    listed = run("ls-remote", "--symref", server.url("churn"), "HEAD").stdout
    assert "refs/heads/trunk" in listed
    made.replace_history({"only.txt": "x"})
    assert made.git("rev-list", "--count", "trunk") == "1"
    assert run("ls-remote", server.url("churn"), "main").stdout == ""


def test_stop_ends_hanging_connections_and_threads(tmp_path):
    (tmp_path / "host").mkdir()
    before = threading.active_count()
    with FaultyGitServer(tmp_path / "host") as server:
        make_repository(server.root, "churn", files=30, size=20_000, random_bytes=True)
        server.faults["churn"] = Fault.stall(10_000)
        clients = [
            subprocess.Popen(
                ["git", "clone", server.url("churn"), str(tmp_path / f"copy{n}")],
                env=git_environment(),
                stderr=subprocess.DEVNULL,
            )
            for n in range(4)
        ]
        idle = socket.create_connection(("127.0.0.1", server.port))
        wait_until(lambda: server.counts["churn"].sent >= 40_000)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert threading.active_count() == before
    assert [client.wait(10) for client in clients] == [128] * 4
    idle.close()


def test_only_repositories_are_served(tmp_path):
    (tmp_path / "host").mkdir()
    (tmp_path / "secret.git").mkdir()
    with GitServer(tmp_path / "host") as server:
        for path in ("/../secret.git/info/refs", "/churn.git/config", "/", "/private/x.git/HEAD"):
            with socket.create_connection(("127.0.0.1", server.port)) as client:
                client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                assert client.recv(100).startswith(b"HTTP/1.1 404")
