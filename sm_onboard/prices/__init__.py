"""What SageMaker charges, from a dated table that is shipped: no network, no credentials.

A price is for one region, one component and one instance type. Regions and components differ,
so what the table lacks is unknown, never the price of something else.

``python -m sm_onboard.prices.remake`` makes the table anew from AWS's public price files.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec

TABLE = Path(__file__).with_name("table.json")

COMPONENTS = (
    "JupyterLab",
    "CodeEditor",
    "KernelGateway",
    "JupyterServer",
    "RStudioServerPro",
    "RSessionGateway",
    "Canvas",
    "Notebook",
    "Processing",
    "Training",
    "Hosting",
    "Transform",
    "MLflow",
)
"""What is billed by the hour: the types of apps as the API names them, and what else runs."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of one source and one day.

    Attributes:
        source: where the figures come from; for people.
        published: the day, as ``2026-09-24``.
        sample: the figures are second-hand, good for a demonstration and not for a decision.
        hourly: USD an hour by region, component and instance type.
        gb_month: USD for a gigabyte and month by region and kind of volume.
    """

    source: str
    published: str
    sample: bool
    hourly: dict[str, dict[str, dict[str, Decimal]]]
    gb_month: dict[str, dict[str, Decimal]]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is shipped; the first part that knows a price says it."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Price:
    """One price, and how far to trust it.

    Attributes:
        amount: in ``currency``, for one ``unit``.
        unit: ``hour`` or ``GB-month``.
        published: the day it was read or published, as ``2026-09-24``.
        sample: second-hand; whoever shows it says so.
    """

    amount: Decimal
    unit: str
    published: str
    source: str
    sample: bool
    currency: str = "USD"


def lookup(region: str, component: str, instance_type: str) -> Price | None:
    """What one instance costs an hour; None where the table does not say.

    Args:
        component: one of ``COMPONENTS``; the type of an app is one.
        instance_type: ``ml.t3.medium``; for MLflow the size of the server, ``Small``.
    """
    for part in table().parts:
        amount = part.hourly.get(region, {}).get(component, {}).get(instance_type)
        if amount is not None:
            return Price(amount, "hour", part.published, part.source, part.sample)
    return None


def storage(region: str, volume: str = "gp3") -> Price | None:
    """What a gigabyte of a space's volume costs a month; None where the table does not say."""
    for part in table().parts:
        amount = part.gb_month.get(region, {}).get(volume)
        if amount is not None:
            return Price(amount, "GB-month", part.published, part.source, part.sample)
    return None


@functools.cache
def table() -> Table:
    """The shipped table; read once, when first asked for."""
    return msgspec.json.decode(TABLE.read_bytes(), type=Table)
