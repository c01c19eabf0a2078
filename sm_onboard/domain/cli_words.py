"""Rows of the domain room as a terminal shows them, in the words of the page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from .models import Check, Cost, Domain, DomainState, Here, IdleSetting, Report, Running, Space

UNKNOWN = "unknown"
NONE = "–"  # noqa: RUF001

_APPS = {
    "CodeEditor": "Code Editor",
    "JupyterServer": "Studio Classic",
    "KernelGateway": "Classic kernel",
    "RStudioServerPro": "RStudio",
    "RSessionGateway": "RStudio session",
}
_KINDS = {
    "tracking_server": "MLflow server",
    "mlflow_app": "MLflow App",
    "notebook_instance": "notebook instance",
    "endpoint": "endpoint",
    "cluster": "cluster",
    "storage": "storage",
}
_SOURCES = {
    "space": "the space",
    "profile": "the user profile",
    "domain": "the domain",
    "default_space": "the domain, for shared spaces",
    "none": "nobody",
}
_CHECKS = {
    "works": "works", "limited": "limited", "fails": "fails", "denied": "denied",
    "not_here": "not here", "unknown": "not known",
}  # fmt: skip
BILLS = ("running", "idle", "starting")


def money(amount: float) -> str:
    """Dollars: ``$0.23``; below a cent with as many digits as it takes."""
    return f"${amount:,.4f}" if 0 < amount < 0.01 else f"${amount:,.2f}"


def rate(amount: float | None) -> str:
    return UNKNOWN if amount is None else f"{money(amount)} / h"


def up_to(amount: float | None) -> str:
    return UNKNOWN if amount is None else f"up to {money(amount)}"


def monthly(amount: float | None) -> str:
    return UNKNOWN if amount is None else f"{money(amount)} / month"


def span(seconds: int) -> str:
    """``12 min``, ``6 h 4 min``, ``20 h``, ``3 days``."""
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min" if minutes else f"{max(0, seconds)} s"
    hours = minutes // 60
    if hours < 12 and minutes % 60:
        return f"{hours} h {minutes % 60} min"
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def moment(time: str | None) -> str:
    """A time of AWS's, in the time zone one is in."""
    if not time:
        return NONE
    try:
        there = datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return NONE
    return f"{there:%Y-%m-%d %H:%M}"


def kind(row: Running) -> str:
    if row.kind != "app":
        return _KINDS[row.kind]
    name = _APPS.get(row.app_type, row.app_type)
    return f"{name}, shared" if row.shared else name


def person(row: Running) -> str:
    return "everybody" if row.shared else row.owner or NONE


def app(row: Running) -> tuple[str, ...]:
    """One line of the apps."""
    bills = row.state in BILLS
    return (
        row.name,
        kind(row),
        row.state,
        person(row) + (", you" if row.mine else ""),
        f"{row.count} x {row.instance}" if row.count > 1 else row.instance or NONE,
        moment(row.since),
        span(row.idle_for) if row.idle_for is not None else NONE,
        rate(row.per_hour) if bills else NONE,
        up_to(row.up_to) if bills else NONE,
    )


APP_HEAD = ("name", "app", "state", "person", "instance", "since", "idle for", "per hour", "so far")


def total(rows: Sequence[Running]) -> str:
    """What the rows cost together; what has no price is counted, not added as 0."""
    billing = [row for row in rows if row.state in BILLS]
    if not billing:
        return "Nothing runs."
    known = [row.per_hour for row in billing if row.per_hour is not None]
    so_far = [row.up_to for row in billing if row.up_to is not None]
    told = f"{len(billing)} {'runs' if len(billing) == 1 else 'run'}: "
    told += rate(sum(known) if known else None)
    told += f", {up_to(sum(so_far))} since each was started" if so_far else ""
    lacking = len(billing) - len(known)
    return told + (f". The price of {lacking} is unknown." if lacking and known else ".")


