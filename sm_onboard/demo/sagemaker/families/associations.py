"""Lineage: artifacts, actions, contexts, and the associations between them and components."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine import crud, listing
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.errors import not_found, validation
from sm_onboard.demo.sagemaker.model import service as models

PROPERTIES = 30
_EXPERIMENTS = {"Experiment", "Trial", "TrialComponent"}

ASSUMPTIONS = (
    Assumption(
        "AddAssociation",
        "between two of experiment, trial and trial component: ValidationException",
        "aws/sagemaker-experiments#157; the code is a guess",
    ),
    Assumption("AddAssociation", "the same one again: ValidationException, already exists"),
    Assumption("AddAssociation", "a source or destination that does not exist: ResourceNotFound"),
    Assumption(
        "AddAssociation",
        "SourceType and DestinationType are the type of the artifact, action or context, the job "
        "type of a job's component, else the kind of resource",
    ),
    Assumption(
        "DeleteArtifact, DeleteAction, DeleteContext",
        "refused with ValidationException while there are associations",
        "sagemaker-python-sdk: delete(disassociate=True) of sagemaker/lineage; the code is a guess",
    ),
    Assumption("CreateArtifact", "the same Source again: ValidationException, already exists"),
    Assumption("CreateAction, CreateContext", "a name that is there: ValidationException"),
    Assumption(
        "UpdateArtifact, UpdateAction, UpdateContext",
        "Properties replace those there, then PropertiesToRemove go",
        "AWS documentation: 'Overwrites the current property list'",
    ),
    Assumption("ListAssociations", "CreatedAfter and CreatedBefore include the instant itself"),
)


@dataclass(frozen=True)
class Association:
    """An edge of the lineage graph."""

    source: Record
    destination: Record
    kind: str | None
    created: float
    by: Mapping[str, Any]

    @property
    def shown(self) -> Values:
        return {
            "SourceArn": self.source.arn,
            "SourceType": _type(self.source),
            "SourceName": _name(self.source),
            "DestinationArn": self.destination.arn,
            "DestinationType": _type(self.destination),
            "DestinationName": _name(self.destination),
            "AssociationType": self.kind,
            "CreationTime": self.created,
            "CreatedBy": self.by,
        }


def _type(record: Record) -> str:
    family = record.family.name
    if family in _EXPERIMENTS:
        return str(record.values.get("Source", {}).get("SourceType", family))
    return str(record.values[f"{family}Type"])


def _name(record: Record) -> str | None:
    return record.values.get(f"{record.family.name}Name")


def _all(region: Region) -> dict[tuple[str, str], Association]:
    """The associations, by the ARNs of source and destination."""
    found: dict[tuple[str, str], Association] = region.rooms.setdefault("associations", {})
    return found


def _end(region: Region, call: Call, member: str) -> Record:
    arn = str(call.parameters[member])
    record = region.by_arn(arn)
    if record is None:
        raise not_found(f"{arn} does not exist.")
    return record


def add(region: Region, call: Call) -> Answer:
    source, destination = _end(region, call, "SourceArn"), _end(region, call, "DestinationArn")
    if {source.family.name, destination.family.name} <= _EXPERIMENTS:
        raise validation("Associations cannot be created between two experiment entities.")
    key = (source.arn, destination.arn)
    if key in _all(region):
        raise validation(f"The association from {key[0]} to {key[1]} already exists.")
    _all(region)[key] = Association(
        source,
        destination,
        call.parameters.get("AssociationType"),
        region.now(),
        user_context(region, call.caller),
    )
    return {"SourceArn": source.arn, "DestinationArn": destination.arn}


def delete(region: Region, call: Call) -> Answer:
    key = (str(call.parameters["SourceArn"]), str(call.parameters["DestinationArn"]))
    if _all(region).pop(key, None) is None:
        raise not_found(f"There is no association from {key[0]} to {key[1]}.")
    return {"SourceArn": key[0], "DestinationArn": key[1]}


def list_(region: Region, call: Call) -> Answer:
    asked = call.parameters
    operation = models.operation(call.service, call.operation)
    assert operation is not None
    equal = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")
    found = [
        shown
        for shown in (association.shown for association in _all(region).values())
        if all(shown[member] == asked[member] for member in equal if member in asked)
        and asked.get("CreatedAfter", 0) <= shown["CreationTime"]
        and shown["CreationTime"] <= asked.get("CreatedBefore", region.now())
    ]
    by = asked.get("SortBy", "CreationTime")
    descending = asked.get("SortOrder", "Descending") == "Descending"

    def position(shown: Values) -> tuple[Any, ...]:
        return shown[by], shown["SourceArn"], shown["DestinationArn"]

    found.sort(key=position, reverse=descending)
    page = Page.of(call, listing.page_size(operation))
    summaries, token = page.cut(found, position, descending=descending)
    return {"AssociationSummaries": summaries, "NextToken": token}


def _begin(region: Region, call: Call, values: Values) -> None:
    values["CreatedBy"] = values["LastModifiedBy"] = user_context(region, call.caller)


def _begin_artifact(region: Region, call: Call, values: Values) -> None:
    _begin(region, call, values)
    source = json.dumps(values["Source"], sort_keys=True)
    values["ArtifactId"] = hashlib.sha256(source.encode()).hexdigest()[:32]


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    properties = changes.pop("Properties", record.values.get("Properties", {}))
    gone = set(changes.pop("PropertiesToRemove", ()))
    record.values["Properties"] = {k: v for k, v in properties.items() if k not in gone}
    record.values["LastModifiedBy"] = user_context(region, call.caller)


def _leave(region: Region, call: Call, record: Record) -> None:
    if any(record.arn in key for key in _all(region)):
        raise validation(f"{record.arn} cannot be deleted: it has associations.")


def _source_uri(region: Region, record: Record, uri: str) -> bool:
    return bool(record.values["Source"]["SourceUri"] == uri)


def _lineage(name: str, **more: Any) -> Family:
    return Family(
        **{
            "name": name,
            "plural": f"{name}s",
            "title": name,
            "key": (f"{name}Name",),
            "arn": f"{name.lower()}/{{{name}Name}}",
            "lowercase_arn": True,
            "caseless": True,
            "duplicate": "ValidationException",
            "begin": _begin,
            "change": _change,
            "leave": _leave,
            "filters": {"SourceUri": _source_uri},
            **more,
        }
    )


CONTEXT = _lineage("Context", without=frozenset({"describe"}))
ACTION = _lineage("Action", without=frozenset({"describe"}))
ARTIFACT = _lineage(
    "Artifact",
    key=("ArtifactId",),
    arn="artifact/{ArtifactId}",
    by_arn=True,
    begin=_begin_artifact,
    without=frozenset({"delete"}),
)


def _described(family: Family) -> Callable[[Region, Call], Answer]:
    """``Describe...`` by name or by ARN."""
    (member,) = family.key

    def describe(region: Region, call: Call) -> Answer:
        name = str(call.parameters[member]).rsplit("/", 1)[-1]
        record = region.get(family.name, name.lower())
        if record is None:
            raise crud.missing(family, (name,), call)
        return crud.describe(region, record)

    return describe


def _delete_artifact(region: Region, call: Call) -> Answer:
    arn, source = call.parameters.get("ArtifactArn"), call.parameters.get("Source")
    if (arn is None) == (source is None):
        raise validation("Either ArtifactArn or Source has to be given.")
    found = [
        record
        for record in region.all("Artifact")
        if (record.arn == arn if arn else record.values["Source"] == source)
    ]
    if not found:
        raise crud.missing(ARTIFACT, (str(arn or source),), call)
    (record,) = found
    _leave(region, call, record)
    region.remove(record)
    return {"ArtifactArn": record.arn}


FAMILIES: tuple[Family, ...] = (CONTEXT, ARTIFACT, ACTION)
OPERATIONS: dict[str, Special] = {
    "AddAssociation": add,
    "DeleteAssociation": delete,
    "ListAssociations": list_,
    "DescribeContext": _described(CONTEXT),
    "DescribeAction": _described(ACTION),
    "DeleteArtifact": _delete_artifact,
}
