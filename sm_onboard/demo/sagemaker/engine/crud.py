"""Create, describe, update and delete, for every family alike."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine import tags
from sm_onboard.demo.sagemaker.engine.family import Family, Parent, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Stages
from sm_onboard.demo.sagemaker.engine.store import Key, Record, Region
from sm_onboard.demo.sagemaker.errors import ServiceError, in_use, validation
from sm_onboard.demo.sagemaker.model import service as models

ASSUMPTIONS = (
    Assumption(
        "Update…",
        "structures are merged member by member, lists and maps are replaced as a whole; an empty "
        "list clears",
        "AWS documentation: detach a lifecycle configuration by sending an empty list",
    ),
    Assumption("Update…", "LastModifiedTime is when the last status began or the last update came"),
    Assumption(
        "Create…", "a parent that is not in service yet is refused with ValidationException"
    ),
    Assumption(
        "Delete…",
        "one with children left is refused with ResourceInUse: Unable to delete UserProfile [ARN] "
        "because App(s) are associated with it.",
        "aws/amazon-sagemaker-feedback#113",
    ),
    Assumption(
        "all",
        "where an operation's model has no ResourceNotFound or ResourceInUse, ValidationException "
        "stands for it",
    ),
    Assumption("all", "the texts of messages that no source is given for"),
)

TOKENS = ("ClientRequestToken", "ClientToken")
NOT_STORED = {"Tags", *TOKENS}


class Crud:
    """The four operations on single resources.

    Args:
        families: all of them, by name: parents and children are looked up in it.
    """

    def __init__(self, families: Mapping[str, Family]) -> None:
        self._families = families
        self._children: dict[str, list[tuple[Family, Parent]]] = {}
        for family in families.values():
            for parent in family.parents:
                self._children.setdefault(parent.family, []).append((family, parent))

    def create(self, family: Family, region: Region, call: Call) -> Answer:
        given = dict(call.parameters)
        if (before := self._same_token(region, call)) is not None:
            return describe(region, before)
        values: Values = {k: copy.deepcopy(v) for k, v in given.items() if k not in NOT_STORED}
        for parent in family.parents:
            self._check_parent(family, parent, region, call, values)
        wanted = tags.wanted(given.get("Tags"))
        family.begin(region, call, values)
        record = self.insert(family, region, values, call)
        if wanted:
            region.tags[record.arn] = wanted
        if "create_failed" in call.faults and family.life.born:
            stages = (*family.life.born[:-1], (family.life.failed, 0.0))
            record.reason = "It was asked to fail."
            begin(region, record, stages)
        if token := _token(given):
            region.rooms.setdefault("tokens", {})[call.operation, token] = (
                record.arn,
                _without_token(given),
            )
        return describe(region, record)

    def insert(
        self, family: Family, region: Region, values: Values, call: Call | None = None
    ) -> Record:
        """Puts a resource in without asking for its parents.

        Raises:
            ServiceError: there is one with this key.
        """
        key = key_of(family, values)
        there = region.get(family.name, *key)
        if there is not None and there.status(region.now()) != "Deleted":
            code = _modelled(call, family.duplicate)
            raise ServiceError(code, f"{named(family, key)} already exists ({there.arn}).")
        record = Record(family, key, region.arn(arn_path(family, values)), values, region.now())
        if there is not None:
            record.created = there.created
        region.add(record)
        begin(region, record, family.life.born)
        return record

    def describe(self, family: Family, region: Region, call: Call) -> Answer:
        return describe(region, find(family, region, call))

    def update(self, family: Family, region: Region, call: Call) -> Answer:
        record = find(family, region, call)
        self._check_status(record, region, "updated")
        skipped = {*family.key, *NOT_STORED}
        if family.by_arn:
            skipped.add(family.arn_name)
        changes = {
            family.renamed.get(name, name): copy.deepcopy(value)
            for name, value in call.parameters.items()
            if name not in skipped
        }
        family.change(region, call, record, changes)
        for name, value in changes.items():
            if name in family.merged_maps:
                record.values[name] = {**record.values.get(name, {}), **value}
            else:
                record.values[name] = merged(record.values.get(name), value)
        record.modified = region.now()
        if family.life.updated:
            begin(region, record, family.life.updated)
        return describe(region, record)

    def delete(self, family: Family, region: Region, call: Call) -> Answer:
        record = find(family, region, call)
        self._check_status(record, region, "deleted")
        for child in self._living_children(record, region):
            raise in_use(
                f"Unable to delete {family.name} [{record.arn}] because {child.family.name}(s) are "
                "associated with it."
            )
        family.leave(region, call, record)
        answer = describe(region, record)
        begin(region, record, family.life.deleted)
        return answer

    def _living_children(self, record: Record, region: Region) -> list[Record]:
        now = region.now()
        return [
            child
            for family, parent in self._children.get(record.family.name, ())
            if parent.blocks
            for child in region.all(family.name)
            if tuple(child.values.get(name, "") for name in parent.key) == record.key
            and child.status(now) != "Deleted"
        ][:1]

    def _check_parent(
        self, family: Family, parent: Parent, region: Region, call: Call, values: Values
    ) -> None:
        key = tuple(values.get(name, "") for name in parent.key)
        if not key[-1]:
            return
        above = self._families[parent.family]
        record = region.get(above.name, *cased(above, key))
        if record is None:
            raise missing(above, key, call)
        status = record.status(region.now())
        if parent.ready and above.life.ready and status not in above.life.ready:
            raise validation(
                f"{named(above, key)} has to be in service to create a {family.title.lower()}; "
                f"it is {status}."
            )

    def _check_status(self, record: Record, region: Region, what: str) -> None:
        status = record.status(region.now())
        if status in record.family.life.busy:
            raise in_use(
                f"{named(record.family, record.key)} cannot be {what} while it is {status}."
            )

    def _same_token(self, region: Region, call: Call) -> Record | None:
        token = _token(call.parameters)
        before = region.rooms.get("tokens", {}).get((call.operation, token)) if token else None
        if before is None:
            return None
        arn, given = before
        if given != _without_token(call.parameters):
            raise validation("This token was used with other parameters.")
        return region.by_arn(arn)


def find(family: Family, region: Region, call: Call) -> Record:
    """The record that a call names.

    Raises:
        ServiceError: there is none.
    """
    if family.by_arn:
        arn = str(call.parameters[family.arn_name])
        record = region.by_arn(arn)
        if record is None or record.family is not family:
            raise missing(family, (arn,), call)
        return record
    key = key_of(family, call.parameters)
    record = region.get(family.name, *key)
    if record is None:
        raise missing(family, key, call)
    return record


def missing(family: Family, key: Key, call: Call | None = None) -> ServiceError:
    """There is no such resource, in the family's own words."""
    message = family.missing_message or f"{named(family, key)} does not exist."
    if call is not None and "{arn}" in message:
        path = family.arn.format_map(dict(zip(family.key, key, strict=True)))
        message = message.format(arn=f"arn:aws:sagemaker:{call.region}:{call.account}:{path}")
    return ServiceError(_modelled(call, family.missing), message)


