"""Life cycles: a status is a function of the time."""

from __future__ import annotations

from dataclasses import dataclass

GONE = "\0gone"
"""The status of what is no longer there."""

Stages = tuple[tuple[str, float], ...]
"""Statuses and the seconds each lasts; the last one stays, unless it is ``GONE``."""


@dataclass(frozen=True)
class Life:
    """What statuses a resource goes through.

    Attributes:
        member: the member of the description that holds the status; "": it has none.
        born, updated, deleted: what creating, updating and deleting lead to.
        failed: the status of one whose creation failed.
        ready: the statuses in which it can be used, updated and have children.
        busy: the statuses in which it can be neither updated nor deleted.
    """

    member: str = ""
    born: Stages = ()
    updated: Stages = ()
    deleted: Stages = ((GONE, 0),)
    failed: str = "Failed"
    ready: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()


class Timeline:
    """Statuses, and when each begins."""

    __slots__ = ("_begins",)

    def __init__(self) -> None:
        self._begins: list[tuple[float, str]] = []

    def follow(self, stages: Stages, now: float, speed: float = 1.0) -> None:
        """What was to come is forgotten; these stages begin now.

        Args:
            speed: how many seconds of a stage pass in one.
        """
        begun = [entry for entry in self._begins if entry[0] <= now][-1:]
        at = now
        for status, seconds in stages:
            begun.append((at, status))
            at += seconds / speed
        self._begins = begun

    def status(self, now: float) -> str:
        """The status at a time; "" when nothing was ever begun."""
        status = ""
        for at, name in self._begins:
            if at > now:
                break
            status = name
        return status

    def since(self, now: float) -> float:
        """When the status at this time began; 0 when nothing was ever begun."""
        began = 0.0
        for at, _ in self._begins:
            if at > now:
                break
            began = at
        return began

    @property
    def ends(self) -> bool:
        return bool(self._begins) and self._begins[-1][1] == GONE
