"""The work on rows: a queue, at most one job a row and so many at once in all.

Methods are called with the lock held, except those that run in a thread of the pool.
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
from typing import TYPE_CHECKING, Any

import msgspec

from sm_onboard.errors import OnboardError
from sm_onboard.git.listener import Listener
from sm_onboard.git.progress import Progress

from .contents import join
from .models import Do, Entry, Environment, Identity, NewRepository, Outcome
from .ports import Engine
from .rows import COMPLETE, Job, Row

if TYPE_CHECKING:
    from .plan.plan import Plan

BROKEN = Outcome(
    state="failed",
    code="internal",
    message="Something in sm_onboard failed. What it was is in the server's log.",
    hint="Try again; if it stays, send the log to the person who runs the server.",
    actions=("retry",),
)


@dataclass(frozen=True)
class Surroundings:
    """What the room is given. All of it may block, and raise OnboardError.

    Attributes:
        load: reads the configuration; called again when it is to be read again.
        root: the folder that the repositories are below.
        engine: makes the engine for that root.
        look: what can be said of an entry without its host.
        add: adds a repository to the person's own file.
        read_identity: who signs the person's commits; None when nobody is set.
        write_identity: sets it.
        check_packages: (folder, file) -> which packages of the file are missing.
        install_packages: (folder, file, on_line, cancel) -> the same afterwards.
        cancel: set when the server stops; ends ``load`` early.
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


