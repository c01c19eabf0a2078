"""What MLflow wrote is read as MLflow reads it, and searched as MLflow searches it."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.models import Point, Run, Store
from sm_onboard.experiments.query import parse_filter, parse_order, select, sort
from sm_onboard.experiments.stores import schema
from sm_onboard.experiments.stores.opening import open_store

from .written import START, write

FILTERS = [
    "",
    "metrics.auc > 0.9",
    "metric.auc >= 0.91",
    "metrics.auc = 0.91",
    "metrics.auc != 0.91",
    "metrics.auc < 1",
    "metrics.auc <= .85",
    "metrics.neg > -2",
    "metrics.neg < -1.6e0",
    "metrics.neg >= -2.0 and metrics.auc > 0",
    "metrics.`loss/val` < 1e0",
    'metrics."loss/val" > 1',
    "metrics.missing != 1",
    "params.model = 'forest'",
    'params.model = "forest"',
    "param.model != 'forest'",
    "parameters.model LIKE 'for%'",
    "params.model ilike 'FOR%'",
    "params.model LIKE '%est'",
    "params.model LIKE '_orest'",
    "params.model LIKE 'linear%n'",
    "params.model LIKE '%r%e%'",
    "params.model LIKE 'forest_'",
    "params.`learning rate` = '0.1'",
    "params.depth > '5'",
    "params.depth IS NULL",
    "params.depth IS NOT NULL AND params.model = 'Forest'",
    "params.empty = ''",
    "tags.team = ''",
    "tags.team IS NULL",
    "tags.team != 'A'",
    "tag.team ILIKE 'B'",
    'tags."a b:c" LIKE \'a%\'',
    "`tags`.team = 'A'",
    "attributes.status = 'FINISHED'",
    "status != 'FINISHED'",
    "attr.status ILIKE 'k%'",
    f"start_time >= {START + 4}",
    f"attributes.start_time = {START + 5}",
    f"created < {START + 3}",
    f"end_time > {START + 502}",
    "run_name LIKE 'f%'",
    "attributes.`run name` = 'second'",
    "run.run_name != 'first'",
    "datasets.name = 'customers'",
    "dataset.digest IN ('cd34', 'zz')",
    "datasets.name NOT IN ('customers')",
    "dataset.context = 'training'",
    "datasets.context LIKE 'test%'",
    "metrics.auc > 0.9 AND params.model LIKE 'f%' AND tags.team = 'A'",
    "  metrics.auc>0.9   AND\n params.model='forest' ",
    "metrics.auc >",
    "metrics.auc > 'x'",
    "params.model = 5",
    "params.model > 'a' OR metrics.auc > 1",
    "(metrics.auc > 1)",
    "unknown.auc > 1",
    "attributes.nothing = 'x'",
    "metrics.auc IS NULL",
    "status IN ('FINISHED')",
    "params.model = 'forest",
    "datasets.color = 'x'",
    "metrics.auc > 1;",
    "metrics.auc == 1",
]  # fmt: skip
ORDERS = [
    [],
    ["metrics.auc DESC"],
    ["metrics.auc"],
    ["metrics.auc ASC", "start_time ASC"],
    ["params.model desc"],
    ["params.`learning rate`"],
    ["tags.team", "metrics.neg DESC"],
    ["attributes.end_time DESC"],
    ["run_name"],
    ["status", "created DESC"],
    ["metrics.`loss/val`"],
    ["metrics.auc UP"],
    ["nothing"],
    ["datasets.name"],
]


class Written:
    """A store, its reader here, and MLflow's own client for it."""

    def __init__(self, uri: str, folder: Path) -> None:
        from mlflow import MlflowClient

        self.uri, self.folder = uri, folder
        self.ids = write(uri, folder / "artifacts")
        self.names = {id: name for name, id in self.ids.items()}
        self.client = MlflowClient(uri)
        self.store: Store = open_store(uri, environ={}, home=folder)
        self.experiments = [e.id for e in self.store.experiments() if not e.deleted]

    def run(self, name: str) -> Run:
        return self.store.run(self.ids[name])

    def theirs(self, query: str, order: list[str]) -> list[str] | None:
        from mlflow.exceptions import MlflowException

        try:
            found = self.client.search_runs(self.experiments, query, order_by=order)
        except MlflowException:
            return None
        return [self.names[run.info.run_id] for run in found]

    def ours(self, query: str, order: list[str]) -> list[str] | None:
        try:
            clauses, orders = parse_filter(query), [parse_order(text) for text in order]
        except OnboardError:
            return None
        return [self.names[run.id] for run in sort(select(clauses, self.store.runs()), orders)]


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("sqlite")
    return Written(f"sqlite:///{folder}/mlflow.db", folder)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        folder = tmp_path_factory.mktemp("files")
        yield Written(f"{(folder / 'mlruns').as_uri()}", folder)


@pytest.fixture(params=["sqlite", "files"])
def written(request: pytest.FixtureRequest) -> Written:
    found: Written = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("query", FILTERS)
