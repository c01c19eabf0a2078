"""Reads and compares files of a work tree: is this path still what a commit says it is?

Paths are relative with ``/``; names that are no UTF-8 are kept by surrogate escapes.
Every path is reached folder by folder without following symbolic links.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sm_onboard.git.objects import LINK, PROGRAM, SUBMODULE, Content, split_z
from sm_onboard.git.run import Git, GitFailed

from ..models import FileInTheWay
from .inspect import opened

Seen = Literal["old", "new", "other"]


class Change(NamedTuple):
    """One path's way from ``old`` to ``new``; None is: no such file."""

    path: str
    old: Content | None
    new: Content | None

    @classmethod
    def load(cls, data: Sequence[Any]) -> Change:
        path, old, new = data
        return cls(path, Content(*old) if old else None, Content(*new) if new else None)


class Obstructed(Exception):
    """Something that is no folder stands where a path needs one."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


class Signature(NamedTuple):
    """Changes whenever a file is written or replaced."""

    inode: int
    size: int
    mtime_ns: int
    mode: int

    @classmethod
    def of(cls, s: os.stat_result) -> Signature:
        return cls(s.st_ino, s.st_size, s.st_mtime_ns, s.st_mode)


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
        obstacles: dict[str, str] = {}
        for change in changes:
            try:
                stats[change.path] = self.stat(change.path)
            except Obstructed as error:
                stats[change.path], obstacles[change.path] = None, error.at
        raws: dict[str, str | None] = {}
        for path, s in stats.items():
            if s is not None:
                raws[path] = self._raw(path, s)
        # Git's filters and line endings are asked only where the bytes are not a blob's own:
        # what git has byte for byte it also has where the settings have changed since.
        clean = self._hash(
            [
                c.path
                for c in changes
                if _regular(stats[c.path])
                and _filtered(c)
                and not any(content.oid == raws[c.path] for content in _contents(c))
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

    def stat(self, path: str) -> os.stat_result | None:
        """The path's own status; None when there is nothing. Raises Obstructed."""
        try:
            with self.parent(path) as (fd, name):
                return os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def parent(self, path: str, make: bool = False) -> Iterator[tuple[int, str]]:
        """A descriptor of the folder that holds ``path``, and the name in it.

        Raises:
            Obstructed: a file or link stands where a folder should.
            FileNotFoundError: the folder is not there, and ``make`` is False.
        """
        *folders, name = path.split("/")
        with contextlib.ExitStack() as stack:
            fd = stack.enter_context(opened(os.fspath(self.folder), follow=True))
            for i, folder in enumerate(folders):
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=fd)
                try:
                    fd = stack.enter_context(opened(folder, fd))
                except OSError as error:
                    if error.errno in (errno.ENOTDIR, errno.ELOOP):
                        raise Obstructed("/".join(folders[: i + 1])) from None
                    raise
            yield fd, name

    def read(self, path: str) -> tuple[str, bytes]:
        """The bytes on disk and the mode of a file or link. Raises OSError, Obstructed."""
        with self.parent(path) as (fd, name):
            s = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISLNK(s.st_mode):
                return LINK, os.fsencode(os.readlink(name, dir_fd=fd))
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
            with open(file, "rb") as stream:
                return _mode(s), stream.read()

    def _raw(self, path: str, s: os.stat_result) -> str | None:
        if not (stat.S_ISREG(s.st_mode) or stat.S_ISLNK(s.st_mode)):
            return None
        digest = self.sha()
        try:
            with self.parent(path) as (fd, name):
                if stat.S_ISLNK(s.st_mode):
                    target = os.fsencode(os.readlink(name, dir_fd=fd))
                    digest.update(b"blob %d\0%s" % (len(target), target))
                    return str(digest.hexdigest())
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                with open(os.open(name, flags, dir_fd=fd), "rb") as stream:
                    digest.update(b"blob %d\0" % s.st_size)
                    while chunk := stream.read(1 << 20):
                        digest.update(chunk)
        except (OSError, Obstructed):
            return None
        return str(digest.hexdigest())

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
                _, data = self.read(path)
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
            elif stat.S_ISDIR(at.signature.mode):
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


def tree_changes(git: Git, folder: Path, old: str, new: str) -> list[Change]:
    """What differs between two commits or trees."""
    said = git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new, "--", cwd=folder)
    return list(raw_changes(said))


def raw_changes(said: bytes) -> Iterable[Change]:
    """Parses ``:old-mode new-mode old-oid new-oid status NUL path NUL``."""
    fields = iter(split_z(said))
    for head in fields:
        old_mode, new_mode, old, new, _ = head[1:].split()
        yield Change(
            next(fields),
            None if old_mode == "000000" else Content(old_mode, old),
            None if new_mode == "000000" else Content(new_mode, new),
        )


def _regular(s: os.stat_result | None) -> bool:
    return s is not None and stat.S_ISREG(s.st_mode)


def _contents(change: Change) -> list[Content]:
    return [content for content in (change.old, change.new) if content is not None]


def _filtered(change: Change) -> bool:
    return any(not c.raw and c.mode != LINK for c in _contents(change))


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
