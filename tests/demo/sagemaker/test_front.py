"""What comes in reaches whom it is meant for, and every answer is one that boto3 understands."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import urllib.request

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.http.control import Control


@pytest.fixture
def control(server):
    return Control(server.url, server.control_token)


@pytest.fixture
def signed(server, ask):
    """Asks with a right signature, but otherwise what a test likes."""

    def signed(method, path, body=b"", service="sagemaker", **headers):
        said = server.environment()
        keys = Credentials(said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"])
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, server.url + path, names, body)
        SigV4Auth(keys, service, "eu-west-1").add_auth(request)
        return ask(method, path, body, dict(request.headers.items()))

    return signed


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response


JSON = "application/x-amz-json-1.1"


def test_a_json_answer_looks_like_sagemakers(signed):
    answer = signed("POST", "/", b"{}", X_Amz_Target="SageMaker.ListDomains", Content_Type=JSON)
    assert (answer.status, answer.headers["content-type"]) == (200, JSON)
    assert len(answer.headers["x-amzn-requestid"]) == 36
    assert answer.json == {"Domains": []}


@pytest.mark.parametrize(
    ("target", "body", "status", "said"),
    [
        ("SageMaker.ListDomains", b"{", 400, ("SerializationException", "message")),
        ("SageMaker.ListDomains", b"[]", 400, ("SerializationException", "message")),
        ("SageMaker.ListDomains", b"[" * 100_000, 400, ("SerializationException", "message")),
        ("SageMaker.ListDomains", b"\xff", 400, ("SerializationException", "message")),
        ("SageMaker.ListDomains", b'{"No": 1}', 400, None),
        ("SageMaker.NoSuch", b"{}", 404, ("UnknownOperationException", "message")),
        ("SageMaker.ListHubs", b"{}", 400, ("NotImplementedException", "message")),
        ("SageMaker.", b"{}", 404, ("UnknownOperationException", "message")),
        ("SageMaker.DescribeDomain", b'{"DomainId": "d-x"}', 400, ("ResourceNotFound", "Message")),
    ],
)
def test_errors_name_their_member_as_the_model_does(signed, target, body, status, said):
    answer = signed("POST", "/", body, X_Amz_Target=target, Content_Type=JSON)
    assert answer.status == status
    if said is not None:
        code, member = said
        assert answer.json["__type"] == code
        assert answer.json[member]
        assert set(answer.json) == {"__type", member}


def test_a_request_without_signature_is_told_so(ask):
    headers = {"X-Amz-Target": "SageMaker.ListDomains", "Content-Type": JSON}
    answer = ask("POST", "/", b"{}", headers)
    assert answer.status == 403
    assert answer.json["__type"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST", "OPTIONS"])
def test_an_unsigned_request_of_any_kind_is_refused(ask, method):
    assert ask(method, "/some/path", b"").status == 403


def test_the_same_signature_with_another_body_is_refused(server, ask):
    said = server.environment()
    keys = Credentials(said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"])
    headers = {"X-Amz-Target": "SageMaker.ListDomains", "Content-Type": JSON}
    request = AWSRequest("POST", f"{server.url}/", headers, b"{}")
    SigV4Auth(keys, "sagemaker", "eu-west-1").add_auth(request)
    answer = ask("POST", "/", b'{"MaxResults": 1}', dict(request.headers.items()))
    assert answer.json["__type"] == "InvalidSignatureException"


def test_a_signature_for_another_service_asks_that_service(signed):
    headers = {"X_Amz_Target": "SageMaker.ListDomains", "Content_Type": JSON}
    answer = signed("POST", "/", b"{}", service="secretsmanager", **headers)
    assert answer.status >= 400


def test_regions_are_worlds_of_their_own(client):
    ireland, oregon = client("sagemaker"), client("sagemaker", region_name="us-west-2")
    content = "ZWNobw=="
    ireland.create_studio_lifecycle_config(
        StudioLifecycleConfigName="install",
        StudioLifecycleConfigContent=content,
        StudioLifecycleConfigAppType="JupyterLab",
    )
    assert len(ireland.list_studio_lifecycle_configs()["StudioLifecycleConfigs"]) == 1
    assert oregon.list_studio_lifecycle_configs()["StudioLifecycleConfigs"] == []


def test_metrics_are_found_by_their_path(client, control):
    made = client("sagemaker-metrics")
    point = {"MetricName": "auc", "Timestamp": 1, "Step": 1, "Value": 0.9}
    with contextlib.suppress(ClientError):  # no such trial component
        made.batch_put_metrics(TrialComponentName="none", MetricData=[point])
    assert control.log()["failures"] == []
    assert control.log()["counts"] == {"sagemaker-metrics:BatchPutMetrics": 1}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "logged"),
    [
        ("sts", "get_caller_identity", {}, "sts:GetCallerIdentity"),
        ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs"),
        ("efs", "describe_file_systems", {}, "efs:DescribeFileSystems"),
        ("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics"),
        ("elbv2", "describe_load_balancers", {}, "elbv2:DescribeLoadBalancers"),
        ("elb", "describe_load_balancers", {}, "elb:DescribeLoadBalancers"),
        ("service-quotas", "list_service_quotas", {"ServiceCode": "sagemaker"}, None),
        ("sso-admin", "list_instances", {}, "sso-admin:ListInstances"),
        ("secretsmanager", "list_secrets", {}, "secretsmanager:ListSecrets"),
        ("resourcegroupstaggingapi", "get_resources", {}, None),
    ],
)
def test_other_services_are_recognized(client, control, service, operation, parameters, logged):
    getattr(client(service), operation)(**parameters)
    told = control.log()
    name = logged or next(iter(told["counts"]))
    assert told["counts"] == {name: 1}
    assert name.startswith(f"{service}:")
    assert not told["failures"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("wisdom", "list_assistants", {}),  # moto has no such service
        ("codecommit", "list_branches", {"repositoryName": "x"}),  # nor this operation
        ("efs", "put_account_preferences", {"ResourceIdType": "LONG_ID"}),
        ("sagemaker", "list_hubs", {}),
    ],
)
def test_what_nobody_knows_is_said_at_once(client, control, service, operation, parameters):
    stubborn = client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
    answer = refusal(getattr(stubborn, operation), **parameters)
    assert answer["Error"]["Code"] == "NotImplementedException"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    assert not control.log()["failures"]


def test_the_caller_is_somebody_that_iam_and_sts_know(client):
    arn = "arn:aws:iam::123456789012:user/admin"
    assert client("sts").get_caller_identity()["Arn"] == arn
    assert client("iam").get_user()["User"]["Arn"] == arn


def test_a_user_without_permission_is_refused_everywhere(client, control):
    iam = client("iam")
    iam.create_user(UserName="ana")
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    keys = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    for service, operation, code in (
        ("sagemaker", "list_domains", "AccessDeniedException"),
        ("iam", "list_users", "AccessDenied"),
        ("s3", "list_buckets", "AccessDenied"),
        ("ec2", "describe_vpcs", "UnauthorizedOperation"),
        ("efs", "describe_file_systems", "AccessDeniedException"),
        ("pricing", "describe_services", "AccessDeniedException"),
    ):
        error = refusal(getattr(client(service, **keys), operation))["Error"]
        assert error["Code"] == code
        assert "arn:aws:iam::123456789012:user/ana is not authorized" in error["Message"]
    assert client("sts", **keys).get_caller_identity()["Arn"].endswith(":user/ana")
    iam.put_user_policy(
        UserName="ana",
        PolicyName="lists",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "sagemaker:ListDomains", "Resource": "*"},
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"},
                ],
            }
        ),
    )
    assert client("sagemaker", **keys).list_domains()["Domains"] == []
    s3 = client("s3", **keys)
    assert refusal(s3.get_object, Bucket="b", Key="x")["Error"]["Code"] == "AccessDenied"
    assert refusal(s3.get_object, Bucket="a", Key="x")["Error"]["Code"] == "NoSuchBucket"
    assert not control.log()["failures"]


@pytest.fixture
def bucket(client):
    client("s3").create_bucket(
        Bucket="team", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return "team"


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
@pytest.mark.parametrize("key", ["a", "a b/ü+%2F&=?#.txt", "x//y/"])
def test_objects_keep_their_names_bytes_and_metadata(client, bucket, key, size):
    s3 = client("s3")
    data = b"\r\n" * (size // 2) + b"x" * (size % 2)
    s3.put_object(Bucket=bucket, Key=key, Body=data, Metadata={"my_key": "1", "other-key": "2"})
    there = s3.get_object(Bucket=bucket, Key=key)
    assert there["Body"].read() == data
    assert there["Metadata"] == {"my_key": "1", "other-key": "2"}
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == size


def test_a_stream_whose_length_is_not_told_arrives(client, bucket):
    class Stream(io.RawIOBase):
        left = 100

        def readable(self):
            return True

        def readinto(self, buffer):
            if not self.left:
                return 0
            self.left -= 1
            buffer[:1000] = b"y" * 1000
            return 1000

    s3 = client("s3")
    s3.upload_fileobj(io.BufferedReader(Stream(), 1000), bucket, "stream")
    assert s3.head_object(Bucket=bucket, Key="stream")["ContentLength"] == 100_000


def test_presigned_objects_open_without_further_credentials(client, bucket):
    s3 = client("s3", config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=bucket, Key="notebook.ipynb", Body=b"{}")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "notebook.ipynb"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        assert answer.read() == b"{}"
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(url.replace("notebook", "another"), timeout=10)
    assert refused.value.code == 403


def test_presigned_identity(client):
    url = client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        assert b"user/admin" in answer.read()


def test_packed_bodies_are_unpacked(signed):
    headers = {"X_Amz_Target": "SageMaker.ListDomains", "Content_Type": JSON}
    packed = gzip.compress(b'{"MaxResults": 1000}')
    answer = signed("POST", "/", packed, Content_Encoding="gzip", **headers)
    assert answer.json["__type"] == "ValidationException"
    answer = signed("POST", "/", b"not gzip", Content_Encoding="gzip", **headers)
    assert answer.json["__type"] == "SerializationException"
    bomb = gzip.compress(b" " * 100_000_000)
    assert signed("POST", "/", bomb, Content_Encoding="gzip", **headers).status == 413


def test_a_mistake_of_ours_is_seen(server, client, control, monkeypatch):
    def broken(call):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(server.emulator, "call", broken)
    answer = refusal(client("sagemaker").list_domains)
    assert answer["Error"]["Code"] == "InternalFailure"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "secret" not in str(answer)
    (failure,) = control.log()["failures"]
    assert "ZeroDivisionError: secret detail" in failure


def test_one_connection_serves_many_calls(server):
    said = server.environment()
    session = boto3.Session(
        said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"], region_name="eu-west-1"
    )
    made = session.client("sagemaker", endpoint_url=server.url)
    for _ in range(5):
        made.list_domains()
    pools = made._endpoint.http_session._manager.pools
    (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - not a mapping
    assert (pool.num_connections, pool.num_requests) == (1, 5)
