"""The room's calls: limited, counted, repeated, given up; and errors with what puts them right."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sm_onboard import aws
from sm_onboard.domain import client as module
from sm_onboard.domain.client import PAGES, Cancelled, Client, Task
from sm_onboard.domain.limiter import Limiter
from sm_onboard.domain.problems import Where, problem
from sm_onboard.errors import Conflict, OnboardError, Unreachable

from .conftest import Room

WHERE = Where("eu-west-1", "123456789012")
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:space/d-1/lab"


class Fake:
    """Stands for ``aws.Aws`` and for a client: answers from a list, raises what is an error."""

    def __init__(self, *answers: Any, operations: tuple[str, ...] = ("ListApps",)) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.meta = self
        self.service_model = self
        self.operation_names = operations
        self.shape_names = ("A",)

    def client(self, *_: Any) -> Fake:
        return self

    def list_apps(self, **parameters: Any) -> Any:
        self.asked.append(parameters)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def made(fake: Fake) -> Client:
    return Client(fake, lambda: WHERE, Limiter(rate=1000, burst=100))  # type: ignore[arg-type]


def refusal(code: str, message: str = "no", retries: int = 0) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"RetryAttempts": retries},  # type: ignore[typeddict-item]
        },
        "ListApps",
    )


def test_a_burst_then_a_rate() -> None:
    limiter = Limiter(rate=20, burst=5)
    began = time.monotonic()
    for _ in range(5):
        assert limiter.take(threading.Event())
    assert time.monotonic() - began < 0.04
    for _ in range(4):
        assert limiter.take(threading.Event())
    assert 0.19 <= time.monotonic() - began < 0.4


def test_idle_time_gives_no_more_than_a_burst() -> None:
    now = 1000.0
    limiter = Limiter(rate=5, burst=2, clock=lambda: now)
    now += 3600
    stopped = threading.Event()
    assert limiter.take(stopped) and limiter.take(stopped)
    stopped.set()
    assert not limiter.take(stopped)  # a third would have to wait


def test_cancelling_ends_a_wait_for_a_turn() -> None:
    limiter = Limiter(rate=0.1, burst=1)
    assert limiter.take(threading.Event())
    cancelled = threading.Event()
    threading.Timer(0.05, cancelled.set).start()
    began = time.monotonic()
    assert not limiter.take(cancelled)
    assert time.monotonic() - began < 1


def test_pages_are_followed_short_and_empty_ones_too() -> None:
    fake = Fake(
        {"Apps": [{"a": 1}], "NextToken": "1"},
        {"Apps": [], "NextToken": "2"},
        {"NextToken": "3"},
        {"Apps": [{"a": 2}, "odd"]},
    )
    task = Task()
    found = list(made(fake).pages(task, "ListApps", "Apps", DomainIdEquals="d-1"))
    assert found == [[{"a": 1}], [], [], [{"a": 2}]]
    assert [asked.get("NextToken") for asked in fake.asked] == [None, "1", "2", "3"]
    assert all(asked["MaxResults"] == 100 for asked in fake.asked)
    assert task.calls == 4


def test_a_list_that_does_not_end() -> None:
    tokens = [{"Apps": [], "NextToken": str(n)} for n in range(PAGES + 5)]
    fake = Fake(*tokens)
    with pytest.raises(Unreachable, match="does not end"):
        list(made(fake).pages(Task(), "ListApps", "Apps"))
    assert len(fake.asked) == PAGES
    same = Fake({"Apps": [], "NextToken": "1"})
    assert len(list(made(same).pages(Task(), "ListApps", "Apps"))) == 2


def test_a_cancelled_task_makes_no_call_and_gives_no_answer() -> None:
    fake, task = Fake({}), Task()
    task.cancelled.set()
    with pytest.raises(Cancelled):
        made(fake).call(task, "ListApps")
    assert not fake.asked

    late = Task()
    fake.list_apps = lambda **_: late.cancelled.set() or {}  # type: ignore[method-assign, func-returns-value]
    with pytest.raises(Cancelled):
        made(fake).call(late, "ListApps")


def test_a_throttled_call_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN", (0.01, 0.02))
    waits: list[float | None] = []
    fake = Fake(refusal("ThrottlingException", retries=2), refusal("Throttling"), {"Apps": []})
    task = Task(waiting=waits.append)
    assert made(fake).call(task, "ListApps") == {"Apps": []}
    assert waits == [0.01, None, 0.02, None]
    assert task.calls == 5  # two of them botocore's own retries
    with pytest.raises(Unreachable, match="limits how often"):
        made(Fake(refusal("ThrottlingException"))).call(Task(), "ListApps")


def test_other_errors_are_not_tried_again() -> None:
    fake = Fake(refusal("ValidationException"))
    with pytest.raises(OnboardError):
        made(fake).call(Task(), "ListApps")
    assert len(fake.asked) == 1


def test_an_operation_that_this_boto3_lacks_costs_no_call() -> None:
    fake = Fake({}, operations=("ListDomains",))
    with pytest.raises(Conflict, match="does not know ListApps") as raised:
        made(fake).call(Task(), "ListApps")
    assert raised.value.code == "aws.boto3_too_old"
    assert not fake.asked


def told(error: Exception, where: Where = WHERE, action: str = "sagemaker:ListApps") -> Any:
    translated = aws.translate(error, action)
    assert translated is not None
    translated.__cause__ = error
    return problem(translated, where, action, "*")


def test_the_resource_is_the_one_that_iam_checked() -> None:
    said = (
        "User: arn:aws:sts::123456789012:assumed-role/ds/SageMaker is not authorized to perform: "
        f"sagemaker:ListApps on resource: {ARN} because no identity-based policy allows the "
        "sagemaker:ListApps action"
    )
    found = told(refusal("AccessDeniedException", said))
    assert found.resource == ARN
    assert json.loads(found.statement)["Resource"] == ARN
    assert found.message == f"Your role may not call sagemaker:ListApps on {ARN}."
    other = told(refusal("AccessDeniedException", said.replace("arn:aws:sagemaker", "<script>")))
    assert other.resource == "*" and "<script>" not in other.message


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("with an explicit deny in a service control policy", "a service control policy"),
        ("with an explicit deny in an identity-based policy", "a identity-based policy"),
        ("with an explicit deny", "a policy"),
    ],
)
def test_no_statement_overrides_an_explicit_deny(said: str, by: str) -> None:
    found = told(refusal("AccessDeniedException", said))
    assert found.statement == ""
    assert by.removeprefix("a ") in found.hint and "ask your administrator" in found.hint


def test_what_is_missing_in_a_vpc() -> None:
    error = EndpointConnectionError(endpoint_url="https://api.sagemaker")
    assert told(error).endpoint == "com.amazonaws.eu-west-1.sagemaker.api"
    public = told(error, Where("eu-west-1", vpc_only=False))
    assert public.endpoint == "" and "VPC" not in public.hint
    pricing = told(error, WHERE, "pricing:GetProducts")
    assert pricing.message.startswith("The price list service did not answer")


def test_awss_own_words_are_kept_in_one_line() -> None:
    found = told(refusal("ValidationException", "The space is\nUpdating.\x1b[31m" + "x" * 999))
    assert found.hint.startswith("AWS says: The space is Updating. [31m")
    assert len(found.hint) < 320


def test_what_the_client_says_of_this_boto3(room: Callable[..., Room]) -> None:
    client = room("alice-lab").service._client
    assert client.supports("ListApps") and not client.supports("MakeCoffee")
    assert client.shape("AppDetails") is not None
    assert client.shape("Coffee") is None
    assert client.region() == "eu-west-1"
