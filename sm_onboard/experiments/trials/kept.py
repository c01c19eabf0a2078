"""What fits where in a trial component, and how it is read back; standard library only."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sm_onboard.experiments import record

from . import names

PARAMETERS, TEXT, KEY = 300, 2500, 320  # in a component; characters
RESERVED = 8  # of the parameters, for tags and data sets that come last
TAGS, TAG_KEY, TAG_VALUE = 45, 128, 256  # five of AWS's 50 are left to the organization
INPUTS, INPUT_NAME, INPUT_VALUE = 60, 128, 2048
METRIC = 255  # characters of a metric's name
LARGEST = 2.0**360
LAST_STEP = 2**31 - 1
PAST, FUTURE = 13.9 * 24 * 3600, 1.9 * 3600  # seconds; AWS takes two weeks and two hours

TAG, DATA = "mlflow.tag.", "mlflow.data."  # parameters that are none of the person's
FILES = "mlflow.artifacts"  # the output artifact that all files of the run lie below
OF_SDK = {"sagemaker:trial-component-source": "run"}
RUN_NAME = "mlflow.runName"

_LINES = re.compile("[\n\r\u0085\u2028\u2029]")
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,17})?(e[+-]?\d{1,3})?", re.ASCII)
_MARKS = frozenset("_.:/=+-@")

STATUS = {
    "RUNNING": "InProgress",
    "SCHEDULED": "InProgress",
    "FINISHED": "Completed",
    "FAILED": "Failed",
    "KILLED": "Stopped",
}


class Point(NamedTuple):
    """A value of a metric; ``time`` in milliseconds since 1970."""

    step: int
    time: int
    value: float


class Data(NamedTuple):
    """A data set, as MLflow keeps them."""

    name: str
    digest: str
    source_type: str
    source: str
    context: str = ""


def number(value: float) -> str:
    """A NumberValue as text."""
    whole = value.is_integer() and abs(value) < 2**53
    return str(int(value)) if whole else repr(value)


def parameter(text: str) -> dict[str, Any]:
    """A number where its text comes back the same, so that Studio sorts by it."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value) and number(value) == text:
            return {"NumberValue": value}
    return {"StringValue": text}


def text(parameter: Mapping[str, Any]) -> str:
    if "NumberValue" in parameter:
        return number(float(parameter["NumberValue"]))
    return str(parameter.get("StringValue", ""))


def whole(value: str) -> bool:
    """Whether a parameter can hold this text."""
    return len(value) <= TEXT and not _LINES.search(value)


def beginning(value: str) -> str:
    """What a parameter holds of a text that it cannot hold."""
    return _LINES.sub(" ", value[: TEXT - 1]) + "…"


def is_tag(key: str, value: str) -> bool:
    """Whether AWS takes this as a tag."""
    return (
        0 < len(key) <= TAG_KEY
        and len(value) <= TAG_VALUE
        and not key.lower().startswith(("aws:", "sagemaker:"))
        and all(c in _MARKS or unicodedata.category(c)[0] in "LNZ" for c in key + value)
    )


def has_lines(text: str) -> bool:
    return _LINES.search(text) is not None


def is_metric(name: str) -> bool:
    return 0 < len(name) <= METRIC and not has_lines(name)


def fits(point: Point) -> bool:
    """Whether the metrics' service can hold a point, whatever its time."""
    return (
        math.isfinite(point.value) and abs(point.value) <= LARGEST and 0 <= point.step <= LAST_STEP
    )


def in_time(point: Point, now: float) -> bool:
    """``now``: seconds since 1970."""
    return now - PAST <= point.time / 1000 <= now + FUTURE


