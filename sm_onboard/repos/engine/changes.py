"""What differs between two states of a work tree, path by path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sm_onboard.git.objects import Content, split_z
from sm_onboard.git.run import Git


class Change(NamedTuple):
    """One path's way from ``old`` to ``new``; None is: no such file."""

    path: str
    old: Content | None
    new: Content | None

    @classmethod
    def load(cls, data: Sequence[Any]) -> Change:
        path, old, new = data
        return cls(path, Content(*old) if old else None, Content(*new) if new else None)

    @property
    def contents(self) -> list[Content]:
        return [content for content in (self.old, self.new) if content is not None]


def tree_changes(git: Git, folder: Path, old: str, new: str) -> list[Change]:
    """What differs between two commits or trees."""
    said = git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new, "--", cwd=folder)
    return list(_raw_changes(said))


def _raw_changes(said: bytes) -> Iterable[Change]:
    """Parses ``:old-mode new-mode old-oid new-oid status NUL path NUL``."""
    fields = iter(split_z(said))
    for head in fields:
        old_mode, new_mode, old, new, _ = head[1:].split()
        yield Change(
            next(fields),
            None if old_mode == "000000" else Content(old_mode, old),
            None if new_mode == "000000" else Content(new_mode, new),
        )
