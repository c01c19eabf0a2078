"""The Launch menu."""

from __future__ import annotations

from collections.abc import Callable

from sm_onboard.errors import NotFound

from .client import Client
from .known import Known
from .models import LaunchMenu, Opened, Target


class Launch:
    """Opens Studio's apps.

    Args:
        client: calls AWS.
        known: what is known of the domain now.
    """

    def __init__(self, client: Client, known: Callable[[], Known]) -> None:
        self._client = client
        self._known = known

    def menu(self) -> LaunchMenu:
        return LaunchMenu(entries=())

    def open(self, target: Target, id: str) -> Opened:  # noqa: ARG002
        """Raises NotFound ``domain.nothing_to_open``."""
        raise NotFound("domain.nothing_to_open", f"There is no {target} to open here.")
