"""The Condition block of an IAM statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from sm_onboard.demo.sagemaker.access.patterns import Context, Keys, arn_matches, fill, matches

__all__ = ["OPERATORS", "Condition", "Context", "condition"]

Test = Callable[[str, str, "Keys | None"], bool]
"""(the policy's value, the request's value, keys for variables) -> whether they agree."""


def _equals(wanted: str, given: str, keys: Keys | None) -> bool:
    return fill(wanted, keys) == given


def _equals_ignore_case(wanted: str, given: str, keys: Keys | None) -> bool:
    filled = fill(wanted, keys)
    return filled is not None and filled.casefold() == given.casefold()


def _like(wanted: str, given: str, keys: Keys | None) -> bool:
    return matches(wanted, given, keys)


def _arn_like(wanted: str, given: str, keys: Keys | None) -> bool:
    return arn_matches(wanted, given, keys)


def _bool(wanted: str, given: str, _: Keys | None) -> bool:
    return wanted.lower() == given.lower()


def _binary(wanted: str, given: str, _: Keys | None) -> bool:
    return wanted == given


def _address(wanted: str, given: str, _: Keys | None) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _compared(read: Callable[[str], float], agree: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, given: str, _: Keys | None) -> bool:
        try:
            return agree(read(given), read(wanted))
        except ValueError:
            return False

    return test


def _date(text: str) -> float:
    """Seconds since 1970, from a number of them or from ISO 8601."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp()


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda given, wanted: given == wanted,
    "LessThan": lambda given, wanted: given < wanted,
    "LessThanEquals": lambda given, wanted: given <= wanted,
    "GreaterThan": lambda given, wanted: given > wanted,
    "GreaterThanEquals": lambda given, wanted: given >= wanted,
}

_POSITIVE: dict[str, Test] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignore_case,
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": _binary,
    "IpAddress": _address,
    **{f"Numeric{name}": _compared(float, agree) for name, agree in _ORDER.items()},
    **{f"Date{name}": _compared(_date, agree) for name, agree in _ORDER.items()},
}

OPERATORS: dict[str, tuple[Test, bool]] = {
    **{name: (test, False) for name, test in _POSITIVE.items()},
    "StringNotEquals": (_equals, True),
    "StringNotEqualsIgnoreCase": (_equals_ignore_case, True),
    "StringNotLike": (_like, True),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "NotIpAddress": (_address, True),
    "NumericNotEquals": (_POSITIVE["NumericEquals"], True),
    "DateNotEquals": (_POSITIVE["DateEquals"], True),
}
"""Each operator's test, and whether it holds where the test does not. Null is none of them."""


@dataclass(frozen=True)
class Condition:
    """One operator on one key.

    Attributes:
        over: ``ForAnyValue``, ``ForAllValues`` or "".
        if_exists: it also holds when the request does not have the key.
        variables: whether ``${…}`` means a variable.
    """

    operator: str
    key: str
    wanted: tuple[str, ...]
    over: str = ""
    if_exists: bool = False
    variables: bool = True

    def holds(self, keys: Keys) -> bool:
        given = keys.values(self.key)
        if self.operator == "Null":
            absent = "true" if given is None else "false"
            return any(value.lower() == absent for value in self.wanted)
        test, negated = OPERATORS[self.operator]
        if given is None:
            return self.if_exists or self.over == "ForAllValues" or (negated and not self.over)

        filling = keys if self.variables else None

        def agrees(value: str) -> bool:
            found = any(test(wanted, value, filling) for wanted in self.wanted)
            return found is not negated

        if self.over == "ForAllValues" or (negated and not self.over):
            return all(agrees(value) for value in given)
        return any(agrees(value) for value in given)


def condition(
    name: str, key: str, values: Sequence[str], *, variables: bool = True
) -> Condition | None:
    """The condition of one line of a policy; None for an operator that IAM does not have."""
    over, _, rest = name.rpartition(":")
    if over not in ("", "ForAnyValue", "ForAllValues"):
        return None
    operator = rest[: -len("IfExists")] if rest.endswith("IfExists") else rest
    if name != "Null" and operator not in OPERATORS:
        return None
    return Condition(operator, key, tuple(values), over, rest != operator, variables)
