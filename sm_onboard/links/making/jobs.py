"""The links that are being made, each in a thread of a small pool."""

from __future__ import annotations

from sm_onboard.rooms import Rooms

from ..models import LinkAsked, LinkMaking


class Makings:
    """What is being made, and what was lately."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    @classmethod
    def of(cls, rooms: Rooms) -> Makings:
        return cls(rooms)

    def begin(self, asked: LinkAsked) -> LinkMaking:
        raise NotImplementedError

    def get(self, id: str) -> LinkMaking:
        raise NotImplementedError

    def confirm(self, id: str, looked: int) -> LinkMaking:
        raise NotImplementedError

    def drop(self, id: str) -> LinkMaking:
        raise NotImplementedError

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
