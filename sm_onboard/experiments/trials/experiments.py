"""Experiments, and the run group that each has."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError

from . import kept, names
from .calls import Calls, is_there, pairs

LOCATION = "smo.artifacts"  # the tag of an experiment with a place of its own


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


class Experiments:
    """Raises OnboardErrors, those of the calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = threading.Lock()
        self._ready: dict[str, Experiment] = {}  # those that have their run group

    def get(self, id: str) -> Experiment:
        """Raises NotFound where there is none."""
        if not names.is_name(id):
            raise NotFound("aws.not_found", f"There is no experiment {id[:120]!r}.")
        told = self._calls.call("DescribeExperiment", {"ExperimentName": id}, id)
        return _experiment(told, self._calls.tags(told["ExperimentArn"]))

    def all(self) -> list[Experiment]:
        found = self._calls.search("Experiment", {})
        return [_experiment(one, kept.aws_tags(one)) for one in found]

    def create(
        self, name: str, location: str = "", tags: Mapping[str, str] | None = None
    ) -> Experiment:
        """Raises Conflict where it is there already."""
        id = names.experiment(name)
        given = dict(tags or {})
        if location:
            given[LOCATION] = location
        for key, value in given.items():
            _check_tag(key, value)
        asked: dict[str, Any] = {"ExperimentName": id, "Tags": pairs(given)}
        if text := names.described(name):
            asked |= {"Description": text, "DisplayName": names.plain(name) or id}
        try:
            self._calls.call("CreateExperiment", asked, id)
        except OnboardError as error:
            if is_there(error):
                raise Conflict(
                    "experiments.experiment_exists", f"There is an experiment {name!r} already."
                ) from error
            raise
        return self.get(id)

    def tag(self, id: str, key: str, value: str) -> None:
        _check_tag(key, value)
        about = {"ResourceArn": self.get(id).arn, "Tags": pairs({key: value})}
        self._calls.call("AddTags", about, id)
        self._ready.pop(id, None)

    def prepared(self, id: str) -> Experiment:
        """An experiment that has its run group."""
        with self._lock:
            known = self._ready.get(id)
        if known:
            return known
        found = self.get(id)
        asked = {"TrialName": names.trial(found.id), "ExperimentName": found.id}
        try:
            self._calls.call("CreateTrial", asked, asked["TrialName"])
        except OnboardError as error:
            if not is_there(error):
                raise
        with self._lock:
            self._ready[id] = found
        return found


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


def _check_tag(key: str, value: str) -> None:
    if not kept.is_tag(key, value):
        raise InvalidRequest(
            "experiments.tag_too_long",
            f"AWS does not take {key[:128]!r} as a tag of an experiment: it keeps letters, digits, "
            f"spaces and _.:/=+-@, {kept.TAG_KEY} and {kept.TAG_VALUE} characters.",
            "Shorten it, or set it on a run.",
        )
