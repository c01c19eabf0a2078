"""What state a folder is in, in as few file operations as slow storage deserves.

Looking at a clone opens at most eight things: the root, the folder, ``.git``, its
configuration, ``HEAD``, one ref (loose, else packed). Nothing here walks a work tree and
nothing here follows a symbolic link below the root.
"""

from __future__ import annotations

import configparser
import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_onboard.errors import Conflict
from sm_onboard.git.run import library

Kind = Literal[
    "absent",
    "empty",  # an empty folder: a clone may be published over it
    "file",
    "link",  # it, or a folder on the way to it, is a symbolic link
    "plain",  # a folder with something in it, but no repository
    "linked",  # a linked worktree or submodule: .git is a file or a link
    "repository",
]

_BUSY = {
    "MERGE_HEAD": "merging",
    "rebase-merge": "rebasing",
    "rebase-apply": "rebasing",
    "CHERRY_PICK_HEAD": "picking",
    "REVERT_HEAD": "reverting",
    "BISECT_LOG": "bisecting",
}
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Folder:
    """A folder below the root, as found.

    Attributes:
        path: absolute.
        head: the full ref that HEAD names (``refs/heads/main``), None when detached.
        commit: what HEAD is at, None without any commit.
        remotes: ``(name, url)``, ``origin`` first.
        busy: merging, rebasing, picking, reverting, bisecting; None otherwise.
        locked: names of lock files in ``.git`` that would stop an update.
        extensions: git features that need git itself to read refs (``reftable``).
    """

    path: Path
    kind: Kind
    head: str | None = None
    commit: str | None = None
    remotes: tuple[tuple[str, str], ...] = ()
    busy: str | None = None
    locked: tuple[str, ...] = ()
    shallow: bool = False
    sparse: bool = False
    partial: bool = False
    reftable: bool = False

    @property
    def git_dir(self) -> Path:
        return self.path / ".git"

    @property
    def branch(self) -> str | None:
        prefix = "refs/heads/"
        return self.head[len(prefix) :] if self.head and self.head.startswith(prefix) else None


def look(root: Path, path: str) -> Folder:
    """Looks at ``root/path``.

    Args:
        root: the repositories' root; may itself be reached through symbolic links.
        path: relative, already checked (``addresses``).

    Raises:
        OSError: the storage does not answer as it should (permission, input/output).
    """
    whole = root / path
    with contextlib.ExitStack() as stack:
        try:
            fd = stack.enter_context(opened(os.fspath(root), follow=True))
            for part in path.split("/"):
                fd = stack.enter_context(opened(part, fd))
        except FileNotFoundError:
            return Folder(whole, "absent")
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                return Folder(whole, "link" if whole.is_symlink() else _not_a_folder(root, path))
            raise
        try:
            git = stack.enter_context(opened(".git", fd))
        except FileNotFoundError:
            return Folder(whole, "plain" if os.listdir(fd) else "empty")
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                return Folder(whole, "linked")
            raise
        return _repository(whole, git)


def _not_a_folder(root: Path, path: str) -> Kind:
    parents = [root / path[:i] for i, c in enumerate(path) if c == "/"]
    return "link" if any(parent.is_symlink() for parent in parents) else "file"


@contextlib.contextmanager
def opened(name: str, at: int | None = None, follow: bool = False) -> Iterator[int]:
    """A folder's file descriptor, never reached through a link unless ``follow``."""
    fd = os.open(name, _DIRECTORY & ~os.O_NOFOLLOW if follow else _DIRECTORY, dir_fd=at)
    try:
        yield fd
    finally:
        os.close(fd)


def _read(at: int, name: str, limit: int = 1 << 24) -> bytes | None:
    try:
        # Without O_NONBLOCK a named pipe would be waited for.
        fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=at)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    with open(fd, "rb", buffering=0) as stream:
        chunks = []
        while limit > 0 and (chunk := stream.read(min(limit, 1 << 16))):
            chunks.append(chunk)
            limit -= len(chunk)
        return b"".join(chunks)


def _repository(path: Path, git: int) -> Folder:
    GitConfigParser = library().GitConfigParser
    names = set(os.listdir(git))
    settings = io.BytesIO(_read(git, "config") or b"")
    settings.name = "config"  # GitPython wants to name what it reads
    config = GitConfigParser(settings, read_only=True, merge_includes=False)
    try:
        config.read()
    except (ValueError, configparser.Error) as error:
        raise Conflict(
            "repos.config_unreadable",
            f"{path.name}/.git/config cannot be read. Nothing was changed.",
            "Correct it, or move the folder away.",
        ) from error
    if "commondir" in names or config.has_option("core", "worktree"):
        return Folder(path, "linked")
    remotes = []
    for section in config.sections():
        if section.startswith('remote "'):
            name = section[len('remote "') : -1]
            url = config.get_value(section, "url", "")
            remotes.append((name, str(url)))
    remotes.sort(key=lambda remote: remote[0] != "origin")

    def flag(section: str, option: str) -> bool:
        return str(config.get_value(section, option, "")).lower() in ("true", "yes", "on", "1")

    reftable = str(config.get_value("extensions", "refstorage", "")) == "reftable"
    head, commit = (None, None) if reftable else _head(git)
    return Folder(
        path,
        "repository",
        head=head,
        commit=commit,
        remotes=tuple(remotes),
        busy=next((what for name, what in _BUSY.items() if name in names), None),
        locked=tuple(sorted({"index.lock", "HEAD.lock", "packed-refs.lock"} & names)),
        shallow="shallow" in names,
        sparse=flag("core", "sparsecheckout"),
        partial="extensions" in config.sections()
        and bool(config.get_value("extensions", "partialclone", "")),
        reftable=reftable,
    )


def _head(git: int) -> tuple[str | None, str | None]:
    head = (_read(git, "HEAD", 4096) or b"").decode("utf-8", "replace").strip()
    if not head.startswith("ref:"):
        return None, _hex(head)
    ref = head[4:].strip()
    if not ref.startswith("refs/") or ".." in ref.split("/"):
        return None, None
    loose = _read(git, ref, 4096)
    if loose is not None:
        return ref, _hex(loose.decode("ascii", "replace").strip())
    return ref, _packed(git, ref)


def _packed(git: int, ref: str) -> str | None:
    wanted = b" " + os.fsencode(ref)
    for line in (_read(git, "packed-refs") or b"").splitlines():
        if line.endswith(wanted) and not line.startswith((b"#", b"^")):
            return _hex(line[: -len(wanted)].decode("ascii", "replace"))
    return None


def _hex(text: str) -> str | None:
    if len(text) in (40, 64) and all(c in "0123456789abcdef" for c in text):
        return text
    return None
