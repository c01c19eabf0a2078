"""Training, processing and transform jobs: what they are at each instant."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.families.logs import lines, sync_logs
from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import ROLE, Api

TRAINING: dict[str, Any] = {
    "AlgorithmSpecification": {
        "TrainingImage": "image",
        "TrainingInputMode": "File",
        "MetricDefinitions": [
            {"Name": "auc", "Regex": "auc: ([0-9\\.]+)"},
            {
                "Name": "validation:auc",
                "Regex": ".*\\[[0-9]+\\].*#011validation-auc:([-+]?[0-9]*\\.?[0-9]+).*",
            },
        ],
    },
    "RoleArn": ROLE,
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://in/train"}},
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://out/models/"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "HyperParameters": {"depth": "6"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
PROCESSING: dict[str, Any] = {
    "ProcessingResources": {
        "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    },
    "AppSpecification": {"ImageUri": "image"},
    "RoleArn": ROLE,
}
TRANSFORM: dict[str, Any] = {
    "ModelName": "churn",
    "TransformInput": {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://in/x"}}
    },
    "TransformOutput": {"S3OutputPath": "s3://out/y"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def train(api: Api, name: str = "job", *faults: str, **more: Any) -> str:
    arn: str = api("CreateTrainingJob", *faults, TrainingJobName=name, **{**TRAINING, **more})[
        "TrainingJobArn"
    ]
    return arn


def training(api: Api, name: str = "job") -> dict[str, Any]:
    return api("DescribeTrainingJob", TrainingJobName=name)


def test_training_goes_through_its_stages(api: Api) -> None:
    train(api)
    seen = []
    for seconds in (0, 59, 2, 15, 299, 2, 15):
        api.later(seconds)
        job = training(api)
        seen.append((job["TrainingJobStatus"], job["SecondaryStatus"]))
    assert seen == [
        ("InProgress", "Starting"),
        ("InProgress", "Starting"),
        ("InProgress", "Downloading"),
        ("InProgress", "Training"),
        ("InProgress", "Uploading"),
        ("InProgress", "Uploading"),
        ("Completed", "Completed"),
    ]


def test_times_and_transitions_of_a_completed_job(api: Api) -> None:
    train(api)
    created = training(api)["CreationTime"]
    assert "TrainingStartTime" not in training(api)
    api.later(1000)
    job = training(api)
    assert job["TrainingStartTime"] == pytest.approx(created + 60)
    assert job["TrainingEndTime"] == pytest.approx(created + 390)
    assert (job["TrainingTimeInSeconds"], job["BillableTimeInSeconds"]) == (330, 330)
    assert job["LastModifiedTime"] == job["TrainingEndTime"]
    moves = job["SecondaryStatusTransitions"]
    assert [move["Status"] for move in moves] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert all(a["EndTime"] == b["StartTime"] for a, b in itertools.pairwise(moves))
    assert moves[2]["StatusMessage"].endswith("Training in progress.")
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://out/models/job/output/model.tar.gz"


def test_a_stream_of_input_is_not_downloaded(api: Api) -> None:
    mode = {**TRAINING["AlgorithmSpecification"], "TrainingInputMode": "FastFile"}
    train(api, AlgorithmSpecification=mode)
    api.later(61)
    assert training(api)["SecondaryStatus"] == "Training"


def test_time_goes_as_fast_as_the_clock_says() -> None:
    api = Api(speed=10)
    train(api)
    api.later(6.1)
    assert training(api)["SecondaryStatus"] == "Downloading"
    api.later(33)
    assert training(api)["TrainingTimeInSeconds"] == 33


def test_metrics_are_what_the_log_has_told_so_far(api: Api) -> None:
    train(api)
    api.later(60)
    assert "FinalMetricDataList" not in training(api)
    values = []
    for _ in range(6):
        api.later(60)
        found = {m["MetricName"]: m["Value"] for m in training(api).get("FinalMetricDataList", ())}
        values.append(found.get("auc", 0.0))
    assert values == sorted(values)
    assert len(set(values)) > 2
    assert {m["MetricName"] for m in training(api)["FinalMetricDataList"]} == {
        "auc",
        "validation:auc",
    }


@pytest.mark.parametrize("regex", ["nothing", "(", "(a+)+$", "x (y"])
def test_an_expression_that_finds_no_number_gives_no_metric(api: Api, regex: str) -> None:
    algorithm = {
        **TRAINING["AlgorithmSpecification"],
        "MetricDefinitions": [{"Name": "m", "Regex": regex}],
    }
    train(api, AlgorithmSpecification=algorithm)
    api.later(1000)
    assert "FinalMetricDataList" not in training(api)


def test_a_stopped_job_stops_in_the_middle(api: Api) -> None:
    train(api)
    api.later(100)
    api("StopTrainingJob", TrainingJobName="job")
    assert training(api)["TrainingJobStatus"] == "Stopping"
    api.later(29)
    assert training(api)["SecondaryStatus"] == "Stopping"
    api.later(2)
    job = training(api)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert job["TrainingTimeInSeconds"] == 70
    api.later(1000)
    assert training(api) == job
    assert api.refused("StopTrainingJob", TrainingJobName="job") == (
        "ValidationException: The request was rejected because the training job is in status "
        "Stopped."
    )


def test_the_longest_run_time_ends_a_job(api: Api) -> None:
    train(api, StoppingCondition={"MaxRuntimeInSeconds": 100})
    api.later(159)
    assert training(api)["TrainingJobStatus"] == "InProgress"
    api.later(2)
    job = training(api)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert job["TrainingTimeInSeconds"] == 100


def test_a_job_that_is_asked_to_fail(api: Api) -> None:
    train(api, "job", "create_failed")
    assert "FailureReason" not in training(api)
    api.later(1000)
    job = training(api)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert job["FailureReason"].startswith("InternalServerError")
    assert job["SecondaryStatusTransitions"][-1]["Status"] == "Failed"


def test_what_create_refuses(api: Api) -> None:
    arn = train(api)
    assert api.refused("CreateTrainingJob", TrainingJobName="job", **TRAINING) == (
        "ResourceInUse: Training job names must be unique within an AWS account and region, and a "
        f"training job with this name already exists ({arn})"
    )
    both = {"TrainingImage": "image", "AlgorithmName": "xgboost", "TrainingInputMode": "File"}
    assert "exactly one" in api.refused(
        "CreateTrainingJob",
        TrainingJobName="other",
        **{**TRAINING, "AlgorithmSpecification": both},
    )
    assert "trainingJobName" in api.refused(
        "CreateTrainingJob", TrainingJobName="bad_name", **TRAINING
    )


@pytest.mark.parametrize(
    ("operation", "member", "message"),
    [
        ("DescribeTrainingJob", "TrainingJobName", "Requested resource not found."),
        ("StopTrainingJob", "TrainingJobName", "Requested resource not found."),
        ("DescribeProcessingJob", "ProcessingJobName", "Could not find requested job"),
        ("DescribeTransformJob", "TransformJobName", "Could not find requested job"),
    ],
)
def test_a_missing_job(api: Api, operation: str, member: str, message: str) -> None:
    refusal = api.refused(operation, **{member: "nothing"})
    assert refusal.startswith(f"ValidationException: {message}")


def test_only_a_job_that_is_over_can_be_deleted(api: Api) -> None:
    needs("DeleteTrainingJob")
    train(api)
    assert api.refused("DeleteTrainingJob", TrainingJobName="job").startswith("ResourceInUse")
    api.later(1000)
    api("DeleteTrainingJob", TrainingJobName="job")
    assert "not found" in api.refused("DescribeTrainingJob", TrainingJobName="job")
    train(api)
    assert training(api)["SecondaryStatus"] == "Starting"


def test_list_filters_and_sorts(api: Api) -> None:
    for name in ("b-one", "a-two", "b-three"):
        train(api, name)
        api.later(200)
    api("StopTrainingJob", TrainingJobName="b-three")

    def names(**asked: Any) -> list[str]:
        found = api("ListTrainingJobs", **asked)["TrainingJobSummaries"]
        return [job["TrainingJobName"] for job in found]

    assert names() == ["b-one", "a-two", "b-three"]
    assert names(SortBy="Name", SortOrder="Descending") == ["b-three", "b-one", "a-two"]
    assert names(NameContains="b-") == ["b-one", "b-three"]
    assert names(StatusEquals="Stopping") == ["b-three"]
    assert names(StatusEquals="Completed") == ["b-one", "a-two"]
    assert names(SortBy="Status", MaxResults=1) == ["a-two"]
    assert names(WarmPoolStatusEquals="Available") == []


def test_tags_of_a_job(api: Api) -> None:
    arn = train(api, Tags=[{"Key": "team", "Value": "churn"}])
    assert api("ListTags", ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "churn"}]


def test_profiling_changes_only_while_a_job_runs(api: Api) -> None:
    train(api)
    api("UpdateTrainingJob", TrainingJobName="job", ProfilerConfig={"S3OutputPath": "s3://p/q"})
    assert training(api)["ProfilerConfig"]["S3OutputPath"] == "s3://p/q"
    api.later(1000)
    assert "in status Completed" in api.refused(
        "UpdateTrainingJob", TrainingJobName="job", ProfilerConfig={"DisableProfiler": True}
    )


def test_processing(api: Api) -> None:
    api("CreateProcessingJob", ProcessingJobName="prep", **PROCESSING)
    job = api("DescribeProcessingJob", ProcessingJobName="prep")
    assert job["ProcessingJobStatus"] == "InProgress"
    assert "ProcessingStartTime" not in job
    api.later(61)
    assert "ProcessingStartTime" in api("DescribeProcessingJob", ProcessingJobName="prep")
    api.later(180)
    job = api("DescribeProcessingJob", ProcessingJobName="prep")
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingEndTime"] - job["ProcessingStartTime"] == pytest.approx(180)


def test_a_processing_job_that_fails_says_why(api: Api) -> None:
    api("CreateProcessingJob", "create_failed", ProcessingJobName="prep", **PROCESSING)
    api.later(1000)
    job = api("DescribeProcessingJob", ProcessingJobName="prep")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"] == job["FailureReason"]
    (summary,) = api("ListProcessingJobs", StatusEquals="Failed")["ProcessingJobSummaries"]
    assert summary["FailureReason"] == job["FailureReason"]


def test_transform_needs_its_model(api: Api) -> None:
    refusal = api.refused("CreateTransformJob", TransformJobName="score", **TRANSFORM)
    assert refusal.startswith('ValidationException: Could not find model "arn:aws:sagemaker:')
    api(
        "CreateModel",
        ModelName="churn",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image"},
    )
    api("CreateTransformJob", TransformJobName="score", **TRANSFORM)
    api.later(119)
    assert "TransformStartTime" not in api("DescribeTransformJob", TransformJobName="score")
    api.later(200)
    job = api("DescribeTransformJob", TransformJobName="score")
    assert job["TransformJobStatus"] == "Completed"
    assert job["TransformEndTime"] > job["TransformStartTime"]


def test_lines_reach_cloudwatch_logs_when_they_are_due(api: Api) -> None:
    moto = pytest.importorskip("moto")
    from moto.backends import get_backend

    assert moto
    get_backend("logs").reset()
    account = "123456789012"
    train(api)
    world = api.emulator.world
    region = world.region(account, "eu-west-1")
    backend = get_backend("logs")[account]["eu-west-1"]

    def written() -> list[str]:
        sync_logs(world, account, "eu-west-1")
        group = backend.groups.get("/aws/sagemaker/TrainingJobs")
        streams = list(group.streams.values()) if group else []
        assert all(stream.log_stream_name.startswith("job/algo-1-") for stream in streams)
        return [event.message for stream in streams for event in stream.events]

    assert written() == []
    api.later(200)
    half = written()
    assert half[0] == "The container has started."
    assert "hyperparameter depth: 6" in half
    api.later(200)
    record = region.get("TrainingJob", "job")
    assert record is not None
    whole = [text for _, text in lines(region.rooms["jobs"][record.arn])]
    assert written() == whole
    assert written() == whole
    assert half == whole[: len(half)]
    assert len(half) < len(whole)


def test_a_stopped_job_writes_no_more(api: Api) -> None:
    train(api)
    api.later(200)
    region = api.emulator.world.region("123456789012", "eu-west-1")
    record = region.get("TrainingJob", "job")
    assert record is not None
    run = region.rooms["jobs"][record.arn]
    whole = lines(run)
    before = training(api)["FinalMetricDataList"]
    api("StopTrainingJob", TrainingJobName="job")
    api.later(1000)
    assert lines(run) == [line for line in whole if line[0] <= record.created + 200 + 1]
    assert 0 < len(lines(run)) < len(whole)
    assert training(api)["FinalMetricDataList"] == before
