"""Where links may keep snapshots and whom they may ask, as far as this machine says it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.domain.known import text
from sm_onboard.domain.models import Check, Problem

if TYPE_CHECKING:
    from sm_onboard.repos.plan.onboard_keys import Links

_SOME = 3  # names in a sentence


def check(links: Links | None, home: Path) -> Check:
    """The line of what the team's file says of links; folders are looked at, S3 is not asked."""
    told = Check(id="links", title="Links", state="works", message="", found_by="looked")

    def line(state: str, message: str, problem: Problem | None = None) -> Check:
        return Check(
            id=told.id,
            title=told.title,
            state=state,  # type: ignore[arg-type]
            message=message,
            problem=problem,
            found_by=told.found_by if state != "not_here" else "",
        )

    if links is None or not (links.stores or links.hosts):
        said = "The team's file names no store for links: only what is pushed can be linked to."
        return line("not_here", said)
    for alias, address in links.stores.items():
        if "://" not in address:
            folder = home / address[2:] if address.startswith("~/") else Path(address)
            if problem := _folder(alias, folder):
                return line("limited", problem.message, problem)
    stores = (
        f"snapshots go to {_names(list(links.stores))}"
        if links.stores
        else ("no store is named: only what is pushed can be linked to")
    )
    hosts = f"previews come from {_names(links.hosts)} by themselves" if links.hosts else ""
    return line("works", "; ".join(filter(None, (stores, hosts))))


def in_s3(links: Links | None) -> Mapping[str, str]:
    """The stores in S3: alias -> ``bucket/prefix``, or ``bucket``."""
    if links is None:
        return {}
    return {
        alias: address.removeprefix("s3://").rstrip("/")
        for alias, address in links.stores.items()
        if address.startswith("s3://")
    }


def _folder(alias: str, folder: Path) -> Problem | None:
    shown = text(str(folder))
    if not folder.is_dir():
        return Problem(
            code="domain.store_missing",
            message=f"The store {alias} should be the folder {shown}, which is not there.",
            hint="Mount the team's storage in this space, or ask your team lead to correct "
            "'links' in the team's file.",
        )
    for right, cannot in ((os.R_OK | os.X_OK, "read"), (os.W_OK, "written")):
        if not os.access(folder, right):
            return Problem(
                code="domain.store_denied",
                message=f"The store {alias}, {shown}, cannot be {cannot}.",
                hint=f"Ask your administrator for the right to it on {shown}.",
            )
    return None


def _names(names: list[str]) -> str:
    shown = ", ".join(text(name) for name in names[:_SOME])
    return shown + (f" and {len(names) - _SOME} more" if len(names) > _SOME else "")
