"""Whom the doctor looks at: the names that stand in resources, calls and sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_onboard.domain.known import Known, inside, text
from sm_onboard.domain.problems import Where

from .features import Need

_SLOT = re.compile(r"\{([\w:/-]+)\}")
_ROLE = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/.+")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:role|user)/[\w+=,.@/-]+")


@dataclass(frozen=True)
class Subject:
    """The caller and the place.

    Attributes:
        where: what ARNs are made of.
        caller: the ARN that STS knows the caller by; None: it could not be asked.
        names: what the slots of the table stand for; what is not known is not in it.
        shared: whether several people work in the space.
        sso: whether the domain uses IAM Identity Center; None: not known.
        roles: ARNs of roles with their paths, as the settings name them.
    """

    where: Where
    caller: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    shared: bool | None = None
    sso: bool | None = None
    roles: tuple[str, ...] = ()

    def fill(self, told: str, **more: str) -> str | None:
        """With names in the slots; None where one of them is not known."""
        names = {**self.names, **more}

        def put(slot: re.Match[str]) -> str:
            if slot[1].startswith("arn:"):
                return self.where.arn(slot[1][4:])
            return names[slot[1]]

        try:
            return _SLOT.sub(put, told)
        except KeyError:
            return None

    def says(self, sentence: str) -> str:
        """A sentence of the table; what is not known is ``this``."""
        return _SLOT.sub(lambda slot: self.names.get(slot[1], "this one"), sentence)

    def resource(self, need: Need, *, example: bool) -> str | None:
        """The ARN, or ``*``; None where it is not known, or there is none here.

        Args:
            example: one resource, to ask IAM about, and not the pattern of a statement.
        """
        which = (self.fill(need.example) or "*") if example else "*"
        path = self.fill(need.on, any=which)
        if path is None or path == "*" or path.startswith("arn:"):
            return path
        return self.where.arn(path)

    def parameters(self, need: Need) -> dict[str, Any] | None:
        """Of the call that shows whether it works; None where a name in it is not known."""
        try:
            return dict(self._filled(need.ask or {}))
        except LookupError:
            return None

    def _filled(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, str):
            filled = self.fill(value)
            if filled is None:
                raise LookupError(value)
            return filled
        return value

    @property
    def context(self) -> dict[str, str]:
        """Condition keys that IAM looks at for a space and its apps."""
        keys = {}
        if self.shared is not None:
            keys["sagemaker:SpaceSharingType"] = "Shared" if self.shared else "Private"
        if "owner" in self.names:
            profile = f"user-profile/{self.names['domain']}/{self.names['owner']}"
            keys["sagemaker:OwnerUserProfileArn"] = self.where.arn(profile)
        return keys


def subject(known: Known, caller: str | None, published: str) -> Subject:
    """Who and where, from what is known.

    Args:
        published: the date of the shipped price table.
    """
    place = known.place
    names = {"published": published}
    if known.chosen:
        names["domain"] = known.chosen
        names["name"] = text(inside(known.domain, "DomainName")) or known.chosen
    if place.space and place.app_type and known.chosen == place.domain_id:
        names |= {"space": place.space, "kind": place.app_type.lower(), "Kind": place.app_type}
        owner = text(inside(known.space, "OwnershipSettings", "OwnerUserProfileName"))
        names |= {"owner": owner} if owner else {}
    if known.me:
        names["me"] = known.me
    account = known.account or (caller.split(":")[4] if caller and caller.count(":") > 4 else None)
    where = Where(known.region or place.region, account, place.partition, known.vpc_only)
    roles = [
        place.role,
        inside(known.profile, "UserSettings", "ExecutionRole"),
        inside(known.domain, "DefaultUserSettings", "ExecutionRole"),
        inside(known.domain, "DefaultSpaceSettings", "ExecutionRole"),
    ]
    found = tuple(dict.fromkeys(role for role in roles if isinstance(role, str)))
    auth = inside(known.domain, "AuthMode")
    made = Subject(where, caller, names, known.shared, auth == "SSO" if auth else None, roles=found)
    principal = role_of(caller, found)
    if principal:
        names["role"] = principal
    return made


def role_of(caller: str | None, known: tuple[str, ...]) -> str | None:
    """The role or user behind a session, which is what IAM can be asked about.

    A session's ARN has lost the role's path: where the settings name the role, theirs is taken.
    """
    if caller is None:
        return None
    session = _ROLE.fullmatch(caller)
    if session is None:
        return caller if _PRINCIPAL.fullmatch(caller) else None
    for arn in known:
        if arn.rpartition("/")[2] == session[3] and arn.split(":")[4:5] == [session[2]]:
            return arn
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}"
