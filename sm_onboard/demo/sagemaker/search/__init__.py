"""``Search`` and ``GetSearchSuggestions``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine import tags
from sm_onboard.demo.sagemaker.engine.family import Special
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.families import metrics
from sm_onboard.demo.sagemaker.search.expression import LIMIT, Test, tests_of
from sm_onboard.demo.sagemaker.search.paths import WHOLE
from sm_onboard.demo.sagemaker.search.resources import Reader, resource

PAGE = 10

ASSUMPTIONS = (
    Assumption("Search", f"a page has {PAGE} records where MaxResults is absent"),
    Assumption(
        "Search",
        "property names are matched whatever their case; keys of parameters, tags and metrics "
        "as they are",
        "AWS's example notebooks sort by metrics.test:accuracy.max",
    ),
    Assumption("Search", "an unknown property: ValidationException, Unknown property name: NAME"),
    Assumption(
        "Search",
        "Metrics.NAME of a trial component is the metric's last value; Metrics.NAME.Max and the "
        "other statistics are theirs; of a training job the value in FinalMetricDataList",
        "AWS's example notebooks; the first is a guess",
    ),
    Assumption(
        "Search",
        "a filter without an operator is Equals; a hyperparameter is compared as an integer if "
        "the value is one",
        "AWS documentation: Filter",
    ),
    Assumption(
        "Search",
        "NotEquals is satisfied by a record without the property; the other comparisons are not",
    ),
    Assumption("Search", "a string parameter is text, also if it looks like a number"),
    Assumption(
        "Search",
        "greater and less on text, Contains and In on numbers, times and flags, a value that is no "
        "number or time: ValidationException",
        "AWS documentation: Filter says 'not supported'; the code is a guess",
    ),
    Assumption(
        "Search",
        "Contains twice on the same kind of property: 'CONTAINS' operator usage limit of 1 "
        "exceeded.",
        "AWS documentation: Filter; the code is a guess",
    ),
    Assumption(
        "Search",
        f"more than {LIMIT} filters, nested filters and sub-expressions: ValidationException",
        "AWS documentation: Search; the code is a guess",
    ),
    Assumption("Search", "times without a zone are UTC; Equals on a time means its second"),
    Assumption(
        "Search",
        "records without the property to sort by come last in both orders, numbers apart from "
        "text; equal ones in the order of their ARNs",
    ),
    Assumption("Search", "models, which have no LastModifiedTime, are sorted by CreationTime"),
    Assumption("Search", "all VisibilityConditions have to hold, each on a tag"),
    Assumption("Search", "CrossAccount: nothing, for nobody shares anything with this account"),
    Assumption("Search", "what was just written is found at once; the service takes seconds"),
    Assumption(
        "Search",
        "RunName is that of ExperimentConfig, or of the SDK's runs: components called "
        "EXPERIMENT-RUN with the tag sagemaker:trial-component-source",
        "sagemaker-python-sdk: sagemaker/experiments/run.py",
    ),
    Assumption("GetSearchSuggestions", "all names that begin with the hint, in their order"),
)


def search(region: Region, call: Call) -> Answer:
    asked = call.parameters
    page = Page.of(call, PAGE)
    wanted = resource(asked["Resource"])
    reader = Reader(region, wanted)
    tests = [*_visible(region, asked.get("VisibilityConditions", ()))]
    if "SearchExpression" in asked:
        tests += tests_of(reader, asked["SearchExpression"])
    descending = asked.get("SortOrder", "Descending") == "Descending"
    position = _Position(reader, asked.get("SortBy", reader.usual_order), descending)
    records = list(region.all(wanted.family)) if _here(asked) else []
    for test in tests:
        records = [record for record in records if test(record)]
    found = [(position(record), record) for record in records]
    found.sort(key=lambda pair: pair[0], reverse=descending)
    shown, token = page.cut(found, lambda pair: pair[0], descending=descending)
    return {
        "Results": [reader.shown(record) for _, record in shown],
        "NextToken": token,
        "TotalHits": {"Value": len(found), "Relation": "EqualTo"},
    }


def _here(asked: Mapping[str, Any]) -> bool:
    return bool(asked.get("CrossAccountFilterOption") != "CrossAccount")


def _visible(region: Region, conditions: Sequence[Mapping[str, str]]) -> list[Test]:
    tests = []
    for given in conditions:
        prefix, _, key = given.get("Key", "").partition(".")
        if prefix != "Tags" or not key:
            raise validation("The key of a visibility condition has the form Tags.KEY.")
        tests.append(_tagged(region, key, given.get("Value", "")))
    return tests


def _tagged(region: Region, key: str, value: str) -> Test:
    return lambda record: tags.matching(region, record.arn).get(key) == value


class _Position:
    """What a record is sorted by; unique, and of the same types for all records."""

    def __init__(self, reader: Reader, name: str, descending: bool) -> None:
        found = reader.understood(name)
        if found.kind == WHOLE:
            raise validation(f"The results cannot be sorted by {name}.")
        self._values = reader.values(found)
        # The order is reversed as a whole, so what is to come last is least when descending.
        self._absent = 0 if descending else 3

    def __call__(self, record: Record) -> tuple[int, float | str, str]:
        values = self._values(record)
        if not values:
            return self._absent, "", record.arn
        return (2 if isinstance(values[0], str) else 1), values[0], record.arn


def suggest(region: Region, call: Call) -> Answer:
    wanted = resource(call.parameters["Resource"])
    hint = (
        call.parameters.get("SuggestionQuery", {})
        .get("PropertyNameQuery", {})
        .get("PropertyNameHint", "")
    )
    names: set[str] = set()
    for record in region.all(wanted.family):
        names.update(f"Tags.{key}" for key in tags.matching(region, record.arn))
        names.update(f"Metrics.{name}" for name in metrics.of(region, record.arn))
        names.update(f"HyperParameters.{key}" for key in record.values.get("HyperParameters", ()))
    return {
        "PropertyNameSuggestions": [
            {"PropertyName": name} for name in sorted(names) if name.startswith(hint)
        ]
    }


OPERATIONS: dict[str, Special] = {"Search": search, "GetSearchSuggestions": suggest}
