"""Kinds of steps: conditions, callbacks, failures, what is cached, what is made."""

from __future__ import annotations

from typing import Any

import pytest

from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.pipelines.cache import seconds
from sm_onboard.demo.sagemaker.pipelines.expressions import UNKNOWN, holds, resolve
from tests.demo.sagemaker.api import ROLE, Api
from tests.demo.sagemaker.pipeline_samples import (
    condition,
    definition,
    processing,
    token,
    training,
)
from tests.demo.sagemaker.test_pipeline_executions import begin, states, status, steps, stop


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def look(reference: str) -> Any:
    return {"Parameters.Five": 5, "Parameters.Word": "word"}.get(reference, UNKNOWN)


FIVE, WORD, GONE = {"Get": "Parameters.Five"}, {"Get": "Parameters.Word"}, {"Get": "Steps.A.x"}


@pytest.mark.parametrize(
    ("type_", "left", "right", "outcome"),
    [
        ("Equals", FIVE, 5, True),
        ("Equals", WORD, "other", False),
        ("NotEquals", WORD, "other", True),
        ("GreaterThan", FIVE, 5, False),
        ("GreaterThanOrEqualTo", FIVE, 5, True),
        ("LessThan", 4.5, FIVE, True),
        ("LessThanOrEqualTo", FIVE, 4.9, False),
        ("LessThan", WORD, 5, False),
        ("Equals", GONE, 5, None),
    ],
)
def test_comparisons(type_: str, left: Any, right: Any, outcome: bool | None) -> None:
    assert holds({"Type": type_, "LeftValue": left, "RightValue": right}, look) is outcome


def test_conditions_of_conditions() -> None:
    yes = {"Type": "Equals", "LeftValue": FIVE, "RightValue": 5}
    no = {"Type": "Not", "Expression": yes}
    unknown = {"Type": "Equals", "LeftValue": GONE, "RightValue": 5}
    assert holds(no, look) is False
    assert holds({"Type": "Or", "Conditions": [no, yes]}, look) is True
    assert holds({"Type": "Or", "Conditions": [no, no]}, look) is False
    assert holds({"Type": "Or", "Conditions": [no, unknown]}, look) is None
    assert holds({"Type": "In", "QueryValue": FIVE, "Values": [4, 5]}, look) is True
    assert holds({"Type": "In", "Value": WORD, "In": ["a"]}, look) is False


def test_functions() -> None:
    join = {"Std:Join": {"On": "/", "Values": ["a", WORD, FIVE]}}
    assert resolve({"x": [join]}, look) == {"x": ["a/word/5"]}
    assert resolve({"Std:JsonGet": {"PropertyFile": GONE, "Path": "a.b"}}, look) is UNKNOWN


def test_the_outcome_of_a_condition_is_shown_when_it_is_known(api: Api) -> None:
    high = {"Type": "GreaterThan", "LeftValue": {"Get": "Parameters.X"}, "RightValue": 3}
    text = definition(
        condition("Check", [high], [processing("Yes")], [processing("No")]),
        parameters=[{"Name": "X", "Type": "Integer"}],
    )
    arn = begin(api, text, PipelineParameters=[{"Name": "X", "Value": "2"}])
    api.later(2.5)
    assert "Metadata" not in steps(api, arn)["Check"]
    api.later(1)
    assert steps(api, arn)["Check"]["Metadata"] == {"Condition": {"Outcome": "False"}}
    assert list(states(api, arn)) == ["Check", "No"]


@pytest.mark.parametrize(("least", "outcome"), [(0.5, "True"), (0.99, "False")])
def test_a_condition_reads_the_metric_of_a_job(api: Api, least: float, outcome: str) -> None:
    algorithm = {
        "TrainingImage": "image",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "auc", "Regex": "auc=([0-9.]+)"}],
    }
    value = {"Get": "Steps.Train.FinalMetricDataList['auc'].Value"}
    good = {"Type": "GreaterThan", "LeftValue": value, "RightValue": least}
    text = definition(
        training("Train", AlgorithmSpecification=algorithm),
        condition("Check", [good], [processing("Yes")], [processing("No")], "Train"),
    )
    arn = begin(api, text)
    api.later(1000)
    assert steps(api, arn)["Check"]["Metadata"] == {"Condition": {"Outcome": outcome}}
    assert ("Yes" in states(api, arn)) is (outcome == "True")
    assert ("No" in states(api, arn)) is (outcome == "False")


