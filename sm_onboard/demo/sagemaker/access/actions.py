"""Which IAM actions an operation needs, on which resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..call import ACCOUNT
from . import mlflow_actions, other_actions, sagemaker_actions
from .needs import Need

if TYPE_CHECKING:
    from ..store import World


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
        service: botocore's name; for MLflow's REST interface ``sagemaker-mlflow``.
        operation: the API's name; for MLflow's REST interface ``POST /api/2.0/mlflow/runs/search``.
        parameters: of the input shape. For MLflow: ``{"ResourceArn": …}``.
        world: what is there, for tags and owners. Called under the emulator's lock.

    Returns:
        (action, resource, condition keys); empty for an operation that everybody may call.
    """
    if service == "sagemaker-mlflow":
        needs = mlflow_actions.needs(operation, parameters)
    elif service in sagemaker_actions.SERVICES:
        needs = sagemaker_actions.needs(operation, parameters, region, account, world)
    else:
        needs = other_actions.needs(service, operation, parameters, region, account)
    return [
        (action, resource, {"aws:RequestedRegion": region, **_tags(world, resource), **context})
        for action, resource, context in needs
    ]


def _tags(world: World | None, resource: str) -> dict[str, str]:
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
    *mlflow_actions.ASSUMPTIONS,
    *other_actions.ASSUMPTIONS,
)
