"""Runs as columns: whole, a first page, and only what changed."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from sm_onboard.experiments.models import Run
from sm_onboard.experiments.shown import RunsTable
from sm_onboard.experiments.table import TEXT_LIMIT, Table


def run(id: str, **more: Any) -> Run:
    given: dict[str, Any] = {"experiment": "1", "name": id, "status": "finished", "started": 0}
    return Run(id=id, **(given | more))


def rows(table: RunsTable) -> dict[str, dict[str, Any]]:
    """id -> key -> value, read as the page would, through JSON."""
    read = msgspec.json.decode(msgspec.json.encode(table))
    found: dict[str, dict[str, Any]] = {id: {} for id in read["ids"]}
    for column in read["columns"]:
        for at, id in enumerate(read["ids"]):
            if column["numbers"] is not None:
                value = column["numbers"][at]
            else:
                code = column["codes"][at]
                value = None if code < 0 else column["words"][code]
            found[id][column["key"]] = value
    return found


def filled() -> Table:
    table = Table()
    table.replace(
        "s",
        ["1", "2"],
        [
            run("a", started=1, params={"eta": "0.1"}, metrics={"auc": 0.5}),
            run("b", started=3, metrics={"auc": math.nan, "loss": -math.inf}),
            run("c", started=2, experiment="2"),
        ],
    )
    return table


def test_all_of_the_chosen_experiments_and_no_other() -> None:
    shown = filled().shown("here", ["s.1"], None, "")
    assert shown.whole and shown.total == 2
    found = rows(shown)
    assert set(found) == {"s.a", "s.b"}
    assert found["s.a"]["params.eta"] == "0.1" and found["s.b"]["params.eta"] is None
    assert found["s.a"]["metrics.auc"] == 0.5 and found["s.a"]["metrics.loss"] is None
    assert found["s.b"]["metrics.auc"] == "NaN" and found["s.b"]["metrics.loss"] == "-Infinity"


def test_the_first_page_is_of_the_newest_and_is_no_ground_to_build_on() -> None:
    table = filled()
    first = table.shown("here", ["s.1", "s.2"], 2, "")
    assert first.ids == ("s.b", "s.c") and first.total == 3
    assert first.cursor == "" and first.whole
    assert len(table.shown("here", ["s.1", "s.2"], None, first.cursor).ids) == 3


def test_then_only_what_is_new_different_or_gone() -> None:
    table = filled()
    choice = ["s.1", "s.2"]
    whole = table.shown("here", choice, None, "")
    assert table.shown("here", choice, None, whole.cursor).ids == ()

    same = [run("a", started=1, params={"eta": "0.1"}, metrics={"auc": 0.5})]
    more = [run("d", started=9), run("c", started=2, experiment="2", metrics={"auc": 1.0})]
    assert table.replace("s", ["1", "2"], [*same, *more])
    news = table.shown("here", choice, None, whole.cursor)
    assert not news.whole and news.total == 3
    assert set(news.ids) == {"s.c", "s.d"} and news.gone == ("s.b",)
    assert table.shown("here", choice, None, news.cursor).ids == ()
    assert not table.replace("s", ["1", "2"], [*same, *more]), "nothing differs"


def test_not_a_number_is_the_same_as_before() -> None:
    table = Table()
    assert table.replace("s", ["1"], [run("a", metrics={"auc": float("nan")})])
    assert not table.replace("s", ["1"], [run("a", metrics={"auc": float("nan")})])
    assert table.replace("s", ["1"], [run("a", metrics={"auc": 1.0})])
    assert table.replace("s", ["1"], [run("a", metrics={"auc": float("nan"), "b": 1.0})])


def test_a_cursor_of_another_choice_or_server_counts_as_none() -> None:
    table = filled()
    cursor = table.shown("here", ["s.1"], None, "").cursor
    for server, choice in (("here", ["s.2"]), ("after a restart", ["s.1"])):
        assert table.shown(server, choice, None, cursor).whole
    for bad in ("here/", "x", f"{cursor}x", f"{cursor}²", "-1"):
        assert table.shown("here", ["s.1"], None, bad).whole


def test_an_experiment_that_was_not_read_keeps_its_runs() -> None:
    table = filled()
    table.replace("s", ["1"], [])
    assert table.shown("here", ["s.1", "s.2"], None, "").ids == ("s.c",)
    table.replace("other", ["1", "2"], [])
    assert table.shown("here", ["s.1", "s.2"], None, "").ids == ("s.c",), "of another store"


def test_a_megabyte_of_text_is_cut() -> None:
    table = Table()
    table.replace("s", ["1"], [run("a", params={"x": "y" * 1_000_000})])
    value = rows(table.shown("here", ["s.1"], None, ""))["s.a"]["params.x"]
    assert len(value) == TEXT_LIMIT + 1 and value.endswith("…")
