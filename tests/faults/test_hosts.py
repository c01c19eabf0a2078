"""Git hosts that hang, break off, refuse, or send on: never a hang, always a sentence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sm_onboard.git.listener import Access
from sm_onboard.git.run import Limits
from sm_onboard.repos.models import Entry
from tests.faults.checks import at_most, check_told, photo
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until
from tests.repos.world import World

pytestmark = pytest.mark.timeout(90)

SHORT = Limits(ask=4, transfer=8, local=60, low_speed_bytes=1000, low_speed_seconds=2)

FAULTS: dict[str, tuple[Fault, tuple[str, ...], float]] = {
    # what the host does: the fault, the codes it may be told with, seconds it may take
    "never answers": (Fault.hang(), ("repos.too_slow", "repos.timeout"), SHORT.ask),
    "never sends the pack": (Fault.hang("pack"), ("repos.too_slow", "repos.timeout"), 8),
    "stops in mid-pack": (Fault.stall(100_000), ("repos.too_slow", "repos.timeout"), 8),
    "100 bytes a second": (Fault.slow(100), ("repos.too_slow", "repos.timeout"), 8),
    "slow, yet above the limit": (Fault.slow(20_000), ("repos.timeout",), 8),
    "breaks off": (Fault.cut(100_000), ("repos.cut_off",), 8),
    "breaks off at once": (Fault.cut(0, on="refs"), ("repos.cut_off",), SHORT.ask),
    "promises more than it sends": (
        *(Fault.wrong_length(), ("repos.cut_off", "repos.not_git")),
        SHORT.ask,
    ),
    "sends a web page": (Fault.garbage(), ("repos.not_git",), SHORT.ask),
    "sends a web page for the pack": (
        *(Fault.garbage("pack"), ("repos.not_git", "repos.cut_off")),
        8,
    ),
    "401": (Fault.answer(401), ("repos.sign_in_needed",), SHORT.ask),
    "403": (Fault.answer(403), ("repos.forbidden",), SHORT.ask),
    "404": (Fault.answer(404), ("repos.not_found",), SHORT.ask),
    "429": (Fault.answer(429), ("repos.host_busy",), SHORT.ask),
    "500": (Fault.answer(500), ("repos.host_failed",), SHORT.ask),
    "503 for the pack": (Fault.answer(503, on="pack"), ("repos.host_failed",), 8),
}


@pytest.mark.parametrize("what", ["clone", "update"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_host_that_fails(fresh: World, what: str, fault: str) -> None:
    broken, codes, limit = FAULTS[fault]
    fresh.engine.limits = SHORT
    if what == "update":
        assert fresh.sync().action == "cloned"
        fresh.write("mine.txt", "mine\n")
        fresh.team.commit({"big.bin": _noise(1_000_000)})
    before = photo(fresh.clone) if what == "update" else None
    fresh.server.faults["churn"] = broken
    with at_most(limit):
        done = fresh.sync()
    assert (done.state, done.action) == ("failed", "none"), done
    check_told(done, *codes)
    assert done.actions == ("retry",)
    assert fresh.leftovers() == []
    if before is None:
        assert not fresh.clone.exists()
    else:
        assert photo(fresh.clone) == before
    # What went wrong is over: the same click works.
    fresh.server.faults.clear()
    fresh.engine.limits = replace(SHORT, ask=20, transfer=60)
    done = fresh.act("retry")
    assert (done.state, done.commit) == ("ready", fresh.team.tip()), (done, fresh.logged)


def _noise(size: int) -> bytes:
    import random

    return random.Random(1).randbytes(size)


def test_a_connection_that_nobody_takes_up(here: World) -> None:
    here.engine.limits = SHORT
    before = photo(here.clone)
    with socket.create_server(("127.0.0.1", 0)) as listening, at_most(SHORT.ask):
        port = listening.getsockname()[1]
        done = here.sync(id="x", url=f"http://127.0.0.1:{port}/x.git", path="x")
    check_told(done, "repos.too_slow", "repos.timeout")
    assert photo(here.clone) == before


def test_nobody_listens(here: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    done = here.sync(id="x", url=f"http://127.0.0.1:{port}/x.git", path="x")
    check_told(done, "repos.unreachable")
    assert not (here.root / "x").exists()


def test_a_hanging_host_is_cancelled_at_once(fresh: World) -> None:
    fresh.server.faults["churn"] = Fault.hang()
    listener = fresh.listener()
    came = []
    thread = threading.Thread(
        target=lambda: came.append(fresh.engine.sync(fresh.entry(), listener)), daemon=True
    )
    thread.start()
    wait_until(lambda: fresh.server.snapshot("churn").requests > 0)
    begin = time.monotonic()
    listener.cancel.set()
    thread.join(10)
    assert time.monotonic() - begin < 5
    assert came[0].state == "cancelled"
    check_told(came[0], "repos.cancelled")
    assert fresh.leftovers() == []


def test_one_hanging_host_delays_no_other_repository(fresh: World) -> None:
    make_repository(fresh.server.root, "quick")
    fresh.server.faults["churn"] = Fault.hang()
    listener = fresh.listener()
    thread = threading.Thread(
        target=lambda: fresh.engine.sync(fresh.entry(), listener), daemon=True
    )
    thread.start()
    try:
        wait_until(lambda: fresh.server.snapshot("churn").requests > 0)
        done = fresh.sync(id="q", url=fresh.server.url("quick"), path="quick")
        assert (done.state, thread.is_alive()) == ("ready", True)
    finally:
        listener.cancel.set()
        thread.join(10)


# Sent on to another host


class _Nosy(BaseHTTPRequestHandler):
    """Asks for a sign-in and notes what it is given."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="Give it to me"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def nosy() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Nosy", (_Nosy,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


class _Helper:
    """Signs in by a git credential helper for one host, as ``credentials.py`` does."""

    def __init__(self, url: str, password: str) -> None:
        self.url, self.password = url, password

    def access(self, entry: Entry) -> Access:
        helper = f"!f() {{ echo username=u; echo password={self.password}; }}; f"
        config = [("credential.helper", ""), (f"credential.{self.url}.helper", helper)]
        return Access(config=config, redact=[self.password])

    def explain(self, entry: Entry, stderr: str) -> None:
        return None


def test_a_password_does_not_follow_to_another_host(
    fresh: World, tmp_path: Path, nosy: tuple[str, list[str]]
) -> None:
    other, seen = nosy
    with FaultyGitServer(tmp_path / "private", user="u", password="p4ssw0rd") as server:
        make_repository(server.root, "churn")
        fresh.engine.credentials = _Helper(server.address, "p4ssw0rd")
        url = server.url("churn", private=True)
        assert fresh.sync(url=url).state == "ready"
        server.faults["churn"] = Fault.redirect(other)
        done = fresh.sync(id="x", url=url, path="x")
    assert done.state == "failed"
    assert set(seen) == {""}  # asked perhaps, but never told


def test_a_redirect_to_a_protocol_that_is_not_allowed(fresh: World) -> None:
    fresh.server.faults["churn"] = Fault.redirect("ftp://127.0.0.1:1")
    done = fresh.sync()
    assert (done.state, done.action) == ("failed", "none")
    check_told(done, "repos.redirected", "repos.protocol")
    assert not fresh.clone.exists()


def test_a_redirect_from_the_pack_on_is_not_followed(
    fresh: World, nosy: tuple[str, list[str]]
) -> None:
    other, seen = nosy
    fresh.server.faults["churn"] = Fault.redirect(other, on="pack")
    done = fresh.sync()
    assert (done.state, done.action) == ("failed", "none")
    assert seen == []
    assert fresh.leftovers() == []
