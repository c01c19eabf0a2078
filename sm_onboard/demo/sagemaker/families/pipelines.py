"""Pipelines and their versions."""

from __future__ import annotations

import json
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import describe
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import Life
from sm_onboard.demo.sagemaker.engine.listing import page_size
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.errors import conflict, not_found, validation
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.pipelines import definition

ASSUMPTIONS = (
    *definition.ASSUMPTIONS,
    Assumption(
        "CreatePipeline",
        "a second one: ValidationException, Pipeline names must be unique within an AWS account "
        "and region. Pipeline with name (NAME) already exists.",
        "aws/sagemaker-python-sdk#6256 (the beginning of the words)",
    ),
    Assumption("CreatePipeline", "a definition in S3 that cannot be read: ValidationException"),
    Assumption("UpdatePipeline", "a definition that differs makes a new version"),
    Assumption(
        "UpdatePipeline",
        "aliases without a new definition, or that another version has: ValidationException",
        "botocore's model: UpdatePipeline",
    ),
    Assumption(
        "DeletePipeline",
        "refused with ConflictException while an execution runs; its executions go with it",
        "botocore's model: DeletePipeline",
    ),
    Assumption("ListPipelines", "the newest comes first, of versions and executions too"),
    Assumption("DescribePipeline", "the newest version, if none is named"),
)

Version = dict[str, Any]
"""One of a pipeline's versions: the members of ``PipelineVersionSummary``, and ``Definition``."""


def _new(region: Region, call: Call, values: Values) -> None:
    name = values["PipelineName"]
    if region.get("Pipeline", name.lower()) is not None:
        raise validation(
            "Pipeline names must be unique within an AWS account and region. Pipeline with name "
            f"({name}) already exists."
        )
    text = _text(region, values)
    if text is None:
        raise validation("You must provide a PipelineDefinition or a PipelineDefinitionS3Location.")
    definition.read(text)
    values.setdefault("PipelineDisplayName", name)
    aliases = values.pop("PipelineVersionAliases", [])
    values["Versions"] = [_version(region, 1, text, _checked(aliases, []))]
    values["CreatedBy"] = values["LastModifiedBy"] = user_context(region, call.caller)


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    text = _text(region, changes)
    aliases = changes.pop("PipelineVersionAliases", [])
    versions: list[Version] = record.values["Versions"]
    if text is not None:
        definition.read(text)
    new = text is not None and not _same(text, versions[-1]["Definition"])
    if aliases and not new:
        raise validation("PipelineVersionAliases need an update that changes the definition.")
    checked = _checked(aliases, versions)
    if new:
        assert text is not None
        versions.append(_version(region, versions[-1]["PipelineVersionId"] + 1, text, checked))
    changes["LastModifiedBy"] = user_context(region, call.caller)


def _version(region: Region, number: int, text: str, aliases: list[str]) -> Version:
    return {
        "PipelineVersionId": number,
        "CreationTime": region.now(),
        "Definition": text,
        "PipelineVersionAliases": aliases,
    }


def _same(one: str, other: str) -> bool:
    return bool(json.loads(one) == json.loads(other))


def _checked(aliases: list[str], versions: list[Version]) -> list[str]:
    taken = {alias for version in versions for alias in version["PipelineVersionAliases"]}
    for number, alias in enumerate(aliases):
        if alias.isdigit():
            raise validation(f"The alias {alias} consists of numbers only.")
        if alias in taken or alias in aliases[:number]:
            raise validation(f"The alias {alias} is not unique within the pipeline.")
    return list(aliases)


def _text(region: Region, values: Values) -> str | None:
    place = values.pop("PipelineDefinitionS3Location", None)
    text: str | None = values.pop("PipelineDefinition", None)
    if place is None:
        return text
    if text is not None:
        raise validation(
            "You can provide only one of PipelineDefinition and PipelineDefinitionS3Location."
        )
    return _from_s3(region, place)


def _from_s3(region: Region, place: Values) -> str:
    from moto.backends import get_backend  # most runs never need moto

    store: Any = get_backend("s3")[region.account][region.partition]
    bucket = store.buckets.get(place["Bucket"])
    if bucket is None:
        raise validation(f"The bucket {place['Bucket']} does not exist.")
    found = store.get_object(place["Bucket"], place["ObjectKey"], place.get("VersionId"))
    if found is None:
        raise validation(f"There is no object {place['ObjectKey']} in {place['Bucket']}.")
    try:
        return bytes(found.value).decode()
    except UnicodeDecodeError:
        raise validation(f"The object {place['ObjectKey']} is not text.") from None


def _leave(region: Region, call: Call, record: Record) -> None:
    now = region.now()
    mine = executions_of(region, record)
    running = [e for e in mine if e.status(now) in ("Executing", "Stopping")]
    if running:
        raise conflict(
            f"Pipeline {record.arn} cannot be deleted while it has running executions "
            f"({running[0].arn})."
        )
    for execution in mine:
        region.remove(execution)
        region.rooms["executions"].pop(execution.arn, None)


def _view(region: Region, record: Record) -> Values:
    last = [execution.created for execution in executions_of(region, record)][-1:]
    found = {"LastRunTime": last[0], "LastExecutionTime": last[0]} if last else {}
    newest = record.values["Versions"][-1]
    return {**found, "PipelineVersionId": newest["PipelineVersionId"], **_shown(newest)}


