"""How much a commit is on disk, reckoned before it is written.

A tree may name one small folder ten thousand times, and so become endless on disk out of
a few hundred bytes. Each object is read once here, whatever the number of its paths.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sm_onboard.errors import Conflict, OnboardError
from sm_onboard.git.run import Git

_PATHS = 2_000_000
_TREES = 1 << 29  # bytes of all trees


def check_size(git: Git, clone: Path, commit: str) -> None:
    """Refuses a commit whose files are too many or do not fit on the disk.

    Raises:
        OnboardError: ``clones.too_large``, ``clones.disk_full``.
    """
    paths, size = weigh(git, clone, commit)
    if paths > _PATHS:
        raise _too_large()
    free = shutil.disk_usage(clone).free
    if size > free:
        raise Conflict(
            "clones.disk_full",
            f"The files need {_gigabytes(size)}, and {_gigabytes(free)} are free here.",
            "Make room, or choose another folder.",
        )


def weigh(git: Git, clone: Path, commit: str) -> tuple[int, int]:
    """How many paths a commit has, and their bytes."""
    ask = ("rev-list", "--objects", "--no-walk", "--no-object-names", f"{commit}^{{tree}}")
    oids = git.run(*ask, cwd=clone)
    said = git.run("cat-file", "--batch-check", cwd=clone, input=oids).split(b"\n")
    kinds = {parts[0]: (parts[1], int(parts[2])) for parts in map(bytes.split, said) if parts}
    trees = [oid for oid, (kind, _) in kinds.items() if kind == b"tree"]
    if sum(kinds[oid][1] for oid in trees) > _TREES:
        raise _too_large()
    inside = _entries(git, clone, trees)
    weights = {oid: (1, size) for oid, (kind, size) in kinds.items() if kind == b"blob"}
    root = oids.split(b"\n", 1)[0]
    todo = [root]
    while todo:
        tree = todo[-1]
        missing = [oid for oid in inside[tree] if oid in inside and oid not in weights]
        if missing and tree not in weights:
            todo += missing
            continue
        # Submodules are in no pack of this repository; they stay empty folders.
        known = [weights.get(oid, (1, 0)) for oid in inside[todo.pop()]]
        weights[tree] = (1 + sum(paths for paths, _ in known), sum(size for _, size in known))
    return weights[root]


def _entries(git: Git, clone: Path, trees: list[bytes]) -> dict[bytes, list[bytes]]:
    """The ids in each tree."""
    asked = b"".join(oid + b"\n" for oid in trees)
    said = git.run("cat-file", "--batch", cwd=clone, input=asked)
    found: dict[bytes, list[bytes]] = {}
    at = 0
    for tree in trees:
        line = said.index(b"\n", at)
        size, at = int(said[at:line].split()[2]), line + 1
        end, ids = at + size, []
        while at < end:
            at = said.index(b"\0", at) + 1
            width = len(tree) // 2
            ids.append(said[at : at + width].hex().encode())
            at += width
        found[tree] = ids
        at = end + 1
    return found


def _too_large() -> OnboardError:
    return OnboardError("clones.too_large", "Its files are more than can be brought here.")


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB"
