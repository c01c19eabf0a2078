"""IAM's policy simulator: what a user, a group, a role or a set of policies would be allowed.

It is the evaluator that guards the emulator itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sm_onboard.demo.sagemaker.access import identities
from sm_onboard.demo.sagemaker.access.patterns import Context
from sm_onboard.demo.sagemaker.access.policy import (
    InvalidPolicy,
    Permissions,
    Policy,
    Request,
    Statement,
    decide,
    parse,
)
from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call, Handler
from sm_onboard.demo.sagemaker.errors import ServiceError, not_implemented
from sm_onboard.demo.sagemaker.others import tokens

_PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(user|group|role)/(?:[^*?]*/)?([^/*?]+)")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_PAGE = 100
_NOT_HERE = ("ResourcePolicy", "PolicyExclusionList")


def simulate_principal_policy(call: Call) -> Answer:
    """What the policies of ``PolicySourceArn``, and those given beside them, allow.

    Raises:
        ServiceError: it is no user, group or role of this account; a policy is not one.
    """
    arn = str(call.parameters.get("PolicySourceArn", ""))
    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        raise ServiceError(
            "InvalidInput",
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name.",
        )
    kind, name = found.groups()
    if not identities.there(arn):
        raise ServiceError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
    try:
        return _simulate(call, identities.of(arn), identities.keys_of(arn))
    except InvalidPolicy as error:
        raise ServiceError("InvalidInput", str(error)) from error


def simulate_custom_policy(call: Call) -> Answer:
    """What the policies in ``PolicyInputList`` allow.

    Raises:
        ServiceError: one of them is not a policy.
    """
    try:
        return _simulate(call, Permissions(()), {})
    except InvalidPolicy as error:
        raise ServiceError("InvalidInput", str(error)) from error


def _simulate(call: Call, permissions: Permissions, known: Context) -> Answer:
    given = call.parameters
    for member in _NOT_HERE:
        if given.get(member):
            raise not_implemented(f"{call.operation} with {member}")
    permissions = replace(
        permissions,
        policies=(*permissions.policies, *_policies(given, "PolicyInputList")),
        boundary=_policies(given, "PermissionsBoundaryPolicyInputList") or permissions.boundary,
    )
    actions = [str(action) for action in given.get("ActionNames") or ()]
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise ServiceError("InvalidInput", f"Invalid Action Name: {action}")
    context = {**known, **_context(given.get("ContextEntries") or ())}
    asked = [
        Request(action, str(resource), context)
        for action in actions
        for resource in given.get("ResourceArns") or ("*",)
    ]
    page, marker = _page(call, asked)
    answer: Answer = {
        "EvaluationResults": [_result(permissions, request) for request in page],
        "IsTruncated": marker is not None,
    }
    if marker is not None:
        answer["Marker"] = marker
    return answer


def _result(permissions: Permissions, request: Request) -> dict[str, Any]:
    decision = decide(permissions, request)
    result: dict[str, Any] = {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision.effect,
        "MatchedStatements": [_matched(statement) for statement in decision.matched],
        "MissingContextValues": list(decision.missing),
    }
    if permissions.boundary is not None:
        alone = decide(Permissions(permissions.boundary), request)
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": alone.allowed
        }
    return result


def _matched(statement: Statement) -> dict[str, str]:
    return {"SourcePolicyId": statement.policy, "SourcePolicyType": statement.kind}


def _policies(given: Mapping[str, Any], member: str) -> tuple[Policy, ...]:
    documents = enumerate(given.get(member) or (), 1)
    return tuple(parse(str(text), f"{member}.{number}", "none") for number, text in documents)


def _context(entries: Sequence[Mapping[str, Any]]) -> dict[str, str | list[str]]:
    """Condition keys; a list for those whose type says so."""
    keys: dict[str, str | list[str]] = {}
    for entry in entries:
        values = [str(value) for value in entry.get("ContextKeyValues") or ()]
        several = str(entry.get("ContextKeyType", "")).endswith("List") or len(values) != 1
        keys[str(entry.get("ContextKeyName", ""))] = values if several else values[0]
    return keys


def _page(call: Call, asked: list[Request]) -> tuple[list[Request], str | None]:
    size = int(call.parameters.get("MaxItems") or _PAGE)
    try:
        return tokens.page(call, asked, size, "Marker")
    except tokens.BadToken as error:
        raise ServiceError("ValidationError", "Invalid Marker.") from error


HANDLERS: dict[tuple[str, str], Handler] = {
    ("iam", "SimulatePrincipalPolicy"): simulate_principal_policy,
    ("iam", "SimulateCustomPolicy"): simulate_custom_policy,
}

ASSUMPTIONS = (
    Assumption(
        "SimulatePrincipalPolicy",
        "The ARN of a session is refused with InvalidInput; the role's ARN is what it takes.",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
    ),
    Assumption(
        "SimulatePrincipalPolicy",
        "aws:username, aws:PrincipalArn and aws:PrincipalTag are known from the user or role; "
        "all other condition keys come from ContextEntries, or are missing.",
    ),
    Assumption(
        "SimulatePrincipalPolicy",
        "Matched statements name their policy, not their lines; ResourcePolicy and "
        "PolicyExclusionList are refused as not implemented.",
    ),
    Assumption("SimulatePrincipalPolicy", "A page has 100 results where MaxItems is not given."),
)
