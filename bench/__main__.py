"""Clone, update and a start with nothing new: seconds, file operations, bytes, and ratios.

    python -m bench [--rounds N] [--only NAME,NAME] [--json]

A team repository of 3,000 files in 180 folders, made anew and the same each time, is served
over smart HTTP on loopback. Every contender does three starts, each a process of its own:
with no folder, with 400 files changed on the host, and with nothing new. Seconds are the
median of the rounds, the process's own start included. File operations are the system
calls below the root that name a path, and folder listings, in one further round under
strace; where there is no strace they are not told. The contenders take turns, each round
in another order, so that whatever else the machine does is shared.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.starts import CONTENDERS
from tests.gitserver import FaultyGitServer, Repository, make_repository
from tests.operations import run_traced, strace

FILES, FOLDERS, CHANGED = 3000, 180, 400
STEPS = ("clone", "update", "nothing new")


def team_files(seed: int = 7) -> dict[str, bytes]:
    """3,000 files in 180 folders, about 36 MB: text, some of it long, and some binary."""
    chance = random.Random(seed)
    words = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9)))
        for _ in range(4000)
    ]
    files = {}
    for n in range(FILES):
        folder = n % FOLDERS
        path = f"area{folder % 12:02}/topic{folder:03}/file{n:05}"
        if n % 10 == 0:
            files[f"{path}.bin"] = chance.randbytes(20_000)
        else:
            files[f"{path}.txt"] = " ".join(chance.choices(words, k=1800)).encode()
    return files


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    ask.add_argument("--rounds", type=int, default=4)
    ask.add_argument("--only", default="", help="contenders, comma-separated")
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    names = given.only.split(",") if given.only else list(CONTENDERS)
    absent = [name for name in names if name == "nbgitpuller" and not _installed(name)]
    names = [name for name in names if name not in absent]
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    operations: dict[tuple[str, str], int] = {}
    received: dict[tuple[str, str], int] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder).resolve()
        _neutral(place)
        with FaultyGitServer(place / "host") as server:
            team = make_repository(server.root, "team", team_files())
            for number in range(given.rounds + (1 if strace() else 0)):
                _round(
                    *(server, team, names, place / f"round{number}"),
                    *(seconds, operations, received, number == given.rounds),
                )
    result = {
        name: {
            step: {
                "seconds": round(statistics.median(seconds[name, step]), 3),
                "operations": operations.get((name, step)),
                "bytes": received[name, step],
            }
            for step in STEPS
        }
        for name in names
    }
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        _show(result, given.rounds, absent)


def _round(
    server: FaultyGitServer,
    team: Repository,
    names: list[str],
    place: Path,
    seconds: dict[tuple[str, str], list[float]],
    operations: dict[tuple[str, str], int],
    received: dict[tuple[str, str], int],
    traced: bool,
) -> None:
    turn = int(place.name.removeprefix("round"))
    names = names[turn % len(names) :] + names[: turn % len(names)]  # nobody is always first
    for step in STEPS:
        if step == "update":
            paths = sorted(team.paths())[:: FILES // CHANGED][:CHANGED]
            team.commit(dict.fromkeys(paths, f"changed {place.name}\n"))
        for name in names:
            root = place / name / "root"
            root.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "bench.starts", name, server.url("team"), str(root)]
            server.reset_counts()
            begin = time.monotonic()
            if traced:
                operations[name, step] = run_traced(command, below=root).operations
            else:
                subprocess.run(command, check=True, capture_output=True)
                seconds[name, step].append(time.monotonic() - begin)
            received[name, step] = server.snapshot("team").sent
    for name in names:
        tips = subprocess.check_output(
            ["git", "rev-parse", "HEAD"], cwd=place / name / "root" / "team", text=True
        )
        assert tips.strip() == team.tip(), f"{name} is not where the host is"
    shutil.rmtree(place)


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _neutral(place: Path) -> None:
    """Nobody's git configuration, and a home of its own."""
    (place / "home").mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    os.environ.update(
        HOME=str(place / "home"),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_NAME="B",
        GIT_AUTHOR_EMAIL="b@example.com",
        GIT_COMMITTER_NAME="B",
        GIT_COMMITTER_EMAIL="b@example.com",
        PYTHONPATH=os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")]),
    )


def _show(result: dict, rounds: int, absent: list[str]) -> None:  # type: ignore[type-arg]
    git = subprocess.check_output(["git", "--version"], text=True).strip()
    print(f"{FILES} files in {FOLDERS} folders, {CHANGED} changed; median of {rounds}; {git}.")
    for name in absent:
        print(f"{name} is not installed here and was left out.")
    for step in STEPS:
        ours = result.get("sm_onboard", {}).get(step)
        print(
            f"\n{step}\n  {'':14}{'seconds':>9}{'ratio':>8}{'operations':>12}{'ratio':>8}{'MB':>8}"
        )
        for name, steps in result.items():
            its = steps[step]
            print(
                f"  {name:14}{its['seconds']:9.2f}{_ratio(its, ours, 'seconds'):>8}"
                f"{its['operations'] if its['operations'] is not None else '-':>12}"
                f"{_ratio(its, ours, 'operations'):>8}{its['bytes'] / 1e6:8.2f}"
            )


def _ratio(its: dict, ours: dict | None, what: str) -> str:  # type: ignore[type-arg]
    if not ours or not ours[what] or its[what] is None:
        return "-"
    ratio = its[what] / ours[what]
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


if __name__ == "__main__":
    main()
