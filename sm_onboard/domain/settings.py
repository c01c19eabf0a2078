"""The settings tab, from DescribeDomain."""

from __future__ import annotations

from typing import Any

from .idle import of_domain
from .known import Answer, inside, iso, text
from .models import CodeSource, Domain, LifecycleConfig

_SECTIONS = {
    "JupyterLabAppSettings": "JupyterLab",
    "CodeEditorAppSettings": "CodeEditor",
    "JupyterServerAppSettings": "JupyterServer",
    "KernelGatewayAppSettings": "KernelGateway",
}


def domain(answer: Answer) -> Domain:
    """What the tab shows; what AWS did not say is empty or None."""
    own = answer.get("DomainSettings")
    users = answer.get("DefaultUserSettings")
    spaces = answer.get("DefaultSpaceSettings")
    network = answer.get("AppNetworkAccessType")
    groups = [*_texts(inside(own, "SecurityGroupIds")), *_texts(inside(users, "SecurityGroups"))]
    return Domain(
        id=text(answer.get("DomainId")),
        name=text(answer.get("DomainName")),
        arn=text(answer.get("DomainArn")),
        status=text(answer.get("Status")),
        failure=text(answer.get("FailureReason")),
        auth="SSO" if answer.get("AuthMode") == "SSO" else "IAM",
        url=text(answer.get("Url")) or None,
        created=iso(answer.get("CreationTime")) or None,
        modified=iso(answer.get("LastModifiedTime")) or None,
        network=network if network in ("PublicInternetOnly", "VpcOnly") else None,
        vpc=text(answer.get("VpcId")) or None,
        subnets=tuple(_texts(answer.get("SubnetIds"))),
        security_groups=tuple(dict.fromkeys(groups)),
        kms_key=text(answer.get("KmsKeyId")) or None,
        efs=text(answer.get("HomeEfsFileSystemId")) or None,
        execution_role=text(inside(users, "ExecutionRole")) or None,
        space_role=text(inside(spaces, "ExecutionRole")) or None,
        idle=of_domain(answer),
        lifecycle=(*_lifecycle(users, "domain"), *_lifecycle(spaces, "default_space")),
        repositories=(*_repositories(users, "domain"), *_repositories(spaces, "default_space")),
        rstudio=inside(own, "RStudioServerProDomainSettings") is not None,
        landing=text(inside(users, "DefaultLandingUri")) or None,
        hidden_apps=tuple(_texts(inside(users, "StudioWebPortalSettings", "HiddenAppTypes"))),
    )


def _texts(values: Any) -> list[str]:
    return [found for value in values if (found := text(value))] if isinstance(values, list) else []


def _lifecycle(settings: Any, level: Any) -> list[LifecycleConfig]:
    """The configurations that a level names, each app's built-in one first."""
    found = []
    for section, app_type in _SECTIONS.items():
        told = inside(settings, section)
        built_in = text(inside(told, "BuiltInLifecycleConfigArn"))
        default = text(inside(told, "DefaultResourceSpec", "LifecycleConfigArn"))
        named = [arn for arn in (built_in, default) if arn and arn != "None"]
        for arn in dict.fromkeys([*named, *_texts(inside(told, "LifecycleConfigArns"))]):
            found.append(
                LifecycleConfig(
                    arn=arn,
                    name=arn.rpartition("/")[2],
                    app_type=app_type,
                    built_in=arn == built_in,
                    default=arn == default,
                    level=level,
                )
            )
    return found


def _repositories(settings: Any, level: Any) -> list[CodeSource]:
    """The addresses that Studio offers for cloning, each once."""
    urls = [
        text(inside(row, "RepositoryUrl"))
        for section in _SECTIONS
        for row in inside(settings, section, "CodeRepositories") or ()
    ]
    return [CodeSource(url=url, source=level) for url in dict.fromkeys(urls) if url]
