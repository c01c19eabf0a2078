"""What git says of the repository that a file is in. No host is asked."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_onboard.errors import ConfigError
from sm_onboard.experiments.recording.repository import find
from sm_onboard.git.addresses import check_url
from sm_onboard.git.objects import split_z
from sm_onboard.git.run import Git, GitFailed

__all__ = ["Repository", "State", "differing", "find", "gone_since", "look"]

State = Literal["changed", "new"]

_FARTHEST = 5000  # commits between HEAD and what the remote has
_NO_ASKING = {"GIT_NO_LAZY_FETCH": "1"}


@dataclass(frozen=True)
class Repository:
    """A repository as it is now.

    Attributes:
        root: its work tree.
        remote: name of the remote that the branch belongs to, else ``origin``, else the first;
            empty: none.
        url: the remote's address in normal form, without credentials; empty where it is none
            that a link may name.
        head: empty: no commit yet. branch: None when detached.
        base: the nearest commit on HEAD's line that the remote is known to have; empty: none.
        unpushed: how many commits of HEAD it lacks.
    """

    root: Path
    remote: str
    url: str
    head: str
    branch: str | None
    base: str
    unpushed: int

    @property
    def pushed(self) -> bool:
        return bool(self.head) and self.base == self.head


def look(git: Git, root: Path) -> Repository | None:
    """The repository in a folder; None where git cannot read it."""
    try:
        head, branch = _head(git, root)
        remote, url = _remote(git, root, branch)
        base, unpushed = _pushed(git, root, head, remote) if url and head else ("", 0)
    except GitFailed:
        return None
    return Repository(root, remote, url, head, branch, base, unpushed)


def differing(
    git: Git, repository: Repository, commit: str, paths: Collection[str]
) -> dict[str, State]:
    """How these files of the work tree stand beside a commit; those that are alike are left out.

    Args:
        commit: of the repository; empty: there is none, so every file is ``new``.
    """
    if not commit:
        return dict.fromkeys(paths, "new")
    if not paths:
        return {}
    known = sorted(paths)
    there = _paths_of(git, repository, commit, known)
    diff = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    more = ("--ignore-submodules=all", commit, "--", *known)
    said = git.run(*diff, *more, cwd=repository.root, env=_NO_ASKING)
    found: dict[str, State] = dict.fromkeys(split_z(said), "changed")
    return {**found, **{path: "new" for path in paths if path not in there}}


def gone_since(git: Git, repository: Repository) -> list[str]:
    """Files that the base has, and the work tree has not. Reads no file's content."""
    root = repository.root
    staged = ("diff-index", "--cached", "--name-only", "-z", "--diff-filter=D", "--no-renames")
    said = git.run(*staged, repository.base, "--", cwd=root, env=_NO_ASKING)
    removed = [path for path in split_z(said) if not os.path.lexists(root / path)]
    missing = split_z(git.run("ls-files", "--deleted", "-z", cwd=root))
    had = _paths_of(git, repository, repository.base, missing)
    return sorted({*removed, *(path for path in missing if path in had)})


def _paths_of(git: Git, repository: Repository, commit: str, paths: Collection[str]) -> set[str]:
    if not paths:
        return set()
    ask = ("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, "--", *sorted(paths))
    return set(split_z(git.run(*ask, cwd=repository.root, env=_NO_ASKING)))


def _head(git: Git, root: Path) -> tuple[str, str | None]:
    said = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=root, ok=(0, 1, 128))
    ref = git.run("symbolic-ref", "--quiet", "HEAD", cwd=root, ok=(0, 1)).decode().strip()
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None
    return said.decode().strip(), branch


def _remote(git: Git, root: Path, branch: str | None) -> tuple[str, str]:
    ask = ("config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$")
    said = git.run(*ask, cwd=root, ok=(0, 1))
    values: dict[str, str] = {}
    for pair in split_z(said):
        key, _, value = pair.partition("\n")
        values.setdefault(key, value)
    names = [
        key.removeprefix("remote.").removesuffix(".url")
        for key in values
        if key.startswith("remote.")
    ]
    wanted = (values.get(f"branch.{branch}.remote", ""), "origin", *names)
    name = next((each for each in wanted if each in names), "")
    if not name or name.startswith("-"):
        return "", ""
    url = _normal(values[f"remote.{name}.url"])
    if not url:  # it may be short for another: url.<base>.insteadOf
        said = git.run("ls-remote", "--get-url", "--", name, cwd=root)
        url = _normal(said.decode("utf-8", "replace").strip())
    return name, url


def _normal(url: str) -> str:
    """The address without credentials; empty where no link may name it."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        place, slash, path = rest.partition("/")
        url = f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"
    try:
        return check_url(url)
    except ConfigError:
        return ""


def _pushed(git: Git, root: Path, head: str, remote: str) -> tuple[str, int]:
    ask = ("for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote}/")
    known = sorted(set(git.run(*ask, cwd=root).decode().split()))
    if head in known or not known:
        return (head, 0) if known else ("", 0)
    wanted = "\n".join([head, *(f"^{oid}" for oid in known), ""]).encode()
    limit = f"--max-count={_FARTHEST}"
    said = git.run("rev-list", limit, "--stdin", cwd=root, input=wanted, env=_NO_ASKING)
    unpushed = set(said.decode().split())
    if not unpushed:
        return head, 0
    line = git.run("rev-list", "--first-parent", limit, head, cwd=root, env=_NO_ASKING)
    base = next((oid for oid in line.decode().split() if oid not in unpushed), "")
    return ("", len(unpushed)) if len(unpushed) == _FARTHEST else (base, len(unpushed))
