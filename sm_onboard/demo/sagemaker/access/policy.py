"""IAM policies: read, and decided by.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sm_onboard.demo.sagemaker.access.conditions import Condition, Context, condition
from sm_onboard.demo.sagemaker.access.patterns import Keys, matches
from sm_onboard.demo.sagemaker.assumptions import Assumption

_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+|\*:\*")
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_VERSIONS = ("2008-10-17", "2012-10-17")


class InvalidPolicy(ValueError):
    """A document that is not an identity-based policy; the text says why, as IAM would."""


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        actions: with ``negated_actions``, it is about all others.
        resources: likewise.
        variables: whether ``${…}`` means a variable: since version 2012-10-17.
        policy, kind: the name of the policy it is in, and IAM's word for where that comes from:
            user, group, role, aws-managed, user-managed, none.
    """

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    negated_actions: bool = False
    negated_resources: bool = False
    variables: bool = True
    sid: str = ""
    policy: str = ""
    kind: str = "none"

    def about(self, action: str) -> bool:
        found = any(matches(pattern, action, ignore_case=True) for pattern in self.actions)
        return found is not self.negated_actions

    def on(self, resource: str, keys: Keys) -> bool:
        variables = keys if self.variables else None
        found = any(matches(pattern, resource, variables) for pattern in self.resources)
        return found is not self.negated_resources


@dataclass(frozen=True)
class Policy:
    """A policy's statements, in order."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Permissions:
    """What decides about a caller.

    Attributes:
        policies: attached to the user, its groups or the role.
        boundary: the permissions boundary; None without one.
        session: the policies that the session was limited to; None without one.
    """

    policies: tuple[Policy, ...]
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None


@dataclass(frozen=True)
class Request:
    """Attributes:
    resource: an ARN, or ``*`` for an action that has none.
    """

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """Attributes:
    effect: ``allowed``, ``explicitDeny`` or ``implicitDeny``, as IAM's simulator says it.
    by: the kind of policy that decided: ``identity-based policy``, ``permissions boundary``,
        ``session policy``.
    matched: the statements that apply and led to it.
    missing: condition keys that statements on this action ask for and the request lacks.
    """

    effect: str
    by: str
    matched: tuple[Statement, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.effect == "allowed"

    def why(self, action: str) -> str:
        """The end of the sentence that AWS answers.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        article = "an" if self.by.startswith("i") else "a"
        if self.effect == "explicitDeny":
            return f"with an explicit deny in {article} {self.by}"
        return f"because no {self.by} allows the {action} action"


def decide(permissions: Permissions, request: Request) -> Decision:
    """Allowed, when every layer allows it and none denies it."""
    keys = Keys(request.context)
    layers = [
        (name, _applying(policies, request, keys))
        for name, policies in (
            ("identity-based policy", permissions.policies),
            ("permissions boundary", permissions.boundary),
            ("session policy", permissions.session),
        )
        if policies is not None
    ]
    missing = tuple(keys.absent)
    for name, applying in layers:
        denying = tuple(statement for statement in applying if not statement.allows)
        if denying:
            return Decision("explicitDeny", name, denying, missing)
    for name, applying in layers:
        if not applying:
            return Decision("implicitDeny", name, (), missing)
    return Decision("allowed", layers[0][0], tuple(layers[0][1]), missing)


def _applying(policies: Iterable[Policy], request: Request, keys: Keys) -> list[Statement]:
    about = (
        statement
        for policy in policies
        for statement in policy.statements
        if statement.about(request.action) and statement.on(request.resource, keys)
    )
    # Every condition is asked, so that all keys that lack are known.
    asked = [(each, [one.holds(keys) for one in each.conditions]) for each in about]
    return [statement for statement, answers in asked if all(answers)]


@lru_cache(maxsize=512)
def parse(document: str, name: str = "", kind: str = "none") -> Policy:
    """Reads an identity-based policy.

    Args:
        name, kind: kept with each statement.

    Raises:
        InvalidPolicy: it is not one.
    """
    try:
        content = json.loads(document)
    except ValueError as error:
        raise InvalidPolicy("Syntax errors in policy.") from error
    if not isinstance(content, dict):
        raise InvalidPolicy("Syntax errors in policy.")
    version = content.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise InvalidPolicy("Policy document must be version 2012-10-17 or greater.")
    if set(content) - {"Version", "Id", "Statement"} or not content.get("Statement"):
        raise InvalidPolicy("Syntax errors in policy.")
    statements = content["Statement"]
    if isinstance(statements, dict):
        statements = [statements]
    variables = version == "2012-10-17"
    return Policy(name, tuple(_statement(each, variables, name, kind) for each in statements))


def _statement(content: Any, variables: bool, name: str, kind: str) -> Statement:
    if not isinstance(content, dict) or set(content) - _ELEMENTS - {"Principal", "NotPrincipal"}:
        raise InvalidPolicy("Syntax errors in policy.")
    if "Principal" in content or "NotPrincipal" in content:
        raise InvalidPolicy("Policy document should not specify a principal.")
    if content.get("Effect") not in ("Allow", "Deny"):
        raise InvalidPolicy("Syntax errors in policy.")
    actions, other_actions = _either(content, "Action", "Policy statement must contain actions.")
    resources, other_resources = _either(
        content, "Resource", "Policy statement must contain resources."
    )
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise InvalidPolicy(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            )
    for resource in resources:
        if not resource.startswith(("arn:", "*")):
            raise InvalidPolicy(f'Resource {resource} must be in ARN format or "*".')
    return Statement(
        content["Effect"] == "Allow",
        actions,
        resources,
        tuple(_conditions(content.get("Condition", {}), variables)),
        other_actions,
        other_resources,
        variables,
        str(content.get("Sid", "")),
        name,
        kind,
    )


def _either(content: Mapping[str, Any], name: str, absent: str) -> tuple[tuple[str, ...], bool]:
    """The values of ``name`` or ``NotName``, and whether it is the latter."""
    present = [key for key in (name, f"Not{name}") if key in content]
    if len(present) != 1:
        raise InvalidPolicy("Syntax errors in policy." if present else absent)
    values = content[present[0]]
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidPolicy("Syntax errors in policy.")
    if not values:
        raise InvalidPolicy(absent)
    return tuple(values), present[0] != name


def _conditions(block: Any, variables: bool) -> Iterable[Condition]:
    if not isinstance(block, dict):
        raise InvalidPolicy("Syntax errors in policy.")
    for operator, lines in block.items():
        if not isinstance(lines, dict):
            raise InvalidPolicy("Syntax errors in policy.")
        for key, values in lines.items():
            found = condition(operator, key, _strings(values), variables=variables)
            if found is None:
                raise InvalidPolicy(f"Invalid Condition type : {operator}.")
            yield found


def _strings(values: Any) -> Sequence[str]:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, (str, bool, int, float)) for value in listed):
        raise InvalidPolicy("Syntax errors in policy.")
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in listed]


ASSUMPTIONS = (
    Assumption(
        "AccessDenied",
        "The sentence ends with the kind of policy that decided.",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
    ),
    Assumption(
        "IAM",
        "A policy variable without a value makes its pattern match nothing.",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    ),
    Assumption(
        "IAM",
        "An operator without ForAnyValue or ForAllValues on a key of several values holds when it "
        "holds for one of them; a negated one when it holds for all.",
    ),
    Assumption(
        "IAM",
        "Only identity-based policies, permissions boundaries and session policies decide; "
        "policies of resources, organizations and endpoints are not looked at.",
    ),
)
