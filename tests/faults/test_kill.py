"""Killed at any instant: nothing half, nothing lost, nothing left, and the next start ends ready.

The short version always runs. `make test-long` kills at 300 random instants, and at every
single step of a clone, an update, a set-aside and an undo.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.repos.world import World, tree, world

Case = Literal["clone", "update", "set_aside", "undo"]
CASES: tuple[Case, ...] = ("clone", "update", "set_aside", "undo")
FILES = 1000
MINE = {"data/mine.txt": b"mine, untracked\n", "README.md": b"mine, changed\n"}


@dataclass
class Scene:
    """A world just before the call that is killed."""

    world: World
    do: str
    edited: dict[str, bytes]  # the person's files, which must survive whatever happens
    fork: Path  # a copy to begin every round from

    def reset(self) -> None:
        subprocess.run(["rm", "-rf", self.world.root, self.world.state], check=True)
        subprocess.run(["cp", "-a", self.fork / "root", self.world.root], check=True)
        if (self.fork / "state").exists():
            subprocess.run(["cp", "-a", self.fork / "state", self.world.state], check=True)

    def start(self, *more: str) -> subprocess.Popen[str]:
        here = self.world
        command = [sys.executable, "-m", "tests.faults.victim", str(here.root), str(here.state)]
        process = subprocess.Popen(
            [*command, here.server.url("churn"), self.do, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "go\n", process.stderr and process.stderr.read()
        process.stdin.write("\n")
        process.stdin.flush()
        return process

    def check(self, told: str) -> None:
        """The next start after a kill."""
        here = self.world
        here.engine.prepare()
        done = here.sync()
        undone = self.do == "undo" and done.code == "repos.undone"
        blocked = self.do == "set_aside" and done.code == "repos.files_in_the_way"
        assert done.state == "ready" or undone or blocked, (told, done, here.logged)
        assert here.leftovers() == [], told
        found = tree(here.clone)
        for path, data in self.edited.items():
            assert found.get(path) == data or _in_a_snapshot(here, data), (told, path)
        fsck = here.git("fsck", "--strict", "--no-dangling", "--connectivity-only")
        assert fsck == "", told
        wanted = here.team.tip() if done.state == "ready" else done.commit
        assert here.head() == wanted, told
        mine = {line[3:] for line in here.status().splitlines()}
        allowed = set(self.edited) | {f'"{path}"' for path in self.edited}
        assert mine <= allowed, (told, mine)


def _in_a_snapshot(here: World, data: bytes) -> bool:
    import hashlib

    from sm_onboard.snapshot import list_snapshots, load

    digest = hashlib.sha256(data).hexdigest()
    for manifest in list_snapshots(here.state / "snapshots"):
        load(here.state / "snapshots" / manifest.id)
        if any(file.sha256 == digest for file in manifest.files):
            return True
    return False


@contextlib.contextmanager
def scene(case: Case, tmp_path: Path, files: int) -> Iterator[Scene]:
    with world(tmp_path, files=files, size=2000) as here:
        edited: dict[str, bytes] = {}
        do = "sync"
        if case != "clone":
            here.sync()
            for path, data in MINE.items():
                here.write(path, data.decode())
            edited.update(MINE)
            paths = [path for path in here.team.paths() if path != "README.md"]
            step = max(len(paths) // 150, 1)
            changed = paths[::step]
            here.team.commit(
                {
                    **dict.fromkeys(changed, "theirs\n"),
                    **dict.fromkeys(paths[1::step][:20]),
                    "new/folder/file.txt": "new\n",
                }
            )
            if case == "set_aside":
                do = "set_aside"
                for path in changed[:5]:
                    here.write(path, f"mine: {path}\n")
                    edited[path] = f"mine: {path}\n".encode()
            if case == "undo":
                assert here.sync().action == "updated"
                do = "undo"
        fork = tmp_path / "fork"
        fork.mkdir()
        subprocess.run(["cp", "-a", here.root, fork / "root"], check=True)
        if here.state.exists():
            subprocess.run(["cp", "-a", here.state, fork / "state"], check=True)
        yield Scene(here, do, edited, fork)


def kill(process: subprocess.Popen[str], everything: bool) -> None:
    """SIGKILL to the server alone, or to its git processes in the same instant too."""
    children = _descendants(process.pid) if everything else []
    for pid in [process.pid, *children]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def _descendants(pid: int) -> list[int]:
    said = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    parents = {int(a): int(b) for a, b in (line.split() for line in said.splitlines())}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def random_instants(case: Case, tmp_path: Path, rounds: int, files: int, seed: int) -> None:
    chance = random.Random(seed)
    with scene(case, tmp_path, files) as play:
        began = time.monotonic()
        process = play.start()
        assert process.wait(60) == 0
        whole = time.monotonic() - began
        for number in range(rounds):
            play.reset()
            process = play.start()
            wait = chance.uniform(0, whole)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(wait)
            kill(process, everything=chance.random() < 0.5)
            play.check(f"{case} {number}: killed after {wait:.3f} of {whole:.3f} s")


def every_step(case: Case, tmp_path: Path, stride: int, files: int) -> int:
    with scene(case, tmp_path, files) as play:
        process = play.start()
        said, _ = process.communicate(timeout=60)
        state, *_, steps = said.split()
        assert state in ("ready", "behind"), said
        for step in range(1, int(steps) + 1, stride):
            play.reset()
            process = play.start("--die-at", str(step))
            process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
            play.check(f"{case}: killed at step {step} of {steps}")
        return int(steps)


@pytest.mark.parametrize("case", CASES)
def test_killed_at_some_instants(case: Case, tmp_path: Path) -> None:
    random_instants(case, tmp_path, rounds=6, files=FILES, seed=os.getpid())


@pytest.mark.parametrize("case", CASES)
def test_killed_at_some_steps(case: Case, tmp_path: Path) -> None:
    assert every_step(case, tmp_path, stride=17, files=30) > 10


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("case", CASES)
def test_killed_at_300_random_instants(case: Case, tmp_path: Path) -> None:
    random_instants(case, tmp_path, rounds=75, files=FILES, seed=0)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("case", CASES)
def test_killed_at_every_step(case: Case, tmp_path: Path) -> None:
    every_step(case, tmp_path, stride=1, files=30)