def test_a_step_that_fails_on_purpose(api: Api) -> None:
    message = {"Std:Join": {"On": " ", "Values": ["only", {"Get": "Parameters.X"}, "rows"]}}
    text = definition(
        {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": message}},
        parameters=[{"Name": "X", "Type": "Integer", "DefaultValue": 3}],
    )
    arn = begin(api, text)
    api.later(5)
    found = steps(api, arn)["Stop"]
    assert (found["StepStatus"], found["FailureReason"]) == ("Failed", "only 3 rows")
    assert found["Metadata"] == {"Fail": {"ErrorMessage": "only 3 rows"}}
    assert status(api, arn) == "Failed"


def test_after_a_failure_what_runs_comes_to_its_end_and_nothing_begins(api: Api) -> None:
    fails = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}
    arn = begin(api, definition(fails, processing("Prep"), processing("Next", "Prep")))
    api.later(5)
    assert status(api, arn) == "Executing"
    assert states(api, arn) == {"Stop": "Failed", "Prep": "Executing"}
    api.later(240)
    assert status(api, arn) == "Failed"
    assert states(api, arn) == {"Stop": "Failed", "Prep": "Succeeded"}


def test_what_is_almost_done_takes_no_longer_because_it_is_stopped(api: Api) -> None:
    arn = begin(api, definition(processing("Prep")))  # 242 s
    api.later(235)
    stop(api, arn)
    api.later(4)
    assert states(api, arn) == {"Prep": "Stopping"}
    api.later(5)
    assert states(api, arn) == {"Prep": "Stopped"}


CALLBACK = definition(
    {
        "Name": "Ask",
        "Type": "Callback",
        "SqsQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/ask",
        "Arguments": {},
    },
    processing("After", "Ask"),
)


def test_a_callback_waits_to_be_answered(api: Api) -> None:
    arn = begin(api, CALLBACK)
    api.later(100_000)
    assert (status(api, arn), states(api, arn)) == ("Executing", {"Ask": "Executing"})
    known = steps(api, arn)["Ask"]["Metadata"]["Callback"]
    assert known["SqsQueueUrl"].endswith("/ask")
    answered = api("SendPipelineExecutionStepSuccess", CallbackToken=known["CallbackToken"])
    assert answered == {"PipelineExecutionArn": arn}
    assert states(api, arn) == {"Ask": "Succeeded", "After": "Starting"}
    assert "does not wait" in api.refused(
        "SendPipelineExecutionStepFailure", CallbackToken=known["CallbackToken"]
    )
    assert api.refused("SendPipelineExecutionStepSuccess", CallbackToken="0123456789").startswith(
        "ResourceNotFound"
    )


def test_a_callback_that_fails(api: Api) -> None:
    arn = begin(api, CALLBACK)
    api.later(10)
    answer = steps(api, arn)["Ask"]["Metadata"]["Callback"]["CallbackToken"]
    api("SendPipelineExecutionStepFailure", CallbackToken=answer, FailureReason="nobody knows")
    assert steps(api, arn)["Ask"]["FailureReason"] == "nobody knows"
    assert status(api, arn) == "Failed"


def test_a_stopping_execution_waits_for_its_callback(api: Api) -> None:
    arn = begin(api, CALLBACK)
    api.later(10)
    stop(api, arn)
    api.later(100_000)
    assert (status(api, arn), states(api, arn)) == ("Stopping", {"Ask": "Stopping"})
    answer = steps(api, arn)["Ask"]["Metadata"]["Callback"]["CallbackToken"]
    api("SendPipelineExecutionStepSuccess", CallbackToken=answer)
    assert (status(api, arn), states(api, arn)) == ("Stopped", {"Ask": "Stopped"})


def test_a_lambda_function_cannot_be_stopped(api: Api) -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:tell"
    text = definition({"Name": "Tell", "Type": "Lambda", "FunctionArn": function, "Arguments": {}})
    arn = begin(api, text)
    api.later(5)
    stop(api, arn)
    assert steps(api, arn)["Tell"]["Metadata"] == {"Lambda": {"Arn": function}}
    api.later(6)
    assert status(api, arn) == "Stopping"
    api.later(2)
    assert (status(api, arn), states(api, arn)) == ("Stopped", {"Tell": "Succeeded"})


def cached(expires: str = "PT1H") -> str:
    config = {"Enabled": True, "ExpireAfter": expires}
    reads = {"data": {"Get": "Steps.Prep.ProcessingJobArn"}, "x": {"Get": "Parameters.X"}}
    return definition(
        processing("Prep", CacheConfig=config),
        {**training("Train", HyperParameters=reads), "CacheConfig": config},
        parameters=[{"Name": "X", "Type": "String", "DefaultValue": "1"}],
    )


def test_what_ran_before_is_not_run_again(api: Api) -> None:
    first = begin(api, cached())
    api.later(1000)
    second = begin(api, cached())
    api.later(5)
    found = steps(api, second)
    assert states(api, second) == {"Prep": "Succeeded", "Train": "Succeeded"}
    hit = {"SourcePipelineExecutionArn": first}
    assert [found[name]["CacheHitResult"] for name in ("Prep", "Train")] == [hit, hit]
    assert found["Train"]["Metadata"] == steps(api, first)["Train"]["Metadata"]
    assert len(api("ListTrainingJobs")["TrainingJobSummaries"]) == 1


