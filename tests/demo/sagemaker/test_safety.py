"""Nobody but this machine's person reaches the local SageMaker, and it reaches nobody."""

from __future__ import annotations

import socket

import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.http.control import HEADER


def port_of(server) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}.evil.example",
        "127.0.0.1:{port}@evil.example",
        "bucket.localhost:{port}",
        "0.0.0.0:{port}",
        "127.0.0.2:{port}",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/_control/log", "/presigned?token=x"])
def test_foreign_host_is_refused(server, ask, host, path):
    headers = {"Host": host.format(port=port_of(server)), HEADER: server.control_token}
    assert ask("GET", path, headers=headers).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_own_host_is_accepted(server, ask, host):
    headers = {"Host": host.format(port=port_of(server)), HEADER: server.control_token}
    assert ask("GET", "/_control/log", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8888"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/_control/log", "/presigned?token=x"])
def test_pages_may_not_call(server, ask, headers, path):
    answer = ask("GET", path, headers={**headers, HEADER: server.control_token})
    assert answer.status == 403
    assert b"Web pages" in answer.body


def test_a_person_may_follow_a_presigned_link(ask):
    followed = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    answer = ask("GET", "/presigned?token=x", headers=followed)
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ask("GET", "/", headers=followed).status == 403
    framed = {**followed, "Sec-Fetch-Dest": "iframe"}
    assert ask("GET", "/presigned?token=x", headers=framed).status == 403


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
@pytest.mark.parametrize(
    ("method", "name"), [("GET", "log"), ("POST", "reset"), ("PUT", "faults"), ("GET", "nothing")]
)
def test_control_paths_hide_from_whoever_lacks_the_token(ask, token, method, name):
    headers = {} if token is None else {HEADER: token.encode()}
    answer = ask(method, f"/_control/{name}", b"{}", headers=headers)
    assert (answer.status, answer.body) == (404, b"There is nothing here.")


@pytest.mark.parametrize(
    "path",
    [
        "/moto-api",
        "/moto-api/",
        "/moto-api/reset",
        "/moto-api/data.json",
        "/moto%2Dapi/reset",
        "/latest/meta-data/iam/security-credentials/",
        "/latest/api/token",
        "/favicon.ico",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_motos_own_paths_are_closed(ask, client, path, method):
    client("s3").list_buckets()  # so that moto is there
    assert ask(method, path, b"").status == 404


def test_no_answer_has_a_cors_header(server, ask, client):
    client("s3").create_bucket(
        Bucket="team", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    seen = []
    for service in ("sagemaker", "s3", "sts", "ec2", "efs"):
        made = client(service)
        made.meta.events.register(
            "response-received",
            lambda response_dict, **_: seen.append(
                {name.lower() for name in response_dict["headers"]}
            ),
        )
        operation = {
            "sagemaker": "list_domains",
            "s3": "list_buckets",
            "sts": "get_caller_identity",
            "ec2": "describe_vpcs",
            "efs": "describe_file_systems",
        }[service]
        getattr(made, operation)()
    for method in ("OPTIONS", "GET", "POST"):
        for path in ("/", "/team/key", "/_control/log", "/presigned"):
            asked = {"Access-Control-Request-Method": "POST", HEADER: server.control_token}
            seen.append(set(ask(method, path, b"", headers=asked).headers))
    assert len(seen) == 5 + 12
    assert not [name for names in seen for name in names if name.startswith("access-control")]


def test_listens_on_loopback_alone(server):
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=5):
        pass
    # 127.0.0.2 reaches whoever listens on every address.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port_of(server)), timeout=5)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sagemaker", "list_domains", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("efs", "describe_file_systems", "UnrecognizedClientException"),
    ],
)
def test_a_real_key_is_refused(client, service, operation, code):
    theirs = client(
        service, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x" * 40
    )
    with pytest.raises(ClientError) as refused:
        getattr(theirs, operation)()
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["Error"]["Message"]


def test_every_start_has_credentials_of_its_own(server):
    from sm_onboard.demo.sagemaker.server import Server

    with Server(sample=False) as other:
        ours, theirs = server.environment(), other.environment()
    secret = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SM_ONBOARD_DEMO_CONTROL")
    assert not [name for name in secret if ours[name] == theirs[name]]


def test_the_account_is_not_chosen_by_a_header(client):
    made = client("sts")
    made.meta.events.register(
        "before-send", lambda request, **_: request.headers.update({"x-moto-account-id": "9" * 12})
    )
    assert made.get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +2\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
    ],
)
def test_a_body_of_doubtful_length_is_refused(server, head):
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=5) as raw:
        asked = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port_of(server)}\r\n{head}\r\n{{}}"
        raw.sendall(asked.encode())
        answer = b""
        while part := raw.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 400 ")
