"""Work that is done beside the person's code, and waited for when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """Begins in a thread of its own, when it is asked for or some time has passed.

    Args:
        after: seconds; a thread that began at once would slow what the person waits for.
    """

    def __init__(self, do: Callable[[], T], after: float) -> None:
        self._do, self._after = do, after
        self._wanted = threading.Event()
        self._value: list[T] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sm-onboard-run", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._wanted.wait(self._after)
        try:
            self._value.append(self._do())
        except Exception as error:
            self._error = error

    def get(self, timeout: float) -> T:
        """The result.

        Args:
            timeout: seconds.

        Raises:
            TimeoutError: it is not ready; or whatever the work raised.
        """
        self._wanted.set()
        self._thread.join(timeout)
        if self._error:
            raise self._error
        if not self._value:
            raise TimeoutError
        return self._value[0]
