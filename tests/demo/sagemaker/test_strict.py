"""Against a server that answers what the test tells it, with whichever botocore is installed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from sm_onboard.demo.sagemaker import strict

KEYS = {
    "region_name": "eu-west-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
APP = {"AppName": "default", "AppType": "JupyterLab", "Status": "InService", "CreationTime": 1.5}


class Endpoint:
    """Answers each request with the next of its answers; the last one stays."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.received: list[bytes] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                endpoint.received.append(self.rfile.read(length))
                answers = endpoint.answers
                status, content, headers = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_DELETE = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, value: Any, status: int = 200, **headers: str) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.answers.append((status, content, headers))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


def client_of(
    endpoint: Endpoint, service: str = "sagemaker", session: Any = None, attempts: int = 1
) -> Any:
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    session = session or boto3.Session(**KEYS)
    return session.client(service, endpoint_url=endpoint.url, config=config)


def violations(seen: strict.Seen) -> list[str]:
    return [str(violation) for violation in seen.violations]


def test_calls_are_counted_and_good_answers_pass(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": [APP]})
    client = client_of(endpoint)
    with strict.watch(client) as seen:
        client.list_apps()
        client.list_apps(DomainIdEquals="d-1", MaxResults=5)
    assert seen.calls == {"sagemaker.ListApps": 2}
    seen.check(at_least=2)
    with pytest.raises(AssertionError, match="2 calls were seen, not 3"):
        seen.check(at_least=3)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ({"Apps": [APP], "More": 1}, "Value at 'more'"),
        ({"Apps": [{**APP, "Owner": "alice"}]}, "Value at 'apps.1.member.owner'"),
        ({"Apps": [{**APP, "Status": "Asleep"}]}, "Value 'Asleep' at 'apps.1.member.status'"),
        ({"Apps": [{**APP, "AppName": "-"}]}, "regular expression pattern"),
        ({"Apps": [{**APP, "AppName": "a" * 64}]}, "length less than or equal to 63"),
        ({"Apps": [{**APP, "SpaceName": None}]}, "Value null at 'apps.1.member.spaceName'"),
        ({"Apps": [{**APP, "CreationTime": "2026-11-23T10:00:00Z"}]}, "converted to Timestamp"),
        ({"Apps": [{**APP, "AppName": 7}]}, "NUMBER_VALUE cannot be converted to String"),
        ({"Apps": [], "NextToken": float("nan")}, "The body is not JSON: it holds NaN"),
        (b"<html>It works</html>", "The body is not JSON"),
    ],
)
def test_an_answer_that_breaks_the_model(endpoint: Endpoint, answer: Any, what: str) -> None:
    endpoint.answer(answer)
    client = client_of(endpoint)
    with strict.watch(client) as seen:
        client.list_apps()
    assert any(
        violation.operation == "sagemaker.ListApps" and what in violation.what
        for violation in seen.violations
    ), violations(seen)
    with pytest.raises(AssertionError, match=r"sagemaker\.ListApps, "):
        seen.check()


def test_a_missing_required_member(endpoint: Endpoint) -> None:
    endpoint.answer({})
    client = client_of(endpoint)
    with strict.watch(client) as seen:
        client.create_presigned_domain_url(DomainId="d-1", UserProfileName="alice")
        client.list_tags(ResourceArn="arn:aws:sagemaker:eu-west-1:123456789012:domain/d-1")
        client.search(Resource="Experiment")
    assert violations(seen) == []
    endpoint.answers[:] = []
    endpoint.answer({"Filters": [{}], "Tags": [{"Key": "team"}]})
    with strict.watch(client) as seen:
        client.list_tags(ResourceArn="arn:aws:sagemaker:eu-west-1:123456789012:domain/d-1")
    assert any("Value null at 'tags.1.member.value'" in text for text in violations(seen))
    assert any("parsed answer: Missing required parameter" in text for text in violations(seen))


