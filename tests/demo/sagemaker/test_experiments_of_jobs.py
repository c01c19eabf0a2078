"""The trial components that SageMaker makes for jobs."""

from __future__ import annotations

from typing import Any

import pytest

from .api import ROLE, Api

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1"


def train(api: Api, name: str = "Job-1", **more: Any) -> None:
    api(
        "CreateTrainingJob",
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "val:auc", "Regex": "auc=([0-9.]+)"}],
        },
        HyperParameters={"lr": "0.3", "booster": '"gbtree"', "weight": "nan"},
        InputDataConfig=[
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://acme/train"}
                },
            }
        ],
        OutputDataConfig={"S3OutputPath": "s3://acme/models/"},
        ResourceConfig={
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 30,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        **more,
    )


def component(api: Api, name: str = "job-1-aws-training-job") -> dict[str, Any]:
    return api("DescribeTrialComponent", TrialComponentName=name)


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def test_what_it_says_of_a_training_job(api: Api) -> None:
    train(api)
    found = component(api)
    assert found["Parameters"] == {
        "lr": {"NumberValue": 0.3},
        "booster": {"StringValue": '"gbtree"'},
        "weight": {"StringValue": "nan"},
        "SageMaker.InstanceType": {"StringValue": "ml.m5.xlarge"},
        "SageMaker.InstanceCount": {"NumberValue": 2},
        "SageMaker.VolumeSizeInGB": {"NumberValue": 30},
    }
    assert found["InputArtifacts"] == {
        "SageMaker.ImageUri": {"Value": IMAGE},
        "train": {"Value": "s3://acme/train"},
    }
    assert found["OutputArtifacts"] == {
        "SageMaker.ModelArtifact": {"Value": "s3://acme/models/Job-1/output/model.tar.gz"}
    }
    job = api("DescribeTrainingJob", TrainingJobName="Job-1")
    assert found["Source"]["SourceArn"] == job["TrainingJobArn"]
    assert found["Source"]["SourceType"] == "SageMakerTrainingJob"
    listed = api("ListTrialComponents", SourceArn=job["TrainingJobArn"])
    assert [s["TrialComponentName"] for s in listed["TrialComponentSummaries"]] == [
        "job-1-aws-training-job"
    ]


def test_status_and_metrics_follow_the_job(api: Api) -> None:
    train(api)
    assert component(api)["Status"]["PrimaryStatus"] == "InProgress"
    assert component(api)["Metrics"] == []
    api.later(24 * 3600)
    found = component(api)
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert found["StartTime"] < found["EndTime"]
    (metric,) = found["Metrics"]
    (final,) = api("DescribeTrainingJob", TrainingJobName="Job-1")["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Last"]) == ("val:auc", final["Value"])
    assert metric["Count"] > 1
    assert metric["Min"] < metric["Last"]
    again = component(api)["Metrics"]
    assert again == [metric]


def test_it_is_put_in_the_trial_that_the_job_names(api: Api) -> None:
    api("CreateExperiment", ExperimentName="Churn")
    api("CreateTrial", TrialName="Boost", ExperimentName="Churn")
    train(
        api,
        ExperimentConfig={
            "ExperimentName": "churn",
            "TrialName": "boost",
            "TrialComponentDisplayName": "Training",
            "RunName": "first",
        },
    )
    (hit,) = api("Search", Resource="ExperimentTrialComponent")["Results"]
    found = hit["TrialComponent"]
    assert found["Parents"] == [{"TrialName": "Boost", "ExperimentName": "Churn"}]
    assert (found["DisplayName"], found["RunName"]) == ("Training", "first")
    assert found["SourceDetail"]["TrainingJob"]["TrainingJobName"] == "Job-1"


def test_an_experiment_alone_gets_a_new_trial(api: Api) -> None:
    api("CreateExperiment", ExperimentName="Churn")
    train(api, ExperimentConfig={"ExperimentName": "Churn"})
    (trial,) = api("ListTrials", ExperimentName="Churn")["TrialSummaries"]
    (inside,) = api("ListTrialComponents", TrialName=trial["TrialName"])["TrialComponentSummaries"]
    assert inside["TrialComponentName"] == "job-1-aws-training-job"


def test_a_trial_that_is_missing_stops_the_job_from_being_made(api: Api) -> None:
    with pytest.raises(Exception, match="Trial \\[none\\] does not exist"):
        train(api, ExperimentConfig={"TrialName": "none"})
    assert api("ListTrainingJobs")["TrainingJobSummaries"] == []
    assert api("ListTrialComponents")["TrialComponentSummaries"] == []


def test_processing_and_transform_jobs_have_theirs(api: Api) -> None:
    api(
        "CreateProcessingJob",
        ProcessingJobName="prep",
        RoleArn=ROLE,
        AppSpecification={"ImageUri": IMAGE},
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 10,
            }
        },
        ProcessingInputs=[
            {
                "InputName": "raw",
                "S3Input": {
                    "S3Uri": "s3://acme/raw",
                    "LocalPath": "/opt/ml/processing/in",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "clean",
                    "S3Output": {
                        "S3Uri": "s3://acme/clean",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    )
    api.later(24 * 3600)
    found = component(api, "prep-aws-processing-job")
    assert found["InputArtifacts"]["raw"] == {"Value": "s3://acme/raw"}
    assert found["OutputArtifacts"] == {"clean": {"Value": "s3://acme/clean"}}
    assert found["Status"] == {
        "PrimaryStatus": "Completed",
        "Message": "Status: Completed, exit message: null, failure reason: null",
    }
