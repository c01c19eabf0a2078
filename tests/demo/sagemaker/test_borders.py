"""Where SageMaker's operations and moto's services need each other."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.others.quotas import APPLIED
from sm_onboard.demo.sagemaker.server import Server
from tests.localsagemaker import SageMaker

ROLE = "arn:aws:iam::123456789012:role/studio"


def domain(sagemaker: SageMaker, vpc: str, subnets: list[str]) -> str:
    answer = sagemaker.client("sagemaker").create_domain(
        DomainName="acme",
        AuthMode="IAM",
        VpcId=vpc,
        SubnetIds=subnets,
        DefaultUserSettings={"ExecutionRole": ROLE},
    )
    return str(answer["DomainArn"]).rpartition("/")[2]


def test_a_domain_is_in_a_network_that_exists(sagemaker: SageMaker) -> None:
    ec2 = sagemaker.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    there = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    for wrong in (("vpc-00000000", there), (vpc, ["subnet-00000000"]), (vpc, [*there, "subnet-1"])):
        with pytest.raises(ClientError, match=r"ValidationException.*does not exist"):
            domain(sagemaker, *wrong)
    assert domain(sagemaker, vpc, there).startswith("d-")


def test_the_quota_that_service_quotas_shows_is_the_one_in_force() -> None:
    with Server(sample=False) as server:
        region = server.emulator.world.region("123456789012", "eu-west-1")
        APPLIED.set("eu-west-1", "ml.g5.xlarge", 2)
        try:
            assert server.emulator.world.app_quota(region, "JupyterLab", "ml.g5.xlarge") == (
                "Studio JupyterLab Apps running on ml.g5.xlarge instances",
                2,
            )
            assert server.emulator.world.app_quota(region, "Canvas", "ml.g5.xlarge") is None
        finally:
            APPLIED.reset()


def test_the_log_of_a_job_is_in_cloudwatch(sagemaker: SageMaker) -> None:
    sagemaker.client("sagemaker").create_training_job(
        TrainingJobName="churn-1",
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1",
            "TrainingInputMode": "File",
        },
        OutputDataConfig={"S3OutputPath": "s3://acme/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    logs = sagemaker.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs")["logStreams"]
    assert stream["logStreamName"].startswith("churn-1/algo-1-")
    events = logs.get_log_events(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=stream["logStreamName"]
    )["events"]
    assert events


def test_the_samples_roles_networks_and_buckets_are_there_when_asked_for() -> None:
    with Server() as server:
        from boto3 import Session

        session = Session(
            server.environment()["AWS_ACCESS_KEY_ID"],
            server.environment()["AWS_SECRET_ACCESS_KEY"],
            region_name="eu-west-1",
        )
        domains = session.client("sagemaker", endpoint_url=server.url)
        found = {
            described["DomainName"]: described
            for one in domains.list_domains()["Domains"]
            for described in [domains.describe_domain(DomainId=one["DomainId"])]
        }
        vpcs = session.client("ec2", endpoint_url=server.url).describe_vpcs()["Vpcs"]
        assert {one["VpcId"] for one in found.values()} <= {vpc["VpcId"] for vpc in vpcs}
        role = found["acme-ml"]["DefaultUserSettings"]["ExecutionRole"]
        sts = session.client("sts", endpoint_url=server.url)
        keys = sts.assume_role(RoleArn=role, RoleSessionName="alice")["Credentials"]
        member = Session(
            keys["AccessKeyId"],
            keys["SecretAccessKey"],
            keys["SessionToken"],
            region_name="eu-west-1",
        ).client("sagemaker", endpoint_url=server.url)
        assert member.list_apps()["Apps"]


def test_of_two_servers_in_a_process_each_has_its_own_roles() -> None:
    def roles(server: Server) -> set[str]:
        from boto3 import Session

        found = server.environment()
        iam = Session(
            found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"], region_name="eu-west-1"
        ).client("iam", endpoint_url=server.url)
        return {role["RoleName"] for role in iam.list_roles()["Roles"]}

    with Server() as sample, Server(sample=False) as empty:
        assert "acme-ds-alice" in roles(sample)
        assert roles(empty) == set()
        assert "acme-ds-alice" in roles(sample)
