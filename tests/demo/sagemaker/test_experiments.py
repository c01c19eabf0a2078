"""Experiments, trials and trial components."""

from __future__ import annotations

from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import Call, Caller

from .api import ADMIN, Api

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def tree(api: Api) -> Api:
    """An experiment ``Churn`` with the trial ``Boost`` and the component ``Run-1`` in it."""
    api("CreateExperiment", ExperimentName="Churn")
    api("CreateTrial", TrialName="Boost", ExperimentName="Churn")
    api("CreateTrialComponent", TrialComponentName="Run-1")
    api("AssociateTrialComponent", TrialComponentName="Run-1", TrialName="Boost")
    return api


def names(answer: dict[str, Any], family: str) -> list[str]:
    return [summary[f"{family}Name"] for summary in answer[f"{family}Summaries"]]


def test_arns_are_small_and_names_are_found_in_any_case(tree: Api) -> None:
    assert tree("DescribeExperiment", ExperimentName="CHURN")["ExperimentName"] == "Churn"
    assert tree("DescribeTrial", TrialName="boost")["TrialArn"] == f"{ARN}:experiment-trial/boost"
    assert tree("DescribeExperiment", ExperimentName="churn")["ExperimentArn"] == (
        f"{ARN}:experiment/churn"
    )
    arn = f"{ARN}:experiment-trial-component/run-1"
    for name in ("run-1", arn):
        found = tree("DescribeTrialComponent", TrialComponentName=name)
        assert (found["TrialComponentName"], found["TrialComponentArn"]) == ("Run-1", arn)


@pytest.mark.parametrize(
    ("operation", "member", "more"),
    [
        ("CreateExperiment", "ExperimentName", {}),
        ("CreateTrial", "TrialName", {"ExperimentName": "Churn"}),
        ("CreateTrialComponent", "TrialComponentName", {}),
    ],
)
def test_a_name_is_there_already(
    tree: Api, operation: str, member: str, more: dict[str, str]
) -> None:
    there = {"ExperimentName": "cHURN", "TrialName": "bOOST", "TrialComponentName": "rUN-1"}
    refusal = tree.refused(operation, **{member: there[member], **more})
    assert refusal.startswith("ValidationException: ")
    assert "already exists" in refusal


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DescribeExperiment", {"ExperimentName": "none"}),
        ("UpdateExperiment", {"ExperimentName": "none"}),
        ("DeleteExperiment", {"ExperimentName": "none"}),
        ("CreateTrial", {"TrialName": "new", "ExperimentName": "none"}),
        ("DescribeTrial", {"TrialName": "none"}),
        ("DescribeTrialComponent", {"TrialComponentName": "none"}),
        ("UpdateTrialComponent", {"TrialComponentName": "none"}),
        ("AssociateTrialComponent", {"TrialComponentName": "none", "TrialName": "Boost"}),
        ("AssociateTrialComponent", {"TrialComponentName": "Run-1", "TrialName": "none"}),
        ("DisassociateTrialComponent", {"TrialComponentName": "Run-1", "TrialName": "none"}),
        ("ListTrials", {"ExperimentName": "none"}),
        ("ListTrials", {"TrialComponentName": "none"}),
        ("ListTrialComponents", {"TrialName": "none"}),
        ("ListTrialComponents", {"ExperimentName": "none"}),
    ],
)
def test_what_is_missing(tree: Api, operation: str, parameters: dict[str, str]) -> None:
    refusal = tree.refused(operation, **parameters)
    assert refusal.startswith("ResourceNotFound: ")
    assert "none" in refusal


def test_a_tree_is_taken_down_from_its_leaves(tree: Api) -> None:
    assert "has trials" in tree.refused("DeleteExperiment", ExperimentName="churn")
    assert "has trial components" in tree.refused("DeleteTrial", TrialName="Boost")
    assert "associated" in tree.refused("DeleteTrialComponent", TrialComponentName="Run-1")
    tree("DisassociateTrialComponent", TrialComponentName="Run-1", TrialName="Boost")
    tree("DisassociateTrialComponent", TrialComponentName="Run-1", TrialName="Boost")
    tree("DeleteTrialComponent", TrialComponentName="run-1")
    tree("DeleteTrial", TrialName="boost")
    tree("DeleteExperiment", ExperimentName="churn")
    assert tree("ListExperiments")["ExperimentSummaries"] == []


