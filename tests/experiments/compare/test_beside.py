"""Runs of several stores side by side; what cannot be read is said, and the rest stays."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import msgspec
import pytest

from sm_onboard.errors import NotFound, OnboardError, Unreachable
from sm_onboard.experiments import record
from sm_onboard.experiments.compare.beside import beside
from sm_onboard.experiments.compare.jobs import CodeDiffs
from sm_onboard.experiments.compare.shown import VALUE_LIMIT, CodeAsked, CodeDiff, Compared
from sm_onboard.experiments.models import Dataset, Experiment, File, Kind, Point, Run
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.watching import Place
from sm_onboard.pool import Pool


class Kept:
    """A store in memory."""

    uri = "memory"

    def __init__(self, *runs: Run, kind: Kind = "sqlite") -> None:
        self.kind = kind
        self.held = {run.id: run for run in runs}
        self.texts: dict[str, bytes] = {}
        self.trouble: OnboardError | None = None
        self.reads: list[str] = []

    def experiments(self) -> list[Experiment]:
        return [Experiment(id="1", name="churn")]

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        return list(self.held.values())

    def run(self, id: str) -> Run:
        if self.trouble:
            raise self.trouble
        if id not in self.held:
            raise NotFound("experiments.run_unknown", "This run is no longer there.")
        return self.held[id]

    def history(self, id: str, metric: str) -> list[Point]:
        raise AssertionError("not asked for")

    def files(self, id: str, folder: str = "") -> list[File]:
        raise AssertionError("not asked for")

    def read(self, id: str, path: str, limit: int) -> bytes:
        self.reads.append(f"{id}/{path}")
        if path != record.ENVIRONMENT_FILE or id not in self.texts:
            raise NotFound("experiments.file_missing", "There is no such file.")
        return self.texts[id]

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        raise AssertionError("nothing is written")


def run(id: str, /, **more: object) -> Run:
    given = {"experiment": "1", "name": f"run-{id}", "status": "finished", "started": 1, **more}
    return Run(id=id, **given)  # type: ignore[arg-type]


def service(**stores: Kept) -> ExperimentsService:
    places = [
        Place(id, store.kind, id, "memory", lambda store=store: store)  # type: ignore[misc,arg-type,return-value]
        for id, store in stores.items()
    ]
    return ExperimentsService(lambda _: places, pool=Pool(2), server="this-run")


def values(found: Compared, part: str, name: str) -> tuple[object, ...]:
    return next(row.values for row in found.rows if (row.part, row.name) == (part, name))


@pytest.fixture
def three() -> tuple[Kept, Kept]:
    one = Kept(
        run(
            "a", params={"model": "xgb", "depth": "6"}, metrics={"auc": 0.89, "loss": float("nan")}
        ),
        run(
            "b", params={"model": "lgbm", "depth": "6"}, metrics={"auc": float("inf"), "loss": 1.0}
        ),
    )
    other = Kept(
        run("c.d", params={"model": "xgb"}, tags={record.PERSON: "ada", record.COMMIT: "4f" * 20}),
        kind="server",
    )
    return one, other


def test_runs_of_several_stores(three: tuple[Kept, Kept]) -> None:
    found = beside(service(s1=three[0], s2=three[1]), ["s1.a", "s1.b", "s2.c.d"], packages=False)
    assert [each.id for each in found.runs] == ["s1.a", "s1.b", "s2.c.d"]
    assert [each.experiment for each in found.runs] == ["s1.1", "s1.1", "s2.1"]
    assert found.runs[2].person == "ada"
    model = next(row for row in found.rows if row.name == "model")
    assert (model.values, model.differs, model.odd) == (("xgb", "lgbm", "xgb"), True, (1,))
    depth = next(row for row in found.rows if row.name == "depth")
    assert (depth.values, depth.differs, depth.odd) == (("6", "6", None), True, (2,))
    assert found.notes == ()


def test_no_majority_has_no_odd_one(three: tuple[Kept, Kept]) -> None:
    found = beside(service(s1=three[0]), ["s1.a", "s1.b"], packages=False)
    assert {row.name: row.odd for row in found.rows if row.differs} == {
        "model": (), "auc": (), "loss": (),
    }  # fmt: skip


def test_numbers_that_json_does_not_know(three: tuple[Kept, Kept]) -> None:
    found = beside(service(s1=three[0]), ["s1.a", "s1.b"], packages=False)
    json.loads(msgspec.json.encode(found))
    assert values(found, "metrics", "auc") == (0.89, "Infinity")
    assert values(found, "metrics", "loss") == ("NaN", 1.0)


def test_two_results_that_are_no_number_are_the_same() -> None:
    nan = Kept(run("a", metrics={"x": float("nan")}), run("b", metrics={"x": float("nan")}))
    (row,) = beside(service(s=nan), ["s.a", "s.b"], packages=False).rows
    assert row.differs is False


def test_a_run_that_is_gone_and_a_store_that_fails(three: tuple[Kept, Kept]) -> None:
    one, other = three
    other.trouble = Unreachable("experiments.store_unreachable", "mlflow.acme did not answer.")
    ids = ["s1.a", "s1.gone", "s2.c.d", "nowhere.x"]
    found = beside(service(s1=one, s2=other), ids, packages=False)
    assert [each.problem and each.problem.code for each in found.runs] == [
        None, "experiments.run_unknown", "experiments.store_unreachable",
        "experiments.store_unknown",
    ]  # fmt: skip
    assert len(found.notes) == 3
    assert found.notes[1] == "c.d: mlflow.acme did not answer."
    assert all(row.unknown == (1, 2, 3) and not row.differs for row in found.rows)
    assert values(found, "params", "model") == ("xgb", None, None, None)


def test_a_run_that_is_named_twice_counts_once(three: tuple[Kept, Kept]) -> None:
    found = beside(service(s1=three[0]), ["s1.a", "s1.a", "s1.b"], packages=False)
    assert [each.id for each in found.runs] == ["s1.a", "s1.b"]


def test_what_the_table_knows_is_not_asked_again(three: tuple[Kept, Kept]) -> None:
    room = service(s1=three[0])
    room._table.replace("s1", ["1"], three[0].runs())
    three[0].trouble = Unreachable("x", "Nobody asks.")
    found = beside(room, ["s1.a", "s1.b"], packages=False)
    assert found.notes == ()
    assert values(found, "params", "model") == ("xgb", "lgbm")


def test_long_values_are_cut_and_still_differ() -> None:
    long = "x" * 1_000_000
    kept = Kept(
        run("a", params={"x": f"{long}1", "same": long}, name=long),
        run("b", params={"x": f"{long}2", "same": long}),
    )
    found = beside(service(s=kept), ["s.a", "s.b"], packages=False)
    assert len(msgspec.json.encode(found)) < 10 * VALUE_LIMIT
    assert [(row.name, row.differs) for row in found.rows] == [("same", False), ("x", True)]


def test_packages_are_read_once_for_each_list() -> None:
    digests = {"a": "1" * 64, "b": "1" * 64, "c": "2" * 64}
    kept = Kept(*(run(id, tags={record.ENVIRONMENT: x}) for id, x in digests.items()), run("d"))
    kept.texts = {
        "a": b"numpy==1\nlightgbm==4\n", "b": b"numpy==1\nlightgbm==4\n", "c": b"numpy==1\n",
    }  # fmt: skip
    found = beside(service(s=kept), ["s.a", "s.b", "s.c", "s.d"], packages=True)
    assert [row.part for row in found.rows] == ["environment", "environment"]
    assert values(found, "environment", "lightgbm") == ("4", "4", None, None)
    assert found.rows[0].odd == (2,)
    assert all(row.unknown == (3,) for row in found.rows)
    assert found.notes == ("Which packages there were is not recorded of run-d.",)
    assert len(kept.reads) == 2


def test_data_sets_by_name_and_digest() -> None:
    data = [(Dataset(name="customers", digest=x, context="training"),) for x in ("oct", "sep")]
    kept = Kept(run("a", datasets=data[0]), run("b", datasets=data[1]))
    (row,) = beside(service(s=kept), ["s.a", "s.b"], packages=False).rows
    assert (row.part, row.name, row.values) == ("datasets", "customers (training)", ("oct", "sep"))


@pytest.fixture
def diffs(three: tuple[Kept, Kept], tmp_path, monkeypatch) -> Iterator[CodeDiffs]:  # type: ignore[no-untyped-def]
    import logging

    from sm_onboard.experiments.compare import jobs

    found: list[bool] = [False, True]
    monkeypatch.setattr(
        jobs,
        "compare_code",
        lambda id, *_: CodeDiff(id=id, state="done", whole=found.pop(0) if found else True),
    )
    made = CodeDiffs(
        service(s1=three[0]).find,
        lambda **_: None,  # type: ignore[arg-type,return-value]
        folder=tmp_path,
        tell=lambda _: None,
        log=logging.getLogger(__name__),
    )
    yield made
    made.close()


def ended(diffs: CodeDiffs, id: str) -> CodeDiff:
    end = time.monotonic() + 20
    while diffs.get(id).state == "working":
        assert time.monotonic() < end
        time.sleep(0.01)
    return diffs.get(id)


def test_code_is_compared_once_and_again_where_something_was_missing(diffs: CodeDiffs) -> None:
    asked = CodeAsked(before="s1.a", after="s1.b")
    first = diffs.begin(asked)
    assert first.state == "working"
    assert ended(diffs, first.id).whole is False
    again = diffs.begin(asked)
    assert (again.id, again.state) == (first.id, "working")
    assert ended(diffs, first.id).whole is True
    assert diffs.begin(asked).state == "done"
    assert diffs.begin(CodeAsked(before="s1.b", after="s1.a")).id != first.id


def test_a_run_that_has_changed_is_compared_anew(
    diffs: CodeDiffs, three: tuple[Kept, Kept]
) -> None:
    asked = CodeAsked(before="s1.a", after="s1.b")
    first = diffs.begin(asked).id
    three[0].held["b"] = run("b", tags={record.SNAPSHOT: "2026-x"})
    assert diffs.begin(asked).id != first


def test_what_is_not_known(diffs: CodeDiffs) -> None:
    with pytest.raises(NotFound, match="no longer there"):
        diffs.begin(CodeAsked(before="s1.a", after="s1.gone"))
    with pytest.raises(NotFound, match="any more"):
        diffs.get("0" * 24)
