"""Whom a preview is fetched from without asking, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.links.allowed import Allowed, place_of
from sm_onboard.links.coordinates import Link
from sm_onboard.repos.plan.onboard_keys import Links
from sm_onboard.studio import Place

OWN = "123456789012"
HERE = Place("studio", Path("/home"), account=OWN, region="eu-west-1")


def arn(account: str = OWN, region: str = "eu-west-1", partition: str = "aws") -> str:
    return f"arn:{partition}:sagemaker:{region}:{account}:mlflow-app/app-1"


def allowed(**given: Any) -> Allowed:
    def never() -> list[str]:
        raise AssertionError("the team's file was enough")

    team = Links(
        hosts=given.get("hosts", []),
        stores=given.get("stores", {}),
        accounts=given.get("accounts", []),
    )
    entries, clones = given.get("entries"), given.get("clones")
    return Allowed(
        team,
        entries=never if entries is None else lambda: entries,
        clones=never if clones is None else lambda: clones,
        read_already=lambda uri: uri == given.get("tracking"),
        here=given.get("here", HERE),
    )


def test_nothing_is_read_that_is_not_needed() -> None:
    told = allowed(hosts=["github.com"])
    assert told.why(place_of("https://github.com/acme/churn"))
    assert told.trust(Link("path", path="a.ipynb")).listed
    assert told.trust(Link("snapshot", store="team", digest="0" * 64, path="a")).asked == "team"


@pytest.mark.parametrize(
    ("address", "own", "listed"),
    [
        ("https://git.acme.com/a/b", "https://git.acme.com/c/d", True),
        ("https://git.acme.com/a/b", "git@git.acme.com:c/d.git", True),
        ("https://git.acme.com/a/b", "ssh://git@git.acme.com:2222/c/d", True),
        ("ssh://git@git.acme.com/a/b", "https://git.acme.com/c/d", True),
        ("https://git.acme.com/a/b", "https://me:token@git.acme.com/c/d", True),
        ("https://git.acme.com:8443/a/b", "https://git.acme.com/c/d", False),
        ("https://git.acme.com/a/b", "https://git.acme.com:8443/c/d", False),
        ("https://git.acme.com:8443/a/b", "ssh://git@git.acme.com/c/d", False),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:9000/a", False),
        ("https://[::1]:80/a", "https://[::1]:80/b", True),
        ("https://git.acme.com/a/b", "/srv/git.acme.com/c", False),
        ("https://git.acme.com/a/b", "https://evil@git.acme.com.evil.example/x", False),
        ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a",
         "codecommit::eu-west-1://b", True),
    ],
)  # fmt: skip
def test_hosts_of_what_is_here(address: str, own: str, listed: bool) -> None:
    assert bool(allowed(entries=[own], clones=[]).why(place_of(address))) is listed
    assert bool(allowed(entries=[], clones=[own]).why(place_of(address))) is listed


def test_a_listed_host_is_listed_at_every_port() -> None:
    assert allowed(hosts=["127.0.0.1"]).why(place_of("http://127.0.0.1:40123/a"))


@pytest.mark.parametrize(
    ("tracking", "listed", "asked"),
    [
        ("here", True, ""),
        ("sagemaker-experiments:eu-west-1", True, ""),
        ("sagemaker-experiments:us-east-1", False, "SageMaker in us-east-1"),
        (arn(), True, ""),
        (arn("444455556666"), False, "AWS account 444455556666 in eu-west-1"),
        (arn(region="us-east-1"), False, f"AWS account {OWN} in us-east-1"),
        (arn(partition="aws-us-gov"), False, f"AWS account {OWN} in eu-west-1"),
        ("https://mlflow.acme.com/x", False, "mlflow.acme.com"),
        ("https://mlflow.acme.com:8443", False, "mlflow.acme.com:8443"),
        ("https://own.acme.com", True, "own.acme.com"),
        ("https://git.acme.com", True, "git.acme.com"),
    ],
)
def test_where_runs_are(tracking: str, listed: bool, asked: str) -> None:
    told = allowed(
        entries=["https://git.acme.com/a/b"], clones=[], tracking="https://own.acme.com"
    ).trust(Link("run", tracking=tracking, run="1"))
    assert (told.listed, told.asked) == (listed, asked)
    assert told.why.endswith(".")


@pytest.mark.parametrize(
    ("tracking", "given", "listed"),
    [
        (arn("444455556666"), {"accounts": ["444455556666"]}, True),
        (arn("444455556666", "us-east-1"), {"accounts": ["444455556666"]}, True),
        (arn("444455556666"), {"accounts": ["444455556667"]}, False),
        (arn("444455556666"), {"tracking": arn("444455556666")}, True),
        (arn("444455556666", "us-east-1"), {"tracking": arn("444455556666")}, False),
        (arn(), {"here": replace(HERE, account=None)}, False),
        (arn(), {"here": replace(HERE, region=None)}, False),
        (arn(), {"here": replace(HERE, account=None), "accounts": [OWN]}, True),
        ("sagemaker-experiments:eu-west-1", {"here": replace(HERE, region=None)}, False),
        (arn(), {"here": replace(HERE, region="us-east-1"), "tracking": arn()}, True),
    ],
)
def test_places_in_aws(tracking: str, given: dict[str, Any], listed: bool) -> None:
    told = allowed(entries=[], clones=[], **given).trust(Link("run", tracking=tracking, run="1"))
    assert told.listed is listed
    assert told.asked
    assert told.why.endswith(".")


def test_without_a_teams_file() -> None:
    told = Allowed(None, entries=list, clones=list, read_already=lambda _: False, here=HERE)
    trust = told.trust(Link("snapshot", store="team", digest="0" * 64, path="a"))
    assert not trust.listed
    assert "names no store team" in trust.why
    assert not told.trust(
        Link("git", repository="https://github.com/a/b", commit="0" * 40, path="a")
    ).listed
