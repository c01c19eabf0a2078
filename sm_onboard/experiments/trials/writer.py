"""Writes runs into SageMaker Experiments, and reads what was written back."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sm_onboard import aws
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError

from . import held as placing
from . import kept, names
from .beyond import FILE, LIMIT, Beyond
from .beyond import TAG as BEYOND
from .beyond import read as read_beyond
from .calls import Calls, is_there, moment, pairs
from .experiments import Experiments
from .held import Changes, Held
from .kept import Data, Point

ATTEMPTS = 8  # of each call: whoever records many runs at once is throttled
KEPT = 1000  # runs that are remembered
FLUSH = 10.0  # seconds that points wait for beyond.json
TOUCH = 5.0  # seconds between two marks of a run whose metrics are written
VARIABLE = "SM_ONBOARD_ARTIFACTS"


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
        self._calls = Calls(region, clients or aws.Aws(attempts=ATTEMPTS))
        self.experiments = Experiments(self._calls)
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
        place = self.experiments.prepared(experiment)
        id = names.component(place.id, own)
        account = place.arn.split(":")[4]
        root = place.location or self._given
        if not root:
            root = f"s3://sagemaker-{place.arn.split(':')[3]}-{account}/sm-onboard/experiments"
        if not place.location:
            root = f"{root}/{place.id}"
        location = f"{root}/{id}/artifacts"
        run = Held(id, "", place.id, location, running=status == "RUNNING", touched=time.time())
        changes = Changes()
        shown = names.display(name, id)
        named = {} if shown == name else {kept.RUN_NAME: name}
        given = {key: value for key, value in tags.items() if key != kept.RUN_NAME}
        placing.place_tags(run, changes, {**named, **given})
        asked: dict[str, Any] = {
            "TrialComponentName": id,
            "DisplayName": shown,
            "StartTime": moment(started),
            "Status": _status(status),
            "OutputArtifacts": {kept.FILES: {"Value": location}},
            "Tags": pairs({**changes.tags, **kept.OF_SDK}),
        }
        if changes.parameters:
            asked["Parameters"] = changes.parameters
        if about := kept.about(tags):
            asked["MetadataProperties"] = about
        with self._of(id):
            try:
                run.arn = str(
                    self._calls.call("CreateTrialComponent", asked, id)["TrialComponentArn"]
                )
            except OnboardError as error:
                if is_there(error):
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
        self._join(id, self.experiments.prepared(experiment).id)

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
                there = {step for step, _ in self._calls.by_step(run.arn, name)} if again else set()
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
                run.running = status == "RUNNING"
            if ended is not None:
                asked["EndTime"] = moment(ended)
            if run.stale:
                self._write(run, Changes(now=True))
            if asked:
                self._calls.call("UpdateTrialComponent", {"TrialComponentName": id, **asked}, id)

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

    def glance(self, id: str) -> Mapping[str, Any]:
        """The component with its Tags, in two calls; long texts are only begun."""
        if not names.is_name(id):
            raise NotFound("aws.not_found", f"There is no run {id[:120]!r}.")
        told = self._calls.call("DescribeTrialComponent", {"TrialComponentName": id}, id)
        return {**told, "Tags": pairs(self._calls.tags(told["TrialComponentArn"]))}

    def read(self, id: str) -> Read:
        """The run as it is there now."""
        component = self.glance(id)
        with self._lock:
            known = self._runs.get(id)
        experiment = known.experiment if known else self._calls.experiment_of(id)
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
            found = self._calls.search(
                "ExperimentTrialComponent", {"SearchExpression": {"NestedFilters": [inside]}}
            )
            for component in found:
                with self._lock:
                    known = self._runs.get(component["TrialComponentName"])
                yield Read(component, known.beyond if known else Beyond(), experiment)

    def history(self, id: str, metric: str) -> list[Point]:
        """All points; see ``beyond``. Without it a point with a step has no time."""
        run = self.held(id)
        by_step = self._calls.by_step(run.arn, metric)
        return run.beyond.history(metric, [Point(x, 0, value) for x, value in by_step])

    def beyond(self, component: Mapping[str, Any]) -> Beyond:
        """What SageMaker has no room for, of a component with its Tags."""
        location = kept.files(component)
        if not location or BEYOND not in kept.tags(component):
            return Beyond()
        try:
            return read_beyond(self._calls.read(f"{location}/{FILE}", LIMIT))
        except NotFound:
            return Beyond()

    def get(self, id: str, path: str, limit: int) -> bytes:
        """One file of the run, of at most ``limit`` bytes."""
        return self._calls.read(f"{self.held(id).location}/{path}", limit)

    def put(self, id: str, path: str, content: bytes) -> None:
        """One file of the run."""
        self._calls.write(f"{self.held(id).location}/{path}", content)

    # What these are made of

    def _join(self, id: str, experiment: str) -> None:
        asked = {"TrialComponentName": id, "TrialName": names.trial(experiment)}
        self._calls.call("AssociateTrialComponent", asked, id)

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
        if changes.points and run.running and time.time() - run.touched > TOUCH:
            # Metrics leave LastModifiedTime as it was, and by that others see what is new.
            asked["Status"] = _status("RUNNING")
        try:
            if due:  # first: the tag must not promise what is not there
                self.put(run.id, FILE, run.beyond.written())
                run.stale, run.flushed = False, time.time()
            if asked:
                self._calls.call(
                    "UpdateTrialComponent", {"TrialComponentName": run.id, **asked}, run.id
                )
                run.touched = time.time()
            if changes.tags:
                about = {"ResourceArn": run.arn, "Tags": pairs(changes.tags)}
                self._calls.call("AddTags", about, run.id)
            if changes.tags_gone:
                about = {"ResourceArn": run.arn, "TagKeys": sorted(changes.tags_gone)}
                self._calls.call("DeleteTags", about, run.id)
            self._calls.put_points(run.id, changes.points)
        except BaseException:
            with self._lock:  # what is there is asked for again
                self._runs.pop(run.id, None)
            raise

    def _of(self, id: str) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(id, threading.RLock())

    def _remember(self, run: Held) -> None:
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)


def _status(word: str) -> dict[str, str]:
    said = {"PrimaryStatus": kept.STATUS[word]}
    return {**said, "Message": "Scheduled"} if word == "SCHEDULED" else said
