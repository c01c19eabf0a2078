"""``List...``: filters, order and pages, derived from the names of the input's members."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import describe
from sm_onboard.demo.sagemaker.engine.family import Family
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import not_implemented
from sm_onboard.demo.sagemaker.model import service as models

ASSUMPTIONS = (
    Assumption("List…", "…Contains and …Prefix look at upper and lower case"),
    Assumption("List…", "times after and before leave out the instant itself"),
    Assumption("List…", "what has equal sort fields comes in the order of its ARNs"),
    Assumption("List…", "order is by CreationTime, ascending, where the model's words say nothing"),
)

_PAGING = {"NextToken", "MaxResults", "MaxItems", "SortBy", "SortOrder"}
_TIMES = {
    "CreationTime": "CreationTime",
    "Creation": "CreationTime",
    "Created": "CreationTime",
    "LastModifiedTime": "LastModifiedTime",
    "LastModified": "LastModifiedTime",
    "ModifiedTime": "LastModifiedTime",
}

Test = Callable[[Region, Record, Any], bool]


def list_(family: Family, region: Region, call: Call, service: str = "sagemaker") -> Answer:
    """A page of the summaries of a family."""
    operation = models.operation(service, call.operation)
    assert operation is not None
    tests = [
        (choosing(family, operation, name), value)
        for name, value in call.parameters.items()
        if name not in _PAGING
    ]
    found = [
        record
        for record in region.all(family.name)
        if all(test(region, record, value) for test, value in tests)
    ]
    return page(family, region, call, operation, found)


def page(
    family: Family, region: Region, call: Call, operation: OperationModel, found: list[Record]
) -> Answer:
    """Sorts records as a call asks, and answers one page of them."""
    by, descending = _order(family, operation, call)
    positions = {record.arn: (_sortable(region, record, by), record.arn) for record in found}
    found.sort(key=lambda record: positions[record.arn], reverse=descending)
    shown, token = Page.of(call, page_size(operation)).cut(
        found, lambda record: positions[record.arn], descending=descending
    )
    assert operation.output_shape is not None
    if token is None and "NextToken" in operation.output_shape.required_members:
        token = ""  # ListClusters of botocore 1.34
    return {
        items_member(operation): [describe(region, record) for record in shown],
        "NextToken": token,
    }


@functools.cache
def items_member(operation: OperationModel) -> str:
    """The member of the output that holds the list."""
    assert operation.output_shape is not None
    (name,) = (n for n, s in operation.output_shape.members.items() if s.type_name == "list")
    return str(name)


@functools.cache
def page_size(operation: OperationModel) -> int:
    """How long a page is when nobody asks, by the model's own words."""
    said = _words(operation, "MaxResults")
    match = re.search(r"default value (?:is|of) (\d+)", said) or re.search(
        r"default(?: is|:) (\d+)", said
    )
    return int(match[1]) if match else 10


def _order(family: Family, operation: OperationModel, call: Call) -> tuple[str, bool]:
    asked = call.parameters
    by = asked.get("SortBy") or _said(operation, "SortBy") or "CreationTime"
    order = asked.get("SortOrder") or family.order or _said(operation, "SortOrder") or "Ascending"
    return sort_member(family, str(by)), str(order).lower() == "descending"


@functools.cache
def _said(operation: OperationModel, member: str) -> str:
    """The default that the model's words name, if it is one of the member's values."""
    shape = operation.input_shape.members.get(member) if operation.input_shape else None
    if shape is None:
        return ""
    match = re.search(r"default(?: value)? is (\w+)", _words(operation, member))
    values = {str(v).lower(): str(v) for v in getattr(shape, "enum", ())}
    return values.get(match[1].lower(), "") if match else ""


def _words(operation: OperationModel, member: str) -> str:
    shape = operation.input_shape.members.get(member) if operation.input_shape else None
    return re.sub(r"<[^>]*>|`", "", shape.documentation if shape is not None else "")


def sort_member(family: Family, by: str) -> str:
    """The member that a value of ``SortBy`` means."""
    plain = by.title().replace("_", "") if by.isupper() else by
    if by in family.sorts:
        return family.sorts[by]
    if plain == "Name" or plain == f"{family.name}Name":
        return family.key[-1] if not family.by_arn else "Name"
    if plain == "Status":
        return family.life.member
    return plain


def _sortable(region: Region, record: Record, member: str) -> Any:
    if member == "CreationTime":
        return record.created
    value = describe(region, record).get(member)
    return value if isinstance(value, (int, float)) else str(value or "")


def choosing(family: Family, operation: OperationModel, name: str) -> Test:
    """What a filter means.

    Raises:
        ServiceError: nobody knows; it is never left out in silence.
    """
    if name in family.filters:
        return family.filters[name]
    if match := re.fullmatch(r"(\w+?)(After|Before)", name):
        return _time(_TIMES[match[1]], later=match[2] == "After")
    if name == "NameContains":
        return _text(family.key[-1], lambda there, part: part in there)
    if match := re.fullmatch(r"(\w+)(Contains|Prefix)", name):
        if match[2] == "Contains":
            return _text(match[1], lambda there, part: part in there)
        return _text(match[1], lambda there, part: there.startswith(part))
    if name in ("Status", "StatusEquals"):
        return lambda region, record, value: record.status(region.now()) == value
    if name.endswith("Equals"):
        return _equal(name[: -len("Equals")])
    if name in family.key or name in _known(family, operation):
        return _equal(name)
    raise not_implemented(f"the filter {name} of {operation.name}")


def _known(family: Family, operation: OperationModel) -> set[str]:
    """The members that summaries and descriptions of a family have."""
    assert operation.output_shape is not None
    found = set(operation.output_shape.members[items_member(operation)].member.members)
    one = models.operation("sagemaker", f"Describe{family.name}")
    if one is not None and one.output_shape is not None:
        found |= set(one.output_shape.members)
    return found


def _time(member: str, *, later: bool) -> Test:
    def test(region: Region, record: Record, value: Any) -> bool:
        there = describe(region, record)[member]
        return bool(there > value if later else there < value)

    return test


def _text(member: str, matches: Callable[[str, str], bool]) -> Test:
    return lambda region, record, value: matches(
        str(describe(region, record).get(member, "")), str(value)
    )


def _equal(member: str) -> Test:
    def test(region: Region, record: Record, value: Any) -> bool:
        if member in record.values:
            return bool(record.values[member] == value)
        return bool(describe(region, record).get(member) == value)

    return test
