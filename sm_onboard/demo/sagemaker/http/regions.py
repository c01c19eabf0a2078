"""Which regions there are: those that the installed botocore names."""

from __future__ import annotations

import functools

from botocore.loaders import Loader

from sm_onboard.demo.sagemaker.access.refusals import refusal


def check_region(name: str, service: str) -> None:
    """Refuses a region that does not exist: of AWS there is no such address, and moto fails.

    Args:
        service: that the request is signed for, by botocore's name.

    Raises:
        ServiceError: the service's code for a wrong signature, which no client retries.
    """
    if name not in regions():
        message = f"Credential should be scoped to a valid region, not '{name}'."
        raise refusal("region", service, message)


@functools.cache
def regions() -> frozenset[str]:
    """The names of all regions, of every partition."""
    partitions = Loader().load_data("partitions")["partitions"]
    return frozenset(name for partition in partitions for name in partition["regions"])
