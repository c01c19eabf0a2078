"""IAM statements, each with the answer that IAM documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.access.policy import (
    InvalidPolicy,
    Permissions,
    Request,
    decide,
    parse,
)

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:"
SPACE = f"{ARN}space/d-acme/ana-lab"
DOMAIN = f"{ARN}domain/d-acme"
STUDIO = "sagemaker:CreateApp"
YES, NO, DENIED = "allowed", "implicitDeny", "explicitDeny"


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Any:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}), "test")


# (what it shows, statements, action, resource, condition keys, the answer)
TABLE: list[tuple[str, list[dict[str, Any]], str, str, dict[str, Any], str]] = [
    ("an allow", [allow(STUDIO)], STUDIO, SPACE, {}, YES),
    ("nothing said", [allow("sagemaker:ListApps")], STUDIO, SPACE, {}, NO),
    ("deny wins", [allow(), deny(STUDIO)], STUDIO, SPACE, {}, DENIED),
    ("deny wins in any order", [deny(STUDIO), allow()], STUDIO, SPACE, {}, DENIED),
    ("a deny of something else", [allow(), deny("sagemaker:DeleteApp")], STUDIO, SPACE, {}, YES),
    ("actions have no case", [allow("SageMaker:createapp")], STUDIO, SPACE, {}, YES),
    ("an action's wildcard", [allow("sagemaker:Create*")], STUDIO, SPACE, {}, YES),
    ("it ends where it ends", [allow("sagemaker:Create*")], "sagemaker:ListApps", "*", {}, NO),
    ("a question mark", [allow("sagemaker:CreateAp?")], STUDIO, SPACE, {}, YES),
    ("it is one character", [allow("sagemaker:CreateAp?")], "sagemaker:CreateAp", SPACE, {}, NO),
    ("another service", [allow("s3:*")], STUDIO, SPACE, {}, NO),
    ("a list of actions", [allow(["s3:*", STUDIO])], STUDIO, SPACE, {}, YES),
    (
        "not these actions",
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "one of the not these",
        [{"Effect": "Allow", "NotAction": ["iam:*", STUDIO], "Resource": "*"}],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    ("its ARN", [allow(resource=SPACE)], STUDIO, SPACE, {}, YES),
    ("another ARN", [allow(resource=SPACE)], STUDIO, f"{ARN}space/d-acme/bob-lab", {}, NO),
    (
        "ARNs have a case",
        [allow(resource=SPACE.upper().replace("ARN", "arn"))],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    ("an ARN's wildcard", [allow(resource=f"{ARN}space/d-acme/*")], STUDIO, SPACE, {}, YES),
    ("a list needs *", [allow(resource=f"{ARN}*")], "sagemaker:ListApps", "*", {}, NO),
    (
        "not this resource",
        [{"Effect": "Allow", "Action": "*", "NotResource": DOMAIN}],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "the not this resource",
        [{"Effect": "Allow", "Action": "*", "NotResource": [DOMAIN, SPACE]}],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    (
        "a resource's tag",
        [allow(**when("StringEquals", "aws:ResourceTag/team", "churn"))],
        STUDIO,
        SPACE,
        {"aws:ResourceTag/team": "churn"},
        YES,
    ),
    (
        "another tag",
        [allow(**when("StringEquals", "sagemaker:ResourceTag/team", "churn"))],
        STUDIO,
        SPACE,
        {"sagemaker:ResourceTag/team": "fraud"},
        NO,
    ),
    (
        "no tag",
        [allow(**when("StringEquals", "aws:ResourceTag/team", "churn"))],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    (
        "values have a case",
        [allow(**when("StringEquals", "aws:ResourceTag/team", "Churn"))],
        STUDIO,
        SPACE,
        {"aws:ResourceTag/team": "churn"},
        NO,
    ),
    (
        "unless it is ignored",
        [allow(**when("StringEqualsIgnoreCase", "aws:ResourceTag/team", "Churn"))],
        STUDIO,
        SPACE,
        {"aws:ResourceTag/team": "churn"},
        YES,
    ),
    (
        "keys have no case",
        [allow(**when("StringEquals", "AWS:requesttag/Team", "churn"))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        YES,
    ),
    (
        "one of several values",
        [allow(**when("StringEquals", "aws:RequestTag/team", ["churn", "fraud"]))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "fraud"},
        YES,
    ),
    (
        "none of several values",
        [allow(**when("StringNotEquals", "aws:RequestTag/team", ["churn", "fraud"]))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "fraud"},
        NO,
    ),
    (
        "none of several values, of which one is given beside another",
        [allow(**when("StringNotEquals", "aws:TagKeys", "cost"))],
        STUDIO,
        SPACE,
        {"aws:TagKeys": ["team", "cost"]},
        NO,
    ),
    (
        "an ARN's star does not reach into the next part",
        [allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam:*:123456789012:*"))],
        STUDIO,
        SPACE,
        {"aws:PrincipalArn": "arn:aws:iam::210987654321:role/x:123456789012:y"},
        NO,
    ),
    (
        "a negated operator without the key",
        [allow(), deny(**when("StringNotEquals", "aws:RequestTag/team", "churn"))],
        STUDIO,
        SPACE,
        {},
        DENIED,
    ),
    (
        "if it exists, and it does not",
        [allow(**when("StringEqualsIfExists", "sagemaker:SpaceSharingType", "Private"))],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "if it exists, and it does",
        [allow(**when("StringEqualsIfExists", "sagemaker:SpaceSharingType", "Private"))],
        STUDIO,
        SPACE,
        {"sagemaker:SpaceSharingType": "Shared"},
        NO,
    ),
    (
        "all conditions",
        [
            allow(
                Condition={
                    "StringEquals": {"aws:RequestTag/team": "churn", "aws:RequestTag/cost": "1"}
                }
            )
        ],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        NO,
    ),
    (
        "a pattern",
        [allow(**when("StringLike", "aws:RequestTag/team", "ch*n"))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        YES,
    ),
    (
        "equals knows no pattern",
        [allow(**when("StringEquals", "aws:RequestTag/team", "ch*n"))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        NO,
    ),
    (
        "not like",
        [allow(**when("StringNotLike", "aws:RequestTag/team", "ch*n"))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        NO,
    ),
    (
        "all instance types are small",
        [
            allow(
                **when(
                    "ForAllValues:StringLike",
                    "sagemaker:InstanceTypes",
                    ["ml.t3.*", "ml.m5.large"],
                )
            )
        ],
        STUDIO,
        SPACE,
        {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.m5.large"]},
        YES,
    ),
    (
        "one is not",
        [allow(**when("ForAllValues:StringLike", "sagemaker:InstanceTypes", "ml.t3.*"))],
        STUDIO,
        SPACE,
        {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.p5.48xlarge"]},
        NO,
    ),
    (
        "all of none",
        [allow(**when("ForAllValues:StringEquals", "aws:TagKeys", "team"))],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "any of them is large",
        [allow(), deny(**when("ForAnyValue:StringLike", "sagemaker:InstanceTypes", "ml.p*"))],
        STUDIO,
        SPACE,
        {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.p5.48xlarge"]},
        DENIED,
    ),
    (
        "any of none",
        [allow(), deny(**when("ForAnyValue:StringLike", "sagemaker:InstanceTypes", "ml.p*"))],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "any that is not listed",
        [allow(), deny(**when("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team", "cost"]))],
        STUDIO,
        SPACE,
        {"aws:TagKeys": ["team", "owner"]},
        DENIED,
    ),
    (
        "all are listed",
        [allow(), deny(**when("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team", "cost"]))],
        STUDIO,
        SPACE,
        {"aws:TagKeys": ["team", "cost"]},
        YES,
    ),
    (
        "any that is not listed, of none",
        [allow(), deny(**when("ForAnyValue:StringNotEquals", "aws:TagKeys", "team"))],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "my own profile's name",
        [allow(resource=ARN + "user-profile/*/${aws:username}")],
        STUDIO,
        f"{ARN}user-profile/d-acme/alice",
        {"aws:username": "alice"},
        YES,
    ),
    (
        "another's",
        [allow(resource=ARN + "user-profile/*/${aws:username}")],
        STUDIO,
        f"{ARN}user-profile/d-acme/bob",
        {"aws:username": "alice"},
        NO,
    ),
    (
        "a name that would be a pattern",
        [allow(resource=ARN + "user-profile/*/${aws:username}")],
        STUDIO,
        f"{ARN}user-profile/d-acme/bob",
        {"aws:username": "*"},
        NO,
    ),
    (
        "a variable without a value",
        [allow(resource=ARN + "space/*/${aws:username}*")],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    (
        "a variable's default",
        [allow(resource=ARN + "space/${aws:PrincipalTag/domain, 'd-acme'}/*")],
        STUDIO,
        SPACE,
        {},
        YES,
    ),
    (
        "the caller's tag is the resource's",
        [allow(**when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"))],
        STUDIO,
        SPACE,
        {"aws:ResourceTag/team": "churn", "aws:PrincipalTag/team": "churn"},
        YES,
    ),
    (
        "the caller's tag is another",
        [allow(**when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"))],
        STUDIO,
        SPACE,
        {"aws:ResourceTag/team": "churn", "aws:PrincipalTag/team": "fraud"},
        NO,
    ),
    (
        "a literal star",
        [allow(resource=ARN + "space/d-acme/${*}")],
        STUDIO,
        SPACE,
        {},
        NO,
    ),
    (
        "whose space",
        [allow(**when("ArnLike", "sagemaker:OwnerUserProfileArn", f"{ARN}user-profile/*/ana"))],
        STUDIO,
        SPACE,
        {"sagemaker:OwnerUserProfileArn": f"{ARN}user-profile/d-acme/ana"},
        YES,
    ),
    (
        "an ARN's parts are compared one by one",
        [allow(**when("ArnLike", "sagemaker:OwnerUserProfileArn", "arn:*:user-profile/*/ana"))],
        STUDIO,
        SPACE,
        {"sagemaker:OwnerUserProfileArn": f"{ARN}user-profile/d-acme/ana"},
        NO,
    ),
    (
        "an ARN that is not it",
        [allow(), deny(**when("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"))],
        STUDIO,
        SPACE,
        {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/studio"},
        DENIED,
    ),
    (
        "less than",
        [allow(**when("NumericLessThanEquals", "sagemaker:MaxRuntimeInSeconds", 3600))],
        STUDIO,
        SPACE,
        {"sagemaker:MaxRuntimeInSeconds": "3600"},
        YES,
    ),
    (
        "numbers are not texts",
        [allow(**when("NumericLessThan", "sagemaker:MaxRuntimeInSeconds", "900"))],
        STUDIO,
        SPACE,
        {"sagemaker:MaxRuntimeInSeconds": "3600"},
        NO,
    ),
    (
        "before a date",
        [allow(**when("DateLessThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"))],
        STUDIO,
        SPACE,
        {"aws:CurrentTime": "2026-11-23T21:00:00Z"},
        YES,
    ),
    (
        "after it",
        [allow(**when("DateLessThan", "aws:CurrentTime", "2026-11-01T00:00:00Z"))],
        STUDIO,
        SPACE,
        {"aws:CurrentTime": "2026-11-23T21:00:00Z"},
        NO,
    ),
    (
        "a truth",
        [allow(), deny(**when("Bool", "aws:SecureTransport", False))],
        STUDIO,
        SPACE,
        {"aws:SecureTransport": "false"},
        DENIED,
    ),
    (
        "the key has to be there",
        [allow(), deny(**when("Null", "aws:RequestTag/team", "true"))],
        STUDIO,
        SPACE,
        {},
        DENIED,
    ),
    (
        "it is there",
        [allow(), deny(**when("Null", "aws:RequestTag/team", "true"))],
        STUDIO,
        SPACE,
        {"aws:RequestTag/team": "churn"},
        YES,
    ),
    (
        "from this network",
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        STUDIO,
        SPACE,
        {"aws:SourceIp": "10.1.2.3"},
        YES,
    ),
    (
        "not from another",
        [allow(), deny(**when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        STUDIO,
        SPACE,
        {"aws:SourceIp": "192.0.2.1"},
        DENIED,
    ),
    (
        "in this region",
        [allow(), deny(**when("StringNotEquals", "aws:RequestedRegion", "eu-west-1"))],
        STUDIO,
        SPACE,
        {"aws:RequestedRegion": "us-east-1"},
        DENIED,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_a_statement_gives_the_documented_answer(row: Any) -> None:
    _, statements, action, resource, context, expected = row
    decision = decide(Permissions((policy(*statements),)), Request(action, resource, context))
    assert decision.effect == expected
    assert decision.allowed == (expected == YES)


def test_old_policies_have_no_variables() -> None:
    mine = allow(resource=ARN + "space/d-acme/${aws:username}")
    on = ARN + "space/d-acme/ana"
    keys = {"aws:username": "ana"}
    for version, expected in (("2012-10-17", YES), ("2008-10-17", NO)):
        permissions = Permissions((policy(mine, version=version),))
        assert decide(permissions, Request(STUDIO, on, keys)).effect == expected
        tagged = policy(allow(**when("StringEquals", "a:b", "${aws:username}")), version=version)
        asked = Request(STUDIO, on, {**keys, "a:b": "ana"})
        assert decide(Permissions((tagged,)), asked).effect == expected


def test_a_boundary_and_a_session_only_take_away() -> None:
    everything = (policy(allow()),)
    lists = (policy(allow("sagemaker:List*")),)
    create, list_ = Request(STUDIO, SPACE), Request("sagemaker:ListApps")
    for limited, by in (
        (Permissions(everything, boundary=lists), "permissions boundary"),
        (Permissions(everything, session=lists), "session policy"),
        (Permissions(lists, boundary=everything), "identity-based policy"),
    ):
        assert decide(limited, list_).allowed
        refused = decide(limited, create)
        assert (refused.effect, refused.by) == (NO, by)
    assert not decide(Permissions((), boundary=everything), list_).allowed
    assert not decide(Permissions(everything, boundary=()), list_).allowed


def test_the_sentence_names_the_kind_of_policy() -> None:
    everything, nothing = (policy(allow()),), (policy(deny(STUDIO)),)
    request = Request(STUDIO, SPACE)
    assert decide(Permissions(()), request).why(STUDIO) == (
        "because no identity-based policy allows the sagemaker:CreateApp action"
    )
    assert decide(Permissions(everything, boundary=()), request).why(STUDIO) == (
        "because no permissions boundary allows the sagemaker:CreateApp action"
    )
    assert decide(Permissions(nothing), request).why(STUDIO) == (
        "with an explicit deny in an identity-based policy"
    )
    assert decide(Permissions(everything, boundary=nothing), request).why(STUDIO) == (
        "with an explicit deny in a permissions boundary"
    )
    assert decide(Permissions(everything, session=nothing), request).why(STUDIO) == (
        "with an explicit deny in a session policy"
    )


def test_what_matched_and_what_was_missing_is_told() -> None:
    first = allow(STUDIO, Sid="first", **when("StringEquals", "aws:RequestTag/team", "churn"))
    second = allow("sagemaker:*", Sid="second")
    other = allow("s3:*", Sid="other", **when("StringEquals", "s3:prefix", "shares/"))
    decision = decide(Permissions((policy(first, second, other),)), Request(STUDIO, SPACE))
    assert [statement.sid for statement in decision.matched] == ["second"]
    assert decision.missing == ("aws:RequestTag/team",)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{",
        '{"Version": "2012-10-17"}',
        '{"Version": "2020-01-01", "Statement": []}',
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [{"Effect": "Allow", "Resource": "*"}]},
        {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]},
        {"Statement": [allow("CreateApp")]},
        {"Statement": [allow([])]},
        {"Statement": [allow(7)]},
        {"Statement": [allow(resource="space/d-acme")]},
        {"Statement": [allow(NotAction="s3:*")]},
        {"Statement": [allow(Principal="*")]},
        {"Statement": [allow(Actions="*")]},
        {"Statement": [allow(**when("StringsEqual", "a:b", "c"))]},
        {"Statement": [allow(**when("ForSome:StringEquals", "a:b", "c"))]},
        {"Statement": [allow(**when("NullIfExists", "a:b", "true"))]},
        {"Statement": [allow(**when("StringEquals", "a:b", {}))]},
        {"Statement": [allow(Condition=["StringEquals"])]},
        {"Statement": [allow(Condition={"StringEquals": "x"})]},
        {"Statement": ["Allow"]},
        {"Statement": allow(), "Extra": 1},
    ],
)
def test_what_is_not_a_policy_is_refused(document: Any) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(InvalidPolicy):
        parse(text)


def test_one_statement_needs_no_list() -> None:
    document = json.dumps({"Statement": allow(STUDIO)})
    assert decide(Permissions((parse(document),)), Request(STUDIO, SPACE)).allowed
