"""The repositories room: which repositories there are, what is being done with them.

Everything the service needs is passed in (``Surroundings``); it knows threads and rows,
neither tornado nor git. Work is queued, at most one job a row and ``parallel`` in all.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from sm_onboard.errors import Conflict, NotFound, OnboardError

from .contents import contents_base, join
from .models import (
    Do,
    Entry,
    Environment,
    Identity,
    Log,
    NewRepository,
    Outcome,
    Problem,
    Progress,
    Repository,
    ReposState,
)
from .ports import Engine, Listener
from .rows import COMPLETE, Job, Row

if TYPE_CHECKING:
    from .plan import Plan

ROOM = "repos"
_ALSO: dict[str, frozenset[str]] = {
    "update": COMPLETE,
    "retry": frozenset({"failed", "cancelled"}),
}
"""What may be asked for in which state, even where the row does not offer it."""
_BROKEN = Outcome(
    state="failed",
    code="internal",
    message="Something in sm_onboard failed. What it was is in the server's log.",
    hint="Try again; if it stays, send the log to the person who runs the server.",
)


@dataclass(frozen=True)
class Surroundings:
    """What the service is given. All of it may block, and raise OnboardError.

    Attributes:
        load: reads the configuration; called again by ``reload``.
        root: the folder that the repositories are below.
        engine: makes the engine for that root.
        look: what can be said of an entry without its host.
        add: adds a repository to the person's own file.
        read_identity: who signs the person's commits; None when nobody is set.
        write_identity: sets it.
        check_packages: (folder, file) -> which packages of the file are missing.
        install_packages: (folder, file, on_line, cancel) -> the same afterwards.
        cancel: set by ``stop``; ends ``load`` early.
    """

    load: Callable[[], Plan]
    root: Callable[[], Path]
    engine: Callable[[Path], Engine]
    look: Callable[[Path, Entry], Outcome]
    add: Callable[[NewRepository], None]
    read_identity: Callable[[], Identity | None]
    write_identity: Callable[[Identity], None]
    check_packages: Callable[[Path, str], Environment]
    install_packages: Callable[[Path, str, Callable[[str], None], threading.Event], Environment]
    cancel: threading.Event = field(default_factory=threading.Event)


class ReposService:
    """Thread-safe. ``identity``, ``set_identity`` and ``add`` block, the rest does not.

    Args:
        given: see ``Surroundings``.
        pool: runs jobs; should hold more than ``parallel`` threads, so that short calls
            are not kept waiting by long ones.
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
        self._pool = pool
        self._notify = notify
        self._root_dir = root_dir
        self._parallel = max(1, parallel)
        self._update_on_start = update_on_start
        self._clock = clock
        self._log = log or logging.getLogger(__name__)
        self._server = server
        self._opening = threading.Lock()
        self._changed = threading.Condition()  # its lock guards all below
        self._revision = 0
        self._on = False
        self._loads = 0  # how often the configuration was read
        self._loading = False
        self._load_again = False
        self._first = False
        self._identity: Literal["unknown", "set", "missing"] = "unknown"
        self._root: Path | None = None
        self._contents: str | None = None
        self._engine: Engine | None = None
        self._problems: tuple[Problem, ...] = ()
        self._sources: tuple[str, ...] = ()
        self._rows: dict[str, Row] = {}
        self._queue: deque[Row] = deque()
        self._working = 0  # jobs at work, at most ``parallel``
        self._busy = 0  # threads that work for us in any way

    # What the panel asks for

    def start(self) -> None:
        """Reads the configuration and begins to work on it."""
        with self._changed:
            self._on = True
        self.reload()

    def reload(self) -> None:
        """Reads the configuration again, then clones and updates everything in it."""
        with self._changed:
            if not self._on:
                return
            if self._loading:
                self._load_again = True
                return
            self._loading = True
            self._tell()
            self._in_thread(self._load, self._work)

    def look(self) -> None:
        """Reads the configuration and looks at the folders; asks no host, works on nothing."""
        with self._changed:
            self._on = self._loading = True
            self._in_thread(self._load, self._look)

    def state(self) -> ReposState:
        with self._changed:
            state: Literal["starting", "working", "idle", "off"] = "idle"
            if not self._on:
                state = "off"
            elif not self._loads:
                state = "starting"
            elif self._loading or self._queue or self._working:
                state = "working"
            return ReposState(
                server=self._server,
                revision=self._revision,
                state=state,
                root=str(self._root or ""),
                first=self._first,
                identity=self._identity,
                sources=self._sources,
                problems=self._problems,
                repositories=tuple(row.shown for row in self._rows.values()),
            )

    def sync_all(self) -> None:
        """Clones and updates every row that is not at work."""
        with self._changed:
            for row in self._rows.values():
                self._enqueue(row, None)
            self._pump()

    def do(self, id: str, do: Do) -> Repository:
        """Begins what a person asked for.

        Raises:
            NotFound: ``repos.unknown``.
            Conflict: ``repos.not_possible_now``.
        """
        with self._changed:
            row = self._row(id)
            if do == "cancel":
                self._cancel(row)
            else:
                shown = row.shown
                offered = do in shown.actions or shown.state in _ALSO.get(do, ())
                if not row.entry or row.job or row.installing or not offered:
                    raise _not_possible(row, do)
                if self._root is None or (self._engine is None and do == "retry"):
                    self.reload()  # what failed was the root, so all rows wait for it
                else:
                    self._enqueue(row, do)
                    self._pump()
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
            if row.job or row.installing or not known or known.state not in ("missing", "failed"):
                raise Conflict(
                    "repos.not_possible_now",
                    f"There is nothing to install for {row.shown.name} now.",
                    "Wait until its work has ended, then look at the row again.",
                )
            row.installing = threading.Event()
            installing = msgspec.structs.replace(known, state="installing", message="")
            row.show(environment=installing, actions=("cancel",))
            self._tell(row)
            self._in_thread(self._install, row, row.installing)
            return installing

    def stop(self) -> None:
        """Cancels everything. Those who close the pool wait for the rest."""
        with self._changed:
            self._on = False
            self._given.cancel.set()
            self._queue.clear()
            for row in self._rows.values():
                self._signal(row)
            self._tell()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until nothing is at work; False when ``timeout`` seconds passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._queue), timeout)

    # Reading the configuration

    def _load(self, then: Callable[[Path], None]) -> None:
        again = True
        while again:
            problem = self._attempt(then)
            with self._changed:
                if problem:
                    self._problems = (*self._problems, problem)
                self._loads += 1
                self._loading = again = self._load_again and self._on
                self._load_again = False
                self._tell()

    def _attempt(self, then: Callable[[Path], None]) -> Problem | None:
        try:
            plan = self._given.load()
            self._adopt(plan)
            root = self._root or self._given.root()
            contents = contents_base(root, self._root_dir) if self._root_dir else None
            with self._changed:
                self._root, self._contents = root, contents
            then(root)
        except OnboardError as error:
            self._refuse(error)
            origin = getattr(error, "field", "")
            return Problem(code=error.code, message=str(error), hint=error.hint, origin=origin)
        except Exception:
            self._log.exception("sm_onboard | reading the configuration failed")
            return Problem(code=_BROKEN.code, message=_BROKEN.message, hint=_BROKEN.hint, origin="")
        return None

    def _work(self, root: Path) -> None:
        """Begins to clone and update everything in the plan."""
        first_time = self._engine is None
        if first_time:
            entries = [row.entry for row in self._rows.values() if row.entry]
            there = any(os.path.lexists(root / entry.path) for entry in entries)
            self._first = bool(entries) and not there
            self._open_engine(root)
        with self._changed:
            for row in self._rows.values():
                self._enqueue(row, None, only_missing=first_time and not self._update_on_start)
            self._pump()
        self._ask_identity()

    def _open_engine(self, root: Path) -> Engine:
        """The engine, made and prepared at the first call."""
        with self._opening:
            if self._engine is None:
                engine = self._given.engine(root)
                engine.prepare()
                self._engine = engine
            return self._engine

    def _look(self, root: Path) -> None:
        for row in list(self._rows.values()):
            if row.entry:
                outcome = self._given.look(root, row.entry)
                with self._changed:
                    row.settle(outcome)

    def _adopt(self, plan: Plan) -> None:
        """Rows for the plan's items; what did not change keeps its row."""
        with self._changed:
            old, self._rows = self._rows, {}
            for item in plan.items:
                row = old.pop(item.id, None)
                if row and (not row.entry or row.entry != item):
                    self._drop(row)
                    row = None
                self._rows[item.id] = row or Row(item)
            for row in old.values():
                self._drop(row)
            self._problems, self._sources = tuple(plan.problems), tuple(plan.sources)
            self._tell()

    def _refuse(self, error: OnboardError) -> None:
        """The root cannot be used: every row that waits for it says so."""
        with self._changed:
            for row in self._rows.values():
                if row.entry and not row.job and row.shown.state == "waiting":
                    row.settle(_failed(error))
            self._tell()

    def _ask_identity(self) -> None:
        try:
            known = self._given.read_identity()
        except Exception as error:
            self._log.info("sm_onboard | the git identity is unknown: %s", error)
            return
        with self._changed:
            self._identity = "set" if known else "missing"
            self._tell()

    # Jobs; these hold the lock when they are called

    def _row(self, id: str) -> Row:
        try:
            return self._rows[id]
        except KeyError:
            raise NotFound(
                "repos.unknown",
                "This repository is not in the plan any more.",
                "Look at the list again.",
            ) from None

    def _enqueue(self, row: Row, do: Do | None, only_missing: bool = False) -> None:
        if not row.entry or row.job or row.installing or not self._on:
            return
        entry = row.entry
        if only_missing:
            entry = msgspec.structs.replace(entry, update="never")
        listener = Listener(
            progress=lambda p: self._on_progress(row, job, p),
            log=lambda line: self._on_log(row, line),
        )
        job = row.job = Job(do, entry, listener)
        row.show(state="waiting", progress=None, actions=("cancel",), code="", message="", hint="")
        self._queue.append(row)
        self._tell(row)

    def _pump(self) -> None:
        while self._queue and self._working < self._parallel:
            row = self._queue.popleft()
            if row.job:
                self._working += 1
                self._in_thread(self._run, row, row.job)

    def _cancel(self, row: Row) -> None:
        if row.job and row in self._queue:
            self._queue.remove(row)
            row.job = None
            row.shown = row.settled
            if row.shown.state == "waiting":
                row.settle(_cancelled(row))
        elif row.job or row.installing:
            self._signal(row)
        else:
            raise _not_possible(row, "cancel")
        self._tell(row)

    def _drop(self, row: Row) -> None:
        if row in self._queue:
            self._queue.remove(row)
        self._signal(row)

    def _signal(self, row: Row) -> None:
        if row.job:
            row.job.listener.cancel.set()
        if row.installing:
            row.installing.set()

    def _in_thread(self, function: Callable[..., None], *arguments: Any) -> None:
        def run() -> None:
            try:
                function(*arguments)
            except Exception:
                self._log.exception("sm_onboard | %s failed", function.__name__)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

        self._busy += 1
        try:
            self._pool.submit(run)
        except RuntimeError:  # the server is stopping
            self._busy -= 1

    def _tell(self, row: Row | None = None) -> None:
        self._revision += 1
        self._notify(ROOM, row.shown.id if row else "", self._revision)
        self._changed.notify_all()

    # In threads of the pool

    def _run(self, row: Row, job: Job) -> None:
        assert self._root is not None
        folder = self._root / job.entry.path
        there = os.path.lexists(folder)
        with self._changed:
            row.show(state="updating" if there else "cloning")
            self._tell(row)
        try:
            engine = self._open_engine(self._root)
            if job.do is None or job.do == "retry":
                outcome = engine.sync(job.entry, job.listener)
            else:
                outcome = engine.act(job.entry, job.do, job.listener)
        except OnboardError as error:
            outcome = _failed(error)
        except Exception:
            self._log.exception("sm_onboard | %s: the job failed", job.entry.path)
            outcome = msgspec.structs.replace(_BROKEN, actions=("retry",))
        more = self._beside(job.entry, folder, outcome)
        with self._changed:
            row.settle(outcome, **more)
            self._working -= 1
            self._tell(row)
            self._pump()
        if job.entry.environment and outcome.state in COMPLETE and self._on:
            self._check_packages(row, folder, job.entry.environment)

    def _beside(self, entry: Entry, folder: Path, outcome: Outcome) -> dict[str, Any]:
        """What a row shows beside the engine's outcome."""
        more: dict[str, Any] = {}
        if outcome.state in COMPLETE:
            now = datetime.fromtimestamp(self._clock(), timezone.utc)
            more["checked_at"] = now.isoformat(timespec="seconds")
        more["contents_path"] = more["start"] = None
        if self._contents is not None and outcome.state in (*COMPLETE, "foreign"):
            more["contents_path"] = join(self._contents, entry.path)
            if entry.open and os.path.isfile(folder / entry.open):
                more["start"] = join(more["contents_path"], entry.open)
        return more

    def _check_packages(self, row: Row, folder: Path, file: str) -> None:
        try:
            found = self._given.check_packages(folder, file)
        except OnboardError as error:
            found = Environment(file=file, state="unknown", message=str(error))
        with self._changed:
            self._show_packages(row, found)

    def _install(self, row: Row, cancel: threading.Event) -> None:
        assert row.entry is not None
        assert row.entry.environment is not None
        assert self._root is not None
        folder, file = self._root / row.entry.path, row.entry.environment
        try:
            found = self._given.install_packages(
                folder, file, lambda line: self._on_log(row, line), cancel
            )
        except OnboardError as error:
            found = Environment(file=file, state="failed", message=str(error))
        except Exception:
            self._log.exception("sm_onboard | installing %s failed", file)
            found = Environment(file=file, state="failed", message=_BROKEN.message)
        with self._changed:
            row.installing = None
            row.show(actions=row.settled.actions)
            self._show_packages(row, found)

    def _show_packages(self, row: Row, found: Environment) -> None:
        row.settled = msgspec.structs.replace(row.settled, environment=found)
        row.show(environment=found)
        self._tell(row)

    def _on_progress(self, row: Row, job: Job, progress: Progress) -> None:
        with self._changed:
            if row.job is job:  # not a last word from a job that has ended
                row.show(progress=progress)
                self._tell(row)

    def _on_log(self, row: Row, line: str) -> None:
        with self._changed:
            row.log.add(line)
            if not row.shown.has_log:
                row.show(has_log=True)
                row.settled = msgspec.structs.replace(row.settled, has_log=True)
                self._tell(row)


def _not_possible(row: Row, do: str) -> Conflict:
    what = do.replace("_", " ")
    return Conflict(
        "repos.not_possible_now",
        f"“{what}” is not possible for {row.shown.name} now: it is {row.shown.state}.",
        "Look at the row again: it shows what is possible.",
    )


def _cancelled(row: Row) -> Outcome:
    return Outcome(
        state="cancelled",
        code="repos.cancelled",
        message=f"You cancelled {row.shown.name} before it began. Nothing was written.",
        hint="Retry it when you want it.",
        actions=("retry",),
    )


def _failed(error: OnboardError) -> Outcome:
    return Outcome(
        state="failed", code=error.code, message=str(error), hint=error.hint, actions=("retry",)
    )
