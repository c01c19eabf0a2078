"""Which parts are read when: who looks, what that needs, what fits into one refresh."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.domain.client import Cancelled, Task
from sm_onboard.domain.models import PartName, Problem
from sm_onboard.domain.others import Others
from sm_onboard.domain.reading import AGES, LEASE, ORDER, REFRESH, SLOW, Looks, Reading, choose
from sm_onboard.errors import Conflict, Forbidden, OnboardError
from sm_onboard.studio import Place

WHY = Problem(code="aws.forbidden", message="You may not.")


def test_looking_is_a_lease() -> None:
    now = 0.0
    looks = Looks(lambda: now)
    looks.look("panel", ["here"])
    looks.look("page", ["profiles"])
    assert looks.wanted() == {"here", "settings", "prices", "profiles"}
    now = LEASE - 1
    looks.look("panel", ["here"])
    now = LEASE + 1
    assert looks.wanted() == {"here", "settings", "prices"}
    looks.look("panel", [])
    looks.look("never seen", [])
    assert looks.wanted() == frozenset()


def test_what_a_part_needs_is_read_too() -> None:
    looks = Looks(lambda: 0.0)
    looks.look("page", ["apps"])
    assert looks.wanted() == {"apps", "spaces", "here", "settings", "prices"}


def read(name: PartName, ago: float | None, calls: int = 1) -> Reading:
    """A part that was read so many of its greatest ages ago; None: never."""
    reading = Reading(name, state="ready", calls=calls)
    reading.ended = None if ago is None else 1000.0 - ago * AGES[name]
    return reading


def chosen(*due: Reading, left: int = REFRESH) -> dict[str, int | None]:
    return {reading.name: most for reading, most in choose(due, 1000.0, left)[0]}


def test_the_first_time_everything_is_read() -> None:
    due = [read(name, None) for name in ORDER]
    found = chosen(*due, left=0)
    assert set(found) == set(ORDER)
    assert found["others"] == 5


def test_the_most_overdue_comes_first() -> None:
    spaces, apps = read("spaces", 1.5, 5), read("apps", 3, 3)
    assert list(chosen(spaces, apps)) == ["apps"]
    assert list(chosen(read("spaces", 4, 5), apps)) == ["spaces"]
    assert list(chosen(spaces, apps, read("settings", 1.1, 1))) == ["apps", "settings"]


def test_others_are_read_with_what_is_left() -> None:
    assert chosen(read("apps", 3, 3), read("others", 2, 5)) == {"apps": None, "others": 3}
    assert chosen(read("spaces", 3, 5), read("others", 2, 5)) == {"spaces": None, "others": 2}
    assert chosen(read("others", 2, 5), left=0) == {}


def test_what_is_larger_than_a_refresh_goes_alone() -> None:
    assert list(chosen(read("profiles", 2, 50), read("apps", 1.5, 3))) == ["profiles"]
    assert list(chosen(read("profiles", 1.5, 50), read("apps", 2, 3))) == ["apps"]


def test_what_a_part_says_while_it_is_read() -> None:
    reading = Reading("apps")
    assert reading.shown(0, 0.0).state == "idle"
    reading.begin(Task(), 100.0, "2026-11-10T10:00:00Z")
    early = reading.shown(0, 100.0 + SLOW - 0.1)
    assert (early.state, early.problem, early.since) == ("loading", None, "2026-11-10T10:00:00Z")
    late = reading.shown(0, 105.0).problem
    assert late is not None and late.message == "SageMaker has not answered for 5 s (ListApps)."
    reading.retry_after = 4.0
    throttled = reading.shown(0, 105.0).problem
    assert throttled is not None and throttled.hint == "It is asked again after 4 s."
    reading.retry_after, reading.told = None, True
    assert reading.shown(100, 105.0).problem is None
    reading.end("ready", None, 106.0, "2026-11-10T10:00:06Z")
    done = reading.shown(300, 106.0)
    assert (done.state, done.rows, done.at, done.since) == (
        "ready", 300, "2026-11-10T10:00:06Z", None,
    )  # fmt: skip


def test_a_failure_keeps_the_time_of_the_last_success() -> None:
    reading = Reading("apps")
    reading.begin(Task(), 0.0, "a")
    reading.end("ready", None, 1.0, "first")
    reading.begin(Task(), 2.0, "b")
    assert reading.shown(3, 2.0).problem is None
    reading.end("failed", WHY, 3.0, "second")
    assert (reading.shown(3, 3.0).at, reading.shown(3, 3.0).problem) == ("first", WHY)


def test_dropping_a_reading_cancels_it() -> None:
    reading, task = Reading("apps"), Task()
    reading.begin(task, 0.0, "a")
    reading.drop()
    assert task.cancelled.is_set()
    assert reading.shown(0, 1.0).state == "idle"
    reading.drop()  # nothing to drop


OPERATIONS = {
    "ListMlflowTrackingServers": "TrackingServerSummaries",
    "ListNotebookInstances": "NotebookInstances",
    "ListEndpoints": "Endpoints",
    "ListClusters": "ClusterSummaries",
    "ListMlflowApps": "Summaries",
}
BEFORE = datetime(2026, 11, 1, tzinfo=timezone.utc)


class Fake:
    """Stands for the room's client: one tracking server and one endpoint."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses: set[str] = set()
        self.expired = False
        self.too_old: set[str] = set()
        self.modified = BEFORE

    def call(self, task: Task, operation: str, **_: Any) -> dict[str, Any]:
        task.calls += 1
        self.asked.append(operation)
        if operation in self.too_old:
            raise Conflict("aws.boto3_too_old", f"no {operation}")
        if self.expired:
            raise Forbidden("aws.credentials_expired", "expired")
        if operation in self.refuses:
            raise Forbidden("aws.forbidden", f"not {operation}")
        return {
            "ListMlflowTrackingServers": {
                "TrackingServerSummaries": [
                    {
                        "TrackingServerName": "t",
                        "TrackingServerStatus": "Created",
                        "LastModifiedTime": self.modified,
                    },
                    {"TrackingServerName": "off", "TrackingServerStatus": "Stopped"},
                ]
            },
            "ListEndpoints": {
                "Endpoints": [{"EndpointName": "e", "EndpointStatus": "InService"}],
                "NextToken": "more",
            },
            "DescribeMlflowTrackingServer": {"TrackingServerSize": "Small"},
            "DescribeEndpoint": {
                "EndpointConfigName": "c",
                "ProductionVariants": [{"VariantName": "v", "CurrentInstanceCount": 3}],
            },
            "DescribeEndpointConfig": {
                "ProductionVariants": [{"VariantName": "v", "InstanceType": "ml.m5.large"}]
            },
        }.get(operation, {})

    def problem(self, error: OnboardError, operation: str, resource: str = "*") -> Problem:
        return Problem(code=error.code, message=str(error))


