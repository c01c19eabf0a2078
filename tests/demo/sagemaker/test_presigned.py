"""Presigned addresses: for whom, for how long, for one visit."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from sm_onboard.demo.sagemaker.families import presigned
from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import Api


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def who(api: Api) -> dict[str, str]:
    domain = api.domain()
    api.profile(domain)
    api.space(domain)
    return {"DomainId": domain, "UserProfileName": "alice"}


def visit(api: Api, address: str) -> tuple[int, str]:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"http://here{presigned.PATH}"
    return presigned.page(api.emulator.world, parse_qs(parts.query)["token"][0])


def test_one_visit(api: Api, who: dict[str, str]) -> None:
    address = api("CreatePresignedDomainUrl", **who)["AuthorizedUrl"]
    status, page = visit(api, address)
    assert status == 200
    assert "Studio of acme" in page and "user profile alice" in page
    assert visit(api, address)[0] == 403


def test_it_expires(api: Api, who: dict[str, str]) -> None:
    short = api("CreatePresignedDomainUrl", **who, ExpiresInSeconds=10)["AuthorizedUrl"]
    usual = api("CreatePresignedDomainUrl", **who)["AuthorizedUrl"]
    api.later(11)
    assert visit(api, short)[0] == 403
    assert visit(api, usual)[0] == 200


def test_what_nobody_visits_is_forgotten(api: Api, who: dict[str, str]) -> None:
    for _ in range(3):
        api("CreatePresignedDomainUrl", **who, ExpiresInSeconds=10)
    kept = api("CreatePresignedDomainUrl", **who)["AuthorizedUrl"]
    api.later(11)
    api("CreatePresignedDomainUrl", **who)
    assert len(api.emulator.world.tickets) == 2
    assert visit(api, kept)[0] == 200


def test_what_it_says_is_text(api: Api, who: dict[str, str]) -> None:
    landing = "studio::<script>alert(1)</script>"
    address = api("CreatePresignedDomainUrl", **who, LandingUri=landing)["AuthorizedUrl"]
    page = visit(api, address)[1]
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_lab_needs_a_space_with_a_running_app(api: Api, who: dict[str, str]) -> None:
    lab = {**who, "LandingUri": "app:JupyterLab:lab/tree/x.ipynb"}
    assert "invalid for personal apps" in api.refused("CreatePresignedDomainUrl", **lab)
    lab["SpaceName"] = "lab"
    assert "not in service" in api.refused("CreatePresignedDomainUrl", **lab)
    api.emulator.world.clock.speed = 1.0
    api.app(who["DomainId"])
    assert "not in service" in api.refused("CreatePresignedDomainUrl", **lab)
    api.later(3600)
    assert visit(api, api("CreatePresignedDomainUrl", **lab)["AuthorizedUrl"])[0] == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"LandingUri": "https://evil.example"}, "ValidationException"),
        ({"LandingUri": "app:Nothing:x"}, "ValidationException"),
        ({"UserProfileName": "nobody"}, "ResourceNotFound"),
        ({"SpaceName": "none"}, "ResourceNotFound"),
        ({"DomainId": "d-none"}, "ResourceNotFound"),
        ({"ExpiresInSeconds": 301}, "ValidationException"),
        ({"SessionExpirationDurationInSeconds": 60}, "ValidationException"),
    ],
)
def test_refused(api: Api, who: dict[str, str], change: dict[str, object], code: str) -> None:
    assert api.refused("CreatePresignedDomainUrl", **{**who, **change}).startswith(code)


def test_mlflow(api: Api, who: dict[str, str]) -> None:
    needs("CreateMlflowApp")
    role = "arn:aws:iam::123456789012:role/mlflow"
    store = {"ArtifactStoreUri": "s3://acme/mlflow", "RoleArn": role}
    api("CreateMlflowTrackingServer", TrackingServerName="team", **store)
    arn = api("CreateMlflowApp", Name="default", **store)["Arn"]
    server = api("CreatePresignedMlflowTrackingServerUrl", TrackingServerName="team")
    app = api("CreatePresignedMlflowAppUrl", Arn=arn)
    assert "MLflow of team" in visit(api, server["AuthorizedUrl"])[1]
    assert "MLflow of default" in visit(api, app["AuthorizedUrl"])[1]
    api("StopMlflowTrackingServer", TrackingServerName="team")
    stopped = api.refused("CreatePresignedMlflowTrackingServerUrl", TrackingServerName="team")
    assert "Stopped" in stopped
