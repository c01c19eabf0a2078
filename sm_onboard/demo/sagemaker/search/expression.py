"""``SearchExpression``: filters, nested filters and sub-expressions, made into one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.model import Shape

from sm_onboard.demo.sagemaker.engine.store import Record
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.search.conditions import Condition, condition
from sm_onboard.demo.sagemaker.search.paths import way
from sm_onboard.demo.sagemaker.search.resources import Reader

LIMIT = 50

Test = Callable[[Record], bool]

# Contains may be used more than once on these, whatever the record.
_OFTEN = {
    "DisplayName",
    "ExperimentName",
    "TrialName",
    "TrialComponentName",
    "Tags",
    "InputArtifacts",
    "OutputArtifacts",
}


def tests_of(reader: Reader, expression: Mapping[str, Any]) -> list[Test]:
    """What an expression demands of a record: all of these.

    Raises:
        ServiceError: it is empty, too large, or names what the record does not have.
    """
    parts = list(_parts(expression))
    if len(parts) > LIMIT:
        raise validation(
            f"A SearchExpression can have at most {LIMIT} filters, nested filters and "
            f"sub-expressions; it has {len(parts)}."
        )
    once = [
        part
        for part in parts
        if part.get("Operator") == "Contains"
        and "Name" in part
        and reader.understood(part["Name"]).member not in _OFTEN
    ]
    if len(once) > 1:
        raise validation("'CONTAINS' operator usage limit of 1 exceeded.")
    if expression.get("Operator") == "Or":
        return [_expression(reader, expression)]
    return _tests(reader, expression)


def _parts(expression: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All filters, nested filters and sub-expressions, at every depth."""
    yield from expression.get("Filters", ())
    for nested in expression.get("NestedFilters", ()):
        yield nested
        yield from nested["Filters"]
    for inner in expression.get("SubExpressions", ()):
        yield inner
        yield from _parts(inner)


def _tests(reader: Reader, expression: Mapping[str, Any]) -> list[Test]:
    tests = [
        *(_filter(reader, given) for given in expression.get("Filters", ())),
        *(_nested(reader, given) for given in expression.get("NestedFilters", ())),
        *(_expression(reader, given) for given in expression.get("SubExpressions", ())),
    ]
    if not tests:
        raise validation(
            "A SearchExpression needs at least one sub-expression, filter or nested filter."
        )
    return tests


def _expression(reader: Reader, expression: Mapping[str, Any]) -> Test:
    tests = _tests(reader, expression)
    if len(tests) == 1:
        return tests[0]
    joined = any if expression.get("Operator") == "Or" else all
    return lambda record: joined(test(record) for test in tests)


def _filter(reader: Reader, given: Mapping[str, Any]) -> Test:
    found = reader.understood(given["Name"])
    holds = _condition(given, found.kind)
    values = reader.values(found)
    return lambda record: holds(values(record))


def _condition(given: Mapping[str, Any], kind: str) -> Condition:
    return condition(given["Name"], kind, given.get("Operator", "Equals"), given.get("Value"))


def _nested(reader: Reader, given: Mapping[str, Any]) -> Test:
    name = str(given["NestedPropertyName"])
    entry, entries = reader.entries(name)
    tests = [_on_entry(entry, name, inner) for inner in given["Filters"]]
    return lambda record: any(all(test(there) for test in tests) for there in entries(record))


def _on_entry(shape: Shape, nested: str, given: Mapping[str, Any]) -> Callable[[Any], bool]:
    name = str(given["Name"])
    if not name.lower().startswith(f"{nested.lower()}."):
        raise validation(f"The filter on {name} has to be on a property of {nested}.")
    found = way(shape, name[len(nested) + 1 :], name)
    holds = _condition(given, found.kind)
    return lambda entry: holds(found.read(entry))
