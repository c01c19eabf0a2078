"""What works here, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from sm_onboard.domain.client import Client
from sm_onboard.domain.known import Known
from sm_onboard.domain.models import Report


class Doctor:
    """Finds out what works here.

    Args:
        client: calls AWS.
        known: what is known of the domain now.
        pool: where it looks.
        notify: called with (room, id, revision) after every change, from any thread.
    """

    def __init__(
        self,
        client: Client,
        known: Callable[[], Known],
        *,
        pool: Executor,
        notify: Callable[[str, str, int], None],
    ) -> None:
        self._client = client
        self._known = known
        self._pool = pool
        self._notify = notify

    def report(self) -> Report:
        return Report(revision=0, state="idle")

    def examine(self) -> Report:
        return self.report()

    def close(self) -> None:
        pass
