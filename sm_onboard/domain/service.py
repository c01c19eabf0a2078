"""The domain room: where this is, what runs, whose it is, what it costs.

It reads only while somebody looks. What it knows is answered at once; a GET asks nobody.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sm_onboard.errors import Conflict, InvalidRequest
from sm_onboard.pool import Pool

from . import idle, rows, settings, stopping
from .client import Client, Task
from .cost import cost
from .here import here
from .known import Known, text
from .models import (
    Apps,
    Cost,
    DomainState,
    Here,
    IdleChange,
    LaunchMenu,
    Look,
    Opened,
    Part,
    Profiles,
    Report,
    Running,
    Settings,
    Spaces,
    Stop,
    StopAnswer,
    Target,
)
from .pricing import Prices
from .reader import Reader
from .reading import ORDER

ROOM = "domain"
_DOMAIN_ID = re.compile(r"d-[a-z0-9-]{1,61}")


class Launcher(Protocol):
    """Opens Studio's apps. ``open`` blocks."""

    def menu(self) -> LaunchMenu: ...
    def open(self, target: Target, id: str) -> Opened: ...


class Doctor(Protocol):
    """Says what works here. ``examine`` only begins to find out."""

    def report(self) -> Report: ...
    def examine(self) -> Report: ...
    def close(self) -> None: ...


