from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.model.shaping import shaped
from sm_onboard.demo.sagemaker.model.validate import failures
from tests.demo.sagemaker.shapes import installed, shape, structure

NODE = shape(
    structure(
        {"Name": "Text", "At": "At", "Bytes": "Bytes", "Items": "Items", "ByName": "ByName",
         "Child": "Main", "Texts": "Texts", "Counts": "Counts", "Any": "Any"}
    ),
    At={"type": "timestamp"},
    Bytes={"type": "blob"},
    Items={"type": "list", "member": {"shape": "Main"}},
    ByName={"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Main"}},
    Texts={"type": "list", "member": {"shape": "Text"}},
    Counts={"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
    Any={"type": "structure", "members": {}, "document": True},
)  # fmt: skip
MOMENT = datetime(2026, 11, 23, 10, 0, 0, 500_000, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "a", "Other": 1, "_hidden": 2}, {"Name": "a"}),
        ({"Name": None, "Items": None}, {}),
        ({"Items": []}, {"Items": []}),
        ({"Items": [{"Name": "a", "X": 1}, None]}, {"Items": [{"Name": "a"}]}),
        ({"ByName": {"k": {"X": 1}, "n": None}}, {"ByName": {"k": {}}}),
        ({"Child": {"Child": {"Child": {"X": 1, "Name": "a"}}}},
         {"Child": {"Child": {"Child": {"Name": "a"}}}}),
        ({"Texts": ["a", None]}, {"Texts": ["a"]}),
        ({"Counts": {"a": "1", "b": None}}, {"Counts": {"a": "1"}}),
        ({"At": MOMENT}, {"At": 1795428000.5}),
        ({"At": MOMENT.astimezone(timezone(timedelta(hours=2)))}, {"At": 1795428000.5}),
        ({"At": "2026-11-23T10:00:00.5Z"}, {"At": 1795428000.5}),
        ({"At": "2026-11-23T12:00:00.5+02:00"}, {"At": 1795428000.5}),
        ({"At": 12.5}, {"At": 12.5}),
        ({"Bytes": b"abcd"}, {"Bytes": "YWJjZA=="}),
        ({"Bytes": "YWJjZA=="}, {"Bytes": "YWJjZA=="}),
        ({"Any": {"what": None}}, {"Any": {"what": None}}),
    ],
)  # fmt: skip
def test_exactly_the_members_of_the_shape(value: dict[str, Any], expected: dict[str, Any]) -> None:
    assert shaped(NODE, value) == expected


def test_a_moment_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert shaped(NODE, {"At": MOMENT.replace(tzinfo=None)}) == {"At": 1795428000.5}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_members_get_the_name_they_have_in_json() -> None:
    main = structure({"Name": "Text"})
    main["members"]["Name"]["locationName"] = "name"
    assert shaped(shape(main), {"Name": "a"}) == {"name": "a"}


def test_the_value_itself_is_left_alone() -> None:
    value = {"Items": [{"Name": "a", "X": 1}], "At": MOMENT}
    shaped(NODE, value)
    assert value == {"Items": [{"Name": "a", "X": 1}], "At": MOMENT}
    assert shaped(NODE, value)["Items"] is not value["Items"]


def _apps(number: int) -> dict[str, Any]:
    app = {
        "DomainId": "d-1", "UserProfileName": "alice", "SpaceName": "alice",
        "AppType": "JupyterLab", "AppName": "default",
        "Status": "InService", "CreationTime": MOMENT,
        "ResourceSpec": {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": None},
        **{f"_{field}": field for field in range(12)},
    }  # fmt: skip
    return {"Apps": [dict(app) for _ in range(number)], "NextToken": None}


def test_a_real_answer_keeps_to_the_model() -> None:
    output = installed("sagemaker").operation_model("ListApps").output_shape
    answer = shaped(output, _apps(3))
    assert failures(output, answer, wire=True) == []
    assert answer["Apps"][0]["ResourceSpec"] == {"InstanceType": "ml.t3.medium"}
    assert "NextToken" not in answer


def test_a_page_of_a_hundred_takes_less_than_a_millisecond() -> None:
    output = installed("sagemaker").operation_model("ListApps").output_shape
    page = _apps(100)
    shaped(output, page)
    best = min(_seconds(output, page) for _ in range(20))
    assert best < 0.001


def _seconds(output: Any, page: dict[str, Any]) -> float:
    started = time.thread_time()
    shaped(output, page)
    return time.thread_time() - started
