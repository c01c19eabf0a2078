"""Tags and notes: what a person may set, and what happens where a store refuses."""

from __future__ import annotations

import pytest

from sm_onboard.errors import Forbidden, OnboardError
from sm_onboard.experiments.run import tags
from sm_onboard.experiments.run.reading import NOTE, read
from sm_onboard.experiments.run.shown import TagsChange, TagsChanged
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .conftest import House

OWN = "a" * 32
OTHER = "b" * 32


def change(house: House, *runs: str, **tags_: str | None) -> TagsChanged:
    return tags.change(house.rooms.experiments, TagsChange(runs=runs, tags=tags_))


def test_tags_and_the_note_are_set_and_taken_away(house: House) -> None:
    one, two = house.add(OWN, tags={"old": "x"}), house.add(OTHER)
    house.look()
    assert change(house, one, two, one, candidate="yes", old=None).done == (one, two)
    change(house, one, **{NOTE: "<b>better</b>"})
    run = read(house.rooms.experiments, one)
    assert [(tag.name, tag.value) for tag in run.tags] == [("candidate", "yes")]
    assert run.note == "<b>better</b>"
    assert {f"runs/{one}", f"runs/{two}"} <= set(house.heard)


def test_the_table_has_it_without_reading_the_store_again(house: House) -> None:
    id = house.add(OWN)
    house.look()
    room = house.rooms.experiments
    before = room.revision
    change(house, id, candidate="yes")
    assert room.revision > before
    (run,) = [run for _, run in room.those(lambda run: "candidate" in run.tags)]
    assert run.id == OWN


@pytest.mark.parametrize("name", ["smo.commit", "smo.x", "mlflow.user", "mlflow.parentRunId"])
def test_what_says_how_it_was_recorded_stays(house: House, name: str) -> None:
    id = house.add(OWN, tags={name: "as it was"})
    for value in ("other", None):
        with pytest.raises(OnboardError) as refused:
            change(house, id, **{name: value, "mine": "x"})
        assert refused.value.code == "experiments.tag_reserved"
    found = house.rooms.experiments.find(id)
    assert found.store.run(OWN).tags == {name: "as it was"}


@pytest.mark.parametrize("name", ["", " ", "x" * 251, "a\nb", "a\u202eb"])
def test_a_name_can_be_seen(house: House, name: str) -> None:
    with pytest.raises(OnboardError) as refused:
        change(house, house.add(OWN), **{name: "x"})
    assert refused.value.code == "experiments.bad_tag"


def test_how_many_at_once_is_limited(house: House) -> None:
    for runs in ((), tuple(f"x.{n}" for n in range(tags.RUNS + 1))):
        with pytest.raises(OnboardError) as refused:
            change(house, *runs, a="b")
        assert refused.value.code == "experiments.too_many_runs"


def test_what_one_store_refuses_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = house.add(OWN), house.add(OTHER)
    original = SqliteStore.set_tags

    def set_tags(self: SqliteStore, id: str, given: dict[str, str | None]) -> None:
        if id == OTHER:
            raise Forbidden("experiments.store_refused", "You may not write here.", "Ask.")
        original(self, id, given)

    monkeypatch.setattr(SqliteStore, "set_tags", set_tags)
    answer = change(house, one, two, f"{house.store}.{'c' * 32}", a="b")
    assert answer.done == (one,)
    assert [(r.run, r.problem.code) for r in answer.refused] == [
        (two, "experiments.store_refused"),
        (f"{house.store}.{'c' * 32}", "experiments.run_unknown"),
    ]
    with pytest.raises(Forbidden, match="You may not write here"):
        change(house, two, a="b")
