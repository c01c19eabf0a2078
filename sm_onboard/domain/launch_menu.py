"""What can be opened from here: the entries of the Launch menu, from what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from .known import Known, Other, inside, row_id, text
from .launch_addresses import part
from .models import Launchable, Target

_PAGES = {"JupyterLab": "jupyterlab", "CodeEditor": "code-editor"}
_TITLES: dict[str, str] = {"JupyterLab": "JupyterLab", "CodeEditor": "Code Editor"}
_WORDS = {"InService": "running", "Pending": "starting", "Deleting": "stopping", "Failed": "failed"}
_UP = frozenset({
    "Created", "Started", "Updated", "Updating", "UpdateFailed", "StopFailed",
    "MaintenanceInProgress", "MaintenanceComplete", "MaintenanceFailed",
})  # fmt: skip
_LICENCE = (
    "RStudio needs a licence of Posit Workbench in AWS License Manager, and a domain that was "
    "set up with it."
)
_CLASSIC = "AWS keeps Studio Classic for what already runs in it: it takes no new apps."


@dataclass(frozen=True)
class Door:
    """One entry, and how it is opened.

    Attributes:
        landing: ``LandingUri`` of a presigned address; empty: none is made.
        space: its ``SpaceName``.
        redirect: what a presigned address needs besides, for the apps that no LandingUri names.
        path: of the portal; on the domain's own host where ``own_host`` is set.
        mlflow: what is presigned by an operation of its own.
    """

    shown: Launchable
    landing: str = ""
    space: str = ""
    redirect: str = ""
    path: str = ""
    own_host: bool = False
    mlflow: Other | None = None


def signs(known: Known) -> bool:
    """Whether presigned addresses are made here.

    Only in a domain that uses IAM, and only in a private space, for the person who owns it: such
    an address signs in whoever opens it as that person.
    """
    return (
        known.place.kind in ("studio", "classic")
        and bool(known.me)
        and known.shared is not True
        and inside(known.domain, "AuthMode") == "IAM"
    )


def doors(known: Known) -> tuple[Door, ...]:
    """All entries, in the order of the menu; none where no domain is known."""
    if not known.chosen:
        return ()
    if known.place.kind == "unified":
        return ()  # Unified Studio opens apps from its own projects
    how: Literal["presigned", "portal"] = "presigned" if signs(known) else "portal"
    return tuple(_all(known, how))


def _all(known: Known, how: Literal["presigned", "portal"]) -> Iterator[Door]:
    for kind in ("JupyterLab", "CodeEditor"):
        yield from _spaces(known, kind, how)
    yield _canvas(known, how)
    yield _tensorboard(known, how)
    for other in known.others.values():
        if other.kind in ("tracking_server", "mlflow_app"):
            yield _mlflow(other, how)
    yield _rstudio(known, how)
    yield _page("Profiler", "Profiler", "from Studio's home page", how, "studio::", "")
    yield _page("Clusters", "Training clusters", "from Studio's home page", how, "studio::", "")
    yield _page("JumpStart", "JumpStart", "", how, "studio::jumpstart", "jumpstart")
    yield _page("Spaces", "Spaces", "create or change", how, "studio::jupyterlab", "jupyterlab")
    yield _page("Studio", "Studio home", "", how, "studio::", "")
    yield _classic(known, how)


def _spaces(known: Known, kind: Any, how: Literal["presigned", "portal"]) -> Iterator[Door]:
    """One's own spaces, and the one that one is in; without any, the page that lists them."""
    found = dict.fromkeys(
        name
        for name, row in known.spaces.items()
        if known.me
        and known.owner(name) == (known.me, False)
        and inside(row, "SpaceSettingsSummary", "AppType") == kind
    )
    here = known.place.space
    if here and known.here(here) and known.place.app_type == kind:
        found = dict.fromkeys([here, *found])
    page = _PAGES[kind]
    for name in found:
        status = _status(known, kind, space=name)
        running = status == "running"
        yield Door(
            Launchable(
                target=kind,
                id=row_id("space", name),
                title=_TITLES[kind],
                note=f"{text(name)}, {status}",
                how=how,
                warning="" if running else "It is started from the page that opens.",
            ),
            # What runs is opened itself; the page of the space is where it is started.
            # The path is relative: with a slash before it the browser is led astray.
            landing=f"app:{kind}:" if running else f"studio::{page}/{part(name)}",
            space=name if running else "",
            path=f"{page}/{part(name)}",
        )
    if not found:
        yield _page(kind, _TITLES[kind], "", how, f"studio::{page}", page)


