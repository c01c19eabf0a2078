"""Clients, their limits, and what AWS's errors become; over HTTP, with real boto3."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError, TokenRetrievalError

from sm_onboard import aws as module
from sm_onboard.aws import Aws, errors, read_s3, s3_address, supports
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, OnboardError
from tests.repos.signing_in import aws_answering, listening

ACTION = "secretsmanager:GetSecretValue"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


def test_importing_it_imports_no_boto3() -> None:
    code = "import sys, sm_onboard.aws; print({'boto3', 'botocore'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(module.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "set()", done.stderr


def test_clients_are_shared_and_made_once_by_many_threads(monkeypatch) -> None:
    made = []
    real = boto3.session.Session.client

    def count(self, *arguments, **options):
        made.append(arguments)
        return real(self, *arguments, **options)

    monkeypatch.setattr(boto3.session.Session, "client", count)
    aws = Aws()
    clients: list[object] = []
    threads = [threading.Thread(target=lambda: clients.append(aws.client("s3"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, clients))) == 1
    assert len(made) == 1
    assert aws.client("s3", "us-east-1") is not clients[0]


def test_the_region_is_studios() -> None:
    assert Aws().client("s3").meta.region_name == "eu-west-1"
    assert Aws(region="us-east-2").client("s3").meta.region_name == "us-east-2"
    assert Aws().client("s3", "ap-south-1").meta.region_name == "ap-south-1"


def test_the_limits() -> None:
    config = Aws().client("secretsmanager").meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_operations_are_detected() -> None:
    client = Aws().client("secretsmanager")
    assert supports(client, "GetSecretValue")
    assert not supports(client, "GetSecretValueOfTomorrow")


def test_a_service_that_this_boto3_lacks() -> None:
    with pytest.raises(Conflict) as raised:
        Aws().client("tomorrow")
    assert raised.value.code == "aws.boto3_too_old"
    assert boto3.__version__ in raised.value.message


@pytest.mark.parametrize(
    ("aws_code", "kind", "code"),
    [
        ("AccessDeniedException", Forbidden, "aws.forbidden"),
        ("ExpiredTokenException", Forbidden, "aws.credentials_expired"),
        ("UnrecognizedClientException", Forbidden, "aws.credentials_refused"),
        ("ResourceNotFoundException", NotFound, "aws.not_found"),
        ("ThrottlingException", OnboardError, "aws.throttled"),
        ("InternalServiceError", OnboardError, "aws.failed"),
    ],
)
def test_answers_become_errors_of_ours(monkeypatch, aws_code, kind, code) -> None:
    with aws_answering(aws_code, "internal words", 400) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        client = Aws().client("secretsmanager")
        with pytest.raises(kind) as raised, errors(ACTION, "acme/github"):
            client.get_secret_value(SecretId="acme/github")
    assert raised.value.code == code
    assert "internal words" not in raised.value.message + raised.value.hint
    if code == "aws.forbidden":
        assert ACTION in raised.value.message
        assert "acme/github" in raised.value.message


def test_an_endpoint_that_nobody_listens_on(monkeypatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    client = Aws().client("secretsmanager")
    began = time.monotonic()
    with pytest.raises(OnboardError) as raised, errors(ACTION, "acme/github"):
        client.get_secret_value(SecretId="acme/github")
    assert raised.value.code == "aws.unreachable"
    assert "secretsmanager" in raised.value.message
    assert "VPC endpoint" in raised.value.hint
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectTimeoutError(endpoint_url="https://x"), "aws.unreachable"),
        (ReadTimeoutError(endpoint_url="https://x"), "aws.unreachable"),
        (TokenRetrievalError(provider="sso", error_msg="x"), "aws.credentials_expired"),
    ],
)
def test_what_botocore_raises_itself(error: Exception, code: str) -> None:
    with pytest.raises(OnboardError) as raised, errors(ACTION):
        raise error
    assert raised.value.code == code


def test_errors_of_others_pass() -> None:
    with pytest.raises(ZeroDivisionError), errors(ACTION):
        raise ZeroDivisionError
    mine = Conflict("repos.x", "X.")
    with pytest.raises(Conflict) as raised, errors(ACTION):
        raise mine
    assert raised.value is mine


def test_no_credentials(monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Forbidden) as raised:
        Aws().credentials()
    assert raised.value.code == "aws.no_credentials"


def test_a_profile_that_does_not_exist() -> None:
    with pytest.raises(Forbidden) as raised:
        Aws(profile="nobody").client("s3")
    assert raised.value.code == "aws.no_credentials"


def test_no_region(monkeypatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(OnboardError) as raised:
        Aws().client("secretsmanager")
    assert raised.value.code == "aws.no_region"


@pytest.fixture
def bucket(monkeypatch) -> Iterator[dict[str, bytes]]:
    """An S3 that holds what the test puts in, and says how much of it was sent."""
    content: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.get(self.path.partition("?")[0])
            code, text = (200, body) if body is not None else (404, NO_SUCH_KEY)
            self.send_response(code)
            self.send_header("Content-Length", str(len(text or b"")))
            self.end_headers()
            self.wfile.write(text or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Handler) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield content


NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"


def test_a_team_file_on_s3(bucket) -> None:
    bucket["/acme/team/onboard.yaml"] = b"version: 1\n"
    assert read_s3("s3://acme/team/onboard.yaml", aws=Aws()) == b"version: 1\n"


def test_a_team_file_that_is_not_there(bucket) -> None:
    with pytest.raises(NotFound) as raised:
        read_s3("s3://acme/none.yaml", aws=Aws())
    assert "s3://acme/none.yaml" in raised.value.message


def test_a_file_that_is_too_large_is_not_read(bucket) -> None:
    bucket["/acme/large"] = b"x" * 2001
    bucket["/acme/fits"] = b"x" * 2000
    assert len(read_s3("s3://acme/fits", limit=2000, aws=Aws())) == 2000
    with pytest.raises(InvalidRequest) as raised:
        read_s3("s3://acme/large", limit=2000, aws=Aws())
    assert raised.value.code == "aws.s3_too_large"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3://",
        "s3://acme",
        "s3://acme/",
        "s3://ACME/x",
        "http://acme/x",
        "s3://a/b",
        "s3://acme/a\n",
    ],
)
def test_what_is_no_address_of_an_object(url: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        s3_address(url)
    assert raised.value.code == "aws.bad_s3_address"
