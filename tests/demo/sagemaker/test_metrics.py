"""``BatchPutMetrics`` and ``BatchGetMetrics``."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.families import metrics

from .absent import needs
from .api import Api

NOW = int(time.time()) // 3600 * 3600
"""The beginning of an hour, so that periods are what they look like."""


@pytest.fixture
def api() -> Api:
    api = Api()
    api("CreateTrialComponent", TrialComponentName="run")
    return api


def put(api: Api, *data: tuple[str, float, float, int | None]) -> dict[str, Any]:
    """Each is (name, seconds after NOW, value, step)."""
    raw = [
        {"MetricName": name, "Timestamp": NOW + at, "Value": value}
        | ({} if step is None else {"Step": step})
        for name, at, value, step in data
    ]
    return api.ask("sagemaker-metrics", "BatchPutMetrics", TrialComponentName="run", MetricData=raw)


def get(api: Api, name: str = "loss", **more: Any) -> dict[str, Any]:
    needs("BatchGetMetrics")
    query = {
        "MetricName": name,
        "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:experiment-trial-component/run",
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
        **more,
    }
    answer = api.ask("sagemaker-metrics", "BatchGetMetrics", MetricQueries=[query])
    (result,) = answer["MetricQueryResults"]
    return dict(result)


def summary(api: Api) -> dict[str, Any]:
    (found,) = api("DescribeTrialComponent", TrialComponentName="run")["Metrics"]
    return dict(found)


def test_a_summary_is_kept(api: Api) -> None:
    answer = put(api, ("loss", 0, 2.0, 0), ("loss", 20, 4.0, 2), ("loss", 10, 9.0, 1))
    assert answer == {}  # no Errors rather than an empty list: the model's least is one
    found = summary(api)
    assert found["MetricName"] == "loss"
    assert (found["Min"], found["Max"], found["Last"], found["Count"]) == (2.0, 9.0, 4.0, 3)
    assert found["Avg"] == pytest.approx(5.0)
    assert found["StdDev"] == pytest.approx(((9 + 1 + 16) / 3) ** 0.5)
    assert found["TimeStamp"] == NOW + 20


def test_of_two_values_at_one_time_the_later_came_last(api: Api) -> None:
    put(api, ("loss", 0, 5.0, None), ("loss", 0, 1.0, None))
    assert summary(api)["Last"] == 1.0


def test_times_too_far_away_are_errors_of_their_own(api: Api) -> None:
    answer = put(
        api,
        ("loss", 0, 1.0, None),
        ("loss", -15 * 86400, 2.0, None),
        ("loss", 60, 3.0, None),
        ("loss", 4 * 3600, 4.0, None),
    )
    assert answer["Errors"] == [
        {"Code": "VALIDATION_ERROR", "MetricIndex": 1},
        {"Code": "VALIDATION_ERROR", "MetricIndex": 3},
    ]
    assert summary(api)["Count"] == 2


def test_too_many_names(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "NAMES", 2)
    answer = put(api, ("a", 0, 1, None), ("b", 0, 1, None), ("c", 0, 1, None), ("a", 1, 1, None))
    assert answer["Errors"] == [{"Code": "METRIC_LIMIT_EXCEEDED", "MetricIndex": 2}]


def test_a_component_that_is_missing(api: Api) -> None:
    with pytest.raises(Exception, match="ValidationException: Trial component"):
        api.ask(
            "sagemaker-metrics",
            "BatchPutMetrics",
            TrialComponentName="none",
            MetricData=[{"MetricName": "a", "Timestamp": NOW, "Value": 1.0}],
        )


def test_steps(api: Api) -> None:
    put(api, ("loss", 0, 3.0, 7), ("loss", 1, 1.0, 2), ("loss", 2, 5.0, 7), ("loss", 3, 9.0, None))
    found = get(api)
    assert found == {"Status": "Complete", "XAxisValues": [2, 7], "MetricValues": [1.0, 5.0]}
    assert get(api, Start=3)["XAxisValues"] == [7]
    assert get(api, End=2)["XAxisValues"] == [2]


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("Min", 1), ("Max", 6), ("Avg", 3), ("Count", 3), ("StdDev", (14 / 3) ** 0.5), ("Last", 2)],
)
def test_statistics_of_a_period(api: Api, statistic: str, expected: float) -> None:
    put(api, ("loss", 0, 6.0, 0), ("loss", 20, 1.0, 1), ("loss", 40, 2.0, 2), ("loss", 60, 8.0, 3))
    found = get(api, Period="OneMinute", XAxisType="Timestamp", MetricStat=statistic)
    assert found["XAxisValues"] == [NOW, NOW + 60]
    assert found["MetricValues"][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("period", "expected"),
    [("OneMinute", [0, 240, 540]), ("FiveMinute", [0, 300]), ("OneHour", [0])],
)
def test_periods(api: Api, period: str, expected: list[int]) -> None:
    put(api, *(("loss", at, 1.0, None) for at in (0, 59, 299, 599)))
    found = get(api, Period=period, XAxisType="Timestamp", MetricStat="Count")
    assert found["XAxisValues"] == [NOW + at for at in expected]
    assert sum(found["MetricValues"]) == 4


def test_many_values_are_truncated(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "VALUES", 3)
    put(api, *(("loss", step, step, step) for step in range(5)))
    found = get(api)
    assert (found["Status"], found["XAxisValues"]) == ("Truncated", [0, 1, 2])


def test_queries_that_cannot_be_answered(api: Api) -> None:
    put(api, ("loss", 0, 1.0, 0))
    for wrong in (
        {"XAxisType": "Timestamp"},
        {"Period": "OneHour"},
        {"ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:experiment-trial-component/x"},
    ):
        found = get(api, **wrong)
        assert found["Status"] == "ValidationError"
        assert found["Message"]
        assert found["XAxisValues"] == found["MetricValues"] == []
    assert get(api, "never")["Status"] == "Complete"


def test_they_go_with_their_component(api: Api) -> None:
    put(api, ("loss", 0, 1.0, 0))
    api("DeleteTrialComponent", TrialComponentName="run")
    api("CreateTrialComponent", TrialComponentName="run")
    assert api("DescribeTrialComponent", TrialComponentName="run")["Metrics"] == []
