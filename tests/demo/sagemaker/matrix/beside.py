"""The services beside SageMaker: those that are answered here, and those that moto answers."""

from __future__ import annotations

import json

from .tour import Tour

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sagemaker:List*", "Resource": "*"}],
    }
)


def ours(tour: Tour) -> None:
    offer = {"ServiceCode": "AmazonSageMaker"}
    tour("pricing:DescribeServices", **offer)
    tour("pricing:GetAttributeValues", **offer, AttributeName="regionCode")
    tour("pricing:GetProducts", **offer, MaxResults=100, Filters=[
        {"Type": "TERM_MATCH", "Field": "instanceName", "Value": "ml.t3.medium"}])  # fmt: skip
    quotas = {"ServiceCode": "sagemaker"}
    found = tour("service-quotas:ListServiceQuotas", **quotas, MaxResults=100)["Quotas"]
    tour("service-quotas:ListAWSDefaultServiceQuotas", **quotas, MaxResults=100)
    one = {**quotas, "QuotaCode": found[0]["QuotaCode"]}
    tour("service-quotas:GetServiceQuota", **one)
    tour("service-quotas:GetAWSDefaultServiceQuota", **one)
    tour.refused("missing", "NoSuchResourceException", "service-quotas:GetServiceQuota",
                 **quotas, QuotaCode="L-NOTHING")  # fmt: skip
    tour("codecommit:ListRepositories", sortBy="repositoryName", order="ascending")
    arn = tour.moto("iam:CreateUser", UserName="alice")["User"]["Arn"]
    tour.moto("iam:PutUserPolicy", UserName="alice", PolicyName="read", PolicyDocument=POLICY)
    actions = ["sagemaker:ListApps", "sagemaker:DeleteApp"]
    tour("iam:SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=actions)
    tour("iam:SimulateCustomPolicy", PolicyInputList=[POLICY], ActionNames=actions)
    tour.refused("missing", "NoSuchEntity", "iam:SimulatePrincipalPolicy",
                 PolicySourceArn=arn.replace("alice", "nobody"), ActionNames=actions)  # fmt: skip


def moto(tour: Tour) -> None:
    """What the product calls and moto answers."""
    role = tour.moto("iam:CreateRole", RoleName="studio", AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }))["Role"]  # fmt: skip
    studio = {"RoleName": "studio"}
    tour.moto("iam:PutRolePolicy", **studio, PolicyName="read", PolicyDocument=POLICY)
    tour.moto("iam:AttachRolePolicy", **studio,
              PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")  # fmt: skip
    tour.moto("iam:GetRole", **studio)
    tour.moto("iam:GetRolePolicy", **studio, PolicyName="read")
    tour.moto("iam:ListAttachedRolePolicies", **studio)
    tour.moto("iam:ListRoles")
    tour.moto("sts:GetCallerIdentity")
    tour.moto("sts:AssumeRole", RoleArn=role["Arn"], RoleSessionName="alice")
    secret = {"Name": "acme/github", "SecretString": "not a real one"}
    tour.moto("secretsmanager:CreateSecret", **secret)
    tour.moto("secretsmanager:GetSecretValue", SecretId="acme/github")
    tour.moto("codecommit:CreateRepository", repositoryName="notes")
    tour.moto("codecommit:GetRepository", repositoryName="notes")
    bucket = {"Bucket": "acme-studio"}
    place = {"LocationConstraint": "eu-west-1"}
    tour.moto("s3:CreateBucket", **bucket, CreateBucketConfiguration=place)
    tour.moto("s3:PutObject", **bucket, Key="onboard.yaml", Body=b"version: 1\n")
    tour.moto("s3:HeadObject", **bucket, Key="onboard.yaml")
    tour.moto("s3:GetObject", **bucket, Key="onboard.yaml")
    tour.moto("s3:ListObjectsV2", **bucket)
    tour.moto("s3:DeleteObject", **bucket, Key="onboard.yaml")
    tour.moto("logs:DescribeLogGroups")
    tour.moto("kms:ListAliases")
    tour.moto("efs:DescribeFileSystems")
    tour.moto("sso-admin:ListInstances")
    tour.moto("ce:GetCostAndUsage", Granularity="DAILY", Metrics=["UnblendedCost"],
              TimePeriod={"Start": "2026-11-01", "End": "2026-11-02"})  # fmt: skip
    tour.moto("resourcegroupstaggingapi:GetResources")
