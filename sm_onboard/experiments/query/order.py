"""The order of runs: ``metrics.auc DESC``, as MLflow's ``search_runs`` takes it.

Whatever the direction, NaN comes after all numbers and what is missing after that. Runs that
are equal come newest first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.models import Run

from .fields import Kind, field, value
from .words import words

CODE: Final = "experiments.bad_order"
_HINT: Final = 'For example: "metrics.auc DESC".'


class Order(msgspec.Struct, frozen=True):
    kind: Kind
    key: str
    descending: bool = False


def parse_order(clause: str) -> Order:
    """One ``NAME [ASC|DESC]``.

    Raises:
        InvalidRequest: ``experiments.bad_order``.
    """
    name, *rest = words(clause, CODE)
    if name.sort != "name":
        what = f"{name.text!r} at character {name.at}" if name.text else "nothing"
        raise InvalidRequest(CODE, f"A name is expected, and there is {what}.", _HINT)
    kind, key = field(name, CODE)
    if kind == "dataset":
        raise InvalidRequest(CODE, "Runs are not ordered by their data sets.", _HINT)
    if rest[0].says("ASC", "DESC"):
        direction, *rest = rest
        descending = direction.text.upper() == "DESC"
    else:
        descending = False
    if rest[0].sort != "end":
        raise InvalidRequest(
            CODE,
            f"At character {rest[0].at} there is {rest[0].text!r}; ASC, DESC or the end is "
            "expected.",
            _HINT,
        )
    return Order(kind, key, descending)


def sort(runs: Iterable[Run], orders: Sequence[Order] = ()) -> list[Run]:
    """The runs in order, the first of ``orders`` counting most."""
    found = sorted(runs, key=lambda run: (run.started is None, -(run.started or 0), run.id))
    for order in reversed(orders):
        found = _sorted(found, order)
    return found


def _sorted(runs: list[Run], order: Order) -> list[Run]:
    there: list[tuple[str | float, Run]] = []
    nan: list[Run] = []
    missing: list[Run] = []
    for run in runs:
        here = value(run, order.kind, order.key)
        if here is None:
            missing.append(run)
        elif isinstance(here, float) and math.isnan(here):
            nan.append(run)
        else:
            there.append((here, run))
    # reverse keeps equal ones as they were
    there.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [run for _, run in there] + nan + missing
