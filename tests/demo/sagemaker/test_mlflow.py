"""Managed MLflow: the real client and plug-in, the local SageMaker, a real MLflow server."""

from __future__ import annotations

import http.client
import io
import json
import math
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sm_onboard.demo.sagemaker.call import Caller
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.http.mlflow import ManagedMlflow
from sm_onboard.demo.sagemaker.http.mlflow_actions import action
from sm_onboard.demo.sagemaker.http.mlflow_forward import APP_HEADER, SERVER_HEADER
from sm_onboard.demo.sagemaker.server import Server
from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.mlflow_backend import QUIET, MlflowBackend

ROLE = "arn:aws:iam::123456789012:role/studio"
SERVER = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team"
ADMIN = Caller("arn:aws:iam::123456789012:user/admin")
CREATE = "/api/2.0/mlflow/experiments/create"
SEARCH = "/api/2.0/mlflow/experiments/search?max_results=10"

CLIENT = """
import json, sys, mlflow
from mlflow.exceptions import MlflowException
name, step = sys.argv[1:]
try:
    experiment = mlflow.set_experiment(name)
    if step == "write":
        with mlflow.start_run(run_name="first") as run:
            mlflow.log_param("alpha", 0.5)
            for epoch in range(3):
                mlflow.log_metric("auc", 0.7 + epoch / 10, step=epoch)
            mlflow.log_text("What was tried.", "notes.txt")
    runs = mlflow.search_runs([experiment.experiment_id], "metrics.auc > 0.8", output_format="list")
    client = mlflow.MlflowClient()
    history = client.get_metric_history(runs[0].info.run_id, "auc")
    notes = mlflow.artifacts.load_text(runs[0].info.artifact_uri + "/notes.txt")
    said = {"runs": len(runs), "params": runs[0].data.params, "notes": notes,
            "auc": [round(point.value, 3) for point in history]}
except MlflowException as error:
    said = {"refused": error.error_code, "message": str(error)}
print(json.dumps(said))
"""