def spread(points: Sequence[Point], now: float) -> list[Point]:
    """The points of a metric with times that the service takes and that keep their order.

    It knows seconds only, and takes the value of the latest for the last. So where the true times
    do not fit or do not tell the points apart, they come a second after each other, until now.
    """
    seconds = [point.time // 1000 for point in points]
    rising = all(a < b for a, b in pairwise(seconds))
    if rising and all(in_time(point, now) for point in points):
        return list(points)
    first = int(now) - len(points) + 1
    oldest = int(now - PAST) + 1
    return [point._replace(time=max(first + at, oldest) * 1000) for at, point in enumerate(points)]


def data_text(data: Data) -> str:
    return json.dumps(
        {"digest": data.digest, "type": data.source_type, "source": data.source,
         "context": data.context},
        ensure_ascii=False,
    )  # fmt: skip


def address(data: Data) -> str:
    """Where a data set is, for people; its name where nobody says."""
    try:
        told = json.loads(data.source)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        for key in ("uri", "path", "url"):
            if isinstance(told.get(key), str) and told[key]:
                return str(told[key])
    return data.name


# What a component has


def params(component: Mapping[str, Any]) -> dict[str, str]:
    found = component.get("Parameters") or {}
    return {key: text(value) for key, value in found.items() if not key.startswith((TAG, DATA))}


def tags(component: Mapping[str, Any]) -> dict[str, str]:
    """Those of AWS go before those that are parameters: they can be edited."""
    found = component.get("Parameters") or {}
    beside = {key[len(TAG) :]: text(value) for key, value in found.items() if key.startswith(TAG)}
    both = {**beside, **aws_tags(component)}
    return {key: value for key, value in both.items() if OF_SDK.get(key) != value}


def aws_tags(told: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: str(tag.get("Value", "")) for tag in told.get("Tags") or ()}


def name(component: Mapping[str, Any]) -> str:
    """The run's name: its tag, unless somebody gave it another in Studio."""
    shown = str(component.get("DisplayName") or component["TrialComponentName"])
    told = tags(component).get(RUN_NAME, "")
    return told if told and names.display(told, component["TrialComponentName"]) == shown else shown


def data(component: Mapping[str, Any]) -> Iterator[Data]:
    """The data sets that were written from MLflow's."""
    for key, value in (component.get("Parameters") or {}).items():
        if not key.startswith(DATA):
            continue
        try:
            told = json.loads(text(value))
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict):
            parts = [told.get(part, "") for part in ("digest", "type", "source", "context")]
            if all(isinstance(part, str) for part in parts):
                yield Data(key[len(DATA) :], *parts)


def files(component: Mapping[str, Any]) -> str:
    """Where the run's files are: ``s3://…``; empty where it is none of ours."""
    value = ((component.get("OutputArtifacts") or {}).get(FILES) or {}).get("Value", "")
    return value if isinstance(value, str) and value.startswith("s3://") else ""


def metrics(component: Mapping[str, Any]) -> dict[str, tuple[int, float]]:
    """The last value of each with its time (ms); a name may be there once for each source."""
    rows = [row for row in component.get("Metrics") or () if "Last" in row]
    rows.sort(key=lambda row: ms(row.get("TimeStamp")) or 0)
    return {r["MetricName"]: (ms(r.get("TimeStamp")) or 0, float(r["Last"])) for r in rows}


def status(component: Mapping[str, Any]) -> str:
    """MLflow's word for it."""
    told = component.get("Status") or {}
    said = told.get("PrimaryStatus", "")
    if said == "InProgress" and told.get("Message") == "Scheduled":
        return "SCHEDULED"
    known = {"InProgress": "RUNNING", "Stopping": "RUNNING", "Completed": "FINISHED",
             "Failed": "FAILED", "Stopped": "KILLED"}  # fmt: skip
    if said in known:
        return known[said]
    if component.get("EndTime"):
        return "FINISHED"
    return "RUNNING" if component.get("StartTime") else "SCHEDULED"


def about(tags: Mapping[str, str]) -> dict[str, str]:
    """MetadataProperties: the code, as Studio shows it."""
    commit = tags.get(record.COMMIT) or tags.get("mlflow.source.git.commit", "")
    repository = tags.get(record.REPOSITORY) or tags.get("mlflow.source.git.repoURL", "")
    found = {"CommitId": commit, "Repository": repository}
    return {key: value for key, value in found.items() if value and len(value) <= 1024}


def ms(moment: object) -> int | None:
    return round(moment.timestamp() * 1000) if isinstance(moment, datetime) else None
