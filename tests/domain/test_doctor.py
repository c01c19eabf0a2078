"""The doctor: each line alone, found out in a few seconds, and nothing changed by it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.doctor.examination import HOPELESS, WHAT, WHO
from sm_onboard.domain.doctor.features import FEATURES, needs
from sm_onboard.domain.doctor.simulate import Decision, simulate
from sm_onboard.domain.doctor.subject import role_of, subject
from sm_onboard.domain.known import Known
from sm_onboard.domain.models import Check, Report
from sm_onboard.repos.models import Problem as RepositoryProblem
from sm_onboard.repos.models import ReposState
from sm_onboard.studio import Place

from .conftest import Room, domain_id

BAD = ("denied", "fails", "limited")
KEYS: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def examine(at: Room) -> Report:
    at.service.examine()
    assert at.service.doctor.wait(30)
    return at.service.report()


def bad(checks: Iterable[Check]) -> list[str]:
    """What does not work, but for what an older boto3 does not know."""
    old = "aws.boto3_too_old"
    return [c.id for c in checks if c.state in BAD and not (c.problem and c.problem.code == old)]


def checks(at: Room) -> dict[str, Check]:
    return {check.id: check for check in examine(at).checks}


@pytest.fixture
def alice(room: Callable[..., Room]) -> Room:
    at = room("alice-lab")
    at.service._client.supports("ListApps")  # importing boto3 is not what counts here
    return at


def trouble(at: Room, kind: str, *operations: str, **more: Any) -> None:
    at.control.trouble({"operations": list(operations) or ["*"], "kind": kind, **more})


def test_nothing_is_looked_at_before_somebody_asks(alice: Room) -> None:
    alice.calls()
    report = alice.service.report()
    assert (report.state, report.checks) == ("idle", ())
    assert not alice.calls()


def test_where_all_is_well(alice: Room) -> None:
    alice.calls()
    report = examine(alice)
    assert report.state == "done" and report.at and report.seconds is not None
    assert bad(report.checks) == []
    assert report.works == sum(c.state == "works" for c in report.checks)
    ids = [c.id for c in report.checks]
    assert len(ids) == len(set(ids))
    assert {feature.id for feature in FEATURES} <= set(ids)
    called = alice.calls()
    assert max(called.values()) <= 3  # IAM's; of the others nothing twice
    changing = ("Create", "Update", "Delete", "Stop", "Start", "Put", "Add")
    assert not [name for name in called if name.partition(":")[2].startswith(changing)]


def test_the_facts_are_in_order_and_known(alice: Room) -> None:
    facts = dict(examine(alice).facts)
    assert facts["Person"] == "alice"
    assert facts["Domain"] == f"acme-ml, {domain_id(alice.server)}"
    assert facts["Space"] == "alice-lab, private"
    assert facts["Region"] == "eu-west-1"
    assert facts["Recovery mode"] == "no"
    assert list(facts)[:3] == ["Person", "Domain", "Space"]


def test_the_windows_are_told(room: Callable[..., Room]) -> None:
    told: list[tuple[str, str, int]] = []
    at = room("alice-lab", notify=lambda *what: told.append(what))
    first = at.service.examine()
    assert first.state == "looking"
    assert at.service.doctor.wait(30)
    mine = [revision for name, id, revision in told if (name, id) == ("domain", "doctor")]
    assert mine == [1, 2] and at.service.report().revision == 2
    assert at.service.examine().checks  # what was found stays in sight while it looks again
    assert at.service.doctor.wait(30)


def test_two_windows_share_one_examination(alice: Room) -> None:
    alice.calls()
    alice.service.examine()
    alice.service.examine()
    assert alice.service.doctor.wait(30)
    assert alice.calls()["sts:GetCallerIdentity"] == 1


@pytest.mark.parametrize(
    ("operation", "id", "state"),
    [
        ("ListApps", "apps", "denied"),
        ("ListSpaces", "spaces", "denied"),
        ("DescribeDomain", "settings", "denied"),
        ("ListClusters", "others", "limited"),
        ("Search", "experiments", "limited"),
    ],
)
def test_a_refusal_that_iam_does_not_know_of(
    alice: Room, operation: str, id: str, state: str
) -> None:
    """An organization's or an endpoint's policy: the simulator allows it, the call is refused."""
    trouble(alice, "denied", f"sagemaker:{operation}")
    found = checks(alice)
    assert bad(found.values()) == [id]
    assert (found[id].state, found[id].found_by) == (state, "tried")
    problem = found[id].problem
    assert problem is not None and problem.action == f"sagemaker:{operation}"
    assert json.loads(problem.statement)["Action"] == f"sagemaker:{operation}"


def test_the_words_of_the_picture(alice: Room) -> None:
    trouble(alice, "denied", "sagemaker:ListApps", "pricing:GetProducts")
    found = checks(alice)
    assert found["apps"].title == "Other people's apps and cost"
    said = "Your role may not list the apps of acme-ml. You still see your own."
    assert found["apps"].message == said
    assert found["prices"].message.startswith("pricing:GetProducts is missing. The table of ")
    assert found["prices"].message.endswith(" is used instead.")


def test_several_missing_permissions_are_one_thing_to_ask_for(alice: Room) -> None:
    trouble(alice, "denied", "sagemaker:ListClusters", "sagemaker:ListEndpoints")
    problem = checks(alice)["others"].problem
    assert problem is not None
    statements = json.loads(problem.statement)
    named = {statement["Action"] for statement in statements}
    assert named == {"sagemaker:ListClusters", "sagemaker:ListEndpoints"}
    assert len({statement["Sid"] for statement in statements}) == 2


def test_an_operation_that_boto3_does_not_know(
    alice: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    from sm_onboard import aws

    real = aws.supports
    lacks = {"ListMlflowApps", "CreatePresignedMlflowAppUrl"}
    monkeypatch.setattr(
        aws, "supports", lambda client, name: name not in lacks and real(client, name)
    )
    found = checks(alice)
    assert found["mlflow_apps"].state == "limited"
    assert found["mlflow_apps"].message == (
        f"boto3 {boto3.__version__} does not know ListMlflowApps. Tracking servers work."
    )
    assert found["tracking_servers"].state == "works"
    assert found["boto3"].state == "limited"
    assert "ListMlflowApps, CreatePresignedMlflowAppUrl" in found["boto3"].message
    assert found["open_mlflow"].message.endswith("Tracking servers open.")


def test_where_nobody_answers(alice: Room) -> None:
    trouble(alice, "timeout", seconds=60)
    began = time.monotonic()
    report = examine(alice)
    assert time.monotonic() - began < WHO + 2 * HOPELESS + 1
    found = {check.id: check for check in report.checks}
    problem = found["apps"].problem
    assert found["apps"].state == "fails" and problem is not None
    assert problem.code == "aws.unreachable"
    assert problem.endpoint == "com.amazonaws.eu-west-1.sagemaker.api"
    assert found["credentials"].state == "fails"
    assert found["place"].state == "works"  # what needs no AWS is there
    assert found["stop"].state == "unknown"


def test_one_that_does_not_answer_leaves_the_others_alone(alice: Room) -> None:
    trouble(alice, "timeout", "sagemaker:ListApps", seconds=60)
    began = time.monotonic()
    found = checks(alice)
    assert time.monotonic() - began < WHAT + 2
    assert bad(found.values()) == ["apps"]
    assert "did not answer in eu-west-1 within 5 s" in found["apps"].message


def test_iam_that_does_not_answer(alice: Room) -> None:
    trouble(alice, "timeout", "iam:SimulatePrincipalPolicy", seconds=60)
    report = examine(alice)
    found = {check.id: check for check in report.checks}
    assert found["ask_iam"].state == "fails"
    assert found["apps"].state == "works" and found["apps"].found_by == "tried"
    assert found["stop"].state == "unknown"
    assert report.how.startswith("IAM did not say")


def test_no_credentials(room: Callable[..., Room]) -> None:
    at = room("alice-lab", environ=KEYS)
    found = checks(at)
    assert found["credentials"].problem is not None
    assert found["credentials"].problem.code == "aws.no_credentials"
    assert found["apps"].state == "fails"
    assert not at.calls()


def test_an_expired_token(alice: Room) -> None:
    trouble(alice, "expired")
    found = checks(alice)
    assert found["credentials"].problem is not None
    assert found["credentials"].problem.code == "aws.credentials_expired"


def test_a_shared_space(room: Callable[..., Room]) -> None:
    found = checks(room("team-board"))
    for id in ("stop", "idle", "open"):
        assert found[id].state == "not_here"
        assert "shared space" in found[id].message
    assert bad(found.values()) == []


def test_identity_center(organization: Server, room: Callable[..., Room]) -> None:
    at = room("grace-lab", domain=domain_id(organization, "acme-secure"))
    found = checks(at)
    assert found["open"].state == "not_here"
    assert "IAM Identity Center" in found["open"].message
    assert found["stop"].state == "works"


def test_outside_of_studio(room: Callable[..., Room]) -> None:
    found = checks(room())
    assert found["place"].state == "not_here"
    assert found["stop"].state == "not_here"
    assert found["domains"].state == "works"
    assert bad(found.values()) == []


def test_recovery_mode_is_said(room: Callable[..., Room]) -> None:
    at = room("alice-lab", environ={"SAGEMAKER_RECOVERY_MODE": "1"})
    found = checks(at)
    assert found["place"].state == "fails"
    assert "recovery mode" in found["place"].message


def test_an_odd_metadata_file_is_said(room: Callable[..., Room]) -> None:
    found = checks(room(metadata=b"{"))
    assert found["place"].state == "fails"
    assert found["place"].problem is not None


def test_closing_ends_it(alice: Room) -> None:
    trouble(alice, "latency", seconds=2.0)
    alice.service.examine()
    alice.service.close()
    began = time.monotonic()
    assert alice.service.doctor.wait(WHO + WHAT + 1)
    assert time.monotonic() - began < WHO + WHAT + 1
    assert alice.service.examine().state != "looking"


def repositories(**told: Any) -> ReposState:
    empty = {
        "server": "",
        "revision": 1,
        "state": "idle",
        "root": "/home/alice",
        "first": False,
        "identity": "set",
        "sources": (),
        "problems": (),
        "repositories": (),
    }
    return ReposState(**{**empty, **told})


def test_the_team_file(alice: Room) -> None:
    doctor = alice.service.doctor
    broken = RepositoryProblem(
        code="config.yaml", message="Line 3 is no YAML.", hint="", origin="/team/onboard.yaml"
    )
    doctor._local = replace(
        doctor._local,
        team_file="/team/onboard.yaml",
        repos=lambda: repositories(problems=(broken,), sources=("/team/onboard.yaml",)),
    )
    assert checks(alice)["team_file"].state == "fails"
    doctor._local = replace(
        doctor._local, repos=lambda: repositories(sources=("/team/onboard.yaml",))
    )
    found = checks(alice)
    assert found["team_file"].state == "works"
    assert found["repositories"].message == "none are named"


def test_a_doctor_that_breaks_says_so(alice: Room) -> None:
    doctor = alice.service.doctor

    def broken() -> Any:
        raise RuntimeError("no")

    doctor._local = replace(doctor._local, repos=broken)
    report = examine(alice)
    assert report.state == "done"
    assert report.checks[0].problem is not None
    assert report.checks[0].problem.code == "internal"


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/ds/SageMaker",
         "arn:aws:iam::123456789012:role/service-role/ds"),
        ("arn:aws:sts::123456789012:assumed-role/other/SageMaker",
         "arn:aws:iam::123456789012:role/other"),
        ("arn:aws-cn:sts::123456789012:assumed-role/x/y", "arn:aws-cn:iam::123456789012:role/x"),
        ("arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:user/alice"),
        ("arn:aws:iam::123456789012:root", None),
        ("arn:aws:sts::123456789012:federated-user/x", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_role_behind_a_session(caller: str | None, expected: str | None) -> None:
    known = ("arn:aws:iam::999999999999:role/ds", "arn:aws:iam::123456789012:role/service-role/ds")
    assert role_of(caller, known) == expected


def test_a_role_whose_path_is_lost_is_looked_up(alice: Room) -> None:
    """AWS's own roles are below service-role/, which a session's ARN does not say."""
    from sm_onboard.domain.client import Task

    asked: list[tuple[str, str]] = []
    real = alice.service._client

    class Iam:
        def call(self, task: Task, operation: str, **parameters: Any) -> dict[str, Any]:
            asked.append((operation, parameters.get("PolicySourceArn", "")))
            if operation == "GetRole":
                return {"Role": {"Arn": "arn:aws:iam::123456789012:role/service-role/ds"}}
            if "service-role" not in parameters["PolicySourceArn"]:
                return real.call(task, operation, **parameters)  # NoSuchEntity
            result = {"EvalActionName": "sagemaker:ListApps", "EvalResourceName": "*",
                      "EvalDecision": "allowed"}  # fmt: skip
            return {"EvaluationResults": [result], "IsTruncated": False}

    told = simulate(
        Iam(),  # type: ignore[arg-type]
        Task(),
        "arn:aws:iam::123456789012:role/ds",
        {("sagemaker:ListApps", "*", False)},
        {},
    )
    assert told == {("sagemaker:ListApps", "*", False): Decision("allowed")}
    assert [operation for operation, _ in asked] == [
        "SimulatePrincipalPolicy", "GetRole", "SimulatePrincipalPolicy",
    ]  # fmt: skip


def test_every_slot_of_the_table_is_known(tmp_path: Any) -> None:
    """In Studio every resource and every call of the table can be filled in."""
    place = Place(kind="studio", home=tmp_path, region="eu-west-1", account="123456789012",
                  domain_id="d-1", space="lab", app_type="JupyterLab")  # fmt: skip
    space = {
        "OwnershipSettings": {"OwnerUserProfileName": "alice"},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }
    known = Known(place=place, chosen="d-1", space=space, domain={"DomainName": "acme"})
    who = subject(known, "arn:aws:sts::123456789012:assumed-role/ds/x", "1 Nov 2026")
    for feature, need in needs():
        assert who.resource(need, example=True), need.action
        assert who.resource(need, example=False), need.action
        assert need.ask is None or who.parameters(need) is not None, need.action
        assert "{" not in who.says(need.lacking) + who.says(feature.works)
        assert "this one" not in who.says(need.lacking)
