"""A clone of the sample team's repository, with a remote, changed and partly untracked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.demo.history import git_environment
from sm_onboard.experiments.recording import capture, ending, machine, where

SAMPLE = Path(capture.__file__).parents[2] / "demo" / "team" / "churn"


class Clone:
    """A person's clone."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *args: str) -> str:
        command = ["git", "-c", "user.name=P", "-c", "user.email=p@example.com", *args]
        env = git_environment()
        done = subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def everything_of_git(self) -> dict[str, bytes]:
        files = (self.root / ".git").rglob("*")
        return {str(file): file.read_bytes() for file in files if file.is_file()}


def make_clone(folder: Path) -> Clone:
    """With a commit that the remote has, one changed file and one untracked."""
    clone = Clone(folder / "churn")
    shutil.copytree(SAMPLE, clone.root, ignore=shutil.ignore_patterns("__pycache__"))
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message=the sample")
    clone.git("clone", "--quiet", "--bare", ".", str(folder / "origin"))
    clone.git("remote", "add", "origin", str(folder / "origin"))
    clone.git("fetch", "--quiet", "origin")
    with open(clone.root / "src" / "churn" / "model.py", "a", encoding="utf-8") as stream:
        stream.write("# tried today\n")
    clone.write("notebooks/mine.ipynb", '{"cells": [], "nbformat": 4, "nbformat_minor": 5}')
    return clone


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    made = make_clone(tmp_path)
    monkeypatch.chdir(made.root)
    return made


class Cell:
    """What is executed, as a test says it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 1
        self.file: Path | None = None
        monkeypatch.setattr(where, "look", self.look)

    def next(self) -> None:
        self.number += 1

    def look(self) -> where.Where:
        return where.Where(f"message {self.number}", True, "k1", "c1", "fit()", self.file)


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cell]:
    """A fresh kernel in whose next cell runs begin."""
    for name, value in (("_latest", None), ("_repositories", {}), ("_pruned", False)):
        monkeypatch.setattr(capture, name, value)
    monkeypatch.setattr(ending, "wrap", lambda: None)  # there is no mlflow in these tests
    capture._captures.clear()
    machine.tags.cache_clear()
    yield Cell(monkeypatch)
    machine.tags.cache_clear()
