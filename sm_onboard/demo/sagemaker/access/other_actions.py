"""The IAM actions and resources of the other services that the product calls.

What is not here needs ``service:Operation`` on ``*``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from sm_onboard.demo.sagemaker.access.needs import Need, partition, request_tags
from sm_onboard.demo.sagemaker.assumptions import Assumption

# botocore's name of the service -> IAM's, where they differ.
_PREFIXES = {
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "sso-admin": "sso",
    "stepfunctions": "states",
}
_FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}

_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_VERSIONED = {"GetObject", "DeleteObject", "GetObjectTagging", "GetObjectAcl"}
_STREAM_ACTIONS = {"GetLogEvents", "PutLogEvents", "CreateLogStream", "DeleteLogStream"}


def needs(
    service: str, operation: str, parameters: Mapping[str, Any], region: str, account: str
) -> list[Need]:
    """What one operation of another service needs."""
    if (service, operation) in _FREE:
        return []
    if service == "s3":
        return _s3(operation, parameters, region)
    resource, keys = _resource(service, operation, parameters, region, account)
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    return [(action, resource, {**request_tags(parameters), **keys})]


def _s3(operation: str, parameters: Mapping[str, Any], region: str) -> list[Need]:
    bucket, key = parameters.get("Bucket"), parameters.get("Key")
    action = _S3.get(operation, operation)
    if parameters.get("VersionId") and action in _VERSIONED:
        action = action.replace("Object", "ObjectVersion", 1)
    start = f"arn:{partition(region)}:s3:::"
    resource = "*"
    if bucket:
        part = key if key else "*" if operation == "DeleteObjects" else ""
        resource = f"{start}{bucket}/{part}" if part else f"{start}{bucket}"
    keys = {
        f"s3:{condition}": str(parameters[member])
        for member, condition in (
            ("Prefix", "prefix"),
            ("Delimiter", "delimiter"),
            ("MaxKeys", "max-keys"),
            ("VersionId", "versionid"),
        )
        if parameters.get(member) is not None
    }
    found: list[Need] = [(f"s3:{action}", resource, keys)]
    source = parameters.get("CopySource")
    if operation in ("CopyObject", "UploadPartCopy") and isinstance(source, str):
        found.append(("s3:GetObject", start + source.lstrip("/").partition("?")[0], {}))
    return found


def _resource(
    service: str, operation: str, parameters: Mapping[str, Any], region: str, account: str
) -> tuple[str, dict[str, str]]:
    """The ARN, or ``*``, and condition keys that go with it."""

    def arn(resource: str, *, prefix: str = "", where: str = region) -> str:
        name = prefix or _PREFIXES.get(service, service)
        return f"arn:{partition(region)}:{name}:{where}:{account}:{resource}"

    def given(name: str) -> str:
        value = parameters.get(name)
        return value if isinstance(value, str) else ""

    if service == "secretsmanager":
        if operation == "CreateSecret":
            return arn(f"secret:{given('Name')}"), {"secretsmanager:Name": given("Name")}
        return _secret(given("SecretId"), region, account) if given("SecretId") else ("*", {})
    if service == "logs":
        group = given("logGroupName") or given("logGroupIdentifier")
        stream = given("logStreamName") if operation in _STREAM_ACTIONS else ""
        if group.startswith("arn:"):
            return f"{group.removesuffix(':*')}:log-stream:{stream}", {}
        about = group or operation.startswith("DescribeLogGroups")
        return (arn(f"log-group:{group}:log-stream:{stream}") if about else "*"), {}
    if service == "kms" and given("KeyId"):
        key = given("KeyId")
        if key.startswith("arn:"):
            return key, {}
        return arn(key if key.startswith("alias/") else f"key/{key}"), {}
    if service == "codecommit" and given("repositoryName"):
        return arn(given("repositoryName")), {}
    if service == "efs" and given("FileSystemId"):
        return arn(f"file-system/{given('FileSystemId')}"), {}
    if service == "service-quotas" and given("QuotaCode"):
        return arn(f"{given('ServiceCode')}/{given('QuotaCode')}"), {}
    if service == "sts" and given("RoleArn"):
        return given("RoleArn"), {"sts:RoleSessionName": given("RoleSessionName")}
    if service == "iam":
        return _iam(parameters, region, account)
    return "*", {}


def _secret(wanted: str, region: str, account: str) -> tuple[str, dict[str, str]]:
    """A secret's ARN and tags. One that is not there is named as the caller named it."""
    keys = {"secretsmanager:SecretId": wanted}
    module = sys.modules.get("moto.secretsmanager.models")
    if module is not None:
        secrets = module.secretsmanager_backends[account][region].secrets
        for secret in list(secrets.values()):
            if wanted in (getattr(secret, "name", None), getattr(secret, "arn", None)):
                for tag in getattr(secret, "tags", None) or ():
                    keys[f"aws:ResourceTag/{tag['Key']}"] = tag["Value"]
                    keys[f"secretsmanager:ResourceTag/{tag['Key']}"] = tag["Value"]
                return secret.arn, keys
    return wanted, keys


def _iam(parameters: Mapping[str, Any], region: str, account: str) -> tuple[str, dict[str, str]]:
    start = f"arn:{partition(region)}:iam::{account}:"
    keys = {}
    if parameters.get("PolicyArn"):
        keys["iam:PolicyARN"] = str(parameters["PolicyArn"])
    if parameters.get("PolicySourceArn"):
        return str(parameters["PolicySourceArn"]), keys
    for member, kind in (
        ("RoleName", "role"),
        ("UserName", "user"),
        ("GroupName", "group"),
        ("InstanceProfileName", "instance-profile"),
        ("PolicyName", "policy"),
    ):
        name = parameters.get(member)
        if name:
            path = _path(kind, str(name), account) or str(parameters.get("Path") or "/")
            return f"{start}{kind}{path}{name}", keys
    return keys.get("iam:PolicyARN", "*"), keys


def _path(kind: str, name: str, account: str) -> str:
    """The path of a role, user or group that is there; else ""."""
    module = sys.modules.get("moto.iam.models")
    if module is None or kind not in ("role", "user", "group"):
        return ""
    for backend in list(module.iam_backends[account].values()):
        for owner in list(getattr(backend, f"{kind}s").values()):
            if owner.name == name:
                return str(owner.path)
    return ""


ASSUMPTIONS = (
    Assumption(
        "IAM",
        "A log group's resource ends in :log-stream: and the stream's name, empty for the group.",
    ),
    Assumption("IAM", "A secret that does not exist is the name that was asked for, not an ARN."),
    Assumption("IAM", "EC2, Pricing, Cost Explorer and CloudWatch are authorized on *."),
)
