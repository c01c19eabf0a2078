"""Keeps the promises about repositories: a folder is absent or whole, and no work is lost.

A clone is prepared aside and published by one rename (``clone.py``). An existing clone is
changed only by moves (``move.py``): journalled, with a snapshot where they replace what
git does not have, so that they can be finished after a kill and undone later.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from sm_onboard.errors import Conflict, OnboardError, Stopped
from sm_onboard.git import addresses
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import GitFailed, Limits

from ..models import Do, Entry, Outcome
from ..ports import Credentials
from . import asked, clone, remote, standing, update
from .inspect import Folder, look
from .job import Job, finished, outcome
from .move import InTheWay, Locked, Move, MovedOn
from .records import Record, Store

_FOREIGN: dict[str, tuple[str, str]] = {
    "file": ("repos.path_is_file", "{path} is a file. It was left alone."),
    "link": (
        "repos.path_is_link",
        "{path} is, or lies behind, a symbolic link. It was left alone.",
    ),
    "linked": ("repos.linked_worktree", "{path} is a linked worktree. It was left alone."),
    "plain": ("repos.not_a_repository", "{path} holds something else. It was left alone."),
}


class Engine:
    """Implements ``ports.Engine`` for one root.

    Args:
        root: the folder that holds the repositories.
        state_home: where snapshots go (``~/.local/state/sm-onboard``).
    """

    def __init__(
        self,
        root: Path,
        *,
        credentials: Credentials,
        limits: Limits | None = None,
        state_home: Path,
    ) -> None:
        self.root = root
        self.store = Store(root)
        self.credentials = credentials
        self.limits = limits or Limits()
        self.snapshots = state_home / "snapshots"

    def prepare(self) -> None:
        """See ``ports.Engine``."""
        try:
            if not self.root.is_dir():
                self.root.mkdir()
            self.store.make()
            self.store.sweep_dead()
        except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
            raise Conflict(
                "repos.root_missing",
                f"{self.root} is not there, or is no folder.",
                "Set SmOnboard.root to a folder that exists, or mount the storage.",
            ) from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Conflict(
                    "repos.root_full", f"There is no room left in {self.root}.", "Make room there."
                ) from error
            raise Conflict(
                "repos.root_read_only",
                f"{self.root} cannot be written to: {os.strerror(error.errno or 0)}.",
                "Set SmOnboard.root to a folder of yours.",
            ) from error

    def sync(self, entry: Entry, listener: Listener) -> Outcome:
        """See ``ports.Engine``."""
        return self._told(entry, listener, lambda job: self._sync(job, asked=False))

    def act(self, entry: Entry, do: Do, listener: Listener) -> Outcome:
        """See ``ports.Engine``."""
        if do in ("update", "retry"):
            return self._told(entry, listener, lambda job: self._sync(job, asked=do == "update"))
        return self._told(entry, listener, lambda job: self._asked(job, do))

    def _told(self, entry: Entry, listener: Listener, work: Callable[[Job], Outcome]) -> Outcome:
        """Does the work; whatever goes wrong becomes an Outcome."""
        try:
            job = Job.make(
                entry,
                self.root,
                self.store,
                self.credentials,
                listener,
                self.limits,
                self.snapshots,
            )
            return work(job)
        except Stopped as error:
            return self._ended(entry, "cancelled", error, ("retry",))
        except (OnboardError, OSError) as error:
            told = remote.explain(entry, self.credentials, error)
            if isinstance(error, GitFailed):
                listener.log(f"git {error.command}: status {error.exit}")
            elif isinstance(error, OSError):
                listener.log(f"{type(error).__name__}: {error.strerror}: {error.filename}")
            return self._ended(entry, "failed", told, ("retry",))

    def _ended(
        self, entry: Entry, state: str, error: OnboardError, actions: tuple[Do, ...]
    ) -> Outcome:
        folder = record = None
        with contextlib.suppress(OSError, OnboardError):
            folder, record = look(self.root, entry.path), self.store.load(entry.id)
        return outcome(
            folder,
            record,
            state,
            error.code,
            message=error.message,
            hint=error.hint,
            actions=actions,
        )

    def _sync(self, job: Job, asked: bool) -> Outcome:
        folder = job.look()
        record = self.store.load(job.entry.id)
        refused = _foreign(job, folder, record)
        if refused:
            return refused
        tip = job.ask()
        if folder.kind == "repository" and not folder.locked and _nothing_pending(job, record):
            answer = standing.settled(folder, record, tip)
            if answer:
                return answer
        with job.locked() as alone:
            before, folder = folder, alone.look()
            refused = _foreign(alone, folder, record)
            if refused:
                return refused
            try:
                record = self._recover(alone)
            except Locked as lock:
                return standing.locked(folder, record, lock.file)
            folder = alone.look()
            if folder.kind in ("absent", "empty"):
                answer = self._clone(alone, tip)
                if answer:
                    return answer
                folder = alone.look()
            self._renew_sign_in(alone, folder, record)
            if folder.commit != before.commit:
                tip = alone.ask()
            try:
                return self._existing(alone, folder, record, tip, asked)
            except MovedOn:
                # Storage without locks, and another server was quicker: look again.
                return self._existing(alone, alone.look(), record, alone.ask(), asked)

    def _existing(
        self, job: Job, folder: Folder, record: Record, tip: remote.Tip, asked: bool
    ) -> Outcome:
        return (
            _foreign(job, folder, record)
            or standing.settled(folder, record, tip)
            or update.update(job, folder, record, tip, asked)
        )

    def _clone(self, job: Job, tip: remote.Tip) -> Outcome | None:
        """Clones; None when somebody else has published the folder meanwhile."""
        if tip.commit is None and not tip.empty:
            hint = f"Its default branch is {tip.default}." if tip.default else ""
            return outcome(
                None,
                None,
                "failed",
                "repos.branch_missing",
                message=f"The remote has no branch {tip.branch}.",
                hint=f"Change branch in onboard.yaml. {hint}".strip(),
                actions=("retry",),
            )
        part = job.part()
        try:
            made = clone.prepare(job.git, job.entry, None if tip.empty else tip.branch, part)
            files = len(job.git.run("ls-files", "-z", cwd=made).split(b"\0")) - 1
            if not clone.publish(made, self.root, job.entry.path):
                return None
        finally:
            clone.discard(part)
        folder = job.look()
        record = Record(job.entry.url, job.entry.path, folder.commit, kept=clone.kept(job.git))
        self.store.save(job.entry.id, record)
        return outcome(
            folder,
            record,
            "ready",
            "repos.empty" if tip.empty else "",
            action="cloned",
            message="Cloned, no commits yet." if tip.empty else f"Cloned, {files} files.",
            changed=files,
            behind=0,
        )

    def _renew_sign_in(self, job: Job, folder: Folder, record: Record) -> None:
        """The secret that onboard.yaml names has changed: so does the clone's sign-in."""
        wanted = clone.kept(job.git)
        if folder.kind == "repository" and record.kept not in (None, wanted):
            clone.keep(job.git, folder.path, record.kept or [], wanted)
            record.kept = wanted
            self.store.save(job.entry.id, record)

    def _recover(self, job: Job) -> Record:
        """Finishes what a killed process had begun."""
        record = self.store.load(job.entry.id)
        folder = self.root / job.entry.path
        job.mover(folder).index.drop_left_lock(job.part)
        if record.journal is None:
            return record
        move = Move.load(record.journal)
        job.listener.log("Finishing a change that was cut short.")
        if folder.is_dir() and job.mover(folder).recover(move):
            finished(record, move, None if move.did == "undo" else move.new.commit)
        record.journal = None
        self.store.save(job.entry.id, record)
        return record

    def _asked(self, job: Job, do: Do) -> Outcome:
        """What a person asked for and what may change their files."""
        with job.locked() as alone:
            folder, record = alone.look(), self.store.load(job.entry.id)
            refused = _foreign(alone, folder, record)
            if refused:
                return refused
            if do != "remove_lock":  # which may be what stands in recovery's way
                try:
                    record = self._recover(alone)
                except Locked as lock:
                    return standing.locked(folder, record, lock.file)
                folder = alone.look()
            if folder.kind != "repository" or folder.commit is None:
                raise Conflict("repos.nothing_here", f"There is no clone in {job.entry.path}.", "")
            try:
                done = asked.carry_out(alone, folder, record, do)
            except InTheWay as way:
                raise Conflict(
                    "repos.changed_meanwhile",
                    f"{way.files[0].path} was changed at this moment. Nothing was changed.",
                    "Retry.",
                ) from way
            except Locked as lock:
                return standing.locked(folder, record, lock.file)
        return done if done is not None else self._sync(job, asked=True)


def _nothing_pending(job: Job, record: Record) -> bool:
    return record.journal is None and record.kept in (None, clone.kept(job.git))


def _foreign(job: Job, folder: Folder, record: Record) -> Outcome | None:
    """The refusal to touch what is not this entry's clone; None when it is."""
    path = job.entry.path
    if folder.kind in _FOREIGN:
        code, message = _FOREIGN[folder.kind]
        hint = "Move it away, or choose another path in onboard.yaml."
    elif folder.kind == "repository" and job.is_ours(folder) is None:
        hint = "Move it away, or choose another path in onboard.yaml."
        if folder.remotes:
            code, other = "repos.other_repository", addresses.display(folder.remotes[0][1])
            message = f"{{path}} is a clone of {other.replace('{', '(')}. It was left alone."
        else:
            code, message = "repos.no_remote", "{path} is a repository without a remote."
    else:
        return None
    return outcome(
        folder,
        record,
        "foreign",
        code,
        message=message.replace("{path}", path),
        hint=hint,
        actions=("retry",),
    )
