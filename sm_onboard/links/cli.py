"""``sm-onboard link``."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sm_onboard.cli import print_json, told
from sm_onboard.errors import Conflict, InvalidRequest, NotFound

from . import cli_words as words
from .cli_rooms import agreed, config_option, entered, json_option, store_of_sender
from .coordinates import parse

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

_RESOLVER = "resolver.html"
_MARK = b'<meta name="generator" content="sm_onboard link resolver">'
_ELSEWHERE = {  # name: (module, attribute)
    "create": ("sm_onboard.links.cli_making", "create"),
    "open": ("sm_onboard.links.cli_opening", "open_"),
    "show": ("sm_onboard.links.cli_opening", "show"),
}


class _Link(click.Group):
    """A group of which some commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE:
            module, attribute = _ELSEWHERE[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Link)
def link() -> None:
    """Makes links to notebooks and runs, and opens those of others.

    A link says where something is and grants access to nothing: whether it opens, your own git
    and AWS rights decide.
    """


@link.command("list")
@config_option
@json_option
def list_(config: str | None, as_json: bool) -> None:
    """Lists the snapshots that were shared from here, the newest first."""
    with told(), entered(config) as rooms:
        made = rooms.links.made()
        if as_json:
            print_json(made)
        elif made.links:
            words.own(made.links)
        else:
            click.echo("No snapshot was shared from here.", err=True)


@link.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--store", metavar="DIR|s3://…", help="Where they are, if --store had said so.")
@config_option
@json_option
def delete(
    ids: tuple[str, ...], yes: bool, store: str | None, config: str | None, as_json: bool
) -> None:
    """Deletes shared snapshots from their stores, for good. The links to them lead nowhere then.

    ID is as `list` shows it, or the link itself.
    """
    with told(), entered(config, stores=store_of_sender(store)[1]) as rooms:
        chosen = [_own(rooms, id) for id in ids]
        if not yes:
            for each in chosen:
                click.echo(f"{each[:12]}", err=True)
            what = "this snapshot" if len(chosen) == 1 else f"these {len(chosen)} snapshots"
            if not agreed(f"Delete {what} for good?", "Nothing was deleted.", option="--yes"):
                sys.exit(1)
        for each in chosen:
            made = rooms.links.delete(each)
            if not as_json:
                click.echo(f"{each[:12]} is deleted.")
        if as_json:
            print_json(made)


@link.command()
@click.option("--out", type=click.Path(), metavar="FILE", help="Write it to FILE; else print it.")
@json_option
def resolver(out: str | None, as_json: bool) -> None:
    """Writes the page that leads a link to the reader's own JupyterLab.

    Put it anywhere that your team can open, and name its address in the team's file:
    links: {resolver: https://…/open.html}. It sends nothing to anybody.
    """
    from importlib.resources import files

    page = (files("sm_onboard.links") / _RESOLVER).read_bytes()
    with told():
        if out is None:
            if as_json:
                raise InvalidRequest(
                    "links.no_file", "The page itself is no JSON.", "Name a file with --out."
                )
            sys.stdout.buffer.write(page)
            return
        file = Path(out)
        try:
            if file.exists() and _MARK not in file.read_bytes()[:10_000]:
                raise Conflict(
                    "links.file_exists", f"{out} is something else. It was not written over.",
                    "Name another file.",
                )  # fmt: skip
            file.write_bytes(page)
        except OSError as error:
            raise Conflict(
                "links.file_unwritable", f"{out} cannot be written: {error.strerror or error}.",
                "Name another file.",
            ) from error  # fmt: skip
        if as_json:
            print_json({"file": str(file.absolute()), "size": len(page)})
        else:
            click.echo(f"{out} is written.")


def _own(rooms: Rooms, id: str) -> str:
    """The whole id of a snapshot that was shared from here, by its beginning or its link."""
    with suppress(InvalidRequest):
        id = parse(id).digest or id
    found = [one.id for one in rooms.links.made().links if one.id.startswith(id) and len(id) >= 6]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequest(
            "links.ambiguous", f"{len(found)} snapshots begin so.", "Name more of the id."
        )
    raise NotFound(
        "links.made_unknown",
        f"No snapshot {words.one_line(id, 20)} was shared from here.",
        "sm-onboard link list shows them.",
    )
