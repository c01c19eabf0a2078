"""Pipelines, their versions, and the definitions that are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import ROLE, Api
from tests.demo.sagemaker.pipeline_samples import definition, processing, token, training


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def create(api: Api, name: str = "Churn", text: str | None = None, **more: Any) -> str:
    text = definition(processing("Prep")) if text is None else text
    wanted = {
        "PipelineName": name,
        "PipelineDefinition": text,
        "RoleArn": ROLE,
        "ClientRequestToken": token(),
        **more,
    }
    arn: str = api("CreatePipeline", **wanted)["PipelineArn"]
    return arn


def test_a_pipeline_is_found_by_name_and_arn(api: Api) -> None:
    arn = create(api, PipelineDescription="every night", Tags=[{"Key": "a", "Value": "b"}])
    assert arn.endswith(":pipeline/churn")
    for name in ("Churn", "churn", arn):
        there = api("DescribePipeline", PipelineName=name)
        assert there["PipelineName"] == "Churn"
        assert there["PipelineDescription"] == "every night"
        assert there["PipelineStatus"] == "Active"
        assert there["CreatedBy"]["IamIdentity"]["Arn"].endswith("user/admin")
    assert api("ListTags", ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_names_are_unique(api: Api) -> None:
    create(api)
    refusal = api.refused(
        "CreatePipeline",
        PipelineName="churn",
        PipelineDefinition=definition(processing("Prep")),
        RoleArn=ROLE,
        ClientRequestToken=token(),
    )
    assert refusal.startswith("ValidationException: Pipeline names must be unique within")


def test_the_same_token_makes_one_pipeline(api: Api) -> None:
    same = token()
    assert create(api, ClientRequestToken=same) == create(api, ClientRequestToken=same)
    assert len(api("ListPipelines")["PipelineSummaries"]) == 1
    refused = api.refused(
        "CreatePipeline",
        PipelineName="another",
        PipelineDefinition=definition(processing("Prep")),
        RoleArn=ROLE,
        ClientRequestToken=same,
    )
    assert refused == "ValidationException: This token was used with other parameters."


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("DescribePipeline", {}),
        ("UpdatePipeline", {}),
        ("DeletePipeline", {"ClientRequestToken": "t" * 32}),
        ("ListPipelineExecutions", {}),
        ("ListPipelineVersions", {}),
        ("StartPipelineExecution", {"ClientRequestToken": "t" * 32}),
    ],
)
def test_a_missing_pipeline(api: Api, operation: str, more: dict[str, Any]) -> None:
    needs(operation)
    assert api.refused(operation, PipelineName="nothing", **more).startswith("ResourceNotFound")


def test_a_definition_is_needed_once(api: Api) -> None:
    wanted = {"PipelineName": "p", "RoleArn": ROLE, "ClientRequestToken": token()}
    place = {"Bucket": "team", "ObjectKey": "p.json"}
    assert "must provide" in api.refused("CreatePipeline", **wanted)
    assert "only one of" in api.refused(
        "CreatePipeline",
        **wanted,
        PipelineDefinition=definition(processing("Prep")),
        PipelineDefinitionS3Location=place,
    )


def test_a_definition_from_s3(api: Api) -> None:
    pytest.importorskip("moto")
    from moto.backends import get_backend

    store = get_backend("s3")["123456789012"]["aws"]
    store.reset()
    wanted = {"PipelineName": "p", "RoleArn": ROLE, "ClientRequestToken": token()}
    place = {"Bucket": "team", "ObjectKey": "p.json"}
    assert "bucket team" in api.refused(
        "CreatePipeline", **wanted, PipelineDefinitionS3Location=place
    )
    store.create_bucket("team", "eu-west-1")
    assert "no object p.json" in api.refused(
        "CreatePipeline", **wanted, PipelineDefinitionS3Location=place
    )
    text = definition(processing("Prep"))
    store.put_object("team", "p.json", text.encode())
    api("CreatePipeline", **wanted, PipelineDefinitionS3Location=place)
    assert api("DescribePipeline", PipelineName="p")["PipelineDefinition"] == text


def test_another_definition_is_another_version(api: Api) -> None:
    needs("ListPipelineVersions")
    arn = create(api)
    one, two = definition(processing("Prep")), definition(processing("Prep"), training("Train"))
    api.later(10)
    changed = api("UpdatePipeline", PipelineName="Churn", PipelineDefinition=two)
    assert changed == {"PipelineArn": arn, "PipelineVersionId": 2}
    same = api("UpdatePipeline", PipelineName="Churn", PipelineDefinition=two, RoleArn=ROLE)
    assert same["PipelineVersionId"] == 2
    assert api("DescribePipeline", PipelineName="Churn")["PipelineDefinition"] == two
    first = api("DescribePipeline", PipelineName="Churn", PipelineVersionId=1)
    assert first["PipelineDefinition"] == one
    assert api.refused("DescribePipeline", PipelineName="Churn", PipelineVersionId=3).startswith(
        "ResourceNotFound"
    )
    found = api("ListPipelineVersions", PipelineName="Churn")["PipelineVersionSummaries"]
    assert [version["PipelineVersionId"] for version in found] == [2, 1]
    page = api("ListPipelineVersions", PipelineName="Churn", SortOrder="Ascending", MaxResults=1)
    assert [v["PipelineVersionId"] for v in page["PipelineVersionSummaries"]] == [1]
    rest = api(
        "ListPipelineVersions",
        PipelineName="Churn",
        SortOrder="Ascending",
        MaxResults=1,
        NextToken=page["NextToken"],
    )
    assert [v["PipelineVersionId"] for v in rest["PipelineVersionSummaries"]] == [2]


def test_versions_have_names(api: Api) -> None:
    needs("ListPipelineVersions")
    arn = create(api)
    api(
        "UpdatePipelineVersion",
        PipelineArn=arn,
        PipelineVersionId=1,
        PipelineVersionDisplayName="first",
        PipelineVersionDescription="the first one",
    )
    (found,) = api("ListPipelineVersions", PipelineName=arn)["PipelineVersionSummaries"]
    assert found["PipelineVersionDisplayName"] == "first"
    assert found["PipelineVersionDescription"] == "the first one"


def test_aliases_are_unique_and_move_with_two_calls(api: Api) -> None:
    needs("CreatePipeline", "PipelineVersionAliases")
    arn = create(api, PipelineVersionAliases=["prod"])
    two = definition(processing("Prep"), training("Train"))
    refusal = api.refused(
        "UpdatePipeline",
        PipelineName="Churn",
        PipelineDefinition=two,
        PipelineVersionAliases=["prod"],
    )
    assert "not unique" in refusal
    assert "changes the definition" in api.refused(
        "UpdatePipeline", PipelineName="Churn", PipelineVersionAliases=["next"]
    )
    api("UpdatePipeline", PipelineName="Churn", PipelineDefinition=two)
    place = {"PipelineArn": arn, "PipelineVersionId": 1}
    api("UpdatePipelineVersion", **place, PipelineVersionAliasOperations={"Remove": ["prod"]})
    place["PipelineVersionId"] = 2
    api("UpdatePipelineVersion", **place, PipelineVersionAliasOperations={"Add": ["prod"]})
    there = api("DescribePipeline", PipelineName="Churn", PipelineVersionAlias="prod")
    assert there["PipelineDefinition"] == two
    assert "numbers only" in api.refused(
        "UpdatePipelineVersion", **place, PipelineVersionAliasOperations={"Add": ["42"]}
    )


def test_a_refused_update_changes_nothing(api: Api) -> None:
    create(api)
    before = api("DescribePipeline", PipelineName="Churn")
    api.later(5)
    assert "Unable to parse" in api.refused(
        "UpdatePipeline", PipelineName="Churn", PipelineDefinition="{", PipelineDescription="new"
    )
    assert api("DescribePipeline", PipelineName="Churn") == before


def test_list(api: Api) -> None:
    for name in ("b", "a", "c"):
        create(api, name)
        api.later(10)
    middle = api("DescribePipeline", PipelineName="a")["CreationTime"]

    def names(**asked: Any) -> list[str]:
        found = api("ListPipelines", **asked)["PipelineSummaries"]
        return [pipeline["PipelineName"] for pipeline in found]

    assert names() == ["c", "a", "b"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a", "b", "c"]
    assert names(PipelineNamePrefix="a") == ["a"]
    assert names(CreatedAfter=middle) == ["c"]
    assert names(CreatedBefore=middle) == ["b"]


def test_a_pipeline_with_a_running_execution_cannot_be_deleted(api: Api) -> None:
    create(api)
    began = api("StartPipelineExecution", PipelineName="Churn", ClientRequestToken=token())
    delete = {"PipelineName": "Churn", "ClientRequestToken": token()}
    assert api.refused("DeletePipeline", **delete).startswith("ConflictException")
    api.later(1000)
    api("DeletePipeline", **delete)
    assert "does not exist" in api.refused("DescribePipeline", PipelineName="Churn")
    assert api.refused("DescribePipelineExecution", **began).startswith("ResourceNotFound")


def parameter(**members: Any) -> str:
    return definition(processing("Prep"), parameters=[members])


def changed(**members: Any) -> str:
    return definition({**processing("Prep"), **members})


def condition(*conditions: Any) -> str:
    step = {
        "Name": "Check",
        "Type": "Condition",
        "Arguments": {"Conditions": list(conditions), "IfSteps": [], "ElseSteps": []},
    }
    return definition(step)


BAD = {
    "not JSON": ("{", "It is not JSON"),
    "not an object": ("[]", "Expecting start of Json Object"),
    "no steps": ('{"Version": "2020-12-01"}', "Steps are missing"),
    "steps that are an object": ('{"Steps": {}}', "Expecting start of Json Array"),
    "another version": ('{"Version": "2019-01-01", "Steps": []}', "Version '2019-01-01'"),
    "an unknown member": ('{"Steps": [], "Stepz": []}', "Unknown member 'Stepz'"),
    "parameters that are an object": ('{"Steps": [], "Parameters": {}}', "Json Array"),
    "a parameter without name": (parameter(Type="String"), "None is not a name"),
    "a parameter's type": (parameter(Name="a", Type="Date"), "is 'Date'"),
    "a parameter's unknown member": (
        parameter(Name="a", Type="String", Default="x"),
        "Unknown member 'Default'",
    ),
    "a default of another type": (
        parameter(Name="a", Type="Integer", DefaultValue="3"),
        "is not a Integer",
    ),
    "a truth that is no number": (
        parameter(Name="a", Type="Integer", DefaultValue=True),
        "is not a Integer",
    ),
    "a default that is not allowed": (
        parameter(Name="a", Type="String", DefaultValue="x", EnumValues=["y"]),
        "not one of its EnumValues",
    ),
    "two parameters of one name": (
        definition(
            processing("Prep"),
            parameters=[{"Name": "a", "Type": "String"}, {"Name": "a", "Type": "String"}],
        ),
        "two parameters named 'a'",
    ),
    "a step's name": (changed(Name="no spaces"), "'no spaces' is not a name"),
    "a step's type": (changed(Type="Magic"), "'Magic', which nobody knows"),
    "no arguments": (
        definition({"Name": "Prep", "Type": "Processing"}),
        "Step 'Prep' has no Arguments",
    ),
    "two steps of one name": (
        definition(processing("Prep"), processing("Prep")),
        "two steps named 'Prep'",
    ),
    "an unknown dependency": (changed(DependsOn=["Gone"]), "step 'Gone', which is not there"),
    "a reference to no step": (
        definition(training("Train", HyperParameters={"x": {"Get": "Steps.Gone.Arn"}})),
        "step 'Gone', which is not there",
    ),
    "a reference to no parameter": (
        definition(training("Train", HyperParameters={"x": {"Get": "Parameters.Gone"}})),
        "'Parameters.Gone', which is not there",
    ),
    "a reference within a join": (
        definition(
            training(
                "Train",
                HyperParameters={
                    "x": {"Std:Join": {"On": "/", "Values": ["a", {"Get": "Parameters.Gone"}]}}
                },
            )
        ),
        "'Parameters.Gone', which is not there",
    ),
    "an unknown variable": (
        definition(training("Train", HyperParameters={"x": {"Get": "Execution.Weather"}})),
        "'Execution.Weather', which is not there",
    ),
    "a step that needs itself": (changed(DependsOn=["Prep"]), "in a circle: Prep"),
    "a circle": (
        definition(
            {**processing("A"), "DependsOn": ["C"]},
            {**processing("B"), "DependsOn": ["A"]},
            {**processing("C"), "DependsOn": ["B"]},
        ),
        "in a circle: A, B, C",
    ),
    "no conditions": (condition(), "has no Conditions"),
    "an unknown condition": (condition({"Type": "Like"}), "is 'Like'"),
    "half a comparison": (condition({"Type": "Equals", "LeftValue": 1}), "has no RightValue"),
    "a broken part of a condition": (
        condition({"Type": "Not", "Expression": {"Type": "In", "In": []}}),
        "has no Value",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_definition_is_refused_with_words_that_help(api: Api, name: str) -> None:
    text, words = BAD[name]
    refusal = api.refused(
        "CreatePipeline",
        PipelineName="p",
        PipelineDefinition=text,
        RoleArn=ROLE,
        ClientRequestToken=token(),
    )
    assert refusal.startswith("ValidationException: Unable to parse pipeline definition.")
    assert words in refusal
    assert api("ListPipelines")["PipelineSummaries"] == []


def test_the_definition_comes_back_as_it_was_given(api: Api) -> None:
    text = json.dumps(json.loads(definition(processing("Prep"))), indent=3)
    create(api, text=text)
    assert api("DescribePipeline", PipelineName="Churn")["PipelineDefinition"] == text
