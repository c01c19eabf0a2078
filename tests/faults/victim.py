"""A server that gets killed: one engine call in a process of its own.

Says ``go`` on stdout when everything is imported, then works. With ``--die-at N`` it kills
itself at the N-th thing it does to the file system or to git; with ``--count`` it says at
the end how many such things there were.
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import git
import git.config  # noqa: F401 - so that importing is over before "go"

from sm_onboard.git.listener import Listener
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Entry
from tests.repos.world import QUICK, NoCredentials

_STEPS = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "subprocess.Popen"}


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("root", type=Path)
    ask.add_argument("state", type=Path)
    ask.add_argument("url")
    ask.add_argument("do")
    ask.add_argument("--die-at", type=int, default=0)
    ask.add_argument("--count", action="store_true")
    given = ask.parse_args()
    engine = Engine(given.root, credentials=NoCredentials(), limits=QUICK, state_home=given.state)
    entry = Entry(id="churn-1", name="churn", url=given.url, path="churn", source="team")
    if os.environ.get("SM_ONBOARD_TEST_NO_LOCKS"):
        # As storage answers that knows no locks.
        fcntl.flock = _no_locks
    print("go", flush=True)
    sys.stdin.readline()
    steps = _watch(given.die_at)
    engine.prepare()
    done = (
        engine.sync(entry, Listener())
        if given.do == "sync"
        else engine.act(entry, given.do, Listener())
    )
    seen = steps[0]
    print(done.state, done.code or "-", done.action, seen, flush=True)
    print(done.message, file=sys.stderr, flush=True)


def _no_locks(*_: object) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


def _watch(die_at: int) -> list[int]:
    steps = [0]
    guard = threading.Lock()

    def step(event: str, given: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(given[2], int) and given[2] & 3
        if event in _STEPS or writes:
            with guard:
                steps[0] += 1
                if steps[0] == die_at:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    return steps


if __name__ == "__main__":
    main()
