"""When this app was last used, and the reports on the team's storage, which may be anybody's."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from tornado import web

from sm_onboard.domain import activity
from sm_onboard.domain.activity import FOLDER, Reporter, last_used, reports
from sm_onboard.rooms import Rooms, Settings

NOW = datetime.now(timezone.utc)
HOUR_AGO = NOW - timedelta(hours=1)


def report(folder: Path, space: str = "lab", domain: str = "d-1", used: Any = HOUR_AGO) -> Path:
    Reporter([folder], domain, space, lambda: (used, "local")).report()
    return folder / FOLDER / domain / f"{space}.json"


def test_a_report_is_two_times_and_nothing_else(tmp_path: Path) -> None:
    file = report(tmp_path)
    assert set(json.loads(file.read_text())) == {"last_used", "at"}
    assert reports([tmp_path], "d-1") == {"lab": HOUR_AGO}
    assert reports([tmp_path], "d-2") == {}
    assert os.listdir(file.parent) == ["lab.json"]  # nothing is left aside


def test_the_newest_report_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    report(first)
    report(second, used=HOUR_AGO + timedelta(minutes=5))
    assert reports([first, second], "d-1") == {"lab": HOUR_AGO + timedelta(minutes=5)}


def test_nobody_knows_when_it_was_used(tmp_path: Path) -> None:
    report(tmp_path, used=None)
    assert not (tmp_path / ".sm-onboard").exists()


def times(used: timedelta, at: timedelta) -> bytes:
    return json.dumps(
        {"last_used": (NOW - used).isoformat(), "at": (NOW - at).isoformat()}
    ).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 1000,
        b'{"last_used": 1, "at": 2}',
        b'{"last_used": "yesterday", "at": "now"}',
        b"\xff\xfe",
        times(timedelta(hours=2), timedelta(hours=1)),  # its server does not run any more
        times(timedelta(hours=-2), timedelta(hours=-3)),  # the future
        times(timedelta(0), timedelta(minutes=5)),  # used after it was written
        times(timedelta(hours=1), timedelta(0)) + b" " * 2000,
        b'{"last_used": "0001-01-01T00:00:00+23:59", "at": "%s"}' % NOW.isoformat().encode(),
        b'{"last_used": "%s", "at": "9999-12-31T23:59:59-23:59"}' % NOW.isoformat().encode(),
    ],
    ids=range(13),  # not the bytes: they have the time in them, and each worker its own
)
def test_a_report_that_is_none(tmp_path: Path, content: bytes) -> None:
    report(tmp_path).write_bytes(content)
    assert reports([tmp_path], "d-1") == {}


def test_links_pipes_and_odd_names_are_not_followed(tmp_path: Path) -> None:
    file = report(tmp_path)
    (file.parent / "link.json").symlink_to(file)
    os.mkfifo(file.parent / "pipe.json")
    (file.parent / "folder.json").mkdir()
    (file.parent / "-.json").write_bytes(file.read_bytes())
    (file.parent / "lab.txt").write_bytes(file.read_bytes())
    assert reports([tmp_path], "d-1") == {"lab": HOUR_AGO}
    other = tmp_path / "other"
    other.mkdir()
    (other / ".sm-onboard").symlink_to(tmp_path / ".sm-onboard")
    assert reports([other], "d-1") == {}
    assert reports([tmp_path, tmp_path / "gone"], "../d-1") == {}


def test_everybody_may_write_and_nobody_takes_anothers_away(tmp_path: Path) -> None:
    file = report(tmp_path)
    for folder in (file.parent, file.parent.parent, file.parent.parent.parent):
        assert folder.stat().st_mode & 0o7777 == 0o1777
    assert file.stat().st_mode & 0o022 == 0
    file.parent.chmod(0o700)
    report(tmp_path)
    assert file.parent.stat().st_mode & 0o7777 == 0o700  # only what was made here is opened up


def test_a_link_in_the_place_of_a_report_is_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep")
    file = report(tmp_path)
    file.unlink()
    file.symlink_to(precious)
    report(tmp_path)
    assert precious.read_text() == "keep"
    assert not file.is_symlink() and reports([tmp_path], "d-1")


def test_storage_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        report(tmp_path / "file")
    good = tmp_path / "good"
    good.mkdir()
    Reporter([tmp_path / "file", good], "d-1", "lab", lambda: (HOUR_AGO, "api")).report()
    assert reports([good], "d-1") == {"lab": HOUR_AGO}


@pytest.mark.parametrize(
    ("domain", "space"), [("", "lab"), ("d-1", ""), ("..", "lab"), ("d-1", "../x")]
)
def test_names_that_are_none_report_nothing(tmp_path: Path, domain: str, space: str) -> None:
    reporter = Reporter([tmp_path], domain, space, lambda: (HOUR_AGO, "api"))
    reporter.start()
    assert not (tmp_path / ".sm-onboard").exists()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_server_reports_unless_the_administrator_says_no(
    tmp_path: Path, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(Reporter, "start", lambda self: started.append(self))
    file = tmp_path / "metadata.json"
    file.write_text(json.dumps({"AppType": "JupyterLab", "DomainId": "d-1", "SpaceName": "lab"}))
    settings = Settings(metadata_file=str(file), report_activity=wanted, update_on_start=False)
    rooms = Rooms(settings, environ={"HOME": str(tmp_path)}, used=lambda: (HOUR_AGO, "api"))
    object.__setattr__(rooms.place, "team_storage", (tmp_path,))
    try:
        rooms.start()
        assert len(started) == wanted
        for reporter in started:
            reporter.report()
            assert reports([tmp_path], "d-1") == {"lab": HOUR_AGO}
    finally:
        rooms.close(5)


async def test_kernels_and_terminals_count_and_requests_do_not(
    jp_serverapp: Any, jp_fetch: Any
) -> None:
    started = jp_serverapp.web_app.settings["started"]
    assert last_used(jp_serverapp) == (started, "local")
    await jp_fetch("api", "contents")
    assert last_used(jp_serverapp) == (started, "local")
    kernel = await jp_serverapp.kernel_manager.start_kernel()
    made = jp_serverapp.kernel_manager.get_kernel(kernel)
    made.last_activity = started + timedelta(minutes=7)
    made.execution_state = "idle"
    assert last_used(jp_serverapp) == (started + timedelta(minutes=7), "local")
    made.execution_state = "busy"
    used, _ = last_used(jp_serverapp)
    assert used is not None and used >= NOW - timedelta(minutes=1)
    await jp_serverapp.kernel_manager.shutdown_kernel(kernel, now=True)


class Idle(web.RequestHandler):
    """As Studio's activity monitor answers."""

    said: Any = "2026-11-10T08:00:00.123456Z"

    def get(self) -> None:
        if self.request.headers.get("Authorization", "").startswith("token "):
            self.finish({"lastActiveTimestamp": self.said})


@pytest.fixture
def monitored(jp_serverapp: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    # Only with jp_fetch the server really listens.
    jp_serverapp.web_app.add_handlers(".*", [(rf"{jp_serverapp.base_url}api/idle", Idle)])
    monkeypatch.setattr(activity, "_MONITOR", "sm_onboard")  # one that is there
    return jp_serverapp


@pytest.mark.parametrize(
    ("said", "by"),
    [("2026-11-10T08:00:00.123456Z", "api"), ("soon", "local"), (7, "local"), (None, "local")],
)
async def test_studios_monitor_is_asked_where_it_is(
    monitored: Any, said: Any, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Idle, "said", said)
    loop = monitored.io_loop.asyncio_loop
    used, source = await loop.run_in_executor(None, last_used, monitored)
    assert source == by
    if by == "api":
        assert used == datetime(2026, 11, 10, 8, 0, 0, 123456, tzinfo=timezone.utc)


async def test_a_monitor_that_does_not_answer_is_not_waited_for(
    jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "_TIMEOUT", 0.2)
    monkeypatch.setattr(activity, "_MONITOR", "sm_onboard")
    # Asked from the loop itself, which therefore cannot answer.
    assert last_used(jp_serverapp)[1] == "local"
