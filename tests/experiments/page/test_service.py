"""The room reads while somebody looks, tells what differs, and leaves a broken store alone."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_onboard.errors import Forbidden, OnboardError, Unreachable
from sm_onboard.experiments import watching
from sm_onboard.experiments.models import Experiment, Kind, Run
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.shown import ExperimentsLook, RunsAsked
from sm_onboard.experiments.watching import Place
from sm_onboard.pool import Pool

LONG = 20.0


class Kept:
    """A store in memory; ``trouble`` is raised by everything."""

    uri = "memory"

    def __init__(self, kind: Kind = "sqlite") -> None:
        self.kind = kind
        self.held = {"1": [Run(id="a", experiment="1", name="a", status="finished", started=1)]}
        self.trouble: OnboardError | None = None
        self.read = 0
        self.asked: list[list[str] | None] = []

    def experiments(self) -> list[Experiment]:
        if self.trouble:
            raise self.trouble
        return [Experiment(id=id, name=f"experiment {id}") for id in self.held]

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        self.read += 1
        self.asked.append(experiments)
        return [run for id in experiments or () for run in self.held[id]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "TICK", 0.02)
    monkeypatch.setattr(watching, "_AGES", {"sqlite": 0.02, "files": 0.02})
    monkeypatch.setattr(watching, "_REMOTE", 0.02)
    monkeypatch.setattr(watching, "_UNCHOSEN", 0.02)
    monkeypatch.setattr(watching, "_TRY_AGAIN", 0.02)


class House:
    def __init__(self, **stores: Kept) -> None:
        self.told = 0
        self.pool = Pool(4)
        self.opened = threading.Event()
        self.places = [
            Place(id, store.kind, id, "memory", lambda store=store: store)  # type: ignore[misc,arg-type,return-value]
            for id, store in stores.items()
        ]

        def found(everything: bool) -> list[Place]:
            self.opened.set()
            return [place for place in self.places if everything or place.id != "later"]

        self.service = ExperimentsService(
            found, pool=self.pool, server="this-run", notify=self.notify
        )

    def notify(self, room: str, id: str, revision: int) -> None:
        assert room == "experiments"
        self.told = revision

    def look(self, *experiments: str, **more: Any) -> None:
        self.service.look(
            ExperimentsLook(**({"view": "page-1", "experiments": experiments} | more))
        )

    def until(self, true: Callable[[], Any]) -> None:
        end = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < end, self.service.state()
            time.sleep(0.01)

    def ids(self, *experiments: str) -> set[str]:
        return set(self.service.runs(RunsAsked(experiments=experiments)).ids)


@pytest.fixture
def house() -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(**stores: Kept) -> House:
        made.append(House(**stores))
        return made[-1]

    yield make
    for one in made:
        one.service.close()
        assert one.pool.close(LONG)


def test_nothing_is_read_before_somebody_looks(house: Any) -> None:
    store = Kept()
    here = house(s=store)
    assert here.service.state().state == "starting"
    assert here.ids("s.1") == set()
    time.sleep(0.1)
    assert store.read == 0 and not here.opened.is_set()


def test_what_is_there_is_shown_and_told(house: Any) -> None:
    store = Kept()
    here = house(s=store)
    here.look()
    here.until(lambda: here.service.state().latest)
    state = here.service.state()
    (row,) = state.stores
    assert (row.state, row.experiments[0].id) == ("ready", "s.1")
    assert [run.id for run in state.latest] == ["s.a"]
    assert here.told == state.revision > 0
    assert here.ids("s.1") == {"s.a"}

    store.held["1"].append(
        Run(id="b", experiment="1", name="b", status="running", started=2, metrics={"auc": 0.5})
    )
    here.until(lambda: here.ids("s.1") == {"s.a", "s.b"})
    here.until(lambda: here.told > state.revision)
    state = here.service.state()
    assert (state.running, state.metric, state.metrics) == (1, "auc", ("auc",))
    assert [(run.id, run.metric) for run in state.latest] == [("s.b", 0.5), ("s.a", None)]


def test_nobody_is_told_while_nothing_differs(house: Any) -> None:
    store = Kept()
    here = house(s=store)
    here.look()
    here.until(lambda: here.service.state().latest)
    told, read = here.told, store.read
    here.until(lambda: store.read > read + 3)
    assert here.told == told


def test_an_unchanged_file_is_not_read_again(house: Any) -> None:
    store = Kept()
    here = house()
    mark = ["1"]
    asked = []

    def fingerprint() -> object:
        asked.append(1)
        return mark[0]

    place = Place("s", "sqlite", "s", "memory", lambda: store, fingerprint=fingerprint)  # type: ignore[arg-type,return-value]
    here.service._watcher._places = lambda _: [place]
    here.look()
    here.until(lambda: here.service.state().latest)
    here.until(lambda: len(asked) > 4)
    assert store.read == 1
    mark[0] = "2"
    here.until(lambda: store.read == 2)


def test_the_last_view_that_closes_ends_the_reading(house: Any) -> None:
    store = Kept()
    here = house(s=store)
    here.look()
    here.until(lambda: store.read)
    here.look(open=False)
    time.sleep(0.1)
    read = store.read
    time.sleep(0.2)
    assert store.read == read


def test_a_lease_that_nobody_renews_ends(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LEASE", 0.1)
    store = Kept()
    here = house(s=store)
    here.look()
    here.until(lambda: not here.service._watcher._ticking)
    read = store.read
    time.sleep(0.1)
    assert store.read == read
    monkeypatch.setattr(watching, "LEASE", 60)
    here.look()
    here.until(lambda: store.read > read)


def test_a_store_that_fails_leaves_the_others_alone(house: Any) -> None:
    good, bad = Kept(), Kept()
    bad.trouble = Unreachable("experiments.store_unreachable", "It did not answer.", "Wait.")
    here = house(good=good, bad=bad)
    here.look()
    here.until(lambda: {row.state for row in here.service.state().stores} == {"ready", "failed"})
    rows = {row.id: row for row in here.service.state().stores}
    assert rows["bad"].problem.message == "It did not answer."
    assert here.ids("good.1") == {"good.a"}

    bad.trouble = None
    here.until(lambda: here.ids("bad.1") == {"bad.a"})
    bad.trouble = Unreachable("experiments.store_unreachable", "It went away.", "Wait.")
    here.until(lambda: {row.state for row in here.service.state().stores} == {"ready", "stale"})
    assert here.ids("bad.1") == {"bad.a"}, "what is known stays"


def test_a_refusal_names_the_permission_to_ask_for(house: Any) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-app/app-1"
    said = f"User: x is not authorized to perform: sagemaker:CallMlflowAppApi on resource: {arn}"
    cause = ClientError({"Error": {"Code": "AccessDeniedException", "Message": said}}, "Call")
    store = Kept()
    store.trouble = Forbidden("aws.forbidden", "You may not.", "Ask.")
    store.trouble.__cause__ = cause
    here = house(s=store)
    here.look()
    here.until(lambda: here.service.state().stores and here.service.state().stores[0].problem)
    problem = here.service.state().stores[0].problem
    assert (problem.action, problem.resource) == ("sagemaker:CallMlflowAppApi", arn)
    assert json.loads(problem.statement)["Action"] == "sagemaker:CallMlflowAppApi"


def test_an_exception_nobody_foresaw_is_a_sentence_too(house: Any) -> None:
    store = Kept()
    store.runs = lambda *_: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    here = house(s=store)
    here.look()
    here.until(lambda: here.service.state().stores and here.service.state().stores[0].problem)
    (row,) = here.service.state().stores
    assert row.problem.code == "internal" and "division" not in row.problem.message


def test_elsewhere_only_what_was_chosen_is_read(house: Any) -> None:
    far = Kept("server")
    far.held["2"] = []
    here = house(far=far)
    here.look()
    here.until(lambda: far.read)
    assert not any(far.asked)
    here.look("far.1")
    here.until(lambda: here.ids("far.1") == {"far.a"})
    assert ["1", "2"] not in far.asked


def test_the_panel_alone_asks_no_other_stores(house: Any) -> None:
    near, far, later = Kept(), Kept("server"), Kept("sagemaker")
    here = house(near=near, far=far, later=later)
    here.look(view="panel-1")
    here.until(lambda: near.read > 3)
    assert (far.read, later.read) == (0, 0)
    assert {row.id for row in here.service.state().stores} == {"near", "far"}
    assert here.service.state().state == "idle"
    here.look(view="page-1")
    here.until(lambda: far.read and later.read)


def test_an_experiment_that_is_deleted_takes_its_runs_along(house: Any) -> None:
    store = Kept()
    here = house(s=store)
    here.look()
    here.until(lambda: here.ids("s.1"))
    del store.held["1"]
    here.until(lambda: not here.ids("s.1"))


def test_where_runs_go_is_shown_anew_once_it_is_known(house: Any) -> None:
    here = house(s=Kept())
    here.look()
    here.until(lambda: here.service.state().latest)
    assert [row.recording for row in here.service.state().stores] == [False]
    team = Kept("app")
    here.places[:] = [
        replace(here.places[0], recording=False),
        Place("t", "app", "team", "arn", lambda: team, recording=True, note="Why."),  # type: ignore[arg-type,return-value]
    ]
    here.service.again()
    here.until(lambda: len(here.service.state().stores) == 2)
    found = {row.id: (row.recording, row.note) for row in here.service.state().stores}
    assert found == {"s": (False, ""), "t": (True, "Why.")}
    here.places[:] = [replace(place, recording=place.id == "s") for place in here.places]
    here.service.again()
    here.until(lambda: here.service.state().stores[0].recording)
    assert here.ids("s.1") == {"s.a"}, "what was read stays"
