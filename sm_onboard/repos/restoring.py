"""Lists the snapshots that were taken of work trees, and brings one back."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sm_onboard import snapshot as snapshots_
from sm_onboard.errors import NotFound
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git

from .models import Entry
from .ports import Credentials

STORE = "snapshots"  # below the state folder


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``sm-onboard repos restore --json``.

    ``path`` is where the work tree was; after a restore, where the snapshot is now.
    """

    id: str
    created: str  # ISO 8601, UTC
    repository: str
    path: str
    branch: str | None
    commit: str  # what HEAD was
    files: int
    left_out: tuple[str, ...]
    reason: str


def list_kept(state: Path) -> list[Kept]:
    """All snapshots, newest first."""
    return [_kept(manifest) for manifest in snapshots_.list_snapshots(state / STORE)]


def restore(state: Path, id: str, into: Path, credentials: Credentials) -> Kept:
    """Brings a snapshot back as a clone of its own, with the files as they were.

    Args:
        state: the state folder.
        id: as ``list_kept`` gives it.
        into: a folder that does not exist yet.

    Raises:
        OnboardError: ``snapshot.missing``, ``snapshot.damaged``, ``snapshot.target_exists``,
            ``repos.source_missing``, or git failed.
    """
    known = {manifest.id for manifest in snapshots_.list_snapshots(state / STORE)}
    if id not in known:  # also keeps a path from being taken for an id
        raise NotFound(
            "snapshot.missing",
            f"There is no snapshot {id}.",
            "sm-onboard repos restore lists them.",
        )
    found = snapshots_.load(state / STORE / id)
    source, git = _source(found.manifest, credentials)
    snapshots_.restore(git, found, into, source)
    return msgspec.structs.replace(_kept(found.manifest), path=str(into))


def _source(manifest: snapshots_.Manifest, credentials: Credentials) -> tuple[str, Git]:
    """The clone it was taken from, or else the host."""
    if os.path.isdir(os.path.join(manifest.path, ".git")):
        return manifest.path, Git(Listener())
    if manifest.url:
        entry = Entry(
            id=manifest.id, name=manifest.path, url=manifest.url, path="restored", source="person"
        )
        return manifest.url, Git(Listener(), access=credentials.access(entry))
    raise NotFound(
        "repos.source_missing",
        f"The repository of this snapshot is not at {manifest.path} any more.",
        "Clone it there, then restore the snapshot again.",
    )


def _kept(manifest: snapshots_.Manifest) -> Kept:
    return Kept(
        id=manifest.id,
        created=manifest.created,
        repository=manifest.url or manifest.path,
        path=manifest.path,
        branch=manifest.branch,
        commit=manifest.head,
        files=len(manifest.files),
        left_out=tuple(file.path for file in manifest.left_out),
        reason=manifest.reason,
    )
