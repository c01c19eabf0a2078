"""Why a call did not work, with what an administrator needs to put it right."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sm_onboard.aws import Refusal
from sm_onboard.errors import OnboardError

from .known import text
from .models import Problem

_ARN = re.compile(r"on resource: (arn:aws[a-z-]*:[\w-]+:[\w-]*:\d*:[\w+=,.@/:*-]{1,512}|\*)")
_ENDPOINTS = {  # what a VPC without internet needs for a service
    "sagemaker": "com.amazonaws.{region}.sagemaker.api",
    "pricing": "com.amazonaws.{region}.pricing.api",
    "sts": "com.amazonaws.{region}.sts",
    "iam": "",
}

BROKEN = Problem(
    code="internal",
    message="Something in sm_onboard failed.",
    hint="What it was is in the server's log.",
)


@dataclass(frozen=True)
class Where:
    """What the ARNs of a problem are made of; None: not known.

    Attributes:
        vpc_only: whether the domain has no way to the internet of its own.
    """

    region: str | None = None
    account: str | None = None
    partition: str = "aws"
    vpc_only: bool | None = None

    def arn(self, path: str) -> str:
        """The ARN of one of SageMaker's resources: ``space/d-1/lab``."""
        region, account = self.region or "*", self.account or "*"
        return f"arn:{self.partition}:sagemaker:{region}:{account}:{path}"


def problem(error: OnboardError, where: Where, action: str = "", resource: str = "*") -> Problem:
    """An error as the page shows it.

    Args:
        action: the IAM action of the call: ``sagemaker:ListApps``.
        resource: what IAM checked it on, where AWS's own words do not say.
    """
    if error.code == "aws.forbidden":
        return _forbidden(error, action, resource)
    if error.code == "aws.unreachable":
        return _unreachable(error, where, action)
    if error.code == "aws.failed":
        said = text(Refusal.of(error.__cause__).message, 300)
        hint = f"AWS says: {said}" if said else error.hint
        return Problem(code=error.code, message=str(error), hint=hint)
    return Problem(code=error.code, message=str(error), hint=error.hint)


def statement(action: str, resource: str) -> str:
    """The IAM statement that allows an action, as JSON text."""
    sid = "SmOnboard" + action.partition(":")[2]
    told = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps(told, indent=2)


def _forbidden(error: OnboardError, action: str, resource: str) -> Problem:
    said = Refusal.of(error.__cause__).message
    named = _ARN.search(said)
    resource = named[1] if named else resource
    on = "" if resource == "*" else f" on {resource}"
    message = f"Your role may not call {action}{on}."
    if "explicit deny" in said:
        kind = re.search(r"explicit deny in an? ([a-z -]{1,40}policy)", said)
        return Problem(
            code=error.code,
            message=message,
            hint=f"It is denied by {'a ' + kind[1] if kind else 'a policy'}, which no statement "
            "overrides: ask your administrator.",
            action=action,
            resource=resource,
        )
    return Problem(
        code=error.code,
        message=message,
        hint="Send the statement to whoever looks after your role.",
        action=action,
        resource=resource,
        statement=statement(action, resource),
    )


def _unreachable(error: OnboardError, where: Where, action: str) -> Problem:
    service = action.partition(":")[0]
    name = _ENDPOINTS.get(service, "").format(region=where.region or "REGION")
    in_region = f" in {where.region}" if where.region else ""
    if where.vpc_only is False or not name:
        return Problem(
            code=error.code,
            message=f"{_title(service)} did not answer{in_region}.",
            hint="Check the network, and that the region has the service.",
        )
    return Problem(
        code=error.code,
        message=f"{_title(service)} did not answer{in_region}.",
        hint=f"In a VPC without internet it needs the endpoint {name}: ask your administrator. "
        "Elsewhere, check the network and the region.",
        endpoint=name,
    )


def _title(service: str) -> str:
    return {"sagemaker": "SageMaker", "pricing": "The price list service"}.get(
        service, f"The AWS service {service}"
    )
