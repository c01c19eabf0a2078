"""``sm-onboard experiments reproduce --job``."""

from __future__ import annotations

import os

import click

from sm_onboard.cli import print_json
from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce import cli as asking
from sm_onboard.experiments.reproduce.finding import find_run
from sm_onboard.experiments.stores.opening import open_store
from sm_onboard.experiments.tracking import on_command_line
from sm_onboard.rooms import Rooms
from sm_onboard.server_settings import read

from . import again, names
from .names import Job
from .shown import JobPlan

_MARKS = {"ok": "the same", "differs": "differs", "missing": "missing", "unknown": "not known"}


def start_again(text: str, store: str | None, *, into: str | None, yes: bool, as_json: bool) -> int:
    """Shows what would be asked, asks once, and starts the job; gives the exit status.

    Args:
        text: a run as people name it, or the ARN or name of a training job.
        store: where the run is; None: where notebooks record.

    Raises:
        OnboardError: it was not started.
    """
    if into:
        raise InvalidRequest(
            "experiments.job_into",
            "--into is a folder for files, and --job brings none back.",
            "Leave one of them out.",
        )
    source = _source(text, store)
    found = again.plan(source, text)
    if found.plan is None:
        raise _error(found.problem)
    if not as_json:
        _print(found.plan)
    if not yes:
        _ask(found.plan)
    started = again.start(source, found.plan.name, found.plan.digest)
    if as_json:
        print_json({"plan": found.plan, "started": started})
    elif started.arn:
        click.echo(f"Started: {started.arn}")
    if started.problem and not as_json:
        raise _error(started.problem)
    return 0 if started.arn else 1


def _source(text: str, store: str | None) -> again.Source:
    if text.startswith("arn:") and ":sagemaker:" in text:
        return again.Source(names.of_arn(text), None)
    rooms = Rooms(read(), environ=os.environ)
    place = rooms.place
    uri = store or on_command_line(rooms).uri
    try:
        opened = open_store(uri, environ=rooms.environ, home=place.home, region=place.region or "")
        run = find_run(opened, text)
    except NotFound:
        if store or not names.NAME.fullmatch(text):
            raise
        return again.Source(Job(text, place.region or ""), None)
    return again.Source(names.of_arn(run.tags.get(record.JOB, "")), run)


def _print(plan: JobPlan) -> None:
    click.echo(f"{plan.of}: starting it again as {plan.name} in {plan.region}\n")
    width = max(len(part.part) for part in plan.parts)
    state = max(len(_MARKS[part.state]) for part in plan.parts)
    for part in plan.parts:
        click.echo(f"  {part.part.capitalize():{width}}  {_MARKS[part.state]:{state}}  {part.text}")
        if part.problem:
            click.echo(f"{'':{width + state + 6}}{part.problem.message}")
    click.echo(f"\n{plan.request}\n")
    if plan.request_cut:
        click.echo("Long values are cut above. The job gets them whole.\n")
    click.echo(plan.confirm)


def _ask(plan: JobPlan) -> None:
    if not asking.can_ask():
        raise InvalidRequest(
            "experiments.not_asked",
            "Nobody can be asked here, so no job was started.",
            "Add --yes.",
        )
    if not click.confirm(f"Start {plan.name}?", default=False, err=True):
        click.echo("No job was started.", err=True)
        raise SystemExit(1)


def _error(problem: DomainProblem | None) -> OnboardError:
    if problem is None:
        return OnboardError("internal", "Something in sm_onboard failed.")
    hint = "\n".join(filter(None, (problem.hint, problem.statement)))
    return OnboardError(problem.code, problem.message, hint)
