"""Makes a clone of its own with files as they were at some moment, before it is published."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sm_onboard.errors import Conflict, OnboardError
from sm_onboard.git.listener import Access
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.snapshot import Manifest, Snapshot
from sm_onboard.snapshot.manifest import INDEX, SNAPSHOT
from sm_onboard.snapshot.restore import write_files

from . import checks
from .finding import has_commit
from .here import Here
from .trees import check_size

Source = Literal["clone", "remote", "bundle"]
"""What the commits come from: a clone on this machine, the host, the bundle alone."""

_BASES = "refs/sm-onboard/base"
# Whoever opens it may have set these otherwise than whoever made it; the bytes must not.
_AS_KEPT = (
    ("core.autocrlf", "false"),
    ("core.eol", "lf"),
    ("core.attributesFile", os.devnull),
    ("core.fileMode", "true"),
    ("core.symlinks", "true"),
)


@dataclass(frozen=True)
class Wanted:
    """What the clone is to hold; all of it checked.

    Attributes:
        head: the commit that HEAD will be on. base: commits that must be had beforehand.
        url: of the repository; empty where there is none.
        clone: for ``source`` ``clone``: the folder.
        snapshot: files to put on top; None where the commit alone is wanted.
    """

    head: str
    base: tuple[str, ...]
    url: str
    source: Source
    clone: str = ""
    snapshot: Snapshot | None = None


def make(wanted: Wanted, here: Here, clone: Path, lock: int) -> Path:
    """Makes the clone at ``clone``, which does not exist yet.

    Args:
        lock: a file descriptor that git inherits (``aside``).

    Raises:
        Stopped: ``here.cancel`` was set.
        OnboardError: ``clones.commit_gone``, ``.too_large``, ``.disk_full``,
            ``snapshot.damaged``, what refused a sign-in, or git failed.
    """
    from sm_onboard.repos.engine.storage import checkout_workers

    git = replace(here.git(), lock=lock)
    _have_base(wanted, here, git, clone, lock)
    for key, value in _AS_KEPT:
        git.run("config", "--local", key, value, cwd=clone)
    here.doing("Writing the files.")
    if wanted.snapshot:
        _unbundle(git, wanted, wanted.snapshot, clone)
    check_size(git, clone, wanted.head)
    plain = replace(
        git,
        access=Access(config=_no_filters(git, clone)),
        workers=checkout_workers(clone.parent),
    )
    plain.run("checkout", "--progress", "--detach", wanted.head, "--", cwd=clone)
    if wanted.snapshot:
        _write(git, clone, wanted.snapshot.manifest)
    return clone


def _have_base(wanted: Wanted, here: Here, git: Git, clone: Path, lock: int) -> None:
    """A repository in ``clone`` with the commits that the bundle builds on, and no files."""
    url = wanted.url
    bare = ("--no-checkout", "--template=")
    remote = replace(here.git(url), lock=lock) if url else None
    if wanted.source == "bundle":
        algorithm = "sha256" if len(wanted.head) == 64 else "sha1"
        git.run("init", "--quiet", "--template=", f"--object-format={algorithm}", "--", str(clone))
        if url:
            git.run("remote", "add", "--", "origin", url, cwd=clone)
    elif wanted.source == "clone" and all(
        has_commit(git, Path(wanted.clone), x) for x in wanted.base
    ):
        here.doing(f"Copying {os.path.basename(wanted.clone)} from this machine.")
        git.run("clone", *bare, "--local", "--", wanted.clone, str(clone), local_source=True)
        git.run("remote", "set-url", "--", "origin", url, cwd=clone)
    elif remote:
        here.doing(f"Getting the commit from {checks.shown_url(url)}.")
        with here.explained(url):
            remote.run("clone", "--progress", *bare, "--", url, str(clone))
    if remote:
        from sm_onboard.repos.engine.clone import keep, kept

        keep(git, clone, [], kept(remote))
        for commit in wanted.base:
            if not has_commit(git, clone, commit):
                here.doing(f"Getting the commit from {checks.shown_url(url)}.")
                _fetch(remote, clone, commit, url)
    lines = [f"create {_BASES}/{n} {x}\n" for n, x in enumerate(wanted.base)]
    git.run("update-ref", "--stdin", cwd=clone, input="".join(lines).encode())


def _fetch(remote: Git, clone: Path, commit: str, url: str) -> None:
    """Gets one commit that no branch has any more: most hosts keep it for a while."""
    with contextlib.suppress(GitFailed):
        remote.run("fetch", "--no-tags", "--quiet", "--", "origin", commit, cwd=clone)
        if has_commit(remote, clone, commit):
            return
    raise commit_gone(url, commit)


def commit_gone(url: str, commit: str) -> Conflict:
    return Conflict(
        "clones.commit_gone",
        f"{checks.shown_url(url) or 'Its repository'} does not have the commit {commit[:7]} "
        "any more.",
        "Ask whoever made it for a clone that has it, and put it beside your others.",
    )


def _unbundle(git: Git, wanted: Wanted, snapshot: Snapshot, clone: Path) -> None:
    manifest = snapshot.manifest
    refs = [SNAPSHOT, *([INDEX] if manifest.index else [])]
    fetch = ("fetch", "--no-tags", "--quiet", "--", str(snapshot.bundle))
    try:
        git.run(*fetch, *(f"+{ref}:{ref}" for ref in refs), cwd=clone, local_source=True)
        ask = ("rev-parse", "--verify", "--quiet", f"{manifest.commit}^1")
        parent = git.run(*ask, cwd=clone, ok=(0, 1, 128)).decode().strip()
    except GitFailed as error:
        raise damaged("git cannot read its bundle.") from error
    if parent != manifest.head:
        raise damaged("It does not build on the commit that it names.")
    lines = [f"delete {_BASES}/{n}\n" for n in range(len(wanted.base))]
    git.run("update-ref", "--stdin", cwd=clone, input="".join(lines).encode())


def _no_filters(git: Git, clone: Path) -> list[tuple[str, str]]:
    """Switches off every filter that the person's own configuration has.

    A stranger's .gitattributes chooses among them: Git LFS would fetch what it names.
    """
    ask = ("config", "--name-only", "-z", "--get-regexp", r"^filter\.")
    keys = git.run(*ask, cwd=clone, ok=(0, 1)).decode("utf-8", "replace").split("\0")
    filters = sorted({key.rpartition(".")[0] for key in keys if key})
    return [
        (f"{name}.{what}", value)
        for name in filters
        for what, value in (("smudge", ""), ("process", ""), ("required", "false"))
    ]


def _write(git: Git, clone: Path, manifest: Manifest) -> None:
    """The files of the snapshot over the checkout, none larger than its manifest says."""
    kept = [file for file in manifest.files if file.blob]
    asked = "".join(f"{file.blob}\n" for file in kept).encode()
    said = git.run("cat-file", "--batch-check", cwd=clone, input=asked).decode().splitlines()
    for file, line in zip(kept, said, strict=True):
        if line.split()[1:] != ["blob", str(file.size)]:
            raise damaged("A file of it is not in its bundle.")
    write_files(git, clone, manifest)


def damaged(why: str) -> OnboardError:
    return OnboardError("snapshot.damaged", f"The snapshot cannot be used. {why}")
