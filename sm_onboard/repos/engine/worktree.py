"""Reads and compares files of a work tree: is this path still what a commit says it is?

Paths are relative with ``/``; names that are no UTF-8 are kept by surrogate escapes.
Every path is reached folder by folder without following symbolic links.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from sm_onboard.git.objects import LINK, PROGRAM, SUBMODULE, Content, split_z
from sm_onboard.git.run import Git, GitFailed

from ..models import FileInTheWay
from .changes import Change
from .folders import Folders, Obstructed, Signature

Seen = Literal["old", "new", "other"]


@dataclass(frozen=True)
class Found:
    """One path, looked at: what it equals, and how to tell later that it is unchanged."""

    seen: Seen
    signature: Signature | None
    obstacle: str = ""


@dataclass
class Worktree:
    """The work tree of the repository in ``folder``; ``sha`` is its hash algorithm."""

    folder: Path
    git: Git
    sha: Callable[[], Any] = hashlib.sha1

    def compare(self, changes: Sequence[Change]) -> dict[str, Found]:
        """Looks at every changed path. ``old`` wins where old and new are the same."""
        stats: dict[str, os.stat_result | None] = {}
        raws: dict[str, str | None] = {}
        obstacles: dict[str, str] = {}
        with Folders(self.folder) as folders:
            for path in sorted(c.path for c in changes):
                try:
                    stats[path], raws[path] = self._look(folders, path)
                except Obstructed as error:
                    stats[path], obstacles[path] = None, error.at
        # Git's filters and line endings are asked only where the bytes are not a blob's own:
        # what git has byte for byte it also has where the settings have changed since.
        clean = self._hash(
            [
                c.path
                for c in changes
                if _regular(stats[c.path])
                and _filtered(c)
                and not any(content.oid == raws.get(c.path) for content in c.contents)
            ],
        )
        gone = {c.path for c in changes if c.new is None}
        found = {}
        for change in changes:
            s = stats[change.path]
            if self._goes_with_its_files(change, s, gone):
                found[change.path] = Found("old", None)
                continue
            raw = raws.get(change.path)
            seen: Seen = "other"
            if _is(change.old, s, raw, clean.get(change.path), self.modes):
                seen = "old"
            elif _is(change.new, s, raw, clean.get(change.path), self.modes):
                seen = "new"
            found[change.path] = Found(
                seen, Signature.of(s) if s else None, obstacles.get(change.path, "")
            )
        return found

    @cached_property
    def modes(self) -> bool:
        """Whether the execute bit counts here (``core.fileMode``)."""
        ask = ("config", "--type=bool", "--default=true", "core.fileMode")
        return self.git.run(*ask, cwd=self.folder).strip() == b"true"

    def _goes_with_its_files(
        self, change: Change, s: os.stat_result | None, gone: set[str]
    ) -> bool:
        """A folder whose every file is removed before this path is written as a file."""
        if s is None or change.old is not None or not stat.S_ISDIR(s.st_mode):
            return False
        return gone.issuperset(self._files_below(change.path))

    def _look(self, folders: Folders, path: str) -> tuple[os.stat_result | None, str | None]:
        """The path's own status, and the blob id of its bytes. Raises Obstructed."""
        try:
            fd, name = folders.parent(path)
            s = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return None, None
        try:
            return s, self._raw(fd, name, s)
        except OSError:
            return s, None

    def _raw(self, fd: int, name: str, s: os.stat_result) -> str | None:
        digest = self.sha()
        if stat.S_ISLNK(s.st_mode):
            target = os.fsencode(os.readlink(name, dir_fd=fd))
            digest.update(b"blob %d\0%s" % (len(target), target))
        elif stat.S_ISREG(s.st_mode):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with open(os.open(name, flags, dir_fd=fd), "rb") as stream:
                digest.update(b"blob %d\0" % s.st_size)
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
        else:
            return None
        return str(digest.hexdigest())

    def _read(self, path: str) -> bytes:
        with Folders(self.folder) as folders:
            fd, name = folders.parent(path)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            with open(os.open(name, flags, dir_fd=fd), "rb") as stream:
                return stream.read()

    def _hash(self, paths: Sequence[str]) -> dict[str, str]:
        """Ids of files as git would add them."""
        # A line that begins with a quotation mark would be read as git's own quoting, and
        # a carriage return at its end as a part of the line's.
        plain = [path for path in paths if not re.search(r'^"|[\r\n]', path)]
        oids: dict[str, str] = {}
        if plain:
            lines = b"".join(os.fsencode(path) + b"\n" for path in plain)
            with contextlib.suppress(GitFailed):  # one that cannot be converted stops all
                said = self.git.run("hash-object", "--stdin-paths", cwd=self.folder, input=lines)
                oids.update(zip(plain, said.decode().split(), strict=True))
        return oids | self._each([path for path in paths if path not in oids])

    def _each(self, paths: Sequence[str]) -> dict[str, str]:
        """As ``_hash``, one by one; what git's filters refuse has no id."""
        oids = {}
        for path in paths:
            with contextlib.suppress(GitFailed):
                data = self._read(path)
                ask = ("hash-object", f"--path={path}", "--stdin")
                oids[path] = self.git.run(*ask, cwd=self.folder, input=data).decode().strip()
        return oids

    def in_the_way(
        self, changes: Sequence[Change], found: Mapping[str, Found]
    ) -> tuple[FileInTheWay, ...]:
        """What of the person's an application of ``changes`` would have to overwrite."""
        gone = {c.path for c in changes if c.new is None}
        problems: dict[str, FileInTheWay] = {}

        def add(path: str, why: Any) -> None:
            problems.setdefault(path, FileInTheWay(path=path, why=why))

        strangers = []
        for change in changes:
            at = found[change.path]
            if at.obstacle and change.new is not None and at.obstacle not in gone:
                add(at.obstacle, "changed" if change.old else "untracked")
            elif at.seen != "other":
                continue
            elif at.signature is None:
                add(change.path, "deleted")
            elif at.signature.is_folder:
                for path in self._files_below(change.path):
                    if path not in gone:
                        add(path, "folder")
            elif change.old is None:
                strangers.append(change.path)
            else:
                add(change.path, "changed")
        ignored = self._ignored(strangers)
        for path in strangers:
            add(path, "ignored" if path in ignored else "untracked")
        return tuple(problems.values())

    def _ignored(self, paths: Sequence[str]) -> set[str]:
        if not paths:
            return set()
        # check-ignore knows no literal pathspecs; "./" keeps a leading ":" from being magic.
        said = self.git.run(
            *("check-ignore", "-z", "--stdin"),
            cwd=self.folder,
            env={"GIT_LITERAL_PATHSPECS": "0"},
            input=b"".join(b"./" + os.fsencode(path) + b"\0" for path in paths),
            ok=(0, 1),
        )
        return {path.removeprefix("./") for path in split_z(said)}

    def _files_below(self, path: str) -> Iterator[str]:
        base = os.fspath(self.folder)
        for folder, folders, files in os.walk(os.path.join(base, path)):
            for name in files + [n for n in folders if os.path.islink(os.path.join(folder, n))]:
                yield os.path.relpath(os.path.join(folder, name), base)


def _regular(s: os.stat_result | None) -> bool:
    return s is not None and stat.S_ISREG(s.st_mode)


def _filtered(change: Change) -> bool:
    return any(not c.raw and c.mode != LINK for c in change.contents)


def _mode(s: os.stat_result) -> str:
    if stat.S_ISLNK(s.st_mode):
        return LINK
    return PROGRAM if s.st_mode & stat.S_IXUSR else "100644"


def _is(
    content: Content | None,
    s: os.stat_result | None,
    raw: str | None,
    clean: str | None,
    modes: bool,
) -> bool:
    if content is None or s is None:
        return content is None and s is None
    if content.mode == SUBMODULE:
        return True
    if not (stat.S_ISREG(s.st_mode) or stat.S_ISLNK(s.st_mode)):
        return False
    if content.mode != _mode(s) and (modes or LINK in (content.mode, _mode(s))):
        return False
    return content.oid == raw or (not content.raw and content.oid == clean)
