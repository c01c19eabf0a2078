"""``Search``: operators, property names, expressions."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.families import metrics

from .api import Api

# name -> parameters, metrics, tags
RUNS: dict[str, tuple[dict[str, Any], dict[str, list[float]], dict[str, str]]] = {
    "a": (
        {"lr": {"NumberValue": 0.1}, "SageMaker.InstanceType": {"StringValue": "ml.m5.large"}},
        {"auc": [0.9, 0.7], "val:loss.Last": [5.0]},
        {"team": "risk"},
    ),
    "b": (
        {"lr": {"NumberValue": 9}, "layer size": {"NumberValue": 10}},
        {"auc": [0.5, 0.8]},
        {"team": "risk", "cost center": "7"},
    ),
    "c": ({"lr": {"StringValue": "auto"}}, {}, {"team": "ads"}),
    "d": ({}, {"auc": [0.8]}, {}),
}


@pytest.fixture
def api() -> Api:
    """Four runs: a and b in the trial T1 of E1, b and c in T2 of E2, d in none."""
    api = Api()
    for number in ("1", "2"):
        api("CreateExperiment", ExperimentName=f"E{number}")
        api("CreateTrial", TrialName=f"T{number}", ExperimentName=f"E{number}")
    region = api.emulator.world.region("123456789012", "eu-west-1")
    for name, (parameters, values, tags) in RUNS.items():
        made = api(
            "CreateTrialComponent",
            TrialComponentName=name,
            Parameters=parameters,
            InputArtifacts={"data": {"Value": f"s3://acme/{name}.csv"}},
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        for metric, points in values.items():
            for step, value in enumerate(points):
                metrics.record(
                    region, made["TrialComponentArn"], metric, value, time=1e9 + step, step=step
                )
        api.later(10)
    for run, trial in (("a", "T1"), ("b", "T1"), ("b", "T2"), ("c", "T2")):
        api("AssociateTrialComponent", TrialComponentName=run, TrialName=trial)
    api("UpdateTrialComponent", TrialComponentName="d", Status={"PrimaryStatus": "Failed"})
    return api


def filter_(name: str, operator: str | None = None, value: str | None = None) -> dict[str, str]:
    given = {"Name": name, "Operator": operator, "Value": value}
    return {key: said for key, said in given.items() if said is not None}


def names(answer: dict[str, Any]) -> str:
    return "".join(hit["TrialComponent"]["TrialComponentName"] for hit in answer["Results"])


def search(api: Api, *filters: dict[str, str], **more: Any) -> str:
    """The names of the runs found, in the order of their names."""
    expression = {**({"Filters": list(filters)} if filters else {}), **more}
    answer = api(
        "Search",
        Resource="ExperimentTrialComponent",
        SearchExpression=expression,
        SortBy="TrialComponentName",
        SortOrder="Ascending",
    )
    if "TotalHits" in answer:
        assert answer["TotalHits"] == {"Value": len(answer["Results"]), "Relation": "EqualTo"}
    return names(answer)


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        # text
        ("TrialComponentName", "Equals", "a", "a"),
        ("TrialComponentName", None, "b", "b"),
        ("TrialComponentName", "NotEquals", "a", "bcd"),
        ("TrialComponentName", "In", "a, c,x", "ac"),
        ("TrialComponentName", "Contains", "c", "c"),
        ("displayname", "Equals", "d", "d"),
        ("Status.PrimaryStatus", "Equals", "Failed", "d"),
        ("Status.PrimaryStatus", "Exists", None, "d"),
        ("Status.PrimaryStatus", "NotExists", None, "abc"),
        ("Status.PrimaryStatus", "NotEquals", "Failed", "abc"),
        # parameters: numbers are numbers, text is text
        ("Parameters.lr", "Equals", "0.1", "a"),
        ("Parameters.lr", "Equals", "0.10", "a"),
        ("Parameters.lr", "Equals", "auto", "c"),
        ("Parameters.lr", "NotEquals", "9", "acd"),
        ("Parameters.lr", "GreaterThan", "0.1", "b"),
        ("Parameters.lr", "GreaterThanOrEqualTo", "0.1", "ab"),
        ("Parameters.lr", "LessThan", "9", "a"),
        ("Parameters.lr", "LessThanOrEqualTo", "9", "ab"),
        ("Parameters.lr", "Exists", None, "abc"),
        ("Parameters.lr", "NotExists", None, "d"),
        ("Parameters.lr", "Contains", "ut", "c"),
        ("Parameters.lr", "In", "auto,manual", "c"),
        ("Parameters.lr.NumberValue", "Exists", None, "ab"),
        ("Parameters.lr.StringValue", "Exists", None, "c"),
        ("Parameters.LR", "Exists", None, ""),
        # 10 is more than 9, which text would deny
        ("Parameters.layer size", "GreaterThan", "9", "b"),
        ("Parameters.SageMaker.InstanceType", "Equals", "ml.m5.large", "a"),
        # metrics
        ("Metrics.auc", "GreaterThan", "0.75", "bd"),
        ("Metrics.auc.Last", "GreaterThan", "0.75", "bd"),
        ("Metrics.auc.Max", "GreaterThanOrEqualTo", "0.9", "a"),
        ("metrics.auc.min", "LessThan", "0.6", "b"),
        ("Metrics.auc.Count", "Equals", "1", "d"),
        ("Metrics.auc.Avg", "LessThan", "0.7", "b"),
        ("Metrics.auc.StdDev", "Equals", "0", "d"),
        ("Metrics.auc", "NotExists", None, "c"),
        ("Metrics.AUC", "Exists", None, ""),
        ("Metrics.val:loss.Last", "Equals", "5", "a"),
        ("Metrics.val:loss.Last.Max", "Equals", "5", "a"),
        ("Metrics", "Exists", None, "abd"),
        # parents, tags, artifacts, people
        ("Parents.ExperimentName", "Equals", "E1", "ab"),
        ("Parents.TrialName", "In", "T2", "bc"),
        ("Parents.ExperimentName", "NotEquals", "E1", "cd"),
        ("Parents", "NotExists", None, "d"),
        ("Tags.team", "Equals", "risk", "ab"),
        ("Tags.team", "NotExists", None, "d"),
        ("Tags.cost center", "Equals", "7", "b"),
        ("InputArtifacts.data", "Contains", "b.csv", "b"),
        ("InputArtifacts.data.Value", "Equals", "s3://acme/c.csv", "c"),
        ("InputArtifacts", "Contains", "a.csv", "a"),
        ("CreatedBy.UserProfileName", "Exists", None, ""),
        ("CreatedBy.IamIdentity.Arn", "Contains", "user/admin", "abcd"),
        # times
        ("CreationTime", "GreaterThan", "2001-01-01T00:00:00", "abcd"),
        ("CreationTime", "LessThan", "2001-01-01T00:00:00", ""),
        ("Metrics.auc.TimeStamp", "GreaterThan", "1000000000", "ab"),
    ],
)
def test_filters(
    api: Api, name: str, operator: str | None, value: str | None, expected: str
) -> None:
    assert search(api, filter_(name, operator, value)) == expected


def test_times_are_compared_as_times(api: Api) -> None:
    found = api("DescribeTrialComponent", TrialComponentName="b")["CreationTime"]
    second = datetime.fromtimestamp(int(found), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    assert search(api, filter_("CreationTime", "Equals", second)) == "b"
    assert search(api, filter_("CreationTime", "GreaterThanOrEqualTo", second)) == "bcd"
    assert search(api, filter_("CreationTime", "LessThan", f"{second}Z")) == "a"


def test_filters_are_joined_by_and_unless_by_or(api: Api) -> None:
    both = [filter_("Tags.team", "Equals", "risk"), filter_("Parameters.lr", "LessThan", "1")]
    assert search(api, *both) == "a"
    assert search(api, *both, Operator="And") == "a"
    assert search(api, *both, Operator="Or") == "ab"


def test_sub_expressions_at_any_depth(api: Api) -> None:
    failed_or_ads = {
        "Operator": "Or",
        "Filters": [filter_("Status.PrimaryStatus", "Equals", "Failed")],
        "SubExpressions": [
            {"Filters": [filter_("Tags.team", "Equals", "ads"), filter_("Parameters.lr", "Exists")]}
        ],
    }
    assert search(api, SubExpressions=[failed_or_ads]) == "cd"
    has_metric = filter_("Metrics.auc", "Exists")
    assert search(api, has_metric, SubExpressions=[failed_or_ads]) == "d"
    assert search(api, has_metric, SubExpressions=[failed_or_ads], Operator="Or") == "abcd"


def test_nested_filters_hold_for_one_entry(api: Api) -> None:
    crossed = [
        filter_("Parents.TrialName", "Equals", "T1"),
        filter_("Parents.ExperimentName", "Equals", "E2"),
    ]
    assert search(api, *crossed) == "b"
    assert search(api, NestedFilters=[{"NestedPropertyName": "Parents", "Filters": crossed}]) == ""
    crossed[1]["Value"] = "E1"
    assert search(api, NestedFilters=[{"NestedPropertyName": "Parents", "Filters": crossed}]) == (
        "ab"
    )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({}, "at least one"),
        ({"SubExpressions": [{"Operator": "And"}]}, "at least one"),
        ({"Filters": [filter_("Nonsense", "Exists")]}, "Unknown property name: Nonsense"),
        ({"Filters": [filter_("Status.Nonsense", "Exists")]}, "Unknown property name: Status"),
        ({"Filters": [filter_("DisplayName.more", "Exists")]}, "Unknown property name: Display"),
        ({"Filters": [filter_("DisplayName", "GreaterThan", "a")]}, "not supported"),
        ({"Filters": [filter_("Metrics.auc", "Contains", "1")]}, "not supported"),
        ({"Filters": [filter_("CreationTime", "In", "1")]}, "not supported"),
        ({"Filters": [filter_("Parents", "Equals", "E1")]}, "not supported"),
        ({"Filters": [filter_("Metrics.auc", "GreaterThan", "high")]}, "integer or a decimal"),
        ({"Filters": [filter_("Metrics.auc", "Equals", "nan")]}, "integer or a decimal"),
        ({"Filters": [filter_("Parameters.lr", "LessThan", "auto")]}, "integer or a decimal"),
        ({"Filters": [filter_("CreationTime", "GreaterThan", "today")]}, "has to be a time"),
        ({"Filters": [filter_("DisplayName", "Equals")]}, "needs a Value"),
        (
            {
                "Filters": [
                    filter_("Parameters.a", "Contains", "1"),
                    filter_("Parameters.b", "Contains", "1"),
                ]
            },
            "'CONTAINS' operator usage limit of 1 exceeded.",
        ),
        (
            {
                "SubExpressions": [
                    {"Filters": [filter_("DisplayName", "Equals", "a")] * 20} for _ in range(3)
                ]
            },
            "at most 50",
        ),
        (
            {
                "NestedFilters": [
                    {"NestedPropertyName": "Parents", "Filters": [filter_("TrialName", "Exists")]}
                ]
            },
            "has to be on a property of Parents",
        ),
        (
            {
                "NestedFilters": [
                    {
                        "NestedPropertyName": "Status",
                        "Filters": [filter_("Status.Message", "Exists")],
                    }
                ]
            },
            "is not a list",
        ),
    ],
)
def test_expressions_that_are_refused(api: Api, expression: dict[str, Any], message: str) -> None:
    refusal = api.refused(
        "Search", Resource="ExperimentTrialComponent", SearchExpression=expression
    )
    assert refusal.startswith("ValidationException: ")
    assert message in refusal


def test_contains_may_be_used_often_on_names(api: Api) -> None:
    twice = [filter_("DisplayName", "Contains", "a"), filter_("InputArtifacts", "Contains", "csv")]
    assert search(api, *twice) == "a"


def test_a_record_has_all_there_is_to_say(api: Api) -> None:
    expression = {"Filters": [filter_("TrialComponentName", "Equals", "b")]}
    (hit,) = api(
        "Search", Resource="ExperimentTrialComponent", SearchExpression=expression
    )["Results"]  # fmt: skip
    found = hit["TrialComponent"]
    described = api("DescribeTrialComponent", TrialComponentName="b")
    assert {name: found[name] for name in described} == described
    assert found["Parents"] == [
        {"TrialName": "T1", "ExperimentName": "E1"},
        {"TrialName": "T2", "ExperimentName": "E2"},
    ]
    assert found["Tags"] == [
        {"Key": "team", "Value": "risk"},
        {"Key": "cost center", "Value": "7"},
    ]
    assert "RunName" not in found


def test_the_name_of_a_run_of_the_sdk(api: Api) -> None:
    tag = {"Key": "sagemaker:trial-component-source", "Value": "run"}
    api("CreateTrialComponent", TrialComponentName="e1-first-try", Tags=[tag])
    api("AssociateTrialComponent", TrialComponentName="e1-first-try", TrialName="T1")
    assert search(api, filter_("RunName", "Equals", "first-try")) == "e1-first-try"


def test_experiments_and_trials(api: Api) -> None:
    named = {"Filters": [filter_("ExperimentName", "Equals", "E2")]}
    (found,) = api("Search", Resource="Experiment", SearchExpression=named)["Results"]
    assert found["Experiment"]["ExperimentName"] == "E2"
    (found,) = api("Search", Resource="ExperimentTrial", SearchExpression=named)["Results"]
    assert found["Trial"]["TrialName"] == "T2"
    inside = found["Trial"]["TrialComponentSummaries"]
    assert [summary["TrialComponentName"] for summary in inside] == ["b", "c"]


def test_visibility_and_other_accounts(api: Api) -> None:
    asked = {"Resource": "ExperimentTrialComponent", "SortBy": "TrialComponentName"}
    condition = {"Key": "Tags.team", "Value": "risk"}
    assert names(api("Search", **asked, VisibilityConditions=[condition])) == "ba"
    refusal = api.refused("Search", **asked, VisibilityConditions=[{"Key": "team", "Value": "x"}])
    assert "Tags.KEY" in refusal
    assert api("Search", **asked, CrossAccountFilterOption="CrossAccount")["Results"] == []
    assert names(api("Search", **asked, CrossAccountFilterOption="SameAccount")) == "dcba"


def test_resources_that_are_not_known_say_so(api: Api) -> None:
    for resource in ("FeatureGroup", "Image"):
        refusal = api.refused("Search", Resource=resource)
        assert refusal.startswith("NotImplementedException: ")
        assert f"Search for {resource}" in refusal


def test_suggestions(api: Api) -> None:
    def suggest(hint: str) -> list[str]:
        answer = api(
            "GetSearchSuggestions",
            Resource="ExperimentTrialComponent",
            SuggestionQuery={"PropertyNameQuery": {"PropertyNameHint": hint}},
        )
        return [found["PropertyName"] for found in answer["PropertyNameSuggestions"]]

    assert suggest("Metrics.") == ["Metrics.auc", "Metrics.val:loss.Last"]
    assert suggest("Tags.c") == ["Tags.cost center"]