class DomainService:
    """Thread-safe. ``stop``, ``idle`` and ``open`` block, the rest does not.

    Args:
        known: what is known already: the place.
        client: calls AWS.
        pool: where parts are read; ``close`` closes it.
        server: names this run of the server.
        notify: called with (room, id, revision) after every change, from any thread;
            must not call back.
        nearby: told to look at what needs no AWS: storage, activity; must not block.
        clock: seconds since 1970; ``growing`` seconds that only grow.

    Attributes:
        launcher, doctor: set by whoever puts the room together: they look at its snapshots.
    """

    launcher: Launcher
    doctor: Doctor

    def __init__(
        self,
        known: Known,
        client: Client,
        prices: Prices,
        *,
        pool: Pool,
        server: str = "",
        notify: Callable[[str, str, int], None] = lambda *_: None,
        nearby: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
        growing: Callable[[], float] = time.monotonic,
        log: logging.Logger | None = None,
    ) -> None:
        self._known = known
        self._client = client
        self._prices = prices
        self._pool = pool
        self._server = server
        self._notify = notify
        self._nearby = nearby
        self._clock = clock
        self._revision = 0
        self._changed = threading.Condition(threading.RLock())  # guards known and the reader
        self._reader = Reader(
            known,
            client,
            prices,
            lock=self._changed,
            pool=pool,
            tell=self._tell,
            clock=clock,
            growing=growing,
            log=log or logging.getLogger(__name__),
        )

    # What is known

    def state(self) -> DomainState:
        with self._changed:
            known = self._known
            listed, total = self._bills()
            own = next((row for row in listed if row.this_one), None)
            return DomainState(
                server=self._server,
                revision=self._revision,
                here=here(known, own, self._clock(), self._reader.too_old),
                parts=tuple(self._reader.part(name) for name in ORDER),
                chosen=known.chosen,
                choices=known.choices,
                cost=total if listed else None,
            )

    def settings(self) -> Settings:
        with self._changed:
            told = self._known.domain
            return Settings(
                revision=self._revision,
                part=self._reader.part("settings"),
                domain=settings.domain(told) if told else None,
            )

    def profiles(self) -> Profiles:
        with self._changed:
            eyes = self._eyes()
            found = tuple(rows.profile(row, eyes) for row in self._known.profiles.values())
            part = self._reader.part("profiles")
            return Profiles(revision=self._revision, part=part, rows=found)

    def spaces(self) -> Spaces:
        with self._changed:
            eyes = self._eyes()
            found = tuple(rows.space(row, eyes) for row in self._known.spaces.values())
            part = self._reader.part("spaces")
            return Spaces(revision=self._revision, part=part, rows=found)

    def apps(self) -> Apps:
        with self._changed:
            listed, total = self._bills()
            names = ("apps", "others", "spaces", "prices")
            parts: tuple[Part, ...] = tuple(self._reader.part(name) for name in names)  # type: ignore[arg-type]
            return Apps(revision=self._revision, parts=parts, rows=listed, cost=total)

    def snapshot(self) -> Known:
        """What is known now; it does not change any more."""
        with self._changed:
            return self._known.copy()

    # What a person does

    def look(self, look: Look) -> DomainState:
        """Begins to read what somebody looks at.

        Raises:
            Conflict: ``domain.one_only``: inside Studio there is one domain.
            InvalidRequest: ``domain.bad_id``.
        """
        with self._changed:
            if look.domain is not None and look.domain != self._known.chosen:
                self._choose(look.domain)
            self._reader.look(look.view, look.parts, look.refresh)
        if look.parts:
            self._nearby()
        return self.state()

    def stop(self, asked: Stop) -> StopAnswer:
        """Stops rows; what came of each is in the answer."""
        with self._changed:
            listed, _ = self._bills()
            known = self._known.copy()
        return stopping.stop(self._client, Task(), known, listed, asked, self._stopped)

    def idle(self, change: IdleChange) -> Here:
        """Sets the idle stop of this space.

        Raises:
            OnboardError: those of ``idle.change``.
        """
        changed = idle.change(self._client, Task(), self.snapshot(), change.minutes)
        with self._changed:
            self._known.space = changed
            self._tell()
        return self.state().here

    def launch_menu(self) -> LaunchMenu:
        return self.launcher.menu()

    def open(self, target: Target, id: str) -> Opened:
        return self.launcher.open(target, id)

    def report(self) -> Report:
        return self.doctor.report()

    def examine(self) -> Report:
        return self.doctor.examine()

    def close(self) -> None:
        """Ends all work, and waits for none of it: what hangs is left behind."""
        with self._changed:
            self._reader.close()
            self._changed.notify_all()
        self.doctor.close()
        self._pool.close(0)

    def learned(self, **what: object) -> None:
        """Takes what was found out without AWS: ``storage``, ``used``, ``reports``."""
        with self._changed:
            if any(getattr(self._known, name) != value for name, value in what.items()):
                for name, value in what.items():
                    setattr(self._known, name, value)
                self._tell()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until nothing is being read; False when ``timeout`` seconds passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._reader.busy, timeout)

    # These hold the lock when they are called, except the last

    def _tell(self) -> None:
        self._revision += 1
        self._notify(ROOM, "", self._revision)
        self._changed.notify_all()

    def _eyes(self) -> rows.Eyes:
        return rows.Eyes(self._known, self._prices, self._clock())

    def _bills(self) -> tuple[tuple[Running, ...], Cost]:
        """The rows of the apps tab, and what they cost."""
        eyes, known = self._eyes(), self._known
        listed = [rows.app(row, eyes) for row in known.apps.values()]
        listed += [rows.other(row, eyes) for row in known.others.values()]
        spaces = [rows.space(row, eyes) for row in known.spaces.values()]
        return tuple(listed), cost(listed, spaces, self._reader.part("prices").problem)

    def _choose(self, domain: str) -> None:
        if self._known.place.kind != "elsewhere":
            raise Conflict(
                "domain.one_only",
                f"This JupyterLab is in the domain {text(self._known.place.domain_id)}.",
                "Another domain can be looked at from outside of Studio.",
            )
        if not _DOMAIN_ID.fullmatch(domain):
            raise InvalidRequest("domain.bad_id", "That is not the id of a domain.")
        self._reader.start_anew()
        self._known.forget()
        self._known.chosen = domain
        self._tell()

    def _stopped(self, row: Running) -> None:
        with self._changed, contextlib.suppress(KeyError):
            self._reader.stopping(row)
