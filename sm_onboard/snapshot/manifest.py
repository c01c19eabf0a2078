"""What a snapshot says of itself, and the folder that holds several."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from sm_onboard.errors import NotFound, OnboardError

SNAPSHOT, INDEX = "refs/sm-onboard/snapshot", "refs/sm-onboard/index"

Why = Literal["large", "secret", "excluded", "repository", "special", "unreadable"]


@dataclass(frozen=True)
class Kept:
    """A file that differs from HEAD. ``blob`` is None where it was deleted.

    ``sha256`` is that of the bytes on disk (of the target, for a link).
    """

    path: str
    mode: str | None
    blob: str | None
    size: int
    sha256: str | None
    tracked: bool


@dataclass(frozen=True)
class LeftOut:
    path: str
    why: Why
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds.

    Attributes:
        version: of this format.
        reason: what it was taken for.
        url: the repository, without credentials; empty when it has no remote.
        head: the commit the work tree was on. branch: None when detached.
        base: commits that a reader must have (the remote has them).
        commit, index: the two commits of the bundle; ``index`` is None in mid-merge.
        bundle_sha256: digest of the bundle.
    """

    id: str
    created: str
    reason: str
    url: str
    path: str
    branch: str | None
    head: str
    base: tuple[str, ...]
    commit: str
    index: str | None
    files: tuple[Kept, ...]
    left_out: tuple[LeftOut, ...]
    bundle_sha256: str
    bundle_size: int
    version: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Manifest:
        values = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        values["files"] = tuple(Kept(**file) for file in values["files"])
        values["left_out"] = tuple(LeftOut(**file) for file in values["left_out"])
        values["base"] = tuple(values["base"])
        return cls(**values)


@dataclass(frozen=True)
class Snapshot:
    folder: Path
    manifest: Manifest

    @property
    def bundle(self) -> Path:
        return self.folder / "snapshot.bundle"


def load(folder: Path, *, verify: bool = True) -> Snapshot:
    """Reads a snapshot and checks the bundle's digest.

    Raises:
        OnboardError: ``snapshot.missing``, ``snapshot.damaged``.
    """
    try:
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        snapshot = Snapshot(folder, Manifest.load(data))
        if verify:
            digest = hashlib.sha256(snapshot.bundle.read_bytes()).hexdigest()
            if digest != snapshot.manifest.bundle_sha256:
                raise OnboardError(
                    "snapshot.damaged", f"The snapshot {folder.name} is not what was written."
                )
    except FileNotFoundError:
        raise NotFound("snapshot.missing", f"There is no snapshot {folder.name}.") from None
    except (ValueError, KeyError, TypeError):
        raise OnboardError(
            "snapshot.damaged", f"The manifest of snapshot {folder.name} cannot be read."
        ) from None
    return snapshot


def list_snapshots(store: Path) -> list[Manifest]:
    """All that can be read, newest first."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for entry in os.listdir(store):
            if not entry.startswith("."):
                with contextlib.suppress(OnboardError):
                    found.append(load(store / entry, verify=False).manifest)
    return sorted(found, key=lambda manifest: (manifest.created, manifest.id), reverse=True)


def prune(
    store: Path,
    *,
    days: int = 30,
    size: int = 1 << 30,
    keep: Collection[str] = (),
    now: datetime | None = None,
) -> list[str]:
    """Removes the oldest ones beyond an age or a total size; returns their ids."""
    limit = (now or datetime.now(timezone.utc)) - timedelta(days=days)
    removed, total = [], 0
    for manifest in list_snapshots(store):
        total += manifest.bundle_size
        old = datetime.fromisoformat(manifest.created) < limit
        if (old or total > size) and manifest.id not in keep:
            shutil.rmtree(store / manifest.id, ignore_errors=True)
            removed.append(manifest.id)
    return removed