class Jobs:
    """Runs jobs in threads of the pool.

    Args:
        given: see ``Surroundings``.
        pool: should hold more than ``parallel`` threads, so that short calls are not
            kept waiting by long ones.
        lock: guards this object and the rows; notified when work ends.
        tell: called, with the lock held, after every change of a row.
        parallel: how many jobs run at once.
        clock: seconds since the epoch.

    Attributes:
        root: where the repositories are; set before anything is enqueued.
        contents: how JupyterLab's file browser calls the root; None when it cannot.
        present: what lies directly below the root, when it was last listed.
    """

    def __init__(
        self,
        given: Surroundings,
        pool: Executor,
        lock: threading.Condition,
        tell: Callable[[Row], None],
        parallel: int,
        log: logging.Logger,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.root: Path | None = None
        self.contents: str | None = None
        self.present: frozenset[str] = frozenset()
        self._given = given
        self._pool = pool
        self._lock = lock
        self._tell = tell
        self._parallel = max(1, parallel)
        self._log = log
        self._clock = clock
        self._queue: deque[Row] = deque()
        self._running = 0  # jobs at work, at most ``parallel``
        self._threads = 0  # that work for the room in any way
        self._engine: Engine | None = None
        self._opening = threading.Lock()

    @property
    def any_work(self) -> bool:
        """Whether jobs wait or are at work."""
        return bool(self._queue or self._running)

    @property
    def all_ended(self) -> bool:
        """Whether no thread works for the room, and none will."""
        return not (self._queue or self._threads)

    @property
    def opened(self) -> bool:
        """Whether there is an engine, so that the root can be used."""
        return self._engine is not None

    def open_engine(self) -> Engine:
        """The engine, made and prepared at the first call; blocks, needs no lock held."""
        assert self.root is not None
        with self._opening:
            if self._engine is None:
                engine = self._given.engine(self.root)
                engine.prepare()
                self._engine = engine
            return self._engine

    def is_there(self, entry: Entry) -> bool:
        """Whether something stood at an entry's path when the root was last listed."""
        top, _, deeper = entry.path.partition("/")
        if top not in self.present or not deeper:
            return top in self.present
        return self.root is not None and os.path.lexists(self.root / entry.path)

    def enqueue(self, row: Row, do: Do | None, *, only_missing: bool = False) -> None:
        """Makes a job for a row that has none; ``only_missing`` never updates."""
        if not row.entry or row.at_work:
            return
        entry = row.entry
        if only_missing:
            entry = msgspec.structs.replace(entry, update="never")
        listener = Listener(
            progress=lambda progress: self._on_progress(row, job, progress),
            log=lambda line: self._on_log(row, line),
        )
        job = row.job = Job(do, entry, listener)
        row.show(state="waiting", progress=None, actions=("cancel",), code="", message="", hint="")
        self._queue.append(row)
        self._tell(row)

    def pump(self) -> None:
        """Begins as many jobs as may run."""
        while self._queue and self._running < self._parallel:
            row = self._queue.popleft()
            if row.job:
                self._running += 1
                self.in_thread(self._run, row, row.job)

    def cancel(self, row: Row) -> bool:
        """Ends what waits or is at work for a row; False when there is nothing."""
        if not row.at_work:
            return False
        if row in self._queue:
            self._queue.remove(row)
            row.job = None
            row.shown = row.settled
            if row.shown.state == "waiting":
                row.settle(_cancelled(row))
        else:
            row.signal()
        self._tell(row)
        return True

    def drop(self, row: Row) -> None:
        """As ``cancel``, for a row that is shown no more."""
        if row in self._queue:
            self._queue.remove(row)
        row.signal()

    def drop_waiting(self) -> None:
        self._queue.clear()

    def install(self, row: Row, known: Environment) -> Environment:
        """Begins to install a row's packages; the caller has checked that it may."""
        row.installing = threading.Event()
        installing = msgspec.structs.replace(known, state="installing", message="")
        row.show(environment=installing, actions=("cancel",))
        self._tell(row)
        self.in_thread(self._install, row, row.installing)
        return installing

    def in_thread(self, function: Callable[..., None], *arguments: Any) -> None:
        def run() -> None:
            try:
                function(*arguments)
            except Exception:
                self._log.exception("sm_onboard | %s failed", function.__name__)
            finally:
                with self._lock:
                    self._threads -= 1
                    self._lock.notify_all()

        self._threads += 1
        try:
            self._pool.submit(run)
        except RuntimeError:  # the server is stopping
            self._threads -= 1

    # In threads of the pool

    def _run(self, row: Row, job: Job) -> None:
        assert self.root is not None
        folder = self.root / job.entry.path
        there = row.settled.commit is not None or self.is_there(job.entry)
        where = self._where(job.entry, folder, there)
        with self._lock:
            row.show(state="updating" if there else "cloning", **where)
            self._tell(row)
        try:
            engine = self.open_engine()
            if job.do is None or job.do == "retry":
                outcome = engine.sync(job.entry, job.listener)
            else:
                outcome = engine.act(job.entry, job.do, job.listener)
        except OnboardError as error:
            outcome = failed(error)
        except Exception:
            self._log.exception("sm_onboard | %s: the job failed", job.entry.path)
            outcome = BROKEN
        more: dict[str, Any] = {**where}
        if outcome.state == "foreign":
            more = {**self._where(job.entry, folder, os.path.isdir(folder))}
        elif outcome.action in ("cloned", "updated", "restored") or not there:
            more = {**self._where(job.entry, folder, outcome.commit is not None)}
        if outcome.state in COMPLETE:
            now = datetime.fromtimestamp(self._clock(), timezone.utc)
            more["checked_at"] = now.isoformat(timespec="seconds")
        with self._lock:
            row.settle(outcome, **more)
            self._running -= 1
            self._tell(row)
            self.pump()
        if job.entry.environment and outcome.state in COMPLETE:
            self._check_packages(row, folder, job.entry.environment)

    def _where(self, entry: Entry, folder: Path, there: bool) -> dict[str, str | None]:
        """What JupyterLab can open of it, also while its host cannot be reached."""
        if self.contents is None or not there:
            return {"contents_path": None, "start": None}
        path = join(self.contents, entry.path)
        start = entry.open and os.path.isfile(folder / entry.open)
        return {"contents_path": path, "start": f"{path}/{entry.open}" if start else None}

    def _check_packages(self, row: Row, folder: Path, file: str) -> None:
        try:
            found = self._given.check_packages(folder, file)
        except OnboardError as error:
            found = Environment(file=file, state="unknown", message=str(error))
        with self._lock:
            self._show_packages(row, found)

    def _install(self, row: Row, cancel: threading.Event) -> None:
        assert row.entry is not None
        assert row.entry.environment is not None
        assert self.root is not None
        folder, file = self.root / row.entry.path, row.entry.environment
        try:
            found = self._given.install_packages(
                folder, file, lambda line: self._on_log(row, line), cancel
            )
        except OnboardError as error:
            found = Environment(file=file, state="failed", message=str(error))
        except Exception:
            self._log.exception("sm_onboard | installing %s failed", file)
            found = Environment(file=file, state="failed", message=BROKEN.message)
        with self._lock:
            row.installing = None
            row.show(actions=row.settled.actions)
            self._show_packages(row, found)

    def _show_packages(self, row: Row, found: Environment) -> None:
        if not row.installing:  # else a look that began before is out of date
            row.keep(environment=found)
            self._tell(row)

    def _on_progress(self, row: Row, job: Job, progress: Progress) -> None:
        with self._lock:
            if row.job is job:  # not a last word from a job that has ended
                row.show(progress=progress)
                self._tell(row)

    def _on_log(self, row: Row, line: str) -> None:
        with self._lock:
            row.log.add(line)
            if not row.shown.has_log:
                row.keep(has_log=True)
                self._tell(row)


def failed(error: OnboardError) -> Outcome:
    """An error that concerns more than one row, as each of them shows it."""
    return Outcome(
        state="failed", code=error.code, message=str(error), hint=error.hint, actions=("retry",)
    )


def _cancelled(row: Row) -> Outcome:
    return Outcome(
        state="cancelled",
        code="repos.cancelled",
        message=f"You cancelled {row.shown.name} before it began. Nothing was written.",
        hint="Retry it when you want it.",
        actions=("retry",),
    )
