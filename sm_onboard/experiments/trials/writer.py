"""Writes experiments and runs into SageMaker Experiments, and reads what was written back."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sm_onboard import aws
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError, Unreachable

from . import held as placing
from . import kept, names
from .beyond import FILE, LIMIT, Beyond
from .beyond import TAG as BEYOND
from .beyond import read as read_beyond
from .held import Changes, Held
from .kept import Data, Point

ATTEMPTS = 8  # of each call: whoever records many runs at once is throttled
BATCH = 10  # points of one BatchPutMetrics: the most there is
THREADS = 4  # that write the points of one call
KEPT = 1000  # runs that are remembered
FLUSH = 10.0  # seconds that points wait for beyond.json
PAGE = 100
VARIABLE = "SM_ONBOARD_ARTIFACTS"
LOCATION = "smo.artifacts"  # the tag of an experiment with a place of its own
_AGAIN = 3  # times that a point is tried which the service could not store


@dataclass(frozen=True)
class Experiment:
    """Attributes:
    id: the ExperimentName. location: ``s3://…`` of its own, or empty.
    created, changed: ms.
    """

    id: str
    name: str
    arn: str
    location: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    created: int | None = None
    changed: int | None = None


@dataclass(frozen=True)
class Read:
    """A run as it is there. ``component`` has its Tags; ``beyond`` what it has no room for."""

    component: Mapping[str, Any]
    beyond: Beyond
    experiment: str


class Writer:
    """All methods block, are thread-safe, and raise OnboardErrors of ``aws.errors``.

    Args:
        region: "" leaves it to the environment.
        environ: ``SM_ONBOARD_ARTIFACTS``, an S3 address, is where files of runs go.
    """

    def __init__(
        self,
        region: str = "",
        *,
        clients: aws.Aws | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._region = region or None
        self._clients = clients or aws.Aws(attempts=ATTEMPTS)
        self._given = environ.get(VARIABLE, "").rstrip("/")
        if self._given and not self._given.startswith("s3://"):
            raise InvalidRequest(
                "experiments.artifacts_place",
                f"{VARIABLE} is no address in S3.",
                "Set it to s3://BUCKET/PREFIX, or unset it.",
            )
        self._lock = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}
        self._runs: OrderedDict[str, Held] = OrderedDict()
        self._ready: dict[str, Experiment] = {}  # those that have their run group

    # Experiments

    def experiment(self, id: str) -> Experiment:
        """Raises NotFound where there is none."""
        if not names.is_name(id):
            raise NotFound("aws.not_found", f"There is no experiment {id[:120]!r}.")
        told = self._call("DescribeExperiment", {"ExperimentName": id}, id)
        return _experiment(told, self._tags(told["ExperimentArn"]))

    def experiments(self) -> list[Experiment]:
        found = self._search("Experiment", {})
        return [_experiment(one, kept.aws_tags(one)) for one in found]

    def create_experiment(
        self, name: str, location: str = "", tags: Mapping[str, str] | None = None
    ) -> Experiment:
        """Raises Conflict where it is there already."""
        id = names.experiment(name)
        given = dict(tags or {})
        if location:
            given[LOCATION] = location
        for key, value in given.items():
            _check_tag(key, value)
        asked: dict[str, Any] = {"ExperimentName": id, "Tags": _pairs(given)}
        if text := names.described(name):
            asked |= {"Description": text, "DisplayName": names.plain(name) or id}
        try:
            self._call("CreateExperiment", asked, id)
        except OnboardError as error:
            if _is_there(error):
                raise Conflict(
                    "experiments.experiment_exists", f"There is an experiment {name!r} already."
                ) from error
            raise
        return self.experiment(id)

    def tag_experiment(self, id: str, key: str, value: str) -> None:
        _check_tag(key, value)
        about = {"ResourceArn": self.experiment(id).arn, "Tags": _pairs({key: value})}
        self._call("AddTags", about, id)
        self._ready.pop(id, None)

    # Runs

    def begin(
        self,
        experiment: str,
        name: str,
        *,
        started: int,
        tags: Mapping[str, str],
        own: str = "",
        status: str = "RUNNING",
    ) -> Held:
        """A new run.

        Args:
            experiment: its id.
            started: ms. status: MLflow's word.
            own: 32 hex digits that its id ends in; random ones where none are given.

        Raises:
            Conflict: ``experiments.run_exists``, only with ``own``.
        """
        place = self._prepared(experiment)
        id = names.component(place.id, own)
        account = place.arn.split(":")[4]
        root = place.location or self._given
        if not root:
            root = f"s3://sagemaker-{place.arn.split(':')[3]}-{account}/sm-onboard/experiments"
        if not place.location:
            root = f"{root}/{place.id}"
        location = f"{root}/{id}/artifacts"
        run = Held(id, "", place.id, location)
        changes = Changes()
        shown = names.display(name, id)
        named = {} if shown == name else {kept.RUN_NAME: name}
        given = {key: value for key, value in tags.items() if key != kept.RUN_NAME}
        placing.place_tags(run, changes, {**named, **given})
        asked: dict[str, Any] = {
            "TrialComponentName": id,
            "DisplayName": shown,
            "StartTime": _moment(started),
            "Status": _status(status),
            "OutputArtifacts": {kept.FILES: {"Value": location}},
            "Tags": _pairs({**changes.tags, **kept.OF_SDK}),
        }
        if changes.parameters:
            asked["Parameters"] = changes.parameters
        if about := kept.about(tags):
            asked["MetadataProperties"] = about
        with self._of(id):
            try:
                run.arn = str(self._call("CreateTrialComponent", asked, id)["TrialComponentArn"])
            except OnboardError as error:
                if _is_there(error):
                    raise Conflict(
                        "experiments.run_exists", f"There is a run {id} already."
                    ) from error
                raise
            self._join(id, place.id)
            self._remember(run)
            if changes.now:
                self._write(run, Changes(now=True))
        return run

    def join(self, id: str, experiment: str) -> None:
        """Makes sure that a run is in its experiment, where it was interrupted between the two."""
        self._join(id, self._prepared(experiment).id)

    def log(
        self,
        id: str,
        *,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        points: Sequence[tuple[str, Point]] = (),
        data: Iterable[Data] = (),
        every: bool = False,
    ) -> None:
        """Adds to a run; a tag's older value is replaced.

        Args:
            every: the points are kept with their true times, too, in ``beyond.json``.

        Raises:
            Conflict: ``experiments.param_differs``.
        """
        with self._of(id):
            run = self.held(id)
            there = run.params()
            for key, value in (params or {}).items():
                if there.get(key, value) != value:
                    raise Conflict(
                        "experiments.param_differs",
                        f"The parameter {key!r} of run {id} is {there[key][:100]!r}: it cannot "
                        f"become {value[:100]!r}.",
                    )
            changes = Changes()
            fresh = {key: value for key, value in (params or {}).items() if key not in there}
            placing.place_params(run, changes, fresh)
            placing.place_tags(run, changes, tags or {})
            placing.place_data(run, changes, data)
            placing.place_points(run, changes, points, time.time(), every)
            self._write(run, changes)

    def replay(self, id: str, histories: Mapping[str, Sequence[Point]], again: bool) -> int:
        """Writes whole histories of metrics, whose points keep their true times beyond.

        Args:
            histories: ordered by step, then time. again: some of them may be there.

        Returns:
            how many points were new.
        """
        with self._of(id):
            run, now = self.held(id), time.time()
            changes, count = Changes(now=True), 0
            for name, points in histories.items():
                there = self._steps(run, name) if again else set()
                before = {(p.step, p.time, repr(p.value)) for p in run.beyond.points.get(name, ())}
                fresh = {(p.step, p.time, repr(p.value)) for p in points} - before
                run.beyond.points[name] = list(points)
                run.first[name] = {point.step: point for point in reversed(points)}
                for point, shown in zip(points, kept.spread(points, now), strict=True):
                    if (point.step, point.time, repr(point.value)) in fresh:
                        count += 1
                    elif point.step in there:
                        continue
                    if kept.is_metric(name) and kept.fits(point):
                        changes.points.append((name, shown))
            self._write(run, changes)
        return count

    def times(self, id: str, started: int | None, ended: int | None) -> None:
        """Keeps a copied run's times to the millisecond."""
        with self._of(id):
            run = self.held(id)
            if (run.beyond.started, run.beyond.ended) != (started, ended):
                run.beyond.started, run.beyond.ended = started, ended
                self._write(run, Changes(now=True))

    def untag(self, id: str, key: str) -> bool:
        """Whether there was such a tag."""
        with self._of(id):
            run, changes = self.held(id), Changes()
            there = placing.drop_tag(run, changes, key)
            self._write(run, changes)
        return there

    def update(
        self, id: str, *, status: str = "", ended: int | None = None, name: str = ""
    ) -> None:
        """A run's state, end (ms) and name."""
        asked: dict[str, Any] = {}
        with self._of(id):
            run = self.held(id)
            if name:
                shown = names.display(name, id)
                asked["DisplayName"] = shown
                changes = Changes()
                if shown != name:
                    placing.place_tags(run, changes, {kept.RUN_NAME: name})
                else:
                    placing.drop_tag(run, changes, kept.RUN_NAME)
                self._write(run, changes)
            if status:
                asked["Status"] = _status(status)
            if ended is not None:
                asked["EndTime"] = _moment(ended)
            if run.stale:
                self._write(run, Changes(now=True))
            if asked:
                self._call("UpdateTrialComponent", {"TrialComponentName": id, **asked}, id)

    def held(self, id: str) -> Held:
        """The run as this process knows it; asked for where it does not."""
        with self._lock:
            known = self._runs.get(id)
        if known is not None:
            return known
        told = self.read(id)
        found = told.component
        run = Held(
            id=found["TrialComponentName"],
            arn=found["TrialComponentArn"],
            experiment=told.experiment,
            location=kept.files(found),
            parameters=dict(found.get("Parameters") or {}),
            aws={k: v for k, v in kept.aws_tags(found).items() if kept.OF_SDK.get(k) != v},
            inputs=dict(found.get("InputArtifacts") or {}),
            beyond=told.beyond,
        )
        for name, points in told.beyond.points.items():
            for point in points:
                run.first.setdefault(name, {}).setdefault(point.step, point)
        self._remember(run)
        return run

    def read(self, id: str) -> Read:
        """The run as it is there now."""
        if not names.is_name(id):
            raise NotFound("aws.not_found", f"There is no run {id[:120]!r}.")
        told = self._call("DescribeTrialComponent", {"TrialComponentName": id}, id)
        arn = told["TrialComponentArn"]
        component = {**told, "Tags": _pairs(self._tags(arn))}
        with self._lock:
            known = self._runs.get(id)
        experiment = known.experiment if known else self._experiment_of(id)
        beyond = known.beyond if known else self.beyond(component)
        return Read(component, beyond, experiment)

    def runs(self, experiments: Sequence[str]) -> Iterator[Read]:
        """All runs of experiments, without what is beyond; found some seconds after they begin."""
        for experiment in experiments:
            inside = {
                "NestedPropertyName": "Parents",
                "Filters": [
                    {
                        "Name": "Parents.ExperimentName",
                        "Operator": "Equals",
                        "Value": experiment,
                    }
                ],
            }
            found = self._search(
                "ExperimentTrialComponent", {"SearchExpression": {"NestedFilters": [inside]}}
            )
            for component in found:
                with self._lock:
                    known = self._runs.get(component["TrialComponentName"])
                yield Read(component, known.beyond if known else Beyond(), experiment)

    def history(self, id: str, metric: str) -> list[Point]:
        """All points; see ``beyond``. Without it a point with a step has no time."""
        run = self.held(id)
        by_step = self._by_step(run.arn, metric)
        return run.beyond.history(metric, [Point(x, 0, value) for x, value in by_step])

    def beyond(self, component: Mapping[str, Any]) -> Beyond:
        """What SageMaker has no room for, of a component with its Tags."""
        location = kept.files(component)
        if not location or BEYOND not in kept.tags(component):
            return Beyond()
        try:
            return read_beyond(self._read_s3(f"{location}/{FILE}", LIMIT))
        except NotFound:
            return Beyond()

    def get(self, id: str, path: str, limit: int) -> bytes:
        """One file of the run, of at most ``limit`` bytes."""
        return self._read_s3(f"{self.held(id).location}/{path}", limit)

    def put(self, id: str, path: str, content: bytes) -> None:
        """One file of the run."""
        url = f"{self.held(id).location}/{path}"
        bucket, key = aws.s3_address(url)
        client = self._clients.client("s3", self._region)
        with aws.errors("s3:PutObject", url):
            client.put_object(Bucket=bucket, Key=key, Body=content)

    # What these are made of

    def _read_s3(self, url: str, limit: int) -> bytes:
        bucket, key = aws.s3_address(url)
        client = self._clients.client("s3", self._region)
        with aws.errors("s3:GetObject", url):
            body = client.get_object(Bucket=bucket, Key=key)["Body"]
            with body:
                content: bytes = body.read(limit)
        return content

    def _prepared(self, id: str) -> Experiment:
        """An experiment that has its run group."""
        with self._lock:
            known = self._ready.get(id)
        if known:
            return known
        found = self.experiment(id)
        asked = {"TrialName": names.trial(found.id), "ExperimentName": found.id}
        try:
            self._call("CreateTrial", asked, asked["TrialName"])
        except OnboardError as error:
            if not _is_there(error):
                raise
        with self._lock:
            self._ready[id] = found
        return found

    def _join(self, id: str, experiment: str) -> None:
        asked = {"TrialComponentName": id, "TrialName": names.trial(experiment)}
        self._call("AssociateTrialComponent", asked, id)

    def _write(self, run: Held, changes: Changes) -> None:
        due = changes.now or (run.stale and time.time() - run.flushed > FLUSH)
        sentence = run.beyond.sentence()
        if due and run.tags().get(BEYOND, "") != sentence:
            placing.place_tags(run, changes, {BEYOND: sentence})
        asked: dict[str, Any] = {}
        if changes.parameters:
            asked["Parameters"] = changes.parameters
        if changes.parameters_gone:
            asked["ParametersToRemove"] = sorted(changes.parameters_gone)
        if changes.inputs:
            asked["InputArtifacts"] = changes.inputs
        try:
            if due:  # first: the tag must not promise what is not there
                self.put(run.id, FILE, run.beyond.written())
                run.stale, run.flushed = False, time.time()
            if asked:
                self._call("UpdateTrialComponent", {"TrialComponentName": run.id, **asked}, run.id)
            if changes.tags:
                about = {"ResourceArn": run.arn, "Tags": _pairs(changes.tags)}
                self._call("AddTags", about, run.id)
            if changes.tags_gone:
                about = {"ResourceArn": run.arn, "TagKeys": sorted(changes.tags_gone)}
                self._call("DeleteTags", about, run.id)
            self._put_points(run.id, changes.points)
        except BaseException:
            with self._lock:  # what is there is asked for again
                self._runs.pop(run.id, None)
            raise

    def _put_points(self, id: str, points: Sequence[tuple[str, Point]]) -> None:
        batches = [points[at : at + BATCH] for at in range(0, len(points), BATCH)]
        if len(batches) < 3:
            for batch in batches:
                self._put_batch(id, batch)
            return
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(self._put_batch, id, batch) for batch in batches]:
                done.result()

    def _put_batch(self, id: str, batch: Sequence[tuple[str, Point]]) -> None:
        for again in range(_AGAIN):
            data = [
                {
                    "MetricName": name,
                    "Timestamp": _moment(point.time),
                    "Step": point.step,
                    "Value": point.value,
                }
                for name, point in batch
            ]
            asked = {"TrialComponentName": id, "MetricData": data}
            told = self._call("BatchPutMetrics", asked, id, "sagemaker-metrics")
            errors = told.get("Errors") or []
            if not errors:
                return
            codes = {error.get("Code", "") for error in errors}
            if codes != {"INTERNAL_ERROR"}:
                break
            batch = [batch[error["MetricIndex"]] for error in errors]
            time.sleep(2**again / 10)
        name = batch[errors[0].get("MetricIndex", 0) % len(batch)][0]
        raise Unreachable(
            "experiments.metric_refused",
            f"SageMaker did not store {len(errors)} values of run {id}, the metric {name!r} "
            f"among them: {', '.join(sorted(codes))}.",
            "METRIC_LIMIT_EXCEEDED means that the run has as many metrics as it may.",
        )

    def _steps(self, run: Held, metric: str) -> set[int]:
        return {step for step, _ in self._by_step(run.arn, metric)}

    def _by_step(self, arn: str, metric: str) -> list[tuple[int, float]]:
        query = {
            "MetricName": metric,
            "ResourceArn": arn,
            "MetricStat": "Last",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
        }
        found: list[tuple[int, float]] = []
        start: int | None = None
        while True:
            asked = query if start is None else {**query, "Start": start}
            told = self._call("BatchGetMetrics", {"MetricQueries": [asked]}, arn,
                              "sagemaker-metrics")  # fmt: skip
            result = (told.get("MetricQueryResults") or [{}])[0]
            rows = zip(result.get("XAxisValues") or (), result.get("MetricValues") or (),
                       strict=False)  # fmt: skip
            page = [(int(x), float(value)) for x, value in rows]
            found += page
            if result.get("Status") != "Truncated" or not page:
                return sorted(found)
            start = max(x for x, _ in page) + 1

    def _experiment_of(self, id: str) -> str:
        """A run's experiment, by its run group; the first by name of several."""
        told = self._call("ListTrials", {"TrialComponentName": id}, id)
        groups = [row["TrialName"] for row in told.get("TrialSummaries") or ()]
        found = []
        for group in groups[:PAGE]:
            one = self._call("DescribeTrial", {"TrialName": group}, group)
            found.append(str(one["ExperimentName"]))
        return min(found, default="")

    def _tags(self, arn: str) -> dict[str, str]:
        told = self._call("ListTags", {"ResourceArn": arn, "MaxResults": 50}, arn)
        return kept.aws_tags(told)

    def _search(self, resource: str, more: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        member = resource.removeprefix("Experiment") or resource
        asked = {"Resource": resource, "SortBy": "CreationTime", "MaxResults": PAGE, **more}
        while True:
            page = self._call("Search", asked)
            for row in page.get("Results") or ():
                if row.get(member):
                    yield row[member]
            token = page.get("NextToken")
            if not token or token == asked.get("NextToken"):
                return
            asked["NextToken"] = token

    def _call(
        self, operation: str, asked: Mapping[str, Any], about: str = "", service: str = "sagemaker"
    ) -> Mapping[str, Any]:
        from botocore import xform_name

        client = self._clients.client(service, self._region)
        aws.require(client, operation)
        with aws.errors(f"{service}:{operation}", about):
            told: Mapping[str, Any] = getattr(client, xform_name(operation))(**asked)
        return told

    def _of(self, id: str) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(id, threading.RLock())

    def _remember(self, run: Held) -> None:
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)