def test_a_broken_request_that_is_accepted(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": []})
    client = client_of(endpoint)
    with strict.watch(client) as seen:
        client.list_apps(SortOrder="Sideways")
    assert [violation.where for violation in seen.violations] == ["request"]
    assert "Value 'Sideways' at 'sortOrder'" in seen.violations[0].what
    assert seen.refused == []


def test_a_broken_request_that_is_refused_is_no_violation(endpoint: Endpoint) -> None:
    endpoint.answer({"__type": "ValidationException", "message": "No."}, 400)
    client = client_of(endpoint)
    with strict.watch(client) as seen, pytest.raises(ClientError, match="ValidationException"):
        client.list_apps(SortOrder="Sideways")
    seen.check(at_least=1)
    assert [violation.where for violation in seen.refused] == ["request"]


@pytest.mark.parametrize(
    ("status", "body", "headers", "what"),
    [
        (400, {"__type": "ResourceNotFound", "message": "No such domain."}, {}, None),
        (400, {"__type": "com.amazonaws#ResourceNotFound", "Message": "No."}, {}, None),
        (400, {"message": "No."}, {"x-amzn-ErrorType": "ResourceNotFound:http://x/"}, None),
        (400, {"__type": "AccessDeniedException", "Message": "No."}, {}, None),
        (400, {"__type": "NotImplementedException", "message": "No."}, {}, None),
        (400, {"__type": "ResourceNotFound"}, {}, "ResourceNotFound has no message."),
        (400, {"__type": "ResourceNotFound", "message": ""}, {}, "has no message"),
        (400, {"__type": "ResourceNotFound", "message": None}, {}, "has no message"),
        (400, {"__type": "ResourceNotFound", "message": "No.", "Hint": "x"}, {}, "'hint'"),
        (400, {"__type": "ResourceInUse", "message": "No."}, {}, "not among the operation's"),
        (400, {"__type": "Nonsense", "message": "No."}, {}, "Nonsense is not among"),
        (400, {"message": "No."}, {}, "An error without code is not among"),
        (500, b"<html>Error</html>", {}, "The body of status 500 is not JSON"),
    ],
)
def test_errors(
    endpoint: Endpoint, status: int, body: Any, headers: dict[str, str], what: str | None
) -> None:
    endpoint.answer(body, status, **headers)
    client = client_of(endpoint)
    with strict.watch(client) as seen, pytest.raises(ClientError):
        client.describe_domain(DomainId="d-1")
    if what is None:
        seen.check(at_least=1)
    else:
        assert any(what in text for text in violations(seen)), violations(seen)
        assert {violation.where for violation in seen.violations} == {"error"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"Apps": [{**APP, "CreationTime": float("nan")}]}),
        (400, []),
        (200, []),
        (200, {"Apps": "none"}),
    ],
)
def test_an_answer_that_botocore_cannot_parse(endpoint: Endpoint, status: int, body: Any) -> None:
    endpoint.answer(body, status)
    client = client_of(endpoint)
    with strict.watch(client) as seen, pytest.raises((ValueError, TypeError, AttributeError)):
        client.list_apps()
    assert len(seen.violations) == 1
    assert "sagemaker.ListApps, answer: botocore cannot parse it: " in violations(seen)[0]


def test_retries_are_seen_one_by_one(endpoint: Endpoint) -> None:
    endpoint.answer({"__type": "ThrottlingException", "message": "Rate exceeded"}, 400)
    endpoint.answer({"__type": "ThrottlingException"}, 400)
    endpoint.answer({"Apps": []})
    client = client_of(endpoint, attempts=3)
    with strict.watch(client) as seen:
        client.list_apps()
    assert seen.calls == {"sagemaker.ListApps": 3} and len(endpoint.received) == 3
    assert violations(seen) == ["sagemaker.ListApps, error: ThrottlingException has no message."]


def test_no_answer_at_all_is_no_violation() -> None:
    client = boto3.Session(**KEYS).client(
        "sagemaker",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=0.5),
    )
    with strict.watch(client) as seen, pytest.raises(EndpointConnectionError):
        client.list_apps()
    seen.check(at_least=1)


def test_a_rest_json_service(endpoint: Endpoint) -> None:
    endpoint.answer({"Errors": []})
    client = client_of(endpoint, "sagemaker-metrics")
    metric = {"MetricName": "auc", "Timestamp": 1700000000, "Value": 0.5}
    with strict.watch(client) as seen:
        client.batch_put_metrics(TrialComponentName="tc-1", MetricData=[metric])
        client.batch_put_metrics(TrialComponentName="-", MetricData=[metric])
    assert seen.calls == {"sagemaker-metrics.BatchPutMetrics": 2}
    found = {(violation.where, violation.what[:34]) for violation in seen.violations}
    assert ("answer", "Value at 'errors' failed to satisf") in found
    assert ("request", "Value '-' at 'trialComponentName' ") in found


def test_members_in_the_address_are_not_missed_in_the_body(endpoint: Endpoint) -> None:
    endpoint.answer({"FileSystems": []})
    client = client_of(endpoint, "efs")
    with strict.watch(client) as seen:
        client.describe_file_systems(MaxItems=5)
        client.delete_file_system(FileSystemId="fs-01234567")
    assert violations(seen) == []
    assert seen.calls.total() == 2


@pytest.mark.parametrize(
    ("status", "what"), [(404, []), (400, ["FileSystemNotFound has status 400, not 404."])]
)
def test_an_error_has_the_status_of_the_model(
    endpoint: Endpoint, status: int, what: list[str]
) -> None:
    body = {"ErrorCode": "FileSystemNotFound", "Message": "No."}
    endpoint.answer(body, status, **{"x-amzn-ErrorType": "FileSystemNotFound"})
    client = client_of(endpoint, "efs")
    with strict.watch(client) as seen, pytest.raises(ClientError, match="FileSystemNotFound"):
        client.delete_file_system(FileSystemId="fs-01234567")
    assert [violation.what for violation in seen.violations] == what


