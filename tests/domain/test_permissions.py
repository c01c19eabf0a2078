"""A role with the shipped data-scientist policy does all that the room offers to it, and each
permission taken away alone gives its own sentence. The local SageMaker enforces the policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest

from sm_onboard import prices as shipped
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import idle
from sm_onboard.domain.doctor import page
from sm_onboard.domain.doctor.features import FEATURES, needs, secrets, stores
from sm_onboard.domain.models import Check, IdleChange, Report
from sm_onboard.domain.policies import policy
from sm_onboard.repos.plan.onboard_keys import Links

from .conftest import ACCOUNT, PAGE, REGION, Room, domain_id

ROLE = "sm-onboard-scientist"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
SECRET = "acme/github"
SHARES = "acme-studio/shares"
SLOTS = {
    "partition": "aws", "region": REGION, "account": ACCOUNT, "profile": "alice", "role": ARN,
    "secrets": "acme/*", "shares": SHARES,
}  # fmt: skip


def actions(statement: dict[str, Any]) -> list[str]:
    named = statement["Action"]
    return [named] if isinstance(named, str) else list(named)


SHIPPED = [
    (statement["Sid"], action)
    for statement in policy("data-scientist", domain="d-1", **SLOTS)["Statement"]
    for action in actions(statement)
]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
         "Action": "sts:AssumeRole"}
    ],
}  # fmt: skip


class Role:
    """A role in the local SageMaker, and credentials of a session of it."""

    def __init__(self, server: Server) -> None:
        env = server.environment()
        self._admin = boto3.Session(
            env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=REGION
        )
        self._url = server.url
        self.shipped = policy("data-scientist", domain=domain_id(server), **SLOTS)
        iam = self._client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.may(self.shipped)
        given = self._client("sts").assume_role(RoleArn=ARN, RoleSessionName="alice")["Credentials"]
        self.environment = {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def _client(self, service: str) -> Any:
        return self._admin.client(service, endpoint_url=self._url)

    def may(self, document: dict[str, Any]) -> None:
        self._client("iam").put_role_policy(
            RoleName=ROLE, PolicyName="shipped", PolicyDocument=json.dumps(document)
        )

    def without(self, *gone: tuple[str, str]) -> None:
        """The shipped policy, without actions of some statements."""
        kept = []
        for statement in self.shipped["Statement"]:
            left = [a for a in actions(statement) if (statement["Sid"], a) not in gone]
            if left:
                kept.append({**statement, "Action": left})
        self.may({**self.shipped, "Statement": kept})

    def remove(self) -> None:
        iam = self._client("iam")
        iam.delete_role_policy(RoleName=ROLE, PolicyName="shipped")
        iam.delete_role(RoleName=ROLE)


@pytest.fixture
def role(organization: Server) -> Iterator[Role]:
    made = Role(organization)
    yield made
    made.remove()


@pytest.fixture
def alice(role: Role, room: Callable[..., Room]) -> Room:
    """Alice's space, where the server runs as that role."""
    at = room("alice-lab", environ=role.environment)
    doctor = at.service.doctor
    named = Links(stores={"team": f"s3://{SHARES}"})
    # as a team file names them
    doctor._local = replace(doctor._local, secrets=lambda: (SECRET,), links=lambda: named)
    return at


def examine(at: Room) -> Report:
    at.service.examine()
    assert at.service.doctor.wait(30)
    return at.service.report()


def wrong(report: Report) -> list[Check]:
    """What does not work, but for what an older boto3 does not know."""
    bad = [c for c in report.checks if c.state in ("denied", "limited", "fails")]
    return [c for c in bad if not (c.problem and c.problem.code == "aws.boto3_too_old")]


def knows(at: Room, action: str) -> bool:
    """Whether this boto3 can call what the action allows."""
    found = [need for _, need in needs() if need.action == action]
    if found and not found[0].called:
        return True  # over HTTP, without boto3
    service = found[0].service if found else ""
    prefix, _, operation = action.partition(":")
    if operation == "UpdateSpace" and idle.too_old(at.service._client):
        return False  # it is called for the idle stop only
    return at.service._client.supports(operation, service or prefix)


def checks(at: Room) -> dict[str, Check]:
    return {check.id: check for check in examine(at).checks}


