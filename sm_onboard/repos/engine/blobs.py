"""Contents of commits and snapshots, written to a folder of ours before they are placed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sm_onboard.git.objects import (
    LINK,
    PROGRAM,
    Content,
    index_info,
    read_blobs,
    tree_entries,
)
from sm_onboard.git.run import Git

from .changes import Change


def materialise(
    git: Git,
    folder: Path,
    changes: Sequence[Change],
    commit: str,
    part: Path,
    objects: Callable[[Path], Path],
) -> Path:
    """Writes the changes' new contents below a folder in ``part`` and returns it.

    Args:
        commit: its ``.gitattributes`` say how the files are written.
        objects: unpacks the snapshot that holds the raw contents, when there are any.

    Raises:
        GitFailed: a blob is missing. OSError: the storage is full. Stopped.
    """
    tree = part / "tree"
    tree.mkdir(exist_ok=True)
    wanted = {c.path: c.new for c in changes if c.new}
    raw = {path: content for path, content in wanted.items() if content.raw}
    filtered = {path: content for path, content in wanted.items() if not content.raw}
    if filtered:
        env = {
            "GIT_DIR": str(folder / ".git"),
            "GIT_WORK_TREE": str(tree),
            "GIT_INDEX_FILE": str(part / "new-index"),
        }
        entries = {**_attributes(git, folder, commit), **filtered}
        info = index_info((path, content) for path, content in entries.items())
        git.run("update-index", "-z", "--index-info", cwd=tree, env=env, input=info)
        git.run("checkout-index", "--all", "--force", "--quiet", cwd=tree, env=env)
    if raw:
        _write_raw(git, folder, raw, tree, objects(part))
    return tree


def _attributes(git: Git, folder: Path, commit: str) -> dict[str, Content]:
    found = {}
    for path, content in tree_entries(git, folder, commit).items():
        if path.rpartition("/")[2] == ".gitattributes":
            found[path] = content
    return found


def _write_raw(
    git: Git, folder: Path, raw: Mapping[str, Content], tree: Path, objects: Path
) -> None:
    blobs = read_blobs(git, folder, {content.oid for content in raw.values()}, objects)
    for path, content in raw.items():
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = blobs[content.oid]
        if content.mode == LINK:
            os.symlink(os.fsdecode(data), target)
        else:
            mode = 0o777 if content.mode == PROGRAM else 0o666
            fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with open(fd, "wb") as stream:
                stream.write(data)
