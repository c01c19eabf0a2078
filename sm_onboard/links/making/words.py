"""Every sentence that the maker of a link is told, from plain values."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import Conflict

from ..models import LinkAsked


def where(asked: LinkAsked) -> str:
    """ ", at this cell": to be put behind the thing that is opened."""
    if asked.cell:
        return ", at this cell"
    return f", at the heading “{asked.heading}”" if asked.heading else ""


def path_gets(asked: LinkAsked, space: str, thing: str) -> str:
    return f"Whoever is in the space {space} opens this very {thing}{where(asked)}: no copy."


def git_text(commit: str, repository: str, changed: int) -> str:
    return f"{commit[:7]} on {repository}. {not_in_it(changed)}".strip()


def not_in_it(changed: int) -> str:
    if not changed:
        return ""
    files = "changed file" if changed == 1 else f"{changed} changed files"
    return f"Your {files} would not be in it."


def git_gets(asked: LinkAsked, commit: str, repository: str, thing: str) -> str:
    return (
        f"Whoever opens it gets this {thing} as it is in commit {commit[:7]}{where(asked)}. "
        f"They need access to {repository}."
    )


def snapshot_text(thing: str, others: Sequence[str], size: int, store: str, days: int) -> str:
    with_them = ""
    if len(others) == 1:
        with_them = f" and {others[0]}"
    elif others:
        with_them = f" and {len(others)} files it needs"
    kept = f"kept in the store {store} for {days} day{'' if days == 1 else 's'}"
    return f"{thing}{with_them}, {bytes_of(size)}, {kept}"


def snapshot_gets(asked: LinkAsked, thing: str, others: int, *, left_out: bool) -> str:
    files = "the 1 file" if others == 1 else f"the {others} files"
    needs = f", with {files} it needs" if others else ""
    said = f"Whoever opens it gets a copy of this {thing} as it is now{where(asked)}{needs}."
    return f"{said} Outputs are left out." if left_out else said


def run_gets(name: str, space: str, *, here: bool) -> str:
    if here and space:
        return f"Whoever is in the space {space} opens the page of the run {name}."
    if here:
        return f"Whoever uses this JupyterLab opens the page of the run {name}."
    return f"Whoever may read where it is kept opens the page of the run {name}."


def bytes_of(size: int) -> str:
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= step:
            number = size / step
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{size} bytes"


# Why a kind is not possible


def no_space() -> DomainProblem:
    return DomainProblem(
        code="links.no_space",
        message="This JupyterLab is in no space of Studio, so nobody else can open the file here.",
        hint="Send a snapshot, or the commit in git.",
    )


def no_store() -> DomainProblem:
    return DomainProblem(
        code="links.no_store",
        message="The team's file names no store for snapshots.",
        hint="Ask your team lead to add one: links: {stores: {team: s3://BUCKET/PREFIX}}.",
    )


def store_unknown(alias: str) -> DomainProblem:
    return DomainProblem(
        code="links.store_unknown",
        message=f"The team's file names no store {alias}.",
        hint="Choose another one.",
    )


def no_repository(name: str) -> DomainProblem:
    return DomainProblem(
        code="links.no_repository",
        message=f"{name} is in no git repository.",
        hint="Send a snapshot.",
    )


def no_remote() -> DomainProblem:
    return DomainProblem(
        code="links.no_remote",
        message="Its repository has no remote that others could read by https or ssh.",
        hint="Add one and push, or send a snapshot.",
    )


def no_commit() -> DomainProblem:
    return DomainProblem(
        code="links.no_commit",
        message="Its repository has no commit yet.",
        hint="Commit and push it, or send a snapshot.",
    )


def not_committed(name: str) -> DomainProblem:
    return DomainProblem(
        code="links.not_committed",
        message=f"{name} is not in git yet.",
        hint="Commit and push it, or send a snapshot.",
    )


def not_pushed(commit: str, host: str, commits: int) -> DomainProblem:
    more = f", nor are the {commits - 1} before it" if commits > 1 else ""
    return DomainProblem(
        code="links.not_pushed",
        message=f"Commit {commit[:7]} is not on {host} yet{more}.",
        hint="Push it, or send a snapshot.",
    )


def no_room(error: OSError) -> Conflict:
    return Conflict(
        "links.no_room",
        f"The snapshot could not be packed: {error.strerror or 'the storage refuses'}.",
        f"Check whether {tempfile.gettempdir()} is full, and copy the link again.",
    )
