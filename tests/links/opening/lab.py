"""A reader who opens links, a team with a git host and a store, and a sender."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sm_onboard.demo.history import git_environment
from sm_onboard.links.coordinates import Link, form
from sm_onboard.links.models import LinkOpening
from sm_onboard.links.opening.jobs import How, Openings
from sm_onboard.rooms import Rooms, Settings
from tests.gitserver import FaultyGitServer, Repository, make_repository, wait_until
from tests.links.opening.sharing import Share

LAB = "https://abc.studio.eu-west-1.sagemaker.aws/jupyterlab/default/lab"
PATH = "nb/eda.ipynb"
BUSY = ("fetching", "opening")
STATE = ".local/state/sm-onboard/links/cache"


def notebook(*sources: str, outputs: Sequence[Any] = (), **more: Any) -> bytes:
    """A notebook with the cells c0, c1, …; a source that begins with # is Markdown."""
    cells: list[dict[str, Any]] = []
    for n, source in enumerate(sources):
        cell: dict[str, Any] = {"id": f"c{n}", "metadata": {}, "source": source}
        if source.startswith("#"):
            cells.append({**cell, "cell_type": "markdown"})
        else:
            given = {"outputs": list(outputs), "execution_count": None}
            cells.append({**cell, "cell_type": "code", **given})
    told = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return (json.dumps(told, indent=1) + "\n").encode()


NOTEBOOK = notebook("# Results", "import numpy", "model.fit()")
FILES: dict[str, str | bytes | None] = {
    PATH: NOTEBOOK,
    "src/model.py": "def fit():\n    return 1\n",
    "README.md": "# Churn\n",
}


class Lab:
    """One reader.

    Attributes:
        home: where the reader works. root: where the repositories are: the same.
        store: the team's, under the alias ``team``.
        other: another host, which nobody names.
    """

    def __init__(
        self,
        folder: Path,
        server: FaultyGitServer,
        other: FaultyGitServer,
        *,
        hosts: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        files: Mapping[str, str | bytes | None] | None = None,
        metadata: Path | None = None,
    ) -> None:
        self.folder, self.server, self.other = folder, server, other
        self.home = folder / "bob"
        self.home.mkdir()
        self.root = self.home
        self.store = folder / "store"
        self.store.mkdir()
        self.team: Repository = make_repository(server.root, "churn", files or FILES)
        self.config = folder / "onboard.yaml"
        self.environ = {
            **os.environ,
            "HOME": str(self.home),
            **(environ or {}),
        }
        self.metadata = str(metadata or folder / "no-metadata.json")
        self.told: list[tuple[str, str, int]] = []
        self.says(hosts=hosts)

    def says(self, hosts: Sequence[str] = (), repositories: str = "") -> None:
        """What the team's file says from now on."""
        lines = ["version: 1", f"links: {{stores: {{team: {self.store}}}, hosts: {[*hosts]}}}"]
        self.config.write_text("\n".join(lines) + f"\n{repositories}")
        self.rooms = Rooms(
            Settings(
                onboard_file=str(self.config),
                sagemaker_repositories=False,
                metadata_file=self.metadata,
            ),
            environ=self.environ,
            notify=lambda *args: self.told.append(args),
            root_dir=self.home,
        )
        self.openings = Openings.of(self.rooms)

    def clone(self, name: str = "churn", *options: str) -> Path:
        """The reader's own clone."""
        target = self.root / name
        self.git(self.root, "clone", "-q", *options, self.server.url("churn"), str(target))
        return target

    def git(self, cwd: Path, *args: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=Bob", "-c", "user.email=b@example.com", *args],
            cwd=cwd,
            env=git_environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def git_link(self, commit: str = "", **more: Any) -> Link:
        values: dict[str, Any] = {
            "repository": self.server.url("churn"),
            "commit": commit or self.team.tip(),
            "path": PATH,
            "sender": "alice",
        }
        return Link("git", **{**values, **more})

    def share(self, files: Mapping[str, bytes | str | None], **more: Any) -> Share:
        return Share(self.folder, files, **more)

    def on_base(self, files: Mapping[str, bytes | str | None], **more: Any) -> Share:
        """A share on top of the team's newest commit."""
        values: dict[str, Any] = {
            "repository": self.team.directory,
            "base": self.team.tip(),
            "url": self.server.url("churn"),
        }
        return self.share(files, **{**values, **more})

    def share_link(self, digest: str, **more: Any) -> Link:
        values: dict[str, Any] = {
            "store": "team",
            "digest": digest,
            "path": PATH,
            "sender": "alice",
        }
        return Link("snapshot", **{**values, **more})

    def begin(self, link: Link | str) -> LinkOpening:
        text = link if isinstance(link, str) else form(link, LAB)
        return self.openings.begin(text)

    def until(self, id: str, seconds: float = 30) -> LinkOpening:
        """Once nothing is done for it."""
        wait_until(lambda: self.openings.get(id).state not in BUSY, seconds)
        return self.openings.get(id)

    def look(self, link: Link | str) -> LinkOpening:
        return self.until(self.begin(link).id)

    def ready(self, link: Link | str) -> LinkOpening:
        shown = self.look(link)
        assert shown.state == "ready", shown.problem or shown
        return shown

    def failed(self, link: Link | str) -> str:
        """The code of what went wrong."""
        shown = self.look(link)
        assert shown.state == "failed", shown
        assert shown.problem
        assert shown.preview is None
        return shown.problem.code

    def choose(self, shown: LinkOpening, how: How = "beside", **more: Any) -> LinkOpening:
        self.openings.choose(shown.id, shown.looked, how, **more)
        return self.until(shown.id)

    def opened(self, link: Link | str, how: How = "beside") -> Path:
        """Opens a link, and gives the folder or file."""
        shown = self.choose(self.ready(link), how)
        assert shown.state == "opened", shown.problem
        assert shown.opened
        return Path(shown.opened.place)

    def outside_cache(self) -> dict[str, tuple[int, int, int]]:
        """Everything in the reader's home but our cache: kind, size, time of change."""
        found = {}
        for base, folders, files in os.walk(self.home):
            for name in (*folders, *files):
                path = os.path.join(base, name)
                relative = os.path.relpath(path, self.home)
                if f"{relative}/".startswith(f"{STATE}/") or f"{STATE}/".startswith(f"{relative}/"):
                    continue
                status = os.lstat(path)
                found[relative] = (status.st_mode, status.st_size, status.st_mtime_ns)
        return found

    @property
    def cache(self) -> Path:
        return self.home / STATE


@contextmanager
def lab(folder: Path, **given: Any) -> Iterator[Lab]:
    with FaultyGitServer(folder / "host") as server, FaultyGitServer(folder / "other") as other:
        made = Lab(folder, server, other, **given)
        try:
            yield made
        finally:
            made.openings.close()
            made.rooms.close(5)
