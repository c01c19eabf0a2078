"""The Launch menu: opens Studio's apps.

A presigned address is a credential: whoever has it is signed in. It is made at the click, for the
owner of the private space one is in and for nobody who is named in a request, is good for seconds,
and is handed to that one answer: it is never kept, logged or told to another window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sm_onboard.errors import Conflict, NotFound, OnboardError

from . import launch_addresses as addresses
from .client import Client, Task
from .known import Known, text
from .launch_menu import Door, doors, signs
from .models import LaunchMenu, Opened, Problem, Target

LIFE = 30  # seconds that a presigned address is good for; the service's least is 5


class Launch:
    """Thread-safe. ``open`` blocks, ``menu`` asks nobody.

    Args:
        client: calls AWS.
        known: what is known of the domain now.
    """

    def __init__(self, client: Client, known: Callable[[], Known]) -> None:
        self._client = client
        self._known = known

    def menu(self) -> LaunchMenu:
        return LaunchMenu(entries=tuple(door.shown for door in doors(self._known())))

    def open(self, target: Target, id: str) -> Opened:
        """Where the browser goes: presigned where that may be, else the portal.

        Args:
            id: of one of several; ``-`` for the first, or the only one.

        Raises:
            NotFound: ``domain.nothing_to_open``.
            Conflict: ``domain.not_openable``, with why; ``domain.no_portal``.
        """
        task = Task(cancelled=threading.Event())
        known = self._learned(task)
        door = _chosen(doors(known), target, id)
        if door.shown.how == "presigned":
            try:
                return self._presigned(task, known, door)
            except OnboardError as error:
                operation, resource = _asked(known, door)
                return _portal(known, door, self._client.problem(error, operation, resource))
        return _portal(known, door)

    def _learned(self, task: Task) -> Known:
        """With the space's owner and the domain's sign-in, where nobody looked yet.

        What cannot be read stays unknown, and then nothing is presigned.
        """
        known, place = self._known(), self._known().place
        if place.kind not in ("studio", "classic") or known.chosen != place.domain_id:
            return known
        if known.space is None and place.space:
            told = self._try(task, "DescribeSpace", DomainId=place.domain_id, SpaceName=place.space)
            known = replace(known, space=told)
        if known.domain is None:
            told = self._try(task, "DescribeDomain", DomainId=place.domain_id)
            known = replace(known, domain=told)
        return known

    def _try(self, task: Task, operation: str, **parameters: Any) -> dict[str, Any] | None:
        try:
            return self._client.call(task, operation, **parameters)
        except OnboardError:
            return None

    def _presigned(self, task: Task, known: Known, door: Door) -> Opened:
        if not signs(known):  # whoever changes the menu cannot change this
            raise Conflict("domain.not_presigned", "Nothing is presigned here.")
        operation, _ = _asked(known, door)
        parameters: dict[str, Any]
        if door.mlflow is None:
            parameters = {"DomainId": known.chosen, "UserProfileName": known.me}
            parameters |= {"LandingUri": door.landing} if not door.redirect else {}
            parameters |= {"SpaceName": door.space} if door.space else {}
        elif door.mlflow.kind == "tracking_server":
            parameters = {"TrackingServerName": door.mlflow.name}
        else:
            parameters = {"Arn": door.mlflow.name}
        answer = self._client.call(
            task, operation, about=text(known.me), ExpiresInSeconds=LIFE, **parameters
        )
        url = addresses.checked(answer.get("AuthorizedUrl"), self._client.endpoint())
        if door.redirect:
            url += ("&" if "?" in url else "?") + f"redirect={door.redirect}"
        return Opened(url=url, how="presigned", expires_in=LIFE)


def _chosen(all_doors: tuple[Door, ...], target: Target, id: str) -> Door:
    fitting = [door for door in all_doors if door.shown.target == target]
    if id != "-":
        fitting = [door for door in fitting if door.shown.id == id]
    usable = [door for door in fitting if door.shown.how != "none"]
    if usable:
        return usable[0]
    if fitting:
        shown = fitting[0].shown
        raise Conflict("domain.not_openable", f"{shown.title} cannot be opened. {shown.why_not}")
    raise NotFound(
        "domain.nothing_to_open",
        f"There is no {target} to open here.",
        "Look at the menu again.",
    )


def _asked(known: Known, door: Door) -> tuple[str, str]:
    """The operation, and what IAM checks it on."""
    if door.mlflow is None:
        return "CreatePresignedDomainUrl", f"user-profile/{known.chosen}/{known.me}"
    if door.mlflow.kind == "tracking_server":
        resource = f"mlflow-tracking-server/{door.mlflow.name}"
        return "CreatePresignedMlflowTrackingServerUrl", resource
    return "CreatePresignedMlflowAppUrl", door.mlflow.name.rpartition(":")[2]


def _portal(known: Known, door: Door, problem: Problem | None = None) -> Opened:
    region = known.region or known.place.region
    make = addresses.app if door.own_host else addresses.portal
    return Opened(url=make(known.chosen, region, door.path), how="portal", problem=problem)
