"""Domains and all that is in them, what apps start with, managed MLflow, notebook instances."""

from __future__ import annotations

from typing import Any

from .tour import Tour

ROLE = "arn:aws:iam::123456789012:role/studio"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
SCRIPT = "ZWNobyBoZWxsbwo="
TAGS = [{"Key": "team", "Value": "churn"}]


def domains(tour: Tour) -> str:
    """Two domains; the id of the first, which has profiles, spaces and apps."""
    network = tour.moto("ec2:DescribeVpcs")["Vpcs"][0]["VpcId"]
    here = [{"Name": "vpc-id", "Values": [network]}]
    subnet = tour.moto("ec2:DescribeSubnets", Filters=here)["Subnets"][0]["SubnetId"]
    group = tour.moto("ec2:DescribeSecurityGroups", Filters=here)["SecurityGroups"][0]["GroupId"]
    lifecycle = {
        "StudioLifecycleConfigContent": SCRIPT,
        "StudioLifecycleConfigAppType": "JupyterServer",
        "Tags": TAGS,
    }
    for name in ("install", "update"):
        made = tour("CreateStudioLifecycleConfig", StudioLifecycleConfigName=name, **lifecycle)
    tour.refused("duplicate", "ResourceInUse", "CreateStudioLifecycleConfig",
                 StudioLifecycleConfigName="install", **lifecycle)  # fmt: skip
    settings = {
        "ExecutionRole": ROLE,
        "SecurityGroups": [group],
        "JupyterServerAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "system"},
            "LifecycleConfigArns": [made["StudioLifecycleConfigArn"]],
        },
    }
    wanted = {
        "AuthMode": "IAM",
        "DefaultUserSettings": settings,
        "DefaultSpaceSettings": {"ExecutionRole": ROLE},
        "SubnetIds": [subnet],
        "VpcId": network,
        "Tags": TAGS,
    }
    first = tour("CreateDomain", DomainName="acme", **wanted)["DomainArn"].rpartition("/")[2]
    second = tour("CreateDomain", DomainName="other", **wanted)["DomainArn"].rpartition("/")[2]
    tour.refused("duplicate", "ResourceInUse", "CreateDomain", DomainName="acme", **wanted)
    tour("DescribeDomain", DomainId=first)
    tour("UpdateDomain", DomainId=first, DefaultUserSettings={"ExecutionRole": ROLE})
    tour("ListDomains", MaxResults=50)
    tour("DescribeStudioLifecycleConfig", StudioLifecycleConfigName="install")
    tour("ListStudioLifecycleConfigs", NameContains="t")
    for operation in ("DescribeDomain", "UpdateDomain", "DeleteDomain"):
        tour.refused("missing", "ResourceNotFound", operation, DomainId="d-nothing")
    _profiles(tour, first)
    _spaces(tour, first)
    _apps(tour, first)
    tour("CreatePresignedDomainUrl", DomainId=first, UserProfileName="alice",
         ExpiresInSeconds=60, SessionExpirationDurationInSeconds=1800)  # fmt: skip
    tour.refused("missing", "ResourceNotFound", "CreatePresignedDomainUrl",
                 DomainId=first, UserProfileName="nobody")  # fmt: skip
    tour.refused("in use", "ResourceInUse", "DeleteDomain", DomainId=first)
    tour("DeleteDomain", DomainId=second, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    _tags(tour, f"{ARN}:domain/{first}")
    return first


def _profiles(tour: Tour, domain: str) -> None:
    for name in ("alice", "bob"):
        tour("CreateUserProfile", DomainId=domain, UserProfileName=name, Tags=TAGS,
             UserSettings={"ExecutionRole": ROLE})  # fmt: skip
    alice = {"DomainId": domain, "UserProfileName": "alice"}
    nobody = {"DomainId": domain, "UserProfileName": "nobody"}
    tour.refused("duplicate", "ResourceInUse", "CreateUserProfile", **alice)
    tour.refused("missing parent", "ValidationException", "CreateUserProfile",
                 DomainId="d-nothing", UserProfileName="alice")  # fmt: skip
    tour("DescribeUserProfile", **alice)
    tour("UpdateUserProfile", **alice, UserSettings={"StudioWebPortal": "ENABLED"})
    tour("ListUserProfiles", DomainIdEquals=domain, SortBy="CreationTime", SortOrder="Ascending")
    for operation in ("DescribeUserProfile", "UpdateUserProfile", "DeleteUserProfile"):
        tour.refused("missing", "ResourceNotFound", operation, **nobody)


def _spaces(tour: Tour, domain: str) -> None:
    wanted: dict[str, Any] = {
        "OwnershipSettings": {"OwnerUserProfileName": "alice"},
        "SpaceSharingSettings": {"SharingType": "Private"},
        "SpaceSettings": {
            "AppType": "JupyterLab",
            "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
        },
        "Tags": TAGS,
    }
    for name in ("lab", "other"):
        tour("CreateSpace", DomainId=domain, SpaceName=name, SpaceDisplayName=name, **wanted)
    lab = {"DomainId": domain, "SpaceName": "lab"}
    tour.refused("duplicate", "ResourceInUse", "CreateSpace", **lab, **wanted)
    tour.refused("missing parent", "ValidationException", "CreateSpace",
                 DomainId="d-nothing", SpaceName="lab")  # fmt: skip
    tour("DescribeSpace", **lab)
    tour("UpdateSpace", **lab, SpaceDisplayName="Lab")
    tour("ListSpaces", DomainIdEquals=domain, SortBy="LastModifiedTime")
    for operation in ("DescribeSpace", "UpdateSpace", "DeleteSpace"):
        tour.refused("missing", "ResourceNotFound", operation, DomainId=domain, SpaceName="none")
    tour.refused("in use", "ResourceInUse", "DeleteUserProfile",
                 DomainId=domain, UserProfileName="alice")  # fmt: skip


def _apps(tour: Tour, domain: str) -> None:
    app = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
    spec = {"ResourceSpec": {"InstanceType": "ml.t3.large"}, "Tags": TAGS}
    tour("CreateApp", **app, **spec)
    tour("CreateApp", **{**app, "SpaceName": "other"}, **spec)
    tour.refused("duplicate", "ResourceInUse", "CreateApp", **app)
    tour.refused(
        "missing parent", "ValidationException", "CreateApp", **{**app, "SpaceName": "none"}
    )
    tour("DescribeApp", **app)
    tour("ListApps", DomainIdEquals=domain, SortBy="CreationTime", SortOrder="Descending")
    tour.refused("in use", "ResourceInUse", "DeleteSpace", DomainId=domain, SpaceName="lab")
    for operation in ("DescribeApp", "DeleteApp"):
        tour.refused("missing", "ResourceNotFound", operation, **{**app, "SpaceName": "none"})
    tour("DeleteApp", **app)
    tour("DeleteSpace", DomainId=domain, SpaceName="lab")
    tour("DeleteUserProfile", DomainId=domain, UserProfileName="bob")


def _tags(tour: Tour, arn: str) -> None:
    tour("AddTags", ResourceArn=arn, Tags=[{"Key": "cost", "Value": "7"}])
    tour("ListTags", ResourceArn=arn)
    tour("DeleteTags", ResourceArn=arn, TagKeys=["cost"])
    for operation, more in (("AddTags", {"Tags": TAGS}), ("DeleteTags", {"TagKeys": ["team"]})):
        tour.refused("missing", "ValidationException", operation,
                     ResourceArn=f"{ARN}:domain/d-nothing", **more)  # fmt: skip


def environment(tour: Tour) -> None:
    """Lifecycle configurations, code repositories, images and their versions."""
    tour("DeleteStudioLifecycleConfig", StudioLifecycleConfigName="install")
    tour.refused("missing", "ResourceNotFound", "DescribeStudioLifecycleConfig",
                 StudioLifecycleConfigName="install")  # fmt: skip
    url = {"RepositoryUrl": "https://github.com/acme/churn.git", "Branch": "main"}
    for name in ("churn", "notes"):
        tour("CreateCodeRepository", CodeRepositoryName=name, GitConfig=url, Tags=TAGS)
    tour.refused("duplicate", "ValidationException", "CreateCodeRepository",
                 CodeRepositoryName="churn", GitConfig=url)  # fmt: skip
    tour("DescribeCodeRepository", CodeRepositoryName="churn")
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme/github"
    tour("UpdateCodeRepository", CodeRepositoryName="churn", GitConfig={"SecretArn": secret})
    tour("ListCodeRepositories", SortBy="Name")
    tour("DeleteCodeRepository", CodeRepositoryName="churn")
    tour.refused("missing", "ValidationException", "DescribeCodeRepository",
                 CodeRepositoryName="churn")  # fmt: skip
    for name in ("lab", "small"):
        tour("CreateAppImageConfig", AppImageConfigName=name, Tags=TAGS,
             KernelGatewayImageConfig={"KernelSpecs": [{"Name": "python3"}]})  # fmt: skip
    tour.refused("duplicate", "ResourceInUse", "CreateAppImageConfig", AppImageConfigName="lab")
    tour("DescribeAppImageConfig", AppImageConfigName="lab")
    tour("UpdateAppImageConfig", AppImageConfigName="lab",
         KernelGatewayImageConfig={"KernelSpecs": [{"Name": "ir"}]})  # fmt: skip
    tour("ListAppImageConfigs", SortBy="Name")
    tour("DeleteAppImageConfig", AppImageConfigName="lab")
    tour.refused("missing", "ResourceNotFound", "DescribeAppImageConfig", AppImageConfigName="lab")
    for name in ("base", "gpu"):
        tour("CreateImage", ImageName=name, RoleArn=ROLE, Description="ours", Tags=TAGS)
    tour.refused("duplicate", "ResourceInUse", "CreateImage", ImageName="base", RoleArn=ROLE)
    for token in ("first", "second"):
        tour("CreateImageVersion", ImageName="base", BaseImage="acme/base:1", ClientToken=token)
    tour.refused("missing parent", "ResourceNotFound", "CreateImageVersion",
                 ImageName="none", BaseImage="acme/base:1", ClientToken="third")  # fmt: skip
    tour("DescribeImage", ImageName="base")
    tour("UpdateImage", ImageName="base", DisplayName="Base")
    tour("DescribeImageVersion", ImageName="base", Version=1)
    tour("ListImages", SortBy="IMAGE_NAME")
    tour("ListImageVersions", ImageName="base", SortBy="VERSION")
    tour("DeleteImageVersion", ImageName="base", Version=1)
    tour("DeleteImage", ImageName="base")
    tour.refused("missing", "ResourceNotFound", "DescribeImage", ImageName="base")


def mlflow(tour: Tour, domain: str) -> None:
    """Tracking servers and MLflow Apps."""
    place = {"ArtifactStoreUri": "s3://acme/mlflow", "RoleArn": ROLE, "Tags": TAGS}
    for name in ("team", "old"):
        tour("CreateMlflowTrackingServer", TrackingServerName=name, **place)
    name = {"TrackingServerName": "team"}
    tour.refused("duplicate", "ValidationException", "CreateMlflowTrackingServer", **name, **place)
    tour("DescribeMlflowTrackingServer", **name)
    tour("UpdateMlflowTrackingServer", **name, AutomaticModelRegistration=True)
    tour("ListMlflowTrackingServers", SortBy="Name")
    tour("CreatePresignedMlflowTrackingServerUrl", **name, ExpiresInSeconds=60)
    tour("StopMlflowTrackingServer", **name)
    tour.refused("in use", "ConflictException", "StopMlflowTrackingServer", **name)
    tour("StartMlflowTrackingServer", **name)
    tour("DeleteMlflowTrackingServer", **name)
    tour.refused("missing", "ResourceNotFound", "DescribeMlflowTrackingServer", **name)
    if not tour.has("CreateMlflowApp"):
        return
    for app in ("app", "second"):
        arn = tour("CreateMlflowApp", Name=app, DefaultDomainIdList=[domain], **place)["Arn"]
    tour("DescribeMlflowApp", Arn=arn)
    tour("UpdateMlflowApp", Arn=arn, Name="renamed")
    tour("ListMlflowApps", SortBy="Name")
    tour("CreatePresignedMlflowAppUrl", Arn=arn, ExpiresInSeconds=60)
    tour("DeleteMlflowApp", Arn=arn)
    tour.refused("missing", "ResourceNotFound", "DescribeMlflowApp",
                 Arn=f"{ARN}:mlflow-app/app-NOTHINGHERE1")  # fmt: skip


def notebook_instances(tour: Tour) -> None:
    for config in ("start", "install"):
        tour("CreateNotebookInstanceLifecycleConfig",
             NotebookInstanceLifecycleConfigName=config, OnStart=[{"Content": SCRIPT}])  # fmt: skip
    named = {"NotebookInstanceLifecycleConfigName": "install"}
    tour("DescribeNotebookInstanceLifecycleConfig", **named)
    tour("UpdateNotebookInstanceLifecycleConfig", **named, OnCreate=[{"Content": SCRIPT}])
    tour("ListNotebookInstanceLifecycleConfigs", SortBy="Name")
    tour("DeleteNotebookInstanceLifecycleConfig", **named)
    wanted = {"InstanceType": "ml.t3.medium", "RoleArn": ROLE, "LifecycleConfigName": "start"}
    for name in ("first", "second"):
        tour("CreateNotebookInstance", NotebookInstanceName=name, Tags=TAGS, **wanted)
    first = {"NotebookInstanceName": "first"}
    tour.refused("duplicate", "ValidationException", "CreateNotebookInstance", **first, **wanted)
    tour.refused("in use", "ValidationException", "DeleteNotebookInstanceLifecycleConfig",
                 NotebookInstanceLifecycleConfigName="start")  # fmt: skip
    tour.refused("in use", "ValidationException", "DeleteNotebookInstance", **first)
    tour("DescribeNotebookInstance", **first)
    tour("CreatePresignedNotebookInstanceUrl", **first, SessionExpirationDurationInSeconds=1800)
    tour("ListNotebookInstances", SortBy="Name")
    tour("StopNotebookInstance", **first)
    tour("UpdateNotebookInstance", **first, VolumeSizeInGB=20)
    tour("StartNotebookInstance", **first)
    tour("StopNotebookInstance", **first)
    tour("DeleteNotebookInstance", **first)
    tour.refused("missing", "ValidationException", "DescribeNotebookInstance", **first)
