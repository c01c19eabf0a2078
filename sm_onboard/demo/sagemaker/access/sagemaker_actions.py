"""The IAM actions, resources and condition keys of SageMaker's operations.

From https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
where no other source is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sm_onboard.demo.sagemaker.access.needs import Need, partition, request_tags
from sm_onboard.demo.sagemaker.access.patterns import Context
from sm_onboard.demo.sagemaker.assumptions import Assumption

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.engine.store import World

SERVICES = frozenset({"sagemaker", "sagemaker-metrics"})

# Where a resource's ARN comes from. A name that is an ARN already stands for itself.
_PATHS = {
    "Domain": "domain/{DomainId}",
    "UserProfile": "user-profile/{DomainId}/{UserProfileName}",
    "Space": "space/{DomainId}/{SpaceName}",
    "App": "app/{DomainId}/{Owner}/{AppType}/{AppName}",
    "AppImageConfig": "app-image-config/{AppImageConfigName}",
    "Cluster": "cluster/{ClusterName}",
    "CodeRepository": "code-repository/{CodeRepositoryName}",
    "Endpoint": "endpoint/{EndpointName}",
    "EndpointConfig": "endpoint-config/{EndpointConfigName}",
    "Experiment": "experiment/{ExperimentName}",
    "Image": "image/{ImageName}",
    "ImageVersion": "image-version/{ImageName}/{Version}",
    "MlflowApp": "{Arn}",
    "MlflowTrackingServer": "mlflow-tracking-server/{TrackingServerName}",
    "Model": "model/{ModelName}",
    "NotebookInstance": "notebook-instance/{NotebookInstanceName}",
    "NotebookInstanceLifecycleConfig": (
        "notebook-instance-lifecycle-config/{NotebookInstanceLifecycleConfigName}"
    ),
    "Pipeline": "pipeline/{PipelineName}",
    "PipelineExecution": "{PipelineExecutionArn}",
    "ProcessingJob": "processing-job/{ProcessingJobName}",
    "StudioLifecycleConfig": "studio-lifecycle-config/{StudioLifecycleConfigName}",
    "TrainingJob": "training-job/{TrainingJobName}",
    "Trial": "experiment-trial/{TrialName}",
    "TrialComponent": "experiment-trial-component/{TrialComponentName}",
}

# A verb and one of the above name the resource; these do not.
_OTHERWISE = {
    "AddAssociation": ("{SourceArn}", "{DestinationArn}"),
    "AddTags": ("{ResourceArn}",),
    "AssociateTrialComponent": (_PATHS["Trial"], _PATHS["TrialComponent"]),
    "BatchPutMetrics": (_PATHS["TrialComponent"],),
    "CreateDomain": ("domain/*",),
    "CreateImageVersion": (_PATHS["Image"],),
    "CreateMlflowApp": ("mlflow-app/*",),
    "CreatePresignedDomainUrl": (_PATHS["UserProfile"],),
    "CreatePresignedMlflowAppUrl": (_PATHS["MlflowApp"],),
    "CreatePresignedMlflowTrackingServerUrl": (_PATHS["MlflowTrackingServer"],),
    "CreatePresignedNotebookInstanceUrl": (_PATHS["NotebookInstance"],),
    "CreateTrial": (_PATHS["Experiment"], _PATHS["Trial"]),
    "DeleteAssociation": ("{SourceArn}", "{DestinationArn}"),
    "DeleteTags": ("{ResourceArn}",),
    "DescribeImageVersion": (_PATHS["Image"],),
    "DescribePipelineDefinitionForExecution": (_PATHS["PipelineExecution"],),
    "DisassociateTrialComponent": (_PATHS["Trial"], _PATHS["TrialComponent"]),
    "ListClusterNodes": (_PATHS["Cluster"],),
    "ListImageVersions": (_PATHS["Image"],),
    "ListPipelineExecutions": (_PATHS["Pipeline"],),
    "ListPipelineExecutionSteps": (_PATHS["PipelineExecution"],),
    "ListPipelineParametersForExecution": (_PATHS["PipelineExecution"],),
    "ListPipelineVersions": (_PATHS["Pipeline"],),
    "ListTags": ("{ResourceArn}",),
    "StartPipelineExecution": (_PATHS["Pipeline"],),
    "UpdatePipelineVersion": ("{PipelineArn}",),
}

_VERB = re.compile("(Create|Describe|Update|Delete|Start|Stop|Retry)(.+)")
_MEMBER = re.compile(r"\{(\w+)\}")
_ROLES = {"ExecutionRole", "ExecutionRoleArn", "RoleArn"}

# Condition keys whose values are those of members, wherever in the request these are.
_KEYS = {
    "InstanceType": "InstanceTypes",
    "LifecycleConfigArn": "StudioLifecycleConfigArns",
    "LifecycleConfigArns": "StudioLifecycleConfigArns",
    "SageMakerImageArn": "ImageArns",
    "SageMakerImageVersionArn": "ImageVersionArns",
    "SecurityGroupIds": "VpcSecurityGroupIds",
    "SecurityGroups": "VpcSecurityGroupIds",
    "SubnetIds": "VpcSubnets",
    "Subnets": "VpcSubnets",
}
_SINGLE_KEYS = {
    "AppNetworkAccessType": "AppNetworkAccessType",
    "DirectInternetAccess": "DirectInternetAccess",
    "EnableInterContainerTrafficEncryption": "InterContainerTrafficEncryption",
    "EnableNetworkIsolation": "NetworkIsolation",
    "EnableRemoteDebug": "EnableRemoteDebug",
    "KeepAlivePeriodInSeconds": "KeepAlivePeriod",
    "MaxRuntimeInSeconds": "MaxRuntimeInSeconds",
    "PipelineVersionId": "PipelineVersionId",
    "RemoteAccess": "RemoteAccess",
    "RootAccess": "RootAccess",
    "S3KmsKeyId": "DomainSharingOutputKmsKey",
    "VolumeKmsKeyId": "VolumeKmsKey",
}


def needs(
    operation: str,
    parameters: Mapping[str, Any],
    region: str,
    account: str,
    world: World | None,
) -> list[Need]:
    """What one operation needs; the resource is ``*`` where SageMaker looks at none."""
    changes = operation.startswith(("Create", "Update", "Start"))
    keys: dict[str, Any] = request_tags(parameters)
    if changes:
        keys.update(_requested(operation, parameters))
    keys.update(_visibility(parameters))
    arns = _resources(operation, parameters, region, account, world)
    found: list[Need] = []
    for arn in arns:
        about = keys | _space(operation, parameters, region, account, world)
        found.append((f"sagemaker:{operation}", arn, about))
    if operation.startswith("Create") and parameters.get("Tags"):
        found.append(("sagemaker:AddTags", arns[-1], keys | {"sagemaker:TaggingAction": operation}))
    if operation.startswith(("Create", "Update")):
        passed = {"iam:PassedToService": "sagemaker.amazonaws.com"}
        roles = dict.fromkeys(_values(parameters, _ROLES))
        found += [("iam:PassRole", role, passed) for role in roles]
    return found


def _resources(
    operation: str,
    parameters: Mapping[str, Any],
    region: str,
    account: str,
    world: World | None,
) -> list[str]:
    if operation == "BatchGetMetrics":
        queries = parameters.get("MetricQueries") or ()
        arns = (str(query.get("ResourceArn", "*")) for query in queries)
        return list(dict.fromkeys(arns)) or ["*"]
    paths: tuple[str, ...] = _OTHERWISE.get(operation, ())
    verb = _VERB.fullmatch(operation)
    noun = verb.group(2) if verb else ""
    if not paths and noun in _PATHS:
        paths = (_PATHS[noun],)
    prefix = f"arn:{partition(region)}:sagemaker:{region}:{account}:"
    filled = [_arn(prefix, path, parameters) for path in paths] or ["*"]
    return [_as_made(arn, noun, region, account, world) for arn in filled]


def _arn(prefix: str, path: str, parameters: Mapping[str, Any]) -> str:
    values = {name: str(parameters.get(name) or "*") for name in _MEMBER.findall(path)}
    if "Owner" in values:
        owner = parameters.get("SpaceName") or parameters.get("UserProfileName")
        values |= {"Owner": str(owner or "*"), "AppType": values["AppType"].lower()}
    whole = next((value for value in values.values() if value.startswith("arn:")), None)
    return whole or prefix + path.format_map(values)


def _as_made(arn: str, noun: str, region: str, account: str, world: World | None) -> str:
    """The ARN in the case that it has: some names are small in it."""
    if world is not None and world.region(account, region).by_arn(arn) is None:
        small = arn.lower()
        if noun in _small() or world.region(account, region).by_arn(small) is not None:
            return small
    return arn


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    from sm_onboard.demo.sagemaker.families import (
        FAMILIES,  # the families may come to know about access
    )

    return frozenset(family.name for family in FAMILIES if family.lowercase_arn)


def _values(content: Any, names: set[str]) -> Iterator[str]:
    """The ARNs in members of these names, wherever in the request."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            if name in names and isinstance(value, str) and value.startswith("arn:"):
                yield value
            else:
                yield from _values(value, names)
    elif isinstance(content, list):
        for value in content:
            yield from _values(value, names)


