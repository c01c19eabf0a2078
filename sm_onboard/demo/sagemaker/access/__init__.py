"""Who calls, and whether they may: signatures, identities, IAM policies."""

from __future__ import annotations

from sm_onboard.demo.sagemaker.access import actions, identities, policy, refusals
from sm_onboard.demo.sagemaker.access.actions import required, resource_tags
from sm_onboard.demo.sagemaker.access.gate import Gate
from sm_onboard.demo.sagemaker.access.identities import Credentials
from sm_onboard.demo.sagemaker.access.signature import Signed

ASSUMPTIONS = (
    *refusals.ASSUMPTIONS,
    *identities.ASSUMPTIONS,
    *policy.ASSUMPTIONS,
    *actions.ASSUMPTIONS,
)

__all__ = ["Credentials", "Gate", "Signed", "required", "resource_tags"]
