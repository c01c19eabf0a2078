"""The links room: links made here, and links of others that are opened here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .making.jobs import Makings
    from .making.register import Register
    from .models import MadeLinks, NotebookPage, PageAsked
    from .opening.jobs import Openings

ROOM = "links"
T = TypeVar("T")


class LinksService:
    """Thread-safe. Each half is made when it is first used.

    Args:
        makings, openings, register: make the halves of the room.
        save_page: a notebook as a page of its own.
    """

    def __init__(
        self,
        *,
        makings: Callable[[], Makings],
        openings: Callable[[], Openings],
        register: Callable[[], Register],
        save_page: Callable[[PageAsked], NotebookPage],
    ) -> None:
        self._makings = _Once(makings)
        self._openings = _Once(openings)
        self._register = _Once(register)
        self._save_page = save_page

    @property
    def makings(self) -> Makings:
        """The links that are being made."""
        return self._makings()

    @property
    def openings(self) -> Openings:
        """The links that are being opened."""
        return self._openings()

    def made(self) -> MadeLinks:
        """The snapshots that were shared from here, newest first."""
        return self._register().list()

    def delete(self, id: str) -> MadeLinks:
        """Deletes a shared snapshot from its store; blocks.

        Raises:
            NotFound: ``links.made_unknown``.
            OnboardError: the store refuses; the link then stays in the list.
        """
        return self._register().delete(id)

    def page(self, asked: PageAsked) -> NotebookPage:
        """A notebook as a page of its own; blocks.

        Raises:
            OnboardError: ``links.file_unknown``, ``notebook.unreadable``.
        """
        return self._save_page(asked)

    def close(self) -> None:
        for half in (self._makings, self._openings):
            if half.made:
                half().close()


class _Once(Generic[T]):
    """Makes something at the first call."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._it: T | None = None

    def __call__(self) -> T:
        with self._lock:
            if self._it is None:
                self._it = self._make()
            return self._it

    @property
    def made(self) -> bool:
        return self._it is not None
