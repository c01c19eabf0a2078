"""The sample organization: what it promises is there, as the service would answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.families.jobs import run_of
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.organization import fill, people
from sm_onboard.demo.sagemaker.organization.past import DAY

from .absent import needs
from .api import Api

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def api() -> Api:
    """An emulator with the organization. Tests only look at it."""
    api = Api(speed=1.0, region=REGION)
    fill(api.emulator, REGION)
    return api


def region_of(api: Api) -> Region:
    return api.emulator.world.region(ACCOUNT, api.region)


def statuses(api: Api, family: str) -> Counter[str]:
    region = region_of(api)
    return Counter(record.status(region.now()) for record in region.all(family))


def pages(api: Api, operation: str, **asked: Any) -> Iterator[dict[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        page = api(operation, **asked, **token)
        yield from next(value for value in page.values() if isinstance(value, list))
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def domains_of(api: Api) -> dict[str, str]:
    return {entry["DomainName"]: entry["DomainId"] for entry in pages(api, "ListDomains")}


def apps_of(api: Api) -> dict[str, dict[str, Any]]:
    return {
        entry.get("SpaceName") or f"{entry['UserProfileName']} {entry['AppType']}": entry
        for entry in pages(api, "ListApps", MaxResults=100)
    }


def _record_keys(record: Record, operation: str) -> dict[str, Any]:
    """What names a record in a call."""
    model = models.operation("sagemaker", operation)
    assert model is not None
    members = model.input_shape.members
    if record.family.by_arn:
        return {record.family.arn_name: record.arn}
    named = {name: record.values.get(name) for name in record.family.key if name in members}
    return {name: value for name, value in named.items() if value}


def test_every_description_and_list_is_what_its_shape_says(api: Api) -> None:
    region, seen = region_of(api), Counter[str]()
    for family in api.emulator.families.values():
        records = list(region.all(family.name))
        for record in records:
            describe = f"Describe{family.name}"
            if api.emulator.handles("sagemaker", describe):
                api(describe, **_record_keys(record, describe))  # the Api checks the answer
                seen[describe] += 1
        operation = f"List{family.plural}"
        if records and api.emulator.handles("sagemaker", operation):
            model = models.operation("sagemaker", operation)
            assert model is not None
            asked = {
                name: record.values[name]
                for name in model.input_shape.required_members
                for record in records[:1]
            }
            listed = list(pages(api, operation, **asked))
            assert listed, operation
            seen[operation] += 1
    print(dict(seen))
    assert seen["DescribeApp"] == 26
    assert {"ListApps", "ListSpaces", "ListUserProfiles", "ListTrialComponents"} <= set(seen)


def test_every_resource_answers_for_its_tags(api: Api) -> None:
    region = region_of(api)
    now = region.now()
    tagged = 0
    for family in api.emulator.families:
        for record in region.all(family):
            if record.status(now) != "Deleted":
                tagged += bool(api("ListTags", ResourceArn=record.arn)["Tags"])
    assert tagged > 60


def test_domains_differ_as_a_ring_fence_does(api: Api) -> None:
    ids = domains_of(api)
    assert set(ids) == {"acme-ml", "acme-secure"}
    open_, secure = (api("DescribeDomain", DomainId=ids[n]) for n in ("acme-ml", "acme-secure"))
    assert (open_["AuthMode"], open_["AppNetworkAccessType"]) == ("IAM", "PublicInternetOnly")
    assert (secure["AuthMode"], secure["AppNetworkAccessType"]) == ("SSO", "VpcOnly")
    assert open_["KmsKeyId"] != secure["KmsKeyId"]
    assert open_["VpcId"] != secure["VpcId"]
    assert "HomeEfsFileSystemId" in open_
    if "HomeEfsFileSystemCreation" in secure:  # botocore 1.34 cannot ask for none
        assert "HomeEfsFileSystemId" not in secure
    users = [
        api("DescribeUserProfile", DomainId=ids["acme-secure"], UserProfileName=person.name)
        for person in people.SECURE_PEOPLE
    ]
    assert all(user["SingleSignOnUserValue"].endswith("@acme.example") for user in users)


def test_people_are_there_and_one_could_not_join(api: Api) -> None:
    ids = domains_of(api)
    profiles = {
        entry["UserProfileName"]: entry
        for entry in pages(api, "ListUserProfiles", DomainIdEquals=ids["acme-ml"])
    }
    assert set(profiles) == {person.name for person in people.PEOPLE}
    assert {"alice", "bob", "carol", "dave", "erin"} <= set(profiles)
    assert [n for n, entry in profiles.items() if entry["Status"] == "Failed"] == ["frank"]
    frank = api("DescribeUserProfile", DomainId=ids["acme-ml"], UserProfileName="frank")
    assert "cannot be assumed" in frank["FailureReason"]


def test_apps_in_every_state(api: Api) -> None:
    apps, now = apps_of(api), region_of(api).now()
    assert Counter(app["Status"] for app in apps.values()) == {
        "InService": 18, "Deleted": 5, "Failed": 2, "Pending": 1,
    }  # fmt: skip
    assert apps["reports-nightly"]["Status"] == "Pending"
    expensive = apps["llm-tuning"]
    assert expensive["ResourceSpec"]["InstanceType"] == "ml.g5.12xlarge"
    assert 3 * DAY < now - expensive["CreationTime"] < 4 * DAY
    assert {"Canvas", "TensorBoard", "JupyterServer", "KernelGateway", "CodeEditor"} <= {
        app["AppType"] for app in apps.values()
    }
    old = api("DescribeApp", DomainId=apps["old-gpu"]["DomainId"], SpaceName="old-gpu",
              AppType="JupyterLab", AppName="default")  # fmt: skip
    assert "InsufficientCapacity" in old["FailureReason"]


def test_nothing_is_under_way_but_what_should_be(api: Api) -> None:
    """Of everything made days ago the life cycle is over."""
    region = region_of(api)
    now = region.now()
    moving = {"Pending", "Creating", "Updating", "Deleting", "Stopping", "Starting", "InProgress",
              "Executing", "CREATING", "UPDATING"}  # fmt: skip
    found = sorted(
        record.key[-1].rsplit("/", 1)[-1] if record.family.name != "App" else record.key[2]
        for family in api.emulator.families
        for record in region.all(family)
        if record.status(now) in moving
    )
    jobs = [name for name in found if name.startswith("pipelines-")]
    assert len(jobs) == 2  # the execution that goes on trains two models now
    (execution,) = (r for r in region.all("PipelineExecution") if r.status(now) == "Executing")
    executing = execution.arn.rsplit("/", 1)[-1]
    assert set(found) - set(jobs) == {executing, "churn-xgb-sweep-now", "reports-nightly"}


def test_spaces_are_private_and_shared_and_of_both_kinds(api: Api) -> None:
    spaces = list(pages(api, "ListSpaces", MaxResults=100))
    kinds = Counter(space["SpaceSettingsSummary"]["AppType"] for space in spaces)
    sharing = Counter(space["SpaceSharingSettingsSummary"]["SharingType"] for space in spaces)
    assert kinds == {"JupyterLab": 22, "CodeEditor": 5}
    assert sharing == {"Private": 23, "Shared": 4}
    sizes = {
        space["SpaceSettingsSummary"]["SpaceStorageSettings"]["EbsStorageSettings"][
            "EbsVolumeSizeInGb"
        ]
        for space in spaces
    }
    assert {20, 500} <= sizes


def test_idle_settings_lifecycle_configurations_and_mlflow_of_the_domain(api: Api) -> None:
    needs("CreateMlflowApp")
    domain = domains_of(api)["acme-ml"]
    settings = api("DescribeDomain", DomainId=domain)["DefaultUserSettings"]
    lab = settings["JupyterLabAppSettings"]
    assert lab["AppLifecycleManagement"]["IdleSettings"] == {
        "LifecycleManagement": "ENABLED",
        "IdleTimeoutInMinutes": 60,
        "MinIdleTimeoutInMinutes": 60,
        "MaxIdleTimeoutInMinutes": 10080,
    }
    assert lab["BuiltInLifecycleConfigArn"] in lab["LifecycleConfigArns"]
    assert len(lab["CodeRepositories"]) == 3
    (app,) = pages(api, "ListMlflowApps", DefaultForDomainId=domain)
    assert (app["Name"], app["Status"]) == ("acme-mlflow", "Created")


def test_what_bills_without_use(api: Api) -> None:
    servers = {
        entry["TrackingServerName"]: entry["IsActive"]
        for entry in pages(api, "ListMlflowTrackingServers")
    }
    assert servers == {"acme-tracking": "Active", "pricing-archive": "Inactive"}
    assert statuses(api, "NotebookInstance") == {"InService": 2, "Stopped": 1}
    assert statuses(api, "Endpoint") == {"InService": 3, "Failed": 1}


def test_runs_have_parameters_and_metrics(api: Api) -> None:
    components = list(pages(api, "ListTrialComponents", ExperimentName="churn", MaxResults=100))
    made = [entry for entry in components if "TrialComponentSource" not in entry]
    assert Counter(entry["Status"]["PrimaryStatus"] for entry in made) == {
        "Completed": 46, "Failed": 3, "Stopped": 3, "InProgress": 1,
    }  # fmt: skip
    done = next(entry for entry in made if entry["Status"]["PrimaryStatus"] == "Completed")
    run = api("DescribeTrialComponent", TrialComponentName=done["TrialComponentName"])
    assert {"learning_rate", "max_depth", "subsample", "model"} <= set(run["Parameters"])
    metrics = {metric["MetricName"]: metric for metric in run["Metrics"]}
    assert set(metrics) == {"val_auc", "val_logloss", "train_auc"}
    assert metrics["val_auc"]["Count"] == 20
    found = api(
        "Search",
        Resource="ExperimentTrialComponent",
        MaxResults=100,
        SearchExpression={
            "Filters": [
                {"Name": "Metrics.val_auc.Last", "Operator": "GreaterThan", "Value": "0.88"}
            ]
        },
    )
    best = [result["TrialComponent"] for result in found["Results"]]
    values = [
        metric["Last"]
        for component in best
        for metric in component["Metrics"]
        if metric["MetricName"] == "val_auc"
    ]
    assert 10 < len(values) == len(best)
    assert 0.88 < min(values) < max(values) < 0.8905


def test_jobs_ended_in_every_way_and_wrote_logs(api: Api) -> None:
    assert set(statuses(api, "TrainingJob")) == {"Completed", "Failed", "Stopped", "InProgress"}
    job = api("DescribeTrainingJob", TrainingJobName="churn-xgb-october")
    final = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert final["val_auc"] == 0.8904
    failed = api("DescribeTrainingJob", TrainingJobName="churn-xgb-depth-12")
    assert "ExitCode 137" in failed["FailureReason"]


def test_a_pipeline_has_versions_and_a_history(api: Api) -> None:
    runs = list(pages(api, "ListPipelineExecutions", PipelineName="churn-training"))
    assert Counter(run["PipelineExecutionStatus"] for run in runs) == {
        "Succeeded": 19, "Failed": 4, "Stopped": 1, "Executing": 1,
    }  # fmt: skip
    names = {run["PipelineExecutionDisplayName"]: run["PipelineExecutionArn"] for run in runs}
    steps = {
        step["StepName"]: step
        for step in pages(
            api, "ListPipelineExecutionSteps", PipelineExecutionArn=names["churn-training-48"]
        )
    }
    assert steps["EvaluateModels"]["StepStatus"] == "Failed"
    assert "churned_90d" in steps["EvaluateModels"]["FailureReason"]
    assert "CheckAUC" not in steps
    job = region_of(api).by_arn(steps["EvaluateModels"]["Metadata"]["ProcessingJob"]["Arn"])
    assert job is not None
    assert "KeyError: 'churned_90d'" in run_of(region_of(api), job).log
    below = list(
        pages(api, "ListPipelineExecutionSteps", PipelineExecutionArn=names["churn-training-40"])
    )
    assert below[0]["StepName"] == "StopBelowAUC"
    if api.emulator.handles("sagemaker", "ListPipelineVersions"):
        assert len(list(pages(api, "ListPipelineVersions", PipelineName="churn-training"))) == 3
