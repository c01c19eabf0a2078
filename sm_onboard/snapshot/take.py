"""Takes a snapshot: chooses what belongs in it, and writes the two files."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.git.run import Git

from .manifest import LeftOut, Manifest, Snapshot, Why
from .shadow import Shadow, State

_NEVER_FOLDERS = frozenset(
    "mlruns mlartifacts .venv venv env .tox .nox node_modules __pycache__ .mypy_cache "
    ".pytest_cache .ruff_cache .ipynb_checkpoints .cache .dvc .sm-onboard".split()
)
_NEVER_FILES = ("mlflow.db", "mlflow.db-*", "*.pyc", ".DS_Store")
_SECRETS = (
    *(".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", "_netrc", ".pgpass"),
    *("credentials", "credentials.json", ".git-credentials", "*.ppk", "kubeconfig", ".npmrc"),
    *(".pypirc", "service-account*.json", "client_secret*.json"),
)


@dataclass(frozen=True)
class Limits:
    """What a snapshot may hold, in bytes; ``files`` is their number."""

    file: int = 50 << 20
    total: int = 500 << 20
    files: int = 20_000


def take(
    git: Git,
    folder: Path,
    store: Path,
    *,
    reason: str,
    url: str = "",
    paths: Collection[str] | None = None,
    ignored: Collection[str] = (),
    limits: Limits = Limits(),
    extra: Mapping[str, Any] | None = None,
    state: State | None = None,
) -> Snapshot:
    """Records what the work tree in ``folder`` has beyond HEAD.

    Args:
        store: where snapshots are kept; made when missing.
        paths: only these, None for every file that git shows as changed or untracked.
        ignored: ignored files to take as well.
        url: of the repository, for readers; must hold no credentials.
        state: what ``look`` said a moment ago; None: git is asked.

    Raises:
        OnboardError: ``snapshot.no_commit``, ``snapshot.too_large``, or git failed.
        OSError: the store cannot be written.
    """
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".taking-", dir=store) as temporary:
        work = Path(temporary)
        shadow = Shadow(git, folder, work / "shadow", state)
        head = shadow.state.head
        changed, left_out = _choose(shadow, paths, ignored, limits)
        index = shadow.write_tree()
        kept = tuple(shadow.keep(changed))
        if kept or index is None:
            shadow.stage(kept)
        tree = shadow.write_tree() if kept or index is None else index
        if tree is None:
            raise OnboardError("snapshot.index", "The index could not be read.")
        parents = [head]
        index_commit = None
        if index is not None:
            index_commit = shadow.commit(index, [head], "index")
            parents.append(index_commit)
        commit = shadow.commit(tree, parents, reason)
        out = work / "out"
        out.mkdir(mode=0o700)
        base = shadow.bundle(out / "snapshot.bundle", commit, index_commit)
        data = (out / "snapshot.bundle").read_bytes()
        now = datetime.now(timezone.utc)
        id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        manifest = Manifest(
            id=id,
            created=now.isoformat(timespec="seconds"),
            reason=reason,
            url=url,
            path=str(folder),
            branch=shadow.state.branch,
            head=head,
            base=base,
            commit=commit,
            index=index_commit,
            files=kept,
            left_out=tuple(left_out),
            bundle_sha256=hashlib.sha256(data).hexdigest(),
            bundle_size=len(data),
            extra=dict(extra or {}),
        )
        with open(out / "manifest.json", "w", encoding="utf-8") as stream:
            json.dump(asdict(manifest), stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(out, store / id)
    return Snapshot(store / id, manifest)


def _choose(
    shadow: Shadow, paths: Collection[str] | None, ignored: Collection[str], limits: Limits
) -> tuple[list[tuple[str, bool]], list[LeftOut]]:
    chosen: list[tuple[str, bool]] = []
    left_out: list[LeftOut] = []
    total = 0
    for path, tracked in [
        *shadow.state.changed,
        *((path, False) for path in ignored),
    ]:
        if paths is not None and path not in paths:
            continue
        why, size = refusal(shadow.folder, path, tracked, limits)
        if why:
            left_out.append(LeftOut(path.rstrip("/"), why, size))
            continue
        total += size
        if total > limits.total or len(chosen) >= limits.files:
            raise OnboardError(
                "snapshot.too_large",
                f"The changes here are more than {limits.total >> 20} MB or {limits.files} files.",
                "Commit them, or move large files out of the repository.",
            )
        chosen.append((path, tracked))
    return chosen, left_out


def refusal(folder: Path, path: str, tracked: bool, limits: Limits) -> tuple[Why | None, int]:
    """Why a file belongs in no snapshot, None where it does; and its size in bytes."""
    *parents, name = path.split("/")
    if not name:
        return "repository", 0
    try:
        s = os.lstat(folder / path)
    except (FileNotFoundError, NotADirectoryError):
        return None, 0
    if any(parent in _NEVER_FOLDERS for parent in parents) or _matches(name, _NEVER_FILES):
        return "excluded", s.st_size
    if _matches(name.lower(), _SECRETS):
        return "secret", s.st_size
    if stat.S_ISDIR(s.st_mode):
        # A plain folder where a file was: the file is deleted, and what lies in it is listed.
        plain = tracked and not os.path.lexists(folder / path / ".git")
        return None if plain else "repository", 0
    if not (stat.S_ISREG(s.st_mode) or stat.S_ISLNK(s.st_mode)):
        return "special", 0
    if s.st_size > limits.file:
        return "large", s.st_size
    if stat.S_ISREG(s.st_mode) and not os.access(folder / path, os.R_OK):
        return "unreadable", s.st_size
    return None, s.st_size


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
