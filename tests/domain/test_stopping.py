"""Stopping: one's own by default, each alone, the app one is in last."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.client import Task
from sm_onboard.domain.models import Stop

from .conftest import PAGE, Room


@pytest.fixture
def alice(sample: Server, room: Callable[..., Room]) -> Room:
    at = room("alice-lab")
    at.look(*PAGE)
    at.calls()
    return at


def test_one_of_ones_own(alice: Room) -> None:
    row = alice.row("tuning-gpu")
    assert (row.stop, row.mine, row.app_type) == ("yes", True, "CodeEditor")
    result = alice.stop("tuning-gpu")["tuning-gpu"]
    assert (result.stopped, result.problem) == (True, None)
    assert alice.calls() == {"sagemaker:DeleteApp": 1}
    assert alice.row("tuning-gpu").state == "stopping"  # at once, before it is read again
    assert alice.row("tuning-gpu").per_hour is None
    alice.later(11)
    alice.look(*PAGE)
    # Here a stopped app's day in the list is over at once.
    assert "tuning-gpu" not in {row.name for row in alice.service.apps().rows}
    assert "tuning-gpu" in {space.name for space in alice.service.spaces().rows}


def test_other_peoples_only_when_it_is_said(alice: Room) -> None:
    result = alice.stop("bob-lab")["bob-lab"]
    assert result.problem is not None and result.problem.code == "domain.not_yours"
    assert not alice.calls()
    assert alice.stop("bob-lab", others=True)["bob-lab"].stopped
    assert alice.calls() == {"sagemaker:DeleteApp": 1}


def test_an_app_of_a_shared_space_is_not_its_owners(alice: Room) -> None:
    row = alice.row("team-board")
    assert (row.owner, row.shared, row.mine) == ("alice", True, False)
    result = alice.stop("team-board")["team-board"]
    assert result.problem is not None and result.problem.code == "domain.not_yours"


def test_each_alone_and_in_the_order_asked_for(alice: Room) -> None:
    ids = [alice.row(name).id for name in ("alice-lab", "bob-lab", "tuning-gpu")]
    answer = alice.service.stop(Stop(ids=("no-such-row", *ids)))
    assert [result.id for result in answer.results] == ["no-such-row", *ids]
    assert [result.stopped for result in answer.results] == [False, True, False, True]
    codes = [result.problem.code for result in answer.results if result.problem]
    assert codes == ["domain.unknown_row", "domain.not_yours"]


def test_the_app_one_is_in_comes_last(alice: Room) -> None:
    order: list[str] = []
    call = alice.service._client.call

    def listen(task: object, operation: str, **parameters: object) -> object:
        order.append(str(parameters.get("SpaceName")))
        return call(task, operation, **parameters)  # type: ignore[arg-type]

    alice.service._client.call = listen  # type: ignore[method-assign, assignment]
    alice.stop("alice-lab", "tuning-gpu")
    assert order == ["tuning-gpu", "alice-lab"]


def test_what_does_not_run_and_what_is_not_stopped_from_here(alice: Room) -> None:
    result = alice.stop("carol-lab", others=True)["carol-lab"]
    assert result.problem is not None and result.problem.code == "domain.not_running"
    endpoint = alice.stop("churn-live", others=True)["churn-live"]
    assert endpoint.problem is not None and endpoint.problem.code == "domain.not_from_here"
    assert not alice.calls()


@pytest.mark.parametrize(
    ("name", "operation", "after"),
    [
        ("acme-tracking", "StopMlflowTrackingServer", "stopped"),
        ("legacy-churn", "StopNotebookInstance", "stopped"),
    ],
)
def test_what_else_can_be_stopped(alice: Room, name: str, operation: str, after: str) -> None:
    assert alice.row(name).stop == "not_yours"
    assert alice.stop(name, others=True)[name].stopped
    assert alice.calls() == {f"sagemaker:{operation}": 1}
    assert alice.row(name).state == "stopping"
    for _ in range(3):  # three lists a time
        alice.later(1000, "others")
        alice.look(*PAGE)
    assert alice.row(name).state == after


def test_a_refusal_names_the_permission(alice: Room) -> None:
    alice.control.trouble({"operations": ["sagemaker:DeleteApp"], "kind": "denied"})
    problem = alice.stop("tuning-gpu")["tuning-gpu"].problem
    assert problem is not None
    assert (problem.code, problem.action) == ("aws.forbidden", "sagemaker:DeleteApp")
    assert ":app/" in problem.resource and "tuning-gpu" in problem.resource
    assert alice.row("tuning-gpu").state == "running"


def test_one_that_is_gone_already(alice: Room) -> None:
    domain = alice.service.state().chosen
    alice.ask(
        "DeleteApp", DomainId=domain, SpaceName="tuning-gpu", AppType="CodeEditor",
        AppName="default",
    )  # fmt: skip
    problem = alice.stop("tuning-gpu")["tuning-gpu"].problem
    assert problem is not None and problem.code == "aws.not_found"


def test_in_a_shared_space_nothing_is_ones_own(sample: Server, room: Callable[..., Room]) -> None:
    at = room("team-board", shared=True)
    at.look(*PAGE)
    result = at.stop("alice-lab")["alice-lab"]
    assert result.problem is not None and result.problem.code == "domain.not_yours"


def test_a_shared_app_stops_for_everybody_so_it_has_to_be_said(
    sample: Server, room: Callable[..., Room]
) -> None:
    at = room("team-board", shared=True)
    at.look(*PAGE)
    problem = at.stop("team-board")["team-board"].problem
    assert problem is not None and problem.code == "domain.not_yours"
    assert "for everybody" in problem.message
    assert at.stop("team-board", others=True)["team-board"].stopped


def test_other_lists_do_not_bring_a_stopped_one_back(alice: Room) -> None:
    assert alice.stop("legacy-churn", others=True)["legacy-churn"].stopped
    others = alice.service._reader._parts.others
    others._tell(Task())  # as after a page of another list
    assert alice.row("legacy-churn").state == "stopping"
    alice.calls()
    alice.later(1000, "others")
    alice.look("others")
    assert alice.calls()["sagemaker:ListNotebookInstances"] == 1  # the next to be read
    assert alice.row("legacy-churn").state == "stopped"


def test_nothing_can_be_stopped_that_was_never_shown(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.calls()
    answer = at.service.stop(Stop(ids=("../../x", "%00"), others=True))
    assert {result.problem.code for result in answer.results if result.problem} == {
        "domain.unknown_row"
    }
    assert not at.calls()
