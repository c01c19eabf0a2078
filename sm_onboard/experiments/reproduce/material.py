"""Reads what a run carries, into memory and a folder of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_onboard.clones import checks
from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run, Store
from sm_onboard.snapshot import Manifest, Snapshot

_RECORD = 8 << 20  # bytes, each
_MANIFEST = 16 << 20
_BUNDLE = 600 << 20
_ENVIRONMENT = 1 << 20
_NOTEBOOK = 100 << 20


@dataclass(frozen=True)
class Material:
    """What was read. Everything here but ``snapshot`` is still somebody else's word.

    Attributes:
        facts: tags and ``record.json`` together.
        snapshot: checked; None where the run has none.
        why: why there is no snapshot, when that is not just that none was taken.
        packages: by the name that pip compares. folder: where the bundle lies.
    """

    store: Store
    run: Run
    facts: Mapping[str, Any]
    folder: Path
    snapshot: Snapshot | None = None
    why: str = ""
    packages: Mapping[str, str] | None = None

    @property
    def head(self) -> str:
        if self.snapshot:
            return self.snapshot.manifest.head
        commit = checks.text(self.facts, record.COMMIT)
        return commit if checks.OID.fullmatch(commit) else ""

    @property
    def url(self) -> str:
        named = self.snapshot.manifest.url if self.snapshot else ""
        return checks.url(named or checks.text(self.facts, record.REPOSITORY))

    @property
    def base(self) -> tuple[str, ...]:
        """The commits that must be had from elsewhere."""
        if self.snapshot:
            return self.snapshot.manifest.base
        return (self.head,) if self.head else ()

    def notebook(self) -> bytes | None:
        """The notebook as it ran, else as it was saved; None where it was not kept."""
        name = checks.text(self.facts, record.NOTEBOOK).rpartition("/")[2]
        for path in (record.NOTEBOOK_FILE, f"{record.SOURCE_FOLDER}/{name}"):
            if not path.endswith("/"):
                found = _file(self.store, self.run.id, path, _NOTEBOOK)
                if found is not None:
                    return found
        return None


def gather(store: Store, id: str, folder: Path) -> Material:
    """Reads the record of a run; the bundle goes into ``folder``.

    Raises:
        OnboardError: those of the store.
    """
    run = store.run(id)
    facts = told(store, run)
    packages = installed(store, id)
    snapshot, why = None, ""
    try:
        snapshot = _snapshot(store, id, folder)
    except OnboardError as error:
        if not error.code.startswith(("snapshot.", "experiments.file_")):
            raise
        why = error.message
    return Material(store, run, facts, folder, snapshot, why, packages)


def told(store: Store, run: Run) -> dict[str, Any]:
    """Tags of ours and ``record.json`` together; the tags count where both say something."""
    tags = {key: value for key, value in run.tags.items() if key.startswith(record.PREFIX)}
    return {**_record(store, run.id), **tags}


def installed(store: Store, id: str) -> dict[str, str] | None:
    """The packages of a run; None where they were not recorded."""
    listed = _file(store, id, record.ENVIRONMENT_FILE, _ENVIRONMENT)
    return None if listed is None else checks.requirements(listed.decode("utf-8", "replace"))


def manifest(store: Store, id: str) -> Manifest | None:
    """What the snapshot of a run says of itself, checked; None where there is none.

    Raises:
        OnboardError: ``snapshot.damaged``; those of the store.
    """
    described = _file(store, id, f"{record.SNAPSHOT_FOLDER}/manifest.json", _MANIFEST)
    if described is None:
        return None
    try:
        data = json.loads(described)
    except (ValueError, RecursionError):
        data = None
    return checks.manifest(data)


def _record(store: Store, id: str) -> dict[str, Any]:
    data = _file(store, id, record.RECORD_FILE, _RECORD)
    try:
        found = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    tags = found.get("tags")
    return {**(tags if isinstance(tags, dict) else {}), **found}


def _snapshot(store: Store, id: str, folder: Path) -> Snapshot | None:
    described = manifest(store, id)
    if described is None:
        return None
    bundle = store.read(id, f"{record.SNAPSHOT_FOLDER}/snapshot.bundle", _BUNDLE)
    if hashlib.sha256(bundle).hexdigest() != described.bundle_sha256:
        raise OnboardError("snapshot.damaged", "The snapshot of this run is not what was written.")
    checks.bundle(bundle, described)
    snapshot = Snapshot(folder, described)
    snapshot.bundle.write_bytes(bundle)
    return snapshot


def _file(store: Store, id: str, path: str, limit: int) -> bytes | None:
    try:
        return store.read(id, path, limit)
    except NotFound as error:
        if error.code != "experiments.file_missing":
            raise
        return None
