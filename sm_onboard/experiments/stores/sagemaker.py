"""Runs in SageMaker Experiments: trial components, found through ``Search``.

==================  ==========================================================
here                there
==================  ==========================================================
experiment          experiment, by name; components of none are in UNASSIGNED
run                 trial component, by name
metric              its ``Last`` in the component's summary
point               ``BatchGetMetrics``
artifact            ``inputs/NAME`` and ``outputs/NAME``, as the component names them
tag                 AWS tag; the job it describes is ``record.JOB``
what is of MLflow   as ``trials`` writes it
==================  ==========================================================

A component in several experiments counts to the one that was asked for, else to the first by
name. What has just been written may take seconds to be found: ``Search`` has its own index.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError, Unreachable
from sm_onboard.experiments.models import Experiment, File, Kind, Point, Run, Series
from sm_onboard.experiments.trials import beyond, kept, names
from sm_onboard.experiments.trials.beyond import Beyond
from sm_onboard.experiments.trials.writer import Writer

from . import components, writing
from .artifacts import read_s3
from .folder import file_missing
from .s3_folder import S3Folder

UNASSIGNED = "(unassigned)"  # no experiment can have this name
PAGE = 100  # the most that Search and ListExperiments give
PAGES = 10_000  # of a list that does not end
QUERIES = 100  # of one BatchGetMetrics: the most there is
_TAG_KEY, _TAG_VALUE = 128, 256  # characters

_FILTER = 1024  # characters of a filter's value

Filters = list[dict[str, str]]
_Asked = tuple[str, str]  # ARN and metric


class Listed(NamedTuple):
    """One answer of ``Search``.

    Attributes:
        newest: when the last of them was changed; ms.
        token: where the next goes on; "" at the end.
    """

    runs: list[Run]
    newest: int
    token: str


class SagemakerStore:
    """Implements ``models.Store``. Thread-safe.

    Args:
        region: "" or None leaves it to the environment.
    """

    kind: Kind = "sagemaker"

    def __init__(self, region: str | None = None, *, clients: aws.Aws | None = None) -> None:
        self.uri = f"sagemaker-experiments:{region}" if region else "sagemaker-experiments"
        self._region = region or None
        self._clients = clients or aws.default()
        self._lock = threading.Lock()
        self._arns: dict[str, str] = {}  # by run
        self._places: dict[str, str] = {}  # of files of runs with more than there is room for

    def experiments(self) -> list[Experiment]:
        found = {UNASSIGNED: Experiment(id=UNASSIGNED, name="Unassigned")}
        for page in self._pages("Search", {"Resource": "Experiment", "SortBy": "CreationTime"}):
            for row in page.get("Results") or ():
                told = row.get("Experiment") or {}
                if id := told.get("ExperimentName"):
                    named = names.original(id, told.get("Description") or "")
                    shown = named if named != id else told.get("DisplayName") or id
                    found[id] = Experiment(id=id, name=shown)
        return [found[id] for id in sorted(found)]

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        if experiments is None:
            return self._found([])
        if experiments == []:
            return []
        nested = None
        if len(experiments) == 1 and experiments[0] != UNASSIGNED:
            nested = _within(experiments[0])
        return [
            run
            for run in self._found([], nested, wanted=set(experiments))
            if run.experiment in experiments
        ]

    def page(
        self, wanted: set[str], *, within: str = "", since: int | None = None, token: str = ""
    ) -> Listed:
        """One answer of ``Search``, the newest first.

        Args:
            wanted: the experiments to prefer of several that a run is in; others come, too.
            within: only of this experiment.
            since: ms; only what was changed since, the last changed first.
        """
        order, filters = "CreationTime", []
        if since is not None:
            moment = datetime.fromtimestamp(since // 1000, timezone.utc)
            text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            order = "LastModifiedTime"
            filters = [_filter(order, "GreaterThanOrEqualTo", text)]
        asked = _searched(filters, _within(within) if within else None, order, "Descending")
        page = next(self._pages("Search", asked, token))
        found = list(self._of(page))
        return Listed(
            runs=[components.run(one, UNASSIGNED, wanted) for one in found],
            newest=max(map(components.changed, found), default=0),
            token=page.get("NextToken") or "",
        )

    def run(self, id: str) -> Run:
        component = self._component(id)
        return components.whole(component, components.run(component, UNASSIGNED), self._beyond(id))

    def history(self, id: str, metric: str) -> list[Point]:
        return self.histories(id, [metric])[metric]

    def histories(self, id: str, metrics: Sequence[str]) -> dict[str, list[Point]]:
        """All points of several metrics of a run.

        The service tells either steps or minutes. A metric that was given steps has these, and
        0 for its times; any other has the last value of each minute, and 0 for its steps.
        """
        arn = self._arn(id)
        found = self._points([(arn, name) for name in metrics])
        more = self._beyond(id)
        return {name: _joined(more, name, found[arn, name]) for name in metrics}

    def histories_of(self, ids: Sequence[str], metric: str) -> dict[str, Series]:
        self._find(ids)
        with self._lock:
            arns = {id: self._arns[id] for id in ids if id in self._arns}
        found = self._points([(arn, metric) for arn in arns.values()])
        return {
            id: Series.of(_joined(self._beyond(id), metric, found[arn, metric]))
            for id, arn in arns.items()
        }

    def files(self, id: str, folder: str = "") -> list[File]:
        component = self._component(id)
        found = {file.path: file for file in components.files(component, folder)}
        if location := kept.files(component):
            found.update((f.path, f) for f in S3Folder(location, self._clients).files(folder))
        return [found[path] for path in sorted(found)]

    def address(self, id: str, path: str) -> str:
        """Where an artifact is, as the component names it; empty for MLflow's."""
        return components.artifacts(self._component(id)).get(path, "")

    def read(self, id: str, path: str, limit: int) -> bytes:
        """One artifact in S3; what is named elsewhere, an image for example, is no file."""
        component = self._component(id)
        value = components.artifacts(component).get(path, "")
        location = kept.files(component)
        if not value and location:
            return S3Folder(location, self._clients).read(path, limit)
        if not value.startswith("s3://"):
            raise file_missing(path)
        return read_s3(value, path, limit, self._clients)

    def write(self, id: str, path: str, content: bytes) -> None:
        if location := kept.files(self._component(id)):
            S3Folder(location, self._clients).write(id, path, content)
            return
        raise writing.unsupported(
            "SageMaker Experiments keeps no files, only where they are.",
            "Record with MLflow to have files kept with a run.",
        )

    def tagged(self, tag: str, value: str) -> list[Run]:
        found = self._found([_filter(f"Tags.{tag}", "Equals", value)])
        return sorted(found, key=lambda run: (-(run.started or 0), run.id))

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        if kept.files(self._component(id)):
            self._set_as_mlflow(id, tags)
            return
        for key, value in tags.items():
            if not key or len(key) > _TAG_KEY or len(value or "") > _TAG_VALUE:
                raise InvalidRequest(
                    "experiments.tag_too_long",
                    f"AWS keeps tags of at most {_TAG_KEY} characters, with values of at most "
                    f"{_TAG_VALUE}.",
                    "Shorten it, or write it into a file of the run.",
                )
        arn = self._arn(id)
        added = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
        taken = [key for key, value in tags.items() if value is None]
        if added:
            self._call("AddTags", {"ResourceArn": arn, "Tags": added}, arn)
        if taken:
            self._call("DeleteTags", {"ResourceArn": arn, "TagKeys": taken}, arn)

    def _set_as_mlflow(self, id: str, tags: dict[str, str | None]) -> None:
        """Where MLflow wrote the run: its tags may be of any length."""
        writer = Writer(self._region or "", clients=self._clients)
        writer.log(id, tags={key: value for key, value in tags.items() if value is not None})
        for key, value in tags.items():
            if value is None:
                writer.untag(id, key)

    def _beyond(self, id: str) -> Beyond:
        """What SageMaker had no room for; without it the rest is shown all the same."""
        with self._lock:
            location = self._places.get(id, "")
        if location:
            with contextlib.suppress(OnboardError):
                return beyond.read(
                    read_s3(f"{location}/{beyond.FILE}", beyond.FILE, beyond.LIMIT, self._clients)
                )
        return Beyond()

    def _found(
        self,
        filters: Filters,
        nested: Mapping[str, Any] | None = None,
        wanted: set[str] | None = None,
    ) -> list[Run]:
        runs: dict[str, Run] = {}
        for component in self._components(filters, nested):
            run = components.run(component, UNASSIGNED, wanted or set())
            runs[run.id] = run
        return list(runs.values())

    def _component(self, id: str) -> Mapping[str, Any]:
        if components.is_name(id):
            for component in self._components([_filter("TrialComponentName", "Equals", id)], None):
                return component
        raise NotFound(
            "experiments.run_unknown",
            f"SageMaker Experiments has no run {id[:120]!r}.",
            "What has just been made is found a few seconds later.",
        )

    def _components(
        self, filters: Filters, nested: Mapping[str, Any] | None
    ) -> Iterator[Mapping[str, Any]]:
        # The newest come last, so that runs that begin meanwhile shift no page.
        for page in self._pages("Search", _searched(filters, nested, "CreationTime", "Ascending")):
            yield from self._of(page)

    def _of(self, page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for row in page.get("Results") or ():
            component = row.get("TrialComponent")
            if component and component.get("TrialComponentName"):
                with self._lock:
                    arn = component.get("TrialComponentArn", "")
                    self._arns[component["TrialComponentName"]] = arn
                    more = kept.files(component) if beyond.TAG in kept.tags(component) else ""
                    self._places[component["TrialComponentName"]] = more
                yield component

    def _arn(self, id: str) -> str:
        with self._lock:
            known = self._arns.get(id)
        return known or str(self._component(id).get("TrialComponentArn", ""))

    def _find(self, ids: Sequence[str]) -> None:
        """Finds the ARNs of runs, a request for many."""
        with self._lock:
            wanted = [id for id in ids if id not in self._arns and components.is_name(id)]
        while wanted:
            some: list[str] = []
            while wanted and len(",".join([*some, wanted[0]])) <= _FILTER:
                some.append(wanted.pop(0))
            for _ in self._components([_filter("TrialComponentName", "In", ",".join(some))], None):
                pass  # it remembers the ARN of each

    def _points(self, asked: Sequence[_Asked]) -> dict[_Asked, list[Point]]:
        steps = self._queried(asked, "IterationNumber", "IterationNumber")
        without = [one for one in asked if not steps[one]]
        times = self._queried(without, "Timestamp", "OneMinute")
        return {
            **{one: [Point(x, 0, value) for x, value in rows] for one, rows in steps.items()},
            **{
                one: [Point(0, x * 1000, value) for x, value in rows] for one, rows in times.items()
            },
        }

    def _queried(
        self, asked: Sequence[_Asked], axis: str, period: str
    ) -> dict[_Asked, list[tuple[int, float]]]:
        """(step or second, value) of each metric."""
        found: dict[_Asked, list[tuple[int, float]]] = {one: [] for one in asked}
        for start in range(0, len(asked), QUERIES):
            some = asked[start : start + QUERIES]
            queries = [
                {
                    "MetricName": name,
                    "ResourceArn": arn,
                    "MetricStat": "Last",
                    "Period": period,
                    "XAxisType": axis,
                }
                for arn, name in some
            ]
            answer = self._call(
                "BatchGetMetrics", {"MetricQueries": queries}, some[0][0], "sagemaker-metrics"
            )
            results = answer.get("MetricQueryResults") or []
            for one, result in zip(some, results, strict=False):
                found[one] = components.points(result)
        return found

    def _pages(
        self, operation: str, asked: Mapping[str, Any], token: str = ""
    ) -> Iterator[Mapping[str, Any]]:
        more = {"NextToken": token} if token else {}
        for _ in range(PAGES):
            page = self._call(operation, {**asked, "MaxResults": PAGE, **more})
            yield page
            following = page.get("NextToken")
            if not following or following == more.get("NextToken"):
                return
            more = {"NextToken": following}
        raise Unreachable(
            "aws.failed", f"{operation} does not end: {PAGES} pages were read.", "Try again later."
        )

    def _call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        about: str = "",
        service: str = "sagemaker",
    ) -> Mapping[str, Any]:
        from botocore import xform_name

        client = self._clients.client(service, self._region)
        aws.require(client, operation)
        with aws.errors(f"sagemaker:{operation}", about):
            answer: Mapping[str, Any] = getattr(client, xform_name(operation))(**parameters)
        return answer


def _joined(more: Beyond, metric: str, points: list[Point]) -> list[Point]:
    if metric not in more.points:
        return points
    # trials has points of its own: a kernel has no msgspec
    return [
        Point(*one)
        for one in more.history(metric, (kept.Point(p.step, p.time, p.value) for p in points))
    ]


def _searched(
    filters: Filters, nested: Mapping[str, Any] | None, order: str, direction: str
) -> dict[str, Any]:
    expression: dict[str, Any] = {}
    if filters:
        expression["Filters"] = filters
    if nested:
        expression["NestedFilters"] = [nested]
    asked = {"Resource": "ExperimentTrialComponent", "SortBy": order, "SortOrder": direction}
    return {**asked, "SearchExpression": expression} if expression else asked


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"Name": name, "Operator": operator, "Value": value}


def _within(experiment: str) -> dict[str, Any]:
    return {
        "NestedPropertyName": "Parents",
        "Filters": [_filter("Parents.ExperimentName", "Equals", experiment)],
    }
