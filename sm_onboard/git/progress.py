"""How far a call of git has come, as the page hears it. Apart, so that kernels need no msgspec."""

from __future__ import annotations

import msgspec

from .listener import Phase


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far long work has come; ``percent`` is None where git does not say."""

    phase: Phase
    percent: int | None = None
    done: int | None = None
    total: int | None = None
    detail: str = ""  # "31.4 MiB, 12.1 MiB/s"
