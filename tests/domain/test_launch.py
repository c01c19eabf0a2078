"""The Launch menu: who is signed in by what, and what never leaves the one answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import launch_addresses as addresses
from sm_onboard.domain.launch import LIFE
from sm_onboard.domain.models import Launchable, Opened
from sm_onboard.errors import Conflict, NotFound, OnboardError, Unreachable

from .conftest import PAGE, Room, domain_id


def entries(at: Room, target: str) -> list[Launchable]:
    return [entry for entry in at.service.launch_menu().entries if entry.target == target]


@pytest.fixture
def alice(room: Callable[..., Room]) -> Room:
    at = room("alice-lab")
    at.look(*PAGE)
    return at


def test_the_menu_asks_nobody(alice: Room) -> None:
    alice.calls()
    titles = [entry.title for entry in alice.service.launch_menu().entries]
    assert not alice.calls()
    assert titles[0] == "JupyterLab"
    assert set(titles) == {
        "JupyterLab", "Code Editor", "Canvas", "TensorBoard", "MLflow", "RStudio", "Profiler",
        "Training clusters", "JumpStart", "Spaces", "Studio home", "Studio Classic",
    }  # fmt: skip


def test_ones_own_spaces_with_what_they_do(alice: Room) -> None:
    assert [e.note for e in entries(alice, "JupyterLab")] == [
        "alice-lab, running",
        "alice-sweep, stopped",
    ]
    assert {e.note for e in entries(alice, "CodeEditor")} == {
        "tuning-gpu, running",
        "feature-check, stopped",
    }
    assert {e.how for e in entries(alice, "CodeEditor")} == {"presigned"}


def test_rstudio_without_a_licence(alice: Room) -> None:
    (entry,) = entries(alice, "RStudio")
    assert (entry.how, entry.note) == ("none", "no licence in this domain")
    assert "licence" in entry.why_not
    with pytest.raises(Conflict, match="licence"):
        alice.service.open("RStudio", "-")


def test_rstudio_with_a_licence_and_without_a_seat(alice: Room) -> None:
    known = alice.service._known
    role = "arn:aws:iam::123456789012:role/rstudio"
    settings = {"RStudioServerProDomainSettings": {"DomainExecutionRoleArn": role}}
    known.domain = {**known.domain, "DomainSettings": settings}
    assert entries(alice, "RStudio")[0].how == "presigned"
    known.profile = {"UserSettings": {"RStudioServerProAppSettings": {"AccessStatus": "DISABLED"}}}
    (entry,) = entries(alice, "RStudio")
    assert entry.how == "none" and "seat" in entry.why_not


def test_studio_classic_takes_no_new_apps(alice: Room, room: Callable[..., Room]) -> None:
    (entry,) = entries(alice, "StudioClassic")
    assert (entry.how, entry.note) == ("none", "no new apps")
    erin = room("erin-lab")
    erin.look(*PAGE)
    (entry,) = entries(erin, "StudioClassic")
    assert (entry.how, entry.note) == ("presigned", "running")
    assert "no new apps" in entry.warning


def test_what_runs_is_opened_itself(alice: Room) -> None:
    (running,) = [e for e in entries(alice, "CodeEditor") if "running" in e.note]
    opened = alice.service.open("CodeEditor", running.id)
    assert (opened.how, opened.expires_in, opened.problem) == ("presigned", LIFE, None)
    assert opened.url.startswith(alice.server.url)
    page = body(opened.url)
    assert "user profile alice" in page and "space tuning-gpu" in page
    assert "landing app:CodeEditor:" in page


def test_what_is_stopped_is_opened_where_it_is_started(alice: Room) -> None:
    (stopped,) = [e for e in entries(alice, "JupyterLab") if "stopped" in e.note]
    assert stopped.warning
    page = body(alice.service.open("JupyterLab", stopped.id).url)
    assert "landing studio::jupyterlab/alice-sweep" in page  # relative: no slash before it


@pytest.mark.parametrize("target", ["Canvas", "TensorBoard", "Studio", "Spaces", "JumpStart"])
def test_the_others_open_signed_in(alice: Room, target: Any) -> None:
    opened = alice.service.open(target, "-")
    assert opened.how == "presigned"
    assert ("redirect=TensorBoard" in opened.url) == (target == "TensorBoard")
    assert "user profile alice" in body(opened.url)


def test_mlflow_servers_and_apps(alice: Room) -> None:
    found = entries(alice, "MLflow")
    assert any("acme-tracking" in entry.note for entry in found)
    for entry in found:
        if entry.how == "none":
            assert entry.why_not
            with pytest.raises(Conflict):
                alice.service.open("MLflow", entry.id)
        else:
            assert alice.service.open("MLflow", entry.id).how == "presigned"
    counts = alice.calls()
    assert counts["sagemaker:CreatePresignedMlflowTrackingServerUrl"] >= 1


def test_what_is_not_there(alice: Room) -> None:
    with pytest.raises(NotFound):
        alice.service.open("JupyterLab", "0123456789abcdef")


def test_before_anybody_looked_the_owner_is_asked_for(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.calls()
    opened = at.service.open("JupyterLab", "-")
    assert opened.how == "presigned" and "user profile alice" in body(opened.url)
    assert at.calls() == {
        "sagemaker:DescribeSpace": 1,
        "sagemaker:DescribeDomain": 1,
        "sagemaker:CreatePresignedDomainUrl": 1,
    }


def portal_only(at: Room) -> None:
    at.look(*PAGE)
    at.calls()
    for entry in at.service.launch_menu().entries:
        assert entry.how in ("portal", "none")
        if entry.how == "portal":
            opened = at.service.open(entry.target, entry.id)
            assert (opened.how, opened.expires_in) == ("portal", None)
            host = urlsplit(opened.url).hostname or ""
            assert host.endswith(".studio.eu-west-1.sagemaker.aws")
    assert not [name for name in at.calls() if "Presigned" in name]


def test_in_a_shared_space_nobody_is_signed_in(room: Callable[..., Room]) -> None:
    at = room("team-board")  # owned by alice, used by everybody
    portal_only(at)
    assert at.service.open("JupyterLab", "-").url.endswith("/jupyterlab/team-board")


def test_a_shared_space_is_shared_whatever_the_environment_says(room: Callable[..., Room]) -> None:
    at = room("team-board", environ={"SAGEMAKER_SPACE_TYPE_LOWERCASE": "private"})
    portal_only(at)


def test_with_identity_center_the_portal_opens(
    organization: Server, room: Callable[..., Room]
) -> None:
    portal_only(room("grace-lab", domain=domain_id(organization, "acme-secure")))


def test_outside_of_studio_the_portal_opens(
    organization: Server, room: Callable[..., Room]
) -> None:
    at = room()
    at.look("here", domain=domain_id(organization))
    portal_only(at)


def test_without_a_domain_there_is_nothing(room: Callable[..., Room]) -> None:
    at = room()
    assert at.service.launch_menu().entries == ()
    with pytest.raises(NotFound):
        at.service.open("Studio", "-")


def test_an_owner_that_cannot_be_asked_for_signs_nobody_in(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.control.trouble({"operations": ["sagemaker:DescribeSpace"], "kind": "denied"})
    assert at.service.open("Studio", "-").how == "portal"


def test_a_refusal_is_told_and_the_portal_opens(alice: Room) -> None:
    alice.control.trouble({"operations": ["sagemaker:CreatePresignedDomainUrl"], "kind": "denied"})
    opened = alice.service.open("Studio", "-")
    assert opened.how == "portal" and opened.problem is not None
    assert opened.problem.action == "sagemaker:CreatePresignedDomainUrl"
    assert "user-profile/" in opened.problem.statement
    assert opened.url.startswith(f"https://studio-{domain_id(alice.server)}.studio.")


def test_an_address_is_nowhere_but_in_the_answer(
    alice: Room, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Any] = []
    alice.service._notify = lambda *what: told.append(what)
    caplog.set_level(logging.DEBUG, "sm_onboard")
    url = alice.service.open("Studio", "-").url
    token = url.partition("token=")[2]
    assert token
    own = [record for record in caplog.records if record.name.startswith("sm_onboard")]
    assert not [record for record in own if token in record.getMessage()]
    assert token not in repr(told)
    assert token not in repr(alice.service.__dict__) + repr(alice.service.launcher.__dict__)
    assert token not in repr(alice.service.launch_menu()) + repr(alice.service.state())
    assert alice.service.open("Studio", "-").url != url  # made anew each time


@pytest.mark.parametrize(
    "url",
    [
        "https://d-abc.studio.eu-west-1.sagemaker.aws/auth?token=x",
        "https://t-abc.eu-west-1.experiments.sagemaker.aws/auth?authToken=x",
        "https://app-1.mlflow.sagemaker.eu-west-1.app.aws/auth?token=x",
        "http://127.0.0.1:5000/presigned?token=x",
    ],
)
def test_addresses_that_may_be_opened(url: str) -> None:
    assert addresses.checked(url, "http://127.0.0.1:5000") == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)//.sagemaker.aws",
        "http://d-abc.studio.eu-west-1.sagemaker.aws/",
        "https://sagemaker.aws.example/",
        "https://evilsagemaker.aws/",
        "https://example.com/?x=.sagemaker.aws",
        "https://d-abc.studio.eu-west-1.sagemaker.aws@example.com/",
        "https://me:pw@d-abc.studio.eu-west-1.sagemaker.aws/",
        "https://d-abc.sagemaker.aws:8443/",
        "https://d-abc.sagemaker.aws\\@example.com/",
        "https://d-abc.sagemaker.aws/\nSet-Cookie: x",
        "https://[::1/",
        "http://127.0.0.1:5001/presigned",
        "https://127.0.0.1:5000/presigned",
        "https://d-äbc.sagemaker.aws/",
    ],
)
def test_addresses_that_may_not(url: object) -> None:
    with pytest.raises(Unreachable) as refused:
        addresses.checked(url, "http://127.0.0.1:5000")
    assert not url or str(url) not in str(refused.value)


@pytest.mark.parametrize("domain", [None, "", "d-", "d-a/b", "x.example#", "D-ABC"])
def test_a_portal_of_no_domain(domain: str | None) -> None:
    with pytest.raises(Conflict):
        addresses.portal(domain, "eu-west-1")


def test_odd_names_stay_one_part_of_the_path() -> None:
    assert addresses.part("a/../b?c#d") == "a%2F..%2Fb%3Fc%23d"
    assert addresses.part("..") == ""


def body(url: str) -> str:
    import urllib.request

    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_nothing_opens_what_no_menu_lists(alice: Room) -> None:
    opened: list[Opened] = []
    for id in ("bob-lab", "../..", "-' OR 1=1"):
        with pytest.raises(OnboardError):
            opened.append(alice.service.open("JupyterLab", id))
    assert opened == []
