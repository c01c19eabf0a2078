"""Runs go from one store to another and are the same there."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from experiments.stores.plain import add, execute, make

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, OnboardError
from sm_onboard.experiments.copying import places
from sm_onboard.experiments.copying.copier import PARENT, Copier, ordered, with_children
from sm_onboard.experiments.copying.models import MARKS, ORIGIN, UNFINISHED, Copied, Target
from sm_onboard.experiments.copying.to_mlflow import ToMlflow
from sm_onboard.experiments.copying.to_sagemaker import ToSagemaker
from sm_onboard.experiments.models import Run, Store
from sm_onboard.experiments.stores.sagemaker import SagemakerStore
from sm_onboard.experiments.stores.sqlite import SqliteStore
from sm_onboard.experiments.trials.beyond import TAG as BEYOND
from tests.demo.sagemaker.absent import lacks
from tests.experiments.trials.place import BUCKET, REGION, URI, bucket
from tests.localsagemaker import SageMaker

pytestmark = pytest.mark.skipif(lacks("BatchGetMetrics"), reason="an older boto3")
START = 1_700_000_000_123
ODD = ["x" * 3000, "two\nlines", "", "0.10", "1e-3", "ünï…", "a, b (c)", "<b>&'\"", "7", "nan"]


def source(folder: Path) -> SqliteStore:
    """Runs with whatever MLflow allows: long, odd and missing values, curves of every kind."""
    path = make(folder / "source.db")
    execute(path, "INSERT INTO experiments VALUES (1, 'Who leaves? (2026)', '', 'active')")
    chance = random.Random(7)
    ids = [f"{n:032x}" for n in range(1, 6)]
    for at, id in enumerate(ids):
        artifacts = folder / "files" / id
        (artifacts / "deep" / "er").mkdir(parents=True)
        (artifacts / "deep" / "er" / "model.bin").write_bytes(chance.randbytes(1000))
        (artifacts / "a b.txt").write_text(id)
        tags = {f"t{n}": chance.choice(ODD) for n in range(8)}
        if at in (2, 3):
            tags[PARENT] = ids[at - 1]
        add(
            path, id, f"run {at}", artifacts=str(artifacts), start=START + at, tags=tags,
            params={f"p{n}": chance.choice(ODD) for n in range(310 if at == 0 else 6)},
            status=("FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED")[at % 5],
        )  # fmt: skip
        if at % 5 < 3:
            execute(path, "UPDATE runs SET end_time = ? WHERE run_uuid = ?", START + 999, id)
        execute(path, "UPDATE runs SET experiment_id = ? WHERE run_uuid = ?", 0 < at < 4, id)
        for metric in ("auc", "loss/val x"):
            last: tuple[Any, ...] = ()
            for count, step in enumerate(sorted(chance.choices(range(-1, 6), k=8))):
                value = chance.choice([chance.random(), chance.random(), float("nan"), 1e308])
                nan = value != value
                last = (metric, 0 if nan else value, START + 400 * count, step, nan, id)
                execute(path, "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", *last)
            execute(path, "INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", *last)
    return SqliteStore(path, f"sqlite:///{path}")


def plain(store: Store, run: Run) -> dict[str, Any]:
    """All of a run but what names its place."""
    whole = store.run(run.id)
    names = {one.id: one.name for one in store.experiments()}
    left = {*MARKS, "mlflow.runName", "mlflow.user", BEYOND, PARENT}
    files: dict[str, bytes] = {}
    folders = [""]
    while folders:
        for file in store.files(run.id, folders.pop()):
            if file.folder:
                folders.append(file.path)
            elif not file.path.endswith("beyond.json"):
                files[file.path] = store.read(run.id, file.path, 1 << 20)
    return {
        "experiment": names[whole.experiment],
        "run": (whole.name, whole.status, whole.started, whole.ended, whole.user),
        "params": whole.params,
        "metrics": {name: repr(value) for name, value in whole.metrics.items()},
        "tags": {key: value for key, value in whole.tags.items() if key not in left},
        "histories": {
            name: sorted((p.step, p.time, repr(p.value)) for p in store.history(run.id, name))
            for name in whole.metrics
        },
        "files": files,
        "datasets": whole.datasets,
    }


def everything(store: Store) -> dict[str, dict[str, Any]]:
    return {run.name: plain(store, run) for run in store.runs()}


def copied(store: Store, target: Target, **more: Any) -> list[Copied]:
    names = {one.id: one.name for one in store.experiments()}
    copier = Copier(store, target, origin=store.uri, home=target.uri, experiments=names, **more)
    return list(copier.copy(store.runs(), lambda: False))


@pytest.fixture
def clients(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> aws.Aws:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    bucket(sagemaker)
    return aws.Aws(attempts=3)


@pytest.fixture
def trials(clients: aws.Aws) -> SagemakerStore:
    return SagemakerStore(REGION, clients=clients)


def to_trials(clients: aws.Aws) -> ToSagemaker:
    return ToSagemaker(URI, REGION, clients)


@pytest.fixture
def mlflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Gives a target in a store of MLflow's of this machine, each time a new one."""
    import mlflow

    monkeypatch.chdir(tmp_path)  # mlflow puts files of runs where one is
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")

    def open(name: str) -> ToMlflow:
        uri = places.whole(name, tmp_path, "")
        return ToMlflow(uri, lambda: places.source(uri, {}, tmp_path))

    yield open
    mlflow.set_tracking_uri(None)  # which is in the environment, too


