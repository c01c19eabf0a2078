"""What to do about a clone that is already there: nothing, a safe update, or a sentence."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_onboard.errors import Conflict
from sm_onboard.git.objects import SUBMODULE
from sm_onboard.git.run import Git

from ..models import Do, Outcome
from . import remote
from .inspect import Folder
from .job import Job, head_of, in_the_way, now, outcome
from .move import InTheWay, Locked, Move
from .records import Record
from .worktree import tree_changes

_BUSY: dict[str, tuple[str, str]] = {
    "merging": ("repos.merging", "A merge is under way"),
    "rebasing": ("repos.rebasing", "A rebase is under way"),
    "picking": ("repos.picking", "A cherry-pick is under way"),
    "reverting": ("repos.reverting", "A revert is under way"),
    "bisecting": ("repos.bisecting", "A bisect is under way"),
}
Relation = Literal["same", "behind", "ahead", "diverged", "unrelated", "shallow"]


@dataclass(frozen=True)
class News:
    """How a clone and its host stand to each other, the host's commits already here."""

    tip: str
    relation: Relation
    behind: int
    ahead: int


def settled(folder: Folder, record: Record, tip: remote.Tip) -> Outcome | None:
    """The answer where nothing has to be fetched, None where it takes more."""
    if folder.commit is None:
        if tip.empty:
            return outcome(folder, record, "ready", "repos.empty", message="No commits yet.")
        return outcome(
            folder,
            record,
            "foreign",
            "repos.incomplete",
            message="The folder is half a clone that another program left.",
            hint="Move it away, then retry.",
            actions=("retry",),
        )
    if folder.busy:
        code, what = _BUSY[folder.busy]
        return outcome(
            folder,
            record,
            "blocked",
            code,
            message=f"{what} here. Nothing was changed.",
            hint="Finish or abort it, then update.",
            actions=("retry",),
        )
    if tip.empty:
        return outcome(
            folder, record, "ready", "repos.remote_empty", message="The remote has no commits."
        )
    if tip.commit is None:
        return _branch_missing(folder, record, tip)
    if folder.branch != tip.branch:
        return _elsewhere(folder, record, tip)
    if folder.commit == tip.commit:
        return outcome(folder, record, "ready", action="unchanged", message="Up to date.", behind=0)
    return None


def _branch_missing(folder: Folder, record: Record, tip: remote.Tip) -> Outcome:
    here = tip.branch
    hint = "Change branch in onboard.yaml."
    if tip.default and tip.default != here:
        hint = f"The default branch there is {tip.default} now: change branch in onboard.yaml."
    return outcome(
        folder,
        record,
        "blocked",
        "repos.branch_missing",
        message=f"The remote has no branch {here} any more. Nothing was changed.",
        hint=hint,
        actions=("retry",),
    )


def _elsewhere(folder: Folder, record: Record, tip: remote.Tip) -> Outcome:
    actions: tuple[Do, ...] = ("switch_branch",)
    if folder.head is None:
        at = folder.commit == tip.commit
        return outcome(
            folder,
            record,
            "ready" if at else "behind",
            "repos.detached",
            action="unchanged",
            message=f"You are on no branch, at {(folder.commit or '')[:7]}. Nothing was changed.",
            hint=f"Switch to {tip.branch} to get updates.",
            actions=actions,
        )
    if tip.branch == tip.default and folder.branch == _former_default(folder):
        return outcome(
            folder,
            record,
            "blocked",
            "repos.branch_renamed",
            message=f"The remote's default branch is {tip.branch} now, no longer {folder.branch}. "
            "Nothing was changed.",
            hint=f"Switch to {tip.branch} to get updates.",
            actions=(*actions, "retry"),
        )
    return outcome(
        folder,
        record,
        "ready",
        "repos.on_own_branch",
        action="unchanged",
        message=f"You are on your own branch. {tip.branch} is not touched.",
        hint=f"Switch to {tip.branch} to get updates.",
        actions=actions,
    )


def _former_default(folder: Folder) -> str | None:
    """The host's default branch when it was cloned, as git noted it then."""
    for name, _ in folder.remotes:
        prefix = f"ref: refs/remotes/{name}/"
        with contextlib.suppress(OSError, UnicodeDecodeError):
            said = (folder.git_dir / "refs" / "remotes" / name / "HEAD").read_text("utf-8")
            if ".." not in name and said.startswith(prefix):
                return said[len(prefix) :].strip()
    return None


def locked(folder: Folder, record: Record, file: str) -> Outcome:
    return outcome(
        folder,
        record,
        "blocked",
        "repos.locked",
        message=f"{file} exists: another git is at work here, or one was cut short.",
        hint="Wait for it. Where nothing runs any more, remove the lock.",
        actions=("retry", "remove_lock"),
    )


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