class Studio:
    """A local SageMaker with a tracking server, an MLflow App, and the MLflow behind both."""

    def __init__(self, server: Server, backend: MlflowBackend) -> None:
        self.server = server
        self.backend = backend
        environment = server.environment()
        self._own = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        self.sagemaker = self.client("sagemaker")
        self.control = environment["SM_ONBOARD_DEMO_CONTROL"]

    def client(self, service: str) -> Any:
        key, secret = self._own
        return boto3.client(
            service,
            region_name="eu-west-1",
            endpoint_url=self.server.url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    def fill(self) -> str:
        """Makes the server and the app; the app's ARN."""
        root = {"ArtifactStoreUri": "s3://acme/mlflow", "RoleArn": ROLE}
        self.sagemaker.create_mlflow_tracking_server(TrackingServerName="team", **root)
        if not hasattr(self.sagemaker, "create_mlflow_app"):
            return ""
        arn: str = self.sagemaker.create_mlflow_app(Name="acme", **root)["Arn"]
        return arn

    def behind(self, arn: str, url: str) -> int:
        """Says which MLflow is behind an ARN, as a person would."""
        host = self.server.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=30)
        headers = {"X-Sm-Onboard-Control": self.control}
        body = json.dumps({"arn": arn, "url": url})
        connection.request("PUT", "/_control/mlflow", body, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def user(self, name: str, *statements: Mapping[str, Any]) -> tuple[str, str]:
        """A user with a policy; the key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def mlflow(
        self,
        arn: str,
        experiment: str,
        step: str,
        home: Path,
        key: tuple[str, str] | None = None,
        **more: str,
    ) -> dict[str, Any]:
        """What the real client with the real plug-in sees."""
        access, secret = key or self._own
        environment = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH")},
            **self.server.environment(),
            **QUIET,
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "MLFLOW_TRACKING_URI": arn,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            **more,
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", CLIENT, experiment, step],
            env=environment,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return said

    def send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        arn: str = SERVER,
        service: str = "sagemaker-mlflow",
        header: str = SERVER_HEADER,
        region: str = "eu-west-1",
        key: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """One signed request; status, headers by small names, body."""
        request = AWSRequest(
            method,
            self.server.url + target,
            data=body,
            headers={header: arn, "Content-Type": "application/json", **(headers or {})},
        )
        SigV4Auth(Credentials(*(key or self._own)), service, region).add_auth(request)
        connection = http.client.HTTPConnection(self.server.url.removeprefix("http://"), timeout=60)
        connection.request(method, target, body, dict(request.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, content


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowBackend]:
    with MlflowBackend(tmp_path_factory.mktemp("mlflow")) as made:
        yield made


@pytest.fixture(scope="module")
def running(backend: MlflowBackend) -> Iterator[Studio]:
    with Server(speed=math.inf, sample=False) as server:
        yield Studio(server, backend)


@pytest.fixture
def studio(running: Studio) -> Studio:
    running.server.reset(sample=False)
    running.fill()
    assert running.behind(SERVER, running.backend.url) == 200
    return running


def refused(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["content-type"] == "application/json"
    said = json.loads(body)
    assert set(said) == {"error_code", "message"}
    assert said["message"]
    return status, said["error_code"]


def environ(target: str) -> dict[str, Any]:
    """A request as it is after its signature was verified."""
    return {
        "REQUEST_METHOD": "GET",
        "RAW_URI": target,
        "HTTP_AUTHORIZATION": "Credential=A/20261101/eu-west-1/sagemaker-mlflow/aws4_request",
        "HTTP_X_MLFLOW_SM_TRACKING_SERVER_ARN": SERVER,
        "wsgi.input": io.BytesIO(),
    }


# The real client


def test_the_real_client_works_with_a_tracking_server(studio: Studio, tmp_path: Path) -> None:
    said = studio.mlflow(SERVER, "churn", "write", tmp_path)
    assert said == {
        "runs": 1,
        "params": {"alpha": "0.5"},
        "auc": [0.7, 0.8, 0.9],
        "notes": "What was tried.",
    }


def test_the_real_client_works_with_an_app(studio: Studio, tmp_path: Path) -> None:
    studio.server.reset(sample=False)
    arn = studio.fill()
    if not arn:
        needs("CreateMlflowApp")
    assert studio.behind(arn, studio.backend.url) == 200
    said = studio.mlflow(arn, "churn-app", "write", tmp_path)
    assert (said["runs"], said["auc"]) == (1, [0.7, 0.8, 0.9])


def test_the_real_client_sees_what_it_may_not_do(studio: Studio, tmp_path: Path) -> None:
    reading = ["GetExperimentByName", "GetExperiment", "SearchRuns", "GetMetricHistory"]
    key = studio.user(
        "reader",
        {
            "Effect": "Allow",
            "Action": [f"sagemaker-mlflow:{name}" for name in reading],
            "Resource": SERVER,
        },
    )
    studio.mlflow(SERVER, "churn-read", "write", tmp_path)
    assert studio.mlflow(SERVER, "churn-read", "read", tmp_path, key)["runs"] == 1
    said = studio.mlflow(SERVER, "churn-read", "write", tmp_path, key)
    assert said["refused"] == "PERMISSION_DENIED"
    assert "is not authorized to perform: sagemaker-mlflow:CreateRun" in said["message"]
    assert SERVER in said["message"]


def test_the_real_client_sees_a_wrong_secret(studio: Studio, tmp_path: Path) -> None:
    key = (studio.server.environment()["AWS_ACCESS_KEY_ID"], "wrong")
    said = studio.mlflow(SERVER, "churn", "read", tmp_path, key)
    assert said["refused"] == "PERMISSION_DENIED"
    assert "signature" in said["message"]


def test_the_real_client_sees_that_a_server_is_stopped(studio: Studio, tmp_path: Path) -> None:
    studio.sagemaker.stop_mlflow_tracking_server(TrackingServerName="team")
    said = studio.mlflow(SERVER, "churn", "read", tmp_path)
    assert said["refused"] == "INVALID_STATE"
    assert "Stopped" in said["message"]


# Who, which, whether


def test_trouble_on_demand(studio: Studio) -> None:
    control = Control(studio.server.url, studio.server.control_token)
    operations = ["sagemaker-mlflow:*"]
    control.trouble({"operations": operations, "kind": "denied", "times": 1})
    answer = studio.send("GET", SEARCH)
    assert refused(answer) == (403, "PERMISSION_DENIED")
    assert b"perform: sagemaker-mlflow:SearchExperiments on resource: " in answer[2]
    assert studio.send("GET", SEARCH)[0] == 200
    control.trouble({"operations": operations, "kind": "create_failed", "times": 1})
    assert studio.send("GET", SEARCH)[0] == 200
    assert control.troubles()[0]["struck"] == 0
    control.trouble({"operations": operations, "kind": "throttle"})
    assert refused(studio.send("GET", SEARCH)) == (429, "REQUEST_LIMIT_EXCEEDED")


def test_a_signature_for_the_other_kind_of_server_is_refused(studio: Studio) -> None:
    assert studio.send("GET", SEARCH)[0] == 200
    assert refused(studio.send("GET", SEARCH, service="sagemaker")) == (403, "PERMISSION_DENIED")


def test_a_signature_for_another_region_is_refused(studio: Studio) -> None:
    answer = studio.send("GET", SEARCH, region="us-east-1")
    assert refused(answer) == (403, "PERMISSION_DENIED")
    assert b"another region" in answer[2]


def test_a_request_without_signature_is_refused(studio: Studio) -> None:
    host = studio.server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("GET", SEARCH, headers={SERVER_HEADER: SERVER})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 403
    assert json.loads(body)["error_code"] == "PERMISSION_DENIED"


def test_a_changed_body_is_refused(studio: Studio) -> None:
    status, code = refused(
        studio.send("POST", CREATE, b'{"name": "x"}', headers={"X-Amz-Content-SHA256": "0" * 64})
    )
    assert (status, code) == (403, "PERMISSION_DENIED")


def test_a_server_that_is_not_there_is_said(studio: Studio) -> None:
    missing = SERVER.replace("team", "nobody")
    assert refused(studio.send("GET", SEARCH, arn=missing)) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_who_may_nothing_learns_nothing_of_what_is_there(studio: Studio) -> None:
    key = studio.user("stranger", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    for arn in (SERVER, SERVER.replace("team", "nobody")):
        answer = studio.send("GET", SEARCH, arn=arn, key=key)
        assert refused(answer) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("header", "arn"),
    [
        (SERVER_HEADER, "team"),
        (SERVER_HEADER, SERVER.replace("tracking-server", "app")),
        (SERVER_HEADER, SERVER + "/x"),
        (SERVER_HEADER, SERVER.replace("sagemaker", "s3")),
        (APP_HEADER, SERVER),
    ],
)
def test_an_arn_of_something_else_is_refused(studio: Studio, header: str, arn: str) -> None:
    service = "sagemaker-mlflow" if header == SERVER_HEADER else "sagemaker"
    answer = studio.send("GET", SEARCH, arn=arn, header=header, service=service)
    assert refused(answer) == (400, "INVALID_PARAMETER_VALUE")


def test_an_app_needs_the_one_action_of_apps(studio: Studio) -> None:
    studio.server.reset(sample=False)
    arn = studio.fill()
    if not arn:
        needs("CreateMlflowApp")
    studio.behind(arn, studio.backend.url)
    one = {"Effect": "Allow", "Action": "sagemaker:CallMlflowAppApi", "Resource": arn}
    other = {"Effect": "Allow", "Action": "sagemaker-mlflow:*", "Resource": arn}
    app = {"arn": arn, "header": APP_HEADER, "service": "sagemaker"}
    assert studio.send("GET", SEARCH, key=studio.user("a", one), **app)[0] == 200
    answer = studio.send("GET", SEARCH, key=studio.user("b", other), **app)
    assert refused(answer) == (403, "PERMISSION_DENIED")


# What is behind


def test_a_server_without_mlflow_behind_it_says_what_to_do(studio: Studio) -> None:
    studio.server.reset(sample=False)
    studio.fill()
    answer = studio.send("GET", SEARCH)
    assert refused(answer) == (501, "NOT_IMPLEMENTED")
    assert b"set its address" in answer[2]


def test_mlflow_that_does_not_answer_is_an_outage(studio: Studio) -> None:
    assert studio.behind(SERVER, "http://127.0.0.1:1") == 200
    assert refused(studio.send("GET", SEARCH)) == (503, "TEMPORARILY_UNAVAILABLE")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org:5000",
        "https://127.0.0.1:5000",
        "http://127.0.0.1",
        "http://10.0.0.1:5000",
        "http://user:secret@127.0.0.1:5000",
        "http://127.0.0.1:5000/elsewhere",
        "http://127.0.0.1:5000?x",
        "file:///etc/passwd",
        "",
    ],
)
def test_only_this_machine_can_be_behind(studio: Studio, url: str) -> None:
    assert studio.behind(SERVER, url) == 400


def test_artifacts_go_through_the_server(studio: Studio) -> None:
    content = os.urandom(3_000_000)
    path = "/api/2.0/mlflow-artifacts/artifacts/models/m%20%C3%BC.bin"
    assert studio.send("PUT", path, content)[0] == 200
    status, _, back = studio.send("GET", path)
    assert status == 200
    assert back == content


def test_mlflows_own_refusals_come_through(studio: Studio) -> None:
    status, _, body = studio.send("GET", "/api/2.0/mlflow/runs/get?run_id=none")
    assert status == 404
    assert json.loads(body)["error_code"] == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    "target",
    [
        "/api/2.0/mlflow/../mlflow/runs/get",
        "/api/2.0/mlflow/%2e%2e/x",
        "/api/./x",
        "/a%00b",
        "/a%5cb",
    ],
)
def test_a_path_that_can_be_read_in_two_ways_is_refused(target: str) -> None:
    managed = ManagedMlflow(lambda _: "Created", lambda *_: None)
    status, _, body = managed(environ(target), ADMIN)
    assert (status, json.loads(b"".join(body))["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


class Echo:
    """Says which headers it got; redirects; sends a body piece by piece."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        go_on = self.go_on

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/moved":
                    self.send_response(302)
                    self.send_header("Location", "http://127.0.0.1:1/secret")
                    self.send_header("Set-Cookie", "a=b")
                    self.send_header("Access-Control-Allow-Origin", "*")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif self.path == "/slow":
                    self.send_response(200)
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"5\r\nfirst\r\n")
                    self.wfile.flush()
                    go_on.wait(20)
                    self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")
                else:
                    content = json.dumps(dict(self.headers.items())).encode()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def echo(studio: Studio) -> Iterator[Echo]:
    made = Echo()
    assert studio.behind(SERVER, made.url) == 200
    yield made
    made.go_on.set()
    made.server.shutdown()
    made.server.server_close()


