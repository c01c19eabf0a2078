"""Git's objects: what a path holds, and how commits, trees and blobs are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .run import Git, GitFailed

LINK, SUBMODULE, PROGRAM = "120000", "160000", "100755"


class Content(NamedTuple):
    """What a path holds.

    Attributes:
        mode: 100644, 100755, 120000 (link) or 160000 (submodule: never touched here).
        oid: the blob's id.
        raw: the blob is the bytes on disk; otherwise git's filters and line endings
            stand between the two.
    """

    mode: str
    oid: str
    raw: bool = False


def split_z(data: bytes) -> list[str]:
    """The parts of git's ``-z`` output."""
    return [os.fsdecode(part) for part in data.split(b"\0") if part]


def index_info(entries: Iterable[tuple[str, Content | None]]) -> bytes:
    lines = []
    removed = []
    entries = list(entries)
    width = next((len(content.oid) for _, content in entries if content), 40)
    for path, content in entries:
        name = os.fsencode(path) + b"\0"
        if content is None:
            removed.append(b"0 " + b"0" * width + b"\t" + name)
        else:
            lines.append(f"{content.mode} {content.oid}\t".encode() + name)
    # Removals first: a file may become a folder.
    return b"".join(removed + lines)


def in_list(folder: Path) -> str:
    """A folder for git's lists, which have ``:`` between their items."""
    text = str(folder)
    if ":" not in text and not text.startswith('"'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tree_entries(git: Git, folder: Path, commit: str) -> dict[str, Content]:
    """Every file of a commit."""
    found = {}
    for line in split_z(git.run("ls-tree", "-r", "-z", "--full-tree", commit, cwd=folder)):
        meta, _, path = line.partition("\t")
        mode, _, oid = meta.split()
        found[path] = Content(mode, oid)
    return found


def read_blobs(
    git: Git, folder: Path, oids: Iterable[str], objects: Path | None = None
) -> dict[str, bytes]:
    """Blobs by id, from the clone and from a further object folder."""
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": in_list(objects)} if objects else {}
    wanted = sorted(set(oids))
    said = git.run(
        *("cat-file", "--batch"),
        cwd=folder,
        env=env,
        input="".join(f"{x}\n" for x in wanted).encode(),
    )
    found, at = {}, 0
    for oid in wanted:
        end = said.index(b"\n", at)
        head = said[at:end].split()
        if len(head) != 3 or head[1] != b"blob":
            raise GitFailed("cat-file", 0, f"{oid} is not there")
        size = int(head[2])
        found[oid] = said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found
