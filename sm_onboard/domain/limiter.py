"""How often AWS is called: a token bucket that all readings of the room share.

AWS does not publish SageMaker's limits; what people report are refusals from some ten calls a
second on, in a whole account and region.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

RATE = 5.0  # calls a second
BURST = 10


class Limiter:
    """Lets ``burst`` calls through at once, then ``rate`` a second, in order of arrival.

    Args:
        clock: seconds that only grow.
    """

    def __init__(
        self,
        rate: float = RATE,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap = 1 / rate
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock() - burst * self._gap  # when the next call may be made at the latest

    def take(self, cancelled: threading.Event) -> bool:
        """Waits for a turn; False when ``cancelled`` was set first."""
        with self._lock:
            now = self._clock()
            turn = max(self._next, now - (self._burst - 1) * self._gap)
            self._next = turn + self._gap
        # A turn that a cancelled reading does not use is lost: that is a fifth of a second.
        return not cancelled.wait(max(0.0, turn - now))