def test_nothing_of_a_signature_reaches_mlflow(studio: Studio, echo: Echo) -> None:
    sent = {"Cookie": "a=b", "TE": "x", "X-Forwarded-For": "1.2.3.4", "X-Mlflow-Workspace": "acme"}
    _, _, body = studio.send("GET", "/version", headers=sent)
    got = {name.lower(): value for name, value in json.loads(body).items()}
    assert got["x-mlflow-workspace"] == "acme"
    assert got["host"] == echo.url.removeprefix("http://")
    unwanted = {"authorization", "cookie", "te", "x-forwarded-for", SERVER_HEADER}
    assert not unwanted & set(got)
    assert not [name for name in got if name.startswith("x-amz-")]


def test_a_redirect_is_not_followed_and_tells_no_address(studio: Studio, echo: Echo) -> None:
    status, headers, _ = studio.send("GET", "/moved")
    assert status == 302
    assert not {"location", "set-cookie", "access-control-allow-origin"} & set(headers)


def test_an_answer_comes_as_it_is_made(echo: Echo) -> None:
    managed = ManagedMlflow(lambda _: "Created", lambda *_: None)
    managed.set(SERVER, echo.url)
    status, _, body = managed(environ("/slow"), ADMIN)
    parts = iter(body)
    assert (status, next(parts)) == (200, b"first")
    echo.go_on.set()
    assert b"".join(parts) == b"last"


