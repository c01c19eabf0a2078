"""The commit of a link: from a clone on this machine, else from its host into the cache."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sm_onboard.clones.checks import shown_url
from sm_onboard.clones.finding import Clone, clones_of
from sm_onboard.clones.here import Here
from sm_onboard.errors import Conflict, Forbidden, OnboardError, Stopped
from sm_onboard.git.addresses import identity
from sm_onboard.git.listener import Access
from sm_onboard.git.run import Git, GitFailed

from ..coordinates import Link
from .cache import Cache, bounded, too_much
from .reader import Reader
from .redirects import is_redirect, moved_to
from .trees import Tree

_BARE = "repository.git"
_REFUSED = (  # codes of a sign-in that was refused, or is missing
    "repos.sign_in_missing",
    "repos.sign_in_refused",
    "repos.sign_in_forbidden",
    "repos.not_found",
    "repos.ssh_key_refused",
    "repos.role_forbidden",
)
_ALLOCATED = "600m"
"""What git may take of the memory at once: more than of any object that it does not read in pieces.
A host may send a commit of some megabytes that unpacks to hundreds of gigabytes."""
_MISSING = ("not our ref", "unadvertised object", "couldn't find remote ref", "no such ref")


@dataclass(frozen=True)
class Repository:
    """A repository as the reader has it.

    Attributes:
        url: its address; empty where it has none.
        own: the reader's clone; None where there is none. source: a clone that a copy with
            the commits can be made from.
        warnings: sentences.
    """

    url: str
    own: Clone | None = None
    source: Clone | None = None
    warnings: tuple[str, ...] = ()


def look(here: Here, url: str, commits: tuple[str, ...]) -> Repository:
    """The clones of a repository on this machine; nobody is asked."""
    git, own, source = here.git(), None, None
    for clone in clones_of(git, here.root, url):
        own = own or clone
        if not source and clone.whole and commits and all(clone.has(git, x) for x in commits):
            source = clone
    return Repository(url, own, source)


@contextlib.contextmanager
def reading(reader: Reader, here: Here, link: Link) -> Iterator[tuple[Repository, Tree]]:
    """The commit of a ``git`` link, and the repository it is of.

    Raises:
        Conflict: ``clones.commit_gone``, ``links.moved``.
        Forbidden: ``links.no_access``, ``links.moved_elsewhere``.
        OnboardError: what the host or git said.
    """
    found = look(here, link.repository, (link.commit,))
    git = here.git()
    for clone in clones_of(git, here.root, link.repository):
        if clone.has(git, link.commit):
            yield found, Tree(git, clone.folder, link.commit)
            return
    key = _key(link)
    if not _is_kept(reader.cache, key):
        _fetch(reader, here, link, key)
    with reader.cache.reading(key) as entry:
        if entry is None:
            raise again()
        url = (entry / "url").read_text(encoding="utf-8")
        if url != link.repository:
            moved = f"{shown_url(link.repository)} has moved to {shown_url(url)}."
            found = replace(look(here, url, (link.commit,)), warnings=(moved,))
        with _explained(here, link, url), bounded(here, entry) as limited:
            yield found, Tree(_asking(limited, url), entry / _BARE, link.commit)


def again() -> Conflict:
    return Conflict(
        "links.again", "What was fetched is not there any more.", "Open the link again."
    )


def _key(link: Link) -> str:
    name = f"{identity(link.repository)} {link.repository} {link.commit}"
    return "git-" + hashlib.sha256(name.encode()).hexdigest()[:40]


def _is_kept(cache: Cache, key: str) -> bool:
    with cache.reading(key) as entry:
        return entry is not None


def _fetch(reader: Reader, here: Here, link: Link, key: str) -> None:
    """Fetches one commit into the cache, beside the address that it came from in the end."""
    url = link.repository
    here.doing(f"Asking {shown_url(url)} for the commit.")
    with reader.cache.making(key) as (entry, lock):
        bare = entry / _BARE
        algorithm = "sha256" if len(link.commit) == 64 else "sha1"
        plain = replace(here.git(), lock=lock)
        begin = ("init", "--quiet", "--bare", "--template=", f"--object-format={algorithm}")
        plain.run(*begin, "--", str(bare))
        with bounded(here, entry) as limited:
            try:
                with _explained(here, link, url):
                    _one_commit(limited, url, bare, link.commit, lock)
            except GitFailed as error:
                if not is_redirect(error):
                    raise
                allowed = reader.allowed()
                url = moved_to(url, lambda place: bool(allowed.why(place)))
                with _explained(here, link, url):
                    _one_commit(limited, url, bare, link.commit, lock)
        (entry / "url").write_text(url, encoding="utf-8")


def _one_commit(here: Here, url: str, bare: Path, commit: str, lock: int) -> None:
    """Gets one commit without its history and, where the host can, without its files; where
    a host gives no commits by their ids, all branches.

    Raises:
        Conflict: ``clones.commit_gone``. InvalidRequest: ``links.too_much``.
    """
    git = replace(_asking(here, url), lock=lock)
    ask = ("fetch", "--no-tags", "--progress")
    blobless = "--filter=blob:none"
    try:
        git.run(*ask, "--depth=1", blobless, "--", url, commit, cwd=bare)
    except GitFailed as error:
        if "over limit" in error.stderr:
            raise too_much() from error
        if not _is_missing(error):
            raise
        with contextlib.suppress(GitFailed):
            git.run(*ask, blobless, "--", url, "+refs/heads/*:refs/heads/*", cwd=bare)
    if not _has(git, bare, commit):
        raise Conflict(
            "clones.commit_gone",
            f"{shown_url(url)} does not have the commit {commit[:7]} any more.",
            "Ask the sender for a new link, with a snapshot.",
        )


def _asking(here: Here, url: str) -> Git:
    """Git for a host before the reader has chosen: also what it sends later has its limit."""
    git = here.git(url)
    access = git.access or Access()
    limit = ("GIT_ALLOC_LIMIT", _ALLOCATED)
    return replace(git, access=replace(access, environment=(*access.environment, limit)))


def _has(git: Git, bare: Path, commit: str) -> bool:
    # In a clone without files, git asks the host once more for what it has not sent.
    local = replace(git, access=None, http=False)
    ask = ("cat-file", "-t", commit)
    env = {"GIT_NO_LAZY_FETCH": "1"}
    with contextlib.suppress(GitFailed):
        return local.run(*ask, cwd=bare, env=env, local_source=True).strip() == b"commit"
    return False


def _is_missing(error: GitFailed) -> bool:
    return any(said in error.stderr for said in _MISSING)


@contextlib.contextmanager
def _explained(here: Here, link: Link, url: str) -> Iterator[None]:
    """A refusal says what to ask from whom."""
    try:
        with here.explained(url):
            yield
    except Stopped:
        raise
    except GitFailed as error:
        if is_redirect(error) or _is_missing(error):
            raise
        host = shown_url(url).partition("/")[0]
        if error.timed_out or "Could not resolve host" in error.stderr:
            raise OnboardError(
                "links.host_unreachable",
                f"{host} does not answer.",
                "Check the network, and open the link again.",
            ) from error
        raise
    except OnboardError as error:
        if error.code not in _REFUSED:
            raise
        whom = f"{link.sender}, or whoever owns it," if link.sender else "whoever owns it"
        raise Forbidden(
            "links.no_access",
            f"You have no access to {shown_url(url)}. {error.message}",
            f"Ask {whom} to let you read it. {_sign_in(error)}".strip(),
        ) from error


def _sign_in(error: OnboardError) -> str:
    if error.code == "repos.sign_in_missing":
        return "If you may already, sign in once with git in a terminal."
    return ""
