"""Cancelled at any instant: as before, or finished; nothing left over; the next start is ready."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest

from sm_onboard.git.listener import Listener
from sm_onboard.repos.engine.move import Move
from sm_onboard.repos.engine.mover import Mover
from tests.repos.world import World, tree, world


def cancelled_at_random(tmp_path: Path, do: str, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    with world(tmp_path, files=60, size=500) as here:
        longest = 2.0
        for number in range(rounds):
            mine = prepare(here, do, number)
            before = tree(here.clone) if here.clone.exists() else None
            listener = Listener(log=here.logged.append)
            timer = threading.Timer(chance.uniform(0, longest), listener.cancel.set)
            began = time.monotonic()
            timer.start()
            if do in ("clone", "update"):
                done = here.engine.sync(here.entry(), listener)
            else:
                done = here.engine.act(here.entry(), do, listener)  # type: ignore[arg-type]
            longest = max(0.2, time.monotonic() - began) if done.state != "cancelled" else longest
            timer.cancel()
            timer.join()
            told = (seed, number, done, here.logged[-3:])
            assert done.state in ("cancelled", "ready", "behind"), told
            assert here.leftovers() == [], told
            now = tree(here.clone) if here.clone.exists() else None
            if done.state == "cancelled" and do == "clone":
                assert now is None or here.head() == here.team.tip(), told
            elif done.state == "cancelled" and here.head() != here.team.tip():
                assert now == before or do == "undo", told
            if here.clone.exists():
                wanted = "" if now != before or do == "clone" else mine
                assert here.status() in (wanted, mine), told
            again = here.sync()
            assert again.state in ("ready", "behind", "blocked"), (told, again)


def prepare(here: World, do: str, number: int) -> str:
    """The scene before a round; answers what git status then says."""
    if do == "clone":
        if here.clone.exists():
            os.rename(here.clone, here.folder / f"old-{number}")
        return ""
    if not here.clone.exists():
        here.sync()
    here.git("reset", "-q", "--hard")
    here.act("update")
    path = here.team.paths()[5]
    if do == "set_aside":
        here.write(path, f"mine {number}\n")
    here.team.commit({path: f"team {number}\n", f"new/{number}.txt": "new\n"})
    if do == "undo":
        assert here.act("update").action == "updated"
    return here.status()


@pytest.mark.parametrize("do", ["clone", "update", "set_aside", "undo"])
def test_cancelled_at_some_instants(tmp_path: Path, do: str) -> None:
    cancelled_at_random(tmp_path, do, rounds=4, seed=os.getpid())


def test_cancelled_after_the_files_are_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was set aside comes back from its snapshot, though its git was cancelled."""
    with world(tmp_path, files=10, size=500) as here:
        mine = prepare(here, "set_aside", 1)
        before = tree(here.clone)
        listener = Listener(log=here.logged.append)

        def cancelled(self: Mover, move: Move) -> None:
            assert tree(here.clone) != before
            listener.cancel.set()
            self.git.run("rev-parse", "HEAD", cwd=self.folder)

        with monkeypatch.context() as patch:
            patch.setattr(Mover, "_write_head", cancelled)
            done = here.engine.act(here.entry(), "set_aside", listener)
        assert done.state == "cancelled"
        assert tree(here.clone) == before
        assert here.status() == mine
        assert here.act("set_aside").state == "ready"


@pytest.mark.long
@pytest.mark.parametrize("do", ["clone", "update", "set_aside", "undo"])
def test_cancelled_at_many_instants(tmp_path: Path, do: str) -> None:
    for seed in range(5):
        (tmp_path / str(seed)).mkdir()
        cancelled_at_random(tmp_path / str(seed), do, rounds=15, seed=seed)
