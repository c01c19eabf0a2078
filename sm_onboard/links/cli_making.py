"""``sm-onboard link create``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
import msgspec

from sm_onboard.cli import print_json, told
from sm_onboard.errors import ConfigError, InvalidRequest

from . import cli_words as words
from .cli_rooms import (
    GIVEN,
    agreed,
    config_option,
    ended_badly,
    entered,
    follow,
    json_option,
    store_of_sender,
    store_option,
)
from .coordinates import form, parse
from .models import Kind, LinkAsked, LinkMade, LinkMaking

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


@click.command()
@click.argument("what", metavar="PATH|RUN")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Which kind; else the best one.")
@click.option("--cell", default="", metavar="ID", help="The cell that the link points to.")
@click.option("--heading", default="", metavar="TEXT", help="The heading that it points to.")
@click.option("--with-outputs", is_flag=True, help="Keep the notebook's outputs in a snapshot.")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=30,
    show_default=True,
    metavar="N",
    help="How long a snapshot is kept.",
)
@click.option("--note", default="", metavar="TEXT", help="For the reader, 500 characters at most.")
@store_option
@config_option
@click.option(
    "--push", is_flag=True, help="Push the commit to its branch, then link to it; never forced."
)
@click.option("--allow-secrets", is_flag=True, help="Send what looks like a secret all the same.")
@click.option("--yes", is_flag=True, help="Do not ask before pushing.")
@click.option("--base", metavar="URL", help="What the link begins with: …/lab, or a resolver page.")
@json_option
def create(
    what: str,
    kind: Kind | None,
    cell: str,
    heading: str,
    with_outputs: bool,
    days: int,
    note: str,
    store: str | None,
    config: str | None,
    push: bool,
    allow_secrets: bool,
    yes: bool,
    base: str | None,
    as_json: bool,
) -> None:
    """Makes a link to the file PATH, or to the run RUN.

    RUN is its id, the beginning of its id, or its name. The kind is chosen: git where the commit
    is pushed and the file is as it was committed, else a snapshot. The link alone goes to standard
    output.

    Exit status: 0 made, 1 not made, 2 the command line or the configuration is wrong,
    130 interrupted.
    """
    with told():
        if cell and heading:
            raise InvalidRequest(
                "links.two_places", "It is a cell or a heading.", "Leave out --cell or --heading."
            )
        if base:
            _check_base(base)
        if push and kind not in (None, "git"):
            raise InvalidRequest(
                "links.push_kind",
                "Pushing makes a link of kind git.",
                "Leave out --push or --kind.",
            )
        wanted: Kind | None = "git" if push else kind
        alias, given = store_of_sender(store)
        file = Path(os.path.abspath(what))
        is_run = kind == "run" or not (file.exists() or "/" in what or what.endswith(".ipynb"))
        if (
            push
            and not yes
            and not agreed(
                "Push your commits to their branch?", "Nothing was pushed.", option="--yes"
            )
        ):
            sys.exit(1)
        with entered(config, below=None if is_run else file, stores=given) as rooms:
            asked = LinkAsked(
                contents="" if is_run else _contents(rooms, file),
                run=_run(rooms, what) if is_run else "",
                cell=cell,
                heading=heading,
                kind=wanted or "",
                store=alias,
                outputs=with_outputs,
                days=days,
                note=note,
                push=push,
            )
            making = _make(rooms, asked, allow_secrets=allow_secrets, as_json=as_json)
        _tell_made(making, base, wanted, as_json)
    sys.exit(0)


def _contents(rooms: Rooms, file: Path) -> str:
    """The file as JupyterLab calls it; its whole path where JupyterLab does not show it."""
    return file.relative_to(rooms.root_dir).as_posix() if rooms.root_dir else str(file)


def _run(rooms: Rooms, text: str) -> str:
    """The page's id of a run of the store that notebooks record in.

    Raises:
        NotFound: ``experiments.run_unknown``. InvalidRequest: ``experiments.run_ambiguous``.
    """
    from sm_onboard.experiments.reproduce.finding import find_run
    from sm_onboard.repos.assembly import experiments

    rooms.tracking.settle(experiments(rooms))
    place = rooms.experiments.recording()
    return f"{place.id}.{find_run(place.open(), text).id}"


def _make(rooms: Rooms, asked: LinkAsked, *, allow_secrets: bool, as_json: bool) -> LinkMaking:
    makings = rooms.links.makings
    busy = ("looking", "making")
    making = follow(makings.begin(asked), makings.get, makings.drop, busy)
    while making.state == "asks":  # again, where the files changed meanwhile
        if not as_json:
            words.findings(making.findings)
        if not allow_secrets and (
            as_json
            or not agreed("Send it all the same?", "Nothing was sent.", option="--allow-secrets")
        ):
            makings.drop(making.id)
            if as_json:
                print_json({"findings": making.findings})
                click.echo("Something looks like a secret, so nothing was sent.", err=True)
            sys.exit(1)
        shown = makings.confirm(making.id, making.looked)
        making = follow(shown, makings.get, makings.drop, busy)
    return making


def _tell_made(making: LinkMaking, base: str | None, kind: Kind | None, as_json: bool) -> None:
    made = making.made
    if made is None:
        ended_badly(making)
        return
    if base:
        made = msgspec.structs.replace(made, link=_at(made, base))
    standing = making.standing
    addresses = standing.addresses if standing else ()
    if as_json:
        print_json({**msgspec.to_builtins(made), "addresses": addresses})
        return
    words.made(made)
    for choice in standing.choices if standing else ():
        if choice.kind == made.kind and choice.warning:
            click.echo(choice.warning, err=True)
        if not kind and choice.kind == "git" and choice.can_push and choice.problem:
            click.echo(
                f"{choice.problem.message} With --push it is, and the link is to git.", err=True
            )
    for address in addresses:
        click.echo(f"At {address.host}: {address.url}", err=True)
    if made.link.startswith("/"):
        click.echo("Whoever gets it pastes it into Open shared link of their JupyterLab.", err=True)
    if parse(made.link).store == GIVEN:
        click.echo("Whoever opens it says where the store is, too: --store.", err=True)


def _check_base(base: str) -> None:
    from sm_onboard.repos.plan.team_sections import check_resolver

    try:
        check_resolver(base, "--base")
    except ConfigError as error:
        raise InvalidRequest("links.base", "--base is no address of a page.", error.hint) from None


def _at(made: LinkMade, base: str) -> str:
    """The link with another beginning: JupyterLab reads the query, a page what is behind the #."""
    return form(parse(made.link), base, behind=not base.rstrip("/").endswith("/lab"))
