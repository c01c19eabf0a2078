"""What an operator and a value say about the values of a property."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.search.paths import (
    EITHER,
    FLAG,
    NUMBER,
    STRING_NUMBER,
    TEXT,
    TIME,
    WHOLE,
)

Condition = Callable[[list[Any]], bool]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def condition(name: str, kind: str, operator_: str, value: str | None) -> Condition:
    """A filter's condition.

    Args:
        name: of the property, for messages.
        kind: of the property.

    Raises:
        ServiceError: the operator does not go with the property, or the value cannot be read.
    """
    if operator_ == "Exists":
        return bool
    if operator_ == "NotExists":
        return lambda values: not values
    if value is None:
        raise validation(f"The filter on {name} needs a Value for the operator {operator_}.")
    if operator_ in _ORDER:
        return _ordered(name, kind, operator_, value)
    if operator_ in ("Contains", "In"):
        if kind in (NUMBER, TIME, FLAG) or (kind == WHOLE and operator_ == "In"):
            raise validation(f"The operator {operator_} is not supported for the property {name}.")
        if operator_ == "Contains":
            return lambda values: any(isinstance(v, str) and value in v for v in values)
        wanted = {part.strip() for part in value.split(",")}
        return lambda values: any(v in wanted for v in values)
    equal = _equal(name, kind, value)
    if operator_ == "NotEquals":
        return lambda values: not any(equal(v) for v in values)
    return lambda values: any(equal(v) for v in values)


def _equal(name: str, kind: str, value: str) -> Callable[[Any], bool]:
    if kind == WHOLE:
        raise validation(f"The operator Equals is not supported for the property {name}.")
    if kind == FLAG:
        if value.lower() not in ("true", "false"):
            raise validation(f"The value of {name} has to be true or false.")
        wanted = value.lower() == "true"
        return lambda there: there is wanted
    if kind == NUMBER:
        number = _number(name, value)
        return lambda there: bool(there == number)
    if kind == TIME:
        # A property has fractions of a second, a value has none.
        second = _time(name, value)
        return lambda there: bool(second <= there < second + 1)
    if kind == EITHER:
        maybe = _maybe_number(value)
        return lambda there: there == (value if isinstance(there, str) else maybe)
    if kind == STRING_NUMBER:
        return _string_number(value, operator.eq, also_text=True)
    return lambda there: bool(there == value)


def _ordered(name: str, kind: str, operator_: str, value: str) -> Condition:
    if kind in (TEXT, FLAG, WHOLE):
        raise validation(f"The operator {operator_} is not supported for the property {name}.")
    compare = _ORDER[operator_]
    if kind == TIME:
        time = _time(name, value)
        return lambda values: any(compare(v, time) for v in values)
    number = _number(name, value)
    if kind == STRING_NUMBER:
        holds = _string_number(value, compare, also_text=False)
        return lambda values: any(holds(v) for v in values)
    return lambda values: any(compare(v, number) for v in values if not isinstance(v, str))


def _string_number(
    value: str, compare: Callable[[Any, Any], bool], *, also_text: bool
) -> Callable[[str], bool]:
    """Compares hyperparameters: as integers if the value is one, else as decimals."""
    number = _maybe_number(value)
    whole = number is not None and value.lstrip("+-").isdigit()

    def holds(there: str) -> bool:
        if also_text and there == value:
            return True
        known = _maybe_number(there)
        if known is None or number is None:
            return False
        return compare(float(int(known)) if whole else known, number)

    return holds


def _maybe_number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) != float("inf") and number == number else None


def _number(name: str, value: str) -> float:
    number = _maybe_number(value)
    if number is None:
        raise validation(f"The value of {name} has to be an integer or a decimal: {value}")
    return number


def _time(name: str, value: str) -> float:
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise validation(
            f"The value of {name} has to be a time as in 2024-05-31T12:00:00: {value}"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
