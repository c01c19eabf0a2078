"""The service as a whole: many threads, text that is anybody's, changes by others, the end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import msgspec
import pytest

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.models import Look

from .conftest import LONG, PAGE, Room, domain_id

THEN = datetime(2026, 11, 1, tzinfo=timezone.utc)


def test_the_owner_is_also_in_the_list_of_spaces(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.control.trouble({"operations": ["sagemaker:DescribeSpace"], "kind": "denied"})
    at.look(*PAGE)
    assert at.part("here").state == "partial"
    assert at.service.state().here.person == "alice"
    assert at.row("tuning-gpu").mine


def test_without_both_nobody_is_known(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    denied = ["sagemaker:DescribeSpace", "sagemaker:ListSpaces"]
    at.control.trouble({"operations": denied, "kind": "denied"})
    at.look(*PAGE)
    assert at.service.state().here.person is None
    assert not any(row.mine for row in at.service.apps().rows)
    assert at.row("alice-lab").this_one  # the metadata file says so


def test_a_space_that_somebody_changed_is_described_again(
    sample: Server, room: Callable[..., Room]
) -> None:
    at = room("bob-lab")
    at.look(*PAGE)
    sample.emulator.world.clock.advance(60)
    at.ask(
        "UpdateSpace", DomainId=domain_id(sample), SpaceName="bob-lab", SpaceDisplayName="Bob's",
    )  # fmt: skip
    at.calls()
    at.later(130, "spaces")
    at.look(*PAGE)
    assert at.calls()["sagemaker:DescribeSpace"] == 1
    (shown,) = [space for space in at.service.spaces().rows if space.this_one]
    assert shown.title == "Bob's"
    at.later(130, "spaces")
    at.look(*PAGE)
    assert "sagemaker:DescribeSpace" not in at.calls()


def test_what_is_gone_is_gone(sample: Server, room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.look(*PAGE)
    before = len(at.service.spaces().rows)
    at.ask("DeleteSpace", DomainId=domain_id(sample), SpaceName="ben-lab")
    at.later(130, "spaces")
    at.look("spaces")
    names = {space.name for space in at.service.spaces().rows}
    assert len(names) == before - 1 and "ben-lab" not in names


HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m\u202e\n" + "x" * 5000


def test_text_of_aws_stays_text_of_one_line(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    known = at.service._known
    told: dict[str, Any] = {
        "SpaceName": HOSTILE, "UserProfileName": HOSTILE, "AppType": HOSTILE, "AppName": HOSTILE,
        "Status": HOSTILE, "CreationTime": THEN, "SpaceDisplayName": HOSTILE,
        "ResourceSpec": {"InstanceType": HOSTILE}, "FailureReason": HOSTILE,
    }  # fmt: skip
    known.spaces[HOSTILE] = known.profiles[HOSTILE] = known.apps["x"] = told
    known.domain = {"DomainName": HOSTILE, "SubnetIds": [HOSTILE, 7], "DefaultUserSettings": "x"}
    service = at.service
    for answer in (service.state(), service.settings(), service.spaces(), service.apps()):
        for line in strings(msgspec.to_builtins(answer)):
            assert line.isprintable() and len(line) <= 1024
    (row,) = service.apps().rows
    assert row.id.isalnum() and len(row.id) == 16
    assert (row.state, row.per_hour, row.stop) == ("unknown", None, "not_running")


@pytest.mark.parametrize("odd", [{}, {"ResourceSpec": None}, {"Status": 7, "CreationTime": "x"}])
def test_answers_that_lack_everything(room: Callable[..., Room], odd: dict[str, Any]) -> None:
    at = room("alice-lab")
    known = at.service._known
    known.apps["x"] = known.spaces["x"] = known.profiles["x"] = odd
    known.domain = known.space = known.profile = odd
    service = at.service
    for get in (service.state, service.settings, service.profiles, service.spaces, service.apps):
        msgspec.json.encode(get())


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [found for one in value for found in strings(one)]
    return []


def test_thousands_of_rows_are_answered_at_once(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    known = at.service._known
    for n in range(5000):
        name = f"space-{n:05}"
        known.spaces[name] = {
            "SpaceName": name, "Status": "InService", "CreationTime": THEN,
            "SpaceSettingsSummary": {
                "AppType": "JupyterLab",
                "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
            },
            "OwnershipSettingsSummary": {"OwnerUserProfileName": f"person-{n % 500}"},
            "SpaceSharingSettingsSummary": {"SharingType": "Private"},
        }  # fmt: skip
        known.apps[name] = {
            "SpaceName": name, "AppType": "JupyterLab", "AppName": "default",
            "Status": "InService", "CreationTime": THEN,
            "ResourceSpec": {"InstanceType": "ml.t3.medium"},
        }  # fmt: skip
    began = time.process_time()
    shown = msgspec.json.encode(at.service.apps())
    assert time.process_time() - began < 1.0
    assert len(json.loads(shown)["rows"]) == 5000
    assert at.service.apps().cost.per_hour


def test_many_windows_at_once(room: Callable[..., Room]) -> None:
    told: list[int] = []
    at = room("alice-lab", notify=lambda room, id, revision: told.append(revision))
    failures: list[BaseException] = []

    def window(number: int) -> None:
        try:
            for _ in range(20):
                at.service.look(Look(view=f"w{number}", parts=PAGE, refresh=number % 3 == 0))
                msgspec.json.encode((at.service.state(), at.service.apps(), at.service.spaces()))
            at.service.look(Look(view=f"w{number}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=window, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert not failures
    assert at.service.wait(LONG)
    assert told == sorted(told) and len(set(told)) == len(told)
    at.look(*PAGE)
    assert at.part("apps").state == "ready"


def test_the_end_waits_for_nothing_that_hangs(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.control.trouble({"operations": ["*"], "kind": "timeout", "seconds": 60})
    at.look(*PAGE, wait=False)
    time.sleep(0.3)
    began = time.monotonic()
    at.rooms.close(3)
    assert time.monotonic() - began < 1
    at.look(*PAGE, wait=False)  # a window that did not know yet
    assert at.service.state().server == at.rooms.server
    assert at.service.wait(1)


def test_the_state_names_the_run_of_the_server(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    first = at.service.state()
    at.look("settings")
    second = at.service.state()
    assert second.server == first.server == at.rooms.server
    assert second.revision > first.revision
