"""A way from one state of a clone to another: what the journal and the undo hold."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sm_onboard.errors import Conflict

from ..models import FileInTheWay
from .changes import Change


class Head(NamedTuple):
    """Where HEAD is: on ``ref`` (``refs/heads/main``), or detached at ``commit``."""

    ref: str | None
    commit: str


class InTheWay(Conflict):
    """Files of the person's are in the way. Nothing was changed."""

    def __init__(self, files: tuple[FileInTheWay, ...]) -> None:
        super().__init__("repos.files_in_the_way", f"{len(files)} files in the way.")
        self.files = files


class MovedOn(Conflict):
    """HEAD is not where the move begins: somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(
            "repos.changed_meanwhile",
            "The clone was changed at this moment. Nothing was changed here.",
            "Retry.",
        )


class Locked(Conflict):
    """Another git holds a lock file in this clone."""

    def __init__(self, file: str) -> None:
        super().__init__("repos.locked", f"{file} exists.")
        self.file = file


@dataclass(frozen=True)
class Move:
    """From one state to another.

    Attributes:
        did: what it is for: ``updated``, ``set_aside``, ``undo`` ...
        old: HEAD before. new: HEAD after.
        changes: files of the work tree.
        index: entries of the index (never raw).
        snapshot: id of the snapshot with the raw contents that ``changes`` names; empty
            when there are none.
        at: ISO 8601, UTC.
    """

    did: str
    old: Head
    new: Head
    changes: tuple[Change, ...]
    index: tuple[Change, ...]
    snapshot: str = ""
    at: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(6))

    def reversed(self, did: str) -> Move:
        """The way back."""

        def turn(changes: Iterable[Change]) -> tuple[Change, ...]:
            return tuple(Change(c.path, c.new, c.old) for c in changes)

        return replace(
            self,
            did=did,
            old=self.new,
            new=self.old,
            changes=turn(self.changes),
            index=turn(self.index),
            id=secrets.token_hex(6),
        )

    def dump(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Move:
        # A later version may have written more.
        values = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        values["old"], values["new"] = Head(*values["old"]), Head(*values["new"])
        for name in ("changes", "index"):
            values[name] = tuple(Change.load(change) for change in values[name])
        return cls(**values)
