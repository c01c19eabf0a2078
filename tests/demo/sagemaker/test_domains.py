"""Domains, user profiles, spaces and apps: who may be where, and what is merged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import ROLE, Api

LCC = "ZWNobyBoZWxsbwo="


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def domain(api: Api) -> str:
    found = api.domain()
    api.profile(found, "alice")
    return found


def lifecycle(api: Api, name: str = "install") -> str:
    answer = api(
        "CreateStudioLifecycleConfig",
        StudioLifecycleConfigName=name,
        StudioLifecycleConfigContent=LCC,
        StudioLifecycleConfigAppType="JupyterLab",
    )
    return str(answer["StudioLifecycleConfigArn"])


def test_a_domain_is_described_with_what_the_service_fills_in(api: Api) -> None:
    domain = api.domain(Tags=[{"Key": "team", "Value": "ds"}])
    there = api("DescribeDomain", DomainId=domain)
    assert there["AppNetworkAccessType"] == "PublicInternetOnly"
    assert there["HomeEfsFileSystemId"].startswith("fs-")
    assert there["Url"] == f"https://{domain}.studio.eu-west-1.sagemaker.aws"
    assert "SingleSignOnApplicationArn" not in there
    assert api("ListTags", ResourceArn=there["DomainArn"])["Tags"] == [
        {"Key": "team", "Value": "ds"}
    ]


def test_a_domain_with_identity_center(api: Api) -> None:
    needs("CreateDomain", "HomeEfsFileSystemCreation")
    domain = api.domain(AuthMode="SSO", HomeEfsFileSystemCreation="Disabled")
    there = api("DescribeDomain", DomainId=domain)
    assert ":application/ssoins-" in there["SingleSignOnApplicationArn"]
    assert "HomeEfsFileSystemId" not in there
    one = {"DomainId": domain, "UserProfileName": "alice"}
    assert "SingleSignOnUserIdentifier" in api.refused("CreateUserProfile", **one)
    api("CreateUserProfile", **one, SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="alice@acme")  # fmt: skip
    assert "IAM" in api.refused("CreatePresignedDomainUrl", **one)


def test_a_profile_of_an_iam_domain_has_no_single_sign_on(api: Api, domain: str) -> None:
    refused = api.refused(
        "CreateUserProfile",
        DomainId=domain,
        UserProfileName="bob",
        SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="bob",
    )
    assert refused.startswith("ValidationException")


def test_names_and_network(api: Api) -> None:
    api.domain("one")
    assert api.refused("CreateDomain", DomainName="one", AuthMode="IAM", VpcId="vpc-1",
                       SubnetIds=["subnet-1"], DefaultUserSettings={"ExecutionRole": ROLE}
                       ).startswith("ResourceInUse")  # fmt: skip
    refused = api.refused("CreateDomain", DomainName="two", AuthMode="IAM",
                          SubnetIds=["subnet-1"],
                          DefaultUserSettings={"ExecutionRole": ROLE})  # fmt: skip
    assert "vpcid" in refused.lower()  # an older model requires it itself


def test_an_update_merges_settings_and_replaces_lists(api: Api) -> None:
    first, second = lifecycle(api, "first"), lifecycle(api, "second")
    domain = api.domain()
    lab = {"LifecycleConfigArns": [first], "DefaultResourceSpec": {"InstanceType": "ml.t3.large"}}
    api("UpdateDomain", DomainId=domain, DefaultUserSettings={"JupyterLabAppSettings": lab})
    api(
        "UpdateDomain",
        DomainId=domain,
        DefaultUserSettings={"JupyterLabAppSettings": {"LifecycleConfigArns": [second]}},
    )
    settings = api("DescribeDomain", DomainId=domain)["DefaultUserSettings"]
    assert settings["ExecutionRole"] == ROLE
    assert settings["JupyterLabAppSettings"] == {**lab, "LifecycleConfigArns": [second]}
    api("UpdateDomain", DomainId=domain,
        DefaultUserSettings={"JupyterLabAppSettings": {"LifecycleConfigArns": []}})  # fmt: skip
    settings = api("DescribeDomain", DomainId=domain)["DefaultUserSettings"]
    assert settings["JupyterLabAppSettings"]["LifecycleConfigArns"] == []


def test_settings_for_update_are_described_under_their_other_name(api: Api) -> None:
    domain = api.domain()
    api("UpdateDomain", DomainId=domain,
        DomainSettingsForUpdate={"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"})  # fmt: skip
    settings = api("DescribeDomain", DomainId=domain)["DomainSettings"]
    assert settings == {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}


def test_efs_can_be_switched_on_and_never_off(api: Api) -> None:
    needs("CreateDomain", "HomeEfsFileSystemCreation")
    domain = api.domain(HomeEfsFileSystemCreation="Disabled")
    api("UpdateDomain", DomainId=domain, HomeEfsFileSystemCreation="Enabled")
    assert api("DescribeDomain", DomainId=domain)["HomeEfsFileSystemId"]
    refused = api.refused("UpdateDomain", DomainId=domain, HomeEfsFileSystemCreation="Disabled")
    assert refused.startswith("ValidationException")


@pytest.mark.parametrize("where", ["domain", "profile", "space", "app"])
def test_a_lifecycle_configuration_in_use_is_not_deleted(api: Api, domain: str, where: str) -> None:
    arn = lifecycle(api)
    lab = {"JupyterLabAppSettings": {"DefaultResourceSpec": {"LifecycleConfigArn": arn}}}
    one = {"StudioLifecycleConfigName": "install"}
    if where == "domain":
        api("UpdateDomain", DomainId=domain, DefaultUserSettings=lab)
    elif where == "profile":
        api("UpdateUserProfile", DomainId=domain, UserProfileName="alice", UserSettings=lab)
    else:
        api.space(domain)
        if where == "space":
            api("UpdateSpace", DomainId=domain, SpaceName="lab", SpaceSettings=lab)
        else:
            api.app(domain, ResourceSpec={"LifecycleConfigArn": arn})
    assert api.refused("DeleteStudioLifecycleConfig", **one).startswith("ResourceInUse")
    if where == "app":
        api("DeleteApp", DomainId=domain, SpaceName="lab", AppType="JupyterLab", AppName="default")
        api("DeleteStudioLifecycleConfig", **one)
        assert api.refused("DescribeStudioLifecycleConfig", **one).startswith("ResourceNotFound")


def test_settings_name_lifecycle_configurations_that_exist(api: Api, domain: str) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:studio-lifecycle-config/none"
    lab = {"JupyterLabAppSettings": {"LifecycleConfigArns": [arn]}}
    assert arn in api.refused("UpdateDomain", DomainId=domain, DefaultUserSettings=lab)


def test_lists_carry_the_owner_the_type_and_the_storage(api: Api, domain: str) -> None:
    api.space(domain)
    (space,) = api("ListSpaces", DomainIdEquals=domain)["Spaces"]
    assert space["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "alice"}
    assert space["SpaceSettingsSummary"]["AppType"] == "JupyterLab"
    storage = space["SpaceSettingsSummary"]["SpaceStorageSettings"]
    assert storage == {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}


BAD_SPACES: dict[str, tuple[dict[str, Any], str]] = {
    "an owner that does not exist": (
        {"OwnershipSettings": {"OwnerUserProfileName": "nobody"}}, "ResourceNotFound"),
    "an owner alone": ({"SpaceSharingSettings": None}, "ValidationException"),
    "sharing alone": ({"OwnershipSettings": None}, "ValidationException"),
    "a domain that does not exist": ({"DomainId": "d-none"}, "ResourceNotFound"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_SPACES)
def test_spaces_that_cannot_be(api: Api, domain: str, what: str) -> None:
    change, code = BAD_SPACES[what]
    wanted = {
        "DomainId": domain,
        "SpaceName": "lab",
        "OwnershipSettings": {"OwnerUserProfileName": "alice"},
        "SpaceSharingSettings": {"SharingType": "Private"},
        **change,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    refused = api.refused("CreateSpace", **given)
    # CreateSpace has no ResourceNotFound in its model; ValidationException stands for it.
    assert refused.startswith(("ValidationException", code))
    assert api("ListSpaces")["Spaces"] == []


def test_a_shared_space_needs_default_space_settings(api: Api) -> None:
    bare = api(
        "CreateDomain", DomainName="bare", AuthMode="IAM", VpcId="vpc-1", SubnetIds=["subnet-1"],
        DefaultUserSettings={"ExecutionRole": ROLE},
    )["DomainArn"].rpartition("/")[2]  # fmt: skip
    api.profile(bare)
    shared = {"SpaceSharingSettings": {"SharingType": "Shared"}}
    with pytest.raises(Exception, match="DefaultSpaceSettings"):
        api.space(bare, **shared)
    api.space(bare, "private")


def test_a_space_keeps_its_type_and_never_shrinks(api: Api, domain: str) -> None:
    api.space(domain)
    one = {"DomainId": domain, "SpaceName": "lab"}

    def size(gb: int) -> dict[str, Any]:
        return {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": gb}}}

    api("UpdateSpace", **one, SpaceSettings=size(50))
    assert "50 GB" in api.refused("UpdateSpace", **one, SpaceSettings=size(20))
    assert "AppType" in api.refused("UpdateSpace", **one, SpaceSettings={"AppType": "CodeEditor"})


BAD_APPS: dict[str, dict[str, Any]] = {
    "for nobody": {"SpaceName": None},
    "for two": {"UserProfileName": "alice"},
    "JupyterLab without a space": {"SpaceName": None, "UserProfileName": "alice"},
    "another type than the space's": {"AppType": "CodeEditor"},
    "another name": {"AppName": "mine"},
    "a space that does not exist": {"SpaceName": "none"},
}


@pytest.mark.parametrize("what", BAD_APPS)
def test_apps_that_cannot_be(api: Api, domain: str, what: str) -> None:
    api.space(domain)
    wanted = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab",
              "AppName": "default", **BAD_APPS[what]}  # fmt: skip
    given = {name: value for name, value in wanted.items() if value is not None}
    assert api.refused("CreateApp", **given).startswith("ValidationException")
    assert api("ListApps")["Apps"] == []


def test_the_nearest_setting_counts_for_an_app(api: Api) -> None:
    spec = {"DefaultResourceSpec": {"InstanceType": "ml.t3.large"}}
    domain = api.domain(DefaultUserSettings={"ExecutionRole": ROLE, "JupyterLabAppSettings": spec})
    api.profile(domain)
    api.space(domain, "a")
    api.space(domain, "b", SpaceSettings={"AppType": "JupyterLab", "JupyterLabAppSettings": {
        "DefaultResourceSpec": {"InstanceType": "ml.m5.large"}}})  # fmt: skip
    api.space(domain, "c")
    api.app(domain, "a")
    api.app(domain, "b")
    api.app(domain, "c", ResourceSpec={"InstanceType": "ml.g5.xlarge"})
    apps = api("ListApps")["Apps"]
    assert [app["ResourceSpec"]["InstanceType"] for app in apps] == [
        "ml.t3.large", "ml.m5.large", "ml.g5.xlarge",
    ]  # fmt: skip
    assert apps[2]["ResourceSpec"]["SageMakerImageArn"].endswith("sagemaker-distribution-gpu")


def test_the_quota_of_a_type_of_instance(api: Api, domain: str) -> None:
    name = "Studio JupyterLab Apps running on ml.t3.medium instances"
    api.emulator.world.app_quota = lambda region, kind, instance: (name, 1)
    for space in ("a", "b"):
        api.space(domain, space)
    api.app(domain, "a")
    refused = api.refused("CreateApp", DomainId=domain, SpaceName="b", AppType="JupyterLab",
                          AppName="default")  # fmt: skip
    assert refused.startswith("ResourceLimitExceeded")
    assert f"'{name}' is 1 Apps, with current utilization of 1 Apps" in refused


def test_what_has_children_is_not_deleted(api: Api, domain: str) -> None:
    api.space(domain)
    api.app(domain)
    refused = {
        "Domain": api.refused("DeleteDomain", DomainId=domain),
        "UserProfile": api.refused("DeleteUserProfile", DomainId=domain, UserProfileName="alice"),
        "Space": api.refused("DeleteSpace", DomainId=domain, SpaceName="lab"),
    }
    for name, words in refused.items():
        assert words.startswith(f"ResourceInUse: Unable to delete {name} [arn:")
    api("DeleteApp", DomainId=domain, SpaceName="lab", AppType="JupyterLab", AppName="default")
    api("DeleteSpace", DomainId=domain, SpaceName="lab")
    api("DeleteUserProfile", DomainId=domain, UserProfileName="alice")
    api("DeleteDomain", DomainId=domain)
    assert api("ListDomains")["Domains"] == []


def test_regions_know_nothing_of_each_other(api: Api, domain: str) -> None:
    api.region = "us-east-1"
    assert api("ListDomains")["Domains"] == []
    assert api.refused("DescribeDomain", DomainId=domain).startswith("ResourceNotFound")
    other = api.domain()
    assert api("DescribeDomain", DomainId=other)["DomainArn"].startswith(
        "arn:aws:sagemaker:us-east-1:"
    )


def test_the_network_is_asked_for_when_somebody_knows_it(api: Api) -> None:
    asked = []
    api.emulator.world.network = lambda region, vpc, subnets: asked.append((vpc, subnets))
    domain = api.domain()
    api("UpdateDomain", DomainId=domain, SubnetIds=["subnet-2"])
    assert asked == [("vpc-1", ["subnet-1"]), ("vpc-1", ["subnet-2"])]
