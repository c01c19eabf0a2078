"""One start of each contender, as a program of its own: ``python -m bench.starts WHO URL ROOT``.

Each is given the address of a repository and a folder, as a lifecycle script or a server
would give them, and brings the clone in ``ROOT/team`` to where the host is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def sm_onboard(url: str, root: Path) -> None:
    from sm_onboard.git.listener import Access, Listener
    from sm_onboard.repos.engine.engine import Engine
    from sm_onboard.repos.models import Entry

    class Nobody:
        def access(self, _: Entry) -> Access:
            return Access()

        def explain(self, _: Entry, __: str) -> None:
            return None

    engine = Engine(root, credentials=Nobody(), state_home=root.parent / "state")
    engine.prepare()
    entry = Entry(id="team", name="team", url=url, path="team", source="team")
    done = engine.sync(entry, Listener())
    if done.state != "ready":
        raise SystemExit(f"{done.code}: {done.message}")


def nbgitpuller(url: str, root: Path) -> None:
    from nbgitpuller.pull import GitPuller

    for _ in GitPuller(url, str(root / "team"), branch="main").pull():
        pass


def gitpython(url: str, root: Path) -> None:
    import git

    if (root / "team").exists():
        git.Repo(root / "team").remotes.origin.pull("main", ff_only=True)
    else:
        git.Repo.clone_from(url, root / "team")


def git_alone(url: str, root: Path) -> None:
    team = root / "team"
    command = ["pull", "--ff-only"] if team.exists() else ["clone", "--", url, str(team)]
    subprocess.run(["git", *command], cwd=team if team.exists() else root, check=True)


CONTENDERS: dict[str, Callable[[str, Path], None]] = {
    "sm_onboard": sm_onboard,
    "nbgitpuller": nbgitpuller,
    "GitPython": gitpython,
    "git": git_alone,
}

if __name__ == "__main__":
    who, url, root = sys.argv[1:]
    CONTENDERS[who](url, Path(root))
