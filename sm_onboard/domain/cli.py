"""``sm-onboard domain`` and ``sm-onboard doctor``."""

from __future__ import annotations

import sys
import time
import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from sm_onboard.cli import print_json, told
from sm_onboard.errors import Conflict, InvalidRequest, NotFound

from . import cli_words as words
from .cli_rooms import VIEW, all_rooms, one_room, read, tell, waiting
from .models import Look, PartName, Problem, Running, Stop, Stopped, Target

if TYPE_CHECKING:
    from .service import DomainService

_SOON = 4.0  # seconds that the doctor waits for what others read
_TARGETS = get_args(Target)
_APPS_PARTS: tuple[PartName, ...] = ("here", "settings", "apps", "spaces", "others", "prices")

Command = Callable[..., Any]


def _where(command: Command) -> Command:
    """The options that say which domain is meant."""
    region = click.option("--region", metavar="REGION", help="The region of the domain.")
    domain = click.option(
        "--domain", metavar="ID", help="Which domain; the one you are in, or the only one there is."
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return domain(region(as_json(command)))


@click.group()
def domain() -> None:
    """Looks at the domain: who and what is in it, what runs, what it costs.

    Inside Studio it is the domain you are in. Elsewhere, name one with --domain where there are
    several.
    """


@domain.command("list")
@click.option("--region", metavar="REGION", help="The region of the domains.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(region: str | None, as_json: bool) -> None:
    """Lists the domains of the account in one region."""
    with told(), one_room(None, region, outside=True) as room:
        problems = read(room, "here")
        choices = room.state().choices
        if as_json:
            print_json({"domains": choices})
        elif choices:
            words.table(("id", "name", "status"), [(c.id, c.name, c.status) for c in choices])
    _end(problems)


@domain.command()
@_where
def show(domain: str | None, region: str | None, as_json: bool) -> None:
    """Shows the domain's settings, and where you are in it."""
    with told(), one_room(domain, region) as room:
        problems = read(room, "here", "settings", "prices")
        state, settings = room.state(), room.settings().domain
        if as_json:
            print_json({"here": state.here, "domain": settings})
        else:
            words.table(("", ""), words.facts(state, settings))
    _end(problems)


@domain.command()
@_where
def users(domain: str | None, region: str | None, as_json: bool) -> None:
    """Lists the user profiles."""
    with told(), one_room(domain, region) as room:
        problems = read(room, "profiles")
        rows = sorted(room.profiles().rows, key=lambda row: row.name)
        if as_json:
            print_json({"profiles": rows})
        elif rows:
            lines = [
                (r.name, r.status, words.moment(r.created), "you" if r.me else "") for r in rows
            ]
            words.table(("user profile", "status", "created", ""), lines)
        elif not problems:
            click.echo("There are no user profiles in this domain.")
    _end(problems)


@domain.command()
@_where
def spaces(domain: str | None, region: str | None, as_json: bool) -> None:
    """Lists the spaces, and what their storage costs whether or not anything runs."""
    with told(), one_room(domain, region) as room:
        problems = read(room, "spaces")
        rows = sorted(room.spaces().rows, key=lambda row: (-(row.storage_gb or 0), row.name))
        if as_json:
            print_json({"spaces": rows})
        elif rows:
            head = ("space", "status", "app", "owner", "sharing", "storage", "storage costs")
            words.table(head, [words.space(row) for row in rows], right=("storage", head[-1]))
        elif not problems:
            click.echo("There are no spaces in this domain.")
    _end(problems)


@domain.command()
@click.option(
    "--all/--mine", "everybody", default=True, help="Everybody's, or only your own. [default: all]"
)
@_where
def apps(everybody: bool, domain: str | None, region: str | None, as_json: bool) -> None:
    """Lists what runs or bills, the most expensive first."""
    with told(), one_room(domain, region) as room:
        problems = read(room, *_APPS_PARTS)
        answer = room.apps()
        rows = sorted((r for r in answer.rows if everybody or r.mine or r.this_one), key=_by_cost)
        if as_json:
            print_json({"apps": rows, "cost": answer.cost})
        else:
            if rows:
                right = ("idle for", "per hour", "so far")
                words.table(words.APP_HEAD, [words.app(row) for row in rows], right=right)
            click.echo(words.total(rows))
            if rows and (source := words.prices(answer.cost)):
                click.echo(source)
    _end(problems)


@domain.command("open")
@click.argument("target", type=click.Choice(_TARGETS, case_sensitive=False))
@click.argument("name", required=False)
@click.option("--print", "print_it", is_flag=True, help="Print the address; open nothing.")
@_where
def open_(
    target: Target,
    name: str | None,
    print_it: bool,
    domain: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Opens one of Studio's apps in the browser.

    NAME is that of a space, or of an MLflow server. Where you are signed in by the address
    itself, it is good for seconds, and whoever has it is signed in as you: it is printed only
    when you ask for it.
    """
    with told(), one_room(domain, region) as room:
        read(room, "here", "settings", "apps", "spaces", "others")
        opened = room.open(target, _door(room, target, name))
        if opened.problem is not None:
            tell(opened.problem)
        if as_json and not print_it:
            opened = msgspec.structs.replace(
                opened, url="" if opened.how == "presigned" else opened.url
            )
        if as_json:
            print_json(opened)
        if print_it:
            if not as_json:
                click.echo(opened.url)
        elif not webbrowser.open(opened.url):
            raise Conflict(
                "domain.no_browser",
                "There is no browser here.",
                f"Print the address with --print, and open it within {opened.expires_in} seconds."
                if opened.expires_in
                else f"Open {opened.url}",
            )


@domain.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--others", is_flag=True, help="Other people's too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_where
def stop(
    names: tuple[str, ...],
    others: bool,
    yes: bool,
    domain: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Stops what runs: NAMEs are those of spaces, servers or instances, as `apps` lists them.

    Files stay on the space's disk. What is only in the memory of a kernel is lost.
    """
    with told(), one_room(domain, region) as room:
        problems = read(room, *_APPS_PARTS)
        rows = _named(room.apps().rows, names)
        if not yes:
            _ask(rows)
        answer = room.stop(Stop(ids=tuple(row.id for row in rows), others=others))
        if as_json:
            print_json(answer)
        else:
            for row, result in zip(rows, answer.results, strict=True):
                _came(row, result)
    failed = any(not result.stopped for result in answer.results)
    sys.exit(1 if failed or problems else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Says what works here, what does not, and which permission is missing.

    Nothing is changed and nothing is started. Exit status: 0 all works, 1 something does not.
    """
    with told(), all_rooms(None, None) as rooms:
        room = rooms.domain
        with waiting("Looking"):
            rooms.repos.look()
            room.look(Look(view=VIEW, parts=("here",)))
            room.wait(_SOON)
            rooms.repos.wait(_SOON)
            report = room.examine()
            while report.state == "looking":
                time.sleep(0.05)
                report = room.report()
        if as_json:
            print_json(report)
        else:
            order = {"denied": 0, "fails": 1, "limited": 2, "unknown": 3, "works": 4, "not_here": 5}
            checks = sorted(report.checks, key=lambda check: order[check.state])
            click.echo(words.verdict(report))
            words.table(("what", "state", ""), [words.check(check) for check in checks])
            for check in checks:
                if check.problem and check.problem.statement:
                    click.echo(f"\n{check.title}: {check.problem.hint}\n{check.problem.statement}")
            click.echo(f"\n{report.how}")
    sys.exit(1 if any(c.state in ("denied", "fails", "limited") for c in report.checks) else 0)


def _end(problems: Sequence[Problem]) -> None:
    sys.exit(1 if problems else 0)


def _by_cost(row: Running) -> tuple[float, str]:
    return (-(row.per_hour or 0), row.name)


def _door(room: DomainService, target: Target, name: str | None) -> str:
    """The id of one of several things to open."""
    if name is None:
        return "-"
    entries = [e for e in room.launch_menu().entries if e.target == target]
    found = [e for e in entries if name in (e.id, e.note.partition(",")[0])]
    if not found:
        names = (
            ", ".join(e.note.partition(",")[0] for e in entries if e.id != "-") or "none by name"
        )
        raise NotFound(
            "domain.nothing_to_open",
            f"There is no {name} to open with {target}.",
            f"There is: {names}.",
        )
    return found[0].id


def _named(rows: Sequence[Running], names: Sequence[str]) -> list[Running]:
    """The rows of these names; what does not run is taken where nothing else has the name."""
    chosen: dict[str, Running] = {}
    for name in names:
        found = [row for row in rows if name in (row.id, row.name)]
        found = [row for row in found if row.state in words.BILLS] or found
        if not found:
            raise NotFound(
                "domain.unknown_row",
                f"Nothing called {name} is in the list.",
                "See: sm-onboard domain apps",
            )
        if len(found) > 1:
            ids = ", ".join(f"{row.id} ({words.kind(row)})" for row in found)
            raise InvalidRequest(
                "domain.ambiguous",
                f"Several things are called {name}.",
                f"Name one by its id: {ids}",
            )
        chosen[found[0].id] = found[0]
    return list(chosen.values())


def _ask(rows: Sequence[Running]) -> None:
    """Asks once for all of them. Whoever does not answer with yes has changed nothing."""
    for row in rows:
        saves = f", saves {words.rate(row.per_hour)}" if row.per_hour is not None else ""
        click.echo(
            f"{row.name}: {words.kind(row)}, {row.state}, {words.person(row)}{saves}", err=True
        )
    click.echo("Files stay on the disk. What is only in the memory of a kernel is lost.", err=True)
    what = rows[0].name if len(rows) == 1 else f"these {len(rows)}"
    if not click.confirm(f"Stop {what}?", err=True):
        raise Conflict("domain.not_stopped", "Nothing was stopped.")


def _came(row: Running, result: Stopped) -> None:
    if result.stopped:
        saves = f" That saves {words.rate(row.per_hour)}." if row.per_hour is not None else ""
        click.echo(f"{row.name} is stopping.{saves}")
    elif result.problem is not None:
        click.echo(f"{row.name} was not stopped.", err=True)
        tell(result.problem)
