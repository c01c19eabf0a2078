"""Which permissions an operation needs: the rows of AWS's service authorization reference."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.access import required
from sm_onboard.demo.sagemaker.access.sagemaker_actions import _OTHERWISE, _PATHS
from sm_onboard.demo.sagemaker.call import Call, Caller
from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.model import service as models

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/studio"
APP = {"DomainId": "d-a", "AppType": "JupyterLab", "AppName": "default"}
TAGS = [{"Key": "team", "Value": "churn"}, {"Key": "cost", "Value": "1"}]


def needed(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    found = required(service, operation, parameters, "eu-west-1")
    return [(name, resource) for name, resource, _ in found]


def keys(operation: str, number: int = 0, **parameters: Any) -> dict[str, Any]:
    return dict(required("sagemaker", operation, parameters, "eu-west-1")[number][2])


SAGEMAKER: list[tuple[str, dict[str, Any], str]] = [
    ("ListDomains", {}, "*"),
    ("ListApps", {"DomainIdEquals": "d-a"}, "*"),
    ("ListUserProfiles", {}, "*"),
    ("ListSpaces", {}, "*"),
    ("Search", {"Resource": "TrainingJob"}, "*"),
    ("ListMlflowApps", {}, "*"),
    ("ListPipelines", {}, "*"),
    ("DescribeDomain", {"DomainId": "d-a"}, f"{ARN}domain/d-a"),
    ("UpdateDomain", {"DomainId": "d-a"}, f"{ARN}domain/d-a"),
    ("CreateDomain", {"DomainName": "acme"}, f"{ARN}domain/*"),
    (
        "DescribeUserProfile",
        {"DomainId": "d-a", "UserProfileName": "ana"},
        f"{ARN}user-profile/d-a/ana",
    ),
    (
        "CreatePresignedDomainUrl",
        {"DomainId": "d-a", "UserProfileName": "ana", "SpaceName": "lab"},
        f"{ARN}user-profile/d-a/ana",
    ),
    ("CreateSpace", {"DomainId": "d-a", "SpaceName": "lab"}, f"{ARN}space/d-a/lab"),
    ("CreateApp", {**APP, "SpaceName": "lab"}, f"{ARN}app/d-a/lab/jupyterlab/default"),
    ("DeleteApp", {**APP, "UserProfileName": "ana"}, f"{ARN}app/d-a/ana/jupyterlab/default"),
    (
        "DescribeStudioLifecycleConfig",
        {"StudioLifecycleConfigName": "idle"},
        f"{ARN}studio-lifecycle-config/idle",
    ),
    ("DescribeCodeRepository", {"CodeRepositoryName": "churn"}, f"{ARN}code-repository/churn"),
    ("StartMlflowTrackingServer", {"TrackingServerName": "m"}, f"{ARN}mlflow-tracking-server/m"),
    (
        "CreatePresignedMlflowTrackingServerUrl",
        {"TrackingServerName": "m"},
        f"{ARN}mlflow-tracking-server/m",
    ),
    ("DescribeMlflowApp", {"Arn": f"{ARN}mlflow-app/app-1"}, f"{ARN}mlflow-app/app-1"),
    ("CreateMlflowApp", {"Name": "m"}, f"{ARN}mlflow-app/*"),
    ("DescribeTrainingJob", {"TrainingJobName": "t-1"}, f"{ARN}training-job/t-1"),
    ("StopTrainingJob", {"TrainingJobName": "t-1"}, f"{ARN}training-job/t-1"),
    ("DescribePipeline", {"PipelineName": "p"}, f"{ARN}pipeline/p"),
    ("DescribePipeline", {"PipelineName": f"{ARN}pipeline/p"}, f"{ARN}pipeline/p"),
    ("StartPipelineExecution", {"PipelineName": "p"}, f"{ARN}pipeline/p"),
    ("ListPipelineExecutions", {"PipelineName": "p"}, f"{ARN}pipeline/p"),
    (
        "ListPipelineExecutionSteps",
        {"PipelineExecutionArn": f"{ARN}pipeline/p/execution/1"},
        f"{ARN}pipeline/p/execution/1",
    ),
    ("StopPipelineExecution", {"PipelineExecutionArn": f"{ARN}x"}, f"{ARN}x"),
    ("RetryPipelineExecution", {"PipelineExecutionArn": f"{ARN}x"}, f"{ARN}x"),
    ("DescribeExperiment", {"ExperimentName": "e"}, f"{ARN}experiment/e"),
    ("DescribeTrial", {"TrialName": "t"}, f"{ARN}experiment-trial/t"),
    ("UpdateTrialComponent", {"TrialComponentName": "c"}, f"{ARN}experiment-trial-component/c"),
    ("AddTags", {"ResourceArn": f"{ARN}space/d-a/lab"}, f"{ARN}space/d-a/lab"),
    ("ListTags", {"ResourceArn": f"{ARN}space/d-a/lab"}, f"{ARN}space/d-a/lab"),
    ("DescribeImageVersion", {"ImageName": "i", "Version": 3}, f"{ARN}image/i"),
    ("DeleteImageVersion", {"ImageName": "i", "Version": 3}, f"{ARN}image-version/i/3"),
    ("DescribeSomethingNew", {"SomethingNewName": "x"}, "*"),
]


@pytest.mark.parametrize("row", SAGEMAKER, ids=[row[0] for row in SAGEMAKER])
def test_sagemaker(row: tuple[str, dict[str, Any], str]) -> None:
    operation, parameters, resource = row
    assert needed("sagemaker", operation, **parameters) == [(f"sagemaker:{operation}", resource)]


def test_operations_on_two_resources_need_both() -> None:
    trial, component = f"{ARN}experiment-trial/t", f"{ARN}experiment-trial-component/c"
    assert needed(
        "sagemaker", "AssociateTrialComponent", TrialName="t", TrialComponentName="c"
    ) == [
        ("sagemaker:AssociateTrialComponent", trial),
        ("sagemaker:AssociateTrialComponent", component),
    ]
    assert needed("sagemaker", "CreateTrial", ExperimentName="e", TrialName="t") == [
        ("sagemaker:CreateTrial", f"{ARN}experiment/e"),
        ("sagemaker:CreateTrial", trial),
    ]


def test_metrics_are_sagemakers() -> None:
    component = f"{ARN}experiment-trial-component/c"
    assert needed("sagemaker-metrics", "BatchPutMetrics", TrialComponentName="c") == [
        ("sagemaker:BatchPutMetrics", component)
    ]
    queries = [{"ResourceArn": component}, {"ResourceArn": f"{ARN}x"}, {"ResourceArn": component}]
    assert needed("sagemaker-metrics", "BatchGetMetrics", MetricQueries=queries) == [
        ("sagemaker:BatchGetMetrics", component),
        ("sagemaker:BatchGetMetrics", f"{ARN}x"),
    ]


def test_tags_and_roles_need_permissions_of_their_own() -> None:
    profile = f"{ARN}user-profile/d-a/ana"
    asked = {
        "DomainId": "d-a",
        "UserProfileName": "ana",
        "Tags": TAGS,
        "UserSettings": {"ExecutionRole": ROLE},
    }
    assert needed("sagemaker", "CreateUserProfile", **asked) == [
        ("sagemaker:CreateUserProfile", profile),
        ("sagemaker:AddTags", profile),
        ("iam:PassRole", ROLE),
    ]
    assert keys("CreateUserProfile", 1, **asked)["sagemaker:TaggingAction"] == "CreateUserProfile"
    assert keys("CreateUserProfile", 2, **asked)["iam:PassedToService"] == (
        "sagemaker.amazonaws.com"
    )
    for number in (0, 1):
        found = keys("CreateUserProfile", number, **asked)
        assert found["aws:RequestTag/team"] == "churn"
        assert found["aws:TagKeys"] == ["team", "cost"]
    roles = needed("sagemaker", "CreateTrainingJob", TrainingJobName="t", RoleArn=ROLE)
    assert roles[1:] == [("iam:PassRole", ROLE)]
    assert needed("sagemaker", "ListApps") == [("sagemaker:ListApps", "*")]


def test_tag_keys_of_a_removal() -> None:
    assert keys("DeleteTags", ResourceArn=ARN, TagKeys=["team"])["aws:TagKeys"] == ["team"]


def test_what_an_app_or_a_job_asks_for_is_a_condition_key() -> None:
    spec = {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": f"{ARN}studio-lifecycle-config/i"}
    found = keys("CreateApp", **APP, SpaceName="lab", ResourceSpec=spec)
    assert found["sagemaker:InstanceTypes"] == ["ml.t3.medium"]
    assert found["sagemaker:StudioLifecycleConfigArns"] == [f"{ARN}studio-lifecycle-config/i"]
    found = keys(
        "CreateTrainingJob",
        TrainingJobName="t",
        EnableNetworkIsolation=True,
        VpcConfig={"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        ResourceConfig={"InstanceGroups": [{"InstanceType": "a"}, {"InstanceType": "b"}]},
    )
    assert found["sagemaker:NetworkIsolation"] == "true"
    assert found["sagemaker:VpcSubnets"] == ["subnet-1", "subnet-2"]
    assert found["sagemaker:VpcSecurityGroupIds"] == ["sg-1"]
    assert found["sagemaker:MaxRuntimeInSeconds"] == "3600"
    assert found["sagemaker:InstanceTypes"] == ["a", "b"]
    asked = keys("CreateDomain", AppNetworkAccessType="VpcOnly", KmsKeyId="k")
    assert (asked["sagemaker:AppNetworkAccessType"], asked["sagemaker:VolumeKmsKey"]) == (
        "VpcOnly",
        "k",
    )


def test_a_request_cannot_set_other_condition_keys() -> None:
    tags = [{"Key": "x", "Value": "y", "aws:PrincipalTag/team": "fraud"}]
    found = keys("CreateSpace", DomainId="d-a", SpaceName="s", Tags=tags)
    assert not [name for name in found if name.startswith("aws:Principal")]


def test_the_region_is_known() -> None:
    assert keys("ListApps")["aws:RequestedRegion"] == "eu-west-1"
    chinese = required("sagemaker", "DescribeDomain", {"DomainId": "d-a"}, "cn-north-1")
    assert chinese[0][1] == "arn:aws-cn:sagemaker:cn-north-1:123456789012:domain/d-a"


def test_the_world_gives_tags_owner_and_sharing() -> None:
    emulator = Emulator(Clock(math.inf))

    def call(operation: str, **parameters: Any) -> dict[str, Any]:
        caller = Caller("arn:aws:iam::123456789012:user/admin")
        return emulator.call(Call("sagemaker", operation, parameters, "eu-west-1", caller))

    settings = {"ExecutionRole": ROLE}
    domain = call(
        "CreateDomain",
        DomainName="acme",
        AuthMode="IAM",
        DefaultUserSettings=settings,
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
    )["DomainArn"].rpartition("/")[2]
    call("CreateUserProfile", DomainId=domain, UserProfileName="ana")
    space = {
        "DomainId": domain,
        "SpaceName": "lab",
        "OwnershipSettings": {"OwnerUserProfileName": "ana"},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }
    whose = f"{ARN}user-profile/{domain}/ana"

    def about(operation: str, **parameters: Any) -> dict[str, Any]:
        found = required("sagemaker", operation, parameters, "eu-west-1", world=emulator.world)
        return dict(found[0][2])

    for parameters in (space, {**space, "Tags": TAGS}):
        asked = about("CreateSpace", **parameters)
        assert asked["sagemaker:OwnerUserProfileArn"] == whose
        assert asked["sagemaker:SpaceSharingType"] == "Private"
        assert "aws:ResourceTag/team" not in asked
    call("CreateSpace", **space, Tags=TAGS)
    there = {"DomainId": domain, "SpaceName": "lab"}
    for operation, more in (("DeleteSpace", {}), ("CreateApp", APP), ("DeleteApp", APP)):
        found = about(operation, **{**more, **there})
        assert found["sagemaker:OwnerUserProfileArn"] == whose
        assert found["sagemaker:SpaceSharingType"] == "Private"
    described = about("DescribeSpace", **there)
    assert described["aws:ResourceTag/team"] == "churn"
    assert described["sagemaker:ResourceTag/cost"] == "1"


def test_all_operations_in_the_table_exist_somewhere() -> None:
    """A name that botocore's newest model does not have would be a typing error."""
    for operation in _OTHERWISE:
        service = "sagemaker-metrics" if operation.startswith("Batch") else "sagemaker"
        known = models.operation(service, operation) is not None
        assert known or "Mlflow" in operation or "PipelineVersion" in operation, operation
    nouns = [n for n in _PATHS if models.operation("sagemaker", f"Describe{n}") is not None]
    assert len(nouns) >= len(_PATHS) - 2


