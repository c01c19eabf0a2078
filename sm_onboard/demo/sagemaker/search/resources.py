"""The resources that ``Search`` knows, and how their properties are read from the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape

from sm_onboard.demo.sagemaker.engine import crud, tags
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import not_implemented, validation
from sm_onboard.demo.sagemaker.families import FAMILIES, experiments, metrics, trial_links
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.search import paths
from sm_onboard.demo.sagemaker.search.paths import Property

RUN_TAG = ("sagemaker:trial-component-source", "run")


@dataclass(frozen=True)
class Resource:
    """One kind of search record.

    Attributes:
        family: the family of its records.
        member: the member of ``SearchRecord`` that holds one.
        inside: the member of that member that holds the properties; "": it does itself.
    """

    family: str
    member: str
    inside: str = ""

    @property
    def shape(self) -> Shape:
        """The shape whose members are the property names."""
        shape = models.service("sagemaker").shape_for("SearchRecord").members[self.member]
        return shape.members[self.inside] if self.inside else shape


_RESOURCES = {
    "Experiment": Resource("Experiment", "Experiment"),
    "ExperimentTrial": Resource("Trial", "Trial"),
    "ExperimentTrialComponent": Resource("TrialComponent", "TrialComponent"),
    "TrainingJob": Resource("TrainingJob", "TrainingJob"),
    "Pipeline": Resource("Pipeline", "Pipeline"),
    "PipelineExecution": Resource("PipelineExecution", "PipelineExecution"),
    "PipelineVersion": Resource("PipelineVersion", "PipelineVersion"),
    "Endpoint": Resource("Endpoint", "Endpoint"),
    "Model": Resource("Model", "Model", inside="Model"),
}


def resource(name: str) -> Resource:
    """A resource that is known here.

    Raises:
        ServiceError: NotImplementedException, with the resource's name.
    """
    found = _RESOURCES.get(name)
    record = models.service("sagemaker").shape_for("SearchRecord")
    if (
        found is None
        or found.member not in record.members
        or found.family not in {family.name for family in FAMILIES}
    ):
        raise not_implemented(f"Search for {name}")
    return found


class Reader:
    """Reads properties of one resource's records, each no further than it has to.

    Good for one call: what was described once is kept.
    """

    def __init__(self, region: Region, resource_: Resource) -> None:
        self._region = region
        self._resource = resource_
        self._shape = resource_.shape
        self._now = region.now()
        self._described: dict[Record, dict[str, Any]] = {}

    @property
    def usual_order(self) -> str:
        """What results are sorted by when nobody asks; a model has no LastModifiedTime."""
        modified = "LastModifiedTime"
        return modified if modified in self._shape.members else "CreationTime"

    def understood(self, name: str) -> Property:
        """Understands a property name.

        Raises:
            ServiceError: the records have no such property.
        """
        first, _, rest = name.partition(".")
        if first.lower() == "metrics" and "FinalMetricDataList" in self._shape.members:
            name = f"FinalMetricDataList.{rest}" if rest else "FinalMetricDataList"
        member, shape, rest = paths.split(self._shape, name)
        if member == "Metrics" and rest:
            return Property(name, member, paths.NUMBER, _metric(rest))
        found = paths.way(shape, rest, name)
        return Property(name, member, found.kind, found.read)

    def values(self, found: Property) -> Callable[[Record], list[Any]]:
        """What reads a property of any record."""
        if found.member == "Metrics" and found.kind != paths.WHOLE:
            region, read_metric = self._region, found.read
            return lambda record: read_metric(metrics.of(region, record.arn))
        top, read = self._top(found.member), found.read

        def values(record: Record) -> list[Any]:
            value = top(record)
            return [] if value is None else read(value)

        return values

    def entries(self, name: str) -> tuple[Shape, Callable[[Record], list[Any]]]:
        """The entries of a list, for nested filters: their shape, and what reads them.

        Raises:
            ServiceError: the name is not that of a list of structures.
        """
        member, shape, rest = paths.split(self._shape, name)
        members = []
        while rest:
            if shape.type_name != "structure":
                raise paths.unknown(name)
            inner, shape, rest = paths.split(shape, rest)
            members.append(inner)
        if shape.type_name != "list" or shape.member.type_name != "structure":
            raise validation(f"{name} is not a list: it cannot have nested filters.")
        top = self._top(member)

        def entries(record: Record) -> list[Any]:
            value = top(record)
            for inner in members:
                value = (value or {}).get(inner)
            return value or []

        return shape.member, entries

    def _top(self, member: str) -> Callable[[Record], Any]:
        """What reads one member of a record."""
        region, now = self._region, self._now
        if member == "Tags":
            return lambda record: tags.listed(tags.matching(region, record.arn))
        if self._resource.family in _TIMELESS:
            if member == "CreationTime":
                return lambda record: record.created
            if member == "LastModifiedTime":
                return lambda record: max(record.modified, record.timeline.since(now))
        if self._resource.family == "TrialComponent":
            if member == "RunName":
                return lambda record: run_name(region, record)
            if member in _STORED:
                return lambda record: record.values.get(member)
            return lambda record: experiments.shown_in_search(region, record, member)
        return lambda record: self._describe(record).get(member)

    def _describe(self, record: Record) -> dict[str, Any]:
        if record not in self._described:
            self._described[record] = crud.describe(self._region, record)
        return self._described[record]

    def shown(self, record: Record) -> dict[str, Any]:
        """A whole ``SearchRecord``."""
        region = self._region
        seen = {
            **self._describe(record),
            "Tags": tags.listed(tags.matching(region, record.arn)),
        }
        if self._resource.family == "TrialComponent":
            seen["Parents"] = trial_links.parents(region, record)
            seen["RunName"] = run_name(region, record)
        if self._resource.family == "Trial":
            seen["TrialComponentSummaries"] = [
                crud.describe(region, component)
                for component in trial_links.components(region, record)
            ]
        inside = self._resource.inside
        return {self._resource.member: {inside: seen} if inside else seen}


# Families without a life of their own: their times are those of their records.
_TIMELESS = {"Experiment", "Trial", "TrialComponent"}
# Members of a trial component that are as they were given.
_STORED = {
    "TrialComponentName",
    "DisplayName",
    "Source",
    "CreatedBy",
    "LastModifiedBy",
    "Parameters",
    "InputArtifacts",
    "OutputArtifacts",
    "MetadataProperties",
}


def _metric(rest: str) -> paths.Read:
    """Reads ``Metrics.NAME`` or ``Metrics.NAME.STATISTIC`` from the metrics of a component."""
    before, _, last = rest.rpartition(".")
    statistics = {name.lower(): read for name, read in metrics.SUMMARY.items()}
    statistic = statistics.get(last.lower()) if before else None

    def read(there: Mapping[str, metrics.Series]) -> list[Any]:
        if rest in there:
            return [there[rest].last]
        if statistic is not None and before in there:
            return [statistic(there[before])]
        return []

    return read


def run_name(region: Region, component: Record) -> str | None:
    """The name of the run that a component is; None if it is none.

    The SDK names a run's component EXPERIMENT-RUN and tags it.
    """
    if "RunName" in component.values:
        return str(component.values["RunName"])
    key, value = RUN_TAG
    if tags.matching(region, component.arn).get(key) != value:
        return None
    name = str(component.values["TrialComponentName"])
    for parent in trial_links.parents(region, component):
        prefix = f"{parent['ExperimentName']}-".lower()
        if name.lower().startswith(prefix):
            return name[len(prefix) :]
    return name
