"""Who calls, and whether they may: signatures, identities, IAM policies."""

from __future__ import annotations

from . import actions, identities, policy, refusals
from .actions import required, resource_tags
from .gate import Gate
from .identities import Credentials
from .signature import Signed

ASSUMPTIONS = (
    *refusals.ASSUMPTIONS,
    *identities.ASSUMPTIONS,
    *policy.ASSUMPTIONS,
    *actions.ASSUMPTIONS,
)

__all__ = ["Credentials", "Gate", "Signed", "required", "resource_tags"]
