"""The rooms as the command line enters them: for one domain, read to the end, then left."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sm_onboard.errors import InvalidRequest
from sm_onboard.rooms import Rooms

from .models import Look, Part, PartName, Problem

if TYPE_CHECKING:
    from .service import DomainService

INTERRUPTED = 130
VIEW = "cli"
_LEASE = 20.0  # seconds between two looks, well below those that a look lasts
_LONGEST = 120.0  # seconds that a list may take
_LAST_WORDS = 1.0  # seconds that a call may take to end after Ctrl-C


@contextmanager
def one_room(
    domain: str | None, region: str | None, *, outside: bool = False
) -> Iterator[DomainService]:
    """The domain room alone; see ``all_rooms``."""
    with all_rooms(domain, region, outside=outside) as rooms:
        yield rooms.domain


@contextmanager
def all_rooms(domain: str | None, region: str | None, *, outside: bool = False) -> Iterator[Rooms]:
    """The rooms as the server would make them, with what the command line says on top.

    Args:
        outside: look as from a laptop, also inside Studio.
    """
    from sm_onboard.server_settings import read

    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    rooms = Rooms(read(), environ=os.environ)
    place = rooms.place
    another = domain is not None and domain != place.domain_id
    if outside or another or (region and region != place.region):
        place = replace(
            place, kind="elsewhere", domain_id=None, space=None, user_profile=None,
            shared=None, app_type=None, account=None, role=None,
        )  # fmt: skip
    rooms.__dict__["place"] = replace(place, region=region or place.region)
    try:
        if another and domain is not None:
            rooms.domain.look(Look(view=VIEW, domain=domain))
        yield rooms
    except KeyboardInterrupt:
        click.echo("Cancelled.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        rooms.close(_LAST_WORDS)


def read(room: DomainService, *parts: PartName) -> list[Problem]:
    """Reads parts to their end; what of them could not be read is told on standard error."""
    with waiting("Reading"):
        _wait(room, ("here",))
        state = room.state()
        if state.chosen is None and parts != ("here",) and state.choices:
            ids = ", ".join(f"{choice.id} ({choice.name})" for choice in state.choices)
            raise InvalidRequest(
                "domain.several", "There are several domains here.", f"Name one: --domain {ids}"
            )
        _wait(room, parts)
    wanted: list[Part] = [part for part in room.state().parts if part.name in parts]
    problems = [part.problem for part in wanted if part.problem and part.name != "prices"]
    unique = list(dict.fromkeys(problems))
    for problem in unique:
        tell(problem)
    return unique


def _wait(room: DomainService, parts: tuple[PartName, ...]) -> None:
    end = time.monotonic() + _LONGEST
    room.look(Look(view=VIEW, parts=parts))
    while not room.wait(_LEASE) and time.monotonic() < end:
        room.look(Look(view=VIEW, parts=parts))


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Says on a terminal that something is under way."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def tell(problem: Problem) -> None:
    """Says on standard error why something is not there, with the statement to ask for."""
    click.echo("\n".join(filter(None, (problem.message, problem.hint))), err=True)
    if problem.statement:
        click.echo(problem.statement, err=True)
