"""Executions of pipelines: their steps at each instant, in the order of what they need."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.engine.store import Region
from sm_onboard.demo.sagemaker.families.pipeline_executions import fail_step
from sm_onboard.demo.sagemaker.model import service as models
from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.api import ROLE, Api
from tests.demo.sagemaker.pipeline_samples import (
    condition,
    definition,
    processing,
    token,
    training,
)

PREP, TRAIN = 242, 377  # seconds that these steps take


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def region(api: Api) -> Region:
    return api.emulator.world.region("123456789012", "eu-west-1")


def begin(api: Api, text: str, *faults: str, **more: Any) -> str:
    found = [p["PipelineName"] for p in api("ListPipelines")["PipelineSummaries"]]
    if "p" not in found:
        api(
            "CreatePipeline",
            PipelineName="p",
            PipelineDefinition=text,
            RoleArn=ROLE,
            ClientRequestToken=token(),
        )
    wanted = {"PipelineName": "p", "ClientRequestToken": token(), **more}
    arn: str = api("StartPipelineExecution", *faults, **wanted)["PipelineExecutionArn"]
    return arn


def status(api: Api, arn: str) -> str:
    found = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    return str(found["PipelineExecutionStatus"])


def steps(api: Api, arn: str) -> dict[str, dict[str, Any]]:
    found = api("ListPipelineExecutionSteps", PipelineExecutionArn=arn, SortOrder="Ascending")
    return {step["StepName"]: step for step in found["PipelineExecutionSteps"]}


def states(api: Api, arn: str) -> dict[str, str]:
    return {name: step["StepStatus"] for name, step in steps(api, arn).items()}


def retry(api: Api, arn: str) -> None:
    api("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=token())


def stop(api: Api, arn: str) -> None:
    api("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=token())


CHAIN = definition(
    training("Train", HyperParameters={"data": {"Get": "Steps.Prep.ProcessingJobArn"}}),
    processing("Prep"),
)


def test_steps_run_in_the_order_of_what_they_need(api: Api) -> None:
    arn = begin(api, CHAIN)
    seen = []
    for seconds in (0, 3, PREP - 4, 2, 3, TRAIN - 6, 3):
        api.later(seconds)
        seen.append((status(api, arn), states(api, arn)))
    assert seen == [
        ("Executing", {"Prep": "Starting"}),
        ("Executing", {"Prep": "Executing"}),
        ("Executing", {"Prep": "Executing"}),
        ("Executing", {"Prep": "Succeeded", "Train": "Starting"}),
        ("Executing", {"Prep": "Succeeded", "Train": "Executing"}),
        ("Executing", {"Prep": "Succeeded", "Train": "Executing"}),
        ("Succeeded", {"Prep": "Succeeded", "Train": "Succeeded"}),
    ]


def test_times_of_steps_and_their_order(api: Api) -> None:
    arn = begin(api, CHAIN)
    api.later(10)
    assert "EndTime" not in steps(api, arn)["Prep"]
    api.later(1000)
    found = steps(api, arn)
    assert found["Prep"]["EndTime"] - found["Prep"]["StartTime"] == pytest.approx(PREP)
    assert found["Train"]["StartTime"] == found["Prep"]["EndTime"]
    there = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    assert there["LastModifiedTime"] == pytest.approx(found["Train"]["EndTime"])
    newest = api("ListPipelineExecutionSteps", PipelineExecutionArn=arn, MaxResults=1)
    assert [s["StepName"] for s in newest["PipelineExecutionSteps"]] == ["Train"]
    rest = api(
        "ListPipelineExecutionSteps",
        PipelineExecutionArn=arn,
        MaxResults=1,
        NextToken=newest["NextToken"],
    )
    assert [s["StepName"] for s in rest["PipelineExecutionSteps"]] == ["Prep"]
    assert "NextToken" not in rest


def test_the_job_of_a_step_is_there_and_keeps_pace_with_it(api: Api) -> None:
    arn = begin(api, CHAIN)
    assert "Metadata" not in steps(api, arn)["Prep"]
    assert api("ListTrainingJobs")["TrainingJobSummaries"] == []
    api.later(PREP + 10)
    prep, train = steps(api, arn)["Prep"], steps(api, arn)["Train"]
    name = train["Metadata"]["TrainingJob"]["Arn"].split("/")[-1]
    assert name.startswith(f"pipelines-{arn.split('/')[-1]}-Train-")
    job = api("DescribeTrainingJob", TrainingJobName=name)
    assert job["TrainingJobStatus"] == "InProgress"
    assert job["HyperParameters"]["data"] == prep["Metadata"]["ProcessingJob"]["Arn"]
    api.later(TRAIN)
    job = api("DescribeTrainingJob", TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Completed"
    assert job["TrainingEndTime"] == pytest.approx(steps(api, arn)["Train"]["EndTime"])


def test_nobody_has_to_look_in_between(api: Api) -> None:
    arn = begin(api, CHAIN)
    began = api.emulator.world.clock.now()
    api.later(10_000)
    (job,) = api("ListTrainingJobs")["TrainingJobSummaries"]
    assert job["CreationTime"] == pytest.approx(began + PREP + 2, abs=1)
    assert job["TrainingJobStatus"] == "Completed"
    assert status(api, arn) == "Succeeded"


def test_all_is_over_at_once_when_the_clock_is_infinitely_fast() -> None:
    api = Api(math.inf)
    arn = begin(api, CHAIN)
    assert status(api, arn) == "Succeeded"
    assert "Arn" in steps(api, arn)["Train"]["Metadata"]["TrainingJob"]
    assert len(api("ListTrainingJobs")["TrainingJobSummaries"]) == 1


def test_parallelism(api: Api) -> None:
    text = definition(*(processing(f"S{number}") for number in range(3)))
    free = begin(api, text)
    narrow = begin(api, text, ParallelismConfiguration={"MaxParallelExecutionSteps": 2})
    assert list(states(api, free)) == ["S0", "S1", "S2"]
    assert list(states(api, narrow)) == ["S0", "S1"]
    api.later(PREP + 1)
    assert states(api, narrow) == {"S0": "Succeeded", "S1": "Succeeded", "S2": "Starting"}
    assert (status(api, free), status(api, narrow)) == ("Succeeded", "Executing")
    there = api("DescribePipelineExecution", PipelineExecutionArn=narrow)
    assert there["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}


def test_what_needs_a_failed_step_does_not_begin(api: Api) -> None:
    text = definition(processing("A"), training("B", "A"), training("Beside"))
    arn = begin(api, text)
    fail_step(region(api), arn, "A", "AlgorithmError: no rows")
    api.later(62 + 90 + 1)
    found = steps(api, arn)
    assert (found["A"]["StepStatus"], found["A"]["FailureReason"]) == (
        "Failed",
        "AlgorithmError: no rows",
    )
    assert (status(api, arn), found["Beside"]["StepStatus"]) == ("Executing", "Executing")
    job = api(
        "DescribeProcessingJob",
        ProcessingJobName=found["A"]["Metadata"]["ProcessingJob"]["Arn"].split("/")[-1],
    )
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == (
        "Failed",
        "AlgorithmError: no rows",
    )
    api.later(TRAIN)
    assert states(api, arn) == {"A": "Failed", "Beside": "Succeeded"}
    there = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    assert there["PipelineExecutionStatus"] == "Failed"
    assert there["FailureReason"] == "Step failure: One or multiple steps failed."
    (summary,) = api("ListPipelineExecutions", PipelineName="p")["PipelineExecutionSummaries"]
    assert summary["PipelineExecutionFailureReason"] == there["FailureReason"]


def test_a_running_step_fails_at_once(api: Api) -> None:
    arn = begin(api, definition(training("Train")))
    api.later(100)
    fail_step(region(api), arn, "Train", "InternalServerError")
    assert (status(api, arn), states(api, arn)) == ("Failed", {"Train": "Failed"})
    (job,) = api("ListTrainingJobs")["TrainingJobSummaries"]
    assert job["TrainingJobStatus"] == "Failed"


def test_create_failed_fails_the_first_step(api: Api) -> None:
    arn = begin(api, CHAIN, "create_failed")
    api.later(1000)
    assert states(api, arn) == {"Prep": "Failed"}


def test_arguments_that_the_service_refuses_fail_the_step(api: Api) -> None:
    text = definition(
        training("Train", RoleArn={"Get": "Parameters.Role"}),
        parameters=[{"Name": "Role", "Type": "String"}],
    )
    arn = begin(api, text, PipelineParameters=[{"Name": "Role", "Value": "nobody-that-there-is"}])
    api.later(10)
    assert steps(api, arn)["Train"]["FailureReason"].startswith(
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: 1 validation"
    )
    assert api("ListTrainingJobs")["TrainingJobSummaries"] == []


def test_a_job_that_runs_too_long_fails_its_step(api: Api) -> None:
    text = definition(training("Train", StoppingCondition={"MaxRuntimeInSeconds": 30}))
    arn = begin(api, text)
    api.later(2 + 60 + 30 + 1)
    assert "MaxRuntimeExceeded" in steps(api, arn)["Train"]["FailureReason"]
    (job,) = api("ListTrainingJobs")["TrainingJobSummaries"]
    there = api("DescribeTrainingJob", TrainingJobName=job["TrainingJobName"])
    assert there["SecondaryStatus"] == "MaxRuntimeExceeded"


def test_a_step_whose_job_is_stopped_fails(api: Api) -> None:
    arn = begin(api, definition(training("Train")))
    api.later(100)
    (job,) = api("ListTrainingJobs")["TrainingJobSummaries"]
    api("StopTrainingJob", TrainingJobName=job["TrainingJobName"])
    assert states(api, arn) == {"Train": "Executing"}
    api.later(31)
    assert (status(api, arn), states(api, arn)) == ("Failed", {"Train": "Failed"})


def test_stopping_in_the_middle_and_trying_again(api: Api) -> None:
    arn = begin(api, CHAIN)
    api.later(PREP + 100)
    stop(api, arn)
    stop(api, arn)
    assert (status(api, arn), states(api, arn)) == (
        "Stopping",
        {"Prep": "Succeeded", "Train": "Stopping"},
    )
    (job,) = api("ListTrainingJobs")["TrainingJobSummaries"]
    assert job["TrainingJobStatus"] == "Stopping"
    assert "in status Stopping" in api.refused(
        "RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=token()
    )
    api.later(31)
    assert (status(api, arn), states(api, arn)["Train"]) == ("Stopped", "Stopped")
    api.later(1000)
    assert status(api, arn) == "Stopped"
    before = steps(api, arn)["Prep"]
    retry(api, arn)
    assert (status(api, arn), states(api, arn)) == (
        "Executing",
        {"Prep": "Succeeded", "Train": "Starting"},
    )
    api.later(TRAIN + 1)
    found = steps(api, arn)
    assert status(api, arn) == "Succeeded"
    assert found["Prep"] == before
    assert [found[name]["AttemptCount"] for name in ("Prep", "Train")] == [1, 2]
    jobs = api("ListTrainingJobs")["TrainingJobSummaries"]
    assert [job["TrainingJobStatus"] for job in jobs] == ["Stopped", "Completed"]
    assert found["Train"]["Metadata"]["TrainingJob"]["Arn"] == jobs[1]["TrainingJobArn"]


def test_stopped_before_a_job_begins(api: Api) -> None:
    arn = begin(api, CHAIN)
    api.later(1)
    stop(api, arn)
    api.later(1000)
    assert states(api, arn) == {"Prep": "Stopped"}
    assert api("ListProcessingJobs")["ProcessingJobSummaries"] == []


def test_a_failed_execution_can_be_tried_again(api: Api) -> None:
    arn = begin(api, CHAIN)
    fail_step(region(api), arn, "Train", "CapacityError")
    api.later(1000)
    assert status(api, arn) == "Failed"
    retry(api, arn)
    there = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    assert "FailureReason" not in there
    api.later(1000)
    assert status(api, arn) == "Succeeded"
    for operation in ("RetryPipelineExecution", "StopPipelineExecution"):
        assert "in status Succeeded" in api.refused(
            operation, PipelineExecutionArn=arn, ClientRequestToken=token()
        )


def test_the_same_token_begins_one_execution(api: Api) -> None:
    same = token()
    assert begin(api, CHAIN, ClientRequestToken=same) == begin(api, CHAIN, ClientRequestToken=same)
    refusal = api.refused(
        "StartPipelineExecution",
        PipelineName="p",
        ClientRequestToken=same,
        PipelineExecutionDisplayName="other",
    )
    assert "ClientRequestToken" in refusal
    found = api("ListPipelineExecutions", PipelineName="p")["PipelineExecutionSummaries"]
    assert len(found) == 1


def test_list_executions(api: Api) -> None:
    arns = []
    for number in range(3):
        arns.append(begin(api, CHAIN, PipelineExecutionDisplayName=f"run-{number}"))
        api.later(10)

    def names(**asked: Any) -> list[str]:
        found = api("ListPipelineExecutions", PipelineName="p", **asked)
        return [e["PipelineExecutionDisplayName"] for e in found["PipelineExecutionSummaries"]]

    assert names() == ["run-2", "run-1", "run-0"]
    assert names(SortOrder="Ascending", MaxResults=2) == ["run-0", "run-1"]
    middle = api("DescribePipelineExecution", PipelineExecutionArn=arns[1])["CreationTime"]
    assert names(CreatedAfter=middle) == ["run-2"]
    (first, *_) = api("ListPipelineExecutions", PipelineName="p")["PipelineExecutionSummaries"]
    assert first["PipelineExecutionStatus"] == "Executing"
    last = api("DescribePipeline", PipelineName="p")["LastRunTime"]
    assert last == first["StartTime"]


def test_an_execution_keeps_its_definition(api: Api) -> None:
    needs("StartPipelineExecution", "PipelineVersionId")
    arn = begin(api, CHAIN)
    other = definition(processing("Only"))
    api("UpdatePipeline", PipelineName="p", PipelineDefinition=other)
    api.later(1000)
    assert list(states(api, arn)) == ["Prep", "Train"]
    text = api("DescribePipelineDefinitionForExecution", PipelineExecutionArn=arn)
    assert text["PipelineDefinition"] == CHAIN
    new = begin(api, other)
    assert list(states(api, new)) == ["Only"]
    old = begin(api, other, PipelineVersionId=1)
    assert list(states(api, old)) == ["Prep"]
    there = api("DescribePipelineExecution", PipelineExecutionArn=old)
    assert there["PipelineVersionId"] == 1


def test_an_execution_can_be_renamed(api: Api) -> None:
    arn = begin(api, CHAIN)
    api(
        "UpdatePipelineExecution",
        PipelineExecutionArn=arn,
        PipelineExecutionDisplayName="nightly",
        PipelineExecutionDescription="with all rows",
    )
    there = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    assert there["PipelineExecutionDisplayName"] == "nightly"
    assert there["PipelineExecutionDescription"] == "with all rows"


PARAMETERS = [
    {"Name": "Rows", "Type": "Integer", "DefaultValue": 10},
    {"Name": "Rate", "Type": "Float", "DefaultValue": 0.5},
    {"Name": "Dry", "Type": "Boolean", "DefaultValue": False},
    {"Name": "Mode", "Type": "String", "DefaultValue": "fast", "EnumValues": ["fast", "full"]},
    {"Name": "Name", "Type": "String"},
]


def test_parameters_and_their_defaults(api: Api) -> None:
    text = definition(processing("Prep"), parameters=PARAMETERS)
    given = [{"Name": "Name", "Value": "eve"}, {"Name": "Dry", "Value": "True"}]
    arn = begin(api, text, PipelineParameters=given)
    found = api("ListPipelineParametersForExecution", PipelineExecutionArn=arn, MaxResults=3)
    rest = api(
        "ListPipelineParametersForExecution",
        PipelineExecutionArn=arn,
        MaxResults=3,
        NextToken=found["NextToken"],
    )
    values = {
        entry["Name"]: entry["Value"]
        for entry in [*found["PipelineParameters"], *rest["PipelineParameters"]]
    }
    assert values == {"Rows": "10", "Rate": "0.5", "Dry": "true", "Mode": "fast", "Name": "eve"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Parameter [Name] has no default"),
        ({"Name": "x", "Rowz": "1"}, "no parameters [Rowz]"),
        ({"Name": "x", "Rows": "1.5"}, "[Rows] is not of type Integer"),
        ({"Name": "x", "Rate": "much"}, "[Rate] is not of type Float"),
        ({"Name": "x", "Rate": "nan"}, "[Rate] is not of type Float"),
        ({"Name": "x", "Dry": "yes"}, "[Dry] is not of type Boolean"),
        ({"Name": "x", "Mode": "slow"}, "[Mode] has to be one of [fast, full]"),
        ({"Name": ""}, "is too short"),
    ],
)
def test_parameters_that_are_refused(api: Api, given: dict[str, str], words: str) -> None:
    begin(
        api,
        definition(processing("Prep"), parameters=PARAMETERS),
        PipelineParameters=[{"Name": "Name", "Value": "x"}],
    )
    refusal = api.refused(
        "StartPipelineExecution",
        PipelineName="p",
        ClientRequestToken=token(),
        PipelineParameters=[{"Name": name, "Value": value} for name, value in given.items()],
    )
    assert refusal.startswith("ValidationException")
    assert words in refusal
    found = api("ListPipelineExecutions", PipelineName="p")["PipelineExecutionSummaries"]
    assert len(found) == 1


def test_the_experiment_of_an_execution(api: Api) -> None:
    config = {
        "ExperimentName": {"Get": "Execution.PipelineName"},
        "TrialName": {"Get": "Execution.PipelineExecutionId"},
    }
    arn = begin(api, definition(processing("Prep"), PipelineExperimentConfig=config))
    there = api("DescribePipelineExecution", PipelineExecutionArn=arn)
    assert there["PipelineExperimentConfig"] == {
        "ExperimentName": "p",
        "TrialName": arn.split("/")[-1],
    }


def test_no_such_execution(api: Api) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/nothing"
    for operation in ("DescribePipelineExecution", "ListPipelineExecutionSteps"):
        assert api.refused(operation, PipelineExecutionArn=arn).startswith("ResourceNotFound")


def test_only_selected_steps(api: Api) -> None:
    source = begin(api, CHAIN)
    select: dict[str, Any] = {"SelectedSteps": [{"StepName": "Train"}]}
    refusal = api.refused(
        "StartPipelineExecution",
        PipelineName="p",
        ClientRequestToken=token(),
        SelectiveExecutionConfig=select,
    )
    assert refusal.endswith(
        "Invalid SourcePipelineExecutionArn: null. The selected steps [Train] have dependencies on "
        "[Prep]"
    )
    api.later(1000)
    select["SourcePipelineExecutionArn"] = source
    arn = begin(api, CHAIN, SelectiveExecutionConfig=select)
    found = steps(api, arn)
    assert found["Prep"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}
    assert found["Prep"]["Metadata"] == steps(api, source)["Prep"]["Metadata"]
    assert found["Train"]["StepStatus"] == "Starting"
    api.later(1000)
    assert status(api, arn) == "Succeeded"
    assert len(api("ListProcessingJobs")["ProcessingJobSummaries"]) == 1
    assert len(api("ListTrainingJobs")["TrainingJobSummaries"]) == 2


def test_all_answers_name_only_statuses_that_the_model_has(api: Api) -> None:
    model = models.operation("sagemaker", "ListPipelineExecutionSteps")
    assert model is not None
    shape = model.output_shape.members["PipelineExecutionSteps"].member
    assert set(shape.members["StepStatus"].enum) >= {
        "Starting",
        "Executing",
        "Stopping",
        "Stopped",
        "Failed",
        "Succeeded",
    }


def test_a_condition_within_a_condition(api: Api) -> None:
    low = {"Type": "LessThan", "LeftValue": {"Get": "Parameters.X"}, "RightValue": 10}
    lower = {"Type": "LessThan", "LeftValue": {"Get": "Parameters.X"}, "RightValue": 5}
    inner = condition("Inner", [lower], [processing("Small")], [processing("Middle")])
    outer = condition("Outer", [low], [inner], [processing("Big")])
    text = definition(outer, parameters=[{"Name": "X", "Type": "Integer"}])
    found = {}
    for value in ("1", "7", "12"):
        arn = begin(api, text, PipelineParameters=[{"Name": "X", "Value": value}])
        api.later(1000)
        found[value] = list(states(api, arn))
    assert found == {
        "1": ["Outer", "Inner", "Small"],
        "7": ["Outer", "Inner", "Middle"],
        "12": ["Outer", "Big"],
    }
