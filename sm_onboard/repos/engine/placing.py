"""Puts prepared files in their places, one rename each, and never over a newer one."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sm_onboard.git.objects import SUBMODULE

from ..models import FileInTheWay
from . import swap
from .changes import Change
from .folders import Folders, Obstructed, Signature, remove_empty
from .move import InTheWay
from .worktree import Found


@dataclass
class Placing:
    """One move's files.

    Args:
        folder: the clone.
        changes: the files; submodules are not among them.
        found: what was seen at their paths.
        fresh: where the new contents lie, by the same paths.
    """

    folder: Path
    changes: Sequence[Change]
    found: Mapping[str, Found]
    fresh: Path

    def place(self) -> None:
        """Raises InTheWay where somebody has written since ``found``."""
        changes = sorted(
            (c for c in self.changes if self.found[c.path].seen == "old"), key=lambda c: c.path
        )
        aside = self.fresh.with_name("gone")
        aside.mkdir(exist_ok=True)
        # The deepest first, so that a folder is empty when its turn comes.
        for change in reversed([c for c in changes if c.new is None]):
            self._remove(change.path, aside)
        with Folders(self.folder) as folders:
            for change in changes:
                if change.new is not None and change.old != change.new:
                    self._put(folders, change.path)

    def _put(self, folders: Folders, path: str) -> None:
        fd, name = folders.parent(path, make=True)
        now = Signature.at(fd, name)
        if now is not None and now.is_folder:
            remove_empty(name, fd)
            now = None
        elif now != self.found[path].signature:
            raise changed(path)
        source = os.fspath(self.fresh / path)
        if now is None:
            try:
                swap.place(source, name, fd)
            except FileExistsError:
                raise changed(path) from None
        elif not swap.exchange(source, name, fd):
            os.rename(source, name, dst_dir_fd=fd)
        elif Signature.of(os.lstat(source)) != now:
            # Written in the instant between: what came out is the person's.
            swap.exchange(source, name, fd)
            raise changed(path)

    def give_back_late(self) -> None:
        """Gives back a file that a program which held it open wrote to after it was replaced."""
        for change in self.changes:
            before = self.found[change.path].signature
            if change.new is None or before is None or before.is_folder:
                continue
            replaced = os.fspath(self.fresh / change.path)
            with contextlib.suppress(FileNotFoundError):  # it was not replaced by exchange
                if Signature.of(os.lstat(replaced)) != before:
                    with Folders(self.folder) as folders:
                        fd, name = folders.parent(change.path)
                        swap.exchange(replaced, name, fd)
                    raise changed(change.path)

    def _remove(self, path: str, aside: Path) -> None:
        expected = self.found[path].signature
        with contextlib.suppress(FileNotFoundError, Obstructed), Folders(self.folder) as folders:
            fd, name = folders.parent(path)
            now = Signature.at(fd, name)
            if now is None:
                return
            if now != expected:
                raise changed(path)
            kept = os.fspath(aside / secrets.token_hex(6))
            os.rename(name, kept, src_dir_fd=fd)
            if Signature.of(os.lstat(kept)) != expected:
                swap.place(kept, name, fd)
                raise changed(path)
            # Folders that this emptied go too, as they do when git removes files.
            parent = path.rpartition("/")[0]
            with contextlib.suppress(OSError):
                while parent:
                    fd, name = folders.parent(parent)
                    os.rmdir(name, dir_fd=fd)
                    parent = parent.rpartition("/")[0]


def place_submodules(
    folder: Path, changes: Sequence[Change], skipped: Callable[[str], bool]
) -> None:
    """An empty folder for every new submodule, as git leaves one; none for a removed one."""
    for change in changes:
        if SUBMODULE not in [c.mode for c in change.contents] or skipped(change.path):
            continue
        # What is there already is somebody's: left.
        with contextlib.suppress(OSError, Obstructed), Folders(folder) as folders:
            fd, name = folders.parent(change.path, make=change.old is None)
            if change.old is None:
                os.mkdir(name, dir_fd=fd)
            elif change.new is None:
                os.rmdir(name, dir_fd=fd)


def changed(path: str) -> InTheWay:
    """Somebody wrote there at this moment."""
    return InTheWay((FileInTheWay(path=path, why="changed"),))
