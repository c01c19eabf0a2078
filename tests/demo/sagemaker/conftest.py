"""The server in the test's own process, to be looked at from both sides."""

from __future__ import annotations

import http.client
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.http.moto_services import settings
from sm_onboard.demo.sagemaker.server import Server

settings()  # before any test imports moto


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(sample=False, speed=math.inf) as server:
        yield server


@dataclass
class Answered:
    """What came back, before any client made something of it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Answered]


@pytest.fixture
def ask(server: Server) -> Ask:
    """``ask("GET", "/path", body=b"", **headers)``; Host is right unless it is given."""

    def ask(
        method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            small = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, small, answer.read())
        finally:
            connection.close()

    return ask


@pytest.fixture
def client(server: Server) -> Callable[..., Any]:
    """A boto3 client of the server, which does not try again."""
    import boto3
    from botocore.config import Config

    said = server.environment()

    def client(service: str, **options: Any) -> Any:
        once = Config(retries={"mode": "standard", "total_max_attempts": 1})
        options["config"] = once.merge(options.get("config") or Config())
        keys = {
            "aws_access_key_id": said["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": said["AWS_SECRET_ACCESS_KEY"],
            "region_name": said["AWS_REGION"],
            "endpoint_url": server.url,
        }
        return boto3.Session().client(service, **{**keys, **options})

    return client
