"""HTTP answers that end: in time and size as a whole, and not only from one read to the next."""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any


class Limits:
    """What is left for any number of requests, from now.

    Args:
        seconds: from the first look-up of a name to the last byte.
        size: bytes that are read.
    """

    def __init__(self, seconds: float, size: int) -> None:
        self._until = time.monotonic() + seconds
        self._size = size

    def left(self) -> float:
        """Seconds; raises TimeoutError where there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left

    def read(self, size: int) -> None:
        """So many bytes were read; raises OSError where they are too many."""
        self._size -= size
        if self._size < 0:
            raise OSError("this is more than is read")

    def connect(self, address: tuple[str, int], *_: Any) -> socket.socket:
        """As ``socket.create_connection``, which gives each of a host's addresses all the time."""
        refused = OSError("no address")
        for family, kind, protocol, _name, to in socket.getaddrinfo(
            *address, type=socket.SOCK_STREAM
        ):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.left())
                connection.connect(to)
                connection.settimeout(self.left())  # for the handshake of TLS
                return connection
            except OSError as error:
                connection.close()
                refused = error
        raise refused


class _Reading(io.RawIOBase):
    """What comes from a connection, within limits."""

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self._connection, self._limits = connection, limits
        # It keeps the connection open as long as somebody reads.
        self._stream: Any = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._limits.left())
        size: int = self._stream.readinto(buffer) or 0
        self._limits.read(size)
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, limits: Limits, connection: socket.socket, **more: Any) -> None:
        super().__init__(connection, **more)
        unlimited, self.fp = self.fp, io.BufferedReader(_Reading(connection, limits))
        unlimited.close()


def handlers(limits: Limits) -> tuple[urllib.request.BaseHandler, ...]:
    """For ``urllib.request.build_opener``: its http and https within limits."""

    def limited(kind: type[http.client.HTTPConnection]) -> Callable[..., Any]:
        def connection(*args: Any, **kwargs: Any) -> http.client.HTTPConnection:
            made = kind(*args, **kwargs)
            made.response_class = partial(_Answer, limits)  # type: ignore[assignment]
            made._create_connection = limits.connect  # type: ignore[attr-defined]
            return made

        return connection

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(limited(http.client.HTTPConnection), req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(limited(http.client.HTTPSConnection), req)

    return Http(), Https()
