"""One call of the API, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Caller:
    """Who calls, as its signature proved.

    Attributes:
        arn: ``arn:aws:iam::123456789012:user/admin``, or
            ``arn:aws:sts::123456789012:assumed-role/ROLE/SESSION``.
        account: twelve digits.
        access_key: the id, not the secret.
    """

    arn: str
    account: str = ACCOUNT
    access_key: str = ""

    @property
    def name(self) -> str:
        """The last part of the ARN: the user's or the session's name."""
        return self.arn.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Call:
    """A call as it arrived: signature checked, parameters not yet.

    Attributes:
        service: botocore's name of the service: ``sagemaker``, ``sagemaker-metrics``.
        operation: the API's name: ``CreateSpace``.
        parameters: the members of the input shape by their wire names; as JSON gave them,
            so timestamps are numbers.
        region: ``eu-west-1``.
        base_url: where this server is reached, without a slash at the end.
        faults: what was asked to go wrong with this call: ``create_failed``.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    caller: Caller
    base_url: str = ""
    faults: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        return self.caller.account


Answer = dict[str, Any]
"""Members of the output shape. Timestamps are seconds since 1970 as floats. Members that the
installed botocore's shape lacks are left out on the way to the client."""

Handler = Callable[[Call], Answer]
