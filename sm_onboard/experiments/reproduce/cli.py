"""``sm-onboard experiments reproduce``."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sm_onboard.cli import print_json, told
from sm_onboard.errors import InvalidRequest, Stopped

if TYPE_CHECKING:
    from .here import Here
    from .models import Made, Plan

INTERRUPTED = 130
_MARKS = {"ok": "the same", "differs": "differs", "missing": "missing", "unknown": "not known"}


@click.command()
@click.argument("run")
@click.option("--store", metavar="URI|ARN", help="Where the run is; else where notebooks record.")
@click.option("--into", metavar="DIR", help="A folder that does not exist yet.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--job", is_flag=True, help="Start its training job again; costs money.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reproduce(
    run: str, store: str | None, into: str | None, yes: bool, job: bool, as_json: bool
) -> None:
    """Brings RUN's files back as they were, in a clone of its own.

    RUN is its id, the beginning of its id, or its name. What differs now is shown first.
    Your own files stay as they are, and nothing runs.

    With --job, RUN's training job is started again in SageMaker as it was described; RUN may
    also be the ARN or the name of a training job.

    Exit status: 0 done, 1 it was not brought back, 2 the command line is wrong,
    130 interrupted.
    """
    if job:
        from sm_onboard.experiments.training.cli import start_again

        with told():
            sys.exit(start_again(run, store, into=into, yes=yes, as_json=as_json))
    from sm_onboard.experiments.stores.opening import open_store
    from sm_onboard.experiments.tracking import on_command_line
    from sm_onboard.rooms import Rooms
    from sm_onboard.server_settings import read

    from .finding import find_run
    from .here import here_of
    from .make import make
    from .material import gather
    from .plan import plan

    with told(), tempfile.TemporaryDirectory(prefix="sm-onboard-") as temporary:
        rooms = Rooms(read(), environ=os.environ)
        place = rooms.place
        uri = store or on_command_line(rooms).uri
        opened = open_store(uri, environ=rooms.environ, home=place.home, region=place.region or "")
        found = find_run(opened, run)
        here = here_of(rooms)
        made: Made | None = None
        with stopping(here):
            material = gather(opened, found.id, Path(temporary))
            planned = plan(material, here)
        if not as_json:
            _print(planned, into)
        if planned.possible:
            if not yes:
                _ask(planned)
            with stopping(here):
                made = make(material, planned, here, Path(into).absolute() if into else None)
        if as_json:
            print_json({"plan": planned, "made": made})
        elif made:
            click.echo(_how_to_go_on(made))
    sys.exit(0 if made else 1)


@contextmanager
def stopping(here: Here) -> Iterator[None]:
    """Ctrl-C ends git first, and what it has written goes with it."""
    before = signal.signal(signal.SIGINT, lambda *_: here.cancel.set())
    try:
        yield
    except Stopped:
        click.echo("Cancelled. Nothing was made.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGINT, before)


def _ask(planned: Plan) -> None:
    if not can_ask():
        raise InvalidRequest(
            "experiments.not_asked",
            "Nobody can be asked here, so nothing was made.",
            "Add --yes.",
        )
    if not click.confirm(f"Reproduce {planned.name}?", default=False, err=True):
        click.echo("Nothing was made.", err=True)
        sys.exit(1)


def can_ask() -> bool:
    return sys.stdin.isatty()


def _print(planned: Plan, into: str | None) -> None:
    day = ""
    if planned.started is not None:
        then = datetime.fromtimestamp(planned.started / 1000, timezone.utc)
        day = f" from {then.day} {then:%b %Y}"
    click.echo(f"{planned.name}: what is different today{day}:\n")
    width = max(len(part.part) for part in planned.parts)
    state = max(len(_MARKS[part.state]) for part in planned.parts)
    for part in planned.parts:
        head = f"  {part.part.capitalize():{width}}  {_MARKS[part.state]:{state}}  "
        click.echo(f"{head}{part.text}")
        if part.detail:
            click.echo(f"{'':{len(head)}}{part.detail}")
    if planned.possible:
        where = into or f"reproduced/{planned.folder}"
        parameters = (
            "1 parameter" if planned.parameters == 1 else f"{planned.parameters} parameters"
        )
        kept = f"files and {parameters} of the run" if planned.whole else "files of the commit"
        click.echo(
            f"\nMakes {where} with the {kept}. Your own files stay as they are. Nothing runs."
        )
    else:
        click.echo("\nThis run cannot be brought back.", err=True)


def _how_to_go_on(made: Made) -> str:
    from .environment import install_line

    lines = [f"{made.path} has the files as they were."]
    if made.notebook:
        lines.append(f"The notebook is {made.notebook}.")
    if made.environment:
        line = install_line(made.path, made.environment, made.python)
        lines += ["For the packages as they were:", f"  {line}"]
    return "\n".join(lines)