def test_a_body_that_is_the_value_is_not_read_as_json(endpoint: Endpoint) -> None:
    endpoint.answer(b"0.5,0.7", 200, **{"Content-Type": "text/csv"})
    client = client_of(endpoint, "sagemaker-runtime")
    with strict.watch(client) as seen:
        answer = client.invoke_endpoint(EndpointName="churn", Body=b"1,2", ContentType="text/csv")
        assert answer["Body"].read() == b"0.5,0.7"
    seen.check(at_least=1)


USER = """
<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetUserResult><User>
<Path>/</Path><UserName>{name}</UserName><UserId>AIDA0000000000000000</UserId>
<Arn>arn:aws:iam::123456789012:user/x</Arn><CreateDate>2026-11-23T10:00:00Z</CreateDate>
</User></GetUserResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</GetUserResponse>"""


def test_a_query_service_is_judged_by_the_parsed_answer(endpoint: Endpoint) -> None:
    client = client_of(endpoint, "iam")
    endpoint.answer(USER.format(name="alice").encode())
    endpoint.answer(USER.format(name="a b").encode())
    with strict.watch(client) as seen:
        client.get_user()
        assert violations(seen) == []
        client.get_user()
    assert seen.calls == {"iam.GetUser": 2}
    assert [violation.where for violation in seen.violations] == ["parsed answer"]
    assert "Value 'a b' at 'user.userName'" in seen.violations[0].what


def test_an_error_of_a_query_service_has_a_code(endpoint: Endpoint) -> None:
    client = client_of(endpoint, "iam")
    endpoint.answer(b"<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>", 404)
    with strict.watch(client) as seen, pytest.raises(ClientError):
        client.get_user()
    assert violations(seen) == ["iam.GetUser, error: It has no Message."]


def test_a_stream_is_not_read(endpoint: Endpoint) -> None:
    endpoint.answer(b"some bytes")
    client = client_of(endpoint, "s3")
    with strict.watch(client) as seen:
        answer = client.get_object(Bucket="acme", Key="a.txt")
        assert answer["Body"].read() == b"some bytes"
    assert seen.calls == {"s3.GetObject": 1} and violations(seen) == []


def test_every_client_of_a_session_is_heard_also_later_ones(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": [], "More": 1})
    session = boto3.Session(**KEYS)
    listening = strict.Strict().attach(session)
    first = client_of(endpoint, session=session)
    first.list_apps()
    client_of(endpoint, session=session).list_apps()
    assert listening.seen.calls == {"sagemaker.ListApps": 2}
    assert len(listening.seen.violations) >= 2
    listening.detach()
    first.list_apps()
    client_of(endpoint, session=session).list_apps()
    assert listening.seen.calls == {"sagemaker.ListApps": 2}


def test_a_botocore_session_is_heard_too(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": []})
    core = botocore.session.Session()
    with strict.watch(core) as seen:
        client_of(endpoint, session=boto3.Session(botocore_session=core, **KEYS)).list_apps()
    seen.check(at_least=1)


def test_everywhere_hears_sessions_that_others_make(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": [], "More": 1})
    with strict.everywhere() as seen:
        client = client_of(endpoint)
        client.list_apps()
        client_of(endpoint).list_apps()
    assert seen.calls == {"sagemaker.ListApps": 2}
    assert len(seen.violations) >= 2
    client.list_apps()
    client_of(endpoint).list_apps()
    assert seen.calls == {"sagemaker.ListApps": 2}


def test_only_some_services(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": [], "More": 1})
    client = client_of(endpoint)
    with strict.watch(client, services={"iam"}) as seen:
        client.list_apps()
    assert not seen.calls and not seen.violations


def test_a_stubbed_client_sends_nothing_and_is_not_counted() -> None:
    client = boto3.Session(**KEYS).client("sagemaker")
    with strict.watch(client) as seen, Stubber(client) as stub:
        stub.add_response("list_apps", {"Apps": []})
        client.list_apps()
    assert not seen.calls


def test_threads_do_not_mix_up_their_requests(endpoint: Endpoint) -> None:
    endpoint.answer({"Apps": []})
    client = client_of(endpoint)

    def call(order: str) -> None:
        for _ in range(10):
            client.list_apps(SortOrder=order)

    with strict.watch(client) as seen:
        threads = [
            threading.Thread(target=call, args=(order,))
            for order in ("Ascending", "Sideways", "Descending")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen.calls == {"sagemaker.ListApps": 30}
    assert len(seen.violations) == 10
    assert all("'Sideways'" in violation.what for violation in seen.violations)