def test_other_arguments_are_not_in_the_cache(api: Api) -> None:
    begin(api, cached())
    api.later(1000)
    arn = begin(api, cached(), PipelineParameters=[{"Name": "X", "Value": "2"}])
    api.later(5)
    assert states(api, arn) == {"Prep": "Succeeded", "Train": "Executing"}
    assert "CacheHitResult" not in steps(api, arn)["Train"]


def test_another_instance_takes_the_result_from_the_cache(api: Api) -> None:
    begin(api, cached())
    api.later(1000)
    bigger = cached().replace("ml.m5.large", "ml.m5.xlarge")
    assert bigger != cached()
    api("UpdatePipeline", PipelineName="p", PipelineDefinition=bigger)
    arn = begin(api, bigger)
    api.later(5)
    assert states(api, arn) == {"Prep": "Succeeded", "Train": "Succeeded"}


def test_the_cache_expires(api: Api) -> None:
    begin(api, cached("PT20M"))
    api.later(242 + 1201)
    arn = begin(api, cached("PT20M"))
    assert states(api, arn) == {"Prep": "Starting"}


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("P30d", 2592000),
        ("PT1H", 3600),
        ("30d", 2592000),
        ("T16m", 960),
        ("30dT5h", 2610000),
        ("P1DT30M", 88200),
        ("soon", 2592000),
    ],
)
def test_durations(text: str, long: float) -> None:
    assert seconds(text) == long


def test_a_model_and_an_endpoint_are_made(api: Api) -> None:
    image = {
        "Image": "image",
        "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
    }
    variant = {
        "VariantName": "all",
        "ModelName": {"Get": "Steps.Create.ModelName"},
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    text = definition(
        training("Train"),
        {
            "Name": "Create",
            "Type": "Model",
            "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": image},
        },
        {
            "Name": "Config",
            "Type": "EndpointConfig",
            "Arguments": {"EndpointConfigName": "live", "ProductionVariants": [variant]},
        },
        {
            "Name": "Deploy",
            "Type": "Endpoint",
            "DependsOn": ["Config"],
            "Arguments": {"EndpointName": "live", "EndpointConfigName": "live"},
        },
    )
    arn = begin(api, text)
    api.later(377 + 2 * 7 + 100)
    assert status(api, arn) == "Executing"
    assert api("DescribeEndpoint", EndpointName="live")["EndpointStatus"] == "Creating"
    api.later(200)
    assert status(api, arn) == "Succeeded"
    assert api("DescribeEndpoint", EndpointName="live")["EndpointStatus"] == "InService"
    found = steps(api, arn)
    name = found["Create"]["Metadata"]["Model"]["Arn"].split("/")[-1]
    model = api("DescribeModel", ModelName=name)
    job = found["Train"]["Metadata"]["TrainingJob"]["Arn"].split("/")[-1]
    expected = f"s3://out/{job}/output/model.tar.gz"
    assert model["PrimaryContainer"]["ModelDataUrl"] == expected
    config = api("DescribeEndpointConfig", EndpointConfigName="live")
    assert config["ProductionVariants"][0]["ModelName"] == name
    known = models.service("sagemaker").shape_for("PipelineExecutionStepMetadata").members
    if "Endpoint" in known:  # an old botocore has no such member
        assert found["Deploy"]["Metadata"]["Endpoint"]["Arn"].endswith("endpoint/live")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("QualityCheck", "QualityCheck"), ("ClarifyCheck", "ClarifyCheck")],
)
def test_checks_are_processing_jobs(api: Api, type_: str, kind: str) -> None:
    arn = begin(api, definition({**processing("Check"), "Type": type_}))
    api.later(1000)
    job = steps(api, arn)["Check"]["Metadata"][kind]["CheckJobArn"]
    (there,) = api("ListProcessingJobs")["ProcessingJobSummaries"]
    assert there["ProcessingJobArn"] == job


@pytest.mark.parametrize(
    ("type_", "kind", "part"),
    [
        ("Tuning", "TuningJob", "hyper-parameter-tuning-job/"),
        ("AutoML", "AutoMLJob", "automl-job/"),
        ("RegisterModel", "RegisterModel", "model-package/churn/1"),
    ],
)
def test_what_other_services_would_make_has_an_arn(
    api: Api, type_: str, kind: str, part: str
) -> None:
    arguments = {"ModelPackageGroupName": "churn"}
    arn = begin(api, definition({"Name": "Do", "Type": type_, "Arguments": arguments}))
    api.later(1000)
    assert part in steps(api, arn)["Do"]["Metadata"][kind]["Arn"]


def test_the_display_name_of_a_step(api: Api) -> None:
    step = {**processing("Prep"), "DisplayName": "Prepare", "Description": "Rows to columns"}
    arn = begin(api, definition(step))
    found = steps(api, arn)["Prep"]
    assert (found["StepDisplayName"], found["StepDescription"]) == ("Prepare", "Rows to columns")
    assert token() != token()