def test_filter(sqlite: Written, query: str) -> None:
    expected = sqlite.theirs(query, [])
    assert sqlite.ours(query, []) == expected


@pytest.mark.parametrize("order", ORDERS, ids=" + ".join)
def test_order(sqlite: Written, order: list[str]) -> None:
    assert sqlite.ours("", order) == sqlite.theirs("", order)


def test_the_filters_and_orders_tell_something(sqlite: Written) -> None:
    answers = [sqlite.ours(query, []) for query in FILTERS]
    assert sum(answer is None for answer in answers) == 14
    assert sum(bool(answer) for answer in answers) >= 40


def test_every_run_as_mlflow_has_it(written: Written) -> None:
    found = {run.name: run for run in written.store.runs()}
    assert set(found) == set(written.ids) - {"deleted"}
    for name, run in found.items():
        theirs = written.client.get_run(written.ids[name])
        assert run == written.run(name) or any(math.isnan(v) for v in run.metrics.values())
        assert (run.id, run.experiment) == (theirs.info.run_id, theirs.info.experiment_id)
        assert run.params == theirs.data.params
        assert run.tags == theirs.data.tags
        assert run.user == theirs.info.user_id
        assert (run.started, run.ended) == (theirs.info.start_time, theirs.info.end_time)
        assert run.artifacts == theirs.info.artifact_uri
        assert set(run.metrics) == set(theirs.data.metrics)


def test_states(written: Written) -> None:
    states = {run.name: run.status for run in written.store.runs()}
    assert states["first"] == "finished"
    assert states["third"] == "stopped"
    assert states["fourth"] == "failed"
    assert states["fifth"] == "running"


def test_numbers_that_are_none(written: Written) -> None:
    assert math.isnan(written.run("third").metrics["auc"])
    assert written.run("fourth").metrics["auc"] == math.inf
    assert written.run("fifth").metrics["auc"] == -math.inf
    assert written.run("first").metrics["curve"] == 0.1  # the highest step, not the last written


def test_history(written: Written) -> None:
    points = written.store.history(written.ids["first"], "curve")
    assert points[0] == Point(0, START, 0.5)
    assert points[2] == Point(2, START + 2, 0.1)
    assert (points[1].step, math.isnan(points[1].value)) == (1, True)
    assert written.store.history(written.ids["first"], "nothing") == []


def test_data_sets(written: Written) -> None:
    datasets = written.run("first").datasets
    assert sorted(dataset.name for dataset in datasets) == ["customers", "holdout"]
    found = {dataset.name: dataset for dataset in datasets}
    assert found["customers"].digest == "ab12"
    assert found["customers"].source == '{"uri": "c"}'
    assert (found["customers"].context, found["holdout"].context) == ("training", "")
    assert written.run("second").datasets == ()


def test_experiments(written: Written) -> None:
    found = {e.name: e for e in written.store.experiments()}
    assert found["gone"].deleted
    assert not found["churn"].deleted
    assert found["churn"].artifacts.endswith("/churn")
    some = written.store.runs([found["<b>other</b>"].id])
    assert [run.name for run in some] == ["apart"]
    assert written.store.runs([]) == []


def test_artifacts(written: Written) -> None:
    id = written.ids["first"]
    assert [(f.path, f.folder) for f in written.store.files(id)] == [("notes", True)]
    (file,) = written.store.files(id, "notes")
    assert (file.path, file.size) == ("notes/a.txt", 5)
    assert written.store.read(id, "notes/a.txt", 5) == b"hello"
    assert _code(written.store.read, id, "notes/a.txt", 4) == "experiments.file_too_large"
    assert _code(written.store.read, id, "notes/b.txt", 4) == "experiments.file_missing"
    assert written.store.files(written.ids["second"]) == []


def test_mlflow_sees_the_tags(written: Written) -> None:
    id = written.ids["sixth"]
    written.store.set_tags(id, {"note": "ü <b>", "smo/odd": "1", "mlflow.note.content": "text"})
    written.store.set_tags(id, {"note": "again", "smo/odd": None})
    theirs = written.client.get_run(id).data.tags
    assert (theirs["note"], theirs["mlflow.note.content"]) == ("again", "text")
    assert "smo/odd" not in theirs
    assert written.run("sixth").tags == theirs


def test_deleted_runs_are_not_there(written: Written) -> None:
    id = written.ids["deleted"]
    for call in (
        lambda: written.store.run(id),
        lambda: written.store.history(id, "auc"),
        lambda: written.store.files(id),
        lambda: written.store.set_tags(id, {"a": "b"}),
    ):
        assert _code(call) == "experiments.run_unknown"


def test_the_revision_is_a_known_one(sqlite: Written) -> None:
    assert sqlite.store.notes == []  # type: ignore[attr-defined]
    with sqlite3.connect(sqlite.folder / "mlflow.db") as connection:
        assert schema.revision(connection) in schema.KNOWN
    connection.close()


def _code(call: Any, *arguments: Any) -> str:
    with pytest.raises(OnboardError) as caught:
        call(*arguments)
    return caught.value.code
