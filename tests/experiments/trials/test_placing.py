"""What goes where in a trial component, and comes back the same."""

from __future__ import annotations

import math
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_onboard.experiments.trials import beyond, held, kept, names
from sm_onboard.experiments.trials.beyond import Beyond
from sm_onboard.experiments.trials.held import Changes, Held
from sm_onboard.experiments.trials.kept import Data, Point

NOW = 1_800_000_000.0
MS = int(NOW * 1000)


def run() -> Held:
    return Held("r-1", "arn", "churn", "s3://b/r-1/artifacts")


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_every_name_becomes_one_that_sagemaker_takes(name: str) -> None:
    found = names.experiment(name)
    assert names.is_name(found) and names.is_name(names.trial(found))
    assert names.is_name(names.component(found)) and names.component(found).islower()
    text = names.described(name)
    if text:
        assert names.original(found, text) == name


def test_names_that_differ_stay_different() -> None:
    given = ["Who leaves?", "Who leaves!", "who-leaves", "Who leaves", "é", "e", "x" * 500]
    assert len({names.experiment(name).lower() for name in given}) == len(given)
    assert names.experiment("who-leaves") == "who-leaves"
    # A description that somebody wrote is not taken for a name.
    assert names.original("churn", "MLflow experiment: something else") == "churn"


def test_a_name_of_nothing_but_dashes_is_answered_at_once() -> None:
    assert names.is_name("a" + "-" * 100_000) is False
    assert names.URI.fullmatch("sagemaker-experiments")
    for uri in ("sagemaker-experiments:", "sagemaker-experiments://eu-west-1"):
        assert names.URI.fullmatch(uri)
    assert not names.URI.fullmatch("sagemaker-experiments:../x")


