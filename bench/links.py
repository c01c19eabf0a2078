"""How long a link takes from paste to preview, and from the choice to the open notebook.

    python -m bench.links

The repository has 3,000 files of 107 MB and 25 commits; the reader has a clone of it. Nothing of
a snapshot is in the cache. Medians of five, in seconds, with the load of the machine.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.__main__ import _neutral, team_files
from sm_onboard.links.coordinates import Link, form
from tests.gitserver import FaultyGitServer
from tests.links.opening.lab import LAB, NOTEBOOK, PATH, Lab, notebook

ROUNDS = 5
LIMITS = {
    "git link: paste to preview": 1.0,
    "snapshot: paste to preview": 3.0,
    "git link: choice to open": 2.0,
    "snapshot: choice to open": 2.0,
}


def files() -> dict[str, str | bytes | None]:
    """3,000 files, 107 MB."""
    chance = random.Random(6)
    made: dict[str, str | bytes | None] = dict(team_files())
    for path in made:
        if path.endswith(".bin"):
            made[path] = chance.randbytes(245_000)
    return {**made, PATH: NOTEBOOK, "src/model.py": "def fit():\n    return 1\n"}


def main() -> int:
    seconds: dict[str, list[float]] = {name: [] for name in LIMITS}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder).resolve()
        _neutral(place)
        with (
            FaultyGitServer(place / "host") as server,
            FaultyGitServer(place / "other") as other,
        ):
            lab = Lab(place, server, other, files=files())
            lab.team.commits(24)
            lab.clone()
            lab.ready(lab.git_link())  # what is imported once is imported
            shared = {PATH: notebook("# Results", "import pandas"), "src/helper.py": "x = 1\n"}
            for number in range(ROUNDS):
                digest = lab.on_base({**shared, "n.txt": f"{number}\n"}).put(lab.store)
                for kind, link in (
                    ("git link", lab.git_link()),
                    ("snapshot", lab.share_link(digest)),
                ):
                    _round(lab, link, kind, seconds)
            lab.openings.close()
            lab.rooms.close(5)
    load = os.getloadavg()[0]
    over = False
    for name, limit in LIMITS.items():
        median = statistics.median(seconds[name])
        each = " ".join(f"{x:.2f}" for x in sorted(seconds[name]))
        over = over or median > limit
        print(f"{name:28} {median:5.2f} s   limit {limit:.0f} s   ({each})")
    print(f"load {load:.1f} on {os.cpu_count()} cores")
    return int(over)


def _round(lab: Lab, link: Link, kind: str, seconds: dict[str, list[float]]) -> None:
    text = form(link, LAB)
    begin = lab.openings.begin

    def timed(name: str, states: tuple[str, ...], act: Callable[[], str]) -> str:
        began = time.perf_counter()
        id = act()
        while lab.openings.get(id).state in states:
            time.sleep(0.005)
        seconds[f"{kind}: {name}"].append(time.perf_counter() - began)
        return id

    id = timed("paste to preview", ("fetching",), lambda: begin(text).id)
    ready = lab.openings.get(id)
    assert ready.state == "ready", ready.problem
    timed(
        "choice to open",
        ("opening",),
        lambda: lab.openings.choose(id, ready.looked, "beside").id,
    )
    done = lab.openings.get(id)
    assert done.state == "opened", done.problem
    assert done.opened
    shutil.rmtree(done.opened.place)


if __name__ == "__main__":
    sys.exit(main())
