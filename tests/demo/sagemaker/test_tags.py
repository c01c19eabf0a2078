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


def test_of_a_deleted_app(api: Api, arns: list[str]) -> None:
    app = next(arn for arn in arns if ":app/" in arn)
    domain = app.split("/")[1]
    api("DeleteApp", DomainId=domain, SpaceName="lab", AppType="JupyterLab", AppName="default")
    assert api.emulator.world.region("123456789012", api.region).by_arn(app) is None or (
        api.refused("ListTags", ResourceArn=app).startswith("ValidationException")
    )
