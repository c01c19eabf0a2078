"""Asks IAM what a role may do, without doing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sm_onboard.aws import Refusal
from sm_onboard.domain.client import Client, Task
from sm_onboard.errors import OnboardError

_OF_SPACES = frozenset({"sagemaker:OwnerUserProfileArn", "sagemaker:SpaceSharingType"})
"""Keys that a request about anything else does not have, so nothing hangs on them there."""
_MOST = 1000  # results of one answer
_PAGES = 10


@dataclass(frozen=True)
class Decision:
    """What IAM says of one action on one resource.

    Attributes:
        state: ``explicit`` is denied by a statement, which nothing overrides; ``depends`` hangs
            on what the request will be.
        missing: the condition keys that it hangs on.
    """

    state: Literal["allowed", "denied", "explicit", "depends"]
    missing: tuple[str, ...] = ()


Asked = tuple[str, str, bool]
"""Action, resource, and whether IAM looks at whose space it is."""


def simulate(
    client: Client, task: Task, role: str, asked: Iterable[Asked], context: Mapping[str, str]
) -> dict[Asked, Decision]:
    """What the role may do.

    Args:
        role: its ARN; its path may be missing.
        context: condition keys for what looks at the space.

    Raises:
        OnboardError: IAM cannot be asked.
    """
    wanted = set(asked)
    try:
        return _all(client, task, role, wanted, context)
    except OnboardError as error:
        if not Refusal.of(error.__cause__).code.startswith("NoSuchEntity"):
            raise
    name = role.rpartition("/")[2]
    told = client.call(task, "GetRole", service="iam", RoleName=name)
    return _all(client, task, str(told["Role"]["Arn"]), wanted, context)


def _all(
    client: Client, task: Task, role: str, wanted: set[Asked], context: Mapping[str, str]
) -> dict[Asked, Decision]:
    found: dict[Asked, Decision] = {}
    # An answer holds each action on each resource, so what goes together is asked together.
    for owned in (False, True):
        for star in (True, False):
            some = {each for each in wanted if each[2] == owned and (each[1] == "*") == star}
            keys = context if owned else {}
            absent: frozenset[str] = frozenset() if owned else _OF_SPACES
            for result in _answers(client, task, role, some, keys):
                resource = str(result.get("EvalResourceName") or "*")
                one = (str(result["EvalActionName"]), resource, owned)
                if one in some:
                    found[one] = _decision(result, absent)
    return found


def _answers(
    client: Client, task: Task, role: str, some: set[Asked], context: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    if not some:
        return
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.items()
    ]
    marker: dict[str, Any] = {}
    for _ in range(_PAGES):
        answer = client.call(
            task,
            "SimulatePrincipalPolicy",
            service="iam",
            PolicySourceArn=role,
            ActionNames=sorted({action for action, _, _ in some}),
            ResourceArns=sorted({resource for _, resource, _ in some}),
            ContextEntries=entries,
            MaxItems=_MOST,
            **marker,
        )
        yield from answer.get("EvaluationResults") or ()
        if not answer.get("IsTruncated") or not answer.get("Marker"):
            return
        marker = {"Marker": answer["Marker"]}


def _decision(result: Mapping[str, Any], absent: frozenset[str]) -> Decision:
    said = result.get("EvalDecision")
    missing = tuple(str(k) for k in result.get("MissingContextValues") or () if k not in absent)
    organizations = result.get("OrganizationsDecisionDetail") or {}
    if said == "allowed" and organizations.get("AllowedByOrganizations", True):
        return Decision("allowed")
    if said == "explicitDeny" and not missing:
        return Decision("explicit")
    return Decision("depends", missing) if missing else Decision("denied")
