"""The contract of the repositories room: what is asked, answered and shown.

Every struct here is part of the HTTP contract (see ``sm_onboard.contract``) or of
``sm-onboard ... --json``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.git.progress import Progress

State = Literal[
    "waiting",  # in the plan, not looked at yet
    "cloning",
    "updating",  # an update, or anything else a person asked for, is at work
    "ready",  # complete; nothing to do
    "behind",  # the remote has more, and it was not taken
    "blocked",  # something of the person's is in the way; nothing was changed
    "diverged",  # both sides have commits the other lacks
    "foreign",  # the folder belongs to something else; never written to
    "failed",
    "cancelled",
    "skipped",  # deliberately not for this person or place
]
Action = Literal["cloned", "updated", "unchanged", "restored", "none"]

Do = Literal[
    "update",  # take what the remote has, where that is safe
    "retry",
    "cancel",
    "undo",  # bring back what the last change replaced
    "set_aside",  # keep mine in a snapshot, then take the remote's
    "merge",  # bring both together; refused where both changed the same lines
    "discard",  # back to the last commit (a snapshot is kept), then update
    "remove_lock",  # a lock file that a dead git left
    "switch_branch",  # back to the configured branch
]

Source = Literal["person", "space", "profile", "domain", "team", "trait"]
"""Where an entry was named, nearest first."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One repository of the merged plan, every field checked.

    ``url`` is https, ssh or (to loopback only) http, and holds no user:password.
    ``path`` is relative, below the root, with ``/`` and without ``..``.
    """

    id: str
    name: str
    url: str
    path: str
    source: Source
    origin: str = ""  # the file or trait that names it, for people
    branch: str | None = None
    secret: str | None = None
    update: Literal["safe", "never"] = "safe"
    filter: Literal["full", "blobless", "shallow"] = "full"
    sparse: tuple[str, ...] = ()
    submodules: bool = False
    open: str | None = None
    environment: str | None = None


class FileInTheWay(msgspec.Struct, frozen=True, kw_only=True):
    """A file that an update would have had to overwrite."""

    path: str
    why: Literal["changed", "untracked", "ignored", "staged", "conflict", "deleted", "folder"]
    by: str = ""  # author of the remote's newest change to it


class UndoPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What ``undo`` would bring back."""

    snapshot: str  # its id
    did: Do | Literal["updated"]
    at: str  # ISO 8601, UTC
    files: int


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Packages that the team's ``environment`` file names and this Python lacks."""

    file: str
    state: Literal["unknown", "complete", "missing", "installing", "failed"]
    missing: tuple[str, ...] = ()
    message: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine found or did for one entry."""

    state: State
    action: Action = "none"
    code: str = ""  # finer case: repos.on_own_branch; empty when there is nothing to say
    message: str = ""
    hint: str = ""
    branch: str | None = None
    commit: str | None = None  # 40 (sha1) or 64 (sha256) hex
    behind: int | None = None
    ahead: int | None = None
    changed: int | None = None  # files an update wrote
    files: tuple[FileInTheWay, ...] = ()
    actions: tuple[Do, ...] = ()  # the first is the main one
    undo: UndoPoint | None = None


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the panel."""

    id: str
    name: str
    path: str
    url: str
    source: Source
    origin: str
    state: State
    action: Action
    code: str
    message: str
    hint: str
    branch: str | None
    commit: str | None
    behind: int | None
    ahead: int | None
    changed: int | None
    files: tuple[FileInTheWay, ...]
    actions: tuple[Do, ...]
    undo: UndoPoint | None
    progress: Progress | None
    environment: Environment | None
    contents_path: str | None  # for JupyterLab's file browser; None: outside its root folder
    start: str | None  # contents path of the team's start notebook, when it exists
    checked_at: str | None  # ISO 8601, UTC: last answer of the remote
    has_log: bool


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a whole source or with the root, not with one repository."""

    code: str
    message: str
    hint: str
    origin: str


class ReposState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the panel shows of this room."""

    server: str  # changes when the server restarts
    revision: int  # grows with every change
    state: Literal["starting", "working", "idle", "off"]  # off: the server is closing
    root: str
    first: bool  # this root had nothing of the plan when the server started
    identity: Literal["unknown", "set", "missing"]
    sources: tuple[str, ...]  # the files read, as people know them
    problems: tuple[Problem, ...]
    repositories: tuple[Repository, ...]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs the person's commits (git's user.name and user.email)."""

    name: str
    email: str


class NewRepository(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A repository the person adds to their own onboard.yaml."""

    url: str
    branch: str | None = None
    path: str | None = None


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What git said about one repository, newest last, without secrets."""

    id: str
    text: str


class SyncResult(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``sm-onboard sync --json``."""

    name: str
    path: str
    url: str
    source: str
    branch: str | None
    commit: str | None
    state: State
    action: Action
    code: str
    message: str
