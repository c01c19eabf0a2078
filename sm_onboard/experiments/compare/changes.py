"""Which files differ between two commits, as git tells it; their names are anybody's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from sm_onboard.git.run import Git

from .patches import OPTIONS

_PATIENCE = 60.0  # seconds


class Change(NamedTuple):
    """A path that is not the same.

    Attributes:
        path, old: after and before; the same unless it was renamed.
        modes, blobs: before and after; None where there is no file.
        added, removed: lines; None for what is not text, or too large.
    """

    path: str
    old: str
    modes: tuple[str | None, str | None]
    blobs: tuple[str | None, str | None]
    added: int | None
    removed: int | None


def changes(git: Git, bare: Path, before: str, after: str) -> list[Change]:
    """All of them, by path.

    Raises:
        GitFailed: among others, when it took more than a minute.
    """
    ask = ("diff-tree", "-r", "-z", "-M", "--raw", "--numstat", *OPTIONS)
    said = git.run(*ask, before, after, "--", cwd=bare, timeout=_PATIENCE)
    words = iter([os.fsdecode(word) for word in said.split(b"\0")])
    found: list[tuple[str, str, list[str]]] = []
    counts: list[tuple[int | None, int | None]] = []
    for word in words:
        if word.startswith(":"):
            facts = word[1:].split(" ")
            old = next(words)
            found.append((next(words) if facts[4][0] in "RC" else old, old, facts))
        elif word:
            added, removed, path = word.split("\t", 2)
            if not path:  # a rename has both its names behind it
                next(words), next(words)
            counts.append((_number(added), _number(removed)))
    return [
        Change(
            path=_readable(path),
            old=_readable(old),
            modes=(_there(facts[0]), _there(facts[1])),
            blobs=(_there(facts[2]), _there(facts[3])),
            added=added,
            removed=removed,
        )
        for (path, old, facts), (added, removed) in zip(found, counts, strict=True)
    ]


def sizes(git: Git, bare: Path, oids: set[str]) -> dict[str, int]:
    """Bytes of blobs."""
    asked = "".join(f"{oid}\n" for oid in sorted(oids)).encode()
    said = git.run("cat-file", "--batch-check", cwd=bare, input=asked).decode()
    lines = (line.split() for line in said.splitlines())
    return {words[0]: int(words[2]) for words in lines if words[1:2] == ["blob"]}


def _readable(path: str) -> str:
    """A name of bytes that are no text, with a sign in their place."""
    return os.fsencode(path).decode("utf-8", "replace")


def _there(fact: str) -> str | None:
    return fact if fact.strip("0") else None


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
