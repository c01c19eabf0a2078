"""Brings the host's new commits into a clone and says how both sides stand."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_onboard.errors import Conflict
from sm_onboard.git.run import Git

from . import remote
from .inspect import Folder
from .job import Job

Relation = Literal["same", "behind", "ahead", "diverged", "unrelated", "shallow"]


@dataclass(frozen=True)
class News:
    """How a clone and its host stand to each other, the host's commits already here."""

    tip: str
    relation: Relation
    behind: int
    ahead: int


def bring_news(job: Job, folder: Folder, tip: remote.Tip) -> News:
    """Fetches what is missing and says how both sides stand. Changes no work tree."""
    assert tip.commit is not None and tip.branch is not None and folder.commit is not None
    git, at = job.git, folder.path
    _in_one_place(git, at)
    here = {"GIT_NO_LAZY_FETCH": "1"}
    said = git.run("cat-file", "--batch-check", cwd=at, env=here, input=tip.commit.encode())
    if said.endswith(b"missing\n"):
        part = job.part()
        try:
            remote.fetch(git, at, job.entry.url, tip.branch, part)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    name = job.is_ours(folder)
    if name:
        ref = f"refs/remotes/{name}/{tip.branch}"
        # A courtesy to git status; a lock that somebody left on it need not stop us.
        why = "sm-onboard: fetch"
        git.run("update-ref", "-m", why, ref, tip.commit, cwd=at, ok=(0, 1, 128))
    relation = _relation(git, at, folder, tip.commit)
    behind = ahead = 0
    if relation in ("behind", "diverged", "ahead"):
        behind = job.count(at, f"{folder.commit}..{tip.commit}")
        ahead = job.count(at, f"{tip.commit}..{folder.commit}")
    return News(tip.commit, relation, behind, ahead)


def _in_one_place(git: Git, at: Path) -> None:
    """Refuses a clone whose files git looks for elsewhere (``core.worktree``, included)."""
    said = git.run("rev-parse", "--show-toplevel", "--absolute-git-dir", cwd=at)
    top, git_dir = (os.fsdecode(line) for line in said.splitlines())
    if os.path.realpath(top) != os.path.realpath(at) or not os.path.samefile(git_dir, at / ".git"):
        raise Conflict(
            "repos.files_elsewhere",
            "The settings of this clone place its files in another folder. Nothing was changed.",
            "Remove core.worktree from its settings, or update it with git pull.",
        )


def _relation(git: Git, at: Path, folder: Folder, tip: str) -> Relation:
    here = folder.commit or ""
    if here == tip:
        return "same"
    if git.test("merge-base", "--is-ancestor", here, tip, cwd=at):
        return "behind"
    if git.test("merge-base", "--is-ancestor", tip, here, cwd=at):
        return "ahead"
    if git.test("merge-base", here, tip, cwd=at):
        return "diverged"
    return "shallow" if folder.shallow else "unrelated"
