"""Long work that a page begins, follows, confirms and cancels, each in a thread of a small pool.

A room's own struct says how it stands; it has at least ``id``, ``state``, ``looked``, ``doing``,
``percent`` and ``problem``. What is said of an errand is a new struct each time, so that what
somebody was given never changes.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from sm_onboard.domain.models import DomainProblem
from sm_onboard.domain.problems import BROKEN
from sm_onboard.errors import Conflict, OnboardError
from sm_onboard.pool import Pool

S = TypeVar("S", bound=msgspec.Struct)
Work = Callable[["Errand[S]"], dict[str, Any]]

REMEMBERED = 20
_LAST_WORDS = 2.5  # seconds


@dataclass(frozen=True)
class States:
    """What the states of a room's struct mean.

    Attributes:
        looking: a thread finds something out; cancelling holds at once.
        waiting: for a person to decide.
        making: a thread makes something; whether it is cancelled is known when it ends.
        done: the end that cancelling comes too late for. ``failed`` and ``cancelled`` are the
            others.
    """

    looking: Collection[str]
    waiting: Collection[str]
    making: Collection[str]
    done: str

    def is_over(self, state: str) -> bool:
        return state in (self.done, "failed", "cancelled")


@dataclass
class Errand(Generic[S]):
    """One piece of work.

    Attributes:
        shown: what the page is told.
        at: when what is waited for a decision of was found out, in seconds that only grow.
        kept: what the next step needs of the last one.
    """

    shown: S
    at: float
    cancel: threading.Event = field(default_factory=threading.Event)
    kept: Any = None
    working: bool = False  # a thread has it
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def folder(self) -> Path:
        """An empty folder of its own; what an earlier one held is gone."""
        self.clean()
        self._folder = tempfile.TemporaryDirectory(prefix="sm-onboard-")
        return Path(self._folder.name)

    def clean(self) -> None:
        """Gives back what only a decision needs."""
        folder, self._folder, self.kept = self._folder, None, None
        if folder:
            folder.cleanup()

    @property
    def holds(self) -> bool:
        return self._folder is not None

    @property
    def id(self) -> str:
        return str(self.shown.id)  # type: ignore[attr-defined]

    @property
    def state(self) -> str:
        return str(self.shown.state)  # type: ignore[attr-defined]


class Errands(Generic[S]):
    """What is under way, and what was lately.

    Args:
        at_once: how many may be under way or wait for a decision.
        problem_of: an error as the room shows it.
        unknown: the error for an id that is not known (any more).
        many: the error where ``at_once`` are under way.
        tell: announces that an errand differs, by its id.
        growing: seconds that only grow.
    """

    def __init__(
        self,
        name: str,
        states: States,
        *,
        at_once: int,
        problem_of: Callable[[OnboardError], DomainProblem],
        unknown: Callable[[], OnboardError],
        many: Callable[[], OnboardError],
        tell: Callable[[str], None],
        log: logging.Logger,
        growing: Callable[[], float] = time.monotonic,
    ) -> None:
        self.states = states
        self._at_once = at_once
        self._problem_of, self._unknown, self._many = problem_of, unknown, many
        self._tell = tell
        self._log = log
        self.growing = growing
        self.lock = threading.RLock()
        self._all: dict[str, Errand[S]] = {}
        # Threads of its own: what hangs holds up no requests.
        self._pool = Pool(at_once, name)

    def begin(self, first: Callable[[str], S], work: Work[S] | None) -> S:
        """Begins one.

        Args:
            first: makes what is shown of a new id.
            work: done in a thread; None: it waits for a person from the beginning.
        """
        with self.lock:
            self._make_room()
            id = secrets.token_hex(8)
            errand = Errand(first(id), self.growing())
            self._all[id] = errand
            if work:
                self.submit(errand, work)
            return errand.shown

    def find(self, id: str) -> Errand[S]:
        """Hold ``lock`` while looking at it or changing it."""
        if id not in self._all:
            raise self._unknown()
        return self._all[id]

    def get(self, id: str) -> S:
        with self.lock:
            return self.find(id).shown

    def change(self, errand: Errand[S], **changes: Any) -> S:
        """Says something else of it; hold ``lock``."""
        errand.shown = msgspec.structs.replace(errand.shown, **changes)
        return errand.shown

    def submit(self, errand: Errand[S], work: Work[S]) -> S:
        """Has a thread work on it, which answers with what is to be changed; hold ``lock``."""
        try:
            self._pool.submit(self._run, errand, work)
        except RuntimeError:
            self.change(errand, state="cancelled")
            raise Conflict("http.stopping", "The server is stopping.") from None
        errand.working = True
        return errand.shown

    def drop(self, id: str) -> S:
        """Cancels what is under way, and forgets what waits. What was done stays."""
        with self.lock:
            errand = self.find(id)
            errand.cancel.set()
            if errand.state in (*self.states.looking, *self.states.waiting):
                self.change(errand, state="cancelled", doing="", percent=None)
            if not errand.working:
                errand.clean()
            shown = errand.shown
        self._tell(id)
        return shown

    def say(self, errand: Errand[S], **changes: Any) -> None:
        """What is being done now: ``doing``, ``percent``. From the errand's thread."""
        with self.lock:
            before = errand.shown
            if errand.state in (*self.states.looking, *self.states.making):
                self.change(errand, **{"percent": None, **changes})
            differs = before != errand.shown
        if differs:
            self._tell(errand.id)

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
        with self.lock:
            errands = list(self._all.values())
            for errand in errands:
                errand.cancel.set()
        all_ended = self._pool.close(_LAST_WORDS)
        for errand in errands:
            if all_ended or not errand.working:
                errand.clean()

    def _make_room(self) -> None:
        """Forgets the oldest that ended, and one that nobody has decided on for long."""
        live = [x for x in self._all.values() if x.working or not self._is_over(x)]
        if len(live) >= self._at_once:
            idle = next((errand for errand in live if not errand.working), None)
            if idle is None:
                raise self._many()
            self.change(idle, state="cancelled", doing="")
            idle.clean()
        ended = [id for id, one in self._all.items() if not one.working and not one.holds]
        for id in ended[: max(0, len(self._all) - REMEMBERED)]:
            del self._all[id]

    def _run(self, errand: Errand[S], work: Work[S]) -> None:
        changes: dict[str, Any] = {"state": "failed"}
        try:
            changes = work(errand)
        except OnboardError as error:
            changes["problem"] = self._problem_of(error)
        except Exception:
            self._log.exception("sm_onboard | %s failed", type(errand.shown).__name__)
            changes["problem"] = BROKEN
        if errand.cancel.is_set() and changes["state"] != self.states.done:
            changes = {"state": "cancelled"}
        with self.lock:
            if not self._is_over(errand):
                self.change(errand, **{"doing": "", "percent": None, **changes})
            if self._is_over(errand):
                errand.clean()
            errand.working = False
        self._tell(errand.id)

    def _is_over(self, errand: Errand[S]) -> bool:
        return self.states.is_over(errand.state)
