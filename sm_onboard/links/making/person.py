"""Who sends a link, as far as this server knows. A reader is told that it is a claim."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.recording import machine
from sm_onboard.git import names
from sm_onboard.repos import identity
from sm_onboard.repos.plan.owner import Owner
from sm_onboard.studio import Place

_LONGEST = 64  # characters; what a link may have
_EVERYBODY = ("sagemaker-user", "root", "jovyan", "jupyter", "ubuntu")


class Sender:
    """Asks SageMaker once whose private space this is; in a shared space it is who commits.

    Args:
        patience: seconds that a link waits for SageMaker, which may have no way here.
    """

    def __init__(
        self, place: Place, environ: Mapping[str, str], owner: Owner, *, patience: float = 2.0
    ) -> None:
        self._place, self._environ, self._owner = place, environ, owner
        self._patience = patience
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._profile = place.user_profile or ""

    def name(self) -> str:
        """Empty where nobody knows. Blocks for a moment at the first time."""
        with self._lock:
            if not self._profile and self._asking is None:
                self._asking = threading.Thread(target=self._ask, daemon=True)
                self._asking.start()
                self._asking.join(self._patience)
        return _plain(self._profile or self._signs() or self._account())

    def _ask(self) -> None:
        with contextlib.suppress(OnboardError):
            self._profile = self._owner.ask() or ""

    def _signs(self) -> str:
        try:
            found = identity.read(self._environ)
        except OnboardError:
            return ""
        return found.name if found else ""

    def _account(self) -> str:
        name = machine.look(self._environ).get(record.PERSON, "")
        return "" if name in _EVERYBODY else name


def _plain(name: str) -> str:
    return "".join(c for c in name if not names.has_control(c))[:_LONGEST].strip()