def _modelled(call: Call | None, code: str) -> str:
    """The code, if the operation's model has it; else the one that every operation has."""
    operation = models.operation(call.service, call.operation) if call else None
    if operation is None or code in {shape.name for shape in operation.error_shapes}:
        return code
    return "ValidationException"


def begin(region: Region, record: Record, stages: Stages) -> None:
    """Lets a record's statuses take their course from now."""
    record.timeline.follow(stages, region.now(), region.world.clock.speed)
    if record.timeline.ends:
        region.ends(record)
    if stages == ((GONE, 0),):
        region.remove(record)


def describe(region: Region, record: Record) -> Answer:
    """All that is known of a record; the output shape takes what it has room for."""
    family = record.family
    now = region.now()
    status = record.status(now)
    answer: Answer = {
        **record.values,
        family.arn_name: record.arn,
        "CreationTime": record.created,
        "LastModifiedTime": max(record.modified, record.timeline.since(now)),
    }
    if family.life.member:
        answer[family.life.member] = status
    if record.reason and status == family.life.failed:
        answer["FailureReason"] = record.reason
    answer.update(family.view(region, record) or {})
    return answer


def key_of(family: Family, values: Mapping[str, Any]) -> Key:
    return cased(family, tuple(str(values.get(name, "")) for name in family.key))


def cased(family: Family, key: Key) -> Key:
    """The key as records are kept by it."""
    return tuple(part.lower() for part in key) if family.caseless else key


def arn_path(family: Family, values: Mapping[str, Any]) -> str:
    """The resource part of the ARN."""
    path = family.arn.format_map({**values, **family.arn_parts(dict(values))})
    return path.lower() if family.lowercase_arn else path


def named(family: Family, key: Key) -> str:
    """``Space [ana-lab] of d-abc``: the most telling part first."""
    last = f"{family.title} [{key[-1]}]"
    return f"{last} of {', '.join(filter(None, key[:-1]))}" if any(key[:-1]) else last


def merged(old: Any, new: Any) -> Any:
    """Structures member by member; anything else as it is given."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
    return new


def _without_token(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in parameters.items() if k not in TOKENS}


def _token(parameters: Mapping[str, Any]) -> str | None:
    return next((str(parameters[name]) for name in TOKENS if name in parameters), None)
