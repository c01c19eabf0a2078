"""Models, endpoint configurations, endpoints; HyperPod clusters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.sagemaker.api import ROLE, Api

HERE = "arn:aws:sagemaker:eu-west-1:123456789012"
VARIANT: dict[str, Any] = {
    "VariantName": "all",
    "ModelName": "churn",
    "InstanceType": "ml.m5.large",
    "InitialInstanceCount": 2,
}


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def model(api: Api, name: str = "churn") -> None:
    image = {"Image": "image", "ModelDataUrl": "s3://out/model.tar.gz"}
    api("CreateModel", ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=image)


def config(api: Api, name: str = "live", **variant: Any) -> None:
    variants = [{**VARIANT, **variant}]
    api("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=variants)


@pytest.fixture
def live(api: Api) -> Api:
    model(api)
    config(api)
    api("CreateEndpoint", EndpointName="live", EndpointConfigName="live")
    api.later(241)
    return api


def there(api: Api) -> dict[str, Any]:
    return api("DescribeEndpoint", EndpointName="live")


def test_an_endpoint_comes_into_service(api: Api) -> None:
    model(api)
    config(api)
    api("CreateEndpoint", EndpointName="live", EndpointConfigName="live")
    assert there(api)["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in there(api)
    api.later(239)
    assert there(api)["EndpointStatus"] == "Creating"
    api.later(2)
    found = there(api)
    (variant,) = found["ProductionVariants"]
    assert found["EndpointStatus"] == "InService"
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (2, 1.0)
    assert variant["DeployedImages"][0]["ResolvedImage"] == "image"


def test_a_failed_endpoint_can_be_deleted_not_updated(api: Api) -> None:
    model(api)
    config(api)
    api("CreateEndpoint", "create_failed", EndpointName="live", EndpointConfigName="live")
    api.later(241)
    assert there(api)["EndpointStatus"] == "Failed"
    assert there(api)["FailureReason"]
    assert "in-progress" in api.refused(
        "UpdateEndpoint", EndpointName="live", EndpointConfigName="live"
    )
    api("DeleteEndpoint", EndpointName="live")


def test_an_update_serves_the_old_variants_until_it_is_done(live: Api) -> None:
    config(live, "bigger", InitialInstanceCount=5)
    live("UpdateEndpoint", EndpointName="live", EndpointConfigName="bigger")
    found = there(live)
    assert found["EndpointStatus"] == "Updating"
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    for operation in ("DeleteEndpoint", "UpdateEndpoint"):
        more = {"EndpointConfigName": "bigger"} if operation == "UpdateEndpoint" else {}
        assert live.refused(operation, EndpointName="live", **more) == (
            f'ValidationException: Cannot update in-progress endpoint "{HERE}:endpoint/live".'
        )
    live.later(241)
    found = there(live)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", "bigger")
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 5


def test_an_update_can_keep_what_was_set(live: Api) -> None:
    wanted = [{"VariantName": "all", "DesiredWeight": 0.5, "DesiredInstanceCount": 3}]
    live(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName="live",
        DesiredWeightsAndCapacities=wanted,
    )
    (during,) = there(live)["ProductionVariants"]
    assert (during["CurrentInstanceCount"], during["DesiredInstanceCount"]) == (2, 3)
    live.later(61)
    (variant,) = there(live)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (3, 0.5)
    config(live, "next", InitialInstanceCount=1)
    live(
        "UpdateEndpoint",
        EndpointName="live",
        EndpointConfigName="next",
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    live.later(241)
    (variant,) = there(live)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (3, 1.0)


def test_an_unknown_variant(live: Api) -> None:
    assert 'no variant "other"' in live.refused(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName="live",
        DesiredWeightsAndCapacities=[{"VariantName": "other", "DesiredWeight": 1}],
    )


def test_deleting_takes_a_while(live: Api) -> None:
    live("DeleteEndpoint", EndpointName="live")
    live.later(59)
    assert there(live)["EndpointStatus"] == "Deleting"
    live.later(2)
    assert live.refused("DescribeEndpoint", EndpointName="live") == (
        f'ValidationException: Could not find endpoint "{HERE}:endpoint/live".'
    )


def test_a_serverless_variant(api: Api) -> None:
    model(api)
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    variant = {"VariantName": "all", "ModelName": "churn", "ServerlessConfig": serverless}
    api("CreateEndpointConfig", EndpointConfigName="live", ProductionVariants=[variant])
    api("CreateEndpoint", EndpointName="live", EndpointConfigName="live")
    api.later(241)
    (found,) = there(api)["ProductionVariants"]
    assert found["CurrentServerlessConfig"] == serverless
    assert "CurrentInstanceCount" not in found


@pytest.mark.parametrize(
    ("operation", "member", "words"),
    [
        ("DescribeModel", "ModelName", f'Could not find model "{HERE}:model/no".'),
        ("DeleteModel", "ModelName", f'Could not find model "{HERE}:model/no".'),
        (
            "DescribeEndpointConfig",
            "EndpointConfigName",
            f'Could not find endpoint configuration "{HERE}:endpoint-config/no".',
        ),
        ("DeleteEndpoint", "EndpointName", f'Could not find endpoint "{HERE}:endpoint/no".'),
    ],
)
def test_what_is_missing(api: Api, operation: str, member: str, words: str) -> None:
    assert api.refused(operation, **{member: "no"}) == f"ValidationException: {words}"


def test_what_is_there_already(live: Api) -> None:
    assert live.refused("CreateEndpoint", EndpointName="live", EndpointConfigName="live") == (
        f'ValidationException: Cannot create already existing endpoint "{HERE}:endpoint/live".'
    )
    assert "already existing model" in live.refused(
        "CreateModel",
        ModelName="churn",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image"},
    )
    assert "already existing endpoint configuration" in live.refused(
        "CreateEndpointConfig", EndpointConfigName="live", ProductionVariants=[VARIANT]
    )


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ([{**VARIANT, "ModelName": "no"}], "Could not find model"),
        ([VARIANT, VARIANT], "have to be unique"),
        ([{"VariantName": "all", "ModelName": "churn"}], "either an InstanceType or a"),
    ],
)
def test_configurations_that_are_refused(api: Api, variants: list[Any], words: str) -> None:
    model(api)
    assert words in api.refused(
        "CreateEndpointConfig", EndpointConfigName="live", ProductionVariants=variants
    )


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"ExecutionRoleArn": ROLE}, "exactly one of PrimaryContainer and Containers"),
        ({"ExecutionRoleArn": ROLE, "PrimaryContainer": {}}, "an Image or a ModelPackageName"),
        ({"PrimaryContainer": {"Image": "image"}}, "an ExecutionRoleArn"),
    ],
)
def test_models_that_are_refused(api: Api, members: dict[str, Any], words: str) -> None:
    assert words in api.refused("CreateModel", ModelName="churn", **members)


def test_a_configuration_in_use_can_be_deleted(live: Api) -> None:
    live("DeleteEndpointConfig", EndpointConfigName="live")
    live("DeleteModel", ModelName="churn")
    assert there(live)["EndpointStatus"] == "InService"


def test_list_endpoints(live: Api) -> None:
    live("CreateEndpoint", EndpointName="second", EndpointConfigName="live")

    def names(**asked: Any) -> list[str]:
        return [found["EndpointName"] for found in live("ListEndpoints", **asked)["Endpoints"]]

    assert sorted(names()) == ["live", "second"]
    assert names(StatusEquals="Creating") == ["second"]
    assert names(SortBy="Name", SortOrder="Ascending", MaxResults=1) == ["live"]


def test_a_cluster(api: Api) -> None:
    group = {
        "InstanceGroupName": "workers",
        "InstanceType": "ml.g5.xlarge",
        "InstanceCount": 4,
        "ExecutionRole": ROLE,
        "LifeCycleConfig": {"SourceS3Uri": "s3://in/lcc", "OnCreate": "on_create.sh"},
    }
    arn = api("CreateCluster", ClusterName="pod", InstanceGroups=[group])["ClusterArn"]
    found = api("DescribeCluster", ClusterName="pod")
    assert (found["ClusterStatus"], found["InstanceGroups"][0]["CurrentCount"]) == ("Creating", 0)
    assert api.refused("DeleteCluster", ClusterName="pod").startswith("ConflictException")
    api.later(901)
    found = api("DescribeCluster", ClusterName=arn)
    assert (found["ClusterStatus"], found["InstanceGroups"][0]["CurrentCount"]) == ("InService", 4)
    assert [c["ClusterName"] for c in api("ListClusters")["ClusterSummaries"]] == ["pod"]
    api("DeleteCluster", ClusterName=arn)
    api.later(301)
    assert api.refused("DescribeCluster", ClusterName="pod").startswith("ResourceNotFound")