def update(
    job: Job, folder: Folder, record: Record, tip: remote.Tip, asked: bool = False
) -> Outcome:
    """Updates where that is safe.

    Args:
        asked: a person asked for it, so ``update: never`` and an earlier undo do not hold.
    """
    news = bring_news(job, folder, tip)
    if news.relation == "same":
        return outcome(folder, record, "ready", action="unchanged", message="Up to date.", behind=0)
    if news.relation == "ahead" and not _dropped(job, folder, record, news):
        return _ahead(folder, record, news)
    if news.relation != "behind":
        return _apart(job, folder, record, news)
    if not asked and record.held == news.tip:
        return outcome(
            folder,
            record,
            "behind",
            "repos.undone",
            message=f"{_commits(news.behind)} behind, as you undid the update.",
            behind=news.behind,
            actions=("update",),
        )
    if not asked and job.entry.update == "never":
        return outcome(
            folder,
            record,
            "behind",
            "repos.update_never",
            message=f"{_commits(news.behind)} behind. onboard.yaml says never to update it.",
            behind=news.behind,
            actions=("update",),
        )
    return fast_forward(job, folder, record, news)


def fast_forward(job: Job, folder: Folder, record: Record, news: News) -> Outcome:
    """``merge --ff-only --no-overwrite-ignore``, by a move that a kill cannot break."""
    changes = tuple(tree_changes(job.git, folder.path, folder.commit or "", news.tip))
    old = head_of(folder)
    move = Move("updated", old, old._replace(commit=news.tip), changes, changes, at=now())
    if folder.partial:
        prefetch(job, folder, move)
    try:
        job.carry_out(folder.path, move, record, news.tip)
    except InTheWay as way:
        return in_the_way(job, folder, record, way.files, news.tip, news.behind)
    except Locked as lock:
        return locked(folder, record, lock.file)
    files = len(changes)
    modules = any(c.new and c.new.mode == SUBMODULE for c in changes)
    return outcome(
        folder,
        record,
        "ready",
        "repos.submodules_behind" if modules else "",
        action="updated",
        commit=news.tip,
        message=f"Updated, {files} {'file' if files == 1 else 'files'}."
        + (" Its submodules were left as they are." if modules else ""),
        hint="Run git submodule update." if modules else "",
        changed=files,
        behind=0,
    )


def prefetch(job: Job, folder: Folder, move: Move) -> None:
    """Gets a partial clone's missing blobs in one request instead of one each."""
    wanted = {c.new.oid for c in move.changes if c.new and c.new.mode != SUBMODULE}
    if not wanted:
        return
    lines = "".join(f"{oid}\n" for oid in sorted(wanted)).encode()
    said = job.git.run(
        *("cat-file", "--batch-check=%(objectname)"),
        cwd=folder.path,
        env={"GIT_NO_LAZY_FETCH": "1"},
        input=lines,
    )
    missing = [x.split()[0] for x in said.decode().splitlines() if x.endswith("missing")]
    name = job.is_ours(folder)
    if missing and name:
        args = ("--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin")
        job.git.run(
            *("fetch", *args, "--", name),
            cwd=folder.path,
            input="".join(f"{oid}\n" for oid in missing).encode(),
        )


def _ahead(folder: Folder, record: Record, news: News) -> Outcome:
    return outcome(
        folder,
        record,
        "ready",
        "repos.ahead",
        action="unchanged",
        message=f"{_commits(news.ahead)} of yours not pushed yet.",
        behind=0,
        ahead=news.ahead,
    )


def _dropped(job: Job, folder: Folder, record: Record, news: News) -> bool:
    """Whether the host has taken back commits that this folder was brought to once."""
    if not record.seen:
        return False
    only = ("rev-list", "--max-count=1", record.seen, f"^{news.tip}", "--")
    return bool(job.git.run(*only, cwd=folder.path, ok=(0, 128)))


def _apart(job: Job, folder: Folder, record: Record, news: News) -> Outcome:
    actions: tuple[Do, ...] = ("set_aside",)
    numbers = {"behind": news.behind or None, "ahead": news.ahead or None}
    if news.relation == "unrelated":
        code = "repos.unrelated_history"
        message = "The remote's history has nothing in common with yours. Nothing was changed."
        hint = "The repository was replaced. Set yours aside to take the new one."
    elif news.relation == "shallow":
        code = "repos.shallow_diverged"
        message = "The remote's history was rewritten, and this clone has only its newest commits."
        hint = "Set yours aside to take the new one."
    elif _dropped(job, folder, record, news):
        code = "repos.force_pushed"
        message = "The remote's history was rewritten. Nothing was changed."
        hint = "Set yours aside to take the new one; your commits are kept in a snapshot."
    else:
        code = "repos.diverged"
        message = (
            f"You have {_commits(news.ahead)} that the remote lacks, "
            f"and it has {_commits(news.behind)} that you lack. Nothing was changed."
        )
        hint = "Bring both together, or set yours aside."
        actions = ("merge", "set_aside")
    return outcome(
        folder,
        record,
        "diverged",
        code,
        message=message,
        hint=hint,
        actions=(*actions, "retry"),
        **numbers,
    )


def _commits(number: int) -> str:
    return "1 commit" if number == 1 else f"{number} commits"