def _requested(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Condition keys that the request's members give."""
    keys: dict[str, Any] = {}

    def walk(content: Any) -> None:
        if isinstance(content, list):
            for value in content:
                walk(value)
        if not isinstance(content, Mapping):
            return
        for name, value in content.items():
            if name in _KEYS:
                several = keys.setdefault(f"sagemaker:{_KEYS[name]}", [])
                several += [str(each) for each in (value if isinstance(value, list) else [value])]
            elif name in _SINGLE_KEYS and not isinstance(value, (Mapping, list)):
                text = str(value).lower() if isinstance(value, bool) else str(value)
                keys[f"sagemaker:{_SINGLE_KEYS[name]}"] = text
            else:
                walk(value)

    walk({name: value for name, value in parameters.items() if name != "Tags"})
    if operation == "CreateDomain" and parameters.get("KmsKeyId"):
        keys["sagemaker:VolumeKmsKey"] = str(parameters["KmsKeyId"])
    return keys


def _visibility(parameters: Mapping[str, Any]) -> Context:
    asked = parameters.get("VisibilityConditions") or ()
    return {
        f"sagemaker:SearchVisibilityCondition/{each.get('Key', '')}": str(each.get("Value", ""))
        for each in asked
        if isinstance(each, Mapping)
    }


def _space(
    operation: str,
    parameters: Mapping[str, Any],
    region: str,
    account: str,
    world: World | None,
) -> dict[str, str]:
    """Whose space it is, and whether it is shared: as asked for, or as it is."""
    if operation not in ("CreateSpace", "UpdateSpace", "DeleteSpace", "CreateApp", "DeleteApp"):
        return {}
    domain, name = str(parameters.get("DomainId", "")), str(parameters.get("SpaceName", ""))
    values = parameters
    if operation != "CreateSpace":
        record = world.region(account, region).get("Space", domain, name) if world else None
        values = record.values if record is not None else {}
    keys = {}
    owner = (values.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
    if owner:
        whose = f"user-profile/{domain}/{owner}"
        keys["sagemaker:OwnerUserProfileArn"] = (
            f"arn:{partition(region)}:sagemaker:{region}:{account}:{whose}"
        )
    sharing = (values.get("SpaceSharingSettings") or {}).get("SharingType")
    if sharing:
        keys["sagemaker:SpaceSharingType"] = str(sharing)
    return keys


_REFERENCE = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html"
)

ASSUMPTIONS = (
    Assumption(
        "IAM",
        "Lists, Search and GetSearchSuggestions look at no resource: only a policy on * allows "
        "them. Lists of a pipeline, an execution, an image or a cluster look at that one.",
        _REFERENCE,
    ),
    Assumption(
        "IAM",
        "An app's ARN names the owner: the user profile or the space.",
        _REFERENCE,
    ),
    Assumption(
        "IAM",
        "Creating with tags needs sagemaker:AddTags too, with sagemaker:TaggingAction.",
        "https://github.com/aws/amazon-sagemaker-feedback/issues/88",
    ),
    Assumption("IAM", "A role in a request needs iam:PassRole on it.", _REFERENCE),
    Assumption("IAM", "So does a role in an update, of every resource."),
    Assumption(
        "IAM",
        "What gets its id from the service (CreateDomain, CreateMlflowApp) is authorized on "
        "domain/* and mlflow-app/*.",
    ),
)
