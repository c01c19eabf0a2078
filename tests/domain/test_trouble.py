"""What goes wrong: each part says why it lacks something, within three seconds, and the rest is
shown."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import client
from sm_onboard.domain.models import Part, PartName

from .conftest import PAGE, Room, domain_id

SOON = 3.5  # seconds: three, and what a busy machine needs


@pytest.fixture
def alice(room: Callable[..., Room]) -> Room:
    at = room("alice-lab")
    at.service._client.supports("ListApps")  # importing boto3 is not what counts here
    return at


def settled(part: Part) -> bool:
    """Whether a person sees rows, or why there are none."""
    return bool(part.rows) or part.problem is not None or part.state in ("ready", "not_here")


def look(at: Room) -> dict[PartName, Part]:
    """The parts, as they are once each shows something."""
    began = time.monotonic()
    at.look(*PAGE, wait=False)

    def told() -> bool:
        return all(settled(at.part(name)) for name in PAGE)

    at.until(told, timeout=10)
    assert time.monotonic() - began < SOON
    return {part.name: part for part in at.service.state().parts}


def trouble(at: Room, kind: str, *operations: str, **more: Any) -> None:
    at.control.trouble({"operations": list(operations) or ["*"], "kind": kind, **more})


def test_thirty_percent_throttling(alice: Room) -> None:
    trouble(alice, "throttle", probability=0.3)
    look(alice)
    assert alice.service.wait(60)
    parts = {part.name: part for part in alice.service.state().parts}
    assert {name: parts[name].state for name in PAGE} == dict.fromkeys(PAGE, "ready")


def test_a_throttled_part_says_when_it_asks_again(
    alice: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "AGAIN", (0.3, 30.0))
    trouble(alice, "throttle", "sagemaker:ListApps")
    alice.look("apps", wait=False)
    alice.until(lambda: alice.part("apps").retry_after == 30.0)
    part = alice.part("apps")
    assert part.state == "loading"
    assert part.problem is not None and part.problem.code == "aws.throttled"
    began = time.monotonic()
    alice.look(view="page")  # and a person who closes the page does not wait for it
    assert alice.service.wait(1)
    assert time.monotonic() - began < 1
    alice.control.no_trouble()
    alice.look("apps")
    assert alice.part("apps").state == "ready"


def test_two_seconds_latency(alice: Room) -> None:
    trouble(alice, "latency", seconds=2.0)
    parts = look(alice)
    assert parts["apps"].rows
    assert parts["settings"].state == "ready"


@pytest.mark.parametrize(
    ("part", "operation"),
    [
        ("settings", "DescribeDomain"),
        ("profiles", "ListUserProfiles"),
        ("spaces", "ListSpaces"),
        ("others", "ListMlflowTrackingServers"),
        ("here", "DescribeSpace"),
        ("here", "DescribeUserProfile"),
    ],
)
def test_one_operation_denied(alice: Room, part: PartName, operation: str) -> None:
    trouble(alice, "denied", f"sagemaker:{operation}")
    parts = look(alice)
    assert alice.service.wait(10)
    problem = alice.part(part).problem
    assert problem is not None
    assert (problem.code, problem.action) == ("aws.forbidden", f"sagemaker:{operation}")
    assert problem.message.startswith(f"Your role may not call sagemaker:{operation}")
    asked_for = json.loads(problem.statement)
    assert asked_for == {
        "Sid": f"SmOnboard{operation}",
        "Effect": "Allow",
        "Action": f"sagemaker:{operation}",
        "Resource": problem.resource,
    }
    expected = {"others": "partial", "here": "partial"}.get(part, "failed")
    assert alice.part(part).state == expected
    others = [name for name in PAGE if name != part]
    assert {name: alice.part(name).state for name in others} == dict.fromkeys(others, "ready")
    assert parts["apps"].rows


def test_without_listapps_one_still_sees_ones_own(alice: Room) -> None:
    trouble(alice, "denied", "sagemaker:ListApps")
    alice.look(*PAGE)
    part = alice.part("apps")
    assert (part.state, part.rows) == ("partial", 1)
    assert part.problem is not None and part.problem.action == "sagemaker:ListApps"
    assert alice.row("alice-lab").this_one
    assert alice.service.state().here.instance == "ml.m5.xlarge"


def test_without_the_price_list_the_table_is_used(alice: Room) -> None:
    trouble(alice, "denied", "pricing:GetProducts")
    alice.look(*PAGE)
    total = alice.service.apps().cost
    assert (total.price_source, total.price_sample) == ("table", True)
    assert total.problem is not None and total.problem.action == "pricing:GetProducts"
    assert total.per_hour
    alice.calls()
    alice.later(60)
    alice.look(*PAGE)
    assert "pricing:GetProducts" not in alice.calls()  # who may not today may not in a minute


def test_one_operation_times_out(alice: Room) -> None:
    trouble(alice, "timeout", "sagemaker:ListApps", seconds=60)
    parts = look(alice)
    problem = parts["apps"].problem
    assert (parts["apps"].state, parts["apps"].rows) == ("loading", 0)
    assert problem is not None and problem.code == "domain.slow"
    assert "has not answered for 3 s (ListApps)" in problem.message
    assert parts["spaces"].state == parts["settings"].state == "ready"
    began = time.monotonic()
    alice.look(view="page")
    alice.rooms.close(3)
    assert time.monotonic() - began < 3


def test_the_windows_are_told_that_somebody_does_not_answer(room: Callable[..., Room]) -> None:
    told: list[int] = []
    at = room("alice-lab", notify=lambda room, id, revision: told.append(revision))
    trouble(at, "timeout", "sagemaker:DescribeDomain", seconds=60)
    at.look("settings", wait=False)
    time.sleep(2.5)
    before = len(told)
    at.until(lambda: len(told) > before, timeout=2)
    assert at.part("settings").problem


def test_an_expired_token(alice: Room) -> None:
    trouble(alice, "expired")
    parts = look(alice)
    assert alice.service.wait(10)
    for name in PAGE:
        problem = parts[name].problem
        assert problem is not None and problem.code == "aws.credentials_expired"
    here = alice.service.state().here
    assert (here.space, here.domain_id) == ("alice-lab", domain_id(alice.server))
    alice.control.no_trouble()
    alice.look(*PAGE, refresh=True)
    alice.look(*PAGE, refresh=True)  # seven calls at a time
    assert alice.part("apps").state == "ready"


def test_a_sign_in_that_works_again_is_seen_without_asking(alice: Room) -> None:
    trouble(alice, "expired")
    alice.look(*PAGE)
    alice.control.no_trouble()
    alice.calls()
    for _ in range(4):
        alice.look(*PAGE)
    assert not alice.calls()  # not at once
    for _ in range(4):
        alice.later(31)
        alice.look(*PAGE)
        assert alice.calls().total() <= 8  # a refresh, and the prices of what it found
    states = {part.name: part.state for part in alice.service.state().parts}
    lacks = not alice.service._client.supports("ListMlflowApps")
    assert states.pop("others") == ("partial" if lacks else "ready")
    assert {states[name] for name in PAGE if name != "others"} == {"ready"}


KEYS: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def test_no_credentials_at_all(nothing: Server, room: Callable[..., Room]) -> None:
    # A server of its own: what hung in a test before may still be tried again by botocore.
    at = room("alice-lab", server=nothing, domain="d-alice", environ=KEYS)
    parts = look(at)
    assert {p.problem.code for p in parts.values() if p.problem} == {"aws.no_credentials"}
    assert not at.calls()


def test_no_credentials_on_a_laptop(room: Callable[..., Room]) -> None:
    at = room(environ=KEYS)
    at.look(*PAGE)
    problem = at.part("here").problem
    assert problem is not None and problem.code == "aws.no_credentials"
    assert at.service.state().here.kind == "elsewhere"


def test_no_region(room: Callable[..., Room]) -> None:
    at = room(environ={"AWS_REGION": None, "AWS_DEFAULT_REGION": None})
    at.look(*PAGE)
    problem = at.part("here").problem
    assert problem is not None and problem.code == "aws.no_region"


def test_a_host_that_does_not_answer(room: Callable[..., Room]) -> None:
    with socket.socket() as taken:  # nobody listens there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        at = room("alice-lab", environ={"AWS_ENDPOINT_URL": url})
        parts = look(at)
        assert at.service.wait(20)
    problem = at.part("apps").problem
    assert parts["apps"].rows == 0
    assert problem is not None and problem.code == "aws.unreachable"
    assert problem.endpoint == "com.amazonaws.eu-west-1.sagemaker.api"
    assert "VPC without internet" in problem.hint


def test_a_request_is_not_held_up_by_parts_that_hang(
    alice: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble(alice, "timeout", seconds=60)
    alice.look(*PAGE, wait=False)
    done = threading.Event()
    alice.rooms.pool.submit(lambda: (alice.service.state(), done.set()))
    assert done.wait(1)


def test_what_was_read_stays_when_a_refresh_fails(alice: Room) -> None:
    alice.look(*PAGE)
    before = len(alice.service.apps().rows)
    trouble(alice, "denied")
    alice.later(1000)
    alice.look("apps")
    part = alice.part("apps")
    assert part.state == "partial" and part.problem is not None
    assert part.at is not None
    assert len(alice.service.apps().rows) == before
    assert alice.service.state().here.person == "alice"


def test_a_failure_of_ours_is_one_sentence(
    alice: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(alice.service._reader._parts, "read", lambda *_: 1 / 0)
    alice.look("settings")
    problem = alice.part("settings").problem
    assert problem is not None and problem.code == "internal"
    assert "ZeroDivisionError" in caplog.text and "Zero" not in problem.message
