"""The sample organization: what it promises is there, as the service would answer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker import models
from sm_onboard.demo.sagemaker.access.policy import Permissions, Request, decide, parse
from sm_onboard.demo.sagemaker.call import ACCOUNT, Answer, Call
from sm_onboard.demo.sagemaker.organization import fill, fill_large, people
from sm_onboard.demo.sagemaker.organization.elsewhere import make_elsewhere
from sm_onboard.demo.sagemaker.organization.past import DAY, known
from sm_onboard.demo.sagemaker.organization.roles import roles
from sm_onboard.demo.sagemaker.store import Record, Region
from sm_onboard.demo.sagemaker.validate import failures

from .api import Api
from .shapes import shape, structure

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def api() -> Api:
    """An emulator with the organization. Tests only look at it."""
    api = Api(speed=1.0, region=REGION)
    fill(api.emulator, REGION)
    return api


def _region(api: Api) -> Region:
    return api.emulator.world.region(ACCOUNT, api.region)


def _statuses(api: Api, family: str) -> Counter[str]:
    region = _region(api)
    return Counter(record.status(region.now()) for record in region.all(family))


def _pages(api: Api, operation: str, **asked: Any) -> Iterator[dict[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        page = api(operation, **asked, **token)
        yield from next(value for value in page.values() if isinstance(value, list))
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _domains(api: Api) -> dict[str, str]:
    return {entry["DomainName"]: entry["DomainId"] for entry in _pages(api, "ListDomains")}


def _apps(api: Api) -> dict[str, dict[str, Any]]:
    return {
        entry.get("SpaceName") or f"{entry['UserProfileName']} {entry['AppType']}": entry
        for entry in _pages(api, "ListApps", MaxResults=100)
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
    region, seen = _region(api), Counter[str]()
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
            listed = list(_pages(api, operation, **asked))
            assert listed, operation
            seen[operation] += 1
    print(dict(seen))
    assert seen["DescribeApp"] == 26
    assert {"ListApps", "ListSpaces", "ListUserProfiles", "ListTrialComponents"} <= set(seen)


def test_every_resource_answers_for_its_tags(api: Api) -> None:
    region = _region(api)
    now = region.now()
    tagged = 0
    for family in api.emulator.families:
        for record in region.all(family):
            if record.status(now) != "Deleted":
                tagged += bool(api("ListTags", ResourceArn=record.arn)["Tags"])
    assert tagged > 60


def test_domains_differ_as_a_ring_fence_does(api: Api) -> None:
    ids = _domains(api)
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
    ids = _domains(api)
    profiles = {
        entry["UserProfileName"]: entry
        for entry in _pages(api, "ListUserProfiles", DomainIdEquals=ids["acme-ml"])
    }
    assert set(profiles) == {person.name for person in people.PEOPLE}
    assert {"alice", "bob", "carol", "dave", "erin"} <= set(profiles)
    assert [n for n, entry in profiles.items() if entry["Status"] == "Failed"] == ["frank"]
    frank = api("DescribeUserProfile", DomainId=ids["acme-ml"], UserProfileName="frank")
    assert "cannot be assumed" in frank["FailureReason"]


def test_apps_in_every_state(api: Api) -> None:
    apps, now = _apps(api), _region(api).now()
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
    region = _region(api)
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
    executions = [r for r in region.all("PipelineExecution") if r.status(now) == "Executing"]
    if executions:
        assert len(jobs) == 2  # both models are trained now
        found.remove(executions[0].arn.rsplit("/", 1)[-1])
    assert [name for name in found if name not in jobs] == [
        "churn-xgb-sweep-now", "reports-nightly",
    ]  # fmt: skip


def test_spaces_are_private_and_shared_and_of_both_kinds(api: Api) -> None:
    spaces = list(_pages(api, "ListSpaces", MaxResults=100))
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


@pytest.mark.skipif(
    models.operation("sagemaker", "CreateMlflowApp") is None, reason="botocore is too old"
)
def test_idle_settings_lifecycle_configurations_and_mlflow_of_the_domain(api: Api) -> None:
    domain = _domains(api)["acme-ml"]
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
    (app,) = _pages(api, "ListMlflowApps", DefaultForDomainId=domain)
    assert (app["Name"], app["Status"]) == ("acme-mlflow", "Created")


def test_what_bills_without_use(api: Api) -> None:
    servers = {
        entry["TrackingServerName"]: entry["IsActive"]
        for entry in _pages(api, "ListMlflowTrackingServers")
    }
    assert servers == {"acme-tracking": "Active", "pricing-archive": "Inactive"}
    assert _statuses(api, "NotebookInstance") == {"InService": 2, "Stopped": 1}
    assert _statuses(api, "Endpoint") == {"InService": 3, "Failed": 1}


def test_runs_have_parameters_and_metrics(api: Api) -> None:
    components = list(_pages(api, "ListTrialComponents", ExperimentName="churn", MaxResults=100))
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
        SearchExpression={
            "Filters": [
                {"Name": "Metrics.val_auc.Last", "Operator": "GreaterThan", "Value": "0.88"}
            ]
        },
    )
    assert found["Results"]


def test_jobs_ended_in_every_way_and_wrote_logs(api: Api) -> None:
    statuses = _statuses(api, "TrainingJob")
    assert set(statuses) == {"Completed", "Failed", "Stopped", "InProgress"}
    job = api("DescribeTrainingJob", TrainingJobName="churn-xgb-october")
    final = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert final["val_auc"] == 0.8904
    failed = api("DescribeTrainingJob", TrainingJobName="churn-xgb-depth-12")
    assert "ExitCode 137" in failed["FailureReason"]


def test_a_pipeline_has_versions_and_a_history(api: Api) -> None:
    runs = list(_pages(api, "ListPipelineExecutions", PipelineName="churn-training"))
    assert Counter(run["PipelineExecutionStatus"] for run in runs) == {
        "Succeeded": 19, "Failed": 4, "Stopped": 1, "Executing": 1,
    }  # fmt: skip
    names = {run["PipelineExecutionDisplayName"]: run["PipelineExecutionArn"] for run in runs}
    steps = {
        step["StepName"]: step
        for step in _pages(
            api, "ListPipelineExecutionSteps", PipelineExecutionArn=names["churn-training-48"]
        )
    }
    assert steps["EvaluateModels"]["StepStatus"] == "Failed"
    assert "churned_90d" in steps["EvaluateModels"]["FailureReason"]
    assert "CheckAUC" not in steps
    below = list(
        _pages(api, "ListPipelineExecutionSteps", PipelineExecutionArn=names["churn-training-40"])
    )
    assert below[0]["StepName"] == "StopBelowAUC"
    if api.emulator.handles("sagemaker", "ListPipelineVersions"):
        assert len(list(_pages(api, "ListPipelineVersions", PipelineName="churn-training"))) == 3


def test_it_is_the_same_every_time(api: Api) -> None:
    again = Api(speed=1.0, region=REGION)
    again.emulator.world.id()  # somebody else took an id before
    fill(again.emulator, REGION)
    assert _told(again) == _told(api)


def _told(api: Api) -> set[tuple[str, float, str]]:
    region = _region(api)
    newest = max(record.created for record in region.all("TrainingJob"))
    return {
        (record.arn, round(record.created - newest, 2), record.status(newest))
        for family in api.emulator.families
        for record in region.all(family)
    }


def test_filling_takes_few_calls_and_leaves_the_clock_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api, calls = Api(speed=60.0), Counter[str]()
    clock, answer = api.emulator.world.clock, api.emulator.call

    def counted(call: Call) -> Answer:
        calls[call.operation] += 1
        return answer(call)

    monkeypatch.setattr(api.emulator, "call", counted)
    begun = time.perf_counter()
    fill(api.emulator, REGION)
    print(f"filled in {time.perf_counter() - begun:.3f} s with {sum(calls.values())} calls")
    assert sum(calls.values()) <= 350
    assert api.emulator.world.clock is clock
    assert abs(clock.now() - time.time()) < 1
    assert clock.speed == 60.0


def test_what_is_under_way_goes_on_at_the_speed_of_the_emulator() -> None:
    api = Api(speed=60.0, region=REGION)
    fill(api.emulator, REGION)
    assert _apps(api)["reports-nightly"]["Status"] == "Pending"
    api.later(2)  # of the 60 s that are left at speed 1
    assert _apps(api)["reports-nightly"]["Status"] == "InService"
    api.later(60)
    assert _statuses(api, "PipelineExecution")["Executing"] == 0


def test_moto_is_not_imported() -> None:
    program = (
        "import sys; from sm_onboard.demo.sagemaker.engine import Emulator\n"
        "from sm_onboard.demo.sagemaker.organization import fill, fill_large\n"
        "fill(Emulator(), 'eu-west-1'); fill_large(Emulator(), 'eu-west-1', 2, 2, 1, 2)\n"
        "print(any(name.split('.')[0] == 'moto' for name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


def test_the_large_organization() -> None:
    api = Api(speed=1.0, region=REGION)
    begun = time.perf_counter()
    domain = fill_large(api.emulator, REGION, 120, 110, 40, 300)
    print(f"filled in {time.perf_counter() - begun:.3f} s")
    listed = list(_pages(api, "ListUserProfiles", DomainIdEquals=domain, MaxResults=100))
    assert len(listed) == 120
    assert _statuses(api, "Space") == {"InService": 110}
    assert _statuses(api, "App") == {"InService": 40}
    assert sum(_statuses(api, "TrialComponent").values()) == 300


def test_members_that_a_shape_lacks_are_left_out_however_deep() -> None:
    main = shape(
        structure({"Name": "Text", "Inner": "Inner", "Many": "Many", "Map": "Map"}),
        Inner=structure({"Old": "Text"}),
        Many={"type": "list", "member": {"shape": "Inner"}},
        Map={"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Inner"}},
    )
    inner = {"Old": "a", "New": "b"}
    given = {"Name": "x", "Newer": 1, "Inner": inner, "Many": [inner], "Map": {"k": inner}}
    left = {"Old": "a"}
    assert known(main, given) == {"Name": "x", "Inner": left, "Many": [left], "Map": {"k": left}}
    assert failures(main, known(main, given)) == []


@pytest.mark.parametrize(
    ("role", "action", "team", "allowed"),
    [
        ("acme-auditor", "sagemaker:ListApps", "churn", True),
        ("acme-auditor", "sagemaker:DeleteApp", "churn", False),
        ("acme-ds-alice", "sagemaker:DeleteApp", "churn", True),
        ("acme-ds-alice", "sagemaker:DeleteApp", "pricing", False),
        ("acme-data-scientist", "sagemaker:CreateApp", "pricing", True),
        ("acme-lead", "sagemaker:DeleteSpace", "pricing", True),
        ("acme-lead", "sagemaker:DeleteDomain", "platform", False),
        ("acme-ds-secure", "sagemaker:CreatePresignedDomainUrl", "fraud", False),
    ],
)
def test_what_roles_may_do(role: str, action: str, team: str, allowed: bool) -> None:
    (found,) = (one for one in roles() if one.name == role)
    keys = {
        "aws:ResourceTag/team": team,
        "aws:RequestTag/team": team,
        **{f"aws:PrincipalTag/{key}": value for key, value in found.tags.items()},
    }
    resource = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/d-1/lab/jupyterlab/default"
    permissions = Permissions((parse(json.dumps(found.policy)),))
    assert decide(permissions, Request(action, resource, keys)).allowed is allowed


def test_roles_networks_keys_and_secrets_are_what_the_domains_name(api: Api) -> None:
    pytest.importorskip("moto")
    from moto.ec2.models import ec2_backends
    from moto.iam.models import iam_backends
    from moto.kms.models import kms_backends
    from moto.moto_api._internal.models import moto_api_backend
    from moto.secretsmanager.models import secretsmanager_backends

    moto_api_backend.reset()
    try:
        make_elsewhere(REGION)
        ec2, kms = ec2_backends[ACCOUNT][REGION], kms_backends[ACCOUNT][REGION]
        iam = iam_backends[ACCOUNT]["aws"]
        for domain_id in _domains(api).values():
            domain = api("DescribeDomain", DomainId=domain_id)
            (vpc,) = ec2.describe_vpcs([domain["VpcId"]])
            subnets = ec2.describe_subnets(domain["SubnetIds"])
            assert {subnet.vpc_id for subnet in subnets} == {vpc.id}
            assert kms.describe_key(domain["KmsKeyId"]).arn == domain["KmsKeyId"]
            role = domain["DefaultUserSettings"]["ExecutionRole"]
            assert iam.get_role(role.rsplit("/", 1)[-1]).arn == role
            (group,) = domain["DefaultUserSettings"]["SecurityGroups"]
            assert ec2.get_security_group_from_id(group).vpc_id == vpc.id
        repository = api("DescribeCodeRepository", CodeRepositoryName="churn")
        secret = repository["GitConfig"]["SecretArn"]
        assert secretsmanager_backends[ACCOUNT][REGION].describe_secret(secret).arn == secret
    finally:
        moto_api_backend.reset()
