"""The head of the side panel: where this is."""

from __future__ import annotations

from .idle import setting
from .known import Known, inside, text
from .models import Here, Running


def here(known: Known, own: Running | None, now: float, too_old: str) -> Here:
    """What is known of this place; what is not is None.

    Args:
        own: the row of the app one is in.
        now: seconds since 1970.
        too_old: why this boto3 does not know idle settings; empty when it does.
    """
    place = known.place
    inside_it = known.chosen == place.domain_id
    used, by = known.used
    return Here(
        kind=place.kind,
        person=known.me,
        space=place.space if inside_it else None,
        shared=known.shared if place.space and inside_it else None,
        domain_id=known.chosen,
        domain_name=text(inside(known.domain, "DomainName")) or _name(known),
        region=known.region or place.region,
        account=known.account or place.account,
        role=_role(known),
        app_type=place.app_type,
        instance=own.instance if own else None,
        started=own.since if own else None,
        price=own.price if own else None,
        image=place.image,
        idle=setting(known, too_old),
        idle_for=max(0, int(now - used.timestamp())) if used else None,
        idle_known_by="api" if by == "api" else "local" if by == "local" else "",
        storage=known.storage,
    )


def _name(known: Known) -> str | None:
    return next((c.name for c in known.choices if c.id == known.chosen), None)


def _role(known: Known) -> str | None:
    """The metadata file's word, else the nearest setting's."""
    if known.place.role:
        return known.place.role
    if known.shared:
        return text(inside(known.domain, "DefaultSpaceSettings", "ExecutionRole")) or None
    profile = text(inside(known.profile, "UserSettings", "ExecutionRole"))
    domain = text(inside(known.domain, "DefaultUserSettings", "ExecutionRole"))
    return profile or domain or None
