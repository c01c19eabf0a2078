"""A start with nothing new costs one question to the host and at most 10 file operations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gitserver import make_repository
from tests.operations import BEGIN, run_traced, strace
from tests.repos.world import World, world

REPOSITORIES = 5
MOST = 10  # file operations a repository

# What the server does at its start, in a process of its own.
_START = """
import json, os, sys
from pathlib import Path
import git  # its own start is not what is measured
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Entry
from sm_onboard.git.listener import Access, Listener

class NoCredentials:
    def access(self, entry): return Access()
    def explain(self, entry, stderr): return None

root, state, *urls = sys.argv[1:]
engine = Engine(Path(root), credentials=NoCredentials(), state_home=Path(state))
engine.prepare()
said = []
COUNT
for n, url in enumerate(urls):
    entry = Entry(id=f"r-{n}", name=f"r{n}", url=url, path=f"r{n}", source="team")
    outcome = engine.sync(entry, Listener())
    said.append([outcome.state, outcome.action])
print(json.dumps(TELL))
"""

# Without strace: what Python itself opens, lists and looks at below the root.
_AUDIT = """
calls, inside, started = [], [], []
def below(path):
    if isinstance(path, int):
        return os.readlink(f"/proc/self/fd/{path}").startswith(root)
    path = os.fspath(path)
    return not os.path.isabs(path) or path.startswith(root)
def hook(event, arguments):
    if event == "subprocess.Popen":
        started.append([str(x) for x in arguments[1]])
    if inside or event not in ("open", "os.listdir", "os.scandir", "os.mkdir", "os.rename",
                               "os.remove", "os.rmdir", "os.truncate", "os.utime", "os.link"):
        return
    if event == "open" and isinstance(arguments[0], int):
        return  # a file object around what is open already
    inside.append(1)
    try:
        if below(arguments[0]):
            calls.append(event)
    finally:
        inside.clear()
sys.addaudithook(hook)
def counted(real):
    def call(path, *arguments, **more):
        if not inside and not isinstance(path, int) and below(path):
            calls.append(real.__name__)
        return real(path, *arguments, **more)
    return call
for name in ("stat", "lstat", "access", "readlink"):
    setattr(os, name, counted(getattr(os, name)))
"""


@pytest.fixture
def urls(tmp_path: Path):  # type: ignore[no-untyped-def]
    with world(tmp_path) as here:
        found = []
        for n in range(REPOSITORIES):
            make_repository(here.server.root, f"r{n}", files=300, commits=3)
            found.append(here.server.url(f"r{n}"))
            first = here.sync(id=f"r-{n}", name=f"r{n}", url=found[n], path=f"r{n}")
            assert (first.state, first.action) == ("ready", "cloned"), first
        # As git gc leaves it: the branch is in packed-refs only, which takes one look more.
        subprocess.run(["git", "pack-refs", "--all"], cwd=here.root / "r1", check=True)
        here.server.reset_counts()
        yield here, found


def _command(here: World, urls: list[str], count: str, tell: str) -> list[str]:
    code = _START.replace("COUNT", count).replace("TELL", tell)
    return [sys.executable, "-c", code, str(here.root), str(here.state), *urls]


def test_in_a_trace_of_system_calls(urls: tuple[World, list[str]]) -> None:
    if strace() is None:
        pytest.skip("there is no strace that may trace here")
    here, addresses = urls
    traced = run_traced(
        _command(here, addresses, f"os.path.lexists({BEGIN!r})", "said"),
        below=here.root.resolve(),
        environment=os.environ,
        whole=False,
    )
    assert json.loads(traced.output) == [["ready", "unchanged"]] * REPOSITORIES
    assert 0 < traced.operations <= MOST * REPOSITORIES, traced.calls
    ours = [argv for argv in traced.programs if argv[0] == "git"]
    assert [argv[1] for argv in ours] == ["ls-remote"] * REPOSITORIES
    for n in range(REPOSITORIES):
        asked = here.server.snapshot(f"r{n}")
        assert (asked.refs, asked.packs) == (2, 0)  # what it can do, then its refs


def test_in_what_python_asks_for(urls: tuple[World, list[str]]) -> None:
    here, addresses = urls
    done = subprocess.run(
        _command(here, addresses, _AUDIT, "[said, calls, started]"),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said, calls, started = json.loads(done.stdout)
    assert said == [["ready", "unchanged"]] * REPOSITORIES
    assert 0 < len(calls) <= MOST * REPOSITORIES, calls
    assert [argv[:2] for argv in started] == [["git", "ls-remote"]] * REPOSITORIES


def test_the_whole_command_costs_no_more(urls: tuple[World, list[str]], tmp_path: Path) -> None:
    """What the service looks at beside the engine counts too; the root's own is for all."""
    if strace() is None:
        pytest.skip("there is no strace that may trace here")
    here, addresses = urls
    config = tmp_path / "onboard.yaml"
    entries = "".join(f"  - {{url: '{url}', path: r{n}}}\n" for n, url in enumerate(addresses))
    config.write_text(f"version: 1\nrepositories:\n{entries}")
    command = [sys.executable, "-m", "sm_onboard.cli", "sync", "--config", str(config)]
    command += ["--root", str(here.root), "--json"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    traced = run_traced(command, below=here.root.resolve(), environment=os.environ)
    rows = json.loads(traced.output)["repositories"]
    assert [row["action"] for row in rows] == ["unchanged"] * REPOSITORIES
    of_the_root = 15
    assert 0 < traced.operations <= MOST * REPOSITORIES + of_the_root, traced.calls