OTHERS: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("sts", "GetCallerIdentity", {}, []),
    ("sts", "AssumeRole", {"RoleArn": ROLE}, [("sts:AssumeRole", ROLE)]),
    ("s3", "ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
    ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "p/"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "a/k"}, [("s3:GetObject", "arn:aws:s3:::b/a/k")]),
    (
        "s3",
        "GetObject",
        {"Bucket": "b", "Key": "k", "VersionId": "1"},
        [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
    ),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "k"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
    ("s3", "DeleteObjects", {"Bucket": "b"}, [("s3:DeleteObject", "arn:aws:s3:::b/*")]),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "/c/old?versionId=1"},
        [("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:GetObject", "arn:aws:s3:::c/old")],
    ),
    ("s3", "CreateBucket", {"Bucket": "b"}, [("s3:CreateBucket", "arn:aws:s3:::b")]),
    (
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": "acme/nobody"},
        [("secretsmanager:GetSecretValue", "acme/nobody")],
    ),
    ("secretsmanager", "ListSecrets", {}, [("secretsmanager:ListSecrets", "*")]),
    (
        "logs",
        "GetLogEvents",
        {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamName": "t/1"},
        [
            (
                "logs:GetLogEvents",
                "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs"
                ":log-stream:t/1",
            )
        ],
    ),
    (
        "kms",
        "DescribeKey",
        {"KeyId": "alias/x"},
        [("kms:DescribeKey", "arn:aws:kms:eu-west-1:123456789012:alias/x")],
    ),
    ("kms", "ListAliases", {}, [("kms:ListAliases", "*")]),
    ("ec2", "DescribeVpcs", {}, [("ec2:DescribeVpcs", "*")]),
    ("pricing", "GetProducts", {}, [("pricing:GetProducts", "*")]),
    ("ce", "GetCostAndUsage", {}, [("ce:GetCostAndUsage", "*")]),
    ("cloudwatch", "GetMetricData", {}, [("cloudwatch:GetMetricData", "*")]),
    (
        "efs",
        "DescribeMountTargets",
        {"FileSystemId": "fs-1"},
        [
            (
                "elasticfilesystem:DescribeMountTargets",
                "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1",
            )
        ],
    ),
    (
        "service-quotas",
        "GetServiceQuota",
        {"ServiceCode": "sagemaker", "QuotaCode": "L-1"},
        [
            (
                "servicequotas:GetServiceQuota",
                "arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/L-1",
            )
        ],
    ),
    ("codecommit", "ListRepositories", {}, [("codecommit:ListRepositories", "*")]),
    (
        "codecommit",
        "GetRepository",
        {"repositoryName": "churn"},
        [("codecommit:GetRepository", "arn:aws:codecommit:eu-west-1:123456789012:churn")],
    ),
    ("iam", "ListRoles", {}, [("iam:ListRoles", "*")]),
    ("iam", "GetRole", {"RoleName": "nobody"}, [("iam:GetRole", ROLE.replace("studio", "nobody"))]),
    (
        "iam",
        "SimulatePrincipalPolicy",
        {"PolicySourceArn": ROLE},
        [("iam:SimulatePrincipalPolicy", ROLE)],
    ),
]


