"""The emulator's own time: life cycles follow it, tests move it."""

from __future__ import annotations

import math
import time

SLOWEST, FASTEST = 1e-6, 1e9
"""Speeds between which every time that comes of them is a date; ``math.inf`` is one too."""


class Clock:
    """Real time, and durations that pass ``speed`` times as fast.

    Args:
        speed: 60 makes a minute of a life cycle pass in a second; ``math.inf`` lets every
            life cycle be over at once.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970, moved ahead by what ``advance`` was told."""
        return time.time() + self._ahead

    def lasts(self, seconds: float) -> float:
        """How many seconds of this clock a life cycle's stage takes."""
        return 0.0 if math.isinf(self.speed) else seconds / self.speed

    def advance(self, seconds: float) -> None:
        """Lets time pass at once."""
        self._ahead += seconds

    def reset(self, speed: float) -> None:
        self.speed = speed
        self._ahead = 0.0
