"""A person's clone of a repository on a real git host, and a team with a store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.demo.history import git
from sm_onboard.links.making.jobs import Makings
from sm_onboard.links.models import LinkAsked, LinkMaking
from sm_onboard.rooms import Rooms, Settings
from tests.gitserver import FaultyGitServer, Repository, make_repository

FEATURES = "import pandas as pd\n\n\ndef build(frame):\n    return frame\n"


def notebook(*sources: str, outputs: bool = False, markdown: str = "") -> bytes:
    """A notebook as JupyterLab saves it."""
    cells: list[dict[str, Any]] = []
    if markdown:
        cells.append({"cell_type": "markdown", "id": "words", "metadata": {}, "source": [markdown]})
    for number, source in enumerate(sources):
        given = [{"name": "stdout", "output_type": "stream", "text": ["0.871 of alice\n"]}]
        cells.append(
            {
                "cell_type": "code",
                "execution_count": 7 if outputs else None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": given if outputs else [],
                "source": source.splitlines(keepends=True),
            }
        )
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def state_of(folder: Path) -> dict[str, bytes]:
    """Every byte of a folder, git's own included, with what each file is."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.fsencode(os.readlink(path))
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


@dataclass
class World:
    """Alice, her clone, and what her team has.

    Attributes:
        server: the git host. remote: the repository there. clone: hers.
        store: the folder of the team's store.
        told: what was announced.
    """

    home: Path
    server: FaultyGitServer
    remote: Repository
    clone: Path
    store: Path
    rooms: Rooms
    makings: Makings

    def git(self, *arguments: str) -> str:
        return git(self.clone, *arguments)

    def commit(self, message: str = "Change") -> str:
        self.git("add", "-A")
        who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com")
        self.git(*who, "commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def make(self, contents: str = "churn/nb/train.ipynb", **more: Any) -> LinkMaking:
        return self.wait(self.makings.begin(LinkAsked(contents=contents, **more)).id)

    def wait(self, id: str, seconds: float = 30) -> LinkMaking:
        end = time.monotonic() + seconds
        while (shown := self.makings.get(id)).state in ("looking", "making"):
            assert time.monotonic() < end, shown
            time.sleep(0.005)
        return shown

    def shares(self) -> list[Path]:
        return sorted(self.store.rglob("*.zip")) if self.store.exists() else []


@pytest.fixture
def make_world(home: Path, tmp_path: Path) -> Iterator[Callable[..., World]]:
    opened: list[tuple[FaultyGitServer, Rooms]] = []

    def make(**environ: str) -> World:
        server = FaultyGitServer(tmp_path / "host")
        server.root.mkdir(exist_ok=True)
        server.__enter__()
        remote = make_repository(
            server.root,
            "churn",
            {
                "nb/train.ipynb": notebook("from churn.features import build\nbuild(1)\n"),
                "nb/other.ipynb": notebook("1\n"),
                "src/churn/__init__.py": "",
                "src/churn/features.py": FEATURES,
                "src/churn/plots.py": "import churn.features\n",
                "README.md": "# Churn\n",
            },
        )
        git(home, "clone", "-q", server.url("churn"), "churn")
        store = tmp_path / "team" / "shares"
        store.parent.mkdir()
        team = tmp_path / "onboard.yaml"
        team.write_text(f"version: 1\nlinks: {{stores: {{team: {store}}}}}\n")
        settings = Settings(team_file=str(team), sagemaker_repositories=False)
        told = {**os.environ, **environ}
        rooms = Rooms(settings, environ=told, root_dir=home)
        opened.append((server, rooms))
        makings = rooms.links.makings
        return World(home, server, remote, home / "churn", store, rooms, makings)

    yield make
    for server, rooms in opened:
        rooms.close(2)
        server.__exit__(None, None, None)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