def _experiment(told: Mapping[str, Any], tags: Mapping[str, str]) -> Experiment:
    id = str(told["ExperimentName"])
    name = names.original(id, str(told.get("Description") or ""))
    own = {key: value for key, value in tags.items() if key != LOCATION}
    location = tags.get(LOCATION, "").rstrip("/")
    return Experiment(
        id,
        name,
        str(told["ExperimentArn"]),
        location if location.startswith("s3://") else "",
        own,
        kept.ms(told.get("CreationTime")),
        kept.ms(told.get("LastModifiedTime")),
    )


def _status(word: str) -> dict[str, str]:
    said = {"PrimaryStatus": kept.STATUS[word]}
    return {**said, "Message": "Scheduled"} if word == "SCHEDULED" else said


def _moment(ms: int) -> datetime:
    """Raises InvalidRequest for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(ms / 1000, timezone.utc)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidRequest(
            "experiments.bad_time", f"{ms} is no time in milliseconds since 1970."
        ) from error


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _check_tag(key: str, value: str) -> None:
    if not kept.is_tag(key, value):
        raise InvalidRequest(
            "experiments.tag_too_long",
            f"AWS does not take {key[:128]!r} as a tag of an experiment: it keeps letters, digits, "
            f"spaces and _.:/=+-@, {kept.TAG_KEY} and {kept.TAG_VALUE} characters.",
            "Shorten it, or set it on a run.",
        )


def _is_there(error: OnboardError) -> bool:
    said = aws.Refusal.of(error.__cause__)
    return said.code in ("ValidationException", "ResourceInUse", "ConflictException") and (
        "already exist" in said.message
    )
