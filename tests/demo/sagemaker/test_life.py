"""What happens to a resource from its creation to its end, by the clock."""

from __future__ import annotations

from tests.demo.sagemaker.api import Api


def status(api: Api, domain: str) -> str:
    return str(api("DescribeDomain", DomainId=domain)["Status"])


def test_a_domain_is_pending_in_service_updating_deleting_and_gone() -> None:
    api = Api(speed=1)
    domain = api.domain()
    assert status(api, domain) == "Pending"
    api.later(199)
    assert status(api, domain) == "Pending"
    api.later(2)
    assert status(api, domain) == "InService"
    api("UpdateDomain", DomainId=domain, AppNetworkAccessType="VpcOnly")
    assert status(api, domain) == "Updating"
    api.later(31)
    assert status(api, domain) == "InService"
    api("DeleteDomain", DomainId=domain)
    assert status(api, domain) == "Deleting"
    assert [d["DomainId"] for d in api("ListDomains")["Domains"]] == [domain]
    api.later(61)
    assert api("ListDomains")["Domains"] == []
    assert api.refused("DescribeDomain", DomainId=domain).startswith("ResourceNotFound")


def test_a_higher_speed_shortens_it() -> None:
    api = Api(speed=100)
    domain = api.domain()
    api.later(1.9)
    assert status(api, domain) == "Pending"
    api.later(0.2)
    assert status(api, domain) == "InService"


def test_what_is_pending_has_no_children_and_is_neither_changed_nor_deleted() -> None:
    api = Api(speed=1)
    domain = api.domain()
    refused = api.refused("CreateUserProfile", DomainId=domain, UserProfileName="alice")
    assert refused.startswith("ValidationException") and "Pending" in refused
    for operation in ("UpdateDomain", "DeleteDomain"):
        assert api.refused(operation, DomainId=domain).startswith("ResourceInUse")


def test_last_modified_follows_the_status() -> None:
    api = Api(speed=1)
    domain = api.domain()
    born = api("DescribeDomain", DomainId=domain)
    api.later(300)
    there = api("DescribeDomain", DomainId=domain)
    assert there["CreationTime"] == born["CreationTime"]
    assert 199 < there["LastModifiedTime"] - there["CreationTime"] < 201


def test_a_creation_can_be_made_to_fail() -> None:
    api = Api(speed=1)
    domain = api.domain()
    api.later(201)
    api("CreateUserProfile", "create_failed", DomainId=domain, UserProfileName="alice")
    one = {"DomainId": domain, "UserProfileName": "alice"}
    assert "FailureReason" not in api("DescribeUserProfile", **one)
    api.later(11)
    failed = api("DescribeUserProfile", **one)
    assert failed["Status"] == "Failed"
    assert failed["FailureReason"]
    api("DeleteUserProfile", **one)


def test_a_deleted_app_stays_listed_for_a_day_and_keeps_its_creation_time() -> None:
    api = Api(speed=1)
    domain = api.domain()
    api.later(201)
    api.profile(domain)
    api.later(11)
    api.space(domain)
    api.later(11)
    api.app(domain)
    one = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
    first = api("DescribeApp", **one)["CreationTime"]
    assert api.refused("CreateApp", **one).startswith("ResourceInUse")
    api.later(100)
    api("DeleteApp", **one)
    assert api.refused("DeleteApp", **one).startswith("ResourceInUse")
    api.later(41)
    assert [app["Status"] for app in api("ListApps")["Apps"]] == ["Deleted"]
    assert api.refused("DeleteApp", **one).startswith("ResourceNotFound")
    api.app(domain)
    again = api("DescribeApp", **one)
    assert again["Status"] == "Pending"
    assert again["CreationTime"] == first
    api.later(100)
    api("DeleteApp", **one)
    api.later(24 * 3600 + 41)
    assert api("ListApps")["Apps"] == []
    api.app(domain)
    assert api("DescribeApp", **one)["CreationTime"] > first


def test_health_checks_pass_for_activity() -> None:
    api = Api()
    domain = api.domain()
    api.profile(domain)
    api.space(domain)
    api.app(domain)
    one = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
    before = api("DescribeApp", **one)
    api.later(600)
    after = api("DescribeApp", **one)
    assert after["LastUserActivityTimestamp"] == after["LastHealthCheckTimestamp"]
    assert after["LastUserActivityTimestamp"] > before["LastUserActivityTimestamp"]


def test_a_tracking_server_takes_its_time() -> None:
    api = Api(speed=1)
    one = {"TrackingServerName": "team"}
    api("CreateMlflowTrackingServer", **one, ArtifactStoreUri="s3://acme/mlflow",
        RoleArn="arn:aws:iam::123456789012:role/mlflow")  # fmt: skip

    def seen() -> tuple[str, str]:
        there = api("DescribeMlflowTrackingServer", **one)
        return there["TrackingServerStatus"], there["IsActive"]

    assert seen() == ("Creating", "Inactive")
    assert api.refused("CreatePresignedMlflowTrackingServerUrl", **one).startswith("Validation")
    api.later(1501)
    assert seen() == ("Created", "Active")
    assert api.refused("StartMlflowTrackingServer", **one).startswith("ConflictException")
    api("StopMlflowTrackingServer", **one)
    assert seen() == ("Stopping", "Inactive")
    api.later(301)
    assert seen() == ("Stopped", "Inactive")
    api("StartMlflowTrackingServer", **one)
    api.later(901)
    assert seen() == ("Started", "Active")
