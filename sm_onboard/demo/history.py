"""Writes git histories quickly: one ``git fast-import`` for any number of commits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

REGULAR = "100644"


@dataclass(frozen=True)
class Commit:
    """One commit.

    Attributes:
        message: the commit message.
        changes: path below the top (``/`` between parts) -> new content; None deletes it.
        author: ``Name <address>``, also the committer.
        when: seconds since 1970, UTC.
        modes: path -> git's file mode where it is not a regular file.
    """

    message: str
    changes: Mapping[str, bytes | None]
    author: str = "Ana Sample <ana@example.com>"
    when: int = 1_700_000_000
    modes: Mapping[str, str] = field(default_factory=dict)


def git_environment(**extra: str) -> dict[str, str]:
    """The environment for a git that must not see the person's settings or repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        **extra,
    }


def git(directory: Path, *arguments: str, stdin: bytes = b"") -> str:
    """As ``git_bytes``, as text without the last line end."""
    printed = git_bytes(directory, *arguments, stdin=stdin)
    return printed.decode(errors="surrogateescape").rstrip("\n")


def git_bytes(directory: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Runs git in ``directory`` and returns what it printed.

    Raises:
        RuntimeError: git failed; the text is what it said.
    """
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=git_environment(), input=stdin, capture_output=True
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"git {arguments[0]} in {directory} failed: {said}")
    return done.stdout


def create(directory: Path, branch: str = "main") -> Path:
    """Makes an empty bare repository whose HEAD is ``branch``; returns its folder."""
    directory.mkdir(parents=True)
    git(directory, "init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}")
    return directory


def write(
    directory: Path,
    commits: Iterable[Commit],
    *,
    branch: str = "main",
    onto: str | None = None,
) -> str:
    """Adds ``commits`` to a bare repository and returns the hash of the last one.

    Args:
        directory: the bare repository.
        commits: oldest first; at least one.
        branch: the branch to set. What it was before does not matter.
        onto: the parent of the first commit; None starts a history without parent.

    Raises:
        RuntimeError: git refused the stream.
    """
    stream = b"".join(_stream(commits, f"refs/heads/{branch}", onto))
    git(directory, "fast-import", "--quiet", "--force", stdin=stream)
    return git(directory, "rev-parse", f"refs/heads/{branch}")


def _stream(commits: Iterable[Commit], ref: str, onto: str | None) -> Iterator[bytes]:
    yield f"reset {ref}\n".encode()
    if onto is not None:
        yield f"from {onto}\n\n".encode()
    for commit in commits:
        signed = f"{commit.author} {commit.when} +0000"
        yield f"commit {ref}\nauthor {signed}\ncommitter {signed}\n".encode()
        yield _data(commit.message.encode())
        for path, content in commit.changes.items():
            if content is None:
                yield b"D " + _quoted(path) + b"\n"
            else:
                mode = commit.modes.get(path, REGULAR)
                yield f"M {mode} inline ".encode() + _quoted(path) + b"\n" + _data(content)
        yield b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    """fast-import takes a path as it is, except one that begins with a quote or has line ends."""
    raw = os.fsencode(path)
    if not raw.startswith(b'"') and b"\n" not in raw:
        return raw
    escaped = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'
