"""Which IAM actions an operation needs, on which resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sm_onboard.demo.sagemaker.access import other_actions, sagemaker_actions
from sm_onboard.demo.sagemaker.access.needs import Need
from sm_onboard.demo.sagemaker.call import ACCOUNT

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.engine.store import World


def required(
    service: str,
    operation: str,
    parameters: Mapping[str, Any],
    region: str,
    account: str = ACCOUNT,
    world: World | None = None,
) -> list[Need]:
    """Everything that must be allowed for one call.

    Args:
        service: botocore's name. MLflow's REST interface is not an API of botocore's; its
            actions are in ``..mlflow_actions``.
        operation: the API's name.
        parameters: of the input shape.
        world: what is there, for tags and owners. Called under the emulator's lock.

    Returns:
        (action, resource, condition keys); empty for an operation that everybody may call.
    """
    if service in sagemaker_actions.SERVICES:
        needs = sagemaker_actions.needs(operation, parameters, region, account, world)
    else:
        needs = other_actions.needs(service, operation, parameters, region, account)
    return [
        (
            action,
            resource,
            {"aws:RequestedRegion": region, **resource_tags(world, resource), **context},
        )
        for action, resource, context in needs
    ]


def resource_tags(world: World | None, resource: str) -> dict[str, str]:
    """The tags that a SageMaker resource has, as condition keys."""
    parts = resource.split(":")
    if world is None or len(parts) < 6 or parts[2] != "sagemaker":
        return {}
    tags = world.region(parts[4], parts[3]).tags.get(resource, {})
    return {
        f"{prefix}:ResourceTag/{key}": value
        for key, value in tags.items()
        for prefix in ("aws", "sagemaker")
    }


ASSUMPTIONS = (
    *sagemaker_actions.ASSUMPTIONS,
    *other_actions.ASSUMPTIONS,
)
