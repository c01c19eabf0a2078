"""What it costs: sums of rows whose prices are known, and how many are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from .models import Cost, Price, Problem, Running, Space, Spender

BILLS = frozenset({"running", "idle", "starting"})
NOBODY = ""  # the name of the row for shared spaces and what belongs to no one person


def cost(rows: Sequence[Running], spaces: Sequence[Space], problem: Problem | None) -> Cost:
    """The cost tab.

    Args:
        rows: all rows of the apps tab.
        spaces: for their storage, which is paid for whether or not anything runs.
        problem: why the prices are not the Pricing API's.
    """
    billing = [row for row in rows if row.state in BILLS]
    prices = [row.price for row in billing if row.price]
    prices += [space.storage_price for space in spaces if space.storage_price]
    source, date, sample = _told(prices)
    return Cost(
        per_hour=_sum(row.per_hour for row in billing),
        idle_per_hour=_idle(billing),
        up_to=_sum(row.up_to for row in billing),
        storage_month=_sum(map(_storage, spaces)),
        running=len(billing),
        idle=sum(row.state == "idle" for row in billing),
        unknown=sum(row.per_hour is None for row in billing),
        people=_spenders(
            [(_person(row.owner, row.shared), row) for row in billing],
            [(_person(space.owner, space.shared), space) for space in spaces],
        ),
        spaces=_spenders(
            [(row.space, row) for row in billing if row.space],
            [(space.name, space) for space in spaces],
        ),
        price_source=source,
        price_date=date,
        price_sample=sample,
        problem=problem,
    )


def _person(owner: str | None, shared: bool | None) -> str:
    return NOBODY if shared or not owner else owner


def _storage(space: Space) -> float | None:
    if space.storage_gb is None or space.storage_price is None:
        return None
    return space.storage_gb * space.storage_price.amount


def _spenders(
    rows: Sequence[tuple[str, Running]], spaces: Sequence[tuple[str, Space]]
) -> tuple[Spender, ...]:
    """The most expensive first; those that cost nothing are left out."""
    runs: dict[str, list[Running]] = {}
    keeps: dict[str, list[Space]] = {}
    for name, row in rows:
        runs.setdefault(name, []).append(row)
    for name, space in spaces:
        keeps.setdefault(name, []).append(space)
    found = []
    for name in {**runs, **keeps}:
        own = runs.get(name, [])
        storage = _sum(map(_storage, keeps.get(name, [])))
        if own or storage is not None:
            found.append(
                Spender(
                    name=name,
                    per_hour=_sum(row.per_hour for row in own),
                    idle_per_hour=_idle(own),
                    unknown=sum(row.per_hour is None for row in own),
                    storage_month=storage,
                    rows=len(own),
                )
            )
    return tuple(sorted(found, key=lambda s: (-(s.per_hour or 0), -(s.storage_month or 0), s.name)))


def _idle(rows: Iterable[Running]) -> float | None:
    """0 where nothing is idle; None where something is, at prices that nobody knows."""
    idle = [row.per_hour for row in rows if row.state == "idle"]
    return _sum(idle) if idle else 0.0


def _sum(amounts: Iterable[float | None]) -> float | None:
    """None where there is nothing to add: that is unknown, or nothing at all, and never 0."""
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 6) if known else None


def _told(
    prices: Sequence[Price],
) -> tuple[Literal["api", "table", "none"], str | None, bool]:
    """Where the prices come from, and from when the oldest is."""
    if not prices:
        return "none", None, False
    source: Literal["api", "table"] = (
        "api" if any(price.source == "api" for price in prices) else "table"
    )
    used = [price for price in prices if price.source == source]
    return source, min(price.published for price in used), any(price.sample for price in prices)
