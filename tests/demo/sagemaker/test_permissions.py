"""IAM from end to end: identities made with IAM and STS, statements, and what boto3 sees.

What a statement means is tested in ``test_policy``; here it is asked over HTTP, of resources
with owners and tags that are really there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localsagemaker import SageMaker

ACCOUNT = "123456789012"
ARN = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
    ],
}
Statement = dict[str, Any]

ALLOWED = ""
IMPLICIT = "because no identity-based policy allows the {action} action"
EXPLICIT = "with an explicit deny in an identity-based policy"
NO_SESSION = "because no session policy allows the {action} action"
SESSION = "with an explicit deny in a session policy"
NO_BOUNDARY = "because no permissions boundary allows the {action} action"


def allow(action: Any = "sagemaker:*", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, value: Any) -> Statement:
    return {"Condition": {operator: {key: value}}}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass
class Studio:
    """A domain in which alice's space belongs to churn, and bob's to fraud."""

    sagemaker: SageMaker
    domain: str

    def user(self, *statements: Statement, through: str = "") -> dict[str, str]:
        """The keys of a new user.

        Args:
            through: ``group``: the statements are a group's; ``managed``: a policy of its own.
        """
        iam = self.sagemaker.client("iam")
        iam.create_user(UserName="maya")
        document = {"PolicyDocument": policy(*statements)}
        if through == "group":
            iam.create_group(GroupName="science")
            iam.add_user_to_group(GroupName="science", UserName="maya")
            iam.put_group_policy(GroupName="science", PolicyName="p", **document)
        elif through == "managed":
            arn = iam.create_policy(PolicyName="p", **document)["Policy"]["Arn"]
            iam.attach_user_policy(UserName="maya", PolicyArn=arn)
        else:
            iam.put_user_policy(UserName="maya", PolicyName="p", **document)
        key = iam.create_access_key(UserName="maya")["AccessKey"]
        return {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }

    def role(
        self, *statements: Statement, session: list[Statement] | None = None, **more: Any
    ) -> dict[str, str]:
        """The keys of a session of a new role."""
        iam = self.sagemaker.client("iam")
        trust = json.dumps(TRUST)
        arn = iam.create_role(RoleName="studio", AssumeRolePolicyDocument=trust, **more)["Role"]
        iam.put_role_policy(RoleName="studio", PolicyName="p", PolicyDocument=policy(*statements))
        scoped = {} if session is None else {"Policy": policy(*session)}
        keys = self.sagemaker.client("sts").assume_role(
            RoleArn=arn["Arn"], RoleSessionName="maya", **scoped
        )["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def ask(self, keys: dict[str, str], call: str, region: str = "eu-west-1") -> str:
        """Makes one of the calls below; what is said in refusal."""
        name, parameters = self._calls()[call]
        client = self.sagemaker.client("sagemaker", region, **keys)
        try:
            getattr(client, name)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return str(error.response["Error"]["Message"])
        return ""

    def _calls(self) -> dict[str, tuple[str, dict[str, Any]]]:
        domain = {"DomainId": self.domain}
        alice, bob = {**domain, "SpaceName": "alice-lab"}, {**domain, "SpaceName": "bob-lab"}
        app = {"AppType": "JupyterLab", "AppName": "default"}
        tag = {"Tags": [{"Key": "team", "Value": "churn"}]}
        profile = {**domain, "UserProfileName": "carol"}
        return {
            "list": ("list_spaces", {}),
            "domain": ("describe_domain", domain),
            "alice": ("describe_space", alice),
            "bob": ("describe_space", bob),
            "delete bob": ("delete_space", bob),
            "start": ("create_app", {**alice, **app}),
            "start large": (
                "create_app",
                {**alice, **app, "ResourceSpec": {"InstanceType": "ml.g5.xlarge"}},
            ),
            "profile": ("create_user_profile", profile),
            "tagged profile": ("create_user_profile", {**profile, **tag}),
            "open": ("create_presigned_domain_url", {**domain, "UserProfileName": "alice"}),
        }


@pytest.fixture
def studio(sagemaker: SageMaker) -> Studio:
    ec2 = sagemaker.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    subnet = ec2.describe_subnets(Filters=inside)["Subnets"][0]["SubnetId"]
    role = {"ExecutionRole": f"arn:aws:iam::{ACCOUNT}:role/execution"}
    client = sagemaker.client("sagemaker")
    arn = client.create_domain(
        DomainName="acme",
        AuthMode="IAM",
        VpcId=vpc,
        SubnetIds=[subnet],
        DefaultUserSettings=role,
        DefaultSpaceSettings=role,
    )["DomainArn"]
    domain = arn.rpartition("/")[2]
    for person, team in (("alice", "churn"), ("bob", "fraud")):
        client.create_user_profile(DomainId=domain, UserProfileName=person)
        client.create_space(
            DomainId=domain,
            SpaceName=f"{person}-lab",
            OwnershipSettings={"OwnerUserProfileName": person},
            SpaceSharingSettings={"SharingType": "Private"},
            Tags=[{"Key": "team", "Value": team}],
        )
    return Studio(sagemaker, domain)


CHURN = when("StringEquals", "aws:ResourceTag/team", "churn")
NOT_CHURN = when("StringNotEquals", "sagemaker:ResourceTag/team", "churn")
SMALL = when("StringEquals", "sagemaker:InstanceTypes", ["ml.t3.medium", "ml.t3.large"])
LARGE = when("StringLike", "sagemaker:InstanceTypes", "ml.g*")
TAGGED = when("StringEquals", "aws:RequestTag/team", "churn")
HERE = when("StringEquals", "aws:RequestedRegion", "eu-west-1")
MINE = when("ArnLike", "sagemaker:OwnerUserProfileArn", f"{ARN}user-profile/*/${{aws:username}}")
ALICES = when("ArnLike", "sagemaker:OwnerUserProfileArn", f"{ARN}user-profile/*/alice")

# (what it shows, the statements of a user, the call, what is said)
OF_A_USER: list[tuple[str, list[Statement], str, str]] = [
    ("nothing is allowed", [allow("s3:*")], "list", IMPLICIT),
    ("an allow", [allow("sagemaker:ListSpaces")], "list", ALLOWED),
    ("of something else", [allow("sagemaker:ListApps")], "list", IMPLICIT),
    ("a wildcard", [allow("sagemaker:List*")], "list", ALLOWED),
    ("a wildcard ends", [allow("sagemaker:List*")], "domain", IMPLICIT),
    ("an explicit deny wins", [allow(), deny("sagemaker:ListSpaces")], "list", EXPLICIT),
    ("in any order", [deny("sagemaker:List*"), allow()], "list", EXPLICIT),
    ("a deny of something else", [allow(), deny("sagemaker:DeleteSpace")], "list", ALLOWED),
    ("a list needs *", [allow(resource=f"{ARN}*")], "list", IMPLICIT),
    ("all of a kind", [allow(resource=f"{ARN}domain/*")], "domain", ALLOWED),
    ("of another kind", [allow(resource=f"{ARN}space/*")], "domain", IMPLICIT),
    ("a part of names", [allow(resource=f"{ARN}space/*/alice-*")], "alice", ALLOWED),
    ("of other names", [allow(resource=f"{ARN}space/*/alice-*")], "bob", IMPLICIT),
    ("another region's", [allow(resource=f"{ARN.replace('west', 'east')}*")], "alice", IMPLICIT),
    ("another account's", [allow(resource=f"{ARN.replace(ACCOUNT, '0' * 12)}*")], "bob", IMPLICIT),
    ("a deny of one ARN", [allow(), deny("*", f"{ARN}space/*/bob-lab")], "bob", EXPLICIT),
    ("and not of others", [allow(), deny("*", f"{ARN}space/*/bob-lab")], "alice", ALLOWED),
    ("a tag", [allow(**CHURN)], "alice", ALLOWED),
    ("another tag", [allow(**CHURN)], "bob", IMPLICIT),
    ("no tag", [allow(**CHURN)], "domain", IMPLICIT),
    ("a deny by tag", [allow(), deny("sagemaker:Delete*", **NOT_CHURN)], "delete bob", EXPLICIT),
    ("an instance type", [allow(**SMALL)], "start large", IMPLICIT),
    ("a deny of large ones", [allow(), deny("*", **LARGE)], "start large", EXPLICIT),
    ("not of small ones", [allow(), deny("*", **LARGE)], "start", ALLOWED),
    ("a tag that is given", [allow(**TAGGED)], "tagged profile", ALLOWED),
    ("a tag that is missing", [allow(**TAGGED)], "profile", IMPLICIT),
    ("no right to tag", [allow("sagemaker:Create*")], "tagged profile", "sagemaker:AddTags"),
    ("the owner", [allow(**ALICES)], "start", ALLOWED),
    ("another owner", [allow(**MINE)], "start", IMPLICIT),
    ("the region", [allow(**HERE)], "list", ALLOWED),
    ("its own page", [allow(resource=f"{ARN}user-profile/*/alice")], "open", ALLOWED),
    ("another's page", [allow(resource=f"{ARN}user-profile/*/bob")], "open", IMPLICIT),
    (
        "all but",
        [{"Effect": "Allow", "NotAction": "sagemaker:Delete*", "Resource": "*"}],
        "alice",
        ALLOWED,
    ),
    (
        "the but",
        [{"Effect": "Allow", "NotAction": "sagemaker:Delete*", "Resource": "*"}],
        "delete bob",
        IMPLICIT,
    ),
]


def check(said: str, expected: str, who: str) -> None:
    if expected == ALLOWED:
        assert said == ""
        return
    assert said.startswith(f"User: {who} is not authorized to perform: sagemaker:")
    action = said.split(" perform: ")[1].split(" ")[0]
    assert said.count(" on resource: ") == 1
    resource = said.split(" on resource: ")[1].split(" ")[0]
    assert resource == "*" or resource.startswith(ARN)
    assert expected.format(action=action) in said


@pytest.mark.parametrize("row", OF_A_USER, ids=lambda row: row[0])
def test_a_user_may_do_what_the_statements_say(studio: Studio, row: Any) -> None:
    _, statements, call, expected = row
    said = studio.ask(studio.user(*statements), call)
    check(said, expected, f"arn:aws:iam::{ACCOUNT}:user/maya")


@pytest.mark.parametrize("through", ["group", "managed"])
@pytest.mark.parametrize(("call", "expected"), [("alice", ALLOWED), ("bob", IMPLICIT)])
def test_the_policy_may_be_a_groups_or_a_managed_one(
    studio: Studio, through: str, call: str, expected: str
) -> None:
    said = studio.ask(studio.user(allow(**CHURN), through=through), call)
    check(said, expected, f"arn:aws:iam::{ACCOUNT}:user/maya")


SESSION_OF_MAYA = f"arn:aws:sts::{ACCOUNT}:assumed-role/studio/maya"


@pytest.mark.parametrize(
    ("statements", "session", "call", "expected"),
    [
        ([allow()], None, "list", ALLOWED),
        ([allow("sagemaker:ListSpaces")], None, "domain", IMPLICIT),
        ([allow(), deny("sagemaker:Describe*")], None, "domain", EXPLICIT),
        ([allow(**CHURN)], None, "alice", ALLOWED),
        ([allow(**CHURN)], None, "bob", IMPLICIT),
        ([allow()], [allow("sagemaker:ListSpaces")], "list", ALLOWED),
        ([allow()], [allow("sagemaker:ListSpaces")], "domain", NO_SESSION),
        ([allow()], [allow(), deny("sagemaker:List*")], "list", SESSION),
        ([allow("sagemaker:ListSpaces")], [allow()], "domain", IMPLICIT),
    ],
)
def test_an_assumed_role(
    studio: Studio,
    statements: list[Statement],
    session: list[Statement] | None,
    call: str,
    expected: str,
) -> None:
    said = studio.ask(studio.role(*statements, session=session), call)
    check(said, expected, SESSION_OF_MAYA)


@pytest.mark.parametrize(("call", "expected"), [("list", ALLOWED), ("domain", NO_BOUNDARY)])
def test_a_boundary(studio: Studio, call: str, expected: str) -> None:
    document = policy(allow("sagemaker:List*"))
    made = studio.sagemaker.client("iam").create_policy(
        PolicyName="boundary", PolicyDocument=document
    )
    keys = studio.role(allow(), PermissionsBoundary=made["Policy"]["Arn"])
    check(studio.ask(keys, call), expected, SESSION_OF_MAYA)


def test_what_was_taken_away_is_gone_at_once(studio: Studio) -> None:
    keys = studio.user(allow("sagemaker:ListSpaces"))
    assert studio.ask(keys, "list") == ""
    studio.sagemaker.client("iam").delete_user_policy(UserName="maya", PolicyName="p")
    check(studio.ask(keys, "list"), IMPLICIT, f"arn:aws:iam::{ACCOUNT}:user/maya")


def test_a_tag_that_comes_later_counts(studio: Studio) -> None:
    keys = studio.user(allow(**CHURN))
    assert studio.ask(keys, "bob") != ""
    studio.sagemaker.client("sagemaker").add_tags(
        ResourceArn=f"{ARN}space/{studio.domain}/bob-lab",
        Tags=[{"Key": "team", "Value": "churn"}],
    )
    assert studio.ask(keys, "bob") == ""


def test_another_region_is_refused_by_condition(studio: Studio) -> None:
    keys = studio.user(allow(**HERE))
    assert studio.ask(keys, "list") == ""
    said = studio.ask(keys, "list", region="us-west-2")
    check(said, IMPLICIT, f"arn:aws:iam::{ACCOUNT}:user/maya")