def test_lists_choose_by_parent_and_child(tree: Api) -> None:
    tree("CreateExperiment", ExperimentName="Other")
    tree("CreateTrial", TrialName="Elsewhere", ExperimentName="Other")
    tree("CreateTrialComponent", TrialComponentName="Run-2")
    tree("AssociateTrialComponent", TrialComponentName="Run-2", TrialName="Elsewhere")
    tree("AssociateTrialComponent", TrialComponentName="Run-1", TrialName="Elsewhere")

    assert names(tree("ListTrials", ExperimentName="churn"), "Trial") == ["Boost"]
    assert set(names(tree("ListTrials", TrialComponentName="run-1"), "Trial")) == {
        "Boost",
        "Elsewhere",
    }
    assert names(tree("ListTrialComponents", ExperimentName="CHURN"), "TrialComponent") == ["Run-1"]
    both = tree("ListTrialComponents", TrialName="Elsewhere", SortBy="Name", SortOrder="Ascending")
    assert names(both, "TrialComponent") == ["Run-1", "Run-2"]
    refusal = tree.refused("ListTrialComponents", TrialName="Boost", ExperimentName="Churn")
    assert refusal.startswith("ValidationException: ")


def test_the_newest_comes_first(api: Api) -> None:
    for name in ("a", "b", "c"):
        api("CreateExperiment", ExperimentName=name)
        api.later(1)
    assert names(api("ListExperiments"), "Experiment") == ["c", "b", "a"]


def test_an_update_adds_and_removes(api: Api) -> None:
    api(
        "CreateTrialComponent",
        TrialComponentName="r",
        Parameters={"lr": {"NumberValue": 0.1}, "old": {"StringValue": "x"}},
        InputArtifacts={"data": {"Value": "s3://a/b", "MediaType": "text/csv"}},
    )
    api.later(60)
    api(
        "UpdateTrialComponent",
        TrialComponentName="R",
        DisplayName="better",
        Parameters={"lr": {"StringValue": "auto"}, "depth": {"NumberValue": 3}},
        ParametersToRemove=["old", "never-there"],
        InputArtifactsToRemove=["data"],
        Status={"PrimaryStatus": "Failed", "Message": "no memory"},
    )
    found = api("DescribeTrialComponent", TrialComponentName="r")
    assert found["Parameters"] == {"lr": {"StringValue": "auto"}, "depth": {"NumberValue": 3}}
    assert "InputArtifacts" not in found
    assert found["Status"] == {"PrimaryStatus": "Failed", "Message": "no memory"}
    assert found["DisplayName"] == "better"
    assert found["LastModifiedTime"] - found["CreationTime"] == pytest.approx(60, abs=5)


@pytest.mark.parametrize("value", [{}, {"StringValue": "a", "NumberValue": 1.0}])
def test_a_parameter_is_text_or_a_number(api: Api, value: dict[str, Any]) -> None:
    refusal = api.refused("CreateTrialComponent", TrialComponentName="r", Parameters={"p": value})
    assert refusal.startswith("ValidationException: ")


def test_no_more_than_300_parameters_in_all(api: Api) -> None:
    first = {f"a{i}": {"NumberValue": i} for i in range(300)}
    api("CreateTrialComponent", TrialComponentName="r", Parameters=first)
    more = {"b": {"NumberValue": 1}}
    refusal = api.refused("UpdateTrialComponent", TrialComponentName="r", Parameters=more)
    assert "at most 300 Parameters" in refusal
    api("UpdateTrialComponent", TrialComponentName="r", Parameters=more, ParametersToRemove=["a0"])
    assert len(api("DescribeTrialComponent", TrialComponentName="r")["Parameters"]) == 300


def test_it_says_who_created_and_who_changed(api: Api) -> None:
    domain = api.domain()
    api.profile(domain, "alice")
    alice = Caller("arn:aws:sts::123456789012:assumed-role/studio/alice")
    api("CreateExperiment", ExperimentName="e")
    call = Call("sagemaker", "UpdateExperiment", {"ExperimentName": "e"}, "eu-west-1", alice)
    api.emulator.call(call)
    found = api("DescribeExperiment", ExperimentName="e")
    assert found["CreatedBy"] == {"IamIdentity": {"Arn": ADMIN.arn}}
    changed = found["LastModifiedBy"]
    assert (changed["UserProfileName"], changed["DomainId"]) == ("alice", domain)
    assert changed["UserProfileArn"].endswith(f":user-profile/{domain}/alice")


def test_regions_are_apart(tree: Api) -> None:
    elsewhere = Call("sagemaker", "ListExperiments", {}, "us-east-1", ADMIN)
    assert tree.emulator.call(elsewhere)["ExperimentSummaries"] == []
