"""The repositories room: which repositories there are, what is being done with them.

It knows threads and rows, neither tornado nor git; what it needs is passed in.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sm_onboard.errors import Conflict, NotFound, OnboardError

from .contents import contents_base
from .jobs import BROKEN, Jobs, Surroundings, failed
from .models import (
    Do,
    Entry,
    Environment,
    Identity,
    Log,
    NewRepository,
    Problem,
    Repository,
    ReposState,
)
from .rows import COMPLETE, Row

if TYPE_CHECKING:
    from .plan.onboard_keys import Experiments, Links
    from .plan.plan import Plan

ROOM = "repos"
_ALSO: dict[str, frozenset[str]] = {
    "update": COMPLETE,
    "retry": frozenset({"failed", "cancelled"}),
}
"""What may be asked for in which state, even where the row does not offer it."""


class ReposService:
    """Thread-safe. ``identity``, ``set_identity`` and ``add`` block, the rest does not.

    Args:
        given: see ``Surroundings``.
        pool: see ``Jobs``.
        server: names this run of the server.
        notify: called with (room, id, revision) after every change, from any thread;
            must not call back. ``id`` is empty when the whole room changed.
        root_dir: what the server's file browser shows.
        parallel: how many jobs run at once.
        update_on_start: whether ``start`` also updates what is already there.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        given: Surroundings,
        *,
        pool: Executor,
        server: str = "",
        notify: Callable[[str, str, int], None] = lambda *_: None,
        root_dir: Path | None = None,
        parallel: int = 8,
        update_on_start: bool = True,
        clock: Callable[[], float] = time.time,
        log: logging.Logger | None = None,
    ) -> None:
        self._given = given
        self._server = server
        self._notify = notify
        self._root_dir = root_dir
        self._update_on_start = update_on_start
        self._log = log or logging.getLogger(__name__)
        self._changed = threading.Condition()  # its lock guards all below
        self._jobs = Jobs(given, pool, self._changed, self._tell, parallel, self._log, clock)
        self._rows: dict[str, Row] = {}
        self._revision = 0
        self._on: bool | None = None  # None: nobody has begun yet; False: it was stopped
        self._loaded = False
        self._loading = False
        self._load_again = False
        self._first = False
        self._identity: Literal["unknown", "set", "missing"] = "unknown"
        self._problems: tuple[Problem, ...] = ()
        self._sources: tuple[str, ...] = ()
        self._experiments: Experiments | None = None
        self._links: Links | None = None

    def start(self) -> None:
        """Reads the configuration and begins to work on it."""
        with self._changed:
            self._on = True
            self.reload()

    def reload(self) -> None:
        """Reads the configuration again, then clones and updates everything in it."""
        with self._changed:
            if self._on:
                self._begin(self._work)

    def look(self) -> None:
        """Reads the configuration and looks at the folders; asks no host, changes nothing."""
        with self._changed:
            self._on = True
            self._begin(self._look)

    def state(self) -> ReposState:
        with self._changed:
            state: Literal["starting", "working", "idle", "off"] = "idle"
            if self._on is False:
                state = "off"
            elif not self._loaded:
                state = "starting"
            elif self._loading or self._jobs.any_work:
                state = "working"
            return ReposState(
                server=self._server,
                revision=self._revision,
                state=state,
                root=str(self._jobs.root or ""),
                first=self._first,
                identity=self._identity,
                sources=self._sources,
                problems=self._problems,
                repositories=tuple(row.shown for row in self._rows.values()),
            )

    def secrets(self) -> tuple[str, ...]:
        """The ids or ARNs of the secrets that the plan names."""
        with self._changed:
            named = (row.entry.secret for row in self._rows.values() if row.entry)
            return tuple(dict.fromkeys(secret for secret in named if secret))

    def experiments(self, timeout: float | None = None) -> Experiments | None:
        """What the nearest file says of experiments, once the files were read. Blocks."""
        with self._changed:
            self._changed.wait_for(lambda: self._loaded or self._on is False, timeout)
            return self._experiments

    def links(self, timeout: float | None = None) -> Links | None:
        """What the team's file says of links, once the files were read. Blocks."""
        with self._changed:
            self._read_once()
            self._changed.wait_for(lambda: self._loaded or self._on is False, timeout)
            return self._links

    @property
    def known_links(self) -> Links | None:
        """The same, as far as the files were read; reads nothing."""
        with self._changed:
            return self._links

    def entries(self, timeout: float | None = None) -> tuple[Entry, ...]:
        """The repositories of the plan, once the files were read. Blocks."""
        with self._changed:
            self._read_once()
            self._changed.wait_for(lambda: self._loaded or self._on is False, timeout)
            return tuple(row.entry for row in self._rows.values() if row.entry)

    def sync_all(self) -> None:
        """Clones and updates every row that is not at work."""
        with self._changed:
            if self._on and self._jobs.root:
                for row in self._rows.values():
                    self._jobs.enqueue(row, None)
                self._jobs.pump()

    def do(self, id: str, do: Do) -> Repository:
        """Begins what a person asked for.

        Raises:
            NotFound: ``repos.unknown``.
            Conflict: ``repos.not_possible_now``.
        """
        with self._changed:
            row = self._row(id)
            if do == "cancel":
                possible = self._jobs.cancel(row)
            else:
                offered = do in row.shown.actions or row.shown.state in _ALSO.get(do, ())
                possible = bool(self._on and row.entry and not row.at_work and offered)
            if not possible:
                raise _not_possible(row, do)
            if do == "retry" and not self._jobs.opened:
                self.reload()  # what failed was the root, so every row waits for it
            elif do != "cancel":
                self._jobs.enqueue(row, do)
                self._jobs.pump()
            return row.shown

    def log(self, id: str) -> Log:
        """What git said about one row; NotFound ``repos.unknown``."""
        with self._changed:
            return Log(id=id, text=self._row(id).log.text())

    def add(self, new: NewRepository) -> None:
        """Writes it into the person's own file and begins to clone it.

        Raises:
            OnboardError: the file cannot be written, or what was typed is wrong.
        """
        self._given.add(new)
        self.reload()

    def identity(self) -> Identity:
        """Who signs the person's commits; empty where nobody is set."""
        return self._given.read_identity() or Identity(name="", email="")

    def set_identity(self, identity: Identity) -> Identity:
        self._given.write_identity(identity)
        with self._changed:
            self._identity = "set"
            self._tell()
        return self.identity()

    def install(self, id: str) -> Environment:
        """Begins to install the packages that one repository's file names.

        Raises:
            NotFound: ``repos.unknown``.
            Conflict: ``repos.not_possible_now``: nothing is missing, or it is at work.
        """
        with self._changed:
            row = self._row(id)
            known = row.shown.environment
            if row.at_work or not known or known.state not in ("missing", "failed"):
                raise Conflict(
                    "repos.not_possible_now",
                    f"There is nothing to install for {row.shown.name} now.",
                    "Wait until its work has ended, then look at the row again.",
                )
            return self._jobs.install(row, known)

    def stop(self) -> None:
        """Cancels everything; ``wait`` or whoever closes the pool waits for the rest."""
        with self._changed:
            self._on = False
            self._given.cancel.set()
            self._jobs.drop_waiting()
            for row in self._rows.values():
                row.signal()
            self._tell()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until nothing is at work; False when ``timeout`` seconds passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._jobs.all_ended, timeout)

    # These hold the lock when they are called

    def _read_once(self) -> None:
        """On the command line nobody begins: what is asked for is read then."""
        if self._on is None:
            self.look()

    def _row(self, id: str) -> Row:
        try:
            return self._rows[id]
        except KeyError:
            raise NotFound(
                "repos.unknown",
                "This repository is not in the plan any more.",
                "Look at the list again.",
            ) from None

    def _tell(self, row: Row | None = None) -> None:
        self._revision += 1
        self._notify(ROOM, row.shown.id if row else "", self._revision)
        self._changed.notify_all()

    def _begin(self, then: Callable[[Path], None]) -> None:
        if self._loading:
            self._load_again = True
            return
        self._loading = True
        self._tell()
        self._jobs.in_thread(self._load, then)

    # Reading the configuration, in a thread of the pool

    def _load(self, then: Callable[[Path], None]) -> None:
        again = True
        while again:
            problem = self._attempt(then)
            with self._changed:
                if problem:
                    self._problems = (*self._problems, problem)
                self._loaded = True
                self._loading = again = self._load_again and bool(self._on)
                self._load_again = False
                self._tell()

    def _attempt(self, then: Callable[[Path], None]) -> Problem | None:
        try:
            self._adopt(self._given.load())
            if not self._jobs.root:
                root = self._given.root()
                contents = contents_base(root, self._root_dir) if self._root_dir else None
                with self._changed:
                    self._jobs.root, self._jobs.contents = root, contents
            assert self._jobs.root is not None
            then(self._jobs.root)
        except OnboardError as error:
            self._refuse(error)
            origin = getattr(error, "field", "")
            return Problem(code=error.code, message=str(error), hint=error.hint, origin=origin)
        except Exception:
            self._log.exception("sm_onboard | reading the configuration failed")
            return Problem(code=BROKEN.code, message=BROKEN.message, hint=BROKEN.hint, origin="")
        return None

    def _adopt(self, plan: Plan) -> None:
        """Rows for the plan's items; what did not change keeps its row."""
        with self._changed:
            old, self._rows = self._rows, {}
            for item in plan.items:
                row = old.get(item.id)
                if row and row.entry == item:
                    del old[item.id]
                    self._rows[item.id] = row
                else:
                    self._rows[item.id] = Row(item)
            for row in old.values():
                self._jobs.drop(row)
            self._problems, self._sources = tuple(plan.problems), tuple(plan.sources)
            self._experiments, self._links = plan.experiments, plan.links
            self._tell()

    def _work(self, root: Path) -> None:
        """Begins to clone and update everything in the plan."""
        first_time = not self._jobs.opened
        # One listing of the root instead of one look at each folder.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self._jobs.present = frozenset(os.listdir(root))
        if first_time:
            entries = [row.entry for row in self._rows.values() if row.entry]
            self._first = bool(entries) and not any(map(self._jobs.is_there, entries))
            self._jobs.open_engine()
        with self._changed:
            if not self._on:
                return
            only_missing = first_time and not self._update_on_start
            for row in self._rows.values():
                self._jobs.enqueue(row, None, only_missing=only_missing)
            self._jobs.pump()
        self._ask_identity()

    def _look(self, root: Path) -> None:
        for row in list(self._rows.values()):
            if row.entry:
                outcome = self._given.look(root, row.entry)
                with self._changed:
                    row.settle(outcome)

    def _refuse(self, error: OnboardError) -> None:
        """The root cannot be used: every row that waits for it says so."""
        with self._changed:
            for row in self._rows.values():
                if row.entry and not row.at_work and row.shown.state == "waiting":
                    row.settle(failed(error))
            self._tell()

    def _ask_identity(self) -> None:
        try:
            known = self._given.read_identity()
        except OnboardError as error:
            self._log.info("sm_onboard | the git identity is unknown: %s", error)
            return
        with self._changed:
            self._identity = "set" if known else "missing"
            self._tell()


def _not_possible(row: Row, do: str) -> Conflict:
    return Conflict(
        "repos.not_possible_now",
        f"“{do.replace('_', ' ')}” is not possible for {row.shown.name} now: "
        f"it is {row.shown.state}.",
        "Look at the row again: it shows what is possible.",
    )
