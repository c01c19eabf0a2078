"""How many calls the room makes: a large domain, a refresh, a look that ends."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from sm_onboard.demo.sagemaker.organization import fill_large
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.client import Client
from sm_onboard.domain.limiter import Limiter

from .conftest import LONG, PAGE, REGION, Room

MAIN = {
    "sagemaker:DescribeDomain": 1,
    "sagemaker:ListUserProfiles": 5,
    "sagemaker:ListSpaces": 5,
    "sagemaker:ListApps": 3,
}


@pytest.fixture(scope="module")
def large() -> Iterator[tuple[Server, str]]:
    """500 profiles, 500 spaces, 300 apps; its domain's id."""
    with Server(speed=math.inf, sample=False) as server:
        yield server, fill_large(server.emulator, REGION, trial_components=0)


@pytest.fixture
def big(room: Callable[..., Room], large: tuple[Server, str]) -> Room:
    server, domain = large
    return room("space-0000", server=server, domain=domain)


def split(calls: Counter[str]) -> tuple[dict[str, int], int]:
    """The calls for the domain's own lists, and how many others there were."""
    main = {name: count for name, count in calls.items() if name in MAIN}
    return main, calls.total() - sum(main.values())


def test_the_page_of_a_large_domain(big: Room) -> None:
    big.calls()
    big.look(*PAGE)
    main, rest = split(big.calls())
    assert main == MAIN
    assert 0 < rest <= 8
    service = big.service
    assert (len(service.profiles().rows), len(service.spaces().rows)) == (500, 500)
    apps = [row for row in service.apps().rows if row.kind == "app"]
    assert len(apps) == 300
    assert all(row.owner for row in apps)
    states = {part.name: part.state for part in service.state().parts}
    lacks = not big.service._client.supports("ListMlflowApps")
    assert states.pop("others") == ("partial" if lacks else "ready")
    assert set(states.values()) == {"ready"}
    assert sum(part.calls for part in service.state().parts) == sum(main.values()) + rest


def test_the_first_rows_are_there_within_a_second_at_the_real_rate(
    room: Callable[..., Room], large: tuple[Server, str]
) -> None:
    server, domain = large
    big = room("space-0000", server=server, domain=domain, limiter=Limiter())
    Client(big.service._client._aws).supports("ListApps")  # importing boto3 is not what counts
    began = time.monotonic()
    big.look(*PAGE, wait=False)
    big.until(lambda: big.part("apps").rows and big.part("spaces").rows)
    assert time.monotonic() - began < 1.0
    assert big.service.wait(LONG)
    assert time.monotonic() - began < 5.0


def test_a_get_asks_nobody(big: Room) -> None:
    big.calls()
    service = big.service
    for get in (service.state, service.settings, service.profiles, service.spaces, service.apps):
        get()
    assert not big.calls()


@pytest.mark.parametrize("how", ["asked for", "with time"])
@pytest.mark.parametrize(
    "visible",
    [("here", "apps"), ("apps", "others"), ("profiles",), ("spaces",), ("settings",), PAGE],
)
def test_a_refresh_is_at_most_seven_calls(big: Room, visible: tuple[str, ...], how: str) -> None:
    big.look(*PAGE)
    big.look(view="page")  # closed
    big.look(*visible)  # type: ignore[arg-type]
    big.calls()
    for _ in range(4):
        if how == "with time":
            big.later(1000)
        big.look(*visible, refresh=how == "asked for")  # type: ignore[arg-type]
        assert 0 < big.calls().total() <= 7


def test_what_does_not_fit_into_one_refresh_comes_with_the_next(big: Room) -> None:
    big.look(*PAGE)
    total: Counter[str] = Counter()
    big.later(1000)
    for _ in range(6):
        big.calls()
        big.look(*PAGE)
        total += big.calls()
    assert {name: total[name] for name in MAIN} == MAIN


def test_what_is_fresh_is_not_read_again(big: Room) -> None:
    big.look(*PAGE)
    big.calls()
    for view in ("page", "panel", "another window"):
        big.look(*PAGE, view=view)
    assert not big.calls()


def test_only_what_is_looked_at_is_read(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.calls()
    at.look("settings")
    assert at.calls().keys() == {
        "sagemaker:DescribeDomain",
        "sagemaker:DescribeSpace",
        "sagemaker:DescribeUserProfile",
        "sagemaker:DescribeApp",
        "pricing:GetProducts",
    }
    assert at.part("apps").state == at.part("profiles").state == "idle"


def test_a_page_that_is_closed_stops_being_read(big: Room) -> None:
    rule = {"operations": ["sagemaker:ListUserProfiles"], "kind": "latency", "seconds": 0.3}
    big.control.trouble(rule)
    big.calls()
    try:
        big.look("profiles", wait=False)
        big.until(lambda: big.part("profiles").rows)
        big.look(view="page")
        time.sleep(1.0)
        assert big.calls()["sagemaker:ListUserProfiles"] <= 2
        assert big.part("profiles").state == "idle"
        assert big.part("profiles").rows in (100, 200)  # what came is still shown
    finally:
        big.control.no_trouble()
    big.look("profiles")
    assert big.part("profiles").rows == 500


def test_a_look_ends_by_itself(big: Room) -> None:
    big.look("profiles")
    looks = big.service._reader._looks
    assert "profiles" in looks.wanted()
    looks._clock = lambda: time.monotonic() + 61
    assert not looks.wanted()


def test_another_window_keeps_what_the_first_one_needed(big: Room) -> None:
    big.look("profiles", "spaces", wait=False)
    big.look("spaces", view="second", wait=False)
    big.look(view="page")
    assert big.service.wait(LONG)
    assert big.part("spaces").rows == 500


def test_nothing_is_called_before_somebody_looks(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.calls()
    at.rooms.start()
    at.service.state()
    assert not at.calls()