# Actions

ACTIONS = {
    ("POST", "/api/2.0/mlflow/experiments/create"): "CreateExperiment",
    ("GET", "/ajax-api/2.0/mlflow/experiments/get-by-name"): "GetExperimentByName",
    ("POST", "/api/2.0/mlflow/runs/log-parameter"): "LogParam",
    ("POST", "/api/2.0/mlflow/runs/log-batch"): "LogBatch",
    ("GET", "/api/2.0/mlflow/metrics/get-history-bulk-interval"): "GetMetricHistory",
    ("GET", "/api/2.0/mlflow/registered-models/alias"): "GetModelVersionByAlias",
    ("DELETE", "/api/2.0/mlflow/registered-models/alias"): "DeleteRegisteredModelAlias",
    ("POST", "/api/2.0/mlflow/logged-models/search"): "SearchLoggedModels",
    ("GET", "/api/2.0/mlflow/logged-models/m-1"): "GetLoggedModel",
    ("DELETE", "/api/2.0/mlflow/logged-models/m-1/tags/a"): "DeleteLoggedModelTag",
    ("POST", "/api/3.0/mlflow/traces/search"): "SearchTraces",
    ("POST", "/api/3.0/mlflow/traces/delete-traces"): "DeleteTraces",
    ("GET", "/api/3.0/mlflow/traces/tr-1"): "GetTraceInfo",
    ("GET", "/"): "AccessUI",
    ("GET", "/static-files/static/js/main.js"): "AccessUI",
    ("POST", "/graphql"): "AccessUI",
    ("GET", "/get-artifact"): "ListArtifacts",
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/a/b"): "LogModel",
    ("HEAD", "/api/2.0/mlflow/runs/get"): "GetRun",
}