def test_the_policy_is_the_table(role: Role) -> None:
    """Nothing that the doctor looks for is missing in the policy, and nothing is in it that no
    feature needs; listing domains is for whoever is outside of Studio."""
    table = {need.action for feature, need in needs() if feature.where != "laptop"}
    table |= {need.action for need in secrets(("arn:x:secret:y",)).needs}
    table |= {need.action for need in stores({"team": "arn:aws:s3:::x/y"}).needs}
    assert {action for _, action in SHIPPED} == table
    assert len({feature.id for feature in FEATURES}) == len(FEATURES)


def test_all_that_the_room_offers_works(alice: Room) -> None:
    alice.look(*PAGE)
    told = {name: alice.part(name) for name in PAGE}
    assert {name: (part.state, part.problem) for name, part in told.items()} == dict.fromkeys(
        PAGE, ("ready", None)
    )
    assert alice.part("prices").state == "ready"

    assert wrong(examine(alice)) == []

    opened = [
        alice.service.open(entry.target, entry.id)
        for entry in alice.service.launch_menu().entries
        if entry.how != "none"
    ]
    assert len(opened) > 8
    assert {(one.how, one.problem) for one in opened} == {("presigned", None)}, opened


def test_what_is_ones_own_can_be_stopped_and_changed(sample: Server, role: Role, room: Any) -> None:
    at = room("alice-lab", environ=role.environment)
    at.look(*PAGE)
    mine = [row.name for row in at.service.apps().rows if row.stop == "yes"]
    assert sorted(mine) == ["alice", "tuning-gpu"]
    results = at.stop(*mine)
    assert all(result.stopped for result in results.values()), results
    if not idle.too_old(at.service._client):
        assert at.service.idle(IdleChange(minutes=120)).idle.minutes == 120
    refused = at.stop("bob-lab", others=True)["bob-lab"]
    assert not refused.stopped
    assert refused.problem.action == "sagemaker:DeleteApp"
    assert "bob-lab" in refused.problem.statement


@pytest.mark.parametrize(("sid", "action"), SHIPPED, ids=lambda value: value.partition(":")[2])
def test_each_permission_taken_away_says_so(alice: Room, role: Role, sid: str, action: str) -> None:
    role.without((sid, action))
    report = examine(alice)
    lacking = wrong(report)
    if not knows(alice, action):
        assert lacking == []  # nobody misses a permission for what cannot be called
        return
    assert len(lacking) == 1, [(c.id, c.state, c.message) for c in lacking]
    (check,) = lacking
    assert check.problem is not None and check.problem.action == action
    statement = json.loads(check.problem.statement)
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == action
    assert check.message == sentence(alice, sid, action)


def sentence(at: Room, sid: str, action: str) -> str:
    """What the table says of a permission, with Alice's names."""
    if action == "secretsmanager:GetSecretValue":
        return "Your role may not read the secret acme/github-??????: git cannot sign in with it."
    found = [need for _, need in needs() if need.action == action]
    found += [need for need in stores({"team": ""}).needs if need.action == action]
    if action == "sagemaker:DeleteApp":
        found = [found[0] if sid == "SmOnboardChangeOwnSpaces" else found[1]]
    (need,) = found
    # Of what spaces cost: prices of training may be older.
    volume = shipped.storage("us-east-1")
    day = date.fromisoformat(volume.published if volume else "")
    unnamed = action == "sagemaker:DescribeDomain"  # it is what tells the name
    return need.lacking.format(
        name=at.service.state().chosen if unnamed else "acme-ml",
        space="alice-lab",
        me="alice",
        published=f"{day.day} {day:%b %Y}",
    )


@pytest.mark.parametrize(
    ("sid", "action"),
    [one for one in SHIPPED if one[1] not in ("iam:SimulatePrincipalPolicy",)],
    ids=lambda value: value.partition(":")[2],
)
def test_what_only_reads_is_found_without_iam_too(
    alice: Room, role: Role, sid: str, action: str
) -> None:
    """Where IAM may not be asked, what was tried says it, and the rest is not known."""
    role.without((sid, action), ("SmOnboardAskWhatIsAllowed", "iam:SimulatePrincipalPolicy"))
    found = checks(alice)
    assert found["ask_iam"].state == "limited"
    told = [c for c in found.values() if c.problem and action in c.problem.action.split(", ")]
    tried = any(need.action == action and need.ask is not None for _, need in needs())
    tried = tried and knows(alice, action)
    assert bool(told) == tried
    for check in told:
        assert check.found_by == "tried"
        assert check.message == sentence(alice, sid, action)


def test_the_page_is_made_from_the_table() -> None:
    assert page.PAGE.read_text("utf-8") == page.page()
