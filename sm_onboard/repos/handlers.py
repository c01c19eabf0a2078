"""The repositories room over HTTP: its routes, and one thin function for each.

Every function runs in a worker thread and may block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .models import Do, Environment, Identity, Log, NewRepository, Repository, ReposState

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def state(rooms: Rooms) -> ReposState:
    return rooms.repos.state()


def sync(rooms: Rooms) -> ReposState:
    rooms.repos.reload()
    return rooms.repos.state()


def add(rooms: Rooms, body: NewRepository) -> ReposState:
    rooms.repos.add(body)
    return rooms.repos.state()


def do(rooms: Rooms, id: str, do: Do) -> Repository:
    return rooms.repos.do(id, do)


def log(rooms: Rooms, id: str) -> Log:
    return rooms.repos.log(id)


def install(rooms: Rooms, id: str) -> Environment:
    return rooms.repos.install(id)


def identity(rooms: Rooms) -> Identity:
    return rooms.repos.identity()


def set_identity(rooms: Rooms, body: Identity) -> Identity:
    return rooms.repos.set_identity(body)


ROUTES = (
    Route("GET", "repos", "getRepos", state, "What the panel shows of the room", ReposState),
    Route(
        "POST",
        "repos",
        "addRepository",
        add,
        "Add a repository to the person's own onboard.yaml and clone it",
        ReposState,
        body=NewRepository,
        status=202,
    ),
    Route(
        "POST",
        "repos/sync",
        "syncRepos",
        sync,
        "Read the configuration again, clone what is missing, update where safe",
        ReposState,
        status=202,
    ),
    Route(
        "POST",
        "repos/{id}/{do}",
        "doRepository",
        do,
        "Do one of the row's actions",
        Repository,
        types={"do": Do},
        status=202,
    ),
    Route("GET", "repos/{id}/log", "getRepositoryLog", log, "What git said about it", Log),
    Route(
        "POST",
        "repos/{id}/environment",
        "installEnvironment",
        install,
        "Install the packages that the repository's environment file names",
        Environment,
        status=202,
    ),
    Route("GET", "identity", "getIdentity", identity, "Who signs the person's commits", Identity),
    Route(
        "PUT",
        "identity",
        "setIdentity",
        set_identity,
        "Set git's user.name and user.email for this person",
        Identity,
        body=Identity,
    ),
)
