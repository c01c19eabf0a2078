"""The calls that were seen, for tests and for a curious person."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

_KEPT = 10_000  # calls
_FAILURES_KEPT = 100  # tracebacks


class Calls:
    """Counts calls, and keeps the newest ones and the tracebacks of our own mistakes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._calls: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._counts: Counter[str] = Counter()
        self._failures: deque[str] = deque(maxlen=_FAILURES_KEPT)

    def add(self, service: str, operation: str, status: int, code: str, seconds: float) -> None:
        """Adds a call that was answered; status 0: its connection was closed without a word."""
        entry = {
            "service": service,
            "operation": operation,
            "status": status,
            "code": code,
            "ms": round(seconds * 1000, 2),
        }
        with self._guard:
            self._calls.append(entry)
            self._counts[f"{service}:{operation}"] += 1

    def failed(self, traceback: str) -> None:
        """Adds a mistake of ours, which the caller sees as ``InternalFailure``."""
        with self._guard:
            self._failures.append(traceback)

    def told(self) -> dict[str, Any]:
        """``calls`` from the oldest on, ``counts`` by ``service:Operation``, ``failures``."""
        with self._guard:
            return {
                "calls": list(self._calls),
                "counts": dict(self._counts),
                "failures": list(self._failures),
            }

    def clear(self) -> None:
        with self._guard:
            self._calls.clear()
            self._counts.clear()
            self._failures.clear()
