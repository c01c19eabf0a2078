"""What a call of git is given: how to sign in, and who hears how far it has come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .progress import Progress

Phase = Literal[
    "asking", "counting", "compressing", "receiving", "resolving", "writing", "checking"
]


@dataclass(frozen=True)
class Access:
    """How git signs in for one entry.

    Attributes:
        config: ``(key, value)`` pairs for this call only, passed to git through
            GIT_CONFIG_COUNT; order kept, so that resets come first. No secret values.
        environment: further variables for git and its helpers. No secret values.
        keep: ``(key, value)`` pairs to leave in the clone's own configuration, so that
            the person's pull and push work too; all values of one key are replaced.
        redact: strings that must never reach a log (the engine masks them).
    """

    config: Sequence[tuple[str, str]] = ()
    environment: Sequence[tuple[str, str]] = ()
    keep: Sequence[tuple[str, str]] = ()
    redact: Sequence[str] = ()


@dataclass
class Listener:
    """Receives what happens to one entry; called from the engine's threads."""

    progress: Callable[[Progress], None] = lambda _: None
    log: Callable[[str], None] = lambda _: None
    cancel: threading.Event = field(default_factory=threading.Event)
