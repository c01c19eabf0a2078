"""``Search`` for training jobs, models and endpoints."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from .api import ROLE, Api


def channel(name: str, uri: str) -> dict[str, Any]:
    return {
        "ChannelName": name,
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
    }


def start(api: Api, name: str, **more: Any) -> None:
    api(
        "CreateTrainingJob",
        **{
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1",
                "TrainingInputMode": "File",
            },
            "OutputDataConfig": {"S3OutputPath": "s3://acme/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **more,
        },
    )


@pytest.fixture(scope="module")
def api() -> Api:
    """Three finished jobs: a, b and c."""
    api = Api()
    for name, hyper, channels in (
        ("a", {"lr": "0.5", "opt": "adam"}, {"train": "s3://acme/x", "test": "s3://acme/y"}),
        ("b", {"lr": "2.7", "opt": "sgd"}, {"train": "s3://acme/y", "test": "s3://acme/x"}),
        ("c", {"lr": "ten"}, {"train": "s3://acme/x"}),
    ):
        metric = "other" if name == "c" else "auc"
        start(
            api,
            name,
            AlgorithmSpecification={
                "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": f"val:{metric}", "Regex": f"{metric}=([0-9.]+)"}],
            },
            HyperParameters=hyper,
            InputDataConfig=[channel(*pair) for pair in channels.items()],
            ResourceConfig={
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1 if name == "a" else 10,
                "VolumeSizeInGB": 30,
            },
            EnableManagedSpotTraining=name == "b",
        )
        api.later(60)
    api.later(24 * 3600)
    return api


def search(api: Api, expression: dict[str, Any], **more: Any) -> str:
    asked = {"SortBy": "TrainingJobName", "SortOrder": "Ascending", **more}
    answer = api("Search", Resource="TrainingJob", SearchExpression=expression, **asked)
    return "".join(hit["TrainingJob"]["TrainingJobName"] for hit in answer["Results"])


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("HyperParameters.opt", "Equals", "adam", "a"),
        ("HyperParameters.lr", "LessThan", "1.5", "a"),
        # an integer value makes integers of decimals: 2.7 is 2
        ("HyperParameters.lr", "LessThanOrEqualTo", "2", "ab"),
        ("HyperParameters.lr", "Equals", "2", "b"),
        ("HyperParameters.lr", "LessThanOrEqualTo", "2.0", "a"),
        ("HyperParameters.lr", "Equals", "ten", "c"),
        ("Metrics.val:auc", "GreaterThan", "0.1", "ab"),
        ("FinalMetricDataList.val:auc", "Exists", None, "ab"),
        ("TrainingJobStatus", "Equals", "Completed", "abc"),
        ("ResourceConfig.InstanceCount", "GreaterThan", "9", "bc"),
        ("ResourceConfig.InstanceType", "Contains", "m5", "abc"),
        ("EnableManagedSpotTraining", "Equals", "true", "b"),
        ("InputDataConfig.ChannelName", "Equals", "test", "ab"),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", "Equals", "s3://acme/y", "ab"),
    ],
)
def test_filters(api: Api, name: str, operator: str, value: str | None, expected: str) -> None:
    given = {"Name": name, "Operator": operator, **({} if value is None else {"Value": value})}
    assert search(api, {"Filters": [given]}) == expected


def test_nested_filters_hold_for_one_channel(api: Api) -> None:
    filters = [
        {"Name": "InputDataConfig.ChannelName", "Operator": "Equals", "Value": "train"},
        {
            "Name": "InputDataConfig.DataSource.S3DataSource.S3Uri",
            "Operator": "Contains",
            "Value": "acme/y",
        },
    ]
    assert search(api, {"Filters": filters}) == "ab"
    nested = {"NestedPropertyName": "InputDataConfig", "Filters": filters}
    assert search(api, {"NestedFilters": [nested]}) == "b"


def test_a_flag_is_true_or_false(api: Api) -> None:
    given = {"Name": "EnableManagedSpotTraining", "Operator": "Equals", "Value": "maybe"}
    refusal = api.refused("Search", Resource="TrainingJob", SearchExpression={"Filters": [given]})
    assert "true or false" in refusal


def test_the_order_is_that_of_the_jobs_own_times(api: Api) -> None:
    everything = {"Filters": [{"Name": "TrainingJobName", "Operator": "Exists"}]}
    assert search(api, everything, SortBy="LastModifiedTime") == "abc"
    assert search(api, everything, SortBy="TrainingEndTime", SortOrder="Descending") == "cba"


def test_the_times_of_a_running_job_are_those_that_are_described() -> None:
    api = Api(speed=1)
    start(api, "running")
    created = api("DescribeTrainingJob", TrainingJobName="running")["CreationTime"]
    while True:
        api.later(10)
        found = api("DescribeTrainingJob", TrainingJobName="running")
        if found["SecondaryStatus"] == "Training":
            break
    assert found["LastModifiedTime"] > created + 1
    second = datetime.fromtimestamp(int(found["LastModifiedTime"]), timezone.utc)
    given = {
        "Name": "LastModifiedTime",
        "Operator": "Equals",
        "Value": second.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    assert search(api, {"Filters": [given]}) == "running"


def test_models_and_endpoints() -> None:
    api = Api()
    for name in ("small", "large"):
        api(
            "CreateModel",
            ModelName=name,
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1"},
            Tags=[{"Key": "size", "Value": name}],
        )
    variant = {
        "VariantName": "all",
        "ModelName": "large",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    api("CreateEndpointConfig", EndpointConfigName="config", ProductionVariants=[variant])
    api("CreateEndpoint", EndpointName="live", EndpointConfigName="config")

    by_tag = {"Filters": [{"Name": "Tags.size", "Value": "large"}]}
    (found,) = api("Search", Resource="Model", SearchExpression=by_tag)["Results"]
    assert found["Model"]["Model"]["ModelName"] == "large"
    by_status = {"Filters": [{"Name": "EndpointStatus", "Value": "InService"}]}
    (found,) = api("Search", Resource="Endpoint", SearchExpression=by_status)["Results"]
    assert found["Endpoint"]["EndpointName"] == "live"
