"""The threads that all rooms share."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

T = TypeVar("T")


class Pool(Executor):
    """A bounded number of daemon threads, made when they are first needed.

    ``concurrent.futures.ThreadPoolExecutor`` joins its threads when the interpreter
    exits, so one call that hangs on the network would keep JupyterLab from ending.
    These threads do not.
    """

    def __init__(self, size: int, name: str = "sm_onboard") -> None:
        self._size = size
        self._name = name
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._queue = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Runs ``fn(*args, **kwargs)`` in a thread; RuntimeError after ``close``."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the server is stopping")
            self._queue.put((future, lambda: fn(*args, **kwargs)))
            if self._idle:
                self._idle -= 1
            elif len(self._threads) < self._size:
                thread = threading.Thread(
                    target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
        return future

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            future, call = item
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:
                    future.set_exception(error)
            del item, future, call  # keep nothing alive while idle
            with self._lock:
                if self._queue.empty():
                    self._idle += 1

    def close(self, timeout: float) -> bool:
        """Takes nothing new and waits for what runs.

        Args:
            timeout: seconds to wait; threads that still run then are left behind.

        Returns:
            True when every thread has ended.
        """
        end = time.monotonic() + timeout
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        try:
            while item := self._queue.get_nowait():
                item[0].cancel()
        except queue.Empty:
            pass
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
