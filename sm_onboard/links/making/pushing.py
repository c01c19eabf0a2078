"""Pushes a commit so that a link to it can be opened: to its own branch, and never forced."""

from __future__ import annotations

import re

from sm_onboard.clones.here import entry
from sm_onboard.errors import Conflict, Forbidden, OnboardError, Unreachable
from sm_onboard.git import names
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.repos.ports import Credentials

from ..models import SecretFound
from . import secrets
from .repository import Repository
from .standing import shown_url

_BEHIND = re.compile(r"\[rejected\].*(?:non-fast-forward|fetch first|stale info)")
_REFUSED = re.compile(r"\[remote rejected\][^(\n]*\(([^)\n]{1,200})\)")
_UNREACHABLE = re.compile(r"Could not resolve host|Failed to connect|Connection (?:refused|timed)")


def push(repository: Repository, credentials: Credentials, listener: Listener) -> None:
    """Pushes HEAD to the branch of the same name at the repository's remote.

    Nothing else is changed than what git itself notes of it: where the remote's branch is.

    Raises:
        Conflict: ``links.push_moved``: the branch has commits that are not here;
            ``links.no_branch``. Forbidden: ``links.push_refused``: the host does not want it.
        OnboardError: the sign-in was refused, or git failed.
        Stopped: it was cancelled.
    """
    branch, where = repository.branch, shown_url(repository.url)
    if branch is None:
        raise Conflict(
            "links.no_branch",
            "No branch is checked out, so it is not known where to push the commit.",
            "Make a branch of it: git switch -c NAME.",
        )
    names.check_branch(branch)
    asked = entry(repository.url)
    git = Git(
        listener,
        access=credentials.access(asked),
        http=repository.url.startswith("http://"),
    )
    try:
        git.run(
            *("push", "--progress", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"),
            *("--", repository.remote, f"{repository.head}:refs/heads/{branch}"),
            cwd=repository.root,
            timeout=git.limits.transfer,
        )
    except GitFailed as error:
        raise _explained(error, credentials, repository, branch, where) from error


def findings(git: Git, repository: Repository) -> tuple[SecretFound, ...]:
    """What looks like a secret in what the commits add that would be pushed."""
    span = f"{repository.base}..{repository.head}" if repository.base else repository.head
    ask = ("log", "--format=", "--patch", "--unified=0", "--no-ext-diff", "--no-textconv")
    # Also of merges, and of what .gitattributes calls binary: often notebooks.
    more = ("--text", "--cc", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    said = git.run(*ask, *more, span, "--", cwd=repository.root).decode("utf-8", "replace")
    added: dict[str, list[str]] = {}
    lines = added.setdefault("", [])
    for line in said.split("\n"):
        if line.startswith("+++ "):
            lines = added.setdefault(line[4:].removeprefix("b/"), [])
        elif line.startswith("+") and "\0" not in line:  # really binary
            lines.append(line[1:])
    found: dict[tuple[str, ...], SecretFound] = {}
    for path, texts in added.items():
        where = f"{path.rpartition('/')[2]}, in the commits to be pushed"
        for one in secrets.in_lines(path, where, "\n".join(texts)):
            found[(one.path, one.what, one.shown)] = one
    return tuple(found.values())[: secrets.MOST]


def _explained(
    error: GitFailed, credentials: Credentials, repository: Repository, branch: str, where: str
) -> OnboardError:
    said = error.stderr
    if _BEHIND.search(said):
        return Conflict(
            "links.push_moved",
            f"{where} did not take the commit: its branch {branch} has moved on. Nothing was "
            "changed.",
            "Pull first, or send a snapshot.",
        )
    refused = _REFUSED.search(said)
    if refused:
        return Forbidden(
            "links.push_refused",
            f"{where} does not take pushes to {branch}: {names.shown(refused[1], 120)}.",
            "Push to a branch of your own, or send a snapshot.",
        )
    told = credentials.explain(entry(repository.url), said)
    if told is not None:
        return Forbidden(*told)
    if _UNREACHABLE.search(said) or error.timed_out:
        return Unreachable(
            "links.push_unreachable", f"{where} did not answer.", "Try again, or send a snapshot."
        )
    return error
