"""The domain room over HTTP: its routes, and one thin function for each.

Every function runs in a worker thread and may block. A GET answers what is known and asks
nobody; ``look``, ``stop``, ``idle`` and ``launch`` are what calls AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .models import (
    Apps,
    DomainState,
    Here,
    IdleChange,
    LaunchMenu,
    Look,
    Opened,
    Profiles,
    Report,
    Settings,
    Spaces,
    Stop,
    StopAnswer,
    Target,
)

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def state(rooms: Rooms) -> DomainState:
    return rooms.domain.state()


def settings(rooms: Rooms) -> Settings:
    return rooms.domain.settings()


def profiles(rooms: Rooms) -> Profiles:
    return rooms.domain.profiles()


def spaces(rooms: Rooms) -> Spaces:
    return rooms.domain.spaces()


def apps(rooms: Rooms) -> Apps:
    return rooms.domain.apps()


def look(rooms: Rooms, body: Look) -> DomainState:
    return rooms.domain.look(body)


def stop(rooms: Rooms, body: Stop) -> StopAnswer:
    return rooms.domain.stop(body)


def idle(rooms: Rooms, body: IdleChange) -> Here:
    return rooms.domain.idle(body)


def launch_menu(rooms: Rooms) -> LaunchMenu:
    return rooms.domain.launch_menu()


def launch(rooms: Rooms, target: Target, id: str) -> Opened:
    return rooms.domain.open(target, id)


def report(rooms: Rooms) -> Report:
    return rooms.domain.report()


def examine(rooms: Rooms) -> Report:
    return rooms.domain.examine()


ROUTES = (
    Route("GET", "domain", "getDomain", state, "Where this is, and how far it was read",
          DomainState),
    Route("GET", "domain/settings", "getDomainSettings", settings, "The domain itself", Settings),
    Route("GET", "domain/profiles", "getProfiles", profiles, "Its user profiles", Profiles),
    Route("GET", "domain/spaces", "getSpaces", spaces, "Its spaces", Spaces),
    Route("GET", "domain/apps", "getApps", apps,
          "Its apps, whatever else bills, and what it costs", Apps),
    Route("POST", "domain/look", "lookAtDomain", look,
          "Read these parts, and keep them fresh while somebody looks", DomainState, body=Look,
          status=202),
    Route("POST", "domain/stop", "stopRunning", stop,
          "Stop rows of the apps tab, each on its own", StopAnswer, body=Stop),
    Route("PUT", "domain/idle", "setIdle", idle,
          "After how many idle minutes the apps of this space stop", Here, body=IdleChange),
    Route("GET", "domain/launch", "getLaunchMenu", launch_menu, "What can be opened", LaunchMenu),
    Route("POST", "domain/launch/{target}/{id}", "launch", launch,
          "Where the browser goes; a presigned address is made for this answer only", Opened,
          types={"target": Target}),
    Route("GET", "domain/doctor", "getReport", report, "What works here and what does not",
          Report),
    Route("POST", "domain/doctor", "examine", examine, "Find out anew what works here", Report,
          status=202),
)  # fmt: skip
