"""A work tree's state in two files: the one format for undo, runs and links.

    <store>/<id>/manifest.json     what is in it, what was left out, digests
    <store>/<id>/snapshot.bundle   a git bundle on top of commits the remote has

The bundle has two commits: ``refs/sm-onboard/snapshot`` (the files, on top of HEAD) and
``refs/sm-onboard/index`` (what was staged). Files that differ from HEAD are kept as the
bytes on disk, without git's filters and line endings.

Taking one writes nothing into the repository: not its objects, refs, index or stash. It
happens in a shadow of the repository, which borrows the objects.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from .errors import NotFound, OnboardError
from .repos.git import Git
from .repos.move import index_info, read_blobs
from .repos.worktree import LINK, PROGRAM, Content, split_z

SNAPSHOT, INDEX = "refs/sm-onboard/snapshot", "refs/sm-onboard/index"

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
_NAMES_ONLY = {"GIT_AUTHOR_NAME": "sm_onboard", "GIT_COMMITTER_NAME": "sm_onboard"}
_IDENTITY = {**_NAMES_ONLY, "GIT_AUTHOR_EMAIL": "<>", "GIT_COMMITTER_EMAIL": "<>"}

Why = Literal["large", "secret", "excluded", "repository", "special", "unreadable"]


@dataclass(frozen=True)
class Limits:
    """What a snapshot may hold, in bytes; ``files`` is their number."""

    file: int = 50 << 20
    total: int = 500 << 20
    files: int = 20_000


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
) -> Snapshot:
    """Records what the work tree in ``folder`` has beyond HEAD.

    Args:
        store: where snapshots are kept; made when missing.
        paths: only these, None for every file that git shows as changed or untracked.
        ignored: ignored files to take as well.
        url: of the repository, for readers; must hold no credentials.

    Raises:
        OnboardError: ``snapshot.no_commit``, ``snapshot.too_large``, or git failed.
        OSError: the store cannot be written.
    """
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".taking-", dir=store) as temporary:
        work = Path(temporary)
        shadow = _Shadow(git, folder, work / "shadow")
        head = shadow.head()
        changed, left_out = _choose(shadow, paths, ignored, limits)
        index = shadow.write_tree()
        kept = tuple(shadow.keep(changed))
        shadow.stage(kept)
        tree = shadow.write_tree()
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
        base = shadow.bundle(out / "snapshot.bundle", commit, index_commit, head)
        data = (out / "snapshot.bundle").read_bytes()
        now = datetime.now(timezone.utc)
        id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        manifest = Manifest(
            id=id,
            created=now.isoformat(timespec="seconds"),
            reason=reason,
            url=url,
            path=str(folder),
            branch=shadow.branch,
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
        for entry in sorted(os.listdir(store), reverse=True):
            if not entry.startswith("."):
                with contextlib.suppress(OnboardError):
                    found.append(load(store / entry, verify=False).manifest)
    return found


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


def objects(git: Git, folder: Path, snapshot: Snapshot, into: Path) -> Path:
    """Unpacks the bundle into an object folder of its own below ``into``.

    ``folder`` is a clone that has the base commits; nothing is written there.
    """
    target = into / f"objects-{snapshot.manifest.id}"
    if not target.exists():
        target.mkdir()
        env = {
            "GIT_OBJECT_DIRECTORY": str(target),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(folder / ".git" / "objects"),
        }
        git.run("bundle", "unbundle", str(snapshot.bundle), cwd=folder, env=env)
    return target


def restore(git: Git, snapshot: Snapshot, into: Path, source: str) -> None:
    """Brings a snapshot back in a clone of its own, detached at its HEAD.

    Args:
        into: must not exist, or be empty.
        source: a clone on this machine (absolute path), or an address already checked.

    Raises:
        OnboardError: ``snapshot.target_exists``, ``snapshot.damaged``, or git failed.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise OnboardError(
            "snapshot.target_exists", f"{into} exists.", "Choose a folder that does not."
        )
    into.parent.mkdir(parents=True, exist_ok=True)
    manifest = snapshot.manifest
    local = os.path.isabs(source)
    part = Path(tempfile.mkdtemp(prefix=f".{into.name}.", dir=into.parent))
    clone = part / "clone"
    try:
        args = ("--no-checkout", "--template=", *(("--local",) if local else ()))
        git.run("clone", *args, "--", source, str(clone), local_source=local)
        fetch = ("fetch", "--no-tags", "--quiet", "--", str(snapshot.bundle))
        git.run(*fetch, *(f"+{ref}:{ref}" for ref in _refs(manifest)), cwd=clone, local_source=True)
        git.run("checkout", "--quiet", "--detach", manifest.head, cwd=clone)
        if manifest.url:
            git.run("remote", "set-url", "origin", manifest.url, cwd=clone)
        write_files(git, clone, manifest)
        os.rename(clone, into)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_files(git: Git, clone: Path, manifest: Manifest) -> None:
    """Writes the kept files over a fresh checkout, as the bytes they were."""
    blobs = read_blobs(git, clone, {file.blob for file in manifest.files if file.blob})
    for file in manifest.files:
        target = _below(clone, file.path)
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        if file.blob is None:
            continue
        data = blobs[file.blob]
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise OnboardError("snapshot.damaged", f"{file.path} is not what was written.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.mode == LINK:
            os.symlink(os.fsdecode(data), target)
        else:
            target.write_bytes(data)
            target.chmod(0o755 if file.mode == PROGRAM else 0o644)


def _below(clone: Path, path: str) -> Path:
    """A path of a manifest, which may come from somebody else, confined to the clone."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
        raise OnboardError("snapshot.damaged", f"The path {path!r} leads out of the clone.")
    at = clone
    for part in parts[:-1]:
        at = at / part
        if at.is_symlink():
            raise OnboardError("snapshot.damaged", f"The path {path!r} leads through a link.")
    return clone.joinpath(*parts)


def _refs(manifest: Manifest) -> Iterator[str]:
    yield SNAPSHOT
    if manifest.index:
        yield INDEX


def changed_paths(git: Git, folder: Path) -> Iterator[tuple[str, bool]]:
    """Paths that git shows as changed or untracked, and whether they are tracked."""
    ask = ("status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames")
    for line in split_z(git.run(*ask, "--ignore-submodules=all", cwd=folder)):
        if line.startswith("1 "):
            yield line.split(" ", 8)[8], True
        elif line.startswith("u "):
            yield line.split(" ", 10)[10], True
        elif line.startswith("? "):
            yield line[2:], False


def _choose(
    shadow: _Shadow, paths: Collection[str] | None, ignored: Collection[str], limits: Limits
) -> tuple[list[tuple[str, bool]], list[LeftOut]]:
    chosen: list[tuple[str, bool]] = []
    left_out: list[LeftOut] = []
    total = 0
    for path, tracked in [
        *changed_paths(shadow.git, shadow.folder),
        *((path, False) for path in ignored),
    ]:
        if paths is not None and path not in paths:
            continue
        why, size = _refuse(shadow.folder, path, limits)
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


def _refuse(folder: Path, path: str, limits: Limits) -> tuple[Why | None, int]:
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
        return "repository", 0
    if not (stat.S_ISREG(s.st_mode) or stat.S_ISLNK(s.st_mode)):
        return "special", 0
    if s.st_size > limits.file:
        return "large", s.st_size
    if stat.S_ISREG(s.st_mode) and not os.access(folder / path, os.R_OK):
        return "unreadable", s.st_size
    return None, s.st_size


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class _Shadow:
    """A repository beside the person's: its own index, refs and new objects."""

    def __init__(self, git: Git, folder: Path, shadow: Path) -> None:
        self.git, self.folder, self.dir = git, folder, shadow
        real = folder / ".git"
        (shadow / "objects" / "info").mkdir(parents=True)
        (shadow / "refs").mkdir()
        alternates = os.fspath((real / "objects").resolve())
        (shadow / "objects" / "info" / "alternates").write_text(alternates + "\n")
        (shadow / "HEAD").write_text("ref: refs/heads/none\n")
        ask = ("rev-parse", "--show-object-format")
        algorithm = git.run(*ask, cwd=folder).decode().strip()
        version = "0" if algorithm == "sha1" else "1"
        config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = false\n"
        if version == "1":
            config += f"[extensions]\n\tobjectformat = {algorithm}\n"
        (shadow / "config").write_text(config)
        for name in ("index", "shallow"):
            with contextlib.suppress(FileNotFoundError):
                # With its times: they tell git which files it need not read again.
                shutil.copy2(real / name, shadow / name)
        for shared in real.glob("sharedindex.*"):
            shutil.copy2(shared, shadow / shared.name)
        self.env = {"GIT_DIR": str(shadow), "GIT_WORK_TREE": str(folder), **_IDENTITY}
        self.branch: str | None = None

    def run(self, *args: str, **kwargs: Any) -> bytes:
        return self.git.run(*args, cwd=self.folder, env=self.env, **kwargs)

    def head(self) -> str:
        said = self.git.run(
            *("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), cwd=self.folder, ok=(0, 1)
        )
        if not said:
            raise OnboardError("snapshot.no_commit", "This repository has no commit yet.")
        ref = self.git.run("symbolic-ref", "--quiet", "HEAD", cwd=self.folder, ok=(0, 1))
        name = ref.decode("utf-8", "surrogateescape").strip()
        self.branch = name.removeprefix("refs/heads/") or None
        return said.decode().strip()

    def write_tree(self) -> str | None:
        """The index as a tree; None where it has conflicts."""
        said = self.run("write-tree", "--missing-ok", ok=(0, 128))
        return said.decode().strip() or None

    def keep(self, changed: Sequence[tuple[str, bool]]) -> Iterator[Kept]:
        """Writes the bytes on disk as blobs of the shadow."""
        for path, tracked in changed:
            full = self.folder / path
            try:
                s = os.lstat(full)
            except (FileNotFoundError, NotADirectoryError):
                yield Kept(path, None, None, 0, None, tracked)
                continue
            if stat.S_ISLNK(s.st_mode):
                data, mode = os.fsencode(os.readlink(full)), LINK
            else:
                fd = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                with open(fd, "rb") as stream:
                    data = stream.read()
                mode = PROGRAM if s.st_mode & stat.S_IXUSR else "100644"
            blob = self.run(
                "hash-object", "-w", "-t", "blob", "--no-filters", "--stdin", input=data
            )
            digest = hashlib.sha256(data).hexdigest()
            yield Kept(path, mode, blob.decode().strip(), len(data), digest, tracked)

    def stage(self, kept: Sequence[Kept]) -> None:
        self.run(
            *("update-index", "-z", "--index-info"),
            input=index_info(
                (k.path, Content(k.mode, k.blob) if k.mode and k.blob else None) for k in kept
            ),
        )

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        args = [x for parent in parents for x in ("-p", parent)]
        said = self.run("commit-tree", tree, *args, input=message.encode())
        return said.decode().strip()

    def bundle(self, file: Path, commit: str, index: str | None, head: str) -> tuple[str, ...]:
        """Writes the bundle; returns the commits a reader must have."""
        refs = {SNAPSHOT: commit, **({INDEX: index} if index else {})}
        for ref, oid in refs.items():
            self.run("update-ref", ref, oid)
        ask = ("for-each-ref", "--format=%(objectname)", "refs/remotes")
        known = sorted(set(self.git.run(*ask, cwd=self.folder).decode().split()))
        lines = [*refs, *(f"^{oid}" for oid in known)]
        self.run(
            *("bundle", "create", "--quiet", str(file), "--stdin"),
            input="".join(f"{line}\n" for line in lines).encode(),
        )
        merge_base = ("rev-list", "--boundary", "--max-count=2000", head, *(f"^{x}" for x in known))
        said = self.git.run(*merge_base, cwd=self.folder).decode().split() if known else []
        boundary = tuple(line[1:] for line in said if line.startswith("-"))
        return boundary or ((head,) if known else ())
