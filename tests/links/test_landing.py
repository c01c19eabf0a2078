"""``sm-onboard link open --studio``: the reader's own browser lands at the link, and no one else's.

Against the local SageMaker, which enforces IAM; what the real one does with a query in a
``LandingUri`` was not tried.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from click.testing import CliRunner, Result

from sm_onboard import aws, server_settings
from sm_onboard.cli import main
from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.links import landing
from sm_onboard.links.coordinates import Link, form, parse
from sm_onboard.rooms import Settings
from tests.domain.conftest import _metadata, domain_id
from tests.domain.conftest import organization as organization
from tests.domain.conftest import seen as seen

LINK = Link(
    "git", repository="https://github.com/acme/churn", commit="9f" * 20, path="nb/eda.ipynb",
    cell="4f1c", sender="bob", note="Öl & more",
)  # fmt: skip
TEXT = form(LINK, "https://somebody.else.example/lab")


@pytest.fixture
def run(
    organization: Server, seen: strict.Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Result]]:
    """``run(*options, caller="alice")``: as somebody with alice's role, on a laptop."""
    monkeypatch.setenv("TZ", "UTC")
    file = tmp_path / "metadata.json"
    monkeypatch.setattr(server_settings, "read", lambda: Settings(metadata_file=str(file)))
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr(landing, "_is_terminal", lambda: True)
    control = Control(organization.url, organization.control_token)
    own = organization.environment()

    def client(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=organization.url, region_name=own["AWS_REGION"],
            aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip

    def run(
        *options: str, caller: str = "alice", role: str = "acme-ds-alice", space: str = "",
        text: str = TEXT, **more: Any,
    ) -> Result:  # fmt: skip
        aws.default.cache_clear()
        arn = client("iam").get_role(RoleName=role)["Role"]["Arn"]
        keys = client("sts").assume_role(RoleArn=arn, RoleSessionName=caller)["Credentials"]
        environment = {
            **own, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }  # fmt: skip
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if space:
            file.write_text(json.dumps(_metadata(domain_id(organization), space, "JupyterLab")))
        return CliRunner().invoke(main, ["link", "open", text, "--studio", *options], **more)

    yield run
    control.no_trouble()
    aws.default.cache_clear()


def presigned(organization: Server) -> list[dict[str, Any]]:
    log = Control(organization.url, organization.control_token).log()
    return [call for call in log["calls"] if call["operation"] == "CreatePresignedDomainUrl"]


def test_as_the_reader_the_address_lands_at_the_link(run, organization) -> None:
    before = len(presigned(organization))
    result = run("--domain", domain_id(organization), "--space", "alice-lab")
    assert result.exit_code == 0, result.output
    (address,) = result.stdout.split()
    assert urlsplit(address).netloc == urlsplit(organization.url).netloc
    assert "Whoever has it is signed in as you." in result.stderr
    assert len(presigned(organization)) == before + 1


def test_the_landing_carries_all_of_the_link_in_its_query() -> None:
    said = landing.landing_uri(LINK)
    assert said.startswith("app:JupyterLab:lab?smo=git&r=github.com/acme/churn&c=")
    assert "#" not in said and len(said) <= landing.LONGEST
    assert parse(said) == LINK


def test_the_space_is_found_and_has_to_be_ones_own(run, organization) -> None:
    domain = ("--domain", domain_id(organization))
    several = run(*domain)
    assert several.exit_code == 2
    assert "Name one: --space alice-lab, alice-sweep" in several.stderr
    other = run(*domain, "--space", "bob-lab")
    assert other.exit_code == 1
    assert "The space bob-lab is not alice's." in other.stderr


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        ((), 2, "Which user profile is yours, somebody?"),
        (("--profile", "bob"), 2, "Nobody was signed in as bob."),
        (("--profile", "bob", "--yes", "--space", "bob-lab"), 0, "signed in as you"),
    ],
)
def test_whose_profile_it_is_the_reader_says(run, organization, options, status, sentence) -> None:
    before = len(presigned(organization))
    result = run("--domain", domain_id(organization), *options, caller="somebody")
    assert (result.exit_code, sentence in result.stderr) == (status, True), result.output
    assert len(presigned(organization)) == before + (status == 0)


def test_a_no_signs_nobody_in(run, organization, monkeypatch) -> None:
    monkeypatch.setattr("sm_onboard.links.cli_rooms.can_ask", lambda: True)
    before = len(presigned(organization))
    where = ("--domain", domain_id(organization), "--profile", "bob", "--space", "bob-lab")
    result = run(*where, caller="somebody", input="\n")
    assert result.exit_code == 1
    assert "You are somebody. Is the user profile bob yours?" in result.stderr
    assert "The address would sign in as somebody else." in result.stderr
    assert len(presigned(organization)) == before


