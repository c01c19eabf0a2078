"""The two domains and their user profiles."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.organization import environment
from sm_onboard.demo.sagemaker.organization.past import Past, tagged
from sm_onboard.demo.sagemaker.organization.people import (
    COST_CENTRES,
    PEOPLE,
    SECURE_PEOPLE,
    Person,
)

VPC = "vpc-0acce55edb0a7e5a1"
SUBNETS = ("subnet-0ace0000000000a01", "subnet-0ace0000000000b02")
SECURITY_GROUP = "sg-0ace00000000000a1"
SECURE_VPC = "vpc-05ec0de5ec0de5ec1"
SECURE_SUBNETS = ("subnet-05ec000000000a01", "subnet-05ec000000000b02")
SECURE_SECURITY_GROUP = "sg-05ec00000000000a1"
KEY = "5d0c2f5e-7a55-4a0e-9d3c-acce55edacce"
SECURE_KEY = "b7e151c6-0f0e-4bd4-8a6a-5ec0de5ec0de"
TEAM_FILES = "fs-0ace1000f11e5a001"

Settings = dict[str, Any]


def idle(minutes: int, least: int, most: int) -> Settings:
    """Apps are stopped after that time without use; people choose between two bounds."""
    return {
        "IdleSettings": {
            "LifecycleManagement": "ENABLED",
            "IdleTimeoutInMinutes": minutes,
            "MinIdleTimeoutInMinutes": least,
            "MaxIdleTimeoutInMinutes": most,
        }
    }


def key_arn(past: Past, key: str) -> str:
    return past.arn(f"key/{key}", "kms")


def _storage(size: int, most: int) -> Settings:
    return {
        "DefaultEbsStorageSettings": {
            "DefaultEbsVolumeSizeInGb": size,
            "MaximumEbsVolumeSizeInGb": most,
        }
    }


def _user_settings(past: Past) -> Settings:
    built_in, git = environment.BUILT_IN.arn(past), environment.GIT.arn(past)
    editor, old = environment.EDITOR.arn(past), environment.OLD.arn(past)
    return {
        "ExecutionRole": past.role("acme-data-scientist"),
        "SecurityGroups": [SECURITY_GROUP],
        "DefaultLandingUri": "studio::",
        "StudioWebPortal": "ENABLED",
        "AutoMountHomeEFS": "Enabled",
        "JupyterLabAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": git},
            "LifecycleConfigArns": [built_in, git],
            "BuiltInLifecycleConfigArn": built_in,
            "CodeRepositories": environment.urls(past, "churn", "ds-utils", "reports"),
            "CustomImages": [{"ImageName": "acme-lab", "AppImageConfigName": "acme-lab"}],
            "AppLifecycleManagement": idle(60, 60, 10080),
        },
        "CodeEditorAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": editor},
            "LifecycleConfigArns": [editor],
            "AppLifecycleManagement": idle(120, 60, 10080),
        },
        "KernelGatewayAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "ml.t3.medium"},
            "LifecycleConfigArns": [old],
        },
        "CanvasAppSettings": {"TimeSeriesForecastingSettings": {"Status": "DISABLED"}},
        "SpaceStorageSettings": _storage(20, 500),
        "CustomFileSystemConfigs": [
            {"EFSFileSystemConfig": {"FileSystemId": TEAM_FILES, "FileSystemPath": "/team"}}
        ],
        "StudioWebPortalSettings": {"HiddenAppTypes": ["JupyterServer"]},
    }


def _space_settings(past: Past) -> Settings:
    built_in = environment.BUILT_IN.arn(past)
    return {
        "ExecutionRole": past.role("acme-data-scientist"),
        "SecurityGroups": [SECURITY_GROUP],
        "JupyterLabAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "ml.m5.large"},
            "LifecycleConfigArns": [built_in],
            "BuiltInLifecycleConfigArn": built_in,
            "CodeRepositories": environment.urls(past, "churn", "reports"),
            "AppLifecycleManagement": idle(240, 60, 10080),
        },
        "SpaceStorageSettings": _storage(50, 500),
    }


def fill(past: Past) -> str:
    """Makes ``acme-ml`` and the profiles of its people; its id."""
    with past.at(120):
        made = past.call(
            "CreateDomain",
            DomainName="acme-ml",
            AuthMode="IAM",
            VpcId=VPC,
            SubnetIds=list(SUBNETS),
            AppNetworkAccessType="PublicInternetOnly",
            KmsKeyId=key_arn(past, KEY),
            TagPropagation="ENABLED",
            DefaultUserSettings={"ExecutionRole": past.role("acme-data-scientist")},
            DomainSettings={
                "SecurityGroupIds": [SECURITY_GROUP],
                "ExecutionRoleIdentityConfig": "USER_PROFILE_NAME",
                "DockerSettings": {"EnableDockerAccess": "ENABLED"},
            },
            Tags=tagged(team="platform", cost_centre=COST_CENTRES["platform"]),
        )
    domain = _id(made)
    with past.at(30):
        past.call(
            "UpdateDomain",
            DomainId=domain,
            DefaultUserSettings=_user_settings(past),
            DefaultSpaceSettings=_space_settings(past),
        )
    for person in PEOPLE:
        _profile(past, domain, person)
    return domain


def fill_secure(past: Past) -> str:
    """Makes the ring-fenced ``acme-secure`` and its profiles; its id."""
    offline = environment.OFFLINE.arn(past)
    role = past.role("acme-ds-secure")
    lab = {
        "DefaultResourceSpec": {"InstanceType": "ml.t3.medium"},
        "LifecycleConfigArns": [offline],
        "BuiltInLifecycleConfigArn": offline,
        "CodeRepositories": environment.urls(past, "fraud-features"),
        "AppLifecycleManagement": idle(60, 60, 60),
    }
    with past.at(45.5):
        made = past.call(
            "CreateDomain",
            DomainName="acme-secure",
            AuthMode="SSO",
            VpcId=SECURE_VPC,
            SubnetIds=list(SECURE_SUBNETS),
            AppNetworkAccessType="VpcOnly",
            AppSecurityGroupManagement="Customer",
            KmsKeyId=key_arn(past, SECURE_KEY),
            HomeEfsFileSystemCreation="Disabled",
            DefaultUserSettings={
                "ExecutionRole": role,
                "SecurityGroups": [SECURE_SECURITY_GROUP],
                "DefaultLandingUri": "studio::",
                "StudioWebPortal": "ENABLED",
                "SharingSettings": {"NotebookOutputOption": "Disabled"},
                "JupyterLabAppSettings": lab,
                "CodeEditorAppSettings": {"AppLifecycleManagement": idle(60, 60, 60)},
                "SpaceStorageSettings": _storage(10, 100),
                "StudioWebPortalSettings": {
                    "HiddenAppTypes": ["JupyterServer", "KernelGateway", "Canvas"]
                },
            },
            DefaultSpaceSettings={
                "ExecutionRole": role,
                "SecurityGroups": [SECURE_SECURITY_GROUP],
                "JupyterLabAppSettings": lab,
            },
            DomainSettings={
                "SecurityGroupIds": [SECURE_SECURITY_GROUP],
                "ExecutionRoleIdentityConfig": "USER_PROFILE_NAME",
                "TrustedIdentityPropagationSettings": {"Status": "ENABLED"},
            },
            Tags=tagged(team="fraud", cost_centre=COST_CENTRES["fraud"]),
        )
    domain = _id(made)
    for person in SECURE_PEOPLE:
        _profile(
            past,
            domain,
            person,
            SingleSignOnUserIdentifier="UserName",
            SingleSignOnUserValue=f"{person.name}@acme.example",
        )
    return domain


def _profile(past: Past, domain: str, person: Person, **more: str) -> None:
    settings: Settings = {}
    lab: Settings = {}
    if person.role:
        settings["ExecutionRole"] = past.role(person.role)
    if person.instance:
        lab["DefaultResourceSpec"] = {"InstanceType": person.instance}
    if person.idle:
        lab["AppLifecycleManagement"] = {"IdleSettings": {"IdleTimeoutInMinutes": person.idle}}
    if person.repositories:
        lab["CodeRepositories"] = environment.urls(past, *person.repositories)
    if lab:
        settings["JupyterLabAppSettings"] = lab
    with past.at(person.joined):
        past.call(
            "CreateUserProfile",
            fails=person.failed,
            DomainId=domain,
            UserProfileName=person.name,
            UserSettings=settings,
            Tags=tagged(team=person.team, cost_centre=COST_CENTRES[person.team]),
            **more,
        )


def _id(made: dict[str, Any]) -> str:
    return str(made["DomainArn"]).rsplit("/", 1)[-1]
