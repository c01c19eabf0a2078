"""Spaces of the local SageMaker's sample organization, for the demo's people to be in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sagemaker.child import LocalSageMaker

DOMAIN = "acme-ml"
_REGION = "us-east-1"  # the one that the shipped prices know most of
_SPEED = 20.0  # a minute of an app's life in three seconds
_SESSION = 12 * 3600  # seconds the person's credentials are good for; the longest there is


@dataclass(frozen=True)
class Member:
    """One of the organization's people, with a space that runs and a role of their own."""

    name: str
    space: str
    role: str


ALICE = Member("alice", "alice-lab", "acme-ds-alice")
BOB = Member("bob", "bob-lab", "acme-ds-bob")


@dataclass(frozen=True)
class Space:
    """What tells JupyterLab that it runs in a space.

    Attributes:
        metadata: the file that Studio would have written.
        environment: variables that Studio would have set; the endpoint is this machine's.
    """

    metadata: Path
    environment: dict[str, str]


class Organization:
    """The sample organization in a local SageMaker.

    Attributes:
        mlflow_app: the ARN of the domain's MLflow App; empty where this boto3 knows none.
        url: of the local SageMaker. control: the token of its control paths.
    """

    def __init__(self, local: LocalSageMaker) -> None:
        self._local = local
        listed = local.client("sagemaker").list_domains()["Domains"]
        self._domain = next(one["DomainId"] for one in listed if one["DomainName"] == DOMAIN)
        self.mlflow_app = _mlflow_app(local, self._domain)
        self.url = local.url
        self.control = local.environment()["SM_ONBOARD_DEMO_CONTROL"]

    def space(self, member: Member, directory: Path) -> Space:
        """The space of one of the people.

        Args:
            directory: where the metadata file is written.
        """
        told = self._local.client("sagemaker").describe_app(
            DomainId=self._domain, SpaceName=member.space, AppType="JupyterLab", AppName="default"
        )
        app: str = told["AppArn"]
        metadata = directory / "resource-metadata.json"
        metadata.write_text(json.dumps(_metadata(self._domain, member, app)))
        return Space(metadata, {**_signed_in(self._local, member), **_variables(member, app)})


@contextlib.contextmanager
def organization() -> Iterator[Organization]:
    """A local SageMaker with the sample organization, as long as the block lasts.

    Raises:
        OnboardError: it did not start (``demo.not_started``), or lacks packages
            (``demo.no_moto``).
    """
    with LocalSageMaker.start(speed=_SPEED, region=_REGION) as local:
        yield Organization(local)


def _mlflow_app(local: LocalSageMaker, domain: str) -> str:
    """Its ARN; empty where this boto3 does not know MLflow Apps."""
    client = local.client("sagemaker")
    if "ListMlflowApps" not in client.meta.service_model.operation_names:
        return ""
    (app, *_) = client.list_mlflow_apps(DefaultForDomainId=domain)["Summaries"]
    arn: str = app["Arn"]
    return arn


def _metadata(domain: str, member: Member, app: str) -> dict[str, Any]:
    """As AWS documents and its own tests show it."""
    return {
        "AppType": "JupyterLab",
        "DomainId": domain,
        "SpaceName": member.space,
        "ResourceArn": app,
        "ResourceName": "default",
        "AppImageVersion": "",
    }


def _signed_in(local: LocalSageMaker, member: Member) -> dict[str, str]:
    """The role's credentials in place of the administrator's; no way to the control paths."""
    role = local.client("iam").get_role(RoleName=member.role)["Role"]["Arn"]
    keys = local.client("sts").assume_role(
        RoleArn=role, RoleSessionName="SageMaker", DurationSeconds=_SESSION
    )["Credentials"]
    theirs = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    there = {**local.environment(), **theirs}
    del there["SM_ONBOARD_DEMO_CONTROL"]
    return there


def _variables(member: Member, app: str) -> dict[str, str]:
    return {
        "SAGEMAKER_APP_TYPE": "JupyterLab",
        "SAGEMAKER_APP_TYPE_LOWERCASE": "jupyterlab",
        "SAGEMAKER_SPACE_TYPE_LOWERCASE": "private",
        "AWS_ACCOUNT_ID": app.split(":")[4],
        "LOGNAME": member.name,  # whose runs they are; in Studio all people are sagemaker-user
    }
