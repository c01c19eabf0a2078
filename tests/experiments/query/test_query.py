"""Queries: what they say of a mistake, and that there is an answer to every text.

That they choose what MLflow chooses is in ``stores/test_written_by_mlflow.py``.
"""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.models import Run
from sm_onboard.experiments.query import (
    Clause,
    matches,
    parse_filter,
    parse_order,
    select,
    sort,
)
from sm_onboard.experiments.query.like import like

NAN, INF = float("nan"), float("inf")


def run(id: str, started: int | None = 0, **facts: object) -> Run:
    return Run(id=id, experiment="0", name=id, status="finished", started=started, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("metrics.auc >", "The filter ends where a number"),
        ("metrics.auc", "After metrics.auc there is nothing"),
        ("metrics.auc > 'x'", "At character 15 there is \"'x'\"; a number"),
        ("metrics.auc ~ 1", "Character 13, '~'"),
        ("metrics.auc == 1", "'==' at character 13"),
        ("params.a > 'b'", "'>' at character 10"),
        ("params.a = 5", "At character 12 there is '5'; a text"),
        ("params.a = b", "At character 12 there is 'b'; a text"),
        ("params.a = 'b", "The quote ' at character 12 is not closed"),
        ("params.`a = 'b'", "The quote ` at character 8"),
        ("metrics.a > 1 OR metrics.b > 1", "OR at character 15"),
        ("metrics.a > 1 metrics.b > 1", "At character 15 there is 'metrics.b'; AND"),
        ("metrics.a > 1 AND", "The filter ends where a name"),
        ("auc > 1", "'auc' at character 1 is nothing that every run has"),
        ("metrix.auc > 1", "'metrix' at character 1"),
        ("datasets.size = '1'", "'size' at character 1"),
        ("metrics.auc IS NULL", "'IS NULL' at character 13"),
        ("status IN ('FINISHED')", "'IN' at character 8"),
        ("run_id IN ()", "At character 12 there is ')'; a text"),
        ("run_id IN ('a' 'b')", "At character 16"),
        ("run_id IN ('a',", "The filter ends where a text"),
        ("run_id NOT 'a'", "\"NOT 'A'\" at character 8"),
        ("(metrics.a > 1)", "At character 1 there is '('; a name"),
        ("x" * 10_001, "10,001 characters"),
    ],
)
def test_a_mistake_and_its_place(query: str, says: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_filter(query)
    assert caught.value.code == "experiments.bad_filter"
    assert says in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("", "there is nothing"),
        ("metrics.auc DOWN", "At character 13 there is 'DOWN'"),
        ("metrics.auc DESC, status", "At character 17 there is ','"),
        ("5", "'5' at character 1"),
        ("datasets.name", "data sets"),
        ("auc", "write metrics.auc"),
    ],
)
def test_a_mistake_in_an_order(clause: str, says: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_order(clause)
    assert caught.value.code == "experiments.bad_order"
    assert says in caught.value.message + caught.value.hint


def test_lists_of_ids() -> None:
    runs = [run("a"), run("b"), run("c")]
    assert [r.id for r in select(parse_filter("run_id IN ('a', \"c\",)"), runs)] == ["a", "c"]
    assert [r.id for r in select(parse_filter("attributes.run_id not in ('a')"), runs)] == [
        "b",
        "c",
    ]


def test_no_filter_is_every_run() -> None:
    assert parse_filter(" \n") == ()
    assert matches((), run("a"))


def test_numbers_keep_their_digits() -> None:
    (clause,) = parse_filter("start_time = 1700000000000000001")
    assert clause.value == 1700000000000000001


def test_nothing_is_compared_with_nothing() -> None:
    bare = run("a", None)
    for query in (
        "metrics.a != 1",
        "params.a != ''",
        "tags.a LIKE '%'",
        "start_time >= 0",
        "end_time != 1",
    ):
        assert not matches(parse_filter(query), bare), query
    assert matches(parse_filter("params.a IS NULL and tags.b is null"), bare)


def test_order_of_what_is_no_number() -> None:
    runs = [
        run("none", 9), run("nan", 8, metrics={"m": NAN}), run("inf", 7, metrics={"m": INF}),
        run("two", 6, metrics={"m": 2.0}), run("less", 5, metrics={"m": -INF}),
    ]  # fmt: skip
    order = [r.id for r in sort(runs, [parse_order("metrics.m desc")])]
    assert order == ["inf", "two", "less", "nan", "none"]
    order = [r.id for r in sort(runs, [parse_order("metrics.m")])]
    assert order == ["less", "two", "inf", "nan", "none"]


def test_equal_ones_come_newest_first() -> None:
    runs = [run("b", 1), run("a", 1), run("c", 2), run("d", None)]
    assert [r.id for r in sort(runs)] == ["c", "a", "b", "d"]
    assert [r.id for r in sort(runs, [parse_order("status DESC")])] == ["c", "a", "b", "d"]


@pytest.mark.parametrize(
    ("text", "pattern"), [("a", "a%a"), ("ab", "ab%b"), ("aba", "ab%ba"), ("ab", "a%b%b")]
)
def test_no_character_is_matched_twice(text: str, pattern: str) -> None:
    assert not like(text, pattern, capitals=True)


def test_like_takes_time_in_proportion() -> None:
    """As a regular expression this would take longer than anybody lives."""
    before = time.monotonic()
    assert not like("a" * 20_000, "%a" * 40 + "%b", capitals=True)
    assert time.monotonic() - before < 20


@settings(max_examples=200, deadline=None)
@given(st.text("aAbäÄ%_\n", max_size=8), st.text("aAbäÄ%_\n", max_size=8), st.booleans())
def test_like_is_what_it_says(text: str, pattern: str, capitals: bool) -> None:
    signs = {"%": ".*", "_": "."}
    expression = "".join(signs.get(c, re.escape(c)) for c in pattern)
    flags = re.DOTALL if capitals else re.DOTALL | re.IGNORECASE
    expected = re.fullmatch(expression, text, flags) is not None
    assert like(text, pattern, capitals=capitals) == expected


_PIECES = st.sampled_from(
    ["metrics", ".", "auc", "params.a", "tags.`b c`", "`", "'", '"', "=", "!=", "<", " ", "AND",
     "IN", "NOT", "IS", "NULL", "(", ")", ",", "'x'", "-1", "1e9999", "LIKE", "dataset.name",
     "run_id", "start_time", "\0", "\ud800", "é"]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=30), st.lists(_PIECES, max_size=10).map("".join))


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
def test_every_text_is_a_filter_or_a_sentence(query: str) -> None:
    full = run("a", metrics={"auc": NAN}, params={"a": "x"}, tags={"b c": "y"})
    try:
        clauses = parse_filter(query)
    except InvalidRequest:
        pass  # any other error fails the test
    else:
        assert all(isinstance(clause, Clause) for clause in clauses)
        assert matches(clauses, full) in (True, False)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_every_text_is_an_order_or_a_sentence(clause: str) -> None:
    try:
        order = parse_order(clause)
    except InvalidRequest:
        pass  # any other error fails the test
    else:
        assert len(sort([run("a"), run("b")], [order])) == 2
