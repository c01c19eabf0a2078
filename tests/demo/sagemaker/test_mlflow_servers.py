"""Managed MLflow's control plane: which one is the default, and who made it."""

from __future__ import annotations

import pytest

from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import Api

STORE = {
    "ArtifactStoreUri": "s3://acme/mlflow",
    "RoleArn": "arn:aws:iam::123456789012:role/mlflow",
}
NONE = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-NONE"


@pytest.fixture
def api() -> Api:
    needs("CreateMlflowApp")
    return Api()


def defaults(api: Api, domain: str) -> list[str]:
    return [app["Name"] for app in api("ListMlflowApps", DefaultForDomainId=domain)["Summaries"]]


def test_one_app_is_the_default_of_a_domain(api: Api) -> None:
    domain = api.domain()
    first = api("CreateMlflowApp", Name="first", **STORE, DefaultDomainIdList=[domain])["Arn"]
    assert defaults(api, domain) == ["first"]
    api("CreateMlflowApp", Name="second", **STORE, DefaultDomainIdList=[domain])
    assert defaults(api, domain) == ["second"]
    api("UpdateMlflowApp", Arn=first, DefaultDomainIdList=[domain])
    assert defaults(api, domain) == ["first"]


def test_one_app_is_the_default_of_the_account(api: Api) -> None:
    for name in ("first", "second"):
        api("CreateMlflowApp", Name=name, **STORE, AccountDefaultStatus="ENABLED")
    found = api("ListMlflowApps", AccountDefaultStatus="ENABLED")["Summaries"]
    assert [app["Name"] for app in found] == ["second"]


def test_an_app_goes_by_its_arn(api: Api) -> None:
    arn = api("CreateMlflowApp", Name="team", **STORE)["Arn"]
    there = api("DescribeMlflowApp", Arn=arn)
    assert there["Name"] == "team"
    assert there["CreatedBy"]["IamIdentity"]["Arn"].endswith(":user/admin")
    assert api.refused("DescribeMlflowApp", Arn=NONE).startswith("ResourceNotFound")
    assert api.refused("UpdateMlflowApp", Arn=NONE, Name="x").startswith("ResourceNotFound")


def test_lists_sort_and_choose(api: Api) -> None:
    for name in ("b", "a"):
        api("CreateMlflowApp", Name=name, **STORE)
        api.later(1)
    by_name = api("ListMlflowApps", SortBy="Name", SortOrder="Ascending")["Summaries"]
    assert [app["Name"] for app in by_name] == ["a", "b"]
    assert len(api("ListMlflowApps", Status="Created")["Summaries"]) == 2
    assert api("ListMlflowApps", Status="Creating")["Summaries"] == []


def test_servers_are_found_by_status_and_version(api: Api) -> None:
    api("CreateMlflowTrackingServer", TrackingServerName="one", **STORE, MlflowVersion="2.16")
    api("CreateMlflowTrackingServer", TrackingServerName="two", **STORE)
    api("StopMlflowTrackingServer", TrackingServerName="one")

    def listed(**asked: str) -> list[str]:
        found = api("ListMlflowTrackingServers", **asked)["TrackingServerSummaries"]
        return [server["TrackingServerName"] for server in found]

    assert listed(TrackingServerStatus="Stopped") == ["one"]
    assert listed(MlflowVersion="3.0") == ["two"]
    assert api.refused("CreateMlflowTrackingServer", TrackingServerName="one", **STORE).startswith(
        "ValidationException"
    )
