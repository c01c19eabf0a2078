"""Tags, on everything that has an ARN."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.family import Special
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Region
from sm_onboard.demo.sagemaker.errors import ServiceError, validation

LIMIT = 50

ASSUMPTIONS = (
    Assumption("AddTags", "a resource has at most 50 tags", "AWS documentation: tagging limits"),
    Assumption("AddTags", "keys that begin with aws: are refused", "AWS documentation: tagging"),
    Assumption(
        "ListTags",
        "the ARN of nothing, or of a deleted app, is refused with ValidationException",
        "aws/amazon-sagemaker-feedback#108",
    ),
)


def wanted(given: list[dict[str, str]] | None) -> dict[str, str]:
    """The tags of a call as a mapping.

    Raises:
        ServiceError: a key comes twice, or begins with ``aws:``.
    """
    found: dict[str, str] = {}
    for tag in given or ():
        key = tag["Key"]
        if key in found:
            raise validation(f"Duplicate tag keys found: {key}.")
        if key.lower().startswith("aws:"):
            raise validation("Tag keys that begin with aws: are reserved.")
        found[key] = tag["Value"]
    return found


def listed(found: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]


def _of(region: Region, call: Call) -> dict[str, str]:
    arn = str(call.parameters["ResourceArn"])
    record = region.by_arn(arn)
    if record is None or record.status(region.now()) == "Deleted":
        raise validation(f"The resource {arn} does not exist.")
    return region.tags.setdefault(record.arn, {})


def add(region: Region, call: Call) -> Answer:
    new = wanted(call.parameters["Tags"])
    there = _of(region, call)
    if len({*there, *new}) > LIMIT:
        raise ServiceError("ResourceLimitExceeded", f"A resource can have at most {LIMIT} tags.")
    there.update(new)
    return {"Tags": listed(there)}


def list_(region: Region, call: Call) -> Answer:
    tags = listed(_of(region, call))
    page = Page.of(call, default=LIMIT)
    shown, token = page.cut(tags, position=lambda tag: (tag["Key"],), ordered=False)
    return {"Tags": shown, "NextToken": token}


def delete(region: Region, call: Call) -> Answer:
    there = _of(region, call)
    for key in call.parameters["TagKeys"]:
        there.pop(key, None)
    return {}


def matching(region: Region, arn: str) -> dict[str, Any]:
    """The tags of an ARN; empty when it has none."""
    return region.tags.get(arn, {})


OPERATIONS: dict[str, Special] = {"AddTags": add, "ListTags": list_, "DeleteTags": delete}