@pytest.mark.parametrize(
    "there", ["there", pytest.param("sqlite:///there.db", marks=pytest.mark.long)]
)
def test_there_and_back_all_is_the_same(
    there: str, tmp_path: Path, clients: aws.Aws, trials: SagemakerStore, mlflows: Any
) -> None:
    here = source(tmp_path)
    expected = everything(here)
    gone = copied(here, to_trials(clients))
    assert {one.action for one in gone} == {"copied"}
    said = {one.name: " ".join(one.left) for one in gone}
    assert "parameters do not fit there" in said["run 0"]
    assert any("NaN, infinite" in text for text in said.values())
    assert everything(trials) == expected
    listed = {run.name: run for run in trials.runs()}
    assert listed["run 1"].status == "failed" and listed["run 1"].params["p1"]

    target = mlflows(there)
    back = copied(trials, target)
    assert {(one.action, one.message, one.left) for one in back} == {("copied", "", ())}
    found = places.source(target.uri, {}, tmp_path)
    assert everything(found) == expected
    family = {run.name: run for run in found.runs()}
    for child, parent in (("run 2", "run 1"), ("run 3", "run 2")):
        assert family[child].tags[PARENT] == family[parent].id
        assert listed[child].tags[PARENT] == listed[parent].id
    assert not any(UNFINISHED in run.tags for run in (*trials.runs(), *found.runs()))

    # Again: nothing changes, and what came from there is not copied back to it.
    assert {one.action for one in copied(here, to_trials(clients))} == {"unchanged"}
    assert {one.action for one in copied(trials, mlflows(there))} == {"unchanged"}
    home = ToSagemaker(here.uri, REGION, clients)
    assert {one.action for one in copied(trials, home)} == {"skipped"}
    assert len(found.runs()) == len(trials.runs()) == len(expected)


class Cut(BaseException):
    """The process is gone."""


def cut(target: Target, after: int) -> Target:
    """Gone after so many calls that write."""
    left = [after]

    class Cutting:
        def __getattr__(self, name: str) -> Any:
            given = getattr(target, name)
            if name not in ("begin", "params", "tags", "datasets", "points", "write", "end"):
                return given

            def call(*args: Any, **kwargs: Any) -> Any:
                if left[0] == 0:
                    raise Cut
                left[0] -= 1
                return given(*args, **kwargs)

            return call

    return Cutting()  # type: ignore[return-value]


def one_run(folder: Path) -> SqliteStore:
    here = source(folder)
    execute(folder / "source.db", "DELETE FROM runs WHERE name != 'run 1'")
    return here


@pytest.mark.parametrize("kind", ["sagemaker", "mlflow"])
def test_a_copy_that_was_cut_off_is_marked_and_finished_by_the_next(
    kind: str, tmp_path: Path, clients: aws.Aws, trials: SagemakerStore, mlflows: Any
) -> None:
    here = one_run(tmp_path)
    expected = everything(here)

    def target() -> Target:
        return to_trials(clients) if kind == "sagemaker" else mlflows("there")

    def there() -> Store:
        return (
            trials if kind == "sagemaker" else places.source(str(tmp_path / "there"), {}, tmp_path)
        )

    for after in range(12):
        try:
            done = copied(here, cut(target(), after))
        except Cut:
            for run in there().runs():
                assert UNFINISHED in run.tags
            continue
        assert [one.action for one in done] == ["copied"]
        break
    else:
        raise AssertionError("it never ended")
    assert after > 6  # it was cut off everywhere
    assert everything(there()) == expected
    assert [UNFINISHED in run.tags for run in there().runs()] == [False]
    assert [one.action for one in copied(here, target())] == ["unchanged"]


