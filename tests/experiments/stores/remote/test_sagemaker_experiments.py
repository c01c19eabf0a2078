"""SageMaker Experiments as a store, and finding a domain's servers; against the local SageMaker."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, NotFound
from sm_onboard.experiments import record
from sm_onboard.experiments.models import File
from sm_onboard.experiments.stores import sagemaker as module
from sm_onboard.experiments.stores.discover import discover
from sm_onboard.experiments.stores.sagemaker import UNASSIGNED, SagemakerStore
from tests.demo.sagemaker.absent import lacks, needs
from tests.localsagemaker import SageMaker

NOW = datetime.now(timezone.utc).replace(microsecond=0)
JOB = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/boost-7"
ROLE = "arn:aws:iam::123456789012:role/studio"


@pytest.fixture
def clients(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> aws.Aws:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    return aws.Aws(attempts=1)


@pytest.fixture
def store(clients: aws.Aws) -> SagemakerStore:
    return SagemakerStore("eu-west-1", clients=clients)


@pytest.fixture
def boto(sagemaker: SageMaker) -> Any:
    return sagemaker.client("sagemaker")


def component(boto: Any, name: str, *trials: str, **more: Any) -> str:
    arn: str = boto.create_trial_component(TrialComponentName=name, **more)["TrialComponentArn"]
    for trial in trials:
        boto.associate_trial_component(TrialComponentName=name, TrialName=trial)
    return arn


@pytest.fixture
def tree(boto: Any) -> str:
    """``churn`` with a whole run, ``price`` with one that it shares; the whole run's ARN."""
    boto.create_experiment(ExperimentName="churn", DisplayName="Who-leaves")
    boto.create_experiment(ExperimentName="price")
    for trial, experiment in (("boost", "churn"), ("elastic", "price")):
        boto.create_trial(TrialName=trial, ExperimentName=experiment)
    component(boto, "shared", "boost", "elastic")
    component(boto, "alone", Status={"PrimaryStatus": "InProgress"})
    return component(
        boto,
        "whole",
        "boost",
        DisplayName="The-best",
        Status={"PrimaryStatus": "Completed"},
        StartTime=NOW,
        EndTime=NOW,
        Parameters={
            "lr": {"NumberValue": 0.1},
            "depth": {"NumberValue": 6},
            "opt": {"StringValue": "adam"},
        },
        InputArtifacts={"train": {"Value": "s3://acme/train.csv", "MediaType": "text/csv"}},
        OutputArtifacts={
            "model": {"Value": "s3://acme/model.bin"},
            "image": {"Value": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1"},
        },
        MetadataProperties={
            "CommitId": "a" * 40,
            "Repository": "https://me:secret@github.com/acme/churn.git",
        },
        Tags=[{"Key": "team", "Value": "growth"}],
    )


@pytest.mark.usefixtures("tree")
def test_experiments_are_there_by_name(store: SagemakerStore) -> None:
    found = {one.id: one.name for one in store.experiments()}
    assert found == {"churn": "Who-leaves", "price": "price", UNASSIGNED: "Unassigned"}


def test_a_run_is_whole(store: SagemakerStore, tree: str) -> None:
    run = store.run("whole")
    assert (run.experiment, run.name, run.status) == ("churn", "The-best", "finished")
    assert run.started == run.ended == int(NOW.timestamp() * 1000)
    assert run.params == {"lr": "0.1", "depth": "6", "opt": "adam"}
    assert run.tags["team"] == "growth"
    assert run.tags[record.COMMIT] == "a" * 40
    assert "secret" not in run.tags[record.REPOSITORY]
    assert "github.com/acme/churn.git" in run.tags[record.REPOSITORY]
    (dataset,) = run.datasets
    assert (dataset.name, json.loads(dataset.source)) == ("train", {"uri": "s3://acme/train.csv"})
    assert run.artifacts == tree


@pytest.mark.usefixtures("tree")
def test_runs_are_found_by_tag_and_keep_no_files(store: SagemakerStore) -> None:
    assert [run.id for run in store.tagged("team", "growth")] == ["whole"]
    assert store.tagged("team", "other") == []
    with pytest.raises(Conflict) as refused:
        store.write("whole", "sm-onboard/notebook.ipynb", b"{}")
    assert refused.value.code == "experiments.write_unsupported"


@pytest.mark.usefixtures("tree")
def test_runs_are_chosen_by_experiment(store: SagemakerStore) -> None:
    def chosen(*experiments: str) -> dict[str, str]:
        return {run.id: run.experiment for run in store.runs(list(experiments))}

    assert {run.id: run.experiment for run in store.runs()} == {
        "shared": "churn",
        "whole": "churn",
        "alone": UNASSIGNED,
    }
    assert chosen("price") == {"shared": "price"}
    assert chosen("churn") == {"shared": "churn", "whole": "churn"}
    assert chosen(UNASSIGNED) == {"alone": UNASSIGNED}
    assert chosen("price", UNASSIGNED) == {"shared": "price", "alone": UNASSIGNED}
    assert chosen() == {}


def test_states(store: SagemakerStore, boto: Any) -> None:
    for said, expected in {
        "InProgress": "running",
        "Completed": "finished",
        "Failed": "failed",
        "Stopping": "running",
        "Stopped": "stopped",
    }.items():
        component(boto, f"r-{said}", Status={"PrimaryStatus": said})
        assert store.run(f"r-{said}").status == expected
    component(boto, "planned")
    assert store.run("planned").status == "scheduled"


def test_a_training_job_is_named(store: SagemakerStore, boto: Any) -> None:
    boto.create_training_job(
        TrainingJobName="boost-7",
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgb:1",
            "TrainingInputMode": "File",
        },
        OutputDataConfig={"S3OutputPath": "s3://acme/models"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    (run,) = store.runs()
    assert run.tags[record.JOB] == JOB
    assert run.tags[record.JOB] != run.artifacts


def test_many_pages(store: SagemakerStore, boto: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(5):
        component(boto, f"r-{number}")
        boto.create_experiment(ExperimentName=f"e-{number}")
    assert {run.id for run in store.runs()} == {f"r-{number}" for number in range(5)}
    assert len(store.experiments()) == 6


def test_histories(
    store: SagemakerStore, boto: Any, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    component(boto, "run")
    metrics = sagemaker.client("sagemaker-metrics")
    now = int(time.time()) // 60 * 60
    metrics.batch_put_metrics(
        TrialComponentName="run",
        MetricData=[
            *(
                {"MetricName": "auc", "Timestamp": now + step, "Step": step, "Value": step / 4}
                for step in (2, 0, 1)
            ),
            {"MetricName": "plain", "Timestamp": now, "Value": 7.5},
        ],
    )
    assert store.run("run").metrics == {"auc": 0.5, "plain": 7.5}
    if lacks("BatchGetMetrics"):
        with pytest.raises(Conflict) as old:
            store.history("run", "auc")
        assert old.value.code == "aws.boto3_too_old"
        return
    assert [(point.step, point.value) for point in store.history("run", "auc")] == [
        (0, 0.0),
        (1, 0.25),
        (2, 0.5),
    ]
    monkeypatch.setattr(module, "QUERIES", 1)
    found = store.histories("run", ["auc", "plain", "none"])
    assert [(point.time, point.value) for point in found["plain"]] == [(now * 1000, 7.5)]
    assert (len(found["auc"]), found["none"]) == (3, [])


def test_histories_of_several_runs_come_together(
    boto: Any, clients: aws.Aws, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks("BatchGetMetrics"):
        pytest.skip("this boto3 reads no metrics")
    ids = [f"run-{number}" for number in range(3)]
    metrics = sagemaker.client("sagemaker-metrics")
    for number, id in enumerate(ids):
        component(boto, id)
        point = {"MetricName": "auc", "Timestamp": int(time.time()), "Step": 4, "Value": number}
        metrics.batch_put_metrics(TrialComponentName=id, MetricData=[point])
    monkeypatch.setattr(module, "_FILTER", 12)  # two names
    store = SagemakerStore("eu-west-1", clients=clients)  # as a request has it: nothing is known
    found = store.histories_of([*ids, "gone", "no name!"], "auc")
    assert {id: (one.steps, one.values) for id, one in found.items()} == {
        id: ([4], [float(number)]) for number, id in enumerate(ids)
    }


@pytest.mark.usefixtures("tree")
def test_artifacts_are_as_given(store: SagemakerStore, sagemaker: SageMaker) -> None:
    s3 = sagemaker.client("s3")
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="acme", Key="model.bin", Body=b"weights")
    assert [file.path for file in store.files("whole")] == ["inputs", "outputs"]
    assert store.files("whole", "outputs") == [
        File(path="outputs/image", folder=False),
        File(path="outputs/model", folder=False),
    ]
    assert store.files("whole", "elsewhere") == store.files("alone") == []
    assert store.read("whole", "outputs/model", 100) == b"weights"
    for path in ("outputs/image", "inputs/train", "outputs/none", "../outputs/model"):
        with pytest.raises(NotFound) as gone:
            store.read("whole", path, 100)
        assert gone.value.code == "experiments.file_missing"
    with pytest.raises(InvalidRequest) as large:
        store.read("whole", "outputs/model", 3)
    assert large.value.code == "experiments.file_too_large"


@pytest.mark.usefixtures("tree")
def test_tags_are_set_and_taken(store: SagemakerStore) -> None:
    store.set_tags("whole", {"team": None, "note": "the one", "gone": None})
    tags = store.run("whole").tags
    assert tags["note"] == "the one"
    assert "team" not in tags
    with pytest.raises(InvalidRequest) as long:
        store.set_tags("whole", {"note": "x" * 257})
    assert long.value.code == "experiments.tag_too_long"


@pytest.mark.parametrize("id", ["none", "", "a,b", "../x", "x" * 121, "é"])
def test_a_run_that_is_not_there(store: SagemakerStore, id: str) -> None:
    for ask in (
        lambda: store.run(id),
        lambda: store.files(id),
        lambda: store.set_tags(id, {"a": "b"}),
    ):
        with pytest.raises(NotFound) as unknown:
            ask()
        assert unknown.value.code == "experiments.run_unknown"


def test_what_changed(store: SagemakerStore, boto: Any, sagemaker: SageMaker) -> None:
    component(boto, "old")
    component(boto, "touched")
    sagemaker.control.clock(advance=3600)
    boto.update_trial_component(TrialComponentName="touched", DisplayName="again")
    component(boto, "new")
    since = int((time.time() + 1800) * 1000)
    found = store.page(set(), since=since)
    assert {run.id for run in found.runs} == {"touched", "new"}
    assert (found.newest > since, found.token) == (True, "")
    assert len(store.page(set(), since=0).runs) == 3


def test_a_missing_permission_is_named(store: SagemakerStore, sagemaker: SageMaker) -> None:
    sagemaker.control.trouble({"operations": ["sagemaker:Search"], "kind": "denied"})
    with pytest.raises(Forbidden) as refused:
        store.runs()
    assert refused.value.code == "aws.forbidden"
    assert "sagemaker:Search" in refused.value.message


# A domain's servers


def fill(sagemaker: SageMaker) -> dict[str, str]:
    """A server, and a domain's app and another; the ARNs by name, and the domain's id."""
    boto = sagemaker.client("sagemaker")
    root = {"ArtifactStoreUri": "s3://acme/mlflow", "RoleArn": ROLE}
    made = boto.create_mlflow_tracking_server(TrackingServerName="team", **root)
    found = {"team": made["TrackingServerArn"]}
    if not lacks("CreateMlflowApp"):
        found["other"] = boto.create_mlflow_app(Name="a-other", **root)["Arn"]
        ec2 = sagemaker.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        found["domain"] = boto.create_domain(
            DomainName="acme",
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": ROLE},
            SubnetIds=[subnet],
            VpcId=vpc,
        )["DomainArn"].rpartition("/")[2]
        mine = boto.create_mlflow_app(Name="mine", DefaultDomainIdList=[found["domain"]], **root)
        found["mine"] = mine["Arn"]
    return found


def test_servers_and_apps_are_found(sagemaker: SageMaker, clients: aws.Aws) -> None:
    needs("ListMlflowApps")
    arns = fill(sagemaker)
    found = discover(arns["domain"], clients=clients)
    assert found.troubles == ()
    assert [(one.kind, one.arn, one.default) for one in found.stores] == [
        ("app", arns["mine"], True),
        ("app", arns["other"], False),
        ("tracking_server", arns["team"], False),
    ]
    assert {one.status for one in found.stores} == {"Created"}
    assert not any(one.default for one in discover("", clients=clients).stores)


def test_a_boto3_without_apps_finds_the_servers(
    sagemaker: SageMaker, clients: aws.Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    arns = fill(sagemaker)
    known = aws.supports
    monkeypatch.setattr(aws, "supports", lambda c, name: "App" not in name and known(c, name))
    found = discover("d-acme", clients=clients)
    assert ([one.arn for one in found.stores], found.troubles) == ([arns["team"]], ())


def test_what_may_not_be_listed_is_told_once_and_hides_nothing_else(
    sagemaker: SageMaker, clients: aws.Aws
) -> None:
    needs("ListMlflowApps")
    arns = fill(sagemaker)
    sagemaker.control.trouble({"operations": ["sagemaker:ListMlflowApps"], "kind": "denied"})
    found = discover("d-acme", clients=clients)
    assert [one.arn for one in found.stores] == [arns["team"]]
    (trouble,) = found.troubles
    assert (trouble.code, "sagemaker:ListMlflowApps" in trouble.message) == ("aws.forbidden", True)
