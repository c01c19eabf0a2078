"""Whose key it is, and which policies are theirs.

The emulator's own credentials need nothing. All others were made by a call of IAM's or STS's,
which are moto's: where moto's module was never imported there is no other key.
"""

from __future__ import annotations

import hmac
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timezone
from typing import Any

from sm_onboard.demo.sagemaker.access.policy import Permissions, Policy, parse
from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import ACCOUNT, Caller

ADMIN = f"arn:aws:iam::{ACCOUNT}:user/admin"
"""Whose the emulator's own credentials are; may do everything, whatever policies say."""

_ALL = """{"Version": "2012-10-17",
"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"""


@dataclass(frozen=True)
class Credentials:
    """A key and its secret. The secret stays out of every representation."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class Identity:
    """The owner of a key.

    Attributes:
        token: the session token that must come with it; "" for a permanent key.
        expires: seconds since 1970; None: never.
        everything: it may do all, as the account's administrator.
        role: the ARN of the role that was assumed, or "".
        session_policy: the document that AssumeRole was given, or "".
    """

    caller: Caller
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    expires: float | None = None
    everything: bool = False
    role: str = ""
    session_policy: str = ""

    def has_token(self, token: str) -> bool:
        return hmac.compare_digest(self.token.encode(), token.encode())


class Identities:
    """All keys of the account.

    Args:
        own: the emulator's own.
    """

    def __init__(self, own: Credentials) -> None:
        admin = Caller(ADMIN, ACCOUNT, own.access_key)
        self._own = Identity(admin, own.secret_key, everything=True)

    def find(self, access_key: str) -> Identity | None:
        """The owner; None for a key that nobody has, or that is inactive."""
        if access_key == self._own.caller.access_key:
            return self._own
        return _of_role(access_key) or _of_user(access_key)

    def permissions(self, identity: Identity) -> Permissions:
        """The policies as they are now.

        Raises:
            InvalidPolicy: one of them is not a policy.
        """
        if identity.role:
            return of_role(identity.role, identity.session_policy)
        return of_user(identity.caller.arn)

    def context(self, identity: Identity) -> dict[str, str]:
        """The condition keys that say who calls."""
        caller = identity.caller
        keys = {
            "aws:PrincipalArn": identity.role or caller.arn,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalType": "AssumedRole" if identity.role else "User",
            **keys_of(identity.role or caller.arn),
        }
        role = _role(identity.role) if identity.role else None
        if role is not None:
            keys["aws:userid"] = f"{role.id}:{caller.name}"
        return keys


def keys_of(arn: str) -> dict[str, str]:
    """The condition keys that a user or a role has wherever it acts."""
    if arn == ADMIN:
        return {"aws:PrincipalArn": arn, "aws:username": "admin"}
    user, role = _user(arn), _role(arn)
    keys = {}
    if user is not None:
        keys = {"aws:username": str(user.name), "aws:userid": str(user.id)}
    if user is not None or role is not None:
        owner = user if user is not None else role
        keys["aws:PrincipalArn"] = arn
        keys |= {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in owner.tags or ()}
    return keys


def _backends(service: str, names: str) -> Iterator[Any]:
    """moto's backends of a service in this account, one for each partition in use."""
    module = sys.modules.get(f"moto.{service}.models")
    if module is not None:
        yield from list(getattr(module, names)[ACCOUNT].values())


def _iam() -> Iterator[Any]:
    return _backends("iam", "iam_backends")


def _of_user(access_key: str) -> Identity | None:
    for backend in _iam():
        key = backend.access_keys.get(access_key)
        user = backend.users.get(key.user_name) if key is not None and key.user_name else None
        if user is not None and key.status == "Active":
            caller = Caller(user.arn, ACCOUNT, access_key)
            return Identity(caller, key.secret_access_key)
    return None


def _of_role(access_key: str) -> Identity | None:
    for backend in _backends("sts", "sts_backends"):
        session = backend.get_assumed_role_from_access_key(access_key)
        if session is not None:
            return Identity(
                Caller(session.arn, ACCOUNT, access_key),
                session.secret_access_key,
                token=session.session_token,
                expires=session.expiration.replace(tzinfo=timezone.utc).timestamp(),
                role=session.role_arn,
                session_policy=session.policy or "",
            )
    return None


def _user(arn: str) -> Any:
    return next((u for b in _iam() for u in list(b.users.values()) if u.arn == arn), None)


def _role(arn: str) -> Any:
    return next((r for b in _iam() for r in list(b.roles.values()) if r.arn == arn), None)


def _group(arn: str) -> Any:
    return next((g for b in _iam() for g in list(b.groups.values()) if g.arn == arn), None)


def of_user(arn: str) -> Permissions:
    """A user's policies and those of their groups; none for a user that is not there."""
    user = _user(arn)
    if user is None:
        return Permissions(())
    groups = [g for b in _iam() for g in list(b.groups.values()) if user in g.users]
    policies = [*_attached(user, "user"), *(p for g in groups for p in _attached(g, "group"))]
    return Permissions(tuple(policies), _boundary(user))


def of_role(arn: str, session_policy: str = "") -> Permissions:
    """A role's policies; none for a role that is not there.

    Args:
        session_policy: the document that AssumeRole was given.
    """
    role = _role(arn)
    session = (parse(session_policy, "session", "none"),) if session_policy else None
    if role is None:
        return Permissions((), None, session)
    return Permissions(tuple(_attached(role, "role")), _boundary(role), session)


def of_group(arn: str) -> Permissions:
    group = _group(arn)
    return Permissions(tuple(_attached(group, "group")) if group is not None else ())


def there(arn: str) -> bool:
    """Whether a user, group or role has this ARN."""
    return arn == ADMIN or any(find(arn) is not None for find in (_user, _group, _role))


def of(arn: str) -> Permissions:
    """The policies of a user, a group or a role."""
    if arn == ADMIN:
        return Permissions((parse(_ALL, "AdministratorAccess", "aws-managed"),))
    kind = arn.split(":")[5].partition("/")[0]
    return {"user": of_user, "group": of_group, "role": of_role}[kind](arn)


def _attached(owner: Any, kind: str) -> Iterator[Policy]:
    for name, document in list(owner.policies.items()):
        yield parse(_text(document), f"{kind}_{owner.name}_{name}", kind)
    for policy in list(owner.managed_policies.values()):
        yield _managed(policy)


def _managed(policy: Any) -> Policy:
    kind = "aws-managed" if ":iam::aws:policy" in policy.arn else "user-managed"
    for version in policy.versions:
        if version.version_id == policy.default_version_id:
            return parse(_text(version.document), policy.name, kind)
    raise LookupError(f"{policy.arn} has no default version")


def _boundary(owner: Any) -> tuple[Policy, ...] | None:
    """None without one. A boundary that was deleted since allows nothing."""
    arn = getattr(owner, "permissions_boundary_arn", None)
    if not arn:
        return None
    found = (b.managed_policies.get(arn) for b in _iam())
    return tuple(_managed(policy) for policy in found if policy is not None)


def _text(document: str | Mapping[str, Any]) -> str:
    return document if isinstance(document, str) else json.dumps(document)


ASSUMPTIONS = (
    Assumption(
        "AssumeRole",
        "A role's trust policy is not enforced: who may call sts:AssumeRole on it, assumes it.",
    ),
    Assumption(
        "AssumeRole",
        "Session tags and PolicyArns are not kept; the Policy document is, and limits the session.",
    ),
    Assumption("IAM", "Users have no permissions boundary, because moto has none; roles have."),
)
