"""A space of the local SageMaker's sample organization, for the demo's person to be in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sagemaker.child import LocalSageMaker

DOMAIN = "acme-ml"
PERSON = "alice"
SPACE = "alice-lab"
ROLE = "acme-ds-alice"
_REGION = "us-east-1"  # the one that the shipped prices know most of
_SPEED = 20.0  # a minute of an app's life in three seconds
_SESSION = 12 * 3600  # seconds the person's credentials are good for; the longest there is


@dataclass(frozen=True)
class Space:
    """What tells JupyterLab that it runs in a space.

    Attributes:
        metadata: the file that Studio would have written.
        environment: variables that Studio would have set; the endpoint is this machine's.
        mlflow_app: the ARN of the domain's MLflow App.
        url: of the local SageMaker. control: the token of its control paths.
    """

    metadata: Path
    environment: dict[str, str]
    mlflow_app: str = ""
    url: str = ""
    control: str = ""


@contextlib.contextmanager
def space(directory: Path) -> Iterator[Space]:
    """A local SageMaker with the sample organization, as long as the block lasts.

    Args:
        directory: where the metadata file is written.

    Raises:
        OnboardError: it did not start (``demo.not_started``), or lacks packages
            (``demo.no_moto``).
    """
    with LocalSageMaker.start(speed=_SPEED, region=_REGION) as local:
        domain, app = _app(local)
        metadata = directory / "resource-metadata.json"
        metadata.write_text(json.dumps(_metadata(domain, app)))
        yield Space(
            metadata,
            {**_signed_in(local), **_variables(app)},
            _mlflow_app(local, domain),
            local.url,
            local.environment()["SM_ONBOARD_DEMO_CONTROL"],
        )


def _app(local: LocalSageMaker) -> tuple[str, str]:
    """The domain's id, and the ARN of the app in the person's space."""
    client = local.client("sagemaker")
    listed = client.list_domains()["Domains"]
    domain = next(one["DomainId"] for one in listed if one["DomainName"] == DOMAIN)
    app = client.describe_app(
        DomainId=domain, SpaceName=SPACE, AppType="JupyterLab", AppName="default"
    )
    return domain, app["AppArn"]


def _mlflow_app(local: LocalSageMaker, domain: str) -> str:
    """Its ARN; empty where this boto3 does not know MLflow Apps."""
    client = local.client("sagemaker")
    if "ListMlflowApps" not in client.meta.service_model.operation_names:
        return ""
    (app, *_) = client.list_mlflow_apps(DefaultForDomainId=domain)["Summaries"]
    arn: str = app["Arn"]
    return arn


def _metadata(domain: str, app: str) -> dict[str, Any]:
    """As AWS documents and its own tests show it."""
    return {
        "AppType": "JupyterLab",
        "DomainId": domain,
        "SpaceName": SPACE,
        "ResourceArn": app,
        "ResourceName": "default",
        "AppImageVersion": "",
    }


def _signed_in(local: LocalSageMaker) -> dict[str, str]:
    """The role's credentials in place of the administrator's; no way to the control paths."""
    role = local.client("iam").get_role(RoleName=ROLE)["Role"]["Arn"]
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


def _variables(app: str) -> dict[str, str]:
    return {
        "SAGEMAKER_APP_TYPE": "JupyterLab",
        "SAGEMAKER_APP_TYPE_LOWERCASE": "jupyterlab",
        "SAGEMAKER_SPACE_TYPE_LOWERCASE": "private",
        "AWS_ACCOUNT_ID": app.split(":")[4],
        "LOGNAME": PERSON,  # whose runs they are; in Studio all people are sagemaker-user
    }
