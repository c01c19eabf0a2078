"""The idle setting: which one is in force, who says so, and what may be chosen."""

from __future__ import annotations

from typing import Any, Literal

from sm_onboard.errors import Conflict, InvalidRequest

from .client import Answer, Client, Task
from .known import Known, inside
from .models import IdleSetting

SETTINGS = {"JupyterLab": "JupyterLabAppSettings", "CodeEditor": "CodeEditorAppSettings"}
LEAST, MOST = 60, 525_600  # minutes; the API's own limits

Source = Literal["space", "profile", "domain", "default_space", "none"]


def setting(known: Known, too_old: str = "") -> IdleSetting | None:
    """What is in force for the app one is in; None where there is no such setting.

    Args:
        too_old: why this boto3 cannot tell; empty when it can.
    """
    kind = SETTINGS.get(known.place.app_type or "")
    if kind is None or not known.place.space or known.chosen != known.place.domain_id:
        return None
    if too_old:
        return IdleSetting(enabled=None, why_not=too_old)
    space = _idle(known.space, "SpaceSettings", kind)
    levels = _levels(known, kind)
    mode = _first(levels, "LifecycleManagement")
    if mode is None and (known.domain is None or known.space is None):
        return IdleSetting(enabled=None, why_not="The idle settings could not be read.")
    if mode is None:
        return IdleSetting(enabled=False, why_not="No idle stop is set for this domain.")
    if mode[0] != "ENABLED":
        return IdleSetting(
            enabled=False, source=mode[1], why_not=f"Idle stop is off: {_SAYS[mode[1]]} says so."
        )
    minutes = _first([(space, "space"), *levels], "IdleTimeoutInMinutes")
    low = _first(levels, "MinIdleTimeoutInMinutes")
    high = _first(levels, "MaxIdleTimeoutInMinutes")
    minimum, maximum = (low[0] if low else LEAST), (high[0] if high else MOST)
    why_not = ""
    if known.shared is not False:
        why_not = "In a shared space it is changed by whoever set the space up."
    elif minimum >= maximum:
        why_not = "Your administrator allows this one value only."
    return IdleSetting(
        enabled=True,
        minutes=minutes[0] if minutes else None,
        source=minutes[1] if minutes else mode[1],
        minimum=minimum,
        maximum=maximum,
        changeable=not why_not,
        why_not=why_not,
    )


def of_domain(domain: Any) -> tuple[tuple[str, IdleSetting], ...]:
    """The domain's own, by app type."""
    found = []
    for app_type, kind in SETTINGS.items():
        told = _idle(domain, "DefaultUserSettings", kind)
        if told:
            found.append((app_type, _as_it_is(told)))
    return tuple(found)


def change(client: Client, task: Task, known: Known, minutes: int) -> Answer:
    """Sets it for the private space one is in.

    What else the space says about the app stays: it is read just before, and sent along.

    Returns:
        The space as it is described from now on.

    Raises:
        Conflict: ``domain.idle_fixed``, with why; ``aws.boto3_too_old``.
        InvalidRequest: ``domain.idle_range``.
        OnboardError: those of ``Client.call``.
    """
    old = too_old(client)
    if old:
        raise Conflict(
            "aws.boto3_too_old",
            f"The idle stop cannot be changed: {old}",
            "A newer SageMaker image has a newer boto3: choose one for the space.",
        )
    now = setting(known)
    if now is None or not now.changeable:
        why = now.why_not if now else "There is no app with an idle stop here."
        raise Conflict("domain.idle_fixed", f"The idle stop cannot be changed: {why}")
    low, high = now.minimum or LEAST, now.maximum or MOST
    if not low <= minutes <= high:
        raise InvalidRequest(
            "domain.idle_range",
            f"{minutes} minutes is outside what your administrator allows.",
            f"Choose from {low} to {high} minutes.",
        )
    domain, name = str(known.place.domain_id), str(known.place.space)
    kind = SETTINGS[str(known.place.app_type)]
    there = client.call(task, "DescribeSpace", about=name, DomainId=domain, SpaceName=name)
    app = dict(inside(there, "SpaceSettings", kind) or {})
    app["AppLifecycleManagement"] = {"IdleSettings": {"IdleTimeoutInMinutes": minutes}}
    client.call(
        task, "UpdateSpace", about=name,
        DomainId=domain, SpaceName=name, SpaceSettings={kind: app},
    )  # fmt: skip
    return {**there, "SpaceSettings": {**(there.get("SpaceSettings") or {}), kind: app}}


def too_old(client: Client) -> str:
    """Why this boto3 knows nothing of idle settings; empty when it does."""
    if client.shape("AppLifecycleManagement") is not None:
        return ""
    import boto3

    return f"boto3 {boto3.__version__} of this image does not know idle settings."


_SAYS = {
    "space": "the space",
    "profile": "your user profile",
    "domain": "the domain",
    "default_space": "the domain's setting for shared spaces",
    "none": "nobody",
}


def _levels(known: Known, kind: str) -> list[tuple[Any, Source]]:
    """Where it is switched on and limited, the nearest first."""
    if known.shared:
        return [(_idle(known.domain, "DefaultSpaceSettings", kind), "default_space")]
    return [
        (_idle(known.profile, "UserSettings", kind), "profile"),
        (_idle(known.domain, "DefaultUserSettings", kind), "domain"),
    ]


def _idle(answer: Any, settings: str, kind: str) -> Any:
    return inside(answer, settings, kind, "AppLifecycleManagement", "IdleSettings")


def _first(levels: list[tuple[Any, Source]], name: str) -> tuple[Any, Source] | None:
    for told, source in levels:
        value = inside(told, name)
        if value is not None:
            return value, source
    return None


def _as_it_is(told: Any) -> IdleSetting:
    return IdleSetting(
        enabled=inside(told, "LifecycleManagement") == "ENABLED",
        minutes=inside(told, "IdleTimeoutInMinutes"),
        source="domain",
        minimum=inside(told, "MinIdleTimeoutInMinutes"),
        maximum=inside(told, "MaxIdleTimeoutInMinutes"),
    )
