"""Whose space this is: whom ``profiles`` and ``{user_profile}`` mean.

Only Studio Classic's metadata names the user profile. In a space SageMaker has to be asked,
so it is asked only where something depends on it, and once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sm_onboard import aws
from sm_onboard.studio import Place


class Owner:
    """The owner of the private space that this server runs in.

    Args:
        place: where the server runs.
        client: makes a SageMaker client.
    """

    def __init__(self, place: Place, client: Callable[[], Any]) -> None:
        self._place = place
        self._client = client
        self._lock = threading.Lock()
        self._asked = False
        self._name = None if place.shared else place.user_profile

    @property
    def known(self) -> str | None:
        """The user profile's name as far as it is known without asking."""
        return self._name

    def learn(self, name: str | None) -> None:
        """Takes what somebody else heard from DescribeSpace; None: nobody owns the space."""
        with self._lock:
            if self._name is None:
                self._name = name
            self._asked = True

    def ask(self) -> str | None:
        """The name, or None: nobody owns a shared space, and elsewhere there is no space.

        Raises:
            OnboardError: SageMaker could not be asked; those of ``aws.errors``.
        """
        with self._lock:
            if not self._asked and self._name is None:
                self._name = self._describe()
                self._asked = True
            return self._name

    def _describe(self) -> str | None:
        place = self._place
        if place.shared or not place.domain_id or not place.space:
            return None
        client = self._client()
        with aws.errors("sagemaker:DescribeSpace", place.space):
            told = client.describe_space(DomainId=place.domain_id, SpaceName=place.space)
        if told.get("SpaceSharingSettings", {}).get("SharingType") == "Shared":
            return None
        name = told.get("OwnershipSettings", {}).get("OwnerUserProfileName")
        return name if isinstance(name, str) and name else None
