"""An engine that does what a test tells it, when it tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.git.listener import Listener
from sm_onboard.repos.jobs import Surroundings
from sm_onboard.repos.models import Do, Entry, Environment, Identity, NewRepository, Outcome
from sm_onboard.repos.plan.plan import Plan

READY = Outcome(state="ready", action="cloned", branch="main", commit="1" * 40)


def entry(name: str, **more: Any) -> Entry:
    given = {
        "id": f"{name}-id",
        "name": name,
        "url": f"https://host/{name}.git",
        "path": name,
        "source": "team",
        "origin": "onboard.yaml",
    }
    return Entry(**{**given, **more})


class FakeEngine:
    """Every call waits for ``let(path)``; it remembers what ran, and how much at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prepared = 0
        self.fails_to_prepare: OnboardError | None = None
        self.calls: list[tuple[str, str]] = []
        self.entries: list[Entry] = []
        self.outcomes: dict[str, Outcome | Exception] = {}
        self.during: Callable[[Entry, Listener], None] = lambda entry, listener: None
        self.now = self.most = 0
        self._lock = threading.Lock()
        self._gates: dict[str, threading.Event] = {}
        self.closed = False  # whether calls wait for let()

    def gate(self, path: str) -> threading.Event:
        with self._lock:
            return self._gates.setdefault(path, threading.Event())

    def let(self, *paths: str) -> None:
        for path in paths:
            self.gate(path).set()

    def prepare(self) -> None:
        self.prepared += 1
        if self.fails_to_prepare:
            raise self.fails_to_prepare

    def sync(self, entry: Entry, listener: Listener) -> Outcome:
        return self._call(entry, "sync", listener)

    def act(self, entry: Entry, do: Do, listener: Listener) -> Outcome:
        return self._call(entry, do, listener)

    def _call(self, entry: Entry, what: str, listener: Listener) -> Outcome:
        with self._lock:
            self.calls.append((what, entry.path))
            self.entries.append(entry)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self.during(entry, listener)
            while self.closed and not self.gate(entry.path).wait(0.01):
                if listener.cancel.is_set():
                    return Outcome(state="cancelled", code="repos.cancelled", actions=("retry",))
            outcome = self.outcomes.get(entry.path, READY)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        finally:
            with self._lock:
                self.now -= 1


class World:
    """What the service is given: a plan to change, and records of what it did."""

    def __init__(self, root: Path) -> None:
        self.engine = FakeEngine(root)
        self.items: list[Any] = []
        self.more: dict[str, Any] = {}
        self.fails: Exception | None = None
        self.root_fails: OnboardError | None = None
        self.person: Identity | None = None
        self.added: list[NewRepository] = []
        self.missing: tuple[str, ...] = ()
        self.installs: list[str] = []
        self.install_gate = threading.Event()
        self.install_gate.set()
        self.loads = 0
        self.load_gate = threading.Event()
        self.load_gate.set()
        self._root = root

    def given(self) -> Surroundings:
        return Surroundings(
            load=self.load,
            root=self.root,
            engine=lambda root: self.engine,
            look=lambda root, entry: READY,
            add=self.added.append,
            read_identity=lambda: self.person,
            write_identity=self.write_identity,
            check_packages=self.check,
            install_packages=self.install,
        )

    def load(self) -> Plan:
        self.loads += 1
        self.load_gate.wait(10)
        if self.fails:
            raise self.fails
        return Plan(items=tuple(self.items), sources=("onboard.yaml",), **self.more)

    def root(self) -> Path:
        if self.root_fails:
            raise self.root_fails
        return self._root

    def write_identity(self, person: Identity) -> None:
        self.person = person

    def check(self, folder: Path, file: str) -> Environment:
        state = "missing" if self.missing else "complete"
        return Environment(file=file, state=state, missing=self.missing)  # type: ignore[arg-type]

    def install(self, folder: Path, file: str, on_line: Any, cancel: Any) -> Environment:
        self.installs.append(file)
        on_line("Collecting numpy")
        while not self.install_gate.wait(0.01):
            if cancel.is_set():
                return Environment(file=file, state="failed", message="Cancelled.")
        return Environment(file=file, state="complete")
