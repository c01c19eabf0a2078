"""Keys of users and sessions, their policies as they are now, and what the gate lets pass."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys

from sm_onboard.demo.sagemaker.access import Credentials, Gate, Signed
from sm_onboard.demo.sagemaker.call import ACCOUNT, Caller
from sm_onboard.demo.sagemaker.errors import ServiceError

OWN = Credentials("AKIAOWN", "own-secret")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/scientist"
SPACE = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:space/d-acme/ana-lab"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"


def document(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    iam_backends.reset()
    sts_backends.reset()
    yield iam_backends[ACCOUNT]["aws"]
    iam_backends.reset()
    sts_backends.reset()


class World:
    """A user, a group, a role, and a gate whose clock can be set."""

    def __init__(self, iam: Any) -> None:
        self.iam = iam
        self.now = time.time()
        self.gate = Gate(OWN, lambda: self.now)
        iam.create_user("eu-west-1", "ana", tags=[{"Key": "team", "Value": "churn"}])
        iam.create_group("scientists")
        iam.create_role(
            role_name="scientist",
            assume_role_policy_document="{}",
            path="/team/",
            permissions_boundary=None,
            description="",
            tags=[{"Key": "team", "Value": "fraud"}],
            max_session_duration="3600",
        )
        key = iam.create_access_key("ana")
        self.ana = Keys(key.access_key_id, key.secret_access_key)

    def session(self, policy: str = "", duration: int = 3600) -> Keys:
        from moto.sts.models import sts_backends

        role = sts_backends[ACCOUNT]["aws"].assume_role(
            region_name="eu-west-1",
            role_session_name="ana",
            role_arn=ROLE,
            policy=policy,
            duration=duration,
            external_id="",
        )
        return Keys(role.access_key_id, role.secret_access_key, role.session_token)

    def caller(self, keys: Keys, service: str = "sagemaker") -> Caller:
        return self.gate.authenticate(request(keys, service))

    def may(self, keys: Keys, action: str, on: str = "*", **context: Any) -> bool:
        caller = self.caller(keys)
        try:
            self.gate.authorize(caller, action, [on], context)
        except ServiceError as error:
            if error.code != "AccessDeniedException":
                raise
            return False
        return True


@pytest.fixture
def world(iam: Any) -> World:
    return World(iam)


def request(keys: Keys, service: str = "sagemaker") -> Signed:
    made = AWSRequest("POST", "http://127.0.0.1:5099/", {}, b"{}")
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(keys, service, "eu-west-1").add_auth(made)
    headers = {**dict(made.headers.items()), "Host": "127.0.0.1:5099"}
    return Signed("POST", "/", "", headers, b"{}", service, "eu-west-1")


def refused(world: World, keys: Keys, service: str = "sagemaker") -> tuple[str, int]:
    with pytest.raises(ServiceError) as caught:
        world.caller(keys, service)
    return caught.value.code, caught.value.status


def test_the_own_credentials_need_no_moto() -> None:
    code = """if True:
        import sys
        from sm_onboard.demo.sagemaker.access import Credentials, Gate
        from sm_onboard.demo.sagemaker.call import Caller
        gate = Gate(Credentials("AKIAOWN", "secret"))
        gate.authorize(Caller("arn:aws:iam::123456789012:user/admin", access_key="AKIAOWN"), "s3:X")
        assert gate._identities.find("AKIAOTHER") is None
        assert not [name for name in sys.modules if name.partition(".")[0] in ("moto", "boto3")]
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_own_caller_is_the_administrator(world: World) -> None:
    caller = world.caller(Keys(OWN.access_key, OWN.secret_key))
    assert caller.arn == f"arn:aws:iam::{ACCOUNT}:user/admin"
    world.gate.authorize(caller, "sagemaker:DeleteDomain", ["*"])


def test_secrets_are_in_no_representation(world: World) -> None:
    identity = world.gate._identities.find(world.ana.access_key)
    assert "own-secret" not in repr(OWN)
    assert world.ana.secret_key not in repr(identity)


