"""What somebody tried who wanted to break it: odd requests, and ways around the permissions."""

from __future__ import annotations

import gzip
import io
import json
import math
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.access.signature import Signed, read, verify
from sm_onboard.demo.sagemaker.command import serve
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.families import logs
from sm_onboard.demo.sagemaker.http.control import HEADER
from sm_onboard.errors import InvalidRequest

from .absent import needs
from .api import ROLE, Api

FORM = "application/x-www-form-urlencoded"
JSON = "application/x-amz-json-1.1"


class Sender:
    """Signs requests that no client of AWS would make."""

    def __init__(self, server, ask, keys: Credentials) -> None:
        self.server, self.ask, self.keys = server, ask, keys

    def __call__(
        self,
        service: str,
        target: str = "",
        body: bytes | str = b"",
        *,
        path: str = "/",
        kind: str = JSON,
        **more: str,
    ) -> Any:
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": kind, **{k.replace("_", "-"): v for k, v in more.items()}}
        if target:
            headers["X-Amz-Target"] = target
        request = AWSRequest("POST", self.server.url + path, headers=headers, data=data)
        SigV4Auth(self.keys, service, "eu-west-1").add_auth(request)
        return self.ask("POST", path, data, dict(request.headers.items()))


@pytest.fixture
def send(server, ask) -> Sender:
    said = server.environment()
    keys = Credentials(said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"])
    return Sender(server, ask, keys)


@pytest.fixture
def eve(server, ask, client) -> Sender:
    """Somebody who may list users and secrets, and nothing else."""
    iam = client("iam")
    iam.create_user(UserName="eve")
    allowed = {
        "Effect": "Allow",
        "Action": ["iam:ListUsers", "secretsmanager:ListSecrets"],
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="eve", PolicyName="few", PolicyDocument=document)
    key = iam.create_access_key(UserName="eve")["AccessKey"]
    return Sender(server, ask, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


CREATE = "Action=CreateUser&UserName=mallory&Version=2010-05-08"


CONFUSED: list[dict[str, Any]] = [
    {"body": CREATE, "kind": FORM},
    {"body": f"{CREATE}&Action=ListUsers", "kind": FORM},
    {"body": f"Action=ListUsers&{CREATE}", "kind": FORM},
    {"body": "Action=ListUsers", "kind": FORM, "path": f"/?{CREATE}"},
    {"body": CREATE, "kind": FORM, "path": "/?Action=ListUsers"},
    {"body": CREATE, "kind": "text/plain", "path": "/?Action=ListUsers"},
    {"target": "IAM.ListUsers", "kind": FORM, "path": f"/?{CREATE}"},
    {"target": "IAM.ListUsers", "kind": FORM, "body": CREATE},
    {"target": "IAM.ListUsers", "kind": "text/plain", "body": json.dumps({"a": f"&{CREATE}&"})},
    {"target": "IAM.ListUsers", "kind": FORM, "body": json.dumps({"a": f"&{CREATE}&"})},
    {"target": "IAM.ListUsers", "Action": "CreateUser", "UserName": "mallory"},
]


def test_moto_does_what_was_authorized_and_nothing_else(eve, client):
    iam = client("iam")
    for request in CONFUSED:
        eve("iam", **request)
        users = {user["UserName"] for user in iam.list_users()["Users"]}
        assert users == {"admin", "eve"}, request


def test_a_json_service_of_motos_reads_its_action_from_the_target(eve, client):
    secrets = client("secretsmanager")
    for request in (
        {"path": "/?Action=CreateSecret&Name=x", "body": "{}"},
        {"body": json.dumps({"Name": "x", "a": "&Action=CreateSecret&"})},
        {"body": "", "Action": "CreateSecret", "Name": "x"},
    ):
        eve("secretsmanager", "secretsmanager.ListSecrets", **request)
        assert secrets.list_secrets()["SecretList"] == [], request


def test_a_value_that_looks_like_a_form_is_a_value(client):
    secrets = client("secretsmanager")
    secrets.create_secret(Name="x", SecretString="a&Action=DeleteSecret&b")
    assert secrets.get_secret_value(SecretId="x")["SecretString"] == "a&Action=DeleteSecret&b"


def test_the_region_is_the_signatures_and_no_other_headers(client, send):
    client("secretsmanager", region_name="us-east-1").create_secret(Name="x", SecretString="s")
    client("secretsmanager").create_secret(Name="y", SecretString="s")
    answer = send(
        "secretsmanager", "secretsmanager.ListSecrets", "{}", User_Agent="x region/us-east-1"
    )
    assert [secret["Name"] for secret in answer.json["SecretList"]] == ["y"]


def test_an_authorization_header_names_each_parameter_once(server):
    said = "AWS4-HMAC-SHA256 Credential=A/20261123/eu-west-1/s3/aws4_request, Credential=B, "
    headers = {"Authorization": f"{said}SignedHeaders=host, Signature=0"}
    with pytest.raises(ServiceError, match="twice"):
        read(Signed("GET", "/", "", headers))


@pytest.mark.parametrize("query", ["a=1&a-b=2", "id2=1&id=2", "a=2&a=1", "a.b=&a=", "a%20=1&a=2"])
def test_a_query_is_sorted_by_names_and_then_by_values(query):
    request = AWSRequest("GET", f"http://127.0.0.1:1/x?{query}")
    SigV4Auth(Credentials("AKIAEXAMPLE", "secret"), "sagemaker", "eu-west-1").add_auth(request)
    headers = {**dict(request.headers.items()), "Host": "127.0.0.1:1"}
    signed = Signed("GET", "/x", query, headers)
    verify(signed, read(signed), "secret")
    other = Signed("GET", "/x", f"{query}&z=1", headers)
    with pytest.raises(ServiceError):
        verify(other, read(other), "secret")


@pytest.mark.parametrize(
    "when",
    [f"1{'0' * 400}", "1e308", "-1e300", '"1e300"', '"99999999999999999"', '"inf"', '"nan"', '""'],
)
def test_a_time_beyond_the_calendar_is_refused(send, when):
    answer = send("sagemaker", "SageMaker.ListExperiments", f'{{"CreatedAfter": {when}}}')
    assert (answer.status, answer.json["__type"]) == (400, "SerializationException")


def test_times_as_far_as_the_calendar_goes_are_times(send):
    for when in (-62_135_596_800, 253_402_300_799):
        answer = send("sagemaker", "SageMaker.ListExperiments", json.dumps({"CreatedAfter": when}))
        assert answer.json == {"ExperimentSummaries": []}


@pytest.mark.parametrize(
    "body",
    [b'{"NextToken": "\\ud800"}', b'{"NextToken": "\\uDC00\\ud800"}', b'{"\\ud800": 1}'],
)
def test_half_a_character_is_no_text(send, body):
    answer = send("sagemaker", "SageMaker.ListDomains", body)
    assert answer.json["__type"] == "SerializationException"


def test_an_escaped_character_of_two_halves_is_a_character(send):
    body = b'{"ExperimentName": "x", "DisplayName": "\\ud83d\\ude00"}'
    assert send("sagemaker", "SageMaker.CreateExperiment", body).json["__type"] == (
        "ValidationException"  # the pattern's
    )
    body = b'{"ExperimentName": "x", "Description": "\\ud83d\\ude00"}'
    assert send("sagemaker", "SageMaker.CreateExperiment", body).status == 200


def test_a_packed_body_is_whole_and_not_too_large(send):
    packed = gzip.compress(b'{"MaxResults": 1}')
    zipped = {"Content_Encoding": "gzip"}
    assert send("sagemaker", "SageMaker.ListDomains", packed, **zipped).status == 200
    early = send("sagemaker", "SageMaker.ListDomains", packed[:-9], **zipped)
    assert early.json["__type"] == "SerializationException"
    bomb = gzip.compress(b'{"NextToken": "' + b"a" * 70_000_000 + b'"}')
    refused = send("sagemaker", "SageMaker.ListDomains", bomb, **zipped)
    assert (refused.status, refused.json["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.fixture
def raw(server) -> Callable[[bytes, bytes], bytes]:
    """Sends headers and a body to a control path, and reads until the server closes."""
    port = int(server.url.rpartition(":")[2])

    def raw(headers: bytes, body: bytes) -> bytes:
        head = (
            f"POST /_control/clock HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"{HEADER}: {server.control_token}\r\nConnection: close\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(head + headers + b"\r\n" + body)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer

    return raw


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"2\r\n{}\r\n0\r\n\r\n",
        b"1\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n",
        b"2;" + b"a" * 100 + b"\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_chunks_are_read(raw, body):
    assert raw(CHUNKED, body).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (CHUNKED, b"0x2\r\n{}\r\n0\r\n\r\n"),
        (CHUNKED, b"+2\r\n{}\r\n0\r\n\r\n"),
        (CHUNKED, b"-2\r\n{}\r\n0\r\n\r\n"),
        (CHUNKED, b"\r\n{}\r\n0\r\n\r\n"),
        (CHUNKED, b"2\r\n{}more\r\n0\r\n\r\n"),
        (CHUNKED + b"Transfer-Encoding: identity\r\n", b"0\r\n\r\n"),
        (CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n"),
        (b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"),
        (b"Content-Length: +2\r\n", b"{}"),
    ],
)
def test_a_body_that_can_be_read_in_two_ways_is_refused(raw, headers, body):
    assert raw(headers, body).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("method", "name", "body"),
    [
        ("PUT", "faults", {"rules": [{"kind": []}]}),
        ("PUT", "faults", {"rules": [{"kind": {}}]}),
        ("POST", "clock", {"speed": 10**400}),
    ],
)
def test_a_control_path_answers_whatever_it_is_sent(server, ask, method, name, body):
    headers = {HEADER: server.control_token}
    answer = ask(method, f"/_control/{name}", json.dumps(body).encode(), headers)
    assert answer.status == 400
    assert answer.json["message"]


def test_a_mistake_of_ours_is_answered_and_kept(server, ask, client, monkeypatch):
    """Not a closed connection, which a client would try again."""

    def fails(*_: object) -> None:
        raise LookupError("the cause")

    monkeypatch.setattr(server._faults, "told", fails)
    answer = ask("GET", "/_control/faults", headers={HEADER: server.control_token})
    assert (answer.status, answer.body) == (500, b"The local SageMaker made a mistake.")
    monkeypatch.setattr(server._mlflow, "signed_for", fails)
    said = server.environment()
    request = AWSRequest("GET", f"{server.url}/health", headers={"x-sm-mlflow-app-arn": "x"})
    keys = Credentials(said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "sagemaker", "eu-west-1").add_auth(request)
    answer = ask("GET", "/health", headers=dict(request.headers.items()))
    assert (answer.status, b"cause" in answer.body) == (500, False)
    kept = server._calls.told()["failures"]
    assert ["the cause" in failure for failure in kept] == [True, True]


def test_regular_expressions_from_outside_keep_nobody_waiting():
    api = Api(speed=1)
    definitions = [
        {"Name": f"m{number}", "Regex": "(?:a|aa|aaa)+z([0-9])" + "|b" * number}
        for number in range(30)
    ]
    begun = time.thread_time()
    api(
        "CreateTrainingJob",
        TrainingJobName="slow",
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": "image",
            "TrainingInputMode": "File",
            "MetricDefinitions": definitions,
        },
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 1,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 86400},
        HyperParameters={f"h{number}": "a" * 250 for number in range(80)},
    )
    api.later(3600)
    assert api("DescribeTrainingJob", TrainingJobName="slow")["TrainingJobStatus"] == "Completed"
    assert time.thread_time() - begun < 10  # it was ten minutes


@pytest.mark.parametrize("pattern", ["(" * 500, "(a" * 250, "([" * 250, "((a)|(b))*" * 50])
def test_an_expression_that_is_none_is_passed_over(pattern):
    begun = time.thread_time()
    values = {"AlgorithmSpecification": {"MetricDefinitions": [{"Regex": pattern}]}}
    assert "epoch 5 of 5" in logs.invented("TrainingJob", values, "")
    assert time.thread_time() - begun < 5


def test_a_metric_is_a_number_whose_square_is_one():
    api = Api()
    api("CreateTrialComponent", TrialComponentName="run")
    now = api.emulator.world.clock.now()
    data = [
        {"MetricName": "loss", "Timestamp": now, "Value": value}
        for value in (2.0**360, -(2.0**360), 1.7e308, -1.7e308)
    ]
    answer = api.ask(
        "sagemaker-metrics", "BatchPutMetrics", TrialComponentName="run", MetricData=data
    )
    wrong = [(error["Code"], error["MetricIndex"]) for error in answer["Errors"]]
    assert wrong == [("VALIDATION_ERROR", 2), ("VALIDATION_ERROR", 3)]
    (metric,) = api("DescribeTrialComponent", TrialComponentName="run")["Metrics"]
    assert (metric["Count"], metric["Avg"], metric["StdDev"]) == (2, 0.0, 2.0**360)


@pytest.mark.parametrize("speed", [math.nan, 1e-320, 0.0, -1.0])
def test_what_is_no_speed_is_said_at_once(speed):
    with pytest.raises(InvalidRequest, match=f"{speed:g} is not a speed"):
        serve(0, speed, sample=True, region="eu-west-1", as_json=False)


@pytest.mark.parametrize("region", ["mars-1", "eu-mars-1", "eu-west-\u0661", "aws", ""])
def test_a_region_that_does_not_exist_is_refused_and_not_tried_again(client, region):
    for service, operation, code in (
        ("sagemaker", "list_domains", "InvalidSignatureException"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("cloudformation", "list_stacks", "SignatureDoesNotMatch"),
    ):
        if not region.isascii() or not region:
            continue  # botocore does not sign for it
        patient = client(
            service, region_name=region, config=Config(retries={"total_max_attempts": 3})
        )
        with pytest.raises(ClientError) as refused:
            getattr(patient, operation)()
        answer = refused.value.response
        assert answer["Error"]["Code"] == code
        assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    with pytest.raises(InvalidRequest, match="is not the name of an AWS region"):
        serve(0, 1.0, sample=True, region=region, as_json=False)


@pytest.mark.parametrize("name", ["lab\n", "lab ", " lab", "l\u00e4b", "lab\u0661", "lab\x00"])
def test_a_name_is_letters_and_digits_of_ascii(name):
    api = Api()
    domain = api.domain()
    for operation, wanted in (
        ("CreateUserProfile", {"DomainId": domain, "UserProfileName": name}),
        ("DescribeSpace", {"DomainId": domain, "SpaceName": name}),
        ("CreateExperiment", {"ExperimentName": name}),
    ):
        assert api.refused(operation, **wanted).startswith("ValidationException")
    refused = api.refused("DescribeSpace", DomainId=f"{domain}\n", SpaceName="lab")
    assert refused.startswith("ValidationException")
    role = "arn:aws:iam::\u0661\u06623456789012:role/studio"
    api.profile(domain)
    settings = {"ExecutionRole": role}
    refused = api.refused(
        "UpdateUserProfile", DomainId=domain, UserProfileName="alice", UserSettings=settings
    )
    assert refused.startswith("ValidationException")


def test_a_bucket_may_be_called_as_the_page_is(client):
    s3 = client("s3", config=Config(s3={"addressing_style": "path"}))
    s3.create_bucket(
        Bucket="presigned", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.put_object(Bucket="presigned", Key="x", Body=b"x")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="presigned")["Contents"]] == ["x"]


def test_twenty_megabytes_go_to_s3_and_come_back(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    content = bytes(range(256)) * (20 * 1024 * 4)
    s3.upload_fileobj(io.BytesIO(content), "large", "in-parts")
    s3.put_object(Bucket="large", Key="in-one", Body=content)
    for key in ("in-parts", "in-one"):
        assert s3.get_object(Bucket="large", Key=key)["Body"].read() == content


def test_a_megabyte_is_as_long_as_a_definition_may_be(client):
    sagemaker = client("sagemaker")
    steps = [{"Name": f"S{n}", "Type": "Fail", "Arguments": {}} for n in range(20)]
    plain = json.dumps({"Version": "2020-12-01", "Steps": steps})
    for length, accepted in ((1_048_576, True), (1_048_577, False)):
        wanted = {
            "PipelineName": f"p{length}",
            "PipelineDefinition": plain.ljust(length),
            "RoleArn": ROLE,
            "ClientRequestToken": f"{length:032}",
        }
        if accepted:
            sagemaker.create_pipeline(**wanted)
            said = sagemaker.describe_pipeline(PipelineName=wanted["PipelineName"])
            assert len(said["PipelineDefinition"]) == length
        else:
            with pytest.raises(ClientError, match="length less than or equal to 1048576"):
                sagemaker.create_pipeline(**wanted)


def test_what_belongs_to_another_region_is_not_described():
    api = Api()
    needs("CreateMlflowApp")
    store = {"ArtifactStoreUri": "s3://acme/mlflow", "RoleArn": ROLE}
    arn = api("CreateMlflowApp", Name="default", **store)["Arn"]
    assert api("DescribeMlflowApp", Arn=arn)["Name"] == "default"
    for other in (
        arn.replace("123456789012", "210987654321"),
        arn.replace("eu-west-1", "us-east-1"),
        arn.replace("arn:aws:", "arn:aws-cn:"),
    ):
        assert "ResourceNotFound" in api.refused("DescribeMlflowApp", Arn=other)
    api.region = "us-east-1"
    assert "ResourceNotFound" in api.refused("DescribeMlflowApp", Arn=arn)
