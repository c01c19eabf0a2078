"""A person who goes on working while their files are changed: not one byte is lost."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sm_onboard.repos.engine import swap
from sm_onboard.repos.engine.index import Index
from sm_onboard.repos.engine.placing import Placing
from tests.repos.world import World, tree, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, files={f"f{n:02}.txt": "0\n" for n in range(40)}) as made:
        made.sync()
        yield made
        assert made.leftovers() == []


def save(path: Path, text: str) -> None:
    """As JupyterLab and most editors save: a new file, renamed over the old one."""
    fresh = path.with_name(f".~{path.name}")
    fresh.write_text(text)
    os.rename(fresh, path)


def overwrite(path: Path, text: str) -> None:
    """As a program does that writes into the file itself, keeping its length and times."""
    s = path.stat()
    path.write_text(text)
    os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns + 1))


needs_exchange = pytest.mark.skipif(swap._renameat2() is None, reason="needs renameat2")


@needs_exchange
@pytest.mark.parametrize("way", [save, overwrite])
@pytest.mark.parametrize("do", ["update", "set_aside", "undo"])
def test_saved_in_the_very_instant(
    here: World, monkeypatch: pytest.MonkeyPatch, way: Callable[[Path, str], None], do: str
) -> None:
    here.team.commit(dict.fromkeys(tree(here.clone), "1\n"))
    if do == "undo":
        here.sync()
    elif do == "set_aside":
        here.write("f30.txt", "kept\n")
    head = here.head()
    real = swap.exchange
    rounds = []

    def exchange(path: str, name: str, at: int) -> bool:
        if name == "f20.txt" and not rounds:
            rounds.append(name)
            way(here.clone / name, "M\n")
        return real(path, name, at)

    with monkeypatch.context() as patched:
        patched.setattr(swap, "exchange", exchange)
        done = here.act(do)  # type: ignore[arg-type]
    assert rounds
    assert done.action == "none", done
    assert here.read("f20.txt") == "M\n"
    if do == "set_aside":
        assert here.read("f30.txt") == "kept\n"
    assert here.head() == head
    assert "f20.txt" in here.status()
    assert here.read("f10.txt") == ("1\n" if do == "undo" else "0\n")


@needs_exchange
def test_a_program_that_held_the_file_open(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here.team.commit(dict.fromkeys(tree(here.clone), "1\n"))
    real = Index.write
    said = ["mine\n"]

    def write(self: Index, *given: object) -> None:
        real(self, *given)  # type: ignore[arg-type]
        held.write(said.pop() if said else "")
        held.flush()

    with monkeypatch.context() as patched, open(here.clone / "f20.txt", "a") as held:
        patched.setattr(Index, "write", write)
        done = here.sync()
    assert done.state == "blocked", done
    assert here.read("f20.txt") == "0\nmine\n"
    assert here.read("f10.txt") == "0\n"


def test_a_file_that_appears_in_the_very_instant(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.team.commit({"new.txt": "theirs\n", "f01.txt": "1\n"})
    real = swap.place

    def place(path: str, name: str, at: int) -> None:
        if name == "new.txt":
            here.write("new.txt", "mine\n")
        real(path, name, at)

    with monkeypatch.context() as patched:
        patched.setattr(swap, "place", place)
        done = here.sync()
    assert done.state == "blocked", done
    assert here.read("new.txt") == "mine\n"
    assert here.read("f01.txt") == "0\n"


def test_a_removed_file_is_saved_in_the_very_instant(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.team.commit({"f20.txt": None, "f01.txt": "1\n"})
    real = Placing._remove

    def remove(self: Placing, path: str, aside: Path) -> None:
        save(here.clone / path, "mine\n")
        real(self, path, aside)

    with monkeypatch.context() as patched:
        patched.setattr(Placing, "_remove", remove)
        done = here.sync()
    assert done.state == "blocked", done
    assert here.read("f20.txt") == "mine\n"


def play(here: World, rounds: int, seed: int) -> None:
    """The person saves, and commits, at random instants of updates and undos."""
    chance = random.Random(seed)
    saved: dict[str, str] = {}
    stop = threading.Event()

    def person() -> None:
        number = 0
        while not stop.wait(chance.uniform(0, 0.02)):
            number += 1
            path = f"f{chance.randrange(40):02}.txt"
            saved[path] = f"mine {number}\n"
            save(here.clone / path, saved[path])

    for number in range(rounds):
        here.git("checkout", "-q", "-f", "HEAD", "--", ".")
        saved.clear()
        stop.clear()
        here.team.commit({f"f{n:02}.txt": f"team {number}\n" for n in range(40)})
        thread = threading.Thread(target=person)
        waited = threading.Timer(chance.uniform(0, 0.5), thread.start)
        waited.start()
        here.act("update")
        if number % 2:
            here.act("undo")
        waited.cancel()
        waited.join()
        stop.set()
        if thread.ident:
            thread.join()
        found = tree(here.clone)
        for path, text in saved.items():
            assert found[path].decode() == text, (seed, number, path)
        assert here.leftovers() == []
        here.git("fsck", "--strict", "--no-dangling", "--connectivity-only")


def test_saving_at_random_instants(here: World) -> None:
    play(here, rounds=6, seed=os.getpid())


@pytest.mark.long
def test_saving_at_many_random_instants(here: World) -> None:
    for seed in range(20):
        play(here, rounds=10, seed=seed)