def test_a_user_is_known_by_the_key(world: World) -> None:
    caller = world.caller(world.ana)
    assert (caller.arn, caller.account, caller.name) == (
        f"arn:aws:iam::{ACCOUNT}:user/ana",
        ACCOUNT,
        "ana",
    )


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("sagemaker", "UnrecognizedClientException", 400),
        ("sts", "InvalidClientTokenId", 403),
        ("s3", "InvalidAccessKeyId", 403),
        ("ec2", "AuthFailure", 401),
    ],
)
def test_a_key_that_nobody_has(world: World, service: str, code: str, status: int) -> None:
    assert refused(world, Keys("AKIANOBODY", "x"), service) == (code, status)


def test_a_key_that_was_switched_off_or_deleted(world: World) -> None:
    world.iam.update_access_key("ana", world.ana.access_key, "Inactive")
    assert refused(world, world.ana)[0] == "UnrecognizedClientException"
    world.iam.update_access_key("ana", world.ana.access_key, "Active")
    world.caller(world.ana)
    world.iam.delete_access_key(world.ana.access_key, "ana")
    assert refused(world, world.ana)[0] == "UnrecognizedClientException"


@pytest.mark.parametrize("service", ["sagemaker", "sts", "s3"])
def test_a_wrong_secret(world: World, service: str) -> None:
    codes = {"sagemaker": ("InvalidSignatureException", 400)}
    expected = codes.get(service, ("SignatureDoesNotMatch", 403))
    assert refused(world, Keys(world.ana.access_key, "x"), service) == expected


def test_a_session_needs_its_token(world: World) -> None:
    keys = world.session()
    caller = world.caller(keys)
    assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/scientist/ana"
    for token in (None, "", "another"):
        wrong = Keys(keys.access_key, keys.secret_key, token)
        assert refused(world, wrong)[0] == "UnrecognizedClientException"
    assert refused(world, Keys(keys.access_key, keys.secret_key, "x"), "s3")[0] == "InvalidToken"


def test_a_permanent_key_takes_no_token(world: World) -> None:
    wrong = Keys(world.ana.access_key, world.ana.secret_key, "a-token")
    assert refused(world, wrong)[0] == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("sagemaker", ("ExpiredTokenException", 400)),
        ("iam", ("ExpiredToken", 403)),
        ("s3", ("ExpiredToken", 400)),
    ],
)
def test_a_session_ends_by_the_emulators_clock(
    world: World, service: str, expected: tuple[str, int]
) -> None:
    keys = world.session(duration=900)
    world.now += 890
    world.caller(keys, service)
    world.now += 20
    assert refused(world, keys, service) == expected


def test_policies_of_the_user_and_of_groups_count(world: World) -> None:
    iam, ana = world.iam, world.ana
    assert not world.may(ana, "sagemaker:ListApps")
    iam.put_user_policy("ana", "own", document("sagemaker:ListApps"))
    assert world.may(ana, "sagemaker:ListApps")
    iam.delete_user_policy("ana", "own")
    assert not world.may(ana, "sagemaker:ListApps")
    iam.put_group_policy("scientists", "lists", document("sagemaker:List*"))
    assert not world.may(ana, "sagemaker:ListApps")
    iam.add_user_to_group("scientists", "ana")
    assert world.may(ana, "sagemaker:ListApps")
    policy = iam.create_policy("", "/", document("*", effect="Deny"), "none", {})
    iam.attach_group_policy(policy.arn, "scientists")
    assert not world.may(ana, "sagemaker:ListApps")


def test_the_default_version_of_a_policy_counts(world: World) -> None:
    iam = world.iam
    policy = iam.create_policy("", "/", document("sagemaker:CreateSpace"), "space", {})
    iam.attach_user_policy(policy.arn, "ana")
    assert world.may(world.ana, "sagemaker:CreateSpace", SPACE)
    iam.create_policy_version(policy.arn, document("sagemaker:ListSpaces"), True)
    assert not world.may(world.ana, "sagemaker:CreateSpace", SPACE)
    assert world.may(world.ana, "sagemaker:ListSpaces")


def test_policies_of_aws_are_there(world: World) -> None:
    world.iam.attach_role_policy(FULL_ACCESS, "scientist")
    keys = world.session()
    assert world.may(keys, "sagemaker:ListDomains")
    assert world.may(keys, "sagemaker:CreateTrainingJob", SPACE.replace("space/d-acme", "x"))
    assert not world.may(keys, "sagemaker:DeleteDomain", SPACE.replace("space", "domain"))


