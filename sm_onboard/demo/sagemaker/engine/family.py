"""A row of the table of resource families: what the model does not say about one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.life import Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region

Values = dict[str, Any]


@dataclass(frozen=True)
class Parent:
    """A family that a resource belongs to.

    Attributes:
        family: its name.
        key: the members of the child that hold the parent's key. A child whose last key
            member is absent has no such parent.
        ready: whether the parent has to be in one of its ready statuses.
        blocks: whether children keep the parent from being deleted.
    """

    family: str
    key: tuple[str, ...]
    ready: bool = True
    blocks: bool = True


def _nothing(*_: Any) -> None:
    return None


@dataclass(frozen=True)
class Family:
    """How one kind of resource behaves.

    Attributes:
        name: as operations name one: ``UserProfile`` in ``CreateUserProfile``.
        plural: as ``List...`` names many.
        title: as messages name one: ``User profile``.
        key: the members that identify one.
        arn: its resource part: ``user-profile/{DomainId}/{UserProfileName}``.
        arn_parts: parts of the ARN that are not members.
        arn_member: the member that holds its ARN; default: name + ``Arn``.
        by_arn: operations identify it by the ARN alone.
        lowercase_arn: the service writes names small in this ARN.
        caseless: names that differ in upper and lower case only are the same.
        duplicate, missing: the codes for one that is there already, or is not; where the
            operation's model lacks them, ValidationException.
        missing_message: what is said then, in place of ``TITLE [NAME] does not exist.``;
            ``{arn}`` in it is what the ARN would be.
        merged_maps: maps whose entries an update adds to, in place of replacing the map.
        renamed: members of ``Update...`` that are called otherwise elsewhere.
        begin: fills what the service fills, and refuses what only it can see. Called with
            the values before they are stored.
        change: the same for an update: the record, the parameters of the call.
        leave: refuses a deletion, or cleans up after it.
        view: further members of descriptions and summaries, made from a record.
        filters: how members of ``List...`` choose records, where the name does not tell.
        sorts: the member behind a value of ``SortBy``, where the name does not tell.
        order: ``Ascending`` or ``Descending`` where the model's words do not tell.
        without: which of the five operations it does not have, or are special ones.
    """

    name: str
    plural: str
    title: str
    key: tuple[str, ...]
    arn: str
    parents: tuple[Parent, ...] = ()
    life: Life = field(default_factory=Life)
    arn_parts: Callable[[Values], Mapping[str, str]] = lambda values: {}
    arn_member: str = ""
    by_arn: bool = False
    lowercase_arn: bool = False
    caseless: bool = False
    duplicate: str = "ResourceInUse"
    missing: str = "ResourceNotFound"
    missing_message: str = ""
    merged_maps: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    begin: Callable[[Region, Call, Values], None] = _nothing
    change: Callable[[Region, Call, Record, Values], None] = _nothing
    leave: Callable[[Region, Call, Record], None] = _nothing
    view: Callable[[Region, Record], Values | None] = _nothing
    filters: Mapping[str, Callable[[Region, Record, Any], bool]] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    without: frozenset[str] = frozenset()  # of create, describe, update, delete, list

    @property
    def arn_name(self) -> str:
        return self.arn_member or f"{self.name}Arn"

    @property
    def operations(self) -> Mapping[str, str]:
        """The operations that it makes, and what each does."""
        made = {
            f"Create{self.name}": "create",
            f"Describe{self.name}": "describe",
            f"Update{self.name}": "update",
            f"Delete{self.name}": "delete",
            f"List{self.plural}": "list",
        }
        return {name: what for name, what in made.items() if what not in self.without}


Special = Callable[[Region, Call], Answer]
"""An operation that is not one of a family's five."""