@given(st.one_of(st.floats(), st.integers()).map(str) | st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_a_parameter_comes_back_as_its_text(text: str) -> None:
    assert kept.text(kept.parameter(text)) == text


def test_numbers_are_numbers_only_where_nothing_is_lost() -> None:
    assert kept.parameter("0.1") == {"NumberValue": 0.1}
    assert kept.parameter("6") == {"NumberValue": 6.0}
    for text in ("0.10", "1e3", "nan", "inf", "007", "9007199254740993", "-0", "\u0661"):
        assert kept.parameter(text) == {"StringValue": text}


def test_parameters_that_do_not_fit_are_whole_beyond() -> None:
    one, changes = run(), Changes()
    given = {f"p{n:03}": "x" for n in range(310)}
    given |= {"long": "y" * 2501, "two": "a\nb", "k" * 321: "v", "mlflow.tag.x": "mine"}
    held.place_params(one, changes, given)
    assert one.params() == given
    assert len(one.parameters) == kept.PARAMETERS - kept.RESERVED
    early, more = run(), Changes()
    held.place_params(early, more, {"long": "y" * 3000, "two": "a\nb"})
    assert early.parameters["long"]["StringValue"] == "y" * 2499 + "…"
    assert early.parameters["two"]["StringValue"] == "a b…"
    assert more.now and early.params() == {"long": "y" * 3000, "two": "a\nb"}


def test_a_tag_is_in_one_place_only_wherever_it_moves() -> None:
    one = run()
    for value in ("short", "with, a comma", "short", "z" * 3000, "with (these)", "", "z\nz"):
        changes = Changes()
        held.place_tags(one, changes, {"note": value})
        assert one.tags()["note"] == value
        places = ["note" in one.aws, "mlflow.tag.note" in one.parameters]
        assert places.count(True) == 1
        assert ("note" in one.beyond.tags) == (len(value) > 2500 or "\n" in value)
    changes = Changes()
    assert held.drop_tag(one, changes, "note") and one.tags() == {}
    assert changes.parameters_gone == {"mlflow.tag.note"} and changes.now
    assert not held.drop_tag(one, Changes(), "note")


def test_aws_is_left_room_for_the_tags_of_the_organization() -> None:
    one = run()
    held.place_tags(one, Changes(), {f"t{n}": "v" for n in range(60)})
    assert len(one.aws) == kept.TAGS < 50
    assert len(one.tags()) == 60
    for key in ("aws:x", "AWS:x", "sagemaker:x", "", "k" * 129, "a,b"):
        assert not kept.is_tag(key, "v")
    assert kept.is_tag("smo.missing", "Größe: 1 file - see s3://b/k=1+2@x")


def test_data_sets_keep_what_mlflow_knows_of_them() -> None:
    one, changes = run(), Changes()
    first = Data("train.csv", "ab12", "s3", '{"uri": "s3://acme/train.csv"}', "training")
    again = first._replace(digest="cd34")
    huge = Data("huge", "ef56", "code", "x" * 3000)
    held.place_data(one, changes, [first, again, first, huge])
    assert list(kept.data({"Parameters": one.parameters})) == [first]
    assert one.beyond.data == [again, huge]
    assert one.inputs["train.csv"] == {"Value": "s3://acme/train.csv"}
    assert one.params() == {}


def test_points_that_sagemaker_does_not_hold_are_beyond_with_all_of_their_step() -> None:
    one, changes = run(), Changes()
    given = [
        Point(0, MS, 1.0), Point(1, MS + 1, math.nan), Point(2, MS, math.inf), Point(-1, MS, 2.0),
        Point(3, MS, 3.0), Point(3, MS + 5, 4.0), Point(4, MS - 40 * 86_400_000, 5.0),
        Point(5, MS, 1e300),
    ]  # fmt: skip
    held.place_points(one, changes, [("m", point) for point in given], NOW, every=False)
    put = [point for _, point in changes.points]
    assert [(point.step, point.value) for point in put] == [(0, 1.0), (3, 3.0), (3, 4.0), (4, 5.0)]
    assert all(kept.in_time(point, NOW) for point in put)
    held.place_points(one, changes, [("n" * 256, Point(0, MS, 1.0))], NOW, every=False)
    assert len(changes.points) == len(put) and one.beyond.points["n" * 256]
    there = {0: 1.0, 3: 4.0, 4: 5.0}  # what SageMaker tells: the last of each step
    found = one.beyond.history("m", [Point(x, 0, value) for x, value in there.items()])
    assert repr([p for p in found if p.step != 0]) == repr(
        sorted((p for p in given if p.step != 0), key=lambda p: (p.step, p.time))
    )


def test_times_are_spread_where_seconds_do_not_tell_points_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apart = [Point(n, MS - 9000 + n * 1000, n) for n in range(5)]
    assert kept.spread(apart, NOW) == apart
    for close in (
        [Point(n, MS + n, n) for n in range(5)],
        [Point(n, 1_500_000_000_000 + n * 60_000, n) for n in range(5)],
    ):
        found = kept.spread(close, NOW)
        seconds = [point.time // 1000 for point in found]
        assert seconds == sorted(set(seconds)) and all(kept.in_time(p, NOW) for p in found)
    monkeypatch.setattr(kept, "PAST", 100)
    many = kept.spread([Point(0, 0, 0.0)] * 1000, NOW)
    assert kept.in_time(many[0], NOW) and kept.in_time(many[-1], NOW)


def test_the_file_comes_back_as_it_was_written() -> None:
    given = Beyond(
        params={"a": "b\ud800".encode("utf-8", "replace").decode()},
        tags={"t": "x" * 3000},
        data=[Data("n", "d", "t", "s", "c")],
        points={"m": [Point(1, 2, math.nan), Point(1, 3, -math.inf), Point(-2, 4, 0.1)]},
        started=5,
    )
    found = beyond.read(given.written())
    assert repr(found) == repr(given)
    assert "1 parameter, 1 tag, 1 data set, 3 points" in found.sentence()
    assert Beyond().sentence() == ""


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{", b"[" * 100_000,
        b'{"params": 3, "points": {"m": [[1, 2], [1, 2, "x"], 7]}}',
        b'{"points": {"m": [[1.5, 2, 3.0], [true, 1, 2.0], [1, 1, 1e999e]]}}',
        b'{"data": [["a"]], "tags": {"a": 3}, "started": "x"}',
    ],
)  # fmt: skip
def test_a_file_of_somebody_elses_making_says_nothing(content: bytes) -> None:
    assert beyond.read(content) == Beyond()


@given(st.dictionaries(st.text(string.printable, max_size=20), st.text(max_size=300), max_size=60))
@settings(max_examples=60, deadline=None)
def test_all_tags_come_back(tags: dict[str, str]) -> None:
    one = run()
    held.place_tags(one, Changes(), tags)
    assert one.tags() == tags