def test_a_role_its_boundary_and_its_session_policy(world: World) -> None:
    iam = world.iam
    iam.put_role_policy("scientist", "all", document("*"))
    keys = world.session()
    assert world.may(keys, "sagemaker:CreateApp", SPACE)
    lists = world.session(document("sagemaker:List*"))
    assert world.may(lists, "sagemaker:ListApps")
    assert not world.may(lists, "sagemaker:CreateApp", SPACE)
    boundary = iam.create_policy("", "/", document("sagemaker:Create*"), "limit", {})
    iam.put_role_permissions_boundary("scientist", boundary.arn)
    assert world.may(keys, "sagemaker:CreateApp", SPACE)
    assert not world.may(keys, "sagemaker:ListApps")
    assert not world.may(lists, "sagemaker:ListApps")
    iam.delete_policy(boundary.arn)
    assert not world.may(keys, "sagemaker:CreateApp", SPACE)


def test_a_role_that_does_not_exist_may_nothing(world: World) -> None:
    keys = world.session()
    world.iam.roles.clear()
    assert not world.may(keys, "sagemaker:ListApps")


def test_tags_and_names_of_the_caller_are_condition_keys(world: World) -> None:
    team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    world.iam.put_user_policy("ana", "team", document("*", Condition=team))
    world.iam.put_role_policy("scientist", "team", document("*", Condition=team))
    churn = {"aws:ResourceTag/team": "churn"}
    assert world.may(world.ana, "sagemaker:CreateApp", SPACE, **churn)
    assert not world.may(world.session(), "sagemaker:CreateApp", SPACE, **churn)
    fraud = {"aws:ResourceTag/team": "fraud"}
    assert world.may(world.session(), "sagemaker:CreateApp", SPACE, **fraud)
    # A request cannot give itself another tag.
    assert not world.may(
        world.ana, "sagemaker:CreateApp", SPACE, **fraud, **{"aws:PrincipalTag/team": "fraud"}
    )
    world.iam.put_user_policy("ana", "name", document("*", "arn:*:space/d-acme/${aws:username}-*"))
    assert world.may(world.ana, "sagemaker:DeleteSpace", SPACE)


def test_the_principal_of_a_session_is_the_role(world: World) -> None:
    is_role = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    world.iam.put_role_policy("scientist", "role", document("*", Condition=is_role))
    assert world.may(world.session(), "sagemaker:ListApps")


def test_the_time_is_the_emulators(world: World) -> None:
    late = {"NumericGreaterThan": {"aws:EpochTime": str(int(world.now) + 1000)}}
    world.iam.put_user_policy("ana", "later", document("*", Condition=late))
    assert not world.may(world.ana, "sagemaker:ListApps")
    world.now += 2000
    assert world.may(world.ana, "sagemaker:ListApps")


def test_every_resource_must_be_allowed(world: World) -> None:
    world.iam.put_user_policy("ana", "one", document("*", SPACE))
    caller = world.caller(world.ana)
    world.gate.authorize(caller, "sagemaker:AddTags", [SPACE])
    with pytest.raises(ServiceError) as caught:
        world.gate.authorize(caller, "sagemaker:AddTags", [SPACE, f"{SPACE}-2"])
    assert caught.value.message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: sagemaker:AddTags "
        f"on resource: {SPACE}-2 because no identity-based policy allows the sagemaker:AddTags "
        "action"
    )


@pytest.mark.parametrize(
    ("action", "code", "status"),
    [
        ("sagemaker:ListApps", "AccessDeniedException", 400),
        ("logs:GetLogEvents", "AccessDeniedException", 400),
        ("iam:GetRole", "AccessDenied", 403),
        ("s3:GetObject", "AccessDenied", 403),
        ("ec2:DescribeVpcs", "UnauthorizedOperation", 403),
    ],
)
def test_each_kind_of_service_words_it_its_own_way(
    world: World, action: str, code: str, status: int
) -> None:
    with pytest.raises(ServiceError) as caught:
        world.gate.authorize(world.caller(world.ana), action, ["*"])
    error = caught.value
    assert (error.code, error.status) == (code, status)
    assert f"is not authorized to perform: {action} on resource: " in error.message
