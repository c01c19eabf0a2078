"""``sm-onboard experiments copy``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from sm_onboard.cli import print_json, told
from sm_onboard.errors import InvalidRequest, NotFound
from sm_onboard.git.names import shown

from .models import Copied

if TYPE_CHECKING:
    from sm_onboard.experiments.models import Experiment, Run, Store

INTERRUPTED = 130
_WORDS = {
    "copied": "copied",
    "updated": "brought up to date",
    "unchanged": "there already",
    "skipped": "left out",
    "failed": "not copied",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. ``total``: more than there are ``runs`` where it was stopped."""

    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    total: int
    runs: tuple[Copied, ...]


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN...]")
@click.option("--from", "source_uri", required=True, metavar="STORE", help="Where the runs are.")
@click.option("--to", "target_uri", required=True, metavar="STORE", help="Where they shall be.")
@click.option("--experiment", metavar="NAME", help="Only the runs of this experiment.")
@click.option("--as", "renamed", metavar="NAME", help="The experiment that they go to.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def copy(
    runs: tuple[str, ...],
    source_uri: str,
    target_uri: str,
    experiment: str | None,
    renamed: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Copies runs from one store to another, whole.

    RUN is a run's id, the beginning of its id, or its name; what was made inside of it comes
    along. Without RUN, all runs are copied. A store is a folder or database of MLflow's, an MLflow
    server's address, the ARN of a server or app in SageMaker, or sagemaker-experiments:REGION.

    Copied are parameters, metrics with all values, tags, data sets, files, times and states.
    Copying again adds what is new. Nothing is deleted anywhere.

    Exit status: 0 all are there now, 1 some are not, 2 the command line is wrong,
    130 interrupted: the run at work was finished first.
    """
    from sm_onboard import studio

    from . import places
    from .copier import Copier

    with told():
        place = studio.look(os.environ, studio.METADATA)
        home, region = place.home, place.region or ""
        source_at = places.whole(source_uri, home, region)
        target_at = places.whole(target_uri, home, region)
        if source_at == target_at:
            raise InvalidRequest(
                "experiments.same_store", "That is the same store twice.", "Name another with --to."
            )
        source = places.source(source_at, os.environ, home)
        known = source.experiments()
        chosen = _chosen(source, known, runs, experiment)
        told_from, told_to = places.called(source_at), places.called(target_at)
        if chosen and not yes:
            _ask(len(chosen), told_from, told_to)
        stop = threading.Event()
        done: list[Copied] = []
        if chosen:
            copier = Copier(
                source,
                places.target(target_at, os.environ, home),
                origin=told_from,
                home=told_to,
                experiments={one.id: one.name for one in known},
                renamed=renamed or "",
            )
            with _stopping(stop), _progress(len(chosen)) as (begun, ended):
                for each in copier.copy(chosen, stop.is_set, begun):
                    done.append(each)
                    ended(each)
        if as_json:
            report = Report(source=told_from, target=told_to, total=len(chosen), runs=tuple(done))
            print_json(report)
        else:
            _print(done, len(chosen))
    if len(done) < len(chosen):
        sys.exit(INTERRUPTED)
    sys.exit(1 if any(one.action == "failed" or (one.message and one.action != "skipped")
                      for one in done) else 0)  # fmt: skip


def _chosen(
    source: Store, known: Sequence[Experiment], texts: Sequence[str], experiment: str | None
) -> list[Run]:
    from sm_onboard.experiments.reproduce.finding import pick

    from .copier import with_children

    ids = None
    if experiment is not None:
        ids = [one.id for one in known if experiment in (one.name, one.id) and not one.deleted]
        if not ids:
            raise NotFound(
                "experiments.experiment_unknown",
                f"There is no experiment {shown(experiment)} in this store.",
                "sm-onboard experiments list shows the runs and their experiments.",
            )
    gone = {one.id for one in known if one.deleted}
    every = [run for run in source.runs(ids) if run.experiment not in gone and not run.deleted]
    if not texts:
        return every
    return with_children([pick(every, text, source.uri) for text in texts], every)


def _ask(count: int, source: str, target: str) -> None:
    if not sys.stdin.isatty():
        raise InvalidRequest(
            "experiments.not_asked",
            "Nobody can be asked here, so nothing was copied.",
            "Add --yes.",
        )
    question = f"Copy {_runs(count)} from {shown(source, 200)} to {shown(target, 200)}?"
    if not click.confirm(question, default=False, err=True):
        click.echo("Nothing was copied.", err=True)
        sys.exit(1)


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C ends after the run at work, the second at once."""

    def interrupted(*_: object) -> None:
        if stop.is_set():
            signal.signal(signal.SIGINT, before)
            raise KeyboardInterrupt
        stop.set()
        click.echo("Finishing this run. Press Ctrl-C again to stop at once.", err=True)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped. Copying again finishes the run that was at work.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(total: int) -> Iterator[tuple[Callable[[str], None], Callable[[Copied], None]]]:
    """A bar on a terminal, a line a run elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        count = 0

        def line(each: Copied) -> None:
            nonlocal count
            count += 1
            click.echo(f"{count}/{total} {shown(each.name)}: {_WORDS[each.action]}", err=True)

        yield (lambda _: None), line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=30), MofNCompleteColumn(),
               TextColumn("{task.fields[doing]}", markup=False))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, doing="")
        yield (
            lambda doing: bar.update(task, doing=doing),
            lambda each: bar.update(task, advance=1, doing=shown(each.name)),
        )


def _print(done: Sequence[Copied], total: int) -> None:
    counts = Counter[str](one.action for one in done)
    points, files = sum(one.points for one in done), sum(one.files for one in done)
    parts = [f"{_runs(counts[action])} {words}" for action, words in _WORDS.items()
             if counts[action]]  # fmt: skip
    click.echo(f"{', '.join(parts) or 'There are no runs to copy'}.")
    if points or files:
        click.echo(f"{points:,} values of metrics and {files:,} files were written.")
    for one in done:
        for sentence in (*one.left, *([one.message] if one.message else [])):
            named = shown(one.id) if one.name == one.id else f"{shown(one.name)} ({shown(one.id)})"
            click.echo(f"  {named}: {sentence}", err=True)
    if len(done) < total:
        click.echo(f"Stopped: {_runs(total - len(done))} were not begun.", err=True)


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"
