"""Two people with a JupyterLab each: what one sends, the other opens.

def test_…(colleagues):
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    link = copy_link(alice.open("churn/nb/eda.ipynb"))
    preview = open_link(bob.window, link)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, TimeoutError, expect

from sm_onboard.demo.history import git_environment
from tests.e2e.lab import Lab
from tests.e2e.window import Window
from tests.gitserver import FaultyGitServer, Repository, make_repository

NOTEBOOK = "nb/eda.ipynb"
CELLS = ("# Results", "import numpy as np", "np.arange(3).sum()")
LINKED = "c2"


def _version() -> str:
    """Of the Python that JupyterLab and its kernels run on."""
    python = os.environ.get("SMO_E2E_PYTHON")
    if not python:
        return platform.python_version()
    ask = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()


_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": _version(),
    },
}


def notebook(*sources: str, outputs: Sequence[Any] = (), more: int = 0) -> bytes:
    """A notebook with the cells c0, c1, …; a source that begins with # is Markdown.

    Args:
        more: cells behind them, so that a linked one is out of sight at first.
    """
    cells: list[dict[str, Any]] = []
    for n, source in enumerate([*sources, *(f"x{n} = {n}" for n in range(more))]):
        cell: dict[str, Any] = {"id": f"c{n}", "metadata": {}, "source": source}
        if source.startswith("#"):
            cells.append({**cell, "cell_type": "markdown"})
        else:
            run = {"outputs": list(outputs), "execution_count": 1 if outputs else None}
            cells.append({**cell, "cell_type": "code", **run})
    told = {"cells": cells, "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}
    # As JupyterLab saves it: saved again, it is the same.
    return (json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


FILES: dict[str, str | bytes | None] = {
    NOTEBOOK: notebook(*CELLS),
    "src/model.py": "def fit():\n    return 1\n",
    "README.md": "# Churn\n",
}


@dataclass
class Person:
    """One JupyterLab, its window, and the home behind it."""

    name: str
    lab: Lab
    window: Window

    @property
    def home(self) -> Path:
        return self.lab.home

    def open(self, path: str) -> Locator:
        """Opens a notebook as JupyterLab calls it; returns its tab's content, ready."""
        page = self.window.page
        page.goto(f"{self.lab.address}lab/tree/{path}")
        panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        expect(panel.locator(".jp-Cell").first).to_be_visible(timeout=45_000)
        return panel

    def git(self, *args: str, folder: str = "churn") -> str:
        return git(self.home / folder, *args)

    def files(self) -> dict[str, str]:
        """All of the home but our state, JupyterLab's and the caches of programs: path, digest."""
        return {
            path.relative_to(self.home).as_posix(): digest(path)
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and not _is_of_programs(path.relative_to(self.home))
        }

    def kernels(self) -> list[Any]:
        return list(self.lab.get("api/kernels"))


@dataclass
class Colleagues:
    """A team with a git host, a store of shared snapshots, and people."""

    host: FaultyGitServer
    store: Path
    repository: Repository
    start_lab: Callable[..., Lab]
    open_window: Callable[..., Window]
    people: list[Person] = field(default_factory=list)

    def team_file(self, **links: Any) -> str:
        said = {"stores": {"team": str(self.store)}, "hosts": ["127.0.0.1"], **links}
        entry = {"url": self.host.url("churn"), "branch": "main"}
        return json.dumps({"version": 1, "repositories": [entry], "links": said})

    def start(
        self,
        name: str,
        *,
        team_file: str | None = None,
        environment: Mapping[str, str | None] | None = None,
        theme: str = "JupyterLab Light",
        viewport: Mapping[str, int] | None = None,
        **more: Any,
    ) -> Person:
        """A person of the team, whose repository is there.

        Args:
            environment: of the server. viewport: of the window. more: see ``Lab``.
        """
        lab = self.start_lab(
            team_file or self.team_file(),
            environment={"LOGNAME": name, **(environment or {})},
            theme=theme,
            **more,
        )
        lab.set_settings("sm-onboard", "plugin", {"notifications": False, "openPanelFirst": False})
        lab.wait_for("churn", "ready")
        size = {"viewport": dict(viewport)} if viewport else {}
        window = self.open_window(lab, permissions=["clipboard-read", "clipboard-write"], **size)
        person = Person(name, lab, window)
        self.people.append(person)
        return person


@pytest.fixture
def colleagues(
    tmp_path: Path, host: FaultyGitServer, start_lab: Any, open_window: Any
) -> Colleagues:
    repository = make_repository(host.root, "churn", files=FILES)
    store = tmp_path / "shares"
    store.mkdir()
    return Colleagues(host, store, repository, start_lab, open_window)


def copy_link(notebook: Locator, window: Window, *, says: str = "") -> str:
    """Clicks "Copy link" in the notebook's toolbar; the link, once it is made."""
    notebook.locator('[data-smo-do="copy-link"]').first.click()
    return made_link(window, says=says)


def made_link(window: Window, *, says: str = "") -> str:
    """What the popover has, once the link is made."""
    popover = window.page.locator("[data-smo-link]")
    expect(popover).to_have_attribute("data-smo-link", "made", timeout=30_000)
    if says:
        expect(popover).to_contain_text(says)
    return popover.locator("[data-smo-address]").input_value()


def open_link(window: Window, link: str) -> Locator:
    """Pastes a link into "Open shared link…"; the preview's page."""
    page = window.page
    page.keyboard.press("Escape")
    search = page.locator(".lm-CommandPalette-input")
    for _ in range(3):
        if search.is_visible():  # the keys would close it
            break
        page.keyboard.press("Control+Shift+C")
        with contextlib.suppress(TimeoutError):
            search.wait_for(timeout=3000)
    search.fill("Open shared link")
    page.locator('.lm-CommandPalette-item[data-command="sm-onboard:open-shared-link"]').click()
    dialog = page.locator(".jp-Dialog")
    dialog.locator("input").fill(link)
    dialog.locator("button.jp-mod-accept").click()
    return page.locator('[data-smo-page="link"]:visible')


def opened(window: Window) -> Locator:
    """The notebook that is in front."""
    panel = window.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(panel.locator(".jp-Cell").first).to_be_visible(timeout=20_000)
    return panel


def active_cell(window: Window) -> str:
    """The text of the cell that the notebook in front is at."""
    cell = opened(window).locator(".jp-Cell.jp-mod-active")
    expect(cell).to_be_in_viewport()
    text = cell.locator(".cm-content, .jp-RenderedMarkdown").first
    # JupyterLab 4.4 shows an empty cell until the file is there.
    expect(text).to_have_text(re.compile(r"\S"))
    return text.inner_text()


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=P", "-c", "user.email=p@example.com", *args]
    done = subprocess.run(
        command, cwd=folder, env=git_environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def digest(path: Path) -> str:
    data = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()
    return hashlib.sha256(data).hexdigest()


def _is_of_programs(path: Path) -> bool:
    hidden = (".local", ".cache", ".ipython", ".config", ".npm", ".jupyter", ".sm-onboard")
    return path.parts[0] in hidden or ".ipynb_checkpoints" in path.parts