@pytest.fixture
def fake() -> Fake:
    return Fake()


def others(fake: Fake) -> Others:
    return Others(fake, lambda task, rows: None)  # type: ignore[arg-type]


def step(reader: Others, fake: Fake, most: int) -> list[str]:
    fake.asked.clear()
    task = Task(cancelled=threading.Event(), most=most)
    reader.read(task)
    assert task.calls <= most + 1  # an endpoint takes two calls
    return list(fake.asked)


def test_others_are_read_piece_by_piece(fake: Fake) -> None:
    reader = others(fake)
    assert step(reader, fake, 5) == [
        "ListMlflowTrackingServers", "ListNotebookInstances", "ListEndpoints", "ListClusters",
        "DescribeMlflowTrackingServer",
    ]  # fmt: skip
    assert reader.pending
    assert step(reader, fake, 3) == ["DescribeEndpoint", "DescribeEndpointConfig", "ListMlflowApps"]
    assert not reader.pending
    assert step(reader, fake, 3) == list(OPERATIONS)[:3]
    assert step(reader, fake, 3)[:2] == list(OPERATIONS)[3:]  # the longest ago first


def test_what_changed_is_described_again(fake: Fake) -> None:
    reader = others(fake)
    step(reader, fake, 20)
    assert "DescribeMlflowTrackingServer" not in step(reader, fake, 20)
    fake.modified += timedelta(hours=1)
    step(reader, fake, 20)
    assert "DescribeMlflowTrackingServer" in step(reader, fake, 20)


