"""The metrics of trial components: written by ``BatchPutMetrics``, read by ``BatchGetMetrics``.

``record`` is the way in for jobs and sample data: it takes any time, the operation does not.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.family import Family, Special
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import validation

SERVICE = "sagemaker-metrics"
PAST, FUTURE = 14 * 24 * 3600, 2 * 3600
NAMES, VALUES = 1000, 5000
LARGEST = 2.0**360  # the sum of the squares of many is still a number
_PERIODS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}

ASSUMPTIONS = (
    Assumption(
        "BatchPutMetrics",
        "a time more than two weeks ago or more than two hours ahead is a VALIDATION_ERROR of "
        "that metric; the others are stored",
        "sagemaker-python-sdk: sagemaker/experiments/_metrics.py, the bounds it checks",
    ),
    Assumption(
        "BatchPutMetrics",
        "a value beyond -2^360 to 2^360 is a VALIDATION_ERROR of that metric, as CloudWatch's "
        "PutMetricData has it",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html "
        "(of CloudWatch)",
    ),
    Assumption("BatchPutMetrics", f"METRIC_LIMIT_EXCEEDED: at {NAMES} names in a component"),
    Assumption("BatchPutMetrics", "a component that does not exist: ValidationException"),
    Assumption("BatchPutMetrics", "MetricIndex counts from 0"),
    Assumption("BatchPutMetrics", "LastModifiedTime of the component stays as it was"),
    Assumption(
        "Metrics",
        "Last is the value with the latest time, and of those the one that came last; StdDev is "
        "that of a whole population",
    ),
    Assumption(
        "BatchGetMetrics",
        "XAxisValues are steps, or the seconds since 1970 at which a period begins; Start and End "
        "are of the same kind, and included",
    ),
    Assumption(
        "BatchGetMetrics",
        "Period IterationNumber and XAxisType IterationNumber come together or not at all; "
        "otherwise, and for an unknown resource, the query's Status is ValidationError",
    ),
    Assumption(
        "BatchGetMetrics",
        "a metric that was never written: Complete, without values",
    ),
    Assumption("BatchGetMetrics", f"Truncated: more than {VALUES} values; the first are shown"),
)


class Point(NamedTuple):
    """A value and when it came; points sort by their time, then by their arrival."""

    time: float
    arrival: int
    value: float
    step: int | None


class Series:
    """The points of one metric, and their summary, kept up with each point."""

    __slots__ = ("_mean", "_squares", "_total", "least", "most", "name", "points")

    def __init__(self, name: str) -> None:
        self.name = name
        self.points: list[Point] = []
        self.least = math.inf
        self.most = -math.inf
        self._total = 0.0
        self._mean = 0.0
        self._squares = 0.0

    def add(self, time: float, value: float, step: int | None) -> None:
        insort(self.points, Point(time, len(self.points), value, step))
        self.least = min(self.least, value)
        self.most = max(self.most, value)
        self._total += value
        before = value - self._mean  # Welford's method: no sum of squares to lose digits in
        self._mean += before / len(self.points)
        self._squares += before * (value - self._mean)

    @property
    def count(self) -> int:
        return len(self.points)

    @property
    def last(self) -> float:
        return self.points[-1].value

    @property
    def average(self) -> float:
        return self._total / len(self.points)

    @property
    def deviation(self) -> float:
        return math.sqrt(max(self._squares, 0.0) / len(self.points))

    @property
    def time(self) -> float:
        return self.points[-1].time


SUMMARY: Mapping[str, Callable[[Series], Any]] = {
    "MetricName": lambda series: series.name,
    "TimeStamp": lambda series: series.time,
    "Max": lambda series: series.most,
    "Min": lambda series: series.least,
    "Last": lambda series: series.last,
    "Count": lambda series: series.count,
    "Avg": lambda series: series.average,
    "StdDev": lambda series: series.deviation,
}
"""Members of a ``TrialComponentMetricSummary``, but for its SourceArn."""

_STATISTICS: Mapping[str, Callable[[list[Point]], float]] = {
    "Min": lambda points: min(point.value for point in points),
    "Max": lambda points: max(point.value for point in points),
    "Avg": lambda points: math.fsum(point.value for point in points) / len(points),
    "Count": lambda points: float(len(points)),
    "StdDev": lambda points: _deviation([point.value for point in points]),
    "Last": lambda points: points[-1].value,
}


Told = Callable[[], tuple[list[tuple[str, float, float]], bool]]
"""What a job has told by now, as (name, time, value), and whether that is all."""


def of(region: Region, arn: str) -> dict[str, Series]:
    """The metrics of a component by name; empty when it has none."""
    listening: dict[str, Told] = region.rooms.get("metric sources", {})
    if arn in listening:
        points, all_ = listening[arn]()
        for name in {point[0] for point in points}:
            region.rooms.get("metrics", {}).get(arn, {}).pop(name, None)
        for name, time, value in points:
            record(region, arn, name, value, time=time)
        if all_:
            del listening[arn]
    found: dict[str, Series] = region.rooms.get("metrics", {}).get(arn, {})
    return found


def listen(region: Region, arn: str, told: Told) -> None:
    """From now on a component has the metrics that its job tells."""
    region.rooms.setdefault("metric sources", {})[arn] = told


def record(
    region: Region, arn: str, name: str, value: float, *, time: float, step: int | None = None
) -> None:
    """Stores one value of a component's metric.

    Args:
        arn: the component's.
        time: seconds since 1970.
        step: the iteration.
    """
    there = region.rooms.setdefault("metrics", {}).setdefault(arn, {})
    if name not in there:
        there[name] = Series(name)
    there[name].add(time, value, step)


def forget(region: Region, arn: str) -> None:
    """The component is gone."""
    region.rooms.get("metrics", {}).pop(arn, None)
    region.rooms.get("metric sources", {}).pop(arn, None)


def summaries(region: Region, arn: str, source: str | None = None) -> list[dict[str, Any]]:
    """``Metrics`` as ``DescribeTrialComponent`` and ``Search`` show them.

    Args:
        source: the ARN that the values came from; default: the component itself.
    """
    return [
        {
            **{member: read(series) for member, read in SUMMARY.items()},
            "SourceArn": source or arn,
        }
        for series in of(region, arn).values()
    ]


def put(region: Region, call: Call) -> Answer:
    name = str(call.parameters["TrialComponentName"])
    component = region.get("TrialComponent", name)
    if component is None:
        raise validation(f"Trial component [{name}] does not exist.")
    errors = []
    now = region.now()
    for index, datum in enumerate(call.parameters["MetricData"]):
        there = of(region, component.arn)
        if not now - PAST <= datum["Timestamp"] <= now + FUTURE or abs(datum["Value"]) > LARGEST:
            errors.append({"Code": "VALIDATION_ERROR", "MetricIndex": index})
        elif datum["MetricName"] not in there and len(there) >= NAMES:
            errors.append({"Code": "METRIC_LIMIT_EXCEEDED", "MetricIndex": index})
        else:
            record(
                region,
                component.arn,
                datum["MetricName"],
                float(datum["Value"]),
                time=datum["Timestamp"],
                step=datum.get("Step"),
            )
    return {"Errors": errors or None}


def get(region: Region, call: Call) -> Answer:
    return {"MetricQueryResults": [_result(region, q) for q in call.parameters["MetricQueries"]]}


def _result(region: Region, query: Mapping[str, Any]) -> dict[str, Any]:
    component = _component(region, str(query["ResourceArn"]))
    by_step = query["XAxisType"] == "IterationNumber"
    wrong = ""
    if component is None:
        wrong = f"The resource {query['ResourceArn']} does not exist or has no metrics."
    elif by_step != (query["Period"] == "IterationNumber"):
        wrong = f"The period {query['Period']} does not fit the axis {query['XAxisType']}."
    if component is None or wrong:
        return {
            "Status": "ValidationError",
            "Message": wrong,
            "XAxisValues": [],
            "MetricValues": [],
        }
    series = of(region, component.arn).get(query["MetricName"])
    groups = _grouped(series.points if series else (), _PERIODS.get(query["Period"]))
    start, end = query.get("Start", -math.inf), query.get("End", math.inf)
    axis = [x for x in sorted(groups) if start <= x <= end]
    shown = axis[:VALUES]
    statistic = _STATISTICS[query["MetricStat"]]
    return {
        "Status": "Truncated" if len(axis) > VALUES else "Complete",
        "XAxisValues": shown,
        "MetricValues": [statistic(groups[x]) for x in shown],
    }


def _grouped(points: Iterable[Point], period: int | None) -> dict[int, list[Point]]:
    """Points by the beginning of their period, or by their step where there is no period."""
    groups: dict[int, list[Point]] = {}
    for point in points:
        x = point.step if period is None else int(point.time // period) * period
        if x is not None:
            groups.setdefault(x, []).append(point)
    return groups


def _component(region: Region, arn: str) -> Record | None:
    """The component with this ARN, or the one that the job with this ARN made."""
    found = region.by_arn(arn)
    if found is None or found.family.name == "TrialComponent":
        return found
    component = region.rooms.get("job components", {}).get(arn)
    return region.by_arn(component) if component else None


def _deviation(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


FAMILIES: tuple[Family, ...] = ()
OPERATIONS: dict[str, Special] = {"BatchPutMetrics": put, "BatchGetMetrics": get}
