"""``CreatedBy`` and ``LastModifiedBy``: who did it, as SageMaker shows it."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Caller
from sm_onboard.demo.sagemaker.engine.store import Region

ASSUMPTIONS = (
    Assumption(
        "CreatedBy",
        "an assumed role whose session is called like exactly one user profile of the region is "
        "that profile (a domain whose ExecutionRoleIdentityConfig is USER_PROFILE_NAME names the "
        "sessions so); any other caller is an IamIdentity with its ARN alone",
    ),
)


def user_context(region: Region, caller: Caller) -> dict[str, Any]:
    """A ``UserContext``."""
    context: dict[str, Any] = {"IamIdentity": {"Arn": caller.arn}}
    if ":assumed-role/" in caller.arn:
        profiles = [
            profile
            for profile in region.all("UserProfile")
            if profile.values["UserProfileName"] == caller.name
        ]
        if len(profiles) == 1:
            (profile,) = profiles
            context["UserProfileArn"] = profile.arn
            context["UserProfileName"] = caller.name
            context["DomainId"] = profile.values["DomainId"]
    return context
