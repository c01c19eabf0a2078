"""One row of the panel while the server runs: what is known, and the work on it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from sm_onboard.git.listener import Listener

from .models import Do, Entry, Outcome, Repository

if TYPE_CHECKING:
    from .plan.plan import Refused

LOG_BYTES = 200_000
COMPLETE = frozenset({"ready", "behind", "blocked", "diverged"})
"""States in which the folder holds a whole clone of ours."""


@dataclass
class Job:
    """Work on one row. ``do`` is None for the sync that nobody asked for by name."""

    do: Do | None
    entry: Entry
    listener: Listener


class Row:
    """What the service holds for one line of the plan; its lock guards it.

    Attributes:
        entry: None where the plan refused it; then nothing is ever done with it.
        shown: what the panel sees.
        settled: what it saw when no job was at work; a cancelled wait goes back to it.
        job: waiting or at work; at most one.
        installing: set while packages are being installed; setting it cancels that.
    """

    def __init__(self, item: Entry | Refused) -> None:
        self.entry = item if isinstance(item, Entry) else None
        self.shown = _waiting(item) if isinstance(item, Entry) else _refused(item)
        self.settled = self.shown
        self.job: Job | None = None
        self.installing: threading.Event | None = None
        self.log = BoundedLog()

    @property
    def at_work(self) -> bool:
        return bool(self.job or self.installing)

    def signal(self) -> None:
        """Asks whatever is at work to end."""
        if self.job:
            self.job.listener.cancel.set()
        if self.installing:
            self.installing.set()

    def show(self, **changes: Any) -> None:
        """Changes what the panel sees now."""
        self.shown = msgspec.structs.replace(self.shown, **changes)

    def keep(self, **changes: Any) -> None:
        """Changes what the panel sees now, and after a cancelled wait."""
        self.show(**changes)
        self.settled = msgspec.structs.replace(self.settled, **changes)

    def settle(self, outcome: Outcome, **more: Any) -> None:
        """Shows how a job ended."""
        self.job = None
        told = {name: getattr(outcome, name) for name in outcome.__struct_fields__}
        if outcome.branch is None:
            told["branch"] = self.settled.branch
        self.show(**told, progress=None, **more)
        self.settled = self.shown


@dataclass
class BoundedLog:
    """The newest lines, at most ``LOG_BYTES`` of UTF-8."""

    lines: deque[str] = field(default_factory=deque)
    size: int = 0
    dropped: bool = False

    def add(self, line: str) -> None:
        # One line can be longer than everything that may be kept.
        line = line.rstrip("\r\n")[-LOG_BYTES // 4 :]
        self.lines.append(line)
        self.size += len(line.encode()) + 1
        while self.size > LOG_BYTES:
            self.size -= len(self.lines.popleft().encode()) + 1
            self.dropped = True

    def text(self) -> str:
        head = ["(earlier lines are gone)"] if self.dropped else []
        return "\n".join([*head, *self.lines])


def _waiting(entry: Entry) -> Repository:
    return _repository(
        entry.id,
        entry.name,
        entry.path,
        entry.url,
        entry.source,
        entry.origin,
        state="waiting",
        branch=entry.branch,
    )


def _refused(item: Refused) -> Repository:
    return _repository(
        item.id,
        item.name,
        item.path,
        item.url,
        item.source,
        item.origin,
        state=item.state,
        code=item.code,
        message=item.message,
        hint=item.hint,
    )


def _repository(
    id: str, name: str, path: str, url: str, source: Any, origin: str, **known: Any
) -> Repository:
    nothing: dict[str, Any] = dict.fromkeys(Repository.__struct_fields__)
    nothing.update(
        {"action": "none", "code": "", "message": "", "hint": "", "files": (), "actions": ()},
        has_log=False,
    )
    nothing.update(id=id, name=name, path=path, url=url, source=source, origin=origin)
    nothing.update(known)
    return Repository(**nothing)
