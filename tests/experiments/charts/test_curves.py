"""Curves of several stores at once, what cannot be read of them, and over HTTP."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import NotFound, OnboardError, Unreachable
from sm_onboard.experiments.charts import curves as module
from sm_onboard.experiments.charts.curves import curves
from sm_onboard.experiments.charts.shown import CurvesAsked
from sm_onboard.experiments.models import Point, Series
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.stores.files import FileStore
from sm_onboard.experiments.stores.sqlite import SqliteStore
from sm_onboard.experiments.watching import Place
from sm_onboard.pool import Pool
from tests.experiments.stores import plain


class One:
    """A store that tells one history at a time."""

    kind = "server"
    uri = "memory"

    def __init__(self, **histories: list[Point]) -> None:
        self.histories = histories
        self.asked: list[tuple[str, str]] = []
        self.trouble: OnboardError | None = None

    def history(self, id: str, metric: str) -> list[Point]:
        self.asked.append((id, metric))
        if self.trouble:
            raise self.trouble
        if id not in self.histories:
            raise NotFound("experiments.run_unknown", f"There is no run {id}.")
        return self.histories[id] if metric == "auc" else []


class Many(One):
    """One that can tell many, or says that it cannot."""

    cannot = False

    def histories_of(self, ids: Sequence[str], metric: str) -> dict[str, Series] | None:
        self.asked.append((",".join(ids), metric))
        found = {id: Series.of(self.histories[id]) for id in ids if id in self.histories}
        return None if self.cannot else found


@pytest.fixture
def room() -> Iterator[Any]:
    pool = Pool(1)

    def make(**stores: Any) -> ExperimentsService:
        def place(id: str, store: Any) -> Place:
            return Place(id, "sqlite", id, "memory", lambda: store)

        found = [place(id, store) for id, store in stores.items()]
        return ExperimentsService(lambda _: found, pool=pool, server="s")

    yield make
    pool.shutdown(wait=False)


def asked(*runs: str, metrics: tuple[str, ...] = ("auc",), points: int = 100) -> CurvesAsked:
    return CurvesAsked(runs=runs, metrics=metrics, points=points)


POINTS = [Point(0, 5, 0.1), Point(1, 6, math.nan), Point(1, 7, math.inf)]


@pytest.mark.parametrize("kind", [One, Many])
def test_curves_come_with_what_json_does_not_know(room: Any, kind: Any) -> None:
    found = curves(room(a=kind(r=POINTS)), asked("a.r", metrics=("auc", "loss")))
    if kind is Many:
        assert len(found.curves) == 2  # this store has the same for both
    curve = found.curves[0]
    assert (curve.run, curve.metric, curve.steps, curve.times) == (
        "a.r",
        "auc",
        (0, 1, 1),
        (5, 6, 7),
    )
    assert curve.values == (0.1, "NaN", "Infinity")
    assert (curve.total, curve.sampled, curve.evenly, found.problems) == (3, False, False, ())


@pytest.mark.parametrize("kind", [One, Many])
def test_a_run_that_is_gone_is_told_and_hides_no_other(room: Any, kind: Any) -> None:
    found = curves(room(a=kind(r=POINTS)), asked("a.gone", "a.r", "none.r"))
    assert [curve.run for curve in found.curves] == ["a.r"]
    told = {one.run: one.problem.code for one in found.problems}
    assert told == {"a.gone": "experiments.run_unknown", "none.r": "experiments.store_unknown"}


def test_a_store_that_fails_is_told_for_each_of_its_runs(room: Any) -> None:
    broken = One(r=POINTS, q=POINTS)
    broken.trouble = Unreachable("experiments.store_unreachable", "It does not answer.")
    found = curves(room(a=broken, b=Many(r=POINTS)), asked("a.r", "b.r", "a.q"))
    assert [curve.run for curve in found.curves] == ["b.r"]
    assert {one.run for one in found.problems} == {"a.r", "a.q"}
    assert broken.asked == [("r", "auc")], "what does not answer is not asked again"


def test_what_was_told_of_a_run_first_stays(room: Any) -> None:
    class Failing(One):
        def history(self, id: str, metric: str) -> list[Point]:
            if metric == "loss":
                raise Unreachable("experiments.store_unreachable", "It does not answer.")
            return super().history(id, metric)

    found = curves(room(a=Failing(r=POINTS)), asked("a.gone", "a.r", metrics=("auc", "loss")))
    first_trouble = {one.run: one.problem.code for one in found.problems}
    assert first_trouble == {
        "a.gone": "experiments.run_unknown",
        "a.r": "experiments.store_unreachable",
    }
    assert len(found.curves) == 1, "what was read before is kept"


def test_many_are_asked_for_at_once_and_one_by_one_where_that_cannot_be(room: Any) -> None:
    store = Many(r=POINTS, q=POINTS)
    curves(room(a=store), asked("a.r", "a.q"))
    assert store.asked == [("r,q", "auc")]
    store.asked.clear()
    store.cannot = True
    assert len(curves(room(a=store), asked("a.r", "a.q")).curves) == 2
    assert store.asked == [("r,q", "auc"), ("r", "auc"), ("q", "auc")]


def test_what_is_late_is_left_out_and_told(room: Any) -> None:
    ticks = itertools.count(0, module.PATIENCE / 4)
    runs = [f"r{number}" for number in range(10)]
    store = One(**dict.fromkeys(runs, POINTS))
    found = curves(room(a=store), asked(*[f"a.{run}" for run in runs]), lambda: next(ticks))
    assert 0 < len(found.curves) < 10
    assert len(found.curves) + len(found.problems) == 10
    assert {one.problem.code for one in found.problems} == {"experiments.curves_late"}


def test_many_curves_have_fewer_points_each(room: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    long = [Point(step, step, float(step % 7)) for step in range(5000)]
    runs = {f"r{number}": long for number in range(3)}
    ids = [f"a.{run}" for run in runs]
    (curve, *_) = curves(room(a=Many(**runs)), asked(*ids, points=2000)).curves
    assert (curve.total, curve.sampled) == (5000, True)
    assert 1000 < len(curve.values) <= 2000
    monkeypatch.setattr(module, "WHOLE", 300)
    found = curves(room(a=Many(**runs)), asked(*ids, points=2000))
    assert sum(len(curve.values) for curve in found.curves) <= 300


def test_sqlite_and_a_folder_say_the_same(tmp_path: Path) -> None:
    path = plain.make(tmp_path / "runs.db")
    folder = tmp_path / "mlruns" / "0"
    for id in ("a" * 32, "b" * 32):
        plain.add(path, id)
        (folder / id / "metrics").mkdir(parents=True)
        (folder / id / "meta.yaml").write_text(
            f"run_id: {id}\nexperiment_id: '0'\nlifecycle_stage: active\nstatus: 3\nstart_time: 1\n"
        )
    (folder / "meta.yaml").write_text(
        "experiment_id: '0'\nname: Default\nlifecycle_stage: active\nartifact_location: .\n"
    )
    lines = []
    for time, step, value in ((7, 2, 0.9), (5, 0, 0.7), (9, 2, math.nan), (6, 1, 0.8)):
        plain.execute(
            path, "INSERT INTO metrics VALUES ('auc', ?, ?, ?, ?, ?)",
            0.0 if value != value else value, time, step, value != value, "a" * 32,
        )  # fmt: skip
        lines.append(f"{time} {value} {step}\n")
    (folder / ("a" * 32) / "metrics" / "auc").write_text("".join(lines))
    plain.add(path, "c" * 32)
    plain.execute(path, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE name = ?", "")
    plain.execute(path, "UPDATE runs SET lifecycle_stage = 'active' WHERE run_uuid != ?", "c" * 32)
    told = SqliteStore(path).histories_of(["a" * 32, "b" * 32, "c" * 32, "x'; --"], "auc")
    assert set(told) == {"a" * 32, "b" * 32}
    assert told["b" * 32].total == 0
    one = told["a" * 32]
    assert (one.steps, one.times, one.total) == ([0, 1, 2, 2], [5, 6, 7, 9], 4)
    assert one.values[:3] == [0.7, 0.8, 0.9] and math.isnan(one.values[3])
    again = Series.of(FileStore(tmp_path / "mlruns").history("a" * 32, "auc"))
    assert (again.steps, again.times) == (one.steps, one.times)
    assert again.values[:3] == one.values[:3]


@pytest.fixture
def jp_server_config(tmp_path: Path) -> dict[str, Any]:
    return {
        "ServerApp": {"jpserver_extensions": {"sm_onboard": True}},
        "SmOnboard": {"metadata_file": str(tmp_path / "none")},
    }


async def test_over_http(jp_fetch: Any) -> None:
    from tornado.httpclient import HTTPClientError

    async def post(body: object) -> Any:
        text = json.dumps(body)
        answer = await jp_fetch("sm-onboard", "experiments", "curves", method="POST", body=text)
        return json.loads(answer.body)

    assert await post({"runs": [], "metrics": ["auc"]}) == {"curves": [], "problems": []}
    for wrong in (
        {"runs": ["a.r"] * 201, "metrics": ["auc"]},
        {"runs": ["a.r"], "metrics": ["auc"] * 21},
        {"runs": ["a.r"], "metrics": ["auc"], "points": 2001},
        {"runs": ["a.r"], "metrics": ["auc"], "points": 0},
    ):
        with pytest.raises(HTTPClientError) as refused:
            await post(wrong)
        assert refused.value.code == 400
