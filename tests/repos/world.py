"""A person with an engine, a team with a git host: what the engine's tests play with."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sm_onboard.demo.history import git_environment
from sm_onboard.git.listener import Access, Listener
from sm_onboard.git.run import Limits
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Do, Entry, Outcome
from tests.gitserver import FaultyGitServer, Repository, make_repository

QUICK = Limits(ask=20, transfer=60, local=60, low_speed_bytes=1000, low_speed_seconds=3)


class NoCredentials:
    """Nobody signs in."""

    def access(self, entry: Entry) -> Access:
        return Access()

    def explain(self, entry: Entry, stderr: str) -> None:
        return None


class World:
    """One host, one team repository ``churn`` by default, one root, one person."""

    def __init__(self, folder: Path, server: FaultyGitServer, **made: Any) -> None:
        self.folder = folder
        self.server = server
        self.root = folder / "root"
        self.root.mkdir()
        self.state = folder / "state"
        made.setdefault("files", {"a.txt": "one\n", "b.txt": "two\n", "d/c.txt": "three\n"})
        self.team: Repository = make_repository(server.root, "churn", **made)
        self.engine = Engine(
            self.root, credentials=NoCredentials(), limits=QUICK, state_home=self.state
        )
        self.engine.prepare()
        self.logged: list[str] = []

    def entry(self, **changes: Any) -> Entry:
        values: dict[str, Any] = {
            "id": "churn-1",
            "name": "churn",
            "url": self.server.url("churn"),
            "path": "churn",
            "source": "team",
        }
        return Entry(**{**values, **changes})

    @property
    def clone(self) -> Path:
        return self.root / "churn"

    def listener(self) -> Listener:
        return Listener(log=self.logged.append)

    def sync(self, **changes: Any) -> Outcome:
        return self.engine.sync(self.entry(**changes), self.listener())

    def act(self, do: Do, **changes: Any) -> Outcome:
        return self.engine.act(self.entry(**changes), do, self.listener())

    def git(self, *args: str) -> str:
        """The person's own git in the clone."""
        done = subprocess.run(
            ["git", "-c", "user.name=P", "-c", "user.email=p@example.com", *args],
            cwd=self.clone,
            env=git_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def status(self) -> str:
        return self.git("status", "--porcelain", "--untracked-files=all")

    def write(self, path: str, text: str) -> None:
        file = self.clone / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, path: str) -> str:
        return (self.clone / path).read_text()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def leftovers(self) -> list[str]:
        """Anything of ours that should not outlive a call."""
        parts = [f"parts/{name}" for name in os.listdir(self.root / ".sm-onboard" / "parts")]
        inside = [
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.name.endswith(".lock") or path.name.startswith(("tmp_pack", "tmp_obj", ".tmp"))
        ]
        records = self.root / ".sm-onboard" / "repositories"
        strange = [name for name in os.listdir(records) if not name.endswith(".json")]
        return parts + inside + strange


@contextmanager
def world(folder: Path, **made: Any) -> Iterator[World]:
    with FaultyGitServer(folder / "host") as server:
        yield World(folder, server, **made)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, ``.git`` and ``.sm-onboard`` left out."""
    found = {}
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", ".sm-onboard")]
        for name in files:
            path = Path(base, name)
            data = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()
            found[str(path.relative_to(folder))] = data
    return found