def test_a_list_that_was_given_up_is_still_to_be_read(fake: Fake) -> None:
    reader, call = others(fake), fake.call

    def give_up(task: Task, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation == "ListNotebookInstances":
            raise Cancelled
        return call(task, operation, **parameters)

    fake.call = give_up  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        reader.read(Task())
    fake.call = call  # type: ignore[method-assign]
    assert step(reader, fake, 3) == ["ListNotebookInstances", "ListEndpoints", "ListClusters"]


def test_one_list_that_is_refused_leaves_the_others(fake: Fake) -> None:
    fake.refuses = {"ListEndpoints", "DescribeMlflowTrackingServer"}
    reader, task = others(fake), Task()
    reader.read(task)
    assert not reader.failed
    assert task.problem is not None and task.problem.message == "not ListEndpoints"
    step(reader, fake, 20)
    assert "DescribeMlflowTrackingServer" not in step(reader, fake, 20)  # once is enough
    fake.refuses = set(OPERATIONS)
    nothing = others(fake)
    nothing.read(Task())
    assert nothing.failed


def test_a_page_that_is_not_all_says_so(fake: Fake) -> None:
    reader, task = others(fake), Task()
    reader.read(task)
    assert task.problem is not None and task.problem.code == "domain.more"
    assert "more than 100 endpoints" in task.problem.message


def test_a_sign_in_that_works_again_is_not_called_expired(fake: Fake) -> None:
    reader = others(fake)
    for most in (5, 3, 3):  # so that not the first list is the next to be read
        fake.expired = True
        step(reader, fake, most)
    assert reader.failed
    fake.expired, fake.refuses = False, {"ListEndpoints"}
    told = []
    for _ in range(3):
        task = Task(most=3)
        reader.read(task)
        told.append(task.problem.message if task.problem else "")
    assert "expired" not in told
    assert told[-1] == "not ListEndpoints"


def test_what_boto3_does_not_know_was_not_asked(fake: Fake) -> None:
    fake.expired, fake.too_old = True, {"ListMlflowApps"}
    reader, task = others(fake), Task()
    reader.read(task)
    assert reader.failed
    assert task.problem is not None and task.problem.code == "aws.credentials_expired"


def test_what_could_not_be_described_is_described_later(fake: Fake) -> None:
    reader = others(fake)
    step(reader, fake, 4)
    fake.expired = True
    step(reader, fake, 20)
    fake.expired = False
    for _ in range(3):
        task = Task()
        reader.read(task)
    assert task.problem is not None and task.problem.code == "domain.more"
    assert not reader.pending


def test_a_person_who_asks_anew_is_told_what_is_allowed_now(fake: Fake) -> None:
    fake.refuses = {"DescribeMlflowTrackingServer"}
    reader = others(fake)
    step(reader, fake, 20)
    fake.refuses = set()
    assert "DescribeMlflowTrackingServer" not in step(reader, fake, 20)
    reader.again()
    assert "DescribeMlflowTrackingServer" in step(reader, fake, 20)


@pytest.mark.parametrize(
    ("counts", "count"), [((2, 3), 5), ((0,), 0), ((0, 4), 4), ((None,), 1), ((2, None), 1)]
)
def test_machines_of_an_endpoint_are_added_up(counts: tuple[int | None, ...], count: int) -> None:
    from sm_onboard.domain.known import Known, Other
    from sm_onboard.domain.others import _variants
    from sm_onboard.domain.pricing import Prices
    from sm_onboard.domain.rows import Eyes, other

    there = [
        {"VariantName": f"v{n}", "CurrentInstanceCount": told} for n, told in enumerate(counts)
    ]
    machines = [
        {"VariantName": f"v{n}", "InstanceType": "ml.m5.large"} for n, _ in enumerate(counts)
    ]
    detail = {
        "Variants": _variants(
            {"ProductionVariants": there[:1], "ShadowProductionVariants": there[1:]},
            {"ProductionVariants": machines[:1], "ShadowProductionVariants": machines[1:]},
        )
    }
    known = Known(Place("elsewhere", Path("/")), chosen="d-1", region="us-east-1")
    eyes = Eyes(known, Prices(None), BEFORE.timestamp())  # type: ignore[arg-type]
    shown = other(
        Other("endpoint", "e", {"EndpointName": "e", "EndpointStatus": "InService"}, detail), eyes
    )
    assert shown.count == count
    assert shown.instance == (None if None in counts else "ml.m5.large")
