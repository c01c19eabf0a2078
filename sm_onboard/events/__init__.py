"""Telling the browsers that something changed.

Jupyter Events reach every window of every user of the server, so they carry no private
data: a room, an id and a revision. Listeners then GET the state.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

CHANGED = "urn:sm-onboard:changed"
SCHEMA = Path(__file__).with_name("changed.yaml")


class Announcer:
    """Announces changes from any thread, at most once per interval for one thing.

    The first change is announced at once; those that follow within ``interval`` are
    told together at its end, with the newest revision, so the last is never lost.

    Args:
        loop: events must be emitted on it: from another thread they reach nobody.
        emit: called on the loop with (room, id, revision).
        interval: seconds between two announcements for one thing.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        emit: Callable[[str, str, int], None],
        interval: float = 0.125,
    ) -> None:
        self._loop = loop
        self._emit = emit
        self._interval = interval
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str], int | None] = {}  # None: told, now resting

    def __call__(self, room: str, id: str, revision: int) -> None:
        key = (room, id)
        with self._lock:
            known = key in self._pending
            self._pending[key] = max(revision, self._pending.get(key) or 0)
        if not known:
            try:
                self._loop.call_soon_threadsafe(self._tell, key)
            except RuntimeError:  # the loop is closed: nobody listens any more
                with self._lock:
                    self._pending.pop(key, None)

    def _tell(self, key: tuple[str, str]) -> None:
        with self._lock:
            revision = self._pending[key]
            if revision is None:  # nothing came while it rested
                del self._pending[key]
                return
            self._pending[key] = None
        self._loop.call_later(self._interval, self._tell, key)
        self._emit(*key, revision)
