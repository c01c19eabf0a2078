"""Trouble on demand: of every kind, for the chosen operations, and the same every time."""

from __future__ import annotations

import re
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.http.faults import AFTER, BEFORE, Faults, Rule, rule_from


@pytest.fixture
def control(server):
    return Control(server.url, server.control_token)


def code_of(call) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call()
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("kind", "service", "operation", "code"),
    [
        ("throttle", "sagemaker", "list_domains", ("ThrottlingException", 400)),
        ("throttle", "sts", "get_caller_identity", ("Throttling", 400)),
        ("throttle", "s3", "list_buckets", ("SlowDown", 503)),
        ("throttle", "ec2", "describe_vpcs", ("RequestLimitExceeded", 503)),
        ("outage", "sagemaker", "list_domains", ("ServiceUnavailable", 503)),
        ("outage", "s3", "list_buckets", ("ServiceUnavailable", 503)),
        ("expired", "sagemaker", "list_domains", ("ExpiredTokenException", 400)),
        ("expired", "sts", "get_caller_identity", ("ExpiredToken", 403)),
        ("denied", "sagemaker", "list_domains", ("AccessDeniedException", 400)),
        ("denied", "iam", "list_users", ("AccessDenied", 403)),
        ("denied", "efs", "describe_file_systems", ("AccessDeniedException", 403)),
    ],
)
def test_each_service_says_it_its_own_way(client, control, kind, service, operation, code):
    call = getattr(client(service), operation)
    call()
    control.trouble({"operations": [f"{service}:*"], "kind": kind})
    assert code_of(call) == code
    control.no_trouble()
    call()


def test_denied_is_worded_as_the_service_words_it(client, control):
    control.trouble({"operations": ["sagemaker:ListApps"], "kind": "denied"})
    with pytest.raises(ClientError) as refused:
        client("sagemaker").list_apps()
    assert refused.value.response["Error"]["Message"] == (
        "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: "
        "sagemaker:ListApps on resource: * because no identity-based policy allows the "
        "sagemaker:ListApps action"
    )


def test_botocore_tries_again_after_throttling(client, control):
    control.trouble({"operations": ["sagemaker:ListDomains"], "kind": "throttle", "times": 2})
    patient = client("sagemaker", config=Config(retries={"total_max_attempts": 4}))
    answer = patient.list_domains()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert control.troubles() == []


def test_only_the_chosen_operation_is_struck(client, control):
    control.trouble({"operations": ["sagemaker:ListApps"], "kind": "outage"})
    sagemaker = client("sagemaker")
    sagemaker.list_domains()
    assert code_of(sagemaker.list_apps)[0] == "ServiceUnavailable"


def test_an_outage_does_not_ask_who_calls(client, control):
    control.trouble({"operations": ["*"], "kind": "outage"})
    stranger = client("sagemaker", aws_secret_access_key="x" * 40)
    assert code_of(stranger.list_domains)[0] == "ServiceUnavailable"


def test_throttling_asks_who_calls(client, control):
    control.trouble({"operations": ["*"], "kind": "throttle"})
    stranger = client("sagemaker", aws_secret_access_key="x" * 40)
    assert code_of(stranger.list_domains)[0] == "InvalidSignatureException"


def test_latency(client, control):
    sagemaker = client("sagemaker")
    sagemaker.list_domains()
    control.trouble({"operations": ["sagemaker:*"], "kind": "latency", "seconds": 0.4})
    begun = time.monotonic()
    sagemaker.list_domains()
    assert time.monotonic() - begun >= 0.4


def test_timeout_and_the_server_still_ends_at_once(server, client, control):
    hasty = client("sagemaker", config=Config(read_timeout=0.3))
    control.trouble({"operations": ["*"], "kind": "timeout"})
    with pytest.raises(ReadTimeoutError):
        hasty.list_domains()
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 5


def test_refuse_closes_the_connection(client, control):
    control.trouble({"operations": ["*"], "kind": "refuse", "times": 1})
    sagemaker = client("sagemaker")
    with pytest.raises(ConnectionClosedError):
        sagemaker.list_domains()
    sagemaker.list_domains()


def outcomes(seed: int) -> list[bool]:
    faults = Faults()
    faults.set([Rule(("sagemaker:*",), "throttle", probability=0.3)], seed)
    return ["throttle" in faults.strike(AFTER, "sagemaker", "ListApps") for _ in range(1000)]


def test_the_same_seed_has_the_same_outcome():
    assert outcomes(7) == outcomes(7)
    assert outcomes(7) != outcomes(8)
    assert 250 < sum(outcomes(7)) < 350


def test_rules_count_whom_they_struck_and_go():
    faults = Faults()
    faults.set([Rule(("*",), "throttle", times=2), Rule(("sagemaker:List*",), "create_failed")])
    for expected in (
        {"throttle", "create_failed"},
        {"throttle", "create_failed"},
        {"create_failed"},
    ):
        assert set(faults.strike(AFTER, "sagemaker", "ListApps")) == expected
    assert set(faults.strike(AFTER, "sagemaker", "CreateApp")) == set()
    assert [rule["struck"] for rule in faults.told()] == [3]


def test_of_two_rules_of_a_kind_the_first_strikes():
    faults = Faults()
    faults.set([Rule(("*",), "latency", seconds=1), Rule(("*",), "latency", seconds=2)])
    assert faults.strike(BEFORE, "sagemaker", "ListApps")["latency"].seconds == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("x", "A rule is an object."),
        ({"kind": "explode"}, "`kind` is one of"),
        ({"kind": "throttle", "when": 1}, "A rule has no 'when'."),
        ({"kind": "throttle", "probability": 2}, "`probability` is a number from 0 to 1"),
        ({"kind": "throttle", "probability": True}, "`probability` is a number from 0 to 1"),
        ({"kind": "latency", "seconds": -1}, "`seconds` is a number from 0 to 3600"),
        ({"kind": "throttle", "times": 0}, "`times` is a whole number from 1"),
        ({"kind": "throttle", "operations": []}, "`operations` is a list"),
        ({"kind": "throttle", "operations": ["ListApps"]}, "An operation reads"),
        ({"kind": "throttle", "operations": [1]}, "An operation reads"),
        ({"kind": "throttle", "operations": ["sagemaker:ListAps"]}, "no operation 'ListAps'"),
        ({"kind": "throttle", "operations": ["sagemakr:*"]}, "no service 'sagemakr'"),
        ({"kind": "throttle", "operations": ["../x:y"]}, "no service '../x'"),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_wrong(control, rule, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        control.trouble(rule)
    assert control.troubles() == []


def test_a_rule_reads_back_as_it_was_written():
    rule = rule_from(
        {"operations": ["sagemaker:List*"], "kind": "latency", "seconds": 2, "probability": 0.5}
    )
    assert rule == Rule(("sagemaker:List*",), "latency", 0.5, 2.0, None)
