"""SageMaker Experiments, followed; against the local SageMaker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.experiments.mirror import following
from sm_onboard.experiments.mirror.sagemaker import SagemakerFeed
from sm_onboard.experiments.stores import sagemaker as module
from sm_onboard.experiments.stores.sagemaker import UNASSIGNED, SagemakerStore
from tests.localsagemaker import SageMaker

from .servers import Here


class Experiments:
    """SageMaker Experiments with a clock of its own, and what was asked of it."""

    def __init__(self, sagemaker: SageMaker) -> None:
        self.boto = sagemaker.client("sagemaker")
        self.control = sagemaker.control
        for name in ("churn", "price"):
            self.boto.create_experiment(ExperimentName=name)
            self.boto.create_trial(TrialName=f"{name}-1", ExperimentName=name)

    def add(self, name: str, experiment: str = "churn", **more: Any) -> None:
        self.boto.create_trial_component(TrialComponentName=name, **more)
        self.boto.associate_trial_component(TrialComponentName=name, TrialName=f"{experiment}-1")

    def change(self, name: str, **more: Any) -> None:
        self.boto.update_trial_component(TrialComponentName=name, **more)

    def take_out(self, name: str, experiment: str = "churn") -> None:
        self.boto.disassociate_trial_component(TrialComponentName=name, TrialName=f"{experiment}-1")

    def delete(self, name: str) -> None:
        self.take_out(name)
        self.boto.delete_trial_component(TrialComponentName=name)

    def later(self, seconds: int) -> None:
        self.control.clock(advance=seconds)

    def asked(self) -> list[str]:
        """Since it was last asked."""
        found = list(self.control.log()["counts"].items())
        self.control.clear_log()
        return [name for name, count in found for _ in range(count)]


@pytest.fixture
def there(sagemaker: SageMaker) -> Experiments:
    return Experiments(sagemaker)


@pytest.fixture
def store(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> SagemakerStore:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    return SagemakerStore("eu-west-1", clients=aws.Aws(attempts=1))


@pytest.fixture
def here(store: SagemakerStore, tmp_path: Path) -> Here:
    return Here(store, tmp_path)


def fill(there: Experiments, count: int = 5) -> None:
    for number in range(count):
        there.add(f"r-{number}", Status={"PrimaryStatus": "Completed"})


def test_a_refresh_is_one_request(
    there: Experiments, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    fill(there)
    here.settle("churn")
    assert set(here.runs("churn")) == {f"r-{number}" for number in range(5)}
    here.after(following.NEWS, "churn")
    there.asked()
    here.clock.now += following.NEWS
    here.step("churn")
    assert there.asked() == ["sagemaker:Search"]
    here.after(SagemakerFeed.every, "churn")
    assert len(there.asked()) <= 2, "and every other one a page of the walk"


def test_what_changes_is_seen_at_the_next_refresh(
    there: Experiments, store: SagemakerStore, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    monkeypatch.setattr(SagemakerFeed, "every", 1e9)  # the walk would find it, too
    fill(there)
    there.add("other", "price")
    there.later(3600)
    here.settle("churn")
    assert set(here.rows.known()) == {f"r-{number}" for number in range(5)}

    def same() -> bool:
        return here.runs("churn") == {run.id: run for run in store.runs(["churn"])}

    for number in (0, 1, 2, 3):
        there.change(f"r-{number}", DisplayName="again")
    there.add("new")
    there.change("other", DisplayName="not-looked-at")
    here.after(following.NEWS, "churn")
    assert same() and "other" not in here.rows.known()
    there.later(3600)
    there.change("r-4", Status={"PrimaryStatus": "Failed"})
    there.take_out("r-0")
    there.change("r-0", DisplayName="taken-out")
    here.after(following.NEWS, "churn")
    assert same() and "r-0" not in here.runs("churn")
    mark = here.follower._feed.mark  # type: ignore[union-attr]
    assert mark > here.clock.now, "it goes on from the last change that was seen"
    there.later(3600)
    there.change("r-4", DisplayName="again")
    here.after(following.NEWS, "churn")
    assert here.follower._feed.mark >= mark + 3_600_000  # type: ignore[union-attr]


def test_what_came_into_the_index_late(
    there: Experiments, store: SagemakerStore, here: Here
) -> None:
    """A change of half a minute before the last one that was seen."""
    fill(there)
    here.settle("churn")
    there.later(30)
    there.add("late")
    there.later(20)
    there.change("r-1", DisplayName="again")
    page, whole = store.page, store.page({"churn"}, since=0)

    def without(*args: Any, **more: Any) -> Any:
        return page(*args, **more)._replace(
            runs=[run for run in whole.runs if run.id != "late"], newest=whole.newest
        )

    store.page = without  # type: ignore[method-assign]
    here.after(following.NEWS, "churn")
    assert "late" not in here.runs("churn")
    del store.page  # type: ignore[attr-defined]
    here.after(following.NEWS, "churn")
    assert "late" in here.runs("churn")


def test_what_is_deleted_or_taken_out_is_found_by_the_walk(
    there: Experiments, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    fill(there)
    there.later(3600)
    here.settle("churn")
    there.delete("r-1")
    there.take_out("r-3")
    took = here.until(
        lambda: set(here.runs("churn")) == {"r-0", "r-2", "r-4"}, "churn", refreshes=50
    )
    assert took <= 6 * SagemakerFeed.every


def test_nothing_is_gone_because_pages_shifted(
    there: Experiments, store: SagemakerStore, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(there)
    here.settle("churn")
    page = store.page

    def shifted(*args: Any, **more: Any) -> Any:
        listed = page(*args, **more)
        return listed._replace(runs=[run for run in listed.runs if run.id != "r-2"])

    monkeypatch.setattr(store, "page", shifted)
    here.after(SagemakerFeed.every, "churn")
    assert "r-2" in here.runs("churn")


def test_after_a_restart_only_what_changed_is_read(
    there: Experiments, store: SagemakerStore, here: Here, tmp_path: Path
) -> None:
    fill(there)
    there.later(3600)
    there.add("last")
    here.settle("churn")
    there.later(3600)
    there.change("r-2", DisplayName="again")
    there.add("new")
    again = Here(store, tmp_path)
    again.step("churn")
    assert len(again.runs("churn")) == 6
    read = []
    page = store.page
    store.page = lambda *a, **m: read.append(page(*a, **m)) or read[-1]  # type: ignore[method-assign,func-returns-value]
    again.step("churn")
    again.step("churn")
    assert len(again.runs("churn")) == 7
    assert [run.id for run in read[0].runs] == ["new", "r-2", "last"]


def test_those_of_no_experiment(there: Experiments, here: Here) -> None:
    fill(there, 1)
    there.boto.create_trial_component(TrialComponentName="alone")
    here.settle("churn", UNASSIGNED)
    assert set(here.runs(UNASSIGNED)) == {"alone"}
    assert set(here.runs("churn")) == {"r-0"}
