"""``sm-onboard sync`` and ``sm-onboard repos``."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from sm_onboard.cli import print_json, told
from sm_onboard.errors import InvalidRequest
from sm_onboard.rooms import Rooms, Settings, state_home

if TYPE_CHECKING:
    from .models import Repository, ReposState
    from .restoring import Kept

INTERRUPTED = 130
_LAST_WORDS = 3.0  # seconds that git may take to end after Ctrl-C

_config = click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="An onboard.yaml that replaces all others.",
)
_root = click.option(
    "--root", metavar="DIR", help="Where repositories are: home, user-default-efs, or a path."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_config
@_root
@_json
def sync(config: str | None, root: str | None, as_json: bool) -> None:
    """Clones what is missing and updates where that loses nothing.

    Exit status: 0 all ready or deliberately skipped, 1 something needs you, 2 the
    configuration is wrong.
    """
    with told(), _rooms(config, root) as rooms:
        state = _work(rooms, rooms.repos.start, bars=not as_json)
        _print(state, as_json)
    sys.exit(exit_status(state))


@click.group()
def repos() -> None:
    """Looks at the repositories, and brings work back."""


@repos.command("list")
@_config
@_root
@_json
def list_(config: str | None, root: str | None, as_json: bool) -> None:
    """Shows what is there, without asking the network about it."""
    with told(), _rooms(config, root) as rooms:
        state = _work(rooms, rooms.repos.look, bars=False)
        _print(state, as_json)
    sys.exit(2 if exit_status(state) == 2 else 0)


@repos.command()
@click.argument("name")
@_config
@_root
@_json
def undo(name: str, config: str | None, root: str | None, as_json: bool) -> None:
    """Brings back what the last change to repository NAME replaced."""
    with told(), _rooms(config, root) as rooms:
        found = _named(_work(rooms, rooms.repos.look, bars=False), name)
        state = _work(rooms, lambda: rooms.repos.do(found.id, "undo"), bars=not as_json)
        row = _named(state, name)
        _print(msgspec.structs.replace(state, repositories=(row,)), as_json)
    sys.exit(0 if row.action == "restored" else 1)


@repos.command()
@click.argument("snapshot", required=False)
@click.option("--into", metavar="DIR", help="A folder that does not exist yet.")
@_config
@_root
@_json
def restore(
    snapshot: str | None, into: str | None, config: str | None, root: str | None, as_json: bool
) -> None:
    """Lists the snapshots; with SNAPSHOT and --into, brings that one back.

    It comes back as a clone of its own, so nothing you have now is changed.
    """
    from . import restoring
    from .assembly import credentials

    with told(), _rooms(config, root) as rooms:
        state = state_home(rooms.environ, rooms.place.home)
        if snapshot is None:
            _print_snapshots(restoring.list_kept(state), as_json)
            return
        if into is None:
            raise InvalidRequest(
                "repos.into_missing",
                "It is not clear where to bring the snapshot back.",
                "Name a folder that does not exist yet: --into DIR.",
            )
        given = restoring.restore(state, snapshot, Path(into).absolute(), credentials(rooms))
        if as_json:
            print_json(given)
        else:
            click.echo(f"{given.id} is in {given.path}.")


def exit_status(state: ReposState) -> int:
    """0 all ready or skipped, 1 something needs a person, 2 the configuration is wrong."""
    codes = [problem.code for problem in state.problems]
    codes += [row.code for row in state.repositories if row.state == "failed"]
    if any(_is_configuration(code) for code in codes):
        return 2
    done = all(
        # behind because onboard.yaml says never to update is as somebody wanted it
        row.state in ("ready", "skipped") or row.code == "repos.update_never"
        for row in state.repositories
    )
    return 0 if done and not state.problems else 1


def _is_configuration(code: str) -> bool:
    # the team's file can be right and out of reach
    return code.startswith(("config.", "repos.root_")) and not code.endswith("_unreachable")


@contextmanager
def _rooms(config: str | None, root: str | None) -> Iterator[Rooms]:
    """The rooms as the server would make them, with what the command line says on top."""
    from sm_onboard.server_settings import read

    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    settings = Settings(onboard_file=os.path.abspath(config)) if config else read()
    if root:
        word = root in ("home", "user-default-efs") or root.startswith(("~", "{"))
        settings = replace(settings, root=root if word else os.path.abspath(root))
    rooms = Rooms(settings, environ=os.environ)
    try:
        yield rooms
    except KeyboardInterrupt:
        rooms.close(_LAST_WORDS)
        click.echo("Cancelled. What is complete stays; nothing else was changed.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        rooms.close(_LAST_WORDS)


def _work(rooms: Rooms, begin: Callable[[], object], *, bars: bool) -> ReposState:
    """Begins something and waits for its end; progress is drawn on a terminal."""
    from .bars import Bars

    begin()
    with Bars() if bars and sys.stderr.isatty() else nullcontext() as shown:
        while not rooms.repos.wait(0.1):
            if shown:
                shown.show(rooms.repos.state())
        if shown:
            shown.show(rooms.repos.state())
    return rooms.repos.state()


def _named(state: ReposState, name: str) -> Repository:
    found = [row for row in state.repositories if name in (row.name, row.path, row.id)]
    if len(found) != 1:
        names = ", ".join(row.path for row in state.repositories) or "none"
        raise InvalidRequest(
            "repos.unknown",
            f"There is {'more than one' if found else 'no'} repository {name}.",
            f"Name one of: {names}.",
        )
    return found[0]


def _print(state: ReposState, as_json: bool) -> None:
    from .models import SyncResult

    if as_json:
        names = SyncResult.__struct_fields__  # the same as the row's
        results = [SyncResult(**{n: getattr(row, n) for n in names}) for row in state.repositories]
        print_json({"repositories": results})
    elif state.repositories:
        _table(
            ("repository", "branch", "state", "what"),
            [
                (row.path or row.name, row.branch or "", row.state, _sentence(row))
                for row in state.repositories
            ],
        )
    elif not state.problems:
        click.echo("No repositories are configured.")
    for problem in state.problems:
        where = f"{problem.origin}: " if problem.origin else ""
        click.echo(f"{where}{problem.message} {problem.hint}".rstrip(), err=True)


def _sentence(row: Repository) -> str:
    return f"{row.message} {row.hint}".strip() or (row.action if row.action != "none" else "")


def _print_snapshots(kept: list[Kept], as_json: bool) -> None:
    if as_json:
        print_json({"snapshots": kept})
    elif kept:
        _table(
            ("snapshot", "taken", "repository", "files", "why"),
            [(s.id, s.created, s.repository, str(s.files), s.reason) for s in kept],
        )
    else:
        click.echo("There are no snapshots.")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    # The first column is what one copies into the next command: never cut it.
    table.add_column(head[0], min_width=max(len(row[0]) for row in rows))
    for title in head[1:]:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: nothing in it is markup
    # A pipe has no width: one line a row, for grep.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)
