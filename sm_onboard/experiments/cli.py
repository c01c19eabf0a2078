"""``sm-onboard experiments``."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import click

from sm_onboard.cli import print_json, told
from sm_onboard.errors import InvalidRequest, NotFound
from sm_onboard.git.names import shown

if TYPE_CHECKING:
    from .models import Experiment, Run, Store

_ROWS = 50  # of the table, unless --limit says otherwise

_store = click.option(
    "--store",
    metavar="URI|ARN",
    help="Where the runs are; else where notebooks record.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


_ELSEWHERE = {  # name: (module, attribute)
    "copy": ("sm_onboard.experiments.copying.cli", "copy"),
    "reproduce": ("sm_onboard.experiments.reproduce.cli", "reproduce"),
}


class _Experiments(click.Group):
    """A group of which some commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE:
            module, attribute = _ELSEWHERE[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Experiments)
def experiments() -> None:
    """Finds runs, compares and copies them, and brings one back.

    A store is a folder or database of MLflow's, an MLflow server's address, the ARN of a
    server or app in SageMaker, or sagemaker-experiments:REGION.
    """


@experiments.command("list")
@_store
@click.option(
    "--experiment", "chosen", multiple=True, metavar="NAME", help="Only its runs; may be repeated."
)
@click.option(
    "--filter",
    "query",
    default="",
    metavar="QUERY",
    help="In MLflow's syntax: \"metrics.auc > 0.9 AND params.model = 'forest'\".",
)
@click.option(
    "--order-by",
    "orders",
    multiple=True,
    metavar="NAME [ASC|DESC]",
    help='"metrics.auc DESC"; may be repeated. Otherwise the newest come first.',
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"How many; {_ROWS} in the table, otherwise all.",
)
@_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with every column there is.")
def list_(
    store: str | None,
    chosen: tuple[str, ...],
    query: str,
    orders: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Lists the runs of a store, the newest first.

    Times in JSON are milliseconds since 1970, numbers without a value the texts NaN, Infinity
    and -Infinity. In CSV, a text that a spreadsheet would take for a formula begins with '.

    Exit status: 0 listed, though there may be none; 1 the store cannot be read; 2 the command
    line is wrong.
    """
    with told():
        from . import cli_words as words
        from .query import parse_filter, parse_order, select, sort

        if as_json and as_csv:
            raise InvalidRequest(
                "experiments.two_formats", "It is JSON or CSV.", "Leave out --json or --csv."
            )
        clauses, order = parse_filter(query), [parse_order(text) for text in orders]
        opened = _open(store)
        known = opened.experiments()
        ids = [_experiment(known, name).id for name in chosen] if chosen else None
        every = opened.runs(ids)
        found = sort(select(clauses, every), order)
        total = len(found)
        found = found[: limit or (total if as_json or as_csv else _ROWS)]
        names = {experiment.id: experiment.name for experiment in known}
        if as_json:
            print_json(words.listed(opened, found, names, total))
        elif as_csv:
            words.print_csv(found, names)
        else:
            wanted = [o.key for o in order] + [clause.key for clause in clauses]
            words.print_runs(found, every, names, wanted)
            if total > len(found):
                click.echo(f"{len(found)} of {total:,} runs; --limit shows more.", err=True)
            elif not found:
                click.echo(_none(every), err=True)
        _say_notes(opened)


@experiments.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@_store
@click.option("--all", "everything", is_flag=True, help="Show what is the same, too.")
@click.option("--code", is_flag=True, help="Show how the code of the second is another.")
@_json
def compare(
    runs: tuple[str, ...], store: str | None, everything: bool, code: bool, as_json: bool
) -> None:
    """Shows what differs between runs.

    RUN is a run's id, the beginning of its id, or its name. Compared are parameters, metrics,
    data sets, code, packages and tags; with --code the lines of code of two runs, notebooks
    cell by cell.

    Exit status: 0 compared, whether they differ or not; 1 a run is not there or the store
    cannot be read; 2 the command line is wrong; 130 interrupted.
    """
    with told():
        from . import cli_words as words
        from .compare.values import compare as compared
        from .reproduce.finding import pick

        if len(runs) < 2:
            raise InvalidRequest(
                "experiments.one_run", "One run alone does not compare.", "Name two or more."
            )
        if code and len(runs) > 2:
            raise InvalidRequest(
                "experiments.two_runs",
                f"The code of two runs is compared, and these are {len(runs)}.",
                "Name two, the older one first.",
            )
        opened = _open(store)
        every = opened.runs()
        chosen: list[Run] = []
        for text in runs:
            run = pick(every, text, opened.uri)
            if run in chosen:
                raise InvalidRequest(
                    "experiments.run_twice",
                    f"{shown(text)} is a run that you have named before.",
                    "Name each run once.",
                )
            chosen.append(run)
        if code:
            from .compare.cli import compare_code

            compare_code(opened, chosen[0], chosen[1], as_json=as_json)
            _say_notes(opened)
            return
        found = compared(opened, chosen)
        if not everything:
            found = found.differing()
        if as_json:
            print_json(words.comparison(opened, found))
        else:
            words.print_comparison(found, everything=everything)
        for note in found.notes:
            click.echo(note, err=True)
        _say_notes(opened)


def _open(given: str | None) -> Store:
    from sm_onboard.rooms import Rooms
    from sm_onboard.server_settings import read

    from .stores.opening import open_store, own_file
    from .tracking import on_command_line

    rooms = Rooms(read(), environ=os.environ)
    place = rooms.place
    uri = given or ""
    if not given:
        choice = on_command_line(rooms)
        uri = choice.uri
        if choice.why:
            click.echo(choice.why, err=True)
    own = own_file(os.environ, place.home)
    if not given and uri == f"sqlite:///{own}" and not own.exists():
        raise NotFound(
            "experiments.store_missing",
            "No run has been recorded on this machine yet.",
            f"The first one makes {own}. Name another store with --store.",
        )
    return open_store(uri, environ=os.environ, home=place.home, region=place.region or "")


def _experiment(known: list[Experiment], name: str) -> Experiment:
    for experiment in known:
        if name in (experiment.name, experiment.id) and not experiment.deleted:
            return experiment
    names = [shown(experiment.name) for experiment in known if not experiment.deleted]
    some = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    raise NotFound(
        "experiments.experiment_unknown",
        f"There is no experiment {shown(name)} in this store.",
        f"There are: {some}." if names else "There are none.",
    )


def _none(every: list[Run]) -> str:
    return f"None of {len(every):,} runs matches." if every else "There are no runs."


def _say_notes(store: Store) -> None:
    # only stores on this machine have any
    for note in getattr(store, "notes", ()):
        click.echo(note, err=True)
