"""References and conditions of a definition, worked out as far as can be known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption

ASSUMPTIONS = (
    Assumption(
        "StartPipelineExecution",
        "a condition on what only a real run would have known is true, unless the sample says "
        "otherwise",
    ),
)


class Unknown:
    """What only a real run would have known."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()

Look = Callable[[str], Any]
"""What a reference such as ``Parameters.Count`` means; ``UNKNOWN`` where nobody knows."""


def resolve(value: Any, look: Look) -> Any:
    """A value with its references and functions replaced, at every depth."""
    if isinstance(value, list):
        return [resolve(inner, look) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"} and isinstance(value["Get"], str):
        return look(value["Get"])
    if set(value) == {"Std:Join"}:
        return _join(value["Std:Join"], look)
    if set(value) == {"Std:JsonGet"}:
        return UNKNOWN
    return {name: resolve(inner, look) for name, inner in value.items()}


def _join(given: Any, look: Look) -> Any:
    parts = [resolve(part, look) for part in given.get("Values", ())]
    if any(isinstance(part, Unknown) for part in parts):
        return UNKNOWN
    return str(given.get("On", "")).join(str(part) for part in parts)


def all_hold(conditions: list[Mapping[str, Any]], look: Look) -> bool | None:
    """Whether all conditions hold; None where nobody knows."""
    found = [holds(condition, look) for condition in conditions]
    return False if False in found else None if None in found else True


def holds(condition: Mapping[str, Any], look: Look) -> bool | None:
    """Whether one condition holds; None where nobody knows."""
    type_ = condition["Type"]
    if type_ == "Not":
        inner = holds(condition["Expression"], look)
        return None if inner is None else not inner
    if type_ == "Or":
        found = [holds(each, look) for each in condition["Conditions"]]
        return True if True in found else None if None in found else False
    if type_ == "In":
        value = resolve(condition.get("Value", condition.get("QueryValue")), look)
        values = resolve(condition.get("In", condition.get("Values")), look)
        if isinstance(value, Unknown) or any(isinstance(v, Unknown) for v in values):
            return None
        return value in values
    left = resolve(condition["LeftValue"], look)
    right = resolve(condition["RightValue"], look)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    return _compare(type_, left, right)


def _compare(type_: str, left: Any, right: Any) -> bool:
    if type_ in ("Equals", "NotEquals"):
        return bool((left == right) == (type_ == "Equals"))
    if isinstance(left, str) != isinstance(right, str):
        return False
    return bool(
        {
            "GreaterThan": left > right,
            "GreaterThanOrEqualTo": left >= right,
            "LessThan": left < right,
            "LessThanOrEqualTo": left <= right,
        }[type_]
    )
