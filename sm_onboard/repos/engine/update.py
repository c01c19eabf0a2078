"""What to do about a clone that is already there: nothing, a safe update, or a sentence."""

from __future__ import annotations

from sm_onboard.git.objects import SUBMODULE

from ..models import Do, Outcome
from . import remote
from .changes import tree_changes
from .inspect import Folder
from .job import Job, head_of, in_the_way, now, outcome
from .move import InTheWay, Locked, Move
from .news import News, bring_news
from .records import Record
from .standing import locked


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