def _canvas(known: Known, how: Literal["presigned", "portal"]) -> Door:
    status = _status(known, "Canvas", profile=known.me) if known.me else ""
    hidden = _hidden(known, "Canvas")
    running = status == "running"
    return Door(
        Launchable(
            target="Canvas",
            id="-",
            title="Canvas",
            note="hidden in this domain" if hidden else f"yours is {status}" if status else "",
            how="none" if hidden else how,
            why_not="Your administrator hides Canvas in this domain." if hidden else "",
            warning=""
            if running or hidden
            else "Opening it starts it: it bills by the hour until you log out of it.",
        ),
        landing="app:Canvas:",
        path="canvas/default",
        own_host=True,
    )


def _tensorboard(known: Known, how: Literal["presigned", "portal"]) -> Door:
    names = _apps_of(known, "TensorBoard")
    return Door(
        Launchable(
            target="TensorBoard",
            id="-",
            title="TensorBoard",
            note=", ".join(f"{name}, {status}" for name, status in names[:1]),
            how=how,
        ),
        landing="studio::",
        redirect="TensorBoard",
        path="tensorboard/default",
        own_host=True,
    )


def _mlflow(other: Other, how: Literal["presigned", "portal"]) -> Door:
    status = text(other.listed.get("TrackingServerStatus") or other.listed.get("Status"))
    up = status in _UP
    name = text(other.listed.get("Name")) or text(other.name)
    return Door(
        Launchable(
            target="MLflow",
            id=row_id(other.kind, other.name),
            title="MLflow",
            note=name if up else f"{name}, {_lower(status)}",
            how=how if up else "none",
            why_not="" if up else f"{name} is {_lower(status)}.",
        ),
        mlflow=other,
    )


def _rstudio(known: Known, how: Literal["presigned", "portal"]) -> Door:
    note, why_not = "", ""
    settings = inside(known.domain, "DomainSettings", "RStudioServerProDomainSettings")
    if known.domain is None:
        note, why_not = "not known", "The domain's settings could not be read."
    elif settings is None:
        note, why_not = "no licence in this domain", _LICENCE
    elif _may_rstudio(known) is False:
        note = "not for you"
        why_not = "Your user profile is not set up for RStudio: each that is takes a seat of the "
        why_not += "licence."
    return Door(
        Launchable(
            target="RStudio",
            id="-",
            title="RStudio",
            note=note,
            how="none" if why_not else how,
            why_not=why_not,
        ),
        landing="app:RStudioServerPro:",
    )


def _may_rstudio(known: Known) -> bool | None:
    """What the profile says, else the domain's default; None: neither says anything."""
    for answer, member in ((known.profile, "UserSettings"), (known.domain, "DefaultUserSettings")):
        status = inside(answer, member, "RStudioServerProAppSettings", "AccessStatus")
        if status:
            return bool(status == "ENABLED")
    return None


def _classic(known: Known, how: Literal["presigned", "portal"]) -> Door:
    mine = _apps_of(known, "JupyterServer")
    why_not = "" if mine else f"{_CLASSIC} You have none."
    return Door(
        Launchable(
            target="StudioClassic",
            id="-",
            title="Studio Classic",
            note=mine[0][1] if mine else "no new apps",
            how=how if mine else "none",
            why_not=why_not,
            warning=_CLASSIC,
        ),
        landing="app:JupyterServer:",
    )


def _page(
    target: Target,
    title: str,
    note: str,
    how: Literal["presigned", "portal"],
    landing: str,
    path: str,
) -> Door:
    shown = Launchable(target=target, id="-", title=title, note=note, how=how)
    return Door(shown, landing=landing, path=path)


def _status(known: Known, kind: str, *, space: str = "", profile: str | None = None) -> str:
    """An app's state in one word; a list that was not read says ``stopped`` of none."""
    for app in known.apps.values():
        same = app.get("SpaceName") == space if space else app.get("UserProfileName") == profile
        if same and app.get("AppType") == kind and app.get("Status") in _WORDS:
            return _WORDS[app["Status"]]
    if space and known.here(space) and known.place.app_type == kind:
        return "running"  # this server itself
    return "stopped"


def _apps_of(known: Known, kind: str) -> list[tuple[str, str]]:
    """One's own apps outside spaces: name and state."""
    return [
        (text(app.get("AppName")), _WORDS[app["Status"]])
        for app in known.apps.values()
        if known.me
        and app.get("UserProfileName") == known.me
        and app.get("AppType") == kind
        and app.get("Status") in _WORDS
    ]


def _hidden(known: Known, kind: str) -> bool:
    """Whether the portal hides it: by the profile's word, else the domain's."""
    for answer, member in ((known.profile, "UserSettings"), (known.domain, "DefaultUserSettings")):
        hidden = inside(answer, member, "StudioWebPortalSettings", "HiddenAppTypes")
        if hidden is not None:
            return kind in hidden
    return False


def _lower(status: str) -> str:
    return status.lower() or "not known"
