"""Who sends a link, as far as this server knows. A reader is told that it is a claim."""

from __future__ import annotations

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
    """Asks SageMaker once whose private space this is; in a shared space it is who commits."""

    def __init__(self, place: Place, environ: Mapping[str, str], owner: Owner) -> None:
        self._place, self._environ, self._owner = place, environ, owner
        self._lock = threading.Lock()
        self._name: str | None = None

    def name(self) -> str:
        """Empty where nobody knows. May block."""
        with self._lock:
            if self._name is None:
                self._name = _plain(self._profile() or self._signs() or self._account())
            return self._name

    def _profile(self) -> str:
        if self._place.user_profile:
            return self._place.user_profile
        try:
            return self._owner.ask() or ""
        except OnboardError:
            return ""

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