def prices(cost: Cost) -> str:
    """Where the prices come from."""
    if cost.price_source == "none":
        return ""
    source = "the AWS price list" if cost.price_source == "api" else "the shipped table"
    sample = ", collected by others: do not decide on them" if cost.price_sample else ""
    return f"Prices of {cost.price_date}, from {source}{sample}. Savings plans are not seen."


def space(row: Space) -> tuple[str, ...]:
    shared = {True: "shared", False: "private", None: NONE}[row.shared]
    size = f"{row.storage_gb} GB" if row.storage_gb is not None else NONE
    month = None
    if row.storage_gb is not None and row.storage_price is not None:
        month = row.storage_gb * row.storage_price.amount
    return (row.name, row.status, row.app_type or NONE, row.owner or NONE, shared, size,
            monthly(month) if row.storage_gb is not None else NONE)  # fmt: skip


def idle(setting: IdleSetting | None) -> str:
    if setting is None or setting.enabled is None:
        return UNKNOWN if setting is None else setting.why_not or UNKNOWN
    if not setting.enabled:
        return "off"
    minutes = f"{setting.minutes} min" if setting.minutes is not None else UNKNOWN
    return f"{minutes}, from {_SOURCES[setting.source]}"


def facts(state: DomainState, domain: Domain | None) -> list[tuple[str, str]]:
    """What ``show`` says, line by line; what is not known is left out."""
    here = state.here
    lines = [("Domain", f"{here.domain_name or ''} {state.chosen or ''}".strip())]
    if domain is not None:
        lines += [
            ("Status", f"{domain.status} {domain.failure}".strip()),
            ("Sign-in", {"IAM": "IAM", "SSO": "IAM Identity Center"}[domain.auth]),
            ("Network", domain.network or ""),
            ("VPC", domain.vpc or ""),
            ("Subnets", ", ".join(domain.subnets)),
            ("Security groups", ", ".join(domain.security_groups)),
            ("Encryption key", domain.kms_key or ""),
            ("EFS", domain.efs or "none"),
            ("Role", domain.execution_role or ""),
            ("Role of shared spaces", domain.space_role or ""),
            ("Created", moment(domain.created)),
            *((f"Idle stop, {_APPS.get(app, app)}", idle(told)) for app, told in domain.idle),
            *(("Lifecycle", f"{one.name} ({one.app_type})") for one in domain.lifecycle),
            *(("Repository", f"{one.url} ({_SOURCES[one.source]})")
              for one in domain.repositories if one.source in _SOURCES),
            ("RStudio", "set up" if domain.rstudio else "no licence"),
            ("Address", domain.url or ""),
        ]  # fmt: skip
    lines += _place(here)
    return [(label, value) for label, value in lines if value]


def _place(here: Here) -> list[tuple[str, str]]:
    if here.kind == "elsewhere":
        return [("Region", here.region or ""), ("Account", here.account or "")]
    shared = {True: "shared", False: "private", None: ""}[here.shared]
    return [
        ("Region", here.region or ""),
        ("Account", here.account or ""),
        ("You are", here.person or "not known" if here.space else ""),
        ("Your space", ", ".join(filter(None, (here.space, shared)))),
        ("It runs on", here.instance or ""),
        ("It costs", rate(here.price.amount) if here.price else ""),
        ("Its idle stop", idle(here.idle) if here.idle else ""),
    ]


def check(told: Check) -> tuple[str, ...]:
    return (told.title, _CHECKS[told.state], told.message)


def verdict(report: Report) -> str:
    counted = [c for c in report.checks if c.state not in ("not_here", "unknown")]
    return f"{report.works} of {len(counted)} things work here."


def table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: Sequence[str] = ()
) -> None:
    """Prints a table; numbers stand to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, show_header=any(head))
    # The first column is what one copies into the next command: never cut it.
    widest = max((len(row[0]) for row in rows), default=1)
    made.add_column(head[0], min_width=widest)
    for title in head[1:]:
        made.add_column(title, overflow="fold", justify="right" if title in right else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))  # Text: nothing in it is markup
    # A pipe has no width: one line a row, for grep.
    Console(width=None if sys.stdout.isatty() else 10_000).print(made)
