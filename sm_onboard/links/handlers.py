"""Links over HTTP. Each answers at once; nothing is fetched or written by a GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .models import (
    LinkAsked,
    LinkConfirmed,
    LinkMaking,
    LinkOpening,
    MadeLinks,
    NotebookPage,
    OpenAsked,
    OpenChosen,
    OpenFetch,
    PageAsked,
)

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def begin_making(rooms: Rooms, body: LinkAsked) -> LinkMaking:
    return rooms.links.makings.begin(body)


def get_making(rooms: Rooms, id: str) -> LinkMaking:
    return rooms.links.makings.get(id)


def confirm_making(rooms: Rooms, id: str, body: LinkConfirmed) -> LinkMaking:
    return rooms.links.makings.confirm(id, body.looked)


def drop_making(rooms: Rooms, id: str) -> LinkMaking:
    return rooms.links.makings.drop(id)


def get_made(rooms: Rooms) -> MadeLinks:
    return rooms.links.made()


def delete_made(rooms: Rooms, id: str) -> MadeLinks:
    return rooms.links.delete(id)


def make_page(rooms: Rooms, body: PageAsked) -> NotebookPage:
    return rooms.links.page(body)


def begin_opening(rooms: Rooms, body: OpenAsked) -> LinkOpening:
    return rooms.links.openings.begin(body.link)


def get_opening(rooms: Rooms, id: str) -> LinkOpening:
    return rooms.links.openings.get(id)


def fetch_opening(rooms: Rooms, id: str, body: OpenFetch) -> LinkOpening:
    return rooms.links.openings.fetch(id, body.host)


def choose_opening(rooms: Rooms, id: str, body: OpenChosen) -> LinkOpening:
    return rooms.links.openings.choose(id, body.looked, body.how)


def drop_opening(rooms: Rooms, id: str) -> LinkOpening:
    return rooms.links.openings.drop(id)


ROUTES = (
    Route(
        "POST",
        "links/makings",
        "makeLink",
        begin_making,
        "Makes a link of the best kind, or of the one that is named.",
        LinkMaking,
        body=LinkAsked,
        status=202,
    ),
    Route(
        "GET",
        "links/makings/{id}",
        "getLinkMaking",
        get_making,
        "How far it has come, what looks like a secret, the link.",
        LinkMaking,
    ),
    Route(
        "POST",
        "links/makings/{id}/confirm",
        "confirmLinkMaking",
        confirm_making,
        "The person has seen what looks like a secret: send it all the same.",
        LinkMaking,
        body=LinkConfirmed,
        status=202,
    ),
    Route(
        "DELETE",
        "links/makings/{id}",
        "cancelLinkMaking",
        drop_making,
        "Cancels what is under way. A link that was made stays.",
        LinkMaking,
    ),
    Route(
        "GET",
        "links/made",
        "getMadeLinks",
        get_made,
        "The snapshots that were shared from here.",
        MadeLinks,
    ),
    Route(
        "DELETE",
        "links/made/{id}",
        "deleteMadeLink",
        delete_made,
        "Deletes a shared snapshot from its store, for good.",
        MadeLinks,
    ),
    Route(
        "POST",
        "links/page",
        "makeNotebookPage",
        make_page,
        "A notebook as one page of its own: text and pictures, nothing that runs.",
        NotebookPage,
        body=PageAsked,
    ),
    Route(
        "POST",
        "links/openings",
        "openLink",
        begin_opening,
        "Takes a link apart; fetches its preview where the host or store is listed.",
        LinkOpening,
        body=OpenAsked,
        status=202,
    ),
    Route(
        "GET",
        "links/openings/{id}",
        "getLinkOpening",
        get_opening,
        "What the link claims, what was found, what was opened.",
        LinkOpening,
    ),
    Route(
        "POST",
        "links/openings/{id}/fetch",
        "fetchLinkPreview",
        fetch_opening,
        "The person lets the preview be fetched from a host that is not listed.",
        LinkOpening,
        body=OpenFetch,
        status=202,
    ),
    Route(
        "POST",
        "links/openings/{id}/open",
        "chooseLinkOpening",
        choose_opening,
        "The person has seen the preview: make a copy beside, or take the own file.",
        LinkOpening,
        body=OpenChosen,
        status=202,
    ),
    Route(
        "DELETE",
        "links/openings/{id}",
        "cancelLinkOpening",
        drop_opening,
        "Cancels what is under way, and forgets the preview. What was opened stays.",
        LinkOpening,
    ),
)
