"""Artifacts, actions, contexts, and what associates them."""

from __future__ import annotations

from typing import Any

import pytest

from .api import Api

URI = "s3://acme/data.csv"


@pytest.fixture
def api() -> Api:
    return Api()


def artifact(api: Api, uri: str = URI, **more: Any) -> str:
    arn: str = api("CreateArtifact", ArtifactType="DataSet", Source={"SourceUri": uri}, **more)[
        "ArtifactArn"
    ]
    return arn


def component(api: Api, name: str = "run") -> str:
    arn: str = api("CreateTrialComponent", TrialComponentName=name)["TrialComponentArn"]
    return arn


def test_an_association_is_listed_from_both_ends(api: Api) -> None:
    data, run = artifact(api, ArtifactName="rows"), component(api)
    made = api(
        "AddAssociation", SourceArn=data, DestinationArn=run, AssociationType="ContributedTo"
    )
    assert made == {"SourceArn": data, "DestinationArn": run}
    (found,) = api("ListAssociations", SourceArn=data)["AssociationSummaries"]
    assert (found["SourceType"], found["SourceName"]) == ("DataSet", "rows")
    assert (found["DestinationType"], found["DestinationName"]) == ("TrialComponent", "run")
    assert found["AssociationType"] == "ContributedTo"
    assert api("ListAssociations", DestinationArn=run)["AssociationSummaries"] == [found]
    assert api("ListAssociations", SourceArn=run)["AssociationSummaries"] == []
    assert api("ListAssociations", SourceType="Model")["AssociationSummaries"] == []
    assert api("ListAssociations", AssociationType="Produced")["AssociationSummaries"] == []


def test_what_is_refused(api: Api) -> None:
    data, run = artifact(api), component(api)
    ends = {"SourceArn": data, "DestinationArn": run}
    api("AddAssociation", **ends)
    assert "already exists" in api.refused("AddAssociation", **ends)
    experiment = api("CreateExperiment", ExperimentName="e")["ExperimentArn"]
    assert api.refused("AddAssociation", SourceArn=experiment, DestinationArn=run).startswith(
        "ValidationException: Associations cannot be created between two experiment entities"
    )
    gone = data[:-4] + "0000"
    assert api.refused("AddAssociation", SourceArn=gone, DestinationArn=run).startswith(
        "ResourceNotFound: "
    )
    assert "associations" in api.refused("DeleteArtifact", ArtifactArn=data)
    api("DeleteAssociation", **ends)
    assert api.refused("DeleteAssociation", **ends).startswith("ResourceNotFound: ")
    api("DeleteArtifact", ArtifactArn=data)
    assert api.refused("DescribeArtifact", ArtifactArn=data).startswith("ResourceNotFound: ")


def test_pages_of_associations(api: Api) -> None:
    run = component(api)
    sources = [artifact(api, f"s3://acme/{i}") for i in range(5)]
    for source in sources:
        api("AddAssociation", SourceArn=source, DestinationArn=run)
    wanted = {"SortBy": "SourceArn", "SortOrder": "Ascending", "MaxResults": 2}
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = api("ListAssociations", **wanted, **token)
        seen += [found["SourceArn"] for found in answer["AssociationSummaries"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == sorted(sources)


def test_an_artifact_is_its_source(api: Api) -> None:
    arn = artifact(api)
    assert "already exists" in api.refused(
        "CreateArtifact", ArtifactType="Other", Source={"SourceUri": URI}
    )
    artifact(api, "s3://acme/other")
    (found,) = api("ListArtifacts", SourceUri=URI)["ArtifactSummaries"]
    assert found["ArtifactArn"] == arn
    assert api("ListArtifacts", ArtifactType="Model")["ArtifactSummaries"] == []
    assert api("DeleteArtifact", Source={"SourceUri": URI}) == {"ArtifactArn": arn}
    assert api.refused("DeleteArtifact").startswith("ValidationException: ")


@pytest.mark.parametrize("family", ["Context", "Action"])
def test_contexts_and_actions(api: Api, family: str) -> None:
    name = {f"{family}Name": "Deploy"}
    arn = api(
        f"Create{family}",
        **name,
        **{f"{family}Type": "Endpoint"},
        Source={"SourceUri": "arn:x"},
        Properties={"a": "1", "b": "2"},
    )[f"{family}Arn"]
    assert arn.endswith(f":{family.lower()}/deploy")
    api(f"Update{family}", **name, Properties={"b": "3", "c": "4"}, PropertiesToRemove=["c"])
    for given in ("deploy", arn):
        assert api(f"Describe{family}", **{f"{family}Name": given})["Properties"] == {"b": "3"}
    (found,) = api(f"List{family}s", SourceUri="arn:x")[f"{family}Summaries"]
    assert found[f"{family}Type"] == "Endpoint"
    api(f"Delete{family}", **name)
    assert api.refused(f"Describe{family}", **name).startswith("ResourceNotFound: ")