def test_in_ones_own_space_nobody_else_is_signed_in(run, organization) -> None:
    own = run("--space", "alice-lab", caller="SageMaker", space="alice-lab")
    assert own.exit_code == 0, own.output
    other = run("--profile", "bob", "--yes", "--space", "bob-lab", space="alice-lab")
    assert other.exit_code == 1
    assert "This space is alice's. Nobody else is signed in from here." in other.stderr


def test_in_a_space_of_several_people_nobody_is_signed_in(run, organization) -> None:
    before = len(presigned(organization))
    result = run("--yes", "--profile", "alice", space="team-board")
    assert result.exit_code == 1
    assert "Open shared link" in result.stderr
    assert len(presigned(organization)) == before


def test_with_identity_center_the_portal_opens_and_the_link_is_pasted(run, organization) -> None:
    before = len(presigned(organization))
    secure = domain_id(organization, "acme-secure")
    result = run("--domain", secure, role="acme-lead")
    assert result.exit_code == 0, result.output
    address, paste = result.stdout.split()
    assert address.startswith("https://")
    assert parse(paste) == LINK
    assert "signs in with IAM Identity Center" in result.stderr
    in_space = run("--domain", secure, "--space", "grace-lab", role="acme-lead")
    assert in_space.stdout.split()[0].endswith("redirect=JupyterLab")
    assert len(presigned(organization)) == before


def test_a_link_that_is_too_long_is_pasted(run, organization) -> None:
    long = form(
        Link(**{**vars(LINK), "path": "/".join(["a" * 50] * 15) + "/x.ipynb", "note": "n" * 400}),
        "",
    )
    result = run("--domain", domain_id(organization), "--space", "alice-lab", text=long)
    assert result.exit_code == 0, result.output
    assert "too long to land at" in result.stderr and "of 1,023 characters" in result.stderr
    _, paste = result.stdout.split()
    assert parse(paste) == parse(long)


def test_whoever_may_not_is_told_which_permission(run, organization) -> None:
    result = run(
        "--domain", domain_id(organization), "--profile", "alice", "--space", "alice-lab",
        role="acme-auditor", caller="alice",
    )  # fmt: skip
    assert result.exit_code == 1
    assert "sagemaker:CreatePresignedDomainUrl" in result.stderr


def test_a_space_that_does_not_run_is_said(run, organization) -> None:
    result = run("--domain", domain_id(organization), "--space", "alice-sweep")
    assert result.exit_code == 1
    assert "Its JupyterLab has to run" in result.stderr


def test_the_address_is_printed_only_to_a_terminal(
    run, organization, monkeypatch, tmp_path
) -> None:
    where = ("--domain", domain_id(organization), "--space", "alice-lab")
    monkeypatch.setattr(landing, "_is_terminal", lambda: False)
    before = len(presigned(organization))
    result = run(*where)
    assert result.exit_code == 2
    assert "printed only to a terminal" in result.stderr and result.stdout == ""
    assert len(presigned(organization)) == before
    told = json.loads(run(*where, "--json").stdout)
    assert told == {"how": "presigned", "url": "", "paste": "", "expires_in": landing.LIFE}
    opened: list[str] = []
    monkeypatch.setattr(landing.webbrowser, "open", lambda url: opened.append(url) or True)
    result = run(*where, "--browser")
    assert result.exit_code == 0 and len(opened) == 1
    assert opened[0] not in result.output
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert all(opened[0] not in file.read_text(errors="replace") for file in kept)


def test_other_addresses_than_studios_are_not_opened(run, organization, monkeypatch) -> None:
    from sm_onboard.domain.client import Client

    real = Client.call

    def lies(self: Client, task: Any, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = real(self, task, operation, **parameters)
        if operation == "CreatePresignedDomainUrl":
            return {"AuthorizedUrl": "https://evil.example/?token=1"}
        return answer

    monkeypatch.setattr(Client, "call", lies)
    result = run("--domain", domain_id(organization), "--space", "alice-lab")
    assert result.exit_code == 1
    assert "does not lead to Studio" in result.stderr
    assert "evil" not in result.output


def test_options_of_studio_alone_are_refused(run) -> None:
    result = CliRunner().invoke(main, ["link", "open", TEXT, "--space", "alice-lab"])
    assert result.exit_code == 2
    assert "only with --studio" in result.stderr
