"""A snapshot of chosen files on top of a chosen commit: what a link carries.

It holds one commit whose parent is the base, so that nothing of the history between the base
and HEAD is in it, and every object that the base lacks in full: it can be read without the base.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.git.objects import PROGRAM, split_z
from sm_onboard.git.run import Git

from .manifest import SNAPSHOT, Kept, Manifest, Snapshot
from .shadow import Shadow, State
from .take import Limits

_LIMITS = Limits()
_NO_ASKING = {"GIT_NO_LAZY_FETCH": "1"}  # a partial clone would ask its host, or hang


@dataclass(frozen=True)
class Content:
    """What a file is to hold; ``program``: it can be run."""

    data: bytes
    program: bool = False


def read(folder: Path, path: str, limit: int) -> Content:
    """A plain file as it is on disk; links are not followed.

    Raises:
        OSError: it is not there, not a plain file, or larger than ``limit`` bytes.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(folder / path, flags), "rb") as stream:
        facts = os.fstat(stream.fileno())
        data = stream.read(limit + 1) if stat.S_ISREG(facts.st_mode) else None
    if data is None or len(data) > limit:
        raise OSError(f"{path} is no file that a snapshot takes")
    return Content(data, bool(facts.st_mode & stat.S_IXUSR))


def take_chosen(
    git: Git,
    folder: Path,
    into: Path,
    *,
    contents: Mapping[str, Content],
    base: str = "",
    gone: Collection[str] = (),
    reason: str,
    url: str = "",
    branch: str | None = None,
    extra: Mapping[str, Any] | None = None,
    limits: Limits = _LIMITS,
) -> Snapshot:
    """Records chosen files as they are to be, on top of a commit.

    Args:
        folder: the work tree; nothing is written there or into its repository.
        into: an empty folder for the snapshot's two files.
        contents: by path below ``folder``; what the base has alike is not recorded.
        base: a commit of the repository that its remote has; empty: the snapshot stands alone,
            on a first commit without files.
        gone: paths that the base has, and the snapshot has not.
        branch, url: as in the manifest.

    Raises:
        OnboardError: ``snapshot.too_large``, or git failed.
    """
    total = sum(len(content.data) for content in contents.values())
    if total > limits.total or len(contents) > limits.files:
        raise OnboardError(
            "snapshot.too_large",
            f"These files are more than {limits.total >> 20} MB or {limits.files} files.",
            "Leave large files out of the notebook's folder.",
        )
    shadow = Shadow(git, folder, into / "shadow", State(base, branch, ()), alone=not base)
    index = {"GIT_INDEX_FILE": str(into / "index"), **_NO_ASKING}
    shadow.env |= index
    head = base
    if base:
        shadow.run("read-tree", base)
    else:
        head = shadow.commit(_written(shadow), [], "Begin")
    kept = tuple(_differing(shadow, base, contents, gone))
    shadow.stage(kept)
    commit = shadow.commit(_written(shadow), [head], reason)
    bundle = into / "snapshot.bundle"
    bundle.write_bytes(_bundle(shadow, commit, base))
    now = datetime.now(timezone.utc)
    manifest = Manifest(
        id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        created=now.isoformat(timespec="seconds"),
        reason=reason,
        url=url,
        path="",
        branch=branch,
        head=head,
        base=(base,) if base else (),
        commit=commit,
        index=None,
        files=kept,
        left_out=(),
        bundle_sha256=hashlib.sha256(bundle.read_bytes()).hexdigest(),
        bundle_size=bundle.stat().st_size,
        extra=dict(extra or {}),
    )
    return Snapshot(into, manifest)


def _differing(
    shadow: Shadow, base: str, contents: Mapping[str, Content], gone: Collection[str]
) -> Iterator[Kept]:
    had = _of_base(shadow, base, contents) if base else {}
    folders = {str(parent) for path in contents for parent in PurePosixPath(path).parents}
    in_the_way = _of_base(shadow, base, folders - {"."}, ()) if base else {}
    for path in sorted({*gone, *in_the_way}):
        yield Kept(path, None, None, 0, None, True)
    for path, content in sorted(contents.items()):
        mode = PROGRAM if content.program else "100644"
        if had.get(path) != (mode, shadow.blob_id(content.data)):
            yield shadow.put(path, mode, content.data, path in had)


def _of_base(
    shadow: Shadow, base: str, paths: Collection[str], how: tuple[str, ...] = ("-r",)
) -> dict[str, tuple[str, str]]:
    """Mode and blob of each of these paths that is a file in the base."""
    found = {}
    ask = ("ls-tree", *how, "-z", "--full-tree", base, "--", *sorted(paths))
    for line in split_z(shadow.run(*ask)) if paths else ():
        meta, _, path = line.partition("\t")
        mode, kind, oid = meta.split()
        if kind != "tree":
            found[path] = (mode, oid)
    return found


def _written(shadow: Shadow) -> str:
    tree = shadow.write_tree()
    if tree is None:
        raise OnboardError("snapshot.index", "The files could not be put together.")
    return tree


def _bundle(shadow: Shadow, commit: str, base: str) -> bytes:
    """A bundle whose objects are whole: ``git bundle`` writes differences to the base's."""
    lines = ["# v2 git bundle"]
    if shadow.hash != "sha1":
        lines = ["# v3 git bundle", f"@object-format={shadow.hash}"]
    lines += [f"-{base}"] if base else []
    lines += [f"{commit} {SNAPSHOT}", "", ""]
    wanted = f"{commit}\n^{base}\n" if base else f"{commit}\n"
    pack = shadow.run("pack-objects", "--stdout", "--revs", "-q", input=wanted.encode())
    return "\n".join(lines).encode() + pack
