"""The threads that all rooms share."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from sm_onboard.pool import Pool

LONG = 10.0


def test_results_and_errors_come_back() -> None:
    pool = Pool(2)
    assert pool.submit(lambda a, b: a + b, 1, b=2).result(LONG) == 3
    failed = pool.submit(lambda: 1 / 0)
    assert isinstance(failed.exception(LONG), ZeroDivisionError)
    assert pool.submit(lambda: "still works").result(LONG) == "still works"
    assert pool.close(LONG)


def test_never_more_threads_than_its_size_and_all_work_is_done() -> None:
    pool = Pool(3)
    lock = threading.Lock()
    now = most = 0

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002)
        with lock:
            now -= 1

    futures = [pool.submit(work) for _ in range(100)]
    for future in futures:
        future.result(LONG)
    assert most == 3
    assert pool.close(LONG)


def test_threads_are_made_when_needed_and_reused() -> None:
    before = threading.active_count()
    pool = Pool(50)
    assert threading.active_count() == before
    for _ in range(20):  # one after the other
        pool.submit(lambda: None).result(LONG)
        time.sleep(0.001)
    assert threading.active_count() - before <= 3
    assert pool.close(LONG)


def test_close_waits_cancels_what_waits_and_takes_nothing_new() -> None:
    pool = Pool(1)
    gate = threading.Event()
    running = pool.submit(gate.wait, LONG)
    waiting = pool.submit(lambda: None)
    closed: list[bool] = []
    closer = threading.Thread(target=lambda: closed.append(pool.close(LONG)))
    closer.start()
    while not waiting.cancelled():
        time.sleep(0.001)
    with pytest.raises(RuntimeError):
        pool.submit(lambda: None)
    gate.set()
    closer.join(LONG)
    assert closed == [True]
    assert running.result() is True


def test_a_call_that_hangs_does_not_keep_the_process_from_ending(fresh_python: Any) -> None:
    out = fresh_python(
        "import threading, time\n"
        "from sm_onboard.pool import Pool\n"
        "pool = Pool(1)\n"
        "pool.submit(threading.Event().wait)\n"
        "began = time.monotonic()\n"
        "print(pool.close(0.1))\n"
    )
    assert out.strip() == "False"  # and fresh_python came back
