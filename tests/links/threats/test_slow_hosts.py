"""Hosts that answer without an end when they are asked where a repository has moved to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.links.opening import redirects

MOVED = b"HTTP/1.1 302 Found\r\n"
SOON = 1.0  # seconds that are given
LATE = 8.0  # seconds after which it was not given up in time
DRIPS = 30.0  # seconds that the host goes on


class Host:
    """Answers each request with the same bytes, again and again.

    Attributes:
        sent: how many. hung_up: the client has gone.
    """

    def __init__(self, first: bytes, then: bytes, pause: float) -> None:
        self.first, self.then, self.pause = first, then, pause
        self.sent = 0
        self.asked = 0
        self.hung_up = threading.Event()
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/acme/churn"
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()

    def close(self) -> None:
        self.over.set()
        stop(self._listening, self._serving)

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.asked += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        end = time.monotonic() + DRIPS
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(self.first)
                while time.monotonic() < end and not self.over.is_set():
                    connection.sendall(self.then)
                    self.sent += len(self.then)
                    if self.pause:
                        time.sleep(self.pause)
            except OSError:
                self.hung_up.set()


def stop(listening: socket.socket, serving: threading.Thread) -> None:
    """Closed alone, a socket would go on listening as long as somebody waits for it."""
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    serving.join(LATE)
    assert not serving.is_alive()


@contextmanager
def host(first: bytes, then: bytes, pause: float) -> Iterator[Host]:
    made = Host(first, then, pause)
    try:
        yield made
    finally:
        made.close()


def never(_: Any) -> bool:
    return False


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"H"),  # the first line
        (MOVED + b"X-Long: ", b"a"),  # one line of a header
        (MOVED, b"a: b\r\n"),  # one header after another
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),  # answers that are none
    ],
)
def test_a_host_that_drips_is_given_up(
    monkeypatch: pytest.MonkeyPatch, first: bytes, then: bytes
) -> None:
    """A limit from one read to the next alone is met by a byte now and then."""
    monkeypatch.setattr(redirects, "_TIMEOUT", SOON)
    with host(first, then, 0.02) as asked:
        before = time.monotonic()
        with pytest.raises(OnboardError) as told:
            redirects.moved_to(asked.url, never)
        assert told.value.code == "links.moved"
        assert SOON * 0.9 < time.monotonic() - before < LATE
        assert asked.hung_up.wait(LATE)


@pytest.mark.parametrize("then", [b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, b"x" * 30_000 + b"\r\n"])
def test_a_host_that_sends_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, then: bytes
) -> None:
    monkeypatch.setattr(redirects, "_TIMEOUT", 60.0)
    with host(b"", then, 0) as asked:
        before = time.monotonic()
        with pytest.raises(OnboardError) as told:
            redirects.moved_to(asked.url, never)
        assert told.value.code == "links.moved"
        assert time.monotonic() - before < LATE
        assert asked.hung_up.wait(LATE)
        assert asked.sent < 16 << 20  # what lay in buffers, and no more


def test_the_time_is_for_all_hops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them answers in time, and all of them together do not."""
    monkeypatch.setattr(redirects, "_TIMEOUT", SOON)
    asked: list[float] = []

    def slow(url: str) -> Callable[[socket.socket], None]:
        def answer(connection: socket.socket) -> None:
            connection.recv(65536)
            asked.append(time.monotonic())
            time.sleep(SOON * 0.7)
            to = f"{url}{len(asked)}/info/refs"
            connection.sendall(MOVED + f"Location: {to}\r\nContent-Length: 0\r\n\r\n".encode())

        return answer

    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/acme/churn"

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                    with connection:
                        slow(url)(connection)
                except OSError:
                    if over.is_set():
                        return

        over = threading.Event()
        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        before = time.monotonic()
        assert redirects.moved_to(url, never) == f"{url}1"
        assert time.monotonic() - before < SOON * 1.6
        assert len(asked) <= 2
        over.set()
        stop(listening, serving)


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 xxx\r\n\r\n", b"\0" * 1000])
def test_what_is_no_http(answer: bytes) -> None:
    with host(answer, b"a: b\r\n", 0) as asked, pytest.raises(OnboardError) as told:
        redirects.moved_to(asked.url, never)
    assert told.value.code == "links.moved"
