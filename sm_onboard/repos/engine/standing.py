"""How a clone stands to its host, as far as it can be said without fetching anything."""

from __future__ import annotations

import contextlib

from ..models import Do, Outcome
from . import remote
from .inspect import Folder
from .job import outcome
from .records import Record

_BUSY: dict[str, tuple[str, str]] = {
    "merging": ("repos.merging", "A merge is under way"),
    "rebasing": ("repos.rebasing", "A rebase is under way"),
    "picking": ("repos.picking", "A cherry-pick is under way"),
    "reverting": ("repos.reverting", "A revert is under way"),
    "bisecting": ("repos.bisecting", "A bisect is under way"),
}


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