def _shown(version: Version) -> Values:
    return {
        "PipelineDefinition": version["Definition"],
        "PipelineVersionAliases": version["PipelineVersionAliases"] or None,
        "PipelineVersionDisplayName": version.get("PipelineVersionDisplayName"),
        "PipelineVersionDescription": version.get("PipelineVersionDescription"),
    }


def find_pipeline(region: Region, name_or_arn: str) -> Record:
    """A pipeline by its name or ARN.

    Raises:
        ServiceError: ResourceNotFound.
    """
    known = region.by_arn(name_or_arn) if ":" in name_or_arn else None
    record = known or region.get("Pipeline", name_or_arn.lower())
    if record is None or record.family is not PIPELINE:
        arn = name_or_arn if ":" in name_or_arn else region.arn(f"pipeline/{name_or_arn.lower()}")
        raise not_found(f"Pipeline '{arn}' does not exist.")
    return record


def executions_of(region: Region, pipeline: Record) -> list[Record]:
    """Its executions, the oldest first."""
    mine: dict[str, Record] = region.rooms.get("executions by pipeline", {}).get(pipeline.arn, {})
    return [record for arn, record in mine.items() if arn in region.rooms["executions"]]


def find_version(record: Record, asked: Values) -> Version:
    """The version that a call names; the newest if it names none.

    Raises:
        ServiceError: it names two, or one that does not exist.
    """
    number, alias = asked.get("PipelineVersionId"), asked.get("PipelineVersionAlias")
    if number is not None and alias is not None:
        raise validation("You cannot specify both PipelineVersionId and PipelineVersionAlias.")
    versions: list[Version] = record.values["Versions"]
    if number is None and alias is None:
        return versions[-1]
    for version in versions:
        if version["PipelineVersionId"] == number or alias in version["PipelineVersionAliases"]:
            return version
    raise not_found(f"Version {number or alias} of pipeline '{record.arn}' does not exist.")


def _describe(region: Region, call: Call) -> Answer:
    record = find_pipeline(region, call.parameters["PipelineName"])
    version = find_version(record, dict(call.parameters))
    return {**describe(region, record), **_shown(version)}


def _versions(region: Region, call: Call) -> Answer:
    asked = call.parameters
    record = find_pipeline(region, asked["PipelineName"])
    found = [
        version
        for version in record.values["Versions"]
        if asked.get("CreatedAfter", -1) < version["CreationTime"]
        and version["CreationTime"] < asked.get("CreatedBefore", float("inf"))
    ]
    descending = asked.get("SortOrder", "Descending") == "Descending"
    found.sort(key=lambda version: version["PipelineVersionId"], reverse=descending)
    operation = models.operation("sagemaker", call.operation)
    assert operation is not None
    shown, token = Page.of(call, page_size(operation)).cut(
        found, lambda version: (version["PipelineVersionId"],), descending=descending
    )
    last: dict[int, str] = {}
    for execution in executions_of(region, record):
        last[execution.values["PipelineVersionId"]] = execution.arn
    summaries = [
        {
            **_shown(version),
            **version,
            "PipelineArn": record.arn,
            "PipelineVersionAliases": version["PipelineVersionAliases"] or None,
            "LastExecutionPipelineExecutionArn": last.get(version["PipelineVersionId"]),
        }
        for version in shown
    ]
    return {"PipelineVersionSummaries": summaries, "NextToken": token}


def _update_version(region: Region, call: Call) -> Answer:
    asked = call.parameters
    record = find_pipeline(region, asked["PipelineArn"])
    version = find_version(record, {"PipelineVersionId": asked["PipelineVersionId"]})
    changes = asked.get("PipelineVersionAliasOperations", {})
    kept = [a for a in version["PipelineVersionAliases"] if a not in changes.get("Remove", ())]
    others = [v for v in record.values["Versions"] if v is not version]
    aliases = _checked([*kept, *changes.get("Add", ())], others)
    if len(aliases) > 10:
        raise validation("A version can have up to 10 aliases.")
    version["PipelineVersionAliases"] = aliases
    for member in ("PipelineVersionDisplayName", "PipelineVersionDescription"):
        if member in asked:
            version[member] = asked[member]
    record.modified = region.now()
    return {"PipelineArn": record.arn, "PipelineVersionId": version["PipelineVersionId"]}


PIPELINE = Family(
    "Pipeline",
    "Pipelines",
    "Pipeline",
    key=("PipelineName",),
    arn="pipeline/{PipelineName}",
    lowercase_arn=True,
    caseless=True,
    life=Life("PipelineStatus", born=(("Active", 0),), ready=frozenset({"Active"})),
    begin=_new,
    change=_change,
    leave=_leave,
    view=_view,
    order="Descending",
    without=frozenset({"describe"}),
    filters={"ManagedBy": lambda region, record, value: value == "CUSTOMER"},
)

FAMILIES: tuple[Family, ...] = (PIPELINE,)
OPERATIONS: dict[str, Special] = {
    "DescribePipeline": _describe,
    "ListPipelineVersions": _versions,
    "UpdatePipelineVersion": _update_version,
}
