"""What works here, and what does not: for each feature, and why.

Nothing is changed and nothing is started. IAM is asked what the role may do
(``SimulatePrincipalPolicy``), and what only reads is tried as well; each line says how it was
found. All of it takes a few seconds, also where nothing answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone

import msgspec

from sm_onboard import prices as shipped
from sm_onboard.domain.client import Client
from sm_onboard.domain.known import Known, iso
from sm_onboard.domain.models import Check, Problem, Report
from sm_onboard.pool import Pool

from . import local as nearby
from .examination import Examination
from .links import in_s3
from .local import Local

ROOM, ID = "domain", "doctor"
_BROKEN = Check(
    id="doctor",
    title="Doctor",
    state="fails",
    message="The doctor itself failed. The server's log says why.",
    problem=Problem(code="internal", message="Something in sm_onboard failed."),
)

log = logging.getLogger(__name__)


class Doctor:
    """Finds out what works here. Thread-safe; nothing of it blocks but ``wait``.

    Args:
        client: calls AWS.
        known: what is known of the domain now.
        pool: its own, so that what hangs holds up nothing else; ``close`` closes it.
        notify: called with (room, id, revision) after every change, from any thread.
        local: what it may look at besides AWS; None: nothing.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        client: Client,
        known: Callable[[], Known],
        *,
        pool: Pool,
        notify: Callable[[str, str, int], None],
        local: Local | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._known = known
        self._pool = pool
        self._notify = notify
        self._local = local
        self._clock = clock
        self._changed = threading.Condition()  # guards what follows
        self._report = Report(revision=0, state="idle")
        self._examination: Examination | None = None
        self._closed = False

    def report(self) -> Report:
        with self._changed:
            return self._report

    def examine(self) -> Report:
        """Begins to look, where it does not look already."""
        with self._changed:
            if self._closed or self._examination is not None:
                return self._report
            examination = Examination(self._client, self._known(), self._pool)
            self._examination = examination
            before = self._report
            self._tell(
                Report(
                    revision=before.revision, state="looking", checks=before.checks,
                    facts=before.facts, how=before.how, works=before.works, at=before.at,
                )
            )  # fmt: skip
            # A thread of its own: it waits for the pool, which it must not fill.
            thread = threading.Thread(
                target=self._look, args=(examination,), name="sm_onboard-doctor", daemon=True
            )
            thread.start()
            return self._report

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it does not look; False when ``timeout`` seconds passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._examination is None, timeout)

    def close(self) -> None:
        """Ends the looking; what hangs in the network is left behind."""
        with self._changed:
            self._closed = True
            if self._examination is not None:
                self._examination.cancel()
        self._pool.close(0)

    def _look(self, examination: Examination) -> None:
        began = time.monotonic()
        facts: tuple[tuple[str, str], ...] = ()
        how = ""
        try:
            checks = self._checks(examination)
            facts = nearby.facts(examination.known, examination.subject)
            how = examination.how
        except Exception:
            log.exception("sm_onboard | the doctor failed")
            checks = [_BROKEN]
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        with self._changed:
            self._examination = None
            self._tell(
                Report(
                    revision=self._report.revision,
                    state="done",
                    at=iso(now),
                    seconds=round(time.monotonic() - began, 1),
                    works=sum(check.state == "works" for check in checks),
                    checks=tuple(checks),
                    facts=facts,
                    how=how,
                )
            )

    def _checks(self, examination: Examination) -> list[Check]:
        secrets = self._local.secrets() if self._local is not None else ()
        buckets = in_s3(self._local.links()) if self._local is not None else {}
        found = examination.run(_published(), secrets, buckets)
        if self._local is None:
            return found
        met = self._local.refused_secrets()
        if met is not None:
            found = [met if c.id == met.id and c.state != "denied" else c for c in found]
        return [*_first(found), *self._local.checks(examination.known), *_rest(found)]

    def _tell(self, report: Report) -> None:
        """Holds the lock when it is called."""
        self._report = msgspec.structs.replace(report, revision=report.revision + 1)
        self._notify(ROOM, ID, self._report.revision)
        self._changed.notify_all()


def _first(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.id == "credentials"]


def _rest(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.id != "credentials"]


def _published() -> str:
    """The date of the shipped table's prices of spaces, as people write it."""
    dates = sorted(
        part.published
        for part in shipped.table().parts
        if part.gb_month or any("JupyterLab" in kinds for kinds in part.hourly.values())
    )
    try:
        day = datetime.fromisoformat(dates[0])
    except (IndexError, ValueError):
        return "no known date"
    return f"{day.day} {day:%b %Y}"


__all__ = ["Doctor", "Local"]