@pytest.mark.parametrize("row", OTHERS, ids=[f"{row[0]}-{row[1]}" for row in OTHERS])
def test_other_services(row: tuple[str, str, dict[str, Any], list[tuple[str, str]]]) -> None:
    service, operation, parameters, expected = row
    assert needed(service, operation, **parameters) == expected


def test_the_prefix_of_a_listing_is_a_condition_key() -> None:
    found = required("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "p/"}, "eu-west-1")
    assert found[0][2]["s3:prefix"] == "p/"


def test_a_secret_is_its_arn_with_its_tags() -> None:
    from moto.secretsmanager.models import secretsmanager_backends

    secretsmanager_backends.reset()
    backend = secretsmanager_backends["123456789012"]["eu-west-1"]
    backend.create_secret("acme/github", "x", None, "", TAGS, None, None, [], False)
    try:
        arn = backend.secrets["acme/github"].arn
        for wanted in ("acme/github", arn):
            found = required("secretsmanager", "GetSecretValue", {"SecretId": wanted}, "eu-west-1")
            assert found[0][:2] == ("secretsmanager:GetSecretValue", arn)
            assert found[0][2]["aws:ResourceTag/team"] == "churn"
        absent = needed("secretsmanager", "GetSecretValue", SecretId="acme/git")
        assert absent == [("secretsmanager:GetSecretValue", "acme/git")]
    finally:
        secretsmanager_backends.reset()


def test_a_role_is_found_with_its_path() -> None:
    from moto.iam.models import iam_backends

    iam_backends.reset()
    try:
        iam_backends["123456789012"]["aws"].create_role("r", "{}", "/team/", None, "", [], "3600")
        assert needed("iam", "GetRole", RoleName="r") == [
            ("iam:GetRole", "arn:aws:iam::123456789012:role/team/r")
        ]
    finally:
        iam_backends.reset()
