"""Puts the room together: the service, with everything it needs from the real world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from sm_onboard.pool import Pool
from sm_onboard.rooms import Rooms

from . import activity, storage
from .client import ATTEMPTS, READ_TIMEOUT, Client
from .known import Known
from .limiter import Limiter
from .models import Storage
from .pricing import Prices
from .problems import Where
from .service import DomainService

_THREADS = 12  # a part may hang in each, and one more thing each that needs no AWS


def make_service(rooms: Rooms, limiter: Limiter | None = None) -> DomainService:
    """The service of one server, or of one call of the command line.

    Args:
        limiter: how often AWS may be called; the room's own where none is given.
    """
    from sm_onboard import aws

    from .doctor import Doctor, Local
    from .launch import Launch

    place = rooms.place
    known = Known(place=place, chosen=place.domain_id, account=place.account, region=place.region)

    def where() -> Where:
        return Where(known.region, known.account, place.partition, known.vpc_only)

    session = aws.Aws(place.region, read_timeout=READ_TIMEOUT, attempts=ATTEMPTS)
    client = Client(session, where, limiter)
    # Threads of its own: a call that hangs must not hold up requests and other rooms.
    pool = Pool(_THREADS, "sm_onboard-domain")
    nearby = _Nearby(rooms, known, pool)
    service = DomainService(
        known,
        client,
        Prices(client, place.partition),
        pool=pool,
        server=rooms.server,
        notify=rooms.notify,
        nearby=nearby.look,
        log=rooms.log,
    )
    nearby.learned = service.learned
    service.launcher = Launch(client, service.snapshot)
    service.doctor = Doctor(
        client,
        service.snapshot,
        pool=Pool(_THREADS, "sm_onboard-doctor"),
        notify=rooms.notify,
        local=Local.of(rooms),
    )
    return service


def make_reporter(rooms: Rooms) -> activity.Reporter:
    """Tells the team when this space was last used."""
    place = rooms.place
    return activity.Reporter(
        place.team_storage, place.domain_id or "", place.space or "", rooms.used
    )


class _Nearby:
    """What is looked at without AWS. File systems may hang, so each waits for itself alone."""

    def __init__(self, rooms: Rooms, known: Known, pool: Executor) -> None:
        self._rooms = rooms
        self._known = known
        self._pool = pool
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self.learned: Callable[..., None] = lambda **_: None

    def look(self) -> None:
        """Begins to look at everything that is not being looked at."""
        looks = {"storage": self._storage, "used": self._rooms.used, "reports": self._reports}
        for name, look in looks.items():
            with self._lock:
                if name in self._busy:
                    continue
                self._busy.add(name)
            try:
                self._pool.submit(self._look, name, look)
            except RuntimeError:  # the server ends
                return

    def _look(self, name: str, look: Callable[[], Any]) -> None:
        try:
            found = look()
        except Exception:
            self._rooms.log.exception("sm_onboard | looking at %s failed", name)
            return
        finally:
            with self._lock:
                self._busy.discard(name)
        self.learned(**{name: found})

    def _storage(self) -> Storage:
        place = self._rooms.place
        return storage.look(place.home, studio=place.kind != "elsewhere", shared=self._known.shared)

    def _reports(self) -> Any:
        place = self._rooms.place
        return activity.reports(place.team_storage, self._known.chosen or "")
