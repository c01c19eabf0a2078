"""``Search``: order, pages, tokens, and how long a page takes."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.families import metrics

from .api import Api

RESOURCE = "ExperimentTrialComponent"


@pytest.fixture
def api() -> Api:
    return Api()


def make(api: Api, name: str, metric: float | None = None, **parameters: Any) -> None:
    typed = {
        key: {"StringValue" if isinstance(value, str) else "NumberValue": value}
        for key, value in parameters.items()
    }
    made = api("CreateTrialComponent", TrialComponentName=name, Parameters=typed)
    if metric is not None:
        region = api.emulator.world.region("123456789012", "eu-west-1")
        metrics.record(region, made["TrialComponentArn"], "auc", metric, time=1e9)


def names(answer: dict[str, Any]) -> list[str]:
    return [hit["TrialComponent"]["TrialComponentName"] for hit in answer["Results"]]


def ordered(api: Api, **more: Any) -> str:
    return "".join(names(api("Search", Resource=RESOURCE, **more)))


def test_what_was_modified_last_comes_first(api: Api) -> None:
    for name in "abc":
        make(api, name)
        api.later(1)
    api("UpdateTrialComponent", TrialComponentName="a", DisplayName="new")
    assert ordered(api) == "acb"
    assert ordered(api, SortOrder="Ascending") == "bca"


def test_numbers_are_in_the_order_of_numbers(api: Api) -> None:
    for name, value in zip("abcd", (10, 9, -1, 100), strict=True):
        make(api, name, depth=value, metric=value)
    for by in ("Parameters.depth", "Metrics.auc.Max", "metrics.auc"):
        assert ordered(api, SortBy=by, SortOrder="Ascending") == "cbad"
        assert ordered(api, SortBy=by) == "dabc"


def test_those_without_the_property_come_last_either_way(api: Api) -> None:
    make(api, "a", lr=2)
    make(api, "b")
    make(api, "c", lr=1)
    make(api, "d", lr="auto")
    assert ordered(api, SortBy="Parameters.lr", SortOrder="Ascending") == "cadb"
    assert ordered(api, SortBy="Parameters.lr", SortOrder="Descending")[-1] == "b"


def test_equal_ones_keep_an_order_of_their_own(api: Api) -> None:
    for name in "cadb":
        make(api, name, lr=1)
    assert ordered(api, SortBy="Parameters.lr", SortOrder="Ascending") == "abcd"
    assert ordered(api, SortBy="Parameters.lr", SortOrder="Descending") == "dcba"


def test_what_cannot_be_sorted_by(api: Api) -> None:
    assert "Unknown property name" in api.refused("Search", Resource=RESOURCE, SortBy="Nonsense")
    assert "cannot be sorted" in api.refused("Search", Resource=RESOURCE, SortBy="Parents")


def test_pages_of_ten_unless_asked(api: Api) -> None:
    for number in range(25):
        make(api, f"r{number}")
    assert len(names(api("Search", Resource=RESOURCE))) == 10
    assert len(names(api("Search", Resource=RESOURCE, MaxResults=25))) == 25
    assert "NextToken" not in api("Search", Resource=RESOURCE, MaxResults=25)
    refusal = api.refused("Search", Resource=RESOURCE, MaxResults=101)
    assert refusal.startswith("ValidationException: ")


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Metrics.auc.Last", "LastModifiedTime", "Parameters.lr"])
def test_pages_hold_everything_once_though_others_appear(api: Api, by: str, order: str) -> None:
    rng = random.Random(7)
    for number in range(40):
        lr = rng.choice([0.1, 0.2, "auto"])
        make(api, f"r{number}", metric=rng.choice([None, 0.5, 0.6]), lr=lr)
    asked = {"Resource": RESOURCE, "SortBy": by, "SortOrder": order, "MaxResults": 7}
    seen: list[str] = []
    token: dict[str, str] = {}
    for page in range(20):
        answer = api("Search", **asked, **token)
        seen += names(answer)
        make(api, f"late{page}", metric=rng.random(), lr=rng.random())
        if page == 2:
            api("DeleteTrialComponent", TrialComponentName=seen[-1])  # the token's own place
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    else:
        pytest.fail("the pages do not end")
    assert len(seen) == len(set(seen))
    assert {name for name in seen if name.startswith("r")} == {f"r{n}" for n in range(40)}


def test_a_token_is_good_for_its_own_question_only(api: Api) -> None:
    for number in range(5):
        make(api, f"r{number}")
    asked = {"Resource": RESOURCE, "MaxResults": 2}
    token = api("Search", **asked)["NextToken"]
    api("Search", **asked, NextToken=token)
    wrong: list[dict[str, Any]] = [
        {**asked, "NextToken": token[:-4] + "AAAA"},
        {**asked, "NextToken": "nonsense"},
        {**asked, "NextToken": token, "SortBy": "DisplayName"},
        {**asked, "NextToken": token, "Resource": "Experiment"},
    ]
    for question in wrong:
        assert api.refused("Search", **question).startswith("ValidationException: ")


def test_a_page_over_5000_components_takes_100_ms_at_most(api: Api) -> None:
    """Of the processor's time: what else the machine does takes no part."""
    rng = random.Random(3)
    region = api.emulator.world.region("123456789012", "eu-west-1")
    api("CreateExperiment", ExperimentName="Churn")
    api("CreateTrial", TrialName="Boost", ExperimentName="Churn")
    call = api.emulator.call
    for number in range(5000):
        name = f"run-{number}"
        parameters = {f"p{i}": {"NumberValue": rng.random()} for i in range(10)}
        arn = _quick(call, "CreateTrialComponent", TrialComponentName=name, Parameters=parameters)
        if number % 2:
            _quick(call, "AssociateTrialComponent", TrialComponentName=name, TrialName="Boost")
        for i in range(5):
            metrics.record(region, arn["TrialComponentArn"], f"m{i}", rng.random(), time=1e9)
    question = {
        "Resource": RESOURCE,
        "MaxResults": 100,
        "SortBy": "Metrics.m1.Max",
        "SearchExpression": {
            "Filters": [
                {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "Churn"},
                {"Name": "Parameters.p1", "Operator": "GreaterThan", "Value": "0.2"},
            ]
        },
    }
    took = []
    for _ in range(9):
        begin = time.thread_time()
        answer = _quick(call, "Search", **question)
        took.append(time.thread_time() - begin)
    best = [hit["TrialComponent"]["Metrics"][1]["Max"] for hit in answer["Results"]]
    assert len(best) == 100
    assert best == sorted(best, reverse=True)
    assert statistics.median(took) < 0.1


def _quick(call: Any, operation: str, **parameters: Any) -> dict[str, Any]:
    from sm_onboard.demo.sagemaker.call import Call

    from .api import ADMIN

    answer: dict[str, Any] = call(Call("sagemaker", operation, parameters, "eu-west-1", ADMIN))
    return answer