def test_a_run_that_went_on_is_brought_up_to_date(
    tmp_path: Path, clients: aws.Aws, trials: SagemakerStore
) -> None:
    here = one_run(tmp_path)
    copied(here, to_trials(clients))
    (run,) = here.runs()
    for sql in (
        "INSERT INTO metrics VALUES ('auc', 0.99, 1700000009000, 99, 0, ?)",
        "UPDATE latest_metrics SET value = 0.99, step = 99, is_nan = 0 WHERE run_uuid = ?"
        " AND key = 'auc'",
        "INSERT INTO params VALUES ('late', '1', ?)",
        "UPDATE tags SET value = 'other' WHERE key = 't1' AND run_uuid = ?",
    ):
        execute(tmp_path / "source.db", sql, run.id)
    (done,) = copied(here, to_trials(clients))
    assert (done.action, done.points, done.files) == ("updated", 1, 0)
    assert everything(trials) == everything(here)
    assert len(trials.runs()) == 1


def test_what_cannot_be_copied_is_said_and_the_others_go_on(
    tmp_path: Path, clients: aws.Aws, sagemaker: SageMaker, trials: SagemakerStore
) -> None:
    here = source(tmp_path)
    execute(tmp_path / "source.db", "DELETE FROM runs WHERE name > 'run 2'")
    sagemaker.control.trouble(
        {"operations": ["sagemaker:CreateTrialComponent"], "kind": "denied", "times": 1},
        {"operations": ["sagemaker-metrics:BatchPutMetrics"], "kind": "throttle", "times": 1},
    )
    done = copied(here, to_trials(clients))
    assert [one.action for one in done].count("failed") == 1
    (failed,) = [one for one in done if one.action == "failed"]
    assert "sagemaker:CreateTrialComponent" in failed.message
    again = copied(here, to_trials(clients))
    assert [one.action for one in again].count("copied") == 1
    assert everything(trials) == everything(here)


