"""Copies into SageMaker Experiments.

A copy's id follows from the run's, so it is found at once; ``Search`` finds what is new only
after some seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sm_onboard import aws
from sm_onboard.errors import Conflict, NotFound
from sm_onboard.experiments.models import Dataset, Point, Run
from sm_onboard.experiments.stores.s3_folder import S3Folder
from sm_onboard.experiments.trials import kept, names
from sm_onboard.experiments.trials.writer import Writer

from .models import ORIGIN, UNFINISHED, There

_STATUS = {
    "running": "RUNNING",
    "scheduled": "SCHEDULED",
    "finished": "FINISHED",
    "failed": "FAILED",
    "stopped": "KILLED",
}


class ToSagemaker:
    """Implements ``models.Target``."""

    def __init__(self, uri: str, region: str, clients: aws.Aws | None = None) -> None:
        self.uri = uri
        self._clients = clients
        self._writer = Writer(region, clients=clients)

    def experiment(self, name: str) -> str:
        try:
            return self._writer.experiments.get(names.experiment(name)).id
        except NotFound:
            try:
                return self._writer.experiments.create(name).id
            except Conflict as error:
                if error.code != "experiments.experiment_exists":
                    raise
                return names.experiment(name)  # somebody else made it meanwhile

    def find(self, experiment: str, origin: str) -> There | None:
        try:
            found = self._writer.glance(names.component(experiment, _own(origin)))
        except NotFound:
            return None
        tags = kept.tags(found)
        if UNFINISHED in tags:  # it may have been interrupted before it was in one
            self._writer.join(found["TrialComponentName"], experiment)
        # Texts that are only begun here are compared in whole when they are written.
        sets = [Dataset(**one._asdict()) for one in kept.data(found)]
        return There(found["TrialComponentName"], tags, kept.params(found), sets)

    def begin(self, experiment: str, run: Run, tags: Mapping[str, str]) -> str:
        begun = self._writer.begin(
            experiment,
            run.name,
            started=run.started or 0,
            tags=tags,
            own=_own(tags[ORIGIN]),
            status="RUNNING",
        )
        return begun.id

    def params(self, id: str, params: Mapping[str, str]) -> list[str]:
        self._writer.log(id, params=params)
        return _cut(self._writer.held(id).beyond.params, params, "parameter")

    def tags(self, id: str, tags: Mapping[str, str | None]) -> list[str]:
        given = {key: value for key, value in tags.items() if value is not None}
        self._writer.log(id, tags=given)
        for key, value in tags.items():
            if value is None:
                self._writer.untag(id, key)
        return _cut(self._writer.held(id).beyond.tags, given, "tag")

    def datasets(self, id: str, datasets: Sequence[Dataset]) -> list[str]:
        self._writer.log(
            id, data=[kept.Data(x.name, x.digest, x.source_type, x.source, x.context)
                      for x in datasets]
        )  # fmt: skip
        return []

    def points(
        self, id: str, histories: Mapping[str, Sequence[Point]], again: bool
    ) -> tuple[int, list[str]]:
        given = {
            name: [kept.Point(p.step, p.time, p.value) for p in points]
            for name, points in histories.items()
        }
        added = self._writer.replay(id, given, again)
        odd = sum(not kept.fits(point) for points in given.values() for point in points)
        if not odd:
            return added, []
        noun = "value is" if odd == 1 else "values are"
        text = (
            f"{odd:,} {noun} only in beyond.json: NaN, infinite, too large, or of a step below 0."
        )
        return added, [text]

    def files(self, id: str, folder: str) -> dict[str, int | None]:
        location = self._writer.held(id).location
        found = S3Folder(location, self._clients).files(folder)
        return {file.path: file.size for file in found}

    def write(self, id: str, path: str, content: bytes) -> None:
        self._writer.put(id, path, content)

    def end(self, id: str, run: Run) -> list[str]:
        self._writer.times(id, run.started, run.ended)
        self._writer.update(id, status=_STATUS[run.status], ended=run.ended)
        return []


def _own(origin: str) -> str:
    return hashlib.sha256(origin.encode("utf-8", "replace")).hexdigest()[:32]


def _cut(beyond: Mapping[str, str], given: Mapping[str, str], noun: str) -> list[str]:
    names = sorted(key for key in given if key in beyond)
    if not names:
        return []
    some = ", ".join(name[:60] for name in names[:3]) + (", …" if len(names) > 3 else "")
    count = f"1 {noun} does" if len(names) == 1 else f"{len(names)} {noun}s do"
    return [f"{count} not fit there, and only beyond.json has all of it: {some}."]
