"""Servers that answer something else than MLflow would, or nothing."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.errors import Forbidden, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.stores import rest, wire
from sm_onboard.experiments.stores.managed import ManagedStore
from sm_onboard.experiments.stores.server import ServerStore

RUN = "0123456789abcdef0123456789abcdef"
ATTEMPTS = len(wire.PAUSES) + 1
SERVER_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team"
Handle = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Fake  # type: ignore[assignment]

    def do_GET(self) -> None:
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(self)
        self.server.handle(self)

    do_POST = do_GET

    def say(self, status: int, body: object, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content_Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


class Fake(ThreadingHTTPServer):
    daemon_threads = True
    handle: Handle
    seen: list[Request]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def serving() -> Iterator[Fake]:
    server = Fake(("127.0.0.1", 0), Request)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fake(serving: Fake, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setattr(wire, "PAUSES", (0.0, 0.0))
    serving.seen = []
    return serving


@pytest.fixture
def store(fake: Fake) -> ServerStore:
    return ServerStore(fake.url, environ={})


def told(ask: Callable[[], object]) -> OnboardError:
    with pytest.raises(OnboardError) as caught:
        ask()
    error = caught.value
    for text in (error.message, error.hint):
        assert text == "" or text[-1] in ".!)…" or text.startswith(("It says", "aws", "Get"))
        assert len(text) < 500
    return error


def answering(fake: Fake, status: int, body: object, **headers: str) -> None:
    fake.handle = lambda request: request.say(status, body, **headers)


@pytest.mark.parametrize(
    ("status", "body", "code", "part"),
    [
        (200, b"<html>Sign in</html>", "store_refused", "as an MLflow server does"),
        (200, b"", "store_refused", "as an MLflow server does"),
        (200, b"[1]", "store_refused", "as an MLflow server does"),
        (200, b'{"runs": [', "store_refused", "as an MLflow server does"),
        (200, b"[" * 100_000, "store_refused", "as an MLflow server does"),
        (200, b"\xff\xfe\x00", "store_refused", "as an MLflow server does"),
        (404, b"Not Found", "store_refused", "as an MLflow server does"),
        (401, b"", "store_refused", "asks who you are"),
        (403, b"", "store_refused", "does not allow this"),
        (403, {"error_code": "PERMISSION_DENIED", "message": "m"}, "store_refused", "allow"),
        (400, {"error_code": "INVALID_STATE", "message": "m"}, "store_refused", "INVALID_STATE"),
        (429, b"", "store_unreachable", "how often"),
        (500, {"error_code": "INTERNAL_ERROR", "message": "boom"}, "store_unreachable", "500"),
        (503, b"", "store_unreachable", "503"),
        (418, b"", "store_refused", "as an MLflow server does"),
        (200, {"experiments": "none"}, "", ""),
        (200, {"experiments": [1, None, {}, {"experiment_id": []}]}, "", ""),
    ],
)
def test_an_answer_is_a_sentence(
    fake: Fake, store: ServerStore, status: int, body: object, code: str, part: str
) -> None:
    answering(fake, status, body)
    if not code:
        assert store.experiments() == []
        return
    error = told(store.experiments)
    assert error.code == f"experiments.{code}"
    assert part in error.message
    assert fake.url in error.message
    again = status in (429, 502, 503, 504)
    assert len(fake.seen) == (ATTEMPTS if again else 1)


def test_what_passes_is_tried_again(fake: Fake, store: ServerStore) -> None:
    statuses = [503, 429, 200]
    row = {"experiment_id": "1", "name": "churn"}
    fake.handle = lambda request: request.say(statuses.pop(0), {"experiments": [row]})
    assert [one.name for one in store.experiments()] == ["churn"]
    assert len(fake.seen) == 3


def test_a_connection_that_breaks_off_is_made_anew(fake: Fake, store: ServerStore) -> None:
    def handle(request: Request) -> None:
        if len(fake.seen) == 1:
            request.close_connection = True
            return
        if len(fake.seen) == 2:
            request.say(200, b'{"experiments": []}', Content_Length="1000")
            request.close_connection = True
            return
        request.say(200, {"experiments": [{"experiment_id": "1", "name": "whole"}]})

    fake.handle = handle
    assert [one.name for one in store.experiments()] == ["whole"]
    assert len(fake.seen) == 3


def test_half_an_answer_is_none(fake: Fake, store: ServerStore) -> None:
    def handle(request: Request) -> None:
        # whole JSON, so that only the missing bytes tell
        request.say(200, b'{"experiments": []}', Content_Length="1000")
        request.close_connection = True

    fake.handle = handle
    error = told(store.experiments)
    assert (error.code, "broke" in error.message) == ("experiments.store_unreachable", True)


def test_a_server_that_is_silent_is_given_up(
    fake: Fake, store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "READ_TIMEOUT", 0.2)
    over = threading.Event()
    fake.handle = lambda request: over.wait(20) and None
    try:
        error = told(store.experiments)
    finally:
        over.set()
    assert (error.code, "in time" in error.message) == ("experiments.store_unreachable", True)
    assert len(fake.seen) == 1


def test_a_server_that_stops_halfway_is_given_up(
    fake: Fake, store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "READ_TIMEOUT", 0.2)
    over = threading.Event()

    def handle(request: Request) -> None:
        request.say(200, b'{"experiments"', Content_Length="1000")
        over.wait(20)
        request.close_connection = True

    fake.handle = handle
    try:
        error = told(store.experiments)
    finally:
        over.set()
    assert (error.code, "middle" in error.message) == ("experiments.store_unreachable", True)


def test_an_answer_that_never_ends_is_given_up(
    fake: Fake, store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    monkeypatch.setattr(wire, "_CHUNK", 1)
    over = threading.Event()

    def handle(request: Request) -> None:
        request.say(200, b"", Content_Length="1000000")
        while not over.wait(0.02):
            try:
                request.wfile.write(b" ")
            except OSError:
                break
        request.close_connection = True

    fake.handle = handle
    try:
        error = told(store.experiments)
    finally:
        over.set()
    assert (error.code, "in time" in error.message) == ("experiments.store_unreachable", True)


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    error = told(ServerStore(url, environ={}).runs)
    assert error.code == "experiments.store_unreachable"
    assert url.removeprefix("http://") in error.hint


def test_what_is_no_web_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSES", (0.0, 0.0))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(ATTEMPTS):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert told(ServerStore(url, environ={}).runs).code == "experiments.store_unreachable"


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody knows, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(),
        now - timedelta(days=1), now + timedelta(days=1),
    ).add_extension(own, critical=False).sign(key, hashes.SHA256())  # fmt: skip
    encoding = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(encoding))
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, *form))
    return folder / "cert.pem", folder / "key.pem"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_a_certificate_is_checked(tmp_path: Path) -> None:
    certificate, key = certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Fake(("127.0.0.1", 0), Request) as server:
        server.seen = []
        answering(server, 200, {"experiments": [{"experiment_id": "1"}]})
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = server.url.replace("http", "https")
        error = told(ServerStore(url, environ={}).experiments)
        assert server.seen == []
        for environ in (
            {"MLFLOW_TRACKING_SERVER_CERT_PATH": str(certificate)},
            {"REQUESTS_CA_BUNDLE": str(certificate)},
            {"MLFLOW_TRACKING_INSECURE_TLS": "true"},
        ):
            assert len(ServerStore(url, environ=environ).experiments()) == 1
        server.shutdown()
    assert error.code == "experiments.store_unreachable"
    assert "certificate" in error.message
    assert "MLFLOW_TRACKING_SERVER_CERT_PATH" in error.hint


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    environ = {"MLFLOW_TRACKING_SERVER_CERT_PATH": str(tmp_path / "none.pem")}
    with pytest.raises(InvalidRequest) as bad:
        ServerStore("https://host", environ=environ)
    assert bad.value.code == "experiments.store_certificates"


# Who asks, and who is told


@pytest.mark.parametrize(
    ("userinfo", "environ", "expected"),
    [
        ("", {}, None),
        ("", {"MLFLOW_TRACKING_TOKEN": "t0ken-secret"}, "Bearer t0ken-secret"),
        (
            "",
            {
                "MLFLOW_TRACKING_USERNAME": "ann",
                "MLFLOW_TRACKING_PASSWORD": "p:ss-secret",
                "MLFLOW_TRACKING_TOKEN": "t0ken-secret",
            },
            "Basic YW5uOnA6c3Mtc2VjcmV0",
        ),
        ("ann:p%3Ass-secret@", {"MLFLOW_TRACKING_TOKEN": "x"}, "Basic YW5uOnA6c3Mtc2VjcmV0"),
    ],
)
def test_who_asks_is_said_to_the_server_and_to_nobody_else(
    fake: Fake, userinfo: str, environ: dict[str, str], expected: str | None
) -> None:
    store = ServerStore(fake.url.replace("//", f"//{userinfo}"), environ=environ)
    assert store.uri == fake.url

    def echo(request: Request) -> None:
        said = f"You are {request.headers.get('Authorization')}, p:ss-secret, p%3Ass-secret"
        request.say(400, {"error_code": "BAD_REQUEST", "message": said})

    fake.handle = echo
    error = told(store.experiments)
    assert fake.seen[-1].headers.get("Authorization") == expected
    shown = f"{error.message} {error.hint} {error!r}"
    assert "You are" in shown
    if expected:
        assert expected.split()[1] not in shown
        assert userinfo == "" or ("p:ss" not in shown and "p%3Ass" not in shown)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(fake: Fake, status: int) -> None:
    class Elsewhere(Fake): ...

    with Elsewhere(("127.0.0.1", 0), Request) as elsewhere:
        elsewhere.seen = []
        elsewhere.handle = lambda request: request.say(200, {})
        threading.Thread(target=elsewhere.serve_forever, args=(0.01,), daemon=True).start()
        there = elsewhere.url.replace("//", "//me:secret@")
        answering(fake, status, b"", Location=f"{there}/login?token=abc")
        store = ServerStore(fake.url, environ={"MLFLOW_TRACKING_TOKEN": "t"})
        error = told(store.experiments)
        elsewhere.shutdown()
    assert elsewhere.seen == []
    assert (error.code, elsewhere.url[7:] in error.message) == ("experiments.store_refused", True)
    assert "secret" not in error.message and "abc" not in error.message


def test_control_characters_of_a_server_are_not_shown(fake: Fake, store: ServerStore) -> None:
    said = "a\x1b[31m\nred‮\u0000 " + "x" * 5000
    answering(fake, 400, {"error_code": "BAD\x1b", "message": said})
    error = told(store.experiments)
    assert f"{error.message}{error.hint}".isprintable()


@pytest.mark.parametrize(
    "uri",
    ["", "ftp://host", "http://", "http://host:99999", "http://[::1", "http://a b", "http://h\nx"],
)
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(InvalidRequest) as bad:
        ServerStore(uri, environ={})
    assert bad.value.code == "experiments.store_kind"
    assert not uri or uri not in bad.value.message


def test_a_long_complaint_is_cut_off(fake: Fake, store: ServerStore) -> None:
    answering(fake, 500, b"x" * 5_000_000)
    assert "500" in told(store.experiments).message


@pytest.mark.parametrize("token", ["a\nb: c", "tökén"])
def test_a_token_that_is_no_header(token: str) -> None:
    with pytest.raises(InvalidRequest) as bad:
        ServerStore("http://host", environ={"MLFLOW_TRACKING_TOKEN": token})
    assert token not in bad.value.message


# Large, and strange


def test_a_page_that_is_too_large_comes_in_parts(
    fake: Fake, store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "JSON_LIMIT", 2_000)
    rows = [
        {"info": {"run_id": f"{n:032x}", "experiment_id": "1"}, "data": {"x": "y" * 500}}
        for n in range(5)
    ]

    def handle(request: Request) -> None:
        asked = json.loads(request.content)
        start = int(asked.get("page_token", 0))
        end = start + asked["max_results"]
        more = {"next_page_token": str(end)} if end < len(rows) else {}
        request.say(200, {"runs": rows[start:end], **more})

    fake.handle = handle
    assert [run.id for run in store.runs(["1"])] == [f"{n:032x}" for n in range(5)]
    rows[3]["data"] = {"x": "y" * 5_000}
    error = told(lambda: store.runs(["1"]))
    assert (error.code, "MiB" in error.message) == ("experiments.store_refused", True)


def test_a_list_that_does_not_move_on_ends(fake: Fake, store: ServerStore) -> None:
    answering(fake, 200, {"experiments": [], "next_page_token": "same"})
    assert store.experiments() == []
    assert len(fake.seen) == 2


def test_a_list_that_does_not_end_is_given_up(
    fake: Fake, store: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "PAGES", 5)
    fake.handle = lambda request: request.say(200, {"next_page_token": str(len(fake.seen))})
    assert told(store.experiments).code == "experiments.store_refused"
    assert len(fake.seen) == 5


def test_values_of_every_kind(fake: Fake, store: ServerStore) -> None:
    values = ["NaN", float("nan"), "Infinity", float("-inf"), 1, "2.5", None, True, [], "x", 1e400]
    metrics = [{"key": f"m{n}", "value": value} for n, value in enumerate(values)]
    info = {
        "run_id": RUN,
        "experiment_id": 7,
        "status": "ODD",
        "start_time": "1700000000000",
        "end_time": 10**30,
        "run_name": "<b>\ud800",
    }
    params = [
        {"key": "big", "value": "x" * 1_000_000},
        {"key": [], "value": "y"},
        "z",
        {"key": "k"},
    ]
    body = {"run": {"info": info, "data": {"metrics": metrics, "params": params, "tags": {}}}}
    answering(fake, 200, body)
    run = store.run(RUN)
    assert {key: repr(value) for key, value in run.metrics.items()} == {
        "m0": "nan",
        "m1": "nan",
        "m2": "inf",
        "m3": "-inf",
        "m4": "1.0",
        "m5": "2.5",
        "m10": "inf",
    }
    assert (run.experiment, run.status, run.started, run.ended) == (
        "7",
        "running",
        17 * 10**11,
        None,
    )
    assert run.name == "<b>?"
    assert {key: len(value) for key, value in run.params.items()} == {"big": 1_000_000, "k": 0}


def test_a_run_that_was_deleted_meanwhile(fake: Fake, store: ServerStore) -> None:
    gone = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"Run {RUN} not found"}
    answering(fake, 404, gone)
    for ask in (
        lambda: store.run(RUN),
        lambda: store.history(RUN, "auc"),
        lambda: store.files(RUN),
        lambda: store.read(RUN, "a", 9),
        lambda: store.set_tags(RUN, {"a": "b"}),
        lambda: store.set_tags(RUN, {"a": None}),
    ):
        assert told(ask).code == "experiments.run_unknown"


# Files


def with_files(fake: Fake, location: str, rest: Handle) -> None:
    def handle(request: Request) -> None:
        if "/runs/get?" in request.path:
            info = {"run_id": RUN, "experiment_id": "1", "artifact_uri": location}
            request.say(200, {"run": {"info": info}})
        else:
            rest(request)

    fake.handle = handle


def test_a_listing_stays_in_its_folder(fake: Fake, store: ServerStore) -> None:
    paths = ["m/a", "m/b/c", "m/../x", "/etc/passwd", "other", "m", "m\\..\\x", "", "m//a", "m/x\n"]
    answering(fake, 200, {"files": [{"path": path, "file_size": "3"} for path in paths]})
    assert [(file.path, file.size) for file in store.files(RUN, "m")] == [("m/a", 3)]


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "a\0b"])
def test_a_path_that_leads_out_is_not_asked_for(fake: Fake, store: ServerStore, path: str) -> None:
    assert told(lambda: store.read(RUN, path, 9)).code == "experiments.file_missing"
    assert fake.seen == []


def test_a_file_comes_through_the_proxy_or_from_the_server(fake: Fake, store: ServerStore) -> None:
    def echo(request: Request) -> None:
        request.say(200, request.path.encode())

    proxied = "/api/2.0/mlflow-artifacts/artifacts/1/a%20b/x/y%2Bz%23.txt"
    with_files(fake, "mlflow-artifacts:/1/a b", echo)
    assert store.read(RUN, "x/y+z#.txt", 999).decode() == proxied
    for location in ("gs://bucket/x", "wasbs://c@a/x", "", "dbfs:/x", "/not/here"):
        with_files(fake, location, echo)
        said = store.read(RUN, "x/y+z#.txt", 999).decode()
        assert said == f"/get-artifact?path=x%2Fy%2Bz%23.txt&run_uuid={RUN}"


def test_another_server_is_not_asked_for_files(fake: Fake, store: ServerStore) -> None:
    with_files(fake, "mlflow-artifacts://evil.example:80/x", lambda request: request.say(200, b"x"))
    error = told(lambda: store.read(RUN, "a", 9))
    assert (error.code, type(error)) == ("experiments.store_refused", Forbidden)
    with_files(fake, "mlflow-artifacts:/x/../../y", lambda request: request.say(200, b"x"))
    assert told(lambda: store.read(RUN, "a", 9)).code == "experiments.store_refused"


def test_a_server_cannot_have_this_machines_files_read(
    fake: Fake, store: ServerStore, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("mine")
    (tmp_path / RUN / "artifacts").mkdir(parents=True)
    (tmp_path / RUN / "artifacts" / "notes").write_text("of the run")

    def served(request: Request) -> None:
        request.say(200, b"served")

    for location in (tmp_path.as_uri(), str(tmp_path), f"{tmp_path.as_uri()}/{RUN}/.."):
        with_files(fake, location, served)
        assert store.read(RUN, "secret", 99) == b"served"
    with_files(fake, f"{tmp_path.as_uri()}/{RUN}/artifacts", served)
    assert store.read(RUN, "notes", 99) == b"of the run"


def test_a_file_that_is_too_large(fake: Fake, store: ServerStore) -> None:
    with_files(fake, "mlflow-artifacts:/1", lambda request: request.say(200, b"x" * 100_000))
    assert len(store.read(RUN, "a", 100_000)) == 100_000
    assert told(lambda: store.read(RUN, "a", 99_999)).code == "experiments.file_too_large"


def test_a_file_that_is_missing(fake: Fake, store: ServerStore) -> None:
    gone = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such artifact"}
    with_files(fake, "mlflow-artifacts:/1", lambda request: request.say(404, gone))
    error = told(lambda: store.read(RUN, "a", 9))
    assert (error.code, type(error)) == ("experiments.file_missing", NotFound)


def test_an_empty_answer_for_a_folder_is_no_file(fake: Fake, store: ServerStore) -> None:
    """So a server with its files in S3 answers."""

    def empty(request: Request) -> None:
        if "/artifacts/list?" in request.path:
            files = [{"path": "m", "is_dir": True}, {"path": "empty.txt", "file_size": 0}]
            request.say(200, {"files": files})
        else:
            request.say(200, b"")

    with_files(fake, "mlflow-artifacts:/1", empty)
    assert store.read(RUN, "empty.txt", 9) == b""
    assert told(lambda: store.read(RUN, "m", 9)).code == "experiments.file_missing"


# Managed MLflow's own refusals


@pytest.mark.parametrize(
    ("headers", "message", "code", "part"),
    [
        ({}, "User: x is not authorized to perform: sagemaker-mlflow:Other on resource: y",
         "aws.forbidden", "sagemaker-mlflow:Other"),
        ({}, "No.", "aws.forbidden", "sagemaker-mlflow:SearchExperiments"),
        ({}, "ExpiredTokenException: over", "aws.credentials_expired", "expired"),
        ({"x_amzn_ErrorType": "ExpiredToken:http://x"}, "", "aws.credentials_expired", "expired"),
        ({}, "The request signature we calculated does not match", "aws.credentials_refused", ""),
        ({}, "UnrecognizedClientException: ?", "aws.credentials_refused", "Unrecognized"),
    ],
)  # fmt: skip
def test_a_refusal_of_aws(
    fake: Fake, headers: dict[str, str], message: str, code: str, part: str
) -> None:
    answering(fake, 403, {"message": message}, **headers)
    store = ManagedStore(
        SERVER_ARN,
        environ={"SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": fake.url + "/"},
        clients=Known(),
    )
    error = told(store.experiments)
    assert (error.code, part in error.message) == (code, True)


class Known(aws.Aws):
    """With credentials that need no environment."""

    def credentials(self) -> Any:
        from botocore.credentials import ReadOnlyCredentials

        return ReadOnlyCredentials("AKIDEXAMPLE", "secret", "session")


def test_each_request_is_signed_anew_and_names_its_own_server(fake: Fake) -> None:
    answering(fake, 503, b"")
    app = SERVER_ARN.replace("eu-west-1", "us-east-1").replace("tracking-server/team", "app/a-1")
    environ = {"SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": fake.url}
    for arn in (SERVER_ARN, app):
        error = told(ManagedStore(arn, environ=environ, clients=Known()).experiments)
        assert arn in error.message
    signed = [request.headers["Authorization"] for request in fake.seen]
    assert len(signed) == 2 * ATTEMPTS
    for request in fake.seen[:3]:
        assert "/eu-west-1/sagemaker-mlflow/aws4_request" in request.headers["Authorization"]
        assert request.headers["x-mlflow-sm-tracking-server-arn"] == SERVER_ARN
        assert request.headers["X-Amz-Security-Token"] == "session"
    for request in fake.seen[3:]:
        assert "/us-east-1/sagemaker/aws4_request" in request.headers["Authorization"]
        assert request.headers["x-sm-mlflow-app-arn"] == app
        assert "x-mlflow-sm-tracking-server-arn" not in request.headers


@pytest.mark.parametrize(
    ("arn", "base"),
    [
        (SERVER_ARN, "https://eu-west-1.experiments.sagemaker.aws"),
        (
            "arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:mlflow-app/app-1",
            "https://mlflow.sagemaker.us-gov-west-1.app.aws",
        ),
    ],
)
def test_where_a_managed_server_is(arn: str, base: str) -> None:
    assert ManagedStore(arn, environ={}, clients=Known())._wire.base == base


@pytest.mark.parametrize(
    "arn",
    [
        SERVER_ARN.replace("aws:", "aws-cn:", 1),
        SERVER_ARN.replace("eu-west-1", "evil.example#"),
        SERVER_ARN.replace("tracking-server", "other"),
        SERVER_ARN + "/../x",
        "",
    ],
)
def test_what_is_no_arn_of_a_server(arn: str) -> None:
    with pytest.raises(InvalidRequest) as bad:
        ManagedStore(arn, environ={}, clients=Known())
    assert bad.value.code == "experiments.store_kind"


def test_time_is_bounded() -> None:
    assert (aws.CONNECT_TIMEOUT, wire.READ_TIMEOUT, ATTEMPTS) == (3, 10, 3)


def test_neither_mlflow_nor_boto3_is_loaded_before_a_store_is_asked() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from sm_onboard.experiments.stores import discover, managed, sagemaker, server\n"
            "server.ServerStore('http://host', environ={})\n"
            "sagemaker.SagemakerStore('eu-west-1')\n"
            f"managed.ManagedStore({SERVER_ARN!r}, environ={{}})\n"
            "print({'mlflow', 'boto3', 'botocore', 'urllib3'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b"Not Found"), (404, {"error_code": "ENDPOINT_NOT_FOUND", "message": "No such API"})],
)
def test_a_server_without_histories_of_many_says_so(
    fake: Fake, store: ServerStore, status: int, body: object
) -> None:
    answering(fake, status, body)
    assert store.histories_of([RUN, "f" * 32], "a&b=c") is None
    (asked,) = fake.seen
    assert asked.path.partition("?")[2] == (
        f"run_ids={RUN}&run_ids={'f' * 32}&metric_key=a%26b%3Dc&max_results=2500"
    )


def test_a_server_that_is_away_is_no_server_of_old(fake: Fake, store: ServerStore) -> None:
    answering(fake, 503, b"")
    assert told(lambda: store.histories_of([RUN], "auc")).code == "experiments.store_unreachable"


def test_points_of_runs_that_nobody_asked_for_are_left_out(fake: Fake, store: ServerStore) -> None:
    row = {"key": "auc", "value": 1.0, "timestamp": 1, "step": 1}
    rows = [{**row, "run_id": RUN}, {**row, "run_id": "other"}, row, "odd", {"run_id": RUN}]
    answering(fake, 200, {"metrics": rows})
    found = store.histories_of([RUN], "auc")
    assert found is not None
    assert list(found) == [RUN] and found[RUN].total == 1
