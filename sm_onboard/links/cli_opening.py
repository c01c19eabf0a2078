"""``sm-onboard link show`` and ``open``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from sm_onboard.cli import print_json, told
from sm_onboard.errors import InvalidRequest

from . import cli_words as words
from .cli_rooms import (
    agreed,
    config_option,
    ended_badly,
    entered,
    follow,
    json_option,
    store_of_reader,
    store_option,
)
from .coordinates import parse
from .models import LinkOpening

if TYPE_CHECKING:
    from .opening.jobs import Openings

_fetch = click.option("--fetch", is_flag=True, help="Fetch the preview, whichever host it is from.")


@click.command()
@click.argument("text", metavar="LINK")
@_fetch
@store_option
@config_option
@json_option
def show(text: str, fetch: bool, store: str | None, config: str | None, as_json: bool) -> None:
    """Shows what LINK leads to: what it claims, and what is really there.

    Nothing of yours is changed. From hosts and stores that the team's file or your repositories
    name it is fetched at once; otherwise you are asked first.

    Exit status: 0 shown, 1 it cannot be, 2 the command line or the configuration is wrong,
    130 interrupted.
    """
    with told():
        said = parse(text)
        with entered(config, stores=store_of_reader(store, said)) as rooms:
            openings = rooms.links.openings
            opening = _look(openings, text, fetch=fetch, as_json=as_json)
            openings.drop(opening.id)
        if as_json:
            print_json(opening)
        elif opening.preview:
            words.preview(opening.preview, heading=said.heading)
        _end(opening)


@click.command("open")
@click.argument("text", metavar="LINK")
@click.option("--into", metavar="DIR", help="A folder that does not exist yet.")
@click.option("--yes", is_flag=True, help="Do not ask before the copy is made.")
@_fetch
@store_option
@config_option
@click.option("--studio", is_flag=True, help="Lead your browser to it in Studio instead.")
@click.option("--domain", metavar="ID", help="With --studio: the domain; else the only one.")
@click.option("--profile", metavar="NAME", help="With --studio: your own user profile.")
@click.option("--space", metavar="NAME", help="With --studio: your JupyterLab space.")
@click.option("--region", metavar="REGION", help="With --studio: the region of the domain.")
@click.option("--browser", is_flag=True, help="With --studio: open the browser.")
@json_option
def open_(
    text: str,
    into: str | None,
    yes: bool,
    fetch: bool,
    store: str | None,
    config: str | None,
    studio: bool,
    domain: str | None,
    profile: str | None,
    space: str | None,
    region: str | None,
    browser: bool,
    as_json: bool,
) -> None:
    """Opens LINK: shows it, asks once, and makes a copy in a folder of its own.

    Nothing of what you have is changed, and nothing runs. With --studio no copy is made here: your
    browser is led to your own JupyterLab in SageMaker Studio, which then shows the link. In a
    domain with IAM you are signed in by the address itself, which is printed only to a terminal;
    elsewhere the portal opens, and you paste the link.

    Exit status: 0 opened, 1 it was not, 2 the command line or the configuration is wrong,
    130 interrupted.
    """
    with told():
        said = parse(text)
        if studio:
            from .landing import lead

            lead(
                said, domain=domain, profile=profile, space=space, region=region,
                browser=browser, yes=yes, as_json=as_json,
            )  # fmt: skip
            return
        if domain or profile or space or region or browser:
            raise InvalidRequest(
                "links.studio", "That is said only with --studio.", "Add --studio, or leave it out."
            )
        with entered(config, stores=store_of_reader(store, said)) as rooms:
            opening = _open(rooms.links.openings, text, into, fetch, yes, as_json)
        if as_json:
            print_json(opening)
        elif opening.opened:
            words.opened(opening.opened, opening.claims.run)
        _end(opening, done="opened")


def _look(openings: Openings, text: str, *, fetch: bool, as_json: bool) -> LinkOpening:
    """The preview of a link; asks before an unlisted host is asked."""
    opening = openings.begin(text)
    if opening.state == "asks":
        asked = opening.trust.asked
        if not as_json:
            words.claims(opening.claims, opening.trust)
        if not fetch and (as_json or not agreed(
            f"Fetch the preview from {words.one_line(asked)}?", "Nothing was fetched.",
            option="--fetch",
        )):  # fmt: skip
            openings.drop(opening.id)
            if as_json:
                print_json(opening)
                click.echo(
                    f"{words.one_line(opening.trust.why)} Nothing was fetched. Add --fetch.",
                    err=True,
                )
            sys.exit(1)
        opening = openings.fetch(opening.id, asked)
    return follow(opening, openings.get, openings.drop, ("fetching",))


def _open(
    openings: Openings, text: str, into: str | None, fetch: bool, yes: bool, as_json: bool
) -> LinkOpening:
    opening = _look(openings, text, fetch=fetch, as_json=as_json)
    seen = None
    while opening.state == "ready" and opening.preview:
        preview = opening.preview
        if opening.problem:
            words.tell(opening.problem)
            if opening.looked == seen:
                break
        seen = opening.looked
        how: Literal["beside", "mine", "run"] | None = next(
            (each for each in ("beside", "mine", "run") if each in preview.how), None
        )
        if how is None:
            break
        if into and how != "beside":
            raise InvalidRequest(
                "links.no_copy", "Of this link no copy is made.", "Leave out --into."
            )
        if not as_json:
            words.preview(preview, heading=opening.claims.heading)
            for sentence in words.what_opening_does(preview, into):
                click.echo(sentence)
        if (
            how == "beside"
            and not yes
            and not agreed("Open it?", "Nothing was made.", option="--yes")
        ):
            openings.drop(opening.id)
            sys.exit(1)
        place = Path(os.path.abspath(into)) if into else None
        shown = openings.choose(opening.id, opening.looked, how, place)
        opening = follow(shown, openings.get, openings.drop, ("opening", "fetching"))
    return opening


def _end(opening: LinkOpening, done: str = "ready") -> None:
    if opening.state == done:
        sys.exit(0)
    ended_badly(opening)
