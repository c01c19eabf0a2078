"""A real MLflow server: by its address, and behind ARNs of the local SageMaker."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sm_onboard import aws
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.mirror import following
from sm_onboard.experiments.mirror.mlflow import MlflowFeed
from sm_onboard.experiments.models import File, Point
from sm_onboard.experiments.stores import managed as module
from sm_onboard.experiments.stores import rest
from sm_onboard.experiments.stores.managed import ManagedStore
from sm_onboard.experiments.stores.server import ServerStore
from tests.demo.sagemaker.absent import needs
from tests.demo.sagemaker.mlflow_backend import MlflowBackend
from tests.experiments.mirror import servers
from tests.localsagemaker import SageMaker

ROLE = "arn:aws:iam::123456789012:role/studio"
T0 = 1_750_000_000_000
SERVER = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team"


class Mlflow:
    """The server, written to as its clients write."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, call: str, **body: Any) -> dict[str, Any]:
        request = Request(
            f"{self.url}/api/2.0/mlflow/{call}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def experiment(self, name: str, **more: Any) -> str:
        return str(self.post("experiments/create", name=name, **more)["experiment_id"])

    def start(self, experiment: str, at: int = T0, name: str = "") -> str:
        body = {"experiment_id": experiment, "start_time": at, "user_id": "ann", "run_name": name}
        return str(self.post("runs/create", **body)["run"]["info"]["run_id"])

    def upload(self, path: str, content: bytes) -> None:
        url = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{path}"
        with urlopen(Request(url, content, method="PUT"), timeout=60):
            pass


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    with MlflowBackend(tmp_path_factory.mktemp("mlflow")) as backend:
        yield Mlflow(backend.url)


@pytest.fixture(scope="module")
def churn(mlflow: Mlflow) -> tuple[str, str]:
    """An experiment with one whole run, its files behind the server's proxy; their ids."""
    experiment = mlflow.experiment("churn", artifact_location="mlflow-artifacts:/churn files")
    run = mlflow.start(experiment, name="whole")
    metrics = [
        {"key": "auc", "value": value, "timestamp": T0 + step, "step": step}
        for step, value in ((2, 0.9), (0, 0.7), (1, 0.8))
    ]
    metrics += [
        {"key": "odd", "value": "NaN", "timestamp": T0, "step": 0},
        {"key": "far", "value": "Infinity", "timestamp": T0, "step": 0},
    ]
    mlflow.post(
        "runs/log-batch",
        run_id=run,
        metrics=metrics,
        params=[{"key": "depth", "value": "6"}, {"key": "größe", "value": "<b>1</b>"}],
        tags=[{"key": "team", "value": "growth"}],
    )
    dataset = {"name": "oct", "digest": "d1", "source_type": "s3", "source": '{"uri": "s3://a/b"}'}
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    mlflow.post("runs/log-inputs", run_id=run, datasets=[{"tags": tags, "dataset": dataset}])
    mlflow.upload(f"churn%20files/{run}/artifacts/notes.txt", b"What was tried.")
    mlflow.upload(f"churn%20files/{run}/artifacts/models/m%20%C3%BC%2B.bin", b"\0" * 3000)
    mlflow.post("runs/update", run_id=run, status="FINISHED", end_time=T0 + 5000)
    return experiment, run


@pytest.fixture
def store(mlflow: Mlflow) -> ServerStore:
    return ServerStore(mlflow.url + "/", environ={})


def code(ask: Callable[[], object]) -> str:
    with pytest.raises(OnboardError) as caught:
        ask()
    return caught.value.code


def test_a_run_is_whole(store: ServerStore, churn: tuple[str, str]) -> None:
    experiment, id = churn
    run = store.run(id)
    assert (run.id, run.experiment, run.name, run.user) == (id, experiment, "whole", "ann")
    assert (run.status, run.started, run.ended, run.deleted) == ("finished", T0, T0 + 5000, False)
    assert run.params == {"depth": "6", "größe": "<b>1</b>"}
    assert run.metrics["auc"] == 0.9
    assert math.isnan(run.metrics["odd"])
    assert run.metrics["far"] > 1e300
    assert run.tags["team"] == "growth"
    (dataset,) = run.datasets
    assert (dataset.name, dataset.digest, dataset.context) == ("oct", "d1", "training")
    assert json.loads(dataset.source) == {"uri": "s3://a/b"}
    (found,) = store.runs([experiment])
    assert (found.params, found.tags, found.datasets) == (run.params, run.tags, run.datasets)
    assert (store.kind, store.uri.endswith("/")) == ("server", False)


def test_a_history_is_in_order(
    store: ServerStore, churn: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run = churn
    expected = [Point(0, T0, 0.7), Point(1, T0 + 1, 0.8), Point(2, T0 + 2, 0.9)]
    assert store.history(run, "auc") == expected
    monkeypatch.setattr(rest, "POINTS", 2)
    assert store.history(run, "auc") == expected
    assert store.history(run, "none") == []
    assert code(lambda: store.history("f" * 32, "auc")) == "experiments.run_unknown"


def test_histories_of_several_runs_come_together(
    store: ServerStore, mlflow: Mlflow, churn: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, run = churn
    other = mlflow.start(experiment, name="other")
    points = [{"key": "auc", "value": step / 9, "timestamp": T0, "step": step} for step in range(9)]
    mlflow.post("runs/log-batch", run_id=other, metrics=points)
    found = store.histories_of([run, other], "auc")
    assert found is not None
    assert (found[run].steps, found[run].values) == ([0, 1, 2], [0.7, 0.8, 0.9])
    assert (found[other].steps, found[other].evenly) == (list(range(9)), False)
    odd = store.histories_of([run], "odd")
    assert odd is not None and math.isnan(odd[run].values[0])
    monkeypatch.setattr(rest, "SAMPLES", 4)
    some = store.histories_of([other], "auc")
    assert some is not None
    assert some[other].evenly and 4 <= len(some[other].steps) < 9
    mlflow.post("runs/delete", run_id=other)


def test_files_are_listed_and_read(store: ServerStore, churn: tuple[str, str]) -> None:
    _, run = churn
    assert store.files(run) == [
        File(path="models", folder=True),
        File(path="notes.txt", folder=False, size=15),
    ]
    assert store.files(run, "models") == [File(path="models/m ü+.bin", folder=False, size=3000)]
    assert store.files(run, "none") == []
    assert store.read(run, "notes.txt", 15) == b"What was tried."
    assert store.read(run, "models/m ü+.bin", 5000) == b"\0" * 3000
    with pytest.raises(InvalidRequest) as large:
        store.read(run, "models/m ü+.bin", 2999)
    assert large.value.code == "experiments.file_too_large"
    for path in ("none.txt", "models", "notes.txt/x", "../artifacts/notes.txt"):
        assert code(lambda path=path: store.read(run, path, 99)) == "experiments.file_missing"


def test_files_in_a_folder_of_this_machine(
    store: ServerStore, mlflow: Mlflow, tmp_path: Path
) -> None:
    experiment = mlflow.experiment("local", artifact_location=(tmp_path / "root").as_uri())
    run = mlflow.start(experiment)
    folder = tmp_path / "root" / run / "artifacts"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("here")
    assert store.files(run) == [File(path="a.txt", folder=False, size=4)]
    assert store.read(run, "a.txt", 9) == b"here"
    assert code(lambda: store.read(run, "b.txt", 9)) == "experiments.file_missing"


def test_files_in_s3(mlflow: Mlflow, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    store = ServerStore(mlflow.url, environ={}, clients=aws.Aws(attempts=1))
    run = mlflow.start(mlflow.experiment("s3", artifact_location="s3://acme/mlflow"))
    s3 = sagemaker.client("s3")
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="acme", Key=f"mlflow/{run}/artifacts/m/w.bin", Body=b"weights")
    assert store.read(run, "m/w.bin", 7) == b"weights"
    assert code(lambda: store.read(run, "m/w.bin", 6)) == "experiments.file_too_large"
    assert code(lambda: store.read(run, "m/none", 6)) == "experiments.file_missing"


NOTEBOOK = "sm-onboard/notebook ü.ipynb"


def test_a_file_is_put_where_the_runs_are(
    mlflow: Mlflow, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    store = ServerStore(mlflow.url, environ={}, clients=aws.Aws(attempts=1))
    s3 = sagemaker.client("s3")
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name, location in (
        ("put proxied", "mlflow-artifacts:/put here"),
        ("put in s3", "s3://acme/put"),
        ("put local", (tmp_path / "root").as_uri()),
    ):
        run = mlflow.start(mlflow.experiment(name, artifact_location=location))
        if "local" in name:  # the server may be of another machine: only what is there counts
            assert code(lambda id=run: store.write(id, NOTEBOOK, b"")) == (
                "experiments.write_unsupported"
            )
            (tmp_path / "root" / run / "artifacts").mkdir(parents=True)
        for content in (b"first", b"{}\n" * 5000):
            store.write(run, NOTEBOOK, content)
            assert store.read(run, NOTEBOOK, 20_000) == content
        assert code(lambda id=run: store.write(id, "../x", b"")) == "experiments.bad_path"
    assert code(lambda: store.write("f" * 32, NOTEBOOK, b"")) == "experiments.run_unknown"


def test_runs_are_found_by_a_tag(store: ServerStore, mlflow: Mlflow) -> None:
    ids = [mlflow.start(mlflow.experiment(f"tagged {n}"), T0 + n) for n in range(2)]
    for id in ids:
        store.set_tags(id, {"smo.kernel": "k-1"})
    assert [run.id for run in store.tagged("smo.kernel", "k-1")] == ids[::-1]
    assert store.tagged("smo.kernel", "k-2") == store.tagged("smo.kernel", "k' OR") == []


def test_all_pages_are_read(
    store: ServerStore, mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, other = mlflow.experiment("pages"), mlflow.experiment("gone")
    ids = [mlflow.start(experiment, T0 + number) for number in range(7)]
    mlflow.post("runs/delete", run_id=ids.pop())
    mlflow.post("experiments/delete", experiment_id=other)
    monkeypatch.setattr(rest, "PAGE", 2)
    assert [run.id for run in store.runs([experiment])] == ids
    assert {run.id for run in store.runs()} >= set(ids)
    found = {one.id: one for one in store.experiments()}
    assert found[experiment].name == "pages"
    assert (found[other].deleted, found[experiment].deleted) == (True, False)
    assert list(found) == sorted(found, key=int)
    monkeypatch.setattr(rest, "TOGETHER", 1)
    assert [run.id for run in store.runs([other, experiment])] == ids
    assert store.runs([]) == []


def test_tags_are_set_and_taken(store: ServerStore, churn: tuple[str, str]) -> None:
    _, run = churn
    store.set_tags(run, {"note": "ü\n<b>", "other": "x"})
    assert store.run(run).tags["note"] == "ü\n<b>"
    store.set_tags(run, {"note": None, "other": "y", "never there": None})
    tags = store.run(run).tags
    assert ("note" in tags, tags["other"], tags["team"]) == (False, "y", "growth")


@pytest.mark.parametrize("id", ["f" * 32, "../../x", "a&run_id=b", "x" * 300, "ü", "", "\ud800"])
def test_a_run_that_is_not_there(store: ServerStore, id: str) -> None:
    assert code(lambda: store.run(id)) == "experiments.run_unknown"
    assert code(lambda: store.read(id, "a", 9)) == "experiments.run_unknown"
    assert code(lambda: store.set_tags(id, {"a": "b"})) == "experiments.run_unknown"
    assert code(lambda: store.set_tags(id, {"a": None})) == "experiments.run_unknown"


def test_it_is_followed(store: ServerStore, mlflow: Mlflow, tmp_path: Path) -> None:
    experiment = mlflow.experiment("followed")
    ids = [mlflow.start(experiment, T0 + number) for number in range(8)]
    for id in ids[:5]:
        mlflow.post("runs/update", run_id=id, status="FINISHED", end_time=T0 + 5000)
    here = servers.Here(store, tmp_path)

    def same() -> bool:
        return here.runs(experiment) == {run.id: run for run in store.runs([experiment])}

    here.settle(experiment)
    assert same()
    metric = {"key": "auc", "value": 0.5, "timestamp": T0, "step": 0}
    mlflow.post("runs/log-batch", run_id=ids[6], metrics=[metric])
    mlflow.post("runs/update", run_id=ids[7], status="FAILED", end_time=T0 + 1)
    mlflow.post("runs/delete", run_id=ids[5])
    mlflow.start(experiment, T0 + 100)
    assert not same()
    here.after(following.NEWS, experiment)
    assert same()
    mlflow.post("runs/set-tag", run_id=ids[0], key="note", value="late")
    mlflow.post("runs/delete", run_id=ids[1])
    here.after(MlflowFeed.every, experiment)
    assert same()
    here.save()
    again = servers.Here(store, tmp_path)
    again.step(experiment)
    assert again.runs(experiment) == here.runs(experiment)


def test_mlflow_says_why_a_tag_is_refused(store: ServerStore, churn: tuple[str, str]) -> None:
    with pytest.raises(Conflict) as refused:
        store.set_tags(churn[1], {"k" * 1000: "x"})
    assert refused.value.code == "experiments.store_refused"
    assert "INVALID_PARAMETER_VALUE" in refused.value.message
    assert refused.value.hint.startswith("It says: ")


# Behind an ARN


class Managed:
    """The local SageMaker with servers whose MLflow is the real one."""

    def __init__(self, sagemaker: SageMaker, mlflow: Mlflow) -> None:
        self.sagemaker, self.mlflow = sagemaker, mlflow
        self.environ = {
            "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": sagemaker.environment()[
                "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"
            ]
        }

    def server(self, region: str = "eu-west-1") -> str:
        made = self.sagemaker.client("sagemaker", region).create_mlflow_tracking_server(
            TrackingServerName="team", ArtifactStoreUri="s3://acme/mlflow", RoleArn=ROLE
        )
        return self._behind(made["TrackingServerArn"])

    def app(self, region: str) -> str:
        made = self.sagemaker.client("sagemaker", region).create_mlflow_app(
            Name="acme", ArtifactStoreUri="s3://acme/mlflow", RoleArn=ROLE
        )
        return self._behind(made["Arn"])

    def _behind(self, arn: str) -> str:
        self.sagemaker.control.mlflow(arn, self.mlflow.url)
        return arn

    def store(self, arn: str, clients: aws.Aws | None = None) -> ManagedStore:
        return ManagedStore(arn, environ=self.environ, clients=clients or aws.Aws(attempts=1))

    def user(self, *statements: Mapping[str, Any]) -> dict[str, str]:
        """The key of a user with a policy."""
        iam = self.sagemaker.client("iam")
        iam.create_user(UserName="ann")
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        return {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }


@pytest.fixture
def managed(sagemaker: SageMaker, mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch) -> Managed:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    return Managed(sagemaker, mlflow)


def test_a_tracking_server_works_like_any(managed: Managed, churn: tuple[str, str]) -> None:
    experiment, id = churn
    store = managed.store(managed.server())
    assert (store.kind, store.uri) == ("tracking_server", SERVER)
    assert [run.id for run in store.runs([experiment])] == [id]
    assert len(store.history(id, "auc")) == 3
    assert [file.path for file in store.files(id)] == ["models", "notes.txt"]
    assert store.read(id, "models/m ü+.bin", 5000) == b"\0" * 3000
    store.write(id, "sm-onboard/notebook.ipynb", b"{}" * 9000)
    assert store.read(id, "sm-onboard/notebook.ipynb", 20_000) == b"{}" * 9000
    store.set_tags(id, {"by arn": "a + ü"})
    assert store.run(id).tags["by arn"] == "a + ü"
    store.set_tags(id, {"by arn": None})
    assert "by arn" not in store.run(id).tags


def test_two_of_different_regions_and_kinds_are_open_at_once(
    managed: Managed, churn: tuple[str, str]
) -> None:
    needs("CreateMlflowApp")
    server, app = managed.server("eu-west-1"), managed.app("us-east-1")
    clients = aws.Aws(attempts=1)
    first, second = managed.store(server, clients), managed.store(app, clients)
    for _ in range(2):  # in turn, so that neither's signature stays behind
        for store in (first, second):
            assert churn[1] in {run.id for run in store.runs([churn[0]])}
    assert (first.kind, second.kind) == ("tracking_server", "app")


def test_the_missing_action_is_named(managed: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = managed.server()
    allowed = {"Effect": "Allow", "Action": "sagemaker-mlflow:SearchExperiments", "Resource": arn}
    for name, value in managed.user(allowed).items():
        monkeypatch.setenv(name, value)
    store = managed.store(arn)
    assert store.experiments()
    with pytest.raises(Forbidden) as refused:
        store.runs()
    assert refused.value.code == "aws.forbidden"
    assert f"sagemaker-mlflow:SearchRuns on {arn}" in refused.value.message
    refusal = aws.Refusal.of(refused.value.__cause__)
    assert refusal.code == "AccessDeniedException"
    assert f"on resource: {arn}" in refusal.message  # what the domain room reads


def test_an_app_needs_the_one_action_of_apps(
    managed: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("CreateMlflowApp")
    arn = managed.app("eu-west-1")
    for name, value in managed.user(
        {"Effect": "Allow", "Action": "sagemaker-mlflow:*", "Resource": "*"}
    ).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Forbidden) as refused:
        managed.store(arn).experiments()
    assert f"sagemaker:CallMlflowAppApi on {arn}" in refused.value.message


def test_a_wrong_secret_is_said(managed: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = managed.server()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    assert code(managed.store(arn).experiments) == "aws.credentials_refused"
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert code(managed.store(arn).experiments) == "aws.no_credentials"


def test_another_role_is_assumed(managed: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = managed.server()
    iam = managed.sagemaker.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    for name, action in (("reader", "SearchExperiments"), ("nobody", "AccessUI")):
        document = {"Version": "2012-10-17", "Statement": [trust]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        allowed = {"Effect": "Allow", "Action": f"sagemaker-mlflow:{action}", "Resource": arn}
        document = {"Version": "2012-10-17", "Statement": [allowed]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    key = managed.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    for name, value in key.items():
        monkeypatch.setenv(name, value)
    role = "arn:aws:iam::123456789012:role/"
    managed.environ["SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN"] = role + "nobody"
    assert code(managed.store(arn).experiments) == "aws.forbidden"
    managed.environ["SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN"] = role + "reader"
    managed.sagemaker.control.clear_log()
    store = managed.store(arn)
    assert store.experiments() and store.experiments()
    assert managed.sagemaker.control.log()["counts"]["sts:AssumeRole"] == 1
    monkeypatch.setattr(module, "_EARLY", 10**6)  # as though they were about to end
    assert store.experiments()
    assert managed.sagemaker.control.log()["counts"]["sts:AssumeRole"] == 2
    managed.environ["SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN"] = "reader"
    assert code(lambda: managed.store(arn)) == "experiments.store_role"


def test_a_server_that_is_stopped_or_not_there(managed: Managed) -> None:
    store = managed.store(managed.server())
    managed.sagemaker.client("sagemaker").stop_mlflow_tracking_server(TrackingServerName="team")
    with pytest.raises(Conflict) as stopped:
        store.experiments()
    assert "Stopped" in stopped.value.hint
    missing = managed.store(SERVER.replace("team", "nobody"))
    with pytest.raises(NotFound) as gone:
        missing.experiments()
    assert gone.value.code == "experiments.store_missing"
    assert missing.uri in gone.value.message
    with pytest.raises(NotFound) as run:
        missing.run("f" * 32)
    assert run.value.code == "experiments.store_missing"
