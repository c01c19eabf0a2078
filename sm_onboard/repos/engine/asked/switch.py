"""Back to the configured branch."""

from __future__ import annotations

import contextlib
import os

from sm_onboard.errors import Conflict
from sm_onboard.git.names import shown
from sm_onboard.repos.models import Outcome

from ..changes import tree_changes
from ..inspect import Folder
from ..job import Job, head_of, now, outcome
from ..move import Head, InTheWay, Move
from ..news import bring_news
from ..records import Record
from .keeping import named


def switch_branch(job: Job, folder: Folder, record: Record) -> Outcome | None:
    """Back to the configured branch; the person's branch keeps its commits."""
    tip = job.ask()
    if tip.branch is None or tip.commit is None:
        raise Conflict("repos.branch_missing", "The remote has no such branch.", "")
    news = bring_news(job, folder, tip)
    ref = f"refs/heads/{tip.branch}"
    _only_here(folder, ref)
    said = job.git.run("rev-parse", "--verify", "--quiet", ref, cwd=folder.path, ok=(0, 1))
    target = said.decode().strip() or news.tip
    changes = tuple(tree_changes(job.git, folder.path, folder.commit or "", target))
    move = Move("switch_branch", head_of(folder), Head(ref, target), changes, changes, at=now())
    try:
        job.carry_out(folder.path, move, record, None)
    except InTheWay as way:
        return outcome(
            folder,
            record,
            "blocked",
            "repos.switch_in_the_way",
            message=f"{named([f.path for f in way.files])} would be overwritten by switching to "
            f"{tip.branch}. Nothing was changed.",
            hint="Commit your changes first.",
            files=way.files,
            actions=("switch_branch", "retry"),
        )
    name = job.is_ours(folder)
    if name and not said:
        for key, value in (("remote", name), ("merge", ref)):
            job.git.run("config", f"branch.{tip.branch}.{key}", value, cwd=folder.path)
    return None


def _only_here(folder: Folder, ref: str) -> None:
    """Refuses a branch that a linked worktree is on: both would move it."""
    base = folder.git_dir / "worktrees"
    for name in os.listdir(base) if base.is_dir() else ():
        with contextlib.suppress(OSError):
            at = (base / name / "HEAD").read_text(encoding="utf-8", errors="replace").strip()
            place = (base / name / "gitdir").read_text(encoding="utf-8", errors="replace").strip()
            if at == f"ref: {ref}" and os.path.exists(place):
                raise Conflict(
                    "repos.branch_elsewhere",
                    f"{ref.removeprefix('refs/heads/')} is checked out in another worktree "
                    f"of this clone, {shown(os.path.dirname(place))}. Nothing was changed.",
                    "Work on it there, or remove that worktree with git worktree remove.",
                )
