"""One piece of work on one entry: what it works with, and the sentences it can end with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from sm_onboard import snapshot
from sm_onboard.errors import Stopped
from sm_onboard.git import addresses, names
from sm_onboard.git.listener import Listener
from sm_onboard.git.progress import Progress
from sm_onboard.git.run import Git, Limits, plain

from ..models import Do, Entry, FileInTheWay, Outcome, UndoPoint
from ..ports import Credentials
from . import remote, storage
from .inspect import Folder, look
from .move import Head, Move
from .mover import Mover
from .records import Record, Store


@dataclass
class Job:
    """Everything one ``sync`` or ``act`` needs.

    Attributes:
        snapshots: where snapshots are kept.
        alone: the entry's lock is held.
    """

    entry: Entry
    root: Path
    store: Store
    credentials: Credentials
    listener: Listener
    limits: Limits
    snapshots: Path
    git: Git
    alone: bool = False

    @classmethod
    def make(
        cls,
        entry: Entry,
        root: Path,
        store: Store,
        credentials: Credentials,
        listener: Listener,
        limits: Limits,
        snapshots: Path,
    ) -> Job:
        names.check_path(entry.path)  # the plan did; this is the last door
        http = addresses.parse(entry.url).scheme == "http"
        git = Git(listener, limits, credentials.access(entry), http=http)
        return cls(entry, root, store, credentials, listener, limits, snapshots, git)

    @contextlib.contextmanager
    def locked(self) -> Iterator[Job]:
        """The same job, holding the entry's lock. Raises Stopped when cancelled meanwhile."""
        with self.store.lock(self.entry.id, self.listener, self.limits.transfer) as lock:
            if self.listener.cancel.is_set():
                raise Stopped("repos.cancelled", "Cancelled.")
            self.store.sweep(self.entry.id, locked=lock.held)
            workers = storage.checkout_workers(self.root)
            git = replace(self.git, lock=lock.fd, workers=workers)
            yield replace(self, alone=lock.held, git=git)

    def look(self) -> Folder:
        folder = look(self.root, self.entry.path)
        if folder.kind == "repository" and folder.reftable:
            head = self.mover(folder.path).head()
            folder = replace(
                folder, head=head.ref if head else None, commit=head.commit if head else None
            )
        return folder

    def ask(self) -> remote.Tip:
        self.listener.progress(Progress(phase="asking", detail=remote.host(self.entry.url)))
        return remote.ask(self.git, self.entry)

    def part(self) -> Path:
        return self.store.part(self.entry.id)

    def mover(self, folder: Path) -> Mover:
        return Mover(self.git, folder, self.part, self._objects(folder), self.alone)

    def _objects(self, folder: Path) -> Any:
        def find(git: Git, id: str, into: Path) -> Path:
            found = snapshot.load(self.snapshots / id)
            return snapshot.objects(git, folder, found, into)

        return find

    def is_ours(self, folder: Folder) -> str | None:
        """The name of the remote that is this entry's repository."""
        for name, url in folder.remotes:
            if addresses.same_repository(url, self.entry.url):
                return name
        return None

    def carry_out(self, folder: Path, move: Move, record: Record, seen: str | None) -> None:
        """Makes a move, journalled; afterwards the record can undo it."""

        def begin() -> None:
            record.journal = move.dump()
            self.store.save(self.entry.id, record)

        def end() -> None:
            finished(record, move, seen)
            self.store.save(self.entry.id, record)

        def abandon() -> None:
            record.journal = None
            self.store.save(self.entry.id, record)

        self.listener.progress(Progress(phase="writing", total=len(move.changes)))
        self.mover(folder).apply(move, begin=begin, end=end, abandon=abandon)

    def count(self, folder: Path, *revisions: str) -> int:
        return int(self.git.run("rev-list", "--count", *revisions, "--", cwd=folder))


def finished(record: Record, move: Move, seen: str | None) -> None:
    """Notes that a move is done, and how to undo it."""
    record.journal = None
    if move.did == "undo":
        record.undo = None
        # What a person took back is not brought again unasked.
        record.held = move.old.commit if move.old.commit != move.new.commit else None
    else:
        record.undo = move.dump()
        record.held = None
        record.seen = seen or record.seen


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def undo_point(record: Record) -> UndoPoint | None:
    """What ``undo`` would bring back; None when there is nothing."""
    if not record.undo:
        return None
    move = Move.load(record.undo)
    did: Any = move.did
    files = {change.path for change in move.changes}
    return UndoPoint(snapshot=move.snapshot, did=did, at=move.at, files=len(files))


def outcome(
    folder: Folder | None, record: Record | None, state: Any, code: str = "", **more: Any
) -> Outcome:
    """An Outcome with what is known of the folder filled in."""
    if folder is not None:
        more.setdefault("branch", folder.branch)
        more.setdefault("commit", folder.commit)
    if record is not None:
        more.setdefault("undo", undo_point(record))
        # Offered only while the folder is where the move left it: else it would be refused.
        if record.undo and more.get("commit") == Move.load(record.undo).new.commit:
            more["actions"] = (*more.get("actions", ()), "undo")
    # A name that is no UTF-8 could not be told to anybody: JSON has no such text.
    more["files"] = tuple(
        msgspec.structs.replace(file, path=_utf8(file.path)) for file in more.get("files", ())
    )
    if "message" in more:
        more["message"] = _utf8(more["message"])
    return Outcome(state=state, code=code, **more)


def _utf8(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def in_the_way(
    job: Job, folder: Folder, record: Record, files: tuple[FileInTheWay, ...], tip: str, behind: int
) -> Outcome:
    """The person's files stand where an update would write."""
    named = tuple(
        FileInTheWay(path=file.path, why=file.why, by=_author(job, folder.path, tip, file.path))
        if i < 20
        else file
        for i, file in enumerate(files)
    )
    what = "1 file" if len(files) == 1 else f"{len(files)} files"
    news = "1 new commit" if behind == 1 else f"{behind} new commits"
    actions: tuple[Do, ...] = ("set_aside", "merge", "discard", "retry")
    return outcome(
        folder,
        record,
        "blocked",
        "repos.files_in_the_way",
        message=f"{what} in the way of {news}. Nothing was changed.",
        hint="Set yours aside and update, or bring both together.",
        behind=behind,
        files=named,
        actions=actions,
    )


def _author(job: Job, folder: Path, tip: str, path: str) -> str:
    said = job.git.run("log", "-1", "--format=%an", tip, "--", path, cwd=folder, ok=(0, 128))
    return plain(said.decode("utf-8", "replace"), 80).strip()


def head_of(folder: Folder) -> Head:
    assert folder.commit is not None
    return Head(folder.head, folder.commit)
