"""Puts the room together: the service, with everything it needs from the real world."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import NotFound
from sm_onboard.rooms import Rooms, state_home

from .models import NotebookPage, PageAsked
from .service import LinksService

if TYPE_CHECKING:
    from sm_onboard.repos.plan.onboard_keys import Links

    from .making.jobs import Makings
    from .making.register import Register
    from .opening.jobs import Openings
    from .stores import Store


def make_service(rooms: Rooms) -> LinksService:
    """The service of one server."""
    return LinksService(
        makings=lambda: _makings(rooms),
        openings=lambda: _openings(rooms),
        register=lambda: register(rooms),
        save_page=lambda asked: _page(rooms, asked),
    )


def team_links(rooms: Rooms) -> Links | None:
    """What the team's file says of links, and the stores that the command line names. Blocks
    until it was read."""
    said = rooms.repos.links()
    if not rooms.stores:
        return said
    import msgspec

    from sm_onboard.repos.plan.onboard_keys import Links

    said = said or Links()
    return msgspec.structs.replace(said, stores={**rooms.stores, **said.stores, **rooms.stores})


def open_team_store(rooms: Rooms, alias: str) -> Store:
    """The team's store of this name; nobody is asked yet but for the team's file.

    Raises:
        NotFound: ``links.store_unknown``.
    """
    from .stores import open_store

    named = team_links(rooms)
    address = named.stores.get(alias) if named else None
    if address is None:
        raise NotFound(
            "links.store_unknown",
            f"The team's file names no store {alias}.",
            "Ask your team lead which store it was, and to add it to 'links' in the team's file.",
        )
    return open_store(alias, address, home=rooms.home)


def _makings(rooms: Rooms) -> Makings:
    from .making.jobs import Makings

    return Makings.of(rooms)


def _openings(rooms: Rooms) -> Openings:
    from .opening.jobs import Openings

    return Openings.of(rooms)


def register(rooms: Rooms) -> Register:
    """The list of one's own links."""
    from .making.register import Register

    file = state_home(rooms.environ, rooms.home) / "links" / "made.json"
    return Register(file, lambda alias: open_team_store(rooms, alias))


def _page(rooms: Rooms, asked: PageAsked) -> NotebookPage:
    from .making.files import find
    from .making.page import page

    file = find(rooms.root_dir or Path("/"), asked.contents)
    return page(file, outputs=asked.outputs, seen=asked.secrets)
