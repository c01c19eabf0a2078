"""What a store does, and how what lies in it is called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from sm_onboard.errors import InvalidRequest, NotFound, Stopped

from ..coordinates import DIGEST

LARGEST: Final = 256 << 20
"""Bytes of one share."""

CHUNK: Final = 1 << 20  # bytes

Progress = Callable[[int, int], None]
"""Hears how many bytes are done, and of how many."""


class Store(Protocol):
    """One of the team's stores. Every method blocks, and is safe to call from any thread.

    Attributes:
        alias: how links call it.
        readers: who can read what is in it; a sentence.

    Each method raises OnboardError: ``links.store_denied`` (names the action or the folder, and
    whom to ask), ``links.store_missing``, ``links.store_unreachable``, ``aws.*``.
    """

    @property
    def alias(self) -> str: ...

    @property
    def readers(self) -> str: ...

    def put(
        self,
        digest: str,
        file: Path,
        progress: Progress,
        cancel: threading.Event,
        *,
        days: int | None = None,
    ) -> None:
        """Keeps a file; the same one being there already is fine.

        Args:
            digest: sha256 of the file's bytes, 64 hexadecimal digits.
            days: how long it is meant to be kept, so that a rule of the store's can delete it.

        Raises:
            Conflict: ``links.store_unwritable``.
            Stopped: ``links.cancelled``; nothing was kept.
        """
        ...

    def size(self, digest: str) -> int:
        """In bytes.

        Raises:
            NotFound: ``links.share_gone``.
        """
        ...

    def get(
        self, digest: str, into: Path, limit: int, progress: Progress, cancel: threading.Event
    ) -> None:
        """Fetches it into a new file, which is not there after an error. The digest of what came
        is not checked here.

        Args:
            limit: bytes; of what is larger, nothing beyond is read.

        Raises:
            NotFound: ``links.share_gone``. InvalidRequest: ``links.share_large``.
            Stopped: ``links.cancelled``.
        """
        ...

    def delete(self, digest: str) -> None:
        """Deletes it for good; that it is gone already is fine."""
        ...


def name_of(digest: str) -> str:
    """The name of a share below its store's prefix.

    Raises:
        InvalidRequest: ``links.wrong``: this is no digest.
    """
    if not DIGEST.fullmatch(digest):
        raise InvalidRequest("links.wrong", "That is not the digest of a share.")
    return f"{digest[:2]}/{digest}.zip"


def gone() -> NotFound:
    return NotFound(
        "links.share_gone",
        "The snapshot is not there any more. Its sender deleted it, or its time is over.",
        "Ask the sender for a new link.",
    )


def too_large(size: int | None, limit: int) -> InvalidRequest:
    said = f"is {size / 1e6:,.0f} MB and" if size is not None else ""
    return InvalidRequest(
        "links.share_large",
        f"The snapshot {said} is larger than the {limit >> 20} MB that one may have.".replace(
            "  ", " "
        ),
        "Ask the sender for a link without large files.",
    )


def check_cancel(cancel: threading.Event) -> None:
    """Raises Stopped: ``links.cancelled``."""
    if cancel.is_set():
        raise Stopped("links.cancelled", "Cancelled.")
