"""The room with a followed store: rows in between, after a restart, and while it is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import Unreachable
from sm_onboard.experiments import watching
from sm_onboard.experiments.mirror import following, mlflow
from sm_onboard.experiments.mirror.following import Follower
from sm_onboard.experiments.mirror.kept import Kept
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.shown import ExperimentsLook, RunsAsked, StoreRow
from sm_onboard.experiments.watched import Place, Rows
from sm_onboard.pool import Pool

from .servers import URI, Server, store_of

LONG = 20.0
AWAY = Unreachable("experiments.store_unreachable", "It did not answer.", "Wait.")


class Gated(Server):
    """Lets so many searches through as the test says."""

    def __init__(self, *experiments: str) -> None:
        super().__init__(*experiments)
        self.gate: threading.Semaphore | None = None

    def send(self, method: str, target: str, body: bytes = b"", **more: Any) -> Any:
        if self.gate and "runs/search" in target:
            assert self.gate.acquire(timeout=LONG)
        return super().send(method, target, body, **more)


class House:
    """A server of ours; ``folder`` outlives it."""

    def __init__(self, server: Server, folder: Path, *, recording: bool = False) -> None:
        self.pool = Pool(4)
        self.told = 0
        store = store_of(server)
        kept = Kept(folder, "far", URI, logging.getLogger("mirror"))
        self.there = [
            Place(
                "far", "server", "far", URI, lambda: store, recording=recording,
                follow=lambda: Follower(lambda: store, kept, latest=recording),
            )
        ]  # fmt: skip
        self.service = ExperimentsService(
            lambda _: list(self.there), pool=self.pool, server="x", notify=self.notify
        )

    def notify(self, room: str, id: str, revision: int) -> None:
        del room, id
        self.told = revision

    def look(self, *experiments: str, view: str = "page-1", open: bool = True) -> None:
        self.service.look(ExperimentsLook(view=view, experiments=experiments, open=open))

    def until(self, true: Callable[[], Any]) -> None:
        end = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < end, self.service.state()
            time.sleep(0.01)

    def count(self, experiment: str = "far.1") -> int:
        return len(self.service.runs(RunsAsked(experiments=(experiment,))).ids)

    @property
    def row(self) -> StoreRow | None:
        stores = self.service.state().stores
        return stores[0] if stores else None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "TICK", 0.02)
    monkeypatch.setattr(watching, "_TRY_AGAIN", 0.02)
    monkeypatch.setattr(watching, "_REMOTE", 0.02)
    monkeypatch.setattr(following, "NEWS", 0.02)
    monkeypatch.setattr(mlflow, "PAGE", 10)
    monkeypatch.setattr(mlflow, "FIRST", 3)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(server: Server, **more: Any) -> House:
        made.append(House(server, tmp_path, **more))
        return made[-1]

    yield make
    for one in made:
        one.service.close()
        assert one.pool.close(LONG)


@pytest.fixture
def server() -> Gated:
    made = Gated()
    for number in range(30):
        made.add(f"run-{number:02}", number, number + 1)
    return made


def test_rows_appear_while_the_rest_is_read(house: Any, server: Gated) -> None:
    server.gate = threading.Semaphore(1)
    here = house(server)
    here.look("far.1")
    here.until(lambda: here.count() == 3)
    told = here.told
    row = here.row
    assert (row.state, row.read_at is not None, here.service.state().state) == (
        "reading",
        True,
        "working",
    )
    server.gate.release()
    here.until(lambda: here.count() == 12)
    here.until(lambda: here.told > told)
    server.gate.release(1000)
    here.until(lambda: here.row.state == "ready")
    assert (here.count(), here.service.state().state) == (30, "idle")


def test_after_a_restart_the_page_is_there_while_the_store_hangs(house: Any, server: Gated) -> None:
    first = house(server)
    first.look("far.1")
    first.until(lambda: first.row and first.row.state == "ready")
    first.service.close()
    server.gate = threading.Semaphore(0)
    second = house(server)
    second.look("far.1")
    second.until(lambda: second.count() == 30)
    row = second.row
    assert (row.state, row.read_at <= time.time() * 1000) == ("reading", True)
    assert [one.id for one in row.experiments] == ["far.1"]
    server.add("later", 40, 41)
    server.gate.release(1000)
    second.until(lambda: second.row.state == "ready")
    assert second.count() == 31


def test_a_store_that_went_away_is_stale_with_the_sentence_and_the_time(
    house: Any, server: Gated
) -> None:
    first = house(server)
    first.look("far.1")
    first.until(lambda: first.row and first.row.state == "ready")
    first.service.close()
    server.trouble = AWAY
    second = house(server)
    second.look("far.1")
    second.until(lambda: second.row and second.row.state == "stale")
    assert second.row.problem.message == "It did not answer."
    assert second.row.read_at <= first.row.read_at
    assert second.count() == 30
    second.until(lambda: second.service.state().state == "idle")
    server.trouble = None
    second.until(lambda: second.row.state == "ready" and second.row.problem is None)


def test_one_that_was_never_read_has_failed(house: Any, server: Gated) -> None:
    server.trouble = AWAY
    here = house(server)
    here.look("far.1")
    here.until(lambda: here.row and here.row.state == "failed")
    server.trouble = None
    here.until(lambda: here.row.state == "ready")


def test_what_may_only_be_listed_stays_told(
    house: Any, server: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LIST", 0.02)
    server.trouble, server.refused = AWAY, {"runs/search"}
    here = house(server)
    here.look("far.1")
    here.until(lambda: here.row and here.row.problem)
    told = here.told
    count = len(server.asked)
    here.until(lambda: len(server.asked) > count + 6)
    assert here.row.problem and here.told == told


def test_nobody_looks_nothing_is_asked_and_what_changed_is_kept(
    house: Any, server: Gated, tmp_path: Path
) -> None:
    here = house(server)
    here.look("far.1")
    here.until(lambda: here.row and here.row.state == "ready")
    server.add("late", 50, 51)
    here.until(lambda: here.count() == 31)
    here.look(open=False)

    def held() -> int:
        found = Kept(tmp_path, "far", URI, logging.getLogger("mirror")).held("1")
        return len(found.runs) if found else 0

    here.until(lambda: held() == 31)
    asked = len(server.asked)
    time.sleep(0.2)
    assert len(server.asked) == asked


def test_the_panel_alone_gets_the_latest_of_where_is_recorded(house: Any, server: Gated) -> None:
    other = house(server)
    other.look(view="panel-1")
    other.until(lambda: other.row)
    time.sleep(0.1)
    assert server.asked == []
    here = house(server, recording=True)
    here.look(view="panel-1")
    here.until(lambda: here.service.state().latest)
    assert here.service.state().latest[0].id == "far.run-29"
    assert server.asked.count("runs/search") == 1


def test_a_store_that_is_not_found_any_more_is_gone_with_its_runs(
    house: Any, server: Gated
) -> None:
    here = house(server)
    (place,) = here.there
    near = Place("near", "server", "near", URI, place.open)
    here.there.append(near)
    asked = []

    def places(everything: bool) -> list[Place]:
        if everything:
            here.until(lambda: here.count() == 30)
            asked.append(1)
        return [near] if everything else here.there

    here.service._watcher._places = places
    here.look("far.1")
    here.until(lambda: asked and [row.id for row in here.service.state().stores] == ["near"])
    here.until(lambda: here.count() == 0)


def test_one_that_is_being_read_meanwhile_leaves_nothing_either(house: Any, server: Gated) -> None:
    here = house(server)
    here.look("far.1")
    here.until(lambda: here.row and here.row.state == "ready")
    server.gate = threading.Semaphore(0)
    (one,) = here.service._watcher._watched.values()
    here.until(lambda: one.reading)
    near = Place("near", "server", "near", URI, one.place.open)
    here.service._watcher._found([near], last=True, everything=True)
    assert here.count() == 0
    server.add("late", 60)
    server.gate.release(1000)
    here.until(lambda: not one.reading)
    here.until(lambda: here.count() == 0)


def test_a_note_that_was_set_here_is_kept(house: Any, server: Gated) -> None:
    first = house(server)
    first.look("far.1")
    first.until(lambda: first.row and first.row.state == "ready")
    server.change("run-01", tags={"mlflow.note.content": "the one"})
    first.service.differs("far.run-01", server.runs["run-01"])
    first.service._watcher._watched["far"].follower.save(
        Rows(first.service._table, "far", lambda: None)
    )
    first.service.close()
    server.trouble = AWAY
    second = house(server)
    second.look("far.1")
    second.until(lambda: second.count() == 30)
    found = second.service.find("far.run-01").known
    assert found and found.tags == {"mlflow.note.content": "the one"}
