"""Requests to an MLflow server behind managed MLflow, and its answers on their way back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import IO, Any

SERVER_HEADER = "x-mlflow-sm-tracking-server-arn"
APP_HEADER = "x-sm-mlflow-app-arn"
CONNECT_TIMEOUT = 3.0  # seconds
TIMEOUT = 120.0  # seconds without a byte of the answer

Headers = list[tuple[str, str]]
Reply = tuple[int, Headers, Iterable[bytes]]

_CHUNK = 64 * 1024  # bytes
_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
    | {"te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
_OURS = frozenset({"host", "authorization", "cookie", "origin", "referer", "content-length"})
_THEIRS = frozenset({"server", "date", "set-cookie"})


class Refusal(Exception):
    """A refusal in the form of MLflow's REST API: a status, an ``error_code`` and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def reply(self) -> Reply:
        body = json.dumps({"error_code": self.code, "message": self.message}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        return self.status, headers, [body]


def forward(
    address: tuple[str, int], method: str, target: str, environ: Mapping[str, Any]
) -> Reply:
    """Passes a request on and its answer back; follows no redirects."""
    connection = HTTPConnection(*address, timeout=CONNECT_TIMEOUT)
    try:
        connection.connect()
        connection.sock.settimeout(TIMEOUT)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in _passed_on(environ):
            connection.putheader(name, value)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length or method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(length))
        connection.endheaders()
        for part in _read(environ["wsgi.input"], length):
            connection.send(part)
        answer = connection.getresponse()
    except ValueError as error:  # a header of several lines, say
        connection.close()
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "The request cannot be passed on.") from error
    except (OSError, HTTPException) as error:
        connection.close()
        raise Refusal(
            503, "TEMPORARILY_UNAVAILABLE", "The MLflow server behind this does not answer."
        ) from error
    return answer.status, _passed_back(answer), _Body(connection, answer)


def _passed_on(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    hop = _HOP | {name.strip().lower() for name in environ.get("HTTP_CONNECTION", "").split(",")}
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            name = key[5:].replace("_", "-").lower()
            ours = (
                name in _OURS
                or name in (SERVER_HEADER, APP_HEADER)
                or name.startswith(("x-amz-", "x-forwarded-"))
            )
            if name not in hop and not ours:
                yield name.title(), str(value)
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", str(environ["CONTENT_TYPE"])


def _passed_back(answer: HTTPResponse) -> Headers:
    hop = _HOP | {name.strip().lower() for name in answer.getheader("Connection", "").split(",")}
    headers = []
    for name, value in answer.getheaders():
        small = name.lower()
        if small in hop or small in _THEIRS or small.startswith("access-control-"):
            continue
        if small == "location" and not value.startswith("/"):
            continue  # the server's own address is no client's business
        headers.append((name, value))
    return headers


def _read(stream: IO[bytes], left: int) -> Iterator[bytes]:
    while left > 0:
        part = stream.read(min(left, _CHUNK))
        if not part:
            raise OSError("the request's body ended early")
        left -= len(part)
        yield part


class _Body:
    """An answer's body as it comes; the connection is closed with it."""

    def __init__(self, connection: HTTPConnection, answer: HTTPResponse) -> None:
        self._connection = connection
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            while part := self._answer.read1(_CHUNK):
                yield part
        finally:
            self.close()

    def close(self) -> None:
        self._answer.close()
        self._connection.close()
