"""The room of links as the command line enters it: one piece of work, followed to its end."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

import click

from sm_onboard.errors import InvalidRequest
from sm_onboard.rooms import Rooms

from .cli_words import tell
from .coordinates import Link
from .models import LinkMaking, LinkOpening

INTERRUPTED = 130
GIVEN = "given"
"""The alias in links to a store that only --store names."""
_LAST_WORDS = 5.0  # seconds that what was cancelled may take to end
_OFTEN = 0.05  # seconds between two looks


config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="An onboard.yaml that replaces all others.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
store_option = click.option(
    "--store", metavar="ALIAS|DIR|s3://…", help="The store of the snapshot; else the team's."
)


@contextmanager
def entered(
    config: str | None, *, below: Path | None = None, stores: dict[str, str] | None = None
) -> Iterator[Rooms]:
    """The rooms as the server would make them, with what the command line says on top.

    Args:
        config: an onboard.yaml that replaces all others.
        below: a file; where JupyterLab does not show it, the rooms have no ``root_dir``.
        stores: of links, by alias, beside the team's.
    """
    from sm_onboard import server_settings

    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    settings = server_settings.read()
    if config:
        settings = replace(settings, onboard_file=os.path.abspath(config))
    rooms = Rooms(settings, environ=os.environ, stores=stores)
    shows = server_settings.root_dir() or rooms.home
    if below is None or below.is_relative_to(shows):
        rooms.root_dir = shows
    try:
        yield rooms
    except KeyboardInterrupt:
        click.echo("Cancelled.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        rooms.close(_LAST_WORDS)


class Shown(Protocol):
    """What is shown of a piece of work."""

    @property
    def id(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def doing(self) -> str: ...


S = TypeVar("S", bound=Shown)


def follow(shown: S, get: Callable[[str], S], drop: Callable[[str], S], busy: Collection[str]) -> S:
    """Waits until it is in a state where nothing is done; Ctrl-C cancels it.

    Args:
        busy: the states in which something is done.

    Raises:
        KeyboardInterrupt: it was cancelled, and nothing of it goes on.
    """
    try:
        with _status() as say:
            while shown.state in busy:
                say(shown.doing)
                time.sleep(_OFTEN)
                shown = get(shown.id)
    except KeyboardInterrupt:
        drop(shown.id)
        raise
    return shown


@contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Says on a terminal what is waited for."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("…") as status:
        yield lambda doing: status.update(Text(doing or "…"))


def store_of_sender(store: str | None) -> tuple[str, dict[str, str]]:
    """What ``--store`` says: the alias, and the stores that only the command line names.

    Raises:
        ConfigError: ``config.store``.
    """
    if not store:
        return "", {}
    if "/" not in store:
        return store, {}
    return GIVEN, {GIVEN: _address(store)}


def store_of_reader(store: str | None, link: Link) -> dict[str, str]:
    """Where the store of a link is, by its alias, where ``--store`` says so.

    Raises:
        ConfigError: ``config.store``.
        InvalidRequest: ``links.no_store``, ``links.no_address``.
    """
    if not store:
        return {}
    if not link.store:
        raise InvalidRequest(
            "links.no_store", "This link is to no snapshot in a store.", "Leave out --store."
        )
    if "/" not in store:
        raise InvalidRequest(
            "links.no_address",
            "The link names the store itself; --store says where it is.",
            "Write an s3:// address, or a folder with a / in it.",
        )
    return {link.store: _address(store)}


def _address(store: str) -> str:
    from sm_onboard.repos.plan.team_sections import check_store

    address = store if "://" in store or store.startswith("~/") else os.path.abspath(store)
    check_store(address, "--store")
    return address


def can_ask() -> bool:
    return sys.stdin.isatty()


def agreed(question: str, otherwise: str, *, option: str) -> bool:
    """Asks on the terminal.

    Args:
        otherwise: what is said where the answer is no.
        option: what answers the question beforehand.

    Raises:
        InvalidRequest: ``links.not_asked``: nobody can be asked here.
    """
    if not can_ask():
        raise InvalidRequest(
            "links.not_asked", f"Nobody can be asked here. {otherwise}", f"Add {option}."
        )
    if click.confirm(question, default=False, err=True):
        return True
    click.echo(otherwise, err=True)
    return False


def ended_badly(shown: LinkMaking | LinkOpening) -> NoReturn:
    """Says why it came to nothing, and ends with the exit status that fits."""
    if shown.state == "cancelled":
        click.echo("Cancelled.", err=True)
        sys.exit(INTERRUPTED)
    if shown.problem:
        tell(shown.problem)
        sys.exit(2 if shown.problem.code.startswith("config.") else 1)
    sys.exit(1)
