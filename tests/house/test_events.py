"""Announcing: at once, then at most once an interval, and always the last."""

from __future__ import annotations

import asyncio
import threading

from sm_onboard.events import Announcer

INTERVAL = 0.02


async def test_the_first_at_once_the_rest_together_and_the_last_always() -> None:
    told: list[tuple[str, str, int]] = []
    loop = asyncio.get_running_loop()
    announce = Announcer(loop, lambda *what: told.append(what), INTERVAL)
    announce("repos", "a", 1)
    await asyncio.sleep(0)
    assert told == [("repos", "a", 1)]
    for revision in range(2, 100):
        announce("repos", "a", revision)
    await asyncio.sleep(0)
    assert len(told) == 1
    await asyncio.sleep(INTERVAL * 3)
    assert told == [("repos", "a", 1), ("repos", "a", 99)]
    announce("repos", "a", 100)  # after a rest it is at once again
    await asyncio.sleep(INTERVAL / 4)
    assert told[-1] == ("repos", "a", 100)


async def test_things_do_not_wait_for_each_other() -> None:
    told: list[str] = []
    announce = Announcer(asyncio.get_running_loop(), lambda room, id, n: told.append(id), 5)
    for id in ("a", "b", "", "a"):
        announce("repos", id, 1)
    await asyncio.sleep(0)
    assert told == ["a", "b", ""]


async def test_from_threads_only_on_the_loop() -> None:
    where: set[int] = set()
    last: dict[str, int] = {}
    mine = threading.get_ident()

    def emit(room: str, id: str, revision: int) -> None:
        where.add(threading.get_ident())
        assert revision >= last.get(id, 0)
        last[id] = revision

    announce = Announcer(asyncio.get_running_loop(), emit, INTERVAL)

    def shout(id: str) -> None:
        for revision in range(1, 2001):
            announce("repos", id, revision)

    threads = [threading.Thread(target=shout, args=(id,)) for id in "abcd"]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    await asyncio.sleep(INTERVAL * 3)
    assert where == {mine}
    assert last == dict.fromkeys("abcd", 2000)


def test_a_closed_loop_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    announce = Announcer(loop, lambda *_: None)
    announce("repos", "a", 1)
    announce("repos", "a", 2)
