"""What jobs write: their lines, and the metrics that are read from them.

CloudWatch Logs is moto's. ``sync_logs`` puts the lines there that are due by the clock; whoever
passes a call on to moto's ``logs`` calls it first.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import regex

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.store import Record, World

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.families.jobs import Run

ASSUMPTIONS = (
    Assumption(
        "CreateTrainingJob",
        "logs are in /aws/sagemaker/TrainingJobs, ProcessingJobs and TransformJobs, in one stream "
        "JOB/algo-1-EPOCH, also with several instances",
        "programs of others that read them (the names of the groups)",
    ),
    Assumption(
        "DescribeTrainingJob",
        "a metric is the last match of its regular expression in the log so far",
        "botocore's model: MetricDefinition (that the output is searched)",
    ),
    Assumption(
        "CreateTrainingJob",
        "a made-up log has, for each metric, lines that its regular expression finds, if such a "
        "line can be made from it",
    ),
)

GROUPS = {
    "TrainingJob": "/aws/sagemaker/TrainingJobs",
    "ProcessingJob": "/aws/sagemaker/ProcessingJobs",
    "TransformJob": "/aws/sagemaker/TransformJobs",
}
EPOCHS = 5
_PATIENCE = 0.5  # seconds that a job's regular expressions may take, all on all lines

_ESCAPED = {"d": "1", "S": "1", "w": "a", "s": " ", "D": " ", "W": " "}
_TOKEN = regex.compile(
    r"\\(?P<escaped>.)|(?P<group>\((?:\\.|[^()\\]|(?&group))*\))|(?P<set>\[(?:\\.|[^\]\\])+\])"
    r"|\{\d*,?\d*\}|[.^$*+?]"
)

Line = tuple[float, str]
"""When it is written, in seconds since 1970, and what."""


def invented(family: str, values: Mapping[str, Any], fails: str) -> list[str]:
    """The log of a job whose container does not really run."""
    lines = ["The container has started."]
    hyper = values.get("HyperParameters") or {}
    lines += [f"hyperparameter {name}: {value}" for name, value in sorted(hyper.items())]
    if family == "TrainingJob":
        found = (values.get("AlgorithmSpecification") or {}).get("MetricDefinitions") or ()
        search = _Search()
        for epoch in range(1, EPOCHS + 1):
            lines.append(f"epoch {epoch} of {EPOCHS}")
            made = (_line(definition["Regex"], epoch, search) for definition in found)
            lines += [line for line in made if line]
    lines.append(fails or "The container has ended with exit code 0.")
    return lines


def _line(pattern: str, epoch: int, search: _Search) -> str | None:
    """A line in which this regular expression finds a number; None when none comes to mind."""
    number = f"{1 - 0.5 / (epoch + 1):.4f}"
    groups = 0

    def plain(token: regex.Match[str]) -> str:
        nonlocal groups
        if token["escaped"]:
            return _ESCAPED.get(token["escaped"], token["escaped"])
        if token["group"]:
            groups += not token["group"].startswith("(?")
            return number if groups == 1 else ""
        return "1" if token["set"] else ""

    try:
        line = _TOKEN.sub(plain, pattern, timeout=_PATIENCE)
    except TimeoutError:
        return None
    return line if search(pattern, line) is not None else None


class _Search:
    """Finds numbers with regular expressions from outside, which may backtrack for ever.

    Everybody waits for it, so its patience is for all that a job makes it look for: what is
    asked when it is used up is not found.
    """

    def __init__(self) -> None:
        self._left = _PATIENCE

    def __call__(self, pattern: str, line: str) -> float | None:
        if self._left <= 0:
            return None
        begun = time.perf_counter()
        try:
            match = regex.search(pattern, line, timeout=self._left)
            return float(match[1]) if match else None
        except (regex.error, IndexError, TypeError, ValueError, TimeoutError, RecursionError):
            return None
        finally:
            self._left -= time.perf_counter() - begun


def lines(run: Run) -> list[Line]:
    """The lines of a job: spread evenly over the time its work was to take, as far as it came."""
    begins, ends = run.schedule.work
    step = (ends - begins) / max(1, len(run.log))
    found = [(begins + number * step, text) for number, text in enumerate(run.log)]
    return [line for line in found if line[0] <= run.schedule.worked_until]


def told(record: Record, run: Run, now: float) -> list[tuple[str, float, float]]:
    """Every value of a metric that has been told by now, as (name, time, value)."""
    if run.told is None:  # an expression is tried once on a line, whoever asks how often
        algorithm = record.values.get("AlgorithmSpecification") or {}
        search = _Search()
        run.told = [
            (str(definition["Name"]), at, value)
            for definition in algorithm.get("MetricDefinitions") or ()
            for at, text in lines(run)
            if (value := search(definition["Regex"], text)) is not None
        ]
    until = min(now, run.schedule.worked_until)
    found = [entry for entry in run.told if entry[1] <= until]
    ended = run.schedule.ended
    if ended <= now:
        found += [(name, ended, value) for name, value in run.metrics.items()]
    return found


def final_metrics(record: Record, run: Run, now: float) -> list[dict[str, Any]]:
    """``FinalMetricDataList``: the last value of each metric by now."""
    last = {name: (value, at) for name, at, value in told(record, run, now)}
    return [
        {"MetricName": name, "Value": value, "Timestamp": at}
        for name, (value, at) in sorted(last.items())
    ]


def stream(record: Record, run: Run) -> str:
    """``JOB/algo-1-EPOCH``."""
    started = run.schedule.started
    return f"{record.key[0]}/algo-1-{int(record.created if started is None else started)}"


def sync_logs(world: World, account: str, region_name: str) -> None:
    """Puts the lines that are due into moto's CloudWatch Logs. moto is imported here first.

    Not to be called at the same time as a handler: the engine's lock is the caller's business.
    """
    from moto.backends import get_backend  # most runs never need moto

    region = world.region(account, region_name)
    backend: Any = get_backend("logs")[account][region_name]
    written: dict[str, int] = region.rooms.setdefault("log_lines", {})
    now = region.now()
    for family, group in GROUPS.items():
        for record in region.all(family):
            run: Run = region.rooms["jobs"][record.arn]
            due = [line for line in lines(run) if line[0] <= now]
            name = stream(record, run)
            place = f"{group}:{name}"
            done = written.get(place, 0)
            if len(due) <= done:
                continue
            if group not in backend.groups:
                backend.create_log_group(group, {})
            # moto's group, not its backend: that one drops lines older than 14 days
            if name not in backend.groups[group].streams:
                backend.groups[group].create_log_stream(name)
            events = [{"timestamp": int(at * 1000), "message": text} for at, text in due[done:]]
            backend.groups[group].put_log_events(name, events)
            written[place] = len(due)
