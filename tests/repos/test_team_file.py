"""Reading the team's file out of a git repository."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.errors import NotFound, OnboardError, Stopped, Unreachable
from sm_onboard.repos.access.credentials import GitCredentials
from sm_onboard.repos.plan.team_file import GitReader
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until

TEXT = "version: 1\nrepositories: []\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyGitServer]:
    with FaultyGitServer(tmp_path / "host") as server:
        make_repository(
            server.root, "team", files={"conf/onboard.yaml": TEXT, "big.bin": b"x" * 100_000}
        )
        yield server


@pytest.fixture
def cancel() -> threading.Event:
    return threading.Event()


@pytest.fixture
def reader(cancel: threading.Event) -> GitReader:
    return GitReader(GitCredentials(), cancel)


def test_the_bytes_of_the_file(server: FaultyGitServer, reader: GitReader) -> None:
    assert reader.read(server.url("team"), "conf/onboard.yaml", http=True) == TEXT.encode()


@pytest.mark.parametrize("path", ["nowhere.yaml", "conf", "../etc/passwd", "HEAD", "--help"])
def test_what_is_no_file_of_it(server: FaultyGitServer, reader: GitReader, path: str) -> None:
    with pytest.raises(NotFound) as missing:
        reader.read(server.url("team"), path, http=True)
    assert missing.value.code == "config.team_file_missing"
    assert missing.value.hint


def test_a_host_without_that_repository(server: FaultyGitServer, reader: GitReader) -> None:
    with pytest.raises(OnboardError) as failed:
        reader.read(server.url("nobody"), "onboard.yaml", http=True)
    assert failed.value.message


def test_a_host_that_breaks(server: FaultyGitServer, reader: GitReader) -> None:
    server.faults["team"] = Fault.garbage()
    with pytest.raises(Unreachable) as failed:
        reader.read(server.url("team"), "conf/onboard.yaml", http=True)
    assert failed.value.code == "config.team_file_unreachable"


def test_plain_http_is_refused_unless_the_caller_says_loopback(
    server: FaultyGitServer, reader: GitReader
) -> None:
    with pytest.raises(OnboardError):
        reader.read(server.url("team"), "conf/onboard.yaml")
    assert server.counts["team"].packs == 0


def test_it_can_be_ended(
    server: FaultyGitServer, reader: GitReader, cancel: threading.Event
) -> None:
    server.faults["team"] = Fault.hang(on="pack")
    ended: list[BaseException] = []

    def read() -> None:
        try:
            reader.read(server.url("team"), "conf/onboard.yaml", http=True)
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    wait_until(lambda: server.counts["team"].packs > 0)
    cancel.set()
    thread.join(20)
    assert [type(error) for error in ended] == [Stopped]


def test_nothing_is_left(
    server: FaultyGitServer, reader: GitReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    reader.read(server.url("team"), "conf/onboard.yaml", http=True)
    assert list((tmp_path / "temporary").iterdir()) == []
