"""The control paths: what they do, and what they say to bad input."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.http.control import HEADER, Control


@pytest.fixture
def control(server):
    return Control(server.url, server.control_token)


def make_config(client, name="install"):
    client("sagemaker").create_studio_lifecycle_config(
        StudioLifecycleConfigName=name,
        StudioLifecycleConfigContent="ZWNobw==",
        StudioLifecycleConfigAppType="JupyterLab",
    )


def test_reset_forgets_everything(client, control):
    make_config(client)
    client("iam").create_user(UserName="ana")
    control.trouble({"operations": ["sagemaker:ListApps"], "kind": "outage"})
    ahead = control.clock(speed=2, advance=3600)
    control.reset()
    assert client("sagemaker").list_studio_lifecycle_configs()["StudioLifecycleConfigs"] == []
    assert [user["UserName"] for user in client("iam").list_users()["Users"]] == ["admin"]
    assert control.troubles() == []
    assert control.clock() < ahead - 3000
    assert control.log()["counts"] == {
        "sagemaker:ListStudioLifecycleConfigs": 1,
        "iam:ListUsers": 1,
    }


def test_a_key_that_was_forgotten_is_refused(client, control):
    iam = client("iam")
    iam.create_user(UserName="ana")
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    keys = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    client("sts", **keys).get_caller_identity()
    control.reset()
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client("sts", **keys).get_caller_identity()


def test_reset_with_the_sample(client, control):
    control.reset(sample=True)
    assert client("sagemaker").list_domains()["Domains"]
    control.reset()
    assert client("sagemaker").list_domains()["Domains"] == []


def test_the_clock_moves(control):
    before = control.clock()
    assert 3600 <= control.clock(advance=3600) - before < 3700


def test_the_log_tells_what_was_called(client, control):
    sagemaker = client("sagemaker")
    sagemaker.list_domains()
    with pytest.raises(ClientError):
        sagemaker.describe_domain(DomainId="d-none")
    client("sts").get_caller_identity()
    calls = control.log()["calls"]
    assert [(c["service"], c["operation"], c["status"], c["code"]) for c in calls] == [
        ("sagemaker", "ListDomains", 200, ""),
        ("sagemaker", "DescribeDomain", 400, "ResourceNotFound"),
        ("sts", "GetCallerIdentity", 200, ""),
    ]
    assert all(call["ms"] > 0 for call in calls)
    control.clear_log()
    assert control.log() == {"calls": [], "counts": {}, "failures": []}


@pytest.mark.parametrize(
    ("method", "name", "body", "said"),
    [
        ("POST", "reset", b"{", "The body is not JSON."),
        ("POST", "reset", b"\xff", "The body is not JSON."),
        ("POST", "reset", b"[" * 100_000, "The body is not JSON."),
        ("POST", "reset", b"[]", "The body is not a JSON object."),
        ("POST", "reset", b'{"sample": 1}', "`sample` is true or false; not 1."),
        ("POST", "reset", b'{"all": true}', "There is no 'all' here. There is: sample."),
        (
            "POST",
            "clock",
            b'{"speed": 0}',
            "`speed` is a number from 1e-06 to 1e+09, or 'inf'; not 0.",
        ),
        ("POST", "clock", b'{"speed": "fast"}', "`speed` is a number from 1e-06"),
        ("POST", "clock", b'{"speed": 1e-320}', "`speed` is a number from 1e-06"),
        ("POST", "clock", b'{"speed": NaN}', "`speed` is a number from 1e-06"),
        ("POST", "clock", b'{"speed": true}', "`speed` is a number from 1e-06"),
        ("POST", "clock", b'{"advance": -1}', "`advance` is a number of seconds"),
        ("POST", "clock", b'{"advance": 1e400}', "`advance` is a number of seconds"),
        ("PUT", "faults", b"{}", "`rules` is a list of rules."),
        ("PUT", "faults", b'{"rules": [], "seed": "x"}', "`seed` is a whole number"),
        ("PUT", "mlflow", b'{"arn": 1}', "`arn` and `url` are texts"),
        ("PUT", "mlflow", b'{"arn": "x", "url": null}', "is not the ARN"),
    ],
)
def test_bad_input_is_told_what_is_wrong(server, ask, method, name, body, said):
    answer = ask(method, f"/_control/{name}", body, {HEADER: server.control_token})
    assert answer.status == 400
    assert said in answer.json["message"]


def test_mlflow_goes_only_to_this_machine(control):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team"
    control.mlflow(arn, "http://127.0.0.1:5000")
    with pytest.raises(ValueError, match="is not an address like"):
        control.mlflow(arn, "http://evil.example")


@pytest.mark.parametrize(("method", "name"), [("GET", "reset"), ("POST", "nothing"), ("PUT", "")])
def test_there_are_no_other_control_paths(server, ask, method, name):
    answer = ask(method, f"/_control/{name}", b"{}", {HEADER: server.control_token})
    assert answer.status == 404


def test_answers_are_json(server, ask):
    answer = ask("GET", "/_control/faults", headers={HEADER: server.control_token})
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body) == {"rules": []}
