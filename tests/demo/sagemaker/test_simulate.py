"""IAM's simulator, on policies that moto keeps and on those in the request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import ACCOUNT, Call, Caller
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.model.validate import failures
from sm_onboard.demo.sagemaker.others import simulate

IAM = f"arn:aws:iam::{ACCOUNT}:"
SPACE = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:space/d-acme/ana-lab"


def document(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Api:
    """The two operations, each answer held against its shape."""

    def __init__(self, iam: Any) -> None:
        self.iam = iam
        self.emulator = Emulator()
        for (service, operation), handler in simulate.HANDLERS.items():
            self.emulator.register(service, operation, handler)

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        caller = Caller(f"{IAM}user/admin")
        answer = self.emulator.call(Call("iam", operation, parameters, "us-east-1", caller))
        model = models.operation("iam", operation)
        assert model is not None
        assert not failures(model.output_shape, answer)
        return answer

    def principal(self, arn: str, *actions: str, **parameters: Any) -> dict[str, Any]:
        return self(
            "SimulatePrincipalPolicy",
            PolicySourceArn=IAM + arn,
            ActionNames=list(actions),
            **parameters,
        )

    def decisions(self, arn: str, *actions: str, **parameters: Any) -> list[str]:
        answer = self.principal(arn, *actions, **parameters)
        return [result["EvalDecision"] for result in answer["EvaluationResults"]]


@pytest.fixture
def api() -> Iterator[Api]:
    from moto.iam.models import iam_backends

    iam_backends.reset()
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_user("us-east-1", "ana", tags=[{"Key": "team", "Value": "churn"}])
    iam.create_group("scientists")
    iam.create_role("studio", "{}", "/team/", None, "", [], "3600")
    iam.put_role_policy("studio", "lists", document("sagemaker:List*"))
    yield Api(iam)
    iam_backends.reset()


def test_each_action_on_each_resource(api: Api) -> None:
    api.iam.put_role_policy("studio", "space", document("sagemaker:CreateApp", SPACE))
    answer = api.principal(
        "role/team/studio", "sagemaker:CreateApp", "sagemaker:ListApps", ResourceArns=[SPACE, "*"]
    )
    assert not answer["IsTruncated"]
    assert [
        (r["EvalActionName"], r["EvalResourceName"], r["EvalDecision"])
        for r in answer["EvaluationResults"]
    ] == [
        ("sagemaker:CreateApp", SPACE, "allowed"),
        ("sagemaker:CreateApp", "*", "implicitDeny"),
        ("sagemaker:ListApps", SPACE, "allowed"),
        ("sagemaker:ListApps", "*", "allowed"),
    ]


def test_the_policies_that_led_to_it_are_named(api: Api) -> None:
    api.iam.put_user_policy("ana", "own", document("s3:GetObject"))
    api.iam.put_group_policy("scientists", "no", document("s3:*", effect="Deny"))
    result = api.principal("user/ana", "s3:GetObject")["EvaluationResults"][0]
    assert result["MatchedStatements"] == [
        {"SourcePolicyId": "user_ana_own", "SourcePolicyType": "user"}
    ]
    api.iam.add_user_to_group("scientists", "ana")
    result = api.principal("user/ana", "s3:GetObject")["EvaluationResults"][0]
    assert result["EvalDecision"] == "explicitDeny"
    assert result["MatchedStatements"] == [
        {"SourcePolicyId": "group_scientists_no", "SourcePolicyType": "group"}
    ]
    assert api.decisions("group/scientists", "s3:GetObject", "s3:PutObject") == ["explicitDeny"] * 2


def test_condition_keys_come_from_the_request(api: Api) -> None:
    team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    api.iam.put_user_policy("ana", "team", document("sagemaker:*", Condition=team))
    result = api.principal("user/ana", "sagemaker:CreateApp")["EvaluationResults"][0]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:ResourceTag/team"]
    entry = {
        "ContextKeyName": "aws:ResourceTag/team",
        "ContextKeyValues": ["churn"],
        "ContextKeyType": "string",
    }
    result = api.principal("user/ana", "sagemaker:CreateApp", ContextEntries=[entry])
    assert result["EvaluationResults"][0]["EvalDecision"] == "allowed"
    assert result["EvaluationResults"][0]["MissingContextValues"] == []
    entry = {**entry, "ContextKeyValues": ["fraud"]}
    assert api.decisions("user/ana", "sagemaker:CreateApp", ContextEntries=[entry]) == [
        "implicitDeny"
    ]


def test_keys_of_several_values(api: Api) -> None:
    small = {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.t3.*"}}
    api.iam.put_user_policy("ana", "small", document("sagemaker:CreateApp", Condition=small))
    for values, expected in ((["ml.t3.medium"], "allowed"), (["ml.t3.a", "ml.p5"], "implicitDeny")):
        entry = {
            "ContextKeyName": "sagemaker:InstanceTypes",
            "ContextKeyValues": values,
            "ContextKeyType": "stringList",
        }
        found = api.decisions("user/ana", "sagemaker:CreateApp", ContextEntries=[entry])
        assert found == [expected]


def test_more_policies_and_another_boundary(api: Api) -> None:
    more = document("sagemaker:CreateApp")
    role = "role/team/studio"
    assert api.decisions(role, "sagemaker:CreateApp") == ["implicitDeny"]
    assert api.decisions(role, "sagemaker:CreateApp", PolicyInputList=[more]) == ["allowed"]
    answer = api.principal(
        role, "sagemaker:ListApps", PermissionsBoundaryPolicyInputList=[document("s3:*")]
    )
    result = answer["EvaluationResults"][0]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    boundary = api.iam.create_policy("", "/", document("s3:*"), "limit", {})
    api.iam.put_role_permissions_boundary("studio", boundary.arn)
    assert api.decisions(role, "sagemaker:ListApps") == ["implicitDeny"]
    other = [document("sagemaker:*")]
    found = api.decisions(role, "sagemaker:ListApps", PermissionsBoundaryPolicyInputList=other)
    assert found == ["allowed"]


def test_pages(api: Api) -> None:
    actions = [f"sagemaker:List{number}" for number in range(7)]
    seen, marker = [], {}
    for _ in range(3):
        answer = api.principal("role/team/studio", *actions, MaxItems=3, **marker)
        seen += [result["EvalActionName"] for result in answer["EvaluationResults"]]
        assert answer["IsTruncated"] == ("Marker" in answer)
        marker = {"Marker": answer.get("Marker", "")}
    assert seen == actions
    assert not answer["IsTruncated"]
    assert refused(api, "role/team/studio", actions, Marker="x").code == "ValidationError"


def refused(api: Api, arn: str, actions: list[str], **parameters: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        api.principal(arn, *actions, **parameters)
    return caught.value


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("role/studio", "The role with name studio cannot be found."),
        ("role/team/nobody", "The role with name nobody cannot be found."),
        ("user/nobody", "The user with name nobody cannot be found."),
        ("group/nobody", "The group with name nobody cannot be found."),
    ],
)
def test_a_principal_that_is_not_there(api: Api, arn: str, message: str) -> None:
    error = refused(api, arn, ["s3:GetObject"])
    assert (error.code, error.status, error.message) == ("NoSuchEntity", 404, message)


def test_a_session_is_no_principal(api: Api) -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/studio/ana"
    for arn in (session, f"{IAM}policy/limit", f"{IAM}role/*"):
        with pytest.raises(ServiceError) as caught:
            api("SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=["s3:GetObject"])
        assert caught.value.code == "InvalidInput"
        assert arn in caught.value.message


def test_the_administrator_may_do_everything(api: Api) -> None:
    assert api.decisions("user/admin", "sagemaker:DeleteDomain") == ["allowed"]


def test_what_is_no_action_or_no_policy(api: Api) -> None:
    role = "role/team/studio"
    for action in ("GetObject", "s3:Get*", "s3:Get Object"):
        assert refused(api, role, [action]).code == "InvalidInput"
    assert refused(api, role, ["s3:GetObject"], PolicyInputList=["{}"]).code == "InvalidInput"


def test_what_is_not_simulated_is_said(api: Api) -> None:
    given = {"ResourcePolicy": document("s3:*")}
    error = refused(api, "role/team/studio", ["s3:GetObject"], **given)
    assert error.code == "NotImplementedException"


def test_policies_alone(api: Api) -> None:
    answer = api(
        "SimulateCustomPolicy",
        PolicyInputList=[document("s3:*"), document("s3:Put*", effect="Deny")],
        ActionNames=["s3:GetObject", "s3:PutObject", "iam:GetRole"],
    )
    found = [(r["EvalDecision"], r["MatchedStatements"]) for r in answer["EvaluationResults"]]
    assert found == [
        ("allowed", [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "none"}]),
        ("explicitDeny", [{"SourcePolicyId": "PolicyInputList.2", "SourcePolicyType": "none"}]),
        ("implicitDeny", []),
    ]
