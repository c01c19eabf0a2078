"""Tags, on every ARN."""

from __future__ import annotations

import pytest

from tests.demo.sagemaker.api import Api


def tag(key: str, value: str = "x") -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def arns(api: Api) -> list[str]:
    domain = api.domain()
    api.profile(domain)
    api.space(domain)
    app = api.app(domain)["AppArn"]
    listed = [api("DescribeDomain", DomainId=domain)["DomainArn"], app]
    one = {"DomainId": domain}
    listed.append(api("DescribeUserProfile", **one, UserProfileName="alice")["UserProfileArn"])
    listed.append(api("DescribeSpace", **one, SpaceName="lab")["SpaceArn"])
    return listed


def test_on_every_arn(api: Api, arns: list[str]) -> None:
    for arn in arns:
        assert api("ListTags", ResourceArn=arn)["Tags"] == []
        assert api("AddTags", ResourceArn=arn, Tags=[tag("a"), tag("b")])["Tags"]
        api("AddTags", ResourceArn=arn, Tags=[tag("a", "changed")])
        api("DeleteTags", ResourceArn=arn, TagKeys=["b", "never-there"])
        assert api("ListTags", ResourceArn=arn)["Tags"] == [tag("a", "changed")]


def test_with_the_creation(api: Api) -> None:
    domain = api.domain(Tags=[tag("team", "ds")])
    arn = api("DescribeDomain", DomainId=domain)["DomainArn"]
    assert api("ListTags", ResourceArn=arn)["Tags"] == [tag("team", "ds")]


def test_they_go_with_the_resource(api: Api) -> None:
    domain = api.domain(Tags=[tag("team")])
    arn = api("DescribeDomain", DomainId=domain)["DomainArn"]
    api("DeleteDomain", DomainId=domain)
    assert api.refused("ListTags", ResourceArn=arn).startswith("ValidationException")


def test_refused(api: Api, arns: list[str]) -> None:
    arn = arns[0]
    assert "Duplicate" in api.refused("AddTags", ResourceArn=arn, Tags=[tag("a"), tag("a")])
    assert "reserved" in api.refused("AddTags", ResourceArn=arn, Tags=[tag("AWS:x")])
    assert "reserved" in api.refused("CreateImage", ImageName="x", Tags=[tag("aws:x")],
                                     RoleArn="arn:aws:iam::123456789012:role/images")  # fmt: skip
    many = [tag(f"k{number}") for number in range(50)]
    api("AddTags", ResourceArn=arn, Tags=many)
    refused = api.refused("AddTags", ResourceArn=arn, Tags=[tag("one-more")])
    assert refused.startswith(("ResourceLimitExceeded", "ValidationException"))
    assert len(api("ListTags", ResourceArn=arn)["Tags"]) == 50
    api("AddTags", ResourceArn=arn, Tags=[tag("k0", "one of those that are there")])
    assert len(api("ListTags", ResourceArn=arn)["Tags"]) == 50


def test_keys_differ_in_upper_and_lower_case(api: Api, arns: list[str]) -> None:
    both = [tag("Team", "a"), tag("team", "b")]
    api("AddTags", ResourceArn=arns[0], Tags=both)
    assert api("ListTags", ResourceArn=arns[0])["Tags"] == both
    api("DeleteTags", ResourceArn=arns[0], TagKeys=["TEAM", "team"])
    assert api("ListTags", ResourceArn=arns[0])["Tags"] == both[:1]


def test_of_another_account_region_or_partition(api: Api, arns: list[str]) -> None:
    for arn in arns:
        for other in (
            arn.replace("123456789012", "210987654321"),
            arn.replace("eu-west-1", "us-east-1"),
            arn.replace("arn:aws:", "arn:aws-cn:"),
        ):
            for operation, more in (
                ("ListTags", {}),
                ("AddTags", {"Tags": [tag("a")]}),
                ("DeleteTags", {"TagKeys": ["a"]}),
            ):
                refused = api.refused(operation, ResourceArn=other, **more)
                assert refused.startswith("ValidationException")
        api.region = "us-east-1"
        assert api.refused("ListTags", ResourceArn=arn).startswith("ValidationException")
        api.region = "eu-west-1"
        assert api("ListTags", ResourceArn=arn)["Tags"] == []


def test_a_new_one_of_the_same_name_has_none_of_them(api: Api) -> None:
    first = api("CreateExperiment", ExperimentName="same", Tags=[tag("team")])["ExperimentArn"]
    api("DeleteExperiment", ExperimentName="same")
    assert api("CreateExperiment", ExperimentName="same")["ExperimentArn"] == first
    assert api("ListTags", ResourceArn=first)["Tags"] == []


def test_of_a_deleted_app(api: Api, arns: list[str]) -> None:
    app = next(arn for arn in arns if ":app/" in arn)
    domain = app.split("/")[1]
    api.emulator.world.clock.speed = 1.0
    api("DeleteApp", DomainId=domain, SpaceName="lab", AppType="JupyterLab", AppName="default")
    api.later(3600)
    assert api("ListApps")["Apps"][0]["Status"] == "Deleted"  # for a day
    assert api.refused("ListTags", ResourceArn=app).startswith("ValidationException")
    api("DeleteSpace", DomainId=domain, SpaceName="lab")  # nor is it in the way
