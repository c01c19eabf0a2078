"""What a followed store is asked, and when what changed there is seen here."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError, Unreachable
from sm_onboard.experiments.mirror import following, mlflow

from .servers import Here, Server, store_of

AWAY = Unreachable("experiments.store_unreachable", "It did not answer.", "Wait.")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def here(server: Server, tmp_path: Path) -> Here:
    return Here(store_of(server), tmp_path)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PAGE": 10, "FIRST": 3, "OPEN": 4, "ENDED": 4, "NAMED": 5}.items():
        monkeypatch.setattr(mlflow, name, value)


def fill(server: Server, count: int, experiment: str = "1") -> None:
    for number in range(count):
        id = f"{experiment}-{number:03}"
        server.add(id, number, number + 1, experiment=experiment, metrics={"auc": number / count})


@pytest.mark.usefixtures("small")
def test_rows_appear_page_by_page_the_newest_first(server: Server, here: Here) -> None:
    fill(server, 40)
    while not here.rows.told:
        here.step("1")
    assert sorted(here.runs()) == ["1-037", "1-038", "1-039"]
    assert here.last and not here.last.whole and here.last.wait == 0
    assert here.settle("1").whole
    assert here.runs() == server.runs
    assert here.rows.told == [3, 12, 21, 30, 39, 40], "each page begins where the last one ended"


@pytest.mark.usefixtures("small")
def test_runs_of_one_moment_fill_more_than_a_page(server: Server, here: Here) -> None:
    fill(server, 5)
    for number in range(25):
        server.add(f"same-{number:02}", 3, 4)
    here.settle("1")
    assert here.runs() == server.runs
    del server.runs["same-07"]
    here.until(lambda: here.runs() == server.runs, "1", refreshes=100)


def test_a_refresh_is_two_requests_and_a_minute_has_two_more(server: Server, here: Here) -> None:
    fill(server, 400)
    server.add("running", 500)
    here.settle("1")
    here.after(following.NEWS, "1")
    for _ in range(3):
        server.asked.clear()
        server.sent = 0
        before = list(here.rows.told)
        step = here.after(following.NEWS, "1")
        assert server.asked == ["runs/search"] * 2
        assert server.sent == 101, "however many ended lately"
        assert (here.rows.told, step.wait > 1) == (before, True)
    server.asked.clear()
    end = here.clock.now + 600
    while here.clock.now < end:
        count = len(server.asked)
        here.clock.now += here.step("1").wait
        assert len(server.asked) - count <= 2
    asked = Counter(server.asked)
    assert asked["experiments/search"] <= 11
    assert asked["runs/search"] <= 120 * 2 + 11


def test_nothing_due_asks_nothing(server: Server, here: Here) -> None:
    fill(server, 3)
    here.settle("1")
    assert len(server.asked) == 5, "the experiments, all runs, and news of those that ended since"
    server.asked.clear()
    assert here.step("1").wait > 0
    assert server.asked == []


def test_what_changes_is_seen_at_the_next_refresh(server: Server, here: Here) -> None:
    fill(server, 300)
    server.add("running", 400)
    server.add("old", 1)
    here.settle("1")
    server.change("running", metrics={"auc": 0.7})
    server.add("begun", 500)
    server.add("short", 501, 502)
    server.change("old", ended=server.runs["short"].ended, status="failed")
    here.after(following.NEWS, "1")
    assert here.runs() == server.runs
    server.change("1-005", status="running", ended=None)  # somebody goes on with it
    here.after(following.NEWS, "1")
    assert here.runs() == server.runs
    server.change("1-005", status="finished", ended=server.runs["short"].ended)
    del server.runs["begun"]
    here.after(following.NEWS, "1")
    assert here.runs() == server.runs


def test_one_that_ended_by_a_clock_that_is_wrong(server: Server, here: Here) -> None:
    fill(server, 300)
    server.add("early", 200)
    here.settle("1")
    server.change("early", status="finished", ended=5)  # 1970
    server.asked.clear()
    here.after(following.NEWS, "1")
    assert here.runs()["early"].status == "finished"
    assert len(server.asked) == 3, "it is asked for by its id"


def test_a_nan_is_no_change(server: Server, here: Here) -> None:
    server.add("running", 1, metrics={"loss": math.nan, "far": math.inf})
    here.settle("1")
    told = list(here.rows.told)
    here.after(following.NEWS, "1")
    assert here.rows.told == told


@pytest.mark.usefixtures("small")
def test_old_runs_that_are_edited_or_deleted_are_found_by_the_walk(
    server: Server, here: Here
) -> None:
    fill(server, 100)
    here.settle("1")
    server.change("1-020", tags={"note": "the one"})
    del server.runs["1-030"]
    server.add("1-0155", 15, 16, status="failed")  # brought in from elsewhere
    took = here.until(lambda: here.runs() == server.runs, "1", refreshes=500)
    pages = 100 // (10 - 1) + 1
    assert 60 < took <= (pages + 1) * 60, "a page a minute"


@pytest.mark.usefixtures("small")
def test_more_run_than_are_asked_for_each_time(server: Server, here: Here) -> None:
    for number in range(12):
        server.add(f"open-{number:02}", number)
    here.settle("1")
    server.asked.clear()
    here.after(following.NEWS, "1")
    assert len(server.asked) == 2
    assert here.runs() == server.runs, "those that were not told are not taken for gone"
    server.change("open-01", status="failed", ended=server.runs["open-11"].started)
    here.after(following.NEWS, "1")
    assert here.runs() == server.runs


@pytest.mark.usefixtures("small")
def test_many_that_ended_meanwhile(server: Server, here: Here) -> None:
    fill(server, 5)
    here.settle("1")
    fill(server, 60)
    server.asked.clear()
    here.after(following.NEWS, "1")
    assert here.runs() == server.runs
    assert len(server.asked) <= 9


def test_an_experiment_looked_at_again_has_what_another_ones_news_would_hide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow, "ENDED", 4)
    server = Server("1", "2")
    fill(server, 20, "1")
    fill(server, 3, "2")
    here = Here(store_of(server), tmp_path)
    here.settle("1", "2")
    for number in range(300):
        server.add(f"late-{number}", 2000 + number, 2001 + number)
    server.add("2-late", 1000, 1001, experiment="2")
    here.after(following.NEWS, "1")
    assert "2-late" not in here.runs("2"), "nobody looks at it"
    here.settle("1", "2")
    assert "2-late" in here.runs("2")
    server.asked.clear()
    here.after(following.NEWS, "1", "2")
    assert len(server.asked) == 2


def test_only_what_is_looked_at_is_asked_for(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 3, "1")
    fill(server, 3, "2")
    here = Here(store_of(server), tmp_path)
    step = here.settle()
    assert (server.asked, [one.id for one in step.experiments]) == (
        ["experiments/search"],
        ["1", "2"],
    )
    here.settle("2")
    assert (len(here.runs("1")), len(here.runs("2"))) == (0, 3)


@pytest.mark.usefixtures("small")
def test_one_chosen_later_does_not_wait_for_a_large_one(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 80, "1")
    fill(server, 2, "2")
    here = Here(store_of(server), tmp_path)
    while len(here.runs("1")) < 12:
        here.step("1")
    for _ in range(3):
        here.step("1", "2")
    assert len(here.runs("2")) == 2 and len(here.runs("1")) < 80
    assert here.settle("1", "2").whole
    assert here.rows.known().keys() == server.runs.keys()


@pytest.mark.usefixtures("small")
def test_two_large_ones_are_read_in_turn(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 80, "1")
    fill(server, 80, "2")
    here = Here(store_of(server), tmp_path)
    while len(here.runs("1")) < 12:
        here.step("1")
    while len(here.runs("2")) < 40:
        here.step("1", "2")
    assert 30 < len(here.runs("1")) < 60


def test_one_that_may_not_be_read_holds_up_no_other(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 3, "2")
    here = Here(store_of(server), tmp_path)
    server.trouble, server.refused = AWAY, {"runs/search"}
    for _ in range(3):
        with suppress(OnboardError):
            here.step("1")
    send = server.send
    server.trouble = None

    def choosy(method: str, target: str, body: bytes = b"", **more: object):  # type: ignore[no-untyped-def]
        if b'"experiment_ids": ["1"]' in body:
            raise AWAY
        return send(method, target, body, **more)

    server.send = choosy  # type: ignore[method-assign]
    for _ in range(6):
        with suppress(OnboardError):
            here.step("1", "2")
    assert len(here.runs("2")) == 3


@pytest.mark.usefixtures("small")
def test_one_that_is_no_longer_chosen_is_read_no_further(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 80, "1")
    here = Here(store_of(server), tmp_path)
    while len(here.runs("1")) < 12:
        here.step("1")
    here.settle("2")
    read = len(here.runs("1"))
    assert read < 30
    assert here.settle("1").whole
    assert here.runs("1") == server.runs


def test_an_experiment_that_is_deleted_takes_its_runs_along(server: Server, here: Here) -> None:
    fill(server, 3)
    here.settle("1")
    here.save()
    server.experiments["1"] = "deleted"
    step = here.after(following.LIST, "1")
    assert (here.runs(), step.experiments) == ({}, [])
    server.experiments["1"] = "active"
    here.after(following.LIST, "1")
    assert here.runs() == server.runs


def test_the_latest_runs_for_the_panel(tmp_path: Path) -> None:
    server = Server("1", "2")
    fill(server, 80, "1")
    server.add("new", 100, experiment="2")
    here = Here(store_of(server), tmp_path, latest=True)
    here.settle()
    assert len(here.rows.known()) == following.LAST_RUNS
    assert "new" in here.rows.known()
    assert len(server.asked) == 2
    del server.runs["new"]
    here.after(following.LATEST)
    assert "new" not in here.rows.known() and len(server.asked) == 3
    assert here.settle("1").whole
    assert here.runs("1") == server.runs, "a part of them is not taken for all"


def test_a_store_that_fails_is_tried_where_it_stopped(server: Server, here: Here) -> None:
    fill(server, 300)
    while not here.rows.told:
        here.step("1")
    server.trouble = AWAY
    for _ in range(3):
        with pytest.raises(OnboardError):
            here.step("1")
    assert here.runs(), "what is known stays"
    server.trouble = None
    here.settle("1")
    assert here.runs() == server.runs


def test_experiments_that_may_be_listed_prove_nothing_of_their_runs(
    server: Server, here: Here
) -> None:
    fill(server, 3)
    here.settle("1")
    server.trouble, server.refused = AWAY, {"runs/search"}
    here.clock.now += following.LIST
    assert not here.step("1").proved
    with pytest.raises(OnboardError):
        here.step("1")
    server.trouble = None
    assert here.step("1").proved


def test_an_old_server_that_knows_no_lists_of_ids(server: Server, here: Here) -> None:
    fill(server, 3)
    server.add("running", 10)
    here.settle("1")
    send = server.send

    def refusing(method: str, target: str, body: bytes = b"", **more: object):  # type: ignore[no-untyped-def]
        answer = send(method, target, body, **more)
        if b" IN (" in body:
            told = b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid filter"}'
            return type(answer)(400, {}, told)
        return answer

    server.send = refusing  # type: ignore[method-assign]
    del server.runs["running"]
    here.after(following.NEWS, "1")
    assert "running" in here.runs()
    here.after(60, "1")
    assert "running" not in here.runs(), "the walk finds it"
