"""Openings: asked, fetched, shown, chosen; what no longer holds is shown again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.links.opening import jobs
from tests.gitserver import Fault, wait_until
from tests.links.opening.lab import PATH, Lab, lab, notebook


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def code_of(call, *args, **more) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(OnboardError) as told:
        call(*args, **more)
    return told.value.code


def test_an_unlisted_host_is_asked_for_and_exactly_that_one(here: Lab) -> None:
    before = here.outside_cache()
    shown = here.begin(here.git_link(note="hello"))
    assert shown.state == "asks"
    assert shown.claims.note == "hello"
    host = f"127.0.0.1:{here.server.port}"
    assert (shown.trust.listed, shown.trust.asked, shown.claims.host) == (False, host, host)
    assert "does not name" in shown.trust.why
    for other in ("127.0.0.1", f"127.0.0.1:{here.other.port}", "", f"{host}.evil.example"):
        assert code_of(here.openings.fetch, shown.id, other) == "links.other_host"
    assert here.openings.get(shown.id).state == "asks"
    assert code_of(here.openings.choose, shown.id, 0, "beside") == "links.not_ready"
    assert here.server.snapshot("churn").requests == 0
    assert not here.cache.exists()
    here.openings.fetch(shown.id, host)
    ready = here.until(shown.id)
    assert ready.state == "ready"
    assert here.server.snapshot("churn").requests > 0
    assert here.outside_cache() == before
    assert code_of(here.openings.fetch, shown.id, host) == "links.not_asked"


@pytest.mark.parametrize(
    ("hosts", "listed"),
    [(["127.0.0.1"], True), (["localhost"], False), ([], False)],
)
def test_hosts_of_the_teams_file(here: Lab, hosts: list[str], listed: bool) -> None:
    here.says(hosts=hosts)
    assert here.begin(here.git_link()).trust.listed is listed


def test_hosts_of_the_plan_and_of_clones(here: Lab) -> None:
    link = here.git_link(repository=here.server.url("else"))
    assert not here.begin(link).trust.listed
    here.says(repositories=f"repositories: [{{url: {here.server.url('churn')}}}]")
    trust = here.begin(link).trust
    assert trust.listed
    assert trust.why.startswith("Your team's repositories come from 127.0.0.1:")
    here.says()
    here.clone("mine")
    trust = here.begin(link).trust
    assert trust.listed
    assert trust.why.startswith("You have a repository from 127.0.0.1:")
    assert not here.begin(here.git_link(repository=here.other.url("churn"))).trust.listed


def test_mine_changed_since(here: Lab) -> None:
    clone = here.clone()
    shown = here.ready(here.git_link())
    (clone / PATH).write_bytes(notebook("other"))
    again = here.choose(shown, "mine")
    assert (again.state, again.looked) == ("ready", shown.looked + 1)
    assert again.problem
    assert again.problem.code == "links.preview_old"
    assert again.preview
    assert again.preview.mine_text != "the same"
    assert code_of(here.openings.choose, shown.id, shown.looked, "mine") == "links.preview_old"
    done = here.choose(again, "mine")
    assert done.state == "opened"
    assert done.opened
    assert done.opened.contents == "churn/nb/eda.ipynb"


def test_the_place_was_taken_since(here: Lab) -> None:
    here.clone()
    shown = here.ready(here.git_link())
    place = here.root / "shared" / "alice" / f"eda-{here.team.tip()[:8]}"
    place.mkdir(parents=True)
    again = here.choose(shown)
    assert again.state == "ready"
    assert again.problem
    assert again.problem.code == "links.place_taken"
    assert again.preview
    assert again.preview.place.endswith("-2")
    assert os.listdir(place) == []
    done = here.choose(again)
    assert done.opened
    assert done.opened.place.endswith("-2")


def test_looked_at_again_after_a_while(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_FRESH", -1.0)
    here.says(hosts=["127.0.0.1"])
    clone = here.clone()
    assert here.choose(here.ready(here.git_link())).state == "opened"
    shown = here.ready(here.git_link())
    clone.rename(here.folder / "away")
    again = here.choose(shown)
    assert again.state == "ready"
    assert again.problem
    assert again.problem.code == "links.preview_old"
    assert again.preview
    assert again.preview.how == ("beside",)


def test_only_what_is_offered_can_be_chosen(here: Lab) -> None:
    here.clone()
    shown = here.ready(here.git_link())
    assert code_of(here.openings.choose, shown.id, shown.looked, "run") == "links.no_choice"
    assert code_of(here.openings.choose, shown.id, 7, "beside") == "links.preview_old"
    assert code_of(here.openings.get, "../x") == "links.opening_unknown"
    assert code_of(here.begin, "no link") == "links.not_a_link"


def test_cancelled_while_fetching(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    here.server.faults["churn"] = Fault.hang()
    before = here.outside_cache()
    shown = here.begin(here.git_link())
    wait_until(lambda: here.server.snapshot("churn").requests > 0)
    assert here.openings.drop(shown.id).state == "cancelled"
    wait_until(lambda: os.listdir(here.cache) == [])
    assert here.outside_cache() == before


def test_cancelled_while_opening(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    shown = here.ready(here.git_link())
    here.server.faults["churn"] = Fault.hang()
    here.server.reset_counts()
    before = here.outside_cache()
    here.openings.choose(shown.id, shown.looked, "beside")
    wait_until(lambda: here.server.snapshot("churn").requests > 0)
    here.openings.drop(shown.id)
    assert here.until(shown.id).state == "cancelled"
    wait_until(lambda: here.outside_cache().keys() == before.keys())


def test_into_a_folder_of_the_persons_choice(here: Lab) -> None:
    here.clone()
    shown = here.ready(here.git_link())
    into = here.home / "mine"
    done = here.choose(shown, into=into)
    assert done.opened
    assert done.opened.place == str(into)
    shown = here.ready(here.git_link())
    assert (
        code_of(here.openings.choose, shown.id, shown.looked, "beside", into)
        == "clones.target_exists"
    )


def test_changes_are_told(here: Lab) -> None:
    here.clone()
    shown = here.ready(here.git_link())
    wait_until(lambda: bool(here.told))
    _, ids, revisions = zip(*(x for x in here.told if x[0] == "links"), strict=True)
    assert set(ids) == {f"openings/{shown.id}"}
    assert list(revisions) == sorted(set(revisions))


def test_a_repository_called_shared_is_left_alone(here: Lab) -> None:
    here.clone()
    clone = here.clone("shared")
    before = here.git(clone, "status", "--porcelain")
    copy = here.opened(here.git_link())
    assert copy.parent == here.root / "shared-with-me" / "alice"
    assert here.git(clone, "status", "--porcelain") == before