def test_files_that_cannot_be_read_leave_the_copy_unfinished(
    tmp_path: Path, clients: aws.Aws, trials: SagemakerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = one_run(tmp_path)
    read = SqliteStore.read

    def fails(self: SqliteStore, id: str, path: str, limit: int) -> bytes:
        if path == "a b.txt":
            raise OnboardError("aws.unreachable", "The bucket did not answer.")
        return read(self, id, path, limit)

    with monkeypatch.context() as broken:
        broken.setattr(SqliteStore, "read", fails)
        (done,) = copied(here, to_trials(clients))
    assert done.message and "a b.txt was not copied" in " ".join(done.left)
    assert UNFINISHED in trials.runs()[0].tags
    (again,) = copied(here, to_trials(clients))
    assert (again.action, again.files, again.left[:0]) == ("copied", 1, ())
    assert everything(trials) == everything(here)


def test_another_experiment_is_another_copy(
    tmp_path: Path, clients: aws.Aws, trials: SagemakerStore
) -> None:
    here = one_run(tmp_path)
    copied(here, to_trials(clients))
    assert [one.action for one in copied(here, to_trials(clients), renamed="old runs")] == [
        "copied"
    ]
    names = {one.id: one.name for one in trials.experiments()}
    assert {names[run.experiment] for run in trials.runs()} == {"Who leaves? (2026)", "old runs"}
    origins = {run.tags[ORIGIN] for run in trials.runs()}
    assert len(origins) == 1 and origins.pop().endswith("/source.db")


def test_parents_come_first_and_children_come_along() -> None:
    def run(id: str, parent: str = "") -> Run:
        tags = {PARENT: parent} if parent else {}
        return Run(id=id, experiment="1", name=id, status="finished", started=None, tags=tags)

    every = [run("c", "b"), run("b", "a"), run("a"), run("x", "y"), run("y", "x"), run("o", "gone")]
    order = [one.id for one in ordered(every)]
    assert order.index("a") < order.index("b") < order.index("c") and len(order) == 6
    assert {one.id for one in with_children([every[1]], every)} == {"b", "c"}
    assert {one.id for one in with_children([every[3]], every)} == {"x", "y"}


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.db").write_bytes(b"")
    for given, expected in (
        ("a.db", f"sqlite:///{tmp_path}/a.db"),
        ("sqlite:///a.db", f"sqlite:///{tmp_path}/a.db"),
        ("~/runs", f"{tmp_path}/home/runs"),
        ("sagemaker-experiments", "sagemaker-experiments:eu-central-1"),
        ("sagemaker-experiments://eu-west-1", "sagemaker-experiments:eu-west-1"),
        ("http://host/x", "http://host/x"),
    ):
        assert places.whole(given, tmp_path / "home", "eu-central-1") == expected
    assert places.called("https://me:secret@host:5000/x/") == "https://host:5000/x"
    for wrong in ("ftp://x", "arn:aws:s3:::x"):
        with pytest.raises(InvalidRequest):
            places.target(wrong, {}, tmp_path)


def test_what_mlflow_does_not_take_is_said(
    tmp_path: Path, clients: aws.Aws, trials: SagemakerStore, mlflows: Any
) -> None:
    here = one_run(tmp_path)
    (run,) = here.runs()
    for table, name in (("latest_metrics", "auc"), ("metrics", "auc"), ("params", "p1")):
        execute(
            tmp_path / "source.db",
            f"UPDATE {table} SET key = ? WHERE key = ? AND run_uuid = ?",
            f"{name} (x)", name, run.id,
        )  # fmt: skip
    (done,) = copied(here, mlflows("there"))
    assert done.left == (
        "MLflow does not take the parameter p1 (x).",
        "MLflow does not take the metric auc (x).",
    )
    assert (done.action, done.points) == ("copied", len(here.history(run.id, "loss/val x")))


@pytest.mark.parametrize(
    "named", ["{folder}", "file://{folder}", "s3://somebodys-keys/x", "gs://x"]
)
def test_no_other_files_are_taken_for_those_of_a_run(
    named: str, tmp_path: Path, clients: aws.Aws, trials: SagemakerStore
) -> None:
    here = one_run(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "id_rsa").write_text("secret")
    location = named.format(folder=tmp_path / "keys")
    execute(tmp_path / "source.db", "UPDATE runs SET artifact_uri = ?", location)
    (done,) = copied(here, to_trials(clients))
    assert (done.action, done.files) == ("copied", 0)
    assert done.message == "Not all of its files came along." and done.left
    (copy,) = trials.runs()
    assert [file.path for file in trials.files(copy.id)] == ["sm-onboard"]
    assert [one.action for one in copied(here, to_trials(clients))] == ["unchanged"]


def test_runs_of_the_sagemaker_sdk_and_of_jobs_go_to_mlflow(
    clients: aws.Aws, sagemaker: SageMaker, trials: SagemakerStore, mlflows: Any, tmp_path: Path
) -> None:
    boto, s3 = sagemaker.client("sagemaker"), sagemaker.client("s3")
    boto.create_experiment(ExperimentName="churn")
    boto.create_trial(TrialName="Default-Run-Group-churn", ExperimentName="churn")
    files = f"s3://{BUCKET}/trial-component-artifacts/churn-first"
    s3.put_object(Bucket=BUCKET, Key="trial-component-artifacts/churn-first/plot.png", Body=b"png")
    boto.create_trial_component(
        TrialComponentName="churn-first",
        DisplayName="first",
        Status={"PrimaryStatus": "Completed"},
        Parameters={"eta": {"NumberValue": 0.1}},
        InputArtifacts={"train": {"Value": "s3://acme/train.csv"}},
        OutputArtifacts={
            "plot.png": {"Value": f"{files}/plot.png"},
            "keys": {"Value": "s3://somebodys-keys/x"},
        },
        Tags=[{"Key": "sagemaker:trial-component-source", "Value": "run"}],
    )
    boto.associate_trial_component(
        TrialComponentName="churn-first", TrialName="Default-Run-Group-churn"
    )
    sagemaker.client("sagemaker-metrics").batch_put_metrics(
        TrialComponentName="churn-first",
        MetricData=[
            {"MetricName": "auc", "Timestamp": int(time.time()), "Step": step, "Value": step / 4}
            for step in range(4)
        ],
    )
    (done,) = copied(trials, mlflows("there"))
    assert done.left == ("outputs/keys stays where it is: 's3://somebodys-keys/x'.",)
    found = places.source(str(tmp_path / "there"), {}, tmp_path)
    (run,) = found.runs()
    assert (run.name, run.params, run.metrics) == ("first", {"eta": "0.1"}, {"auc": 0.75})
    assert [point.step for point in found.history(run.id, "auc")] == [0, 1, 2, 3]
    assert found.read(run.id, "outputs/plot.png", 100) == b"png"
    assert [one.name for one in run.datasets] == ["train"]