@pytest.mark.parametrize(("asked", "name"), ACTIONS.items())
def test_a_path_needs_the_action_of_its_call(asked: tuple[str, str], name: str) -> None:
    assert action(*asked) == f"sagemaker-mlflow:{name}"


@pytest.mark.parametrize("path", ["/health", "/version", "/api/3.0/mlflow/server-info"])
def test_some_paths_need_a_signature_only(path: str) -> None:
    assert action("GET", path) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/2.0/mlflow/runs/get"),
        ("POST", "/api/3.0/mlflow/gateway/secrets/create"),
        ("GET", "/api/2.0/mlflow/runs/get/"),
        ("DELETE", "/"),
        ("GET", "/elsewhere"),
        ("GET", "//health"),
    ],
)
def test_an_unlisted_path_needs_more_than_any_listed_action(method: str, path: str) -> None:
    needed = action(method, path)
    assert needed is not None
    assert needed.startswith("sagemaker-mlflow:Unlisted")


UNNAMED = {
    "createPresignedDownloadUrl",
    "createPresignedUploadUrl",
    "deleteExperimentTag",
    "searchDatasets",
}


def test_every_path_of_mlflow_has_an_action_or_is_known_to_have_none() -> None:
    """The calls of the installed MLflow that people and notebooks make are in the table."""
    from mlflow.protos.databricks_pb2 import rpc
    from mlflow.protos.service_pb2 import MlflowService

    rooms = re.compile("/mlflow/(experiments|runs|metrics|artifacts|logged-models)(/.*)?")
    unlisted, listed = set(), set()
    for method in MlflowService.DESCRIPTOR.methods:
        for endpoint in method.GetOptions().Extensions[rpc].endpoints:
            if rooms.fullmatch(endpoint.path):
                path = f"/api/2.0{endpoint.path}".replace("{", "").replace("}", "")
                needed = action(endpoint.method, path) or ""
                (unlisted if ":Unlisted" in needed else listed).add(method.name)
    assert len(listed) >= 25
    # Calls without an action in AWS's reference.
    assert unlisted <= UNNAMED


def test_refusals_of_ours_speak_mlflows_language() -> None:
    managed = ManagedMlflow(lambda _: "Created", lambda *_: None)
    for error, expected in {
        ServiceError("ThrottlingException", "Rate exceeded"): (429, "REQUEST_LIMIT_EXCEEDED"),
        ServiceError("ServiceUnavailable", "No.", 503): (503, "TEMPORARILY_UNAVAILABLE"),
        ServiceError("AccessDeniedException", "No."): (403, "PERMISSION_DENIED"),
        ServiceError("ExpiredTokenException", "Over."): (403, "PERMISSION_DENIED"),
    }.items():
        status, _, body = managed.refused(error)
        assert (status, json.loads(b"".join(body))["error_code"]) == expected
