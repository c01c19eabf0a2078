"""Brings a snapshot back: as objects beside a clone, or in a clone of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sm_onboard.errors import OnboardError
from sm_onboard.git.objects import LINK, PROGRAM, in_list, read_blobs
from sm_onboard.git.run import Git

from .manifest import INDEX, SNAPSHOT, Kept, Manifest, Snapshot


def objects(git: Git, folder: Path, snapshot: Snapshot, into: Path) -> Path:
    """Unpacks the bundle into an object folder of its own below ``into``.

    ``folder`` is a clone that has the base commits; nothing is written there.
    """
    target = into / f"objects-{snapshot.manifest.id}"
    if not target.exists():
        target.mkdir()
        env = {
            "GIT_OBJECT_DIRECTORY": str(target),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": in_list(folder / ".git" / "objects"),
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
    """Writes the kept files over a fresh checkout, as the bytes they were.

    Raises:
        OnboardError: ``snapshot.damaged``, or git failed.
    """
    blobs = read_blobs(git, clone, {file.blob for file in manifest.files if file.blob})
    # First what was deleted: a file may stand where a folder was.
    for file in sorted(manifest.files, key=lambda file: file.blob is not None):
        target = _below(clone, file.path)
        try:
            target.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError:  # a folder, which is no file of the snapshot's
            raise _in_one_place(file.path) from None
        if file.blob is None:
            _remove_empty(target.parent, clone)
        else:
            _write(target, file, blobs[file.blob])


def _write(target: Path, file: Kept, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise OnboardError("snapshot.damaged", f"{file.path} is not what was written.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise _in_one_place(file.path) from None
    if file.mode == LINK:
        os.symlink(os.fsdecode(data), target)
    else:
        target.write_bytes(data)
        target.chmod(0o755 if file.mode == PROGRAM else 0o644)


def _remove_empty(folder: Path, clone: Path) -> None:
    """Git keeps no empty folders, and neither did the work tree."""
    with contextlib.suppress(OSError):
        while folder != clone:
            folder.rmdir()
            folder = folder.parent


def _in_one_place(path: str) -> OnboardError:
    return OnboardError("snapshot.damaged", f"There is a file and a folder at {path!r}.")


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
