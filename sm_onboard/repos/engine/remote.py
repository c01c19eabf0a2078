"""What a git host has, and how its answers and refusals read to a person."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sm_onboard.errors import OnboardError, Stopped, Unreachable
from sm_onboard.git import names
from sm_onboard.git.objects import in_list
from sm_onboard.git.run import Git, GitFailed

from ..models import Entry
from ..ports import Credentials


@dataclass(frozen=True)
class Tip:
    """The host's answer to one ``ls-remote``.

    Attributes:
        branch: the branch asked for, or the host's default one; None in an empty repository.
        commit: what it is at; None when the branch is not there.
        default: the host's default branch, when it says.
        empty: the repository has no commit at all.
    """

    branch: str | None
    commit: str | None
    default: str | None
    empty: bool


def ask(git: Git, entry: Entry) -> Tip:
    """Asks the host where the entry's branch is. Raises GitFailed, Stopped."""
    patterns = ["HEAD"]
    if entry.branch:
        patterns.append(f"refs/heads/{entry.branch}")
    said = git.run("ls-remote", "--symref", "--", entry.url, *patterns)
    refs: dict[str, str] = {}
    default = None
    for line in said.decode("utf-8", "replace").splitlines():
        what, _, ref = line.partition("\t")
        if what.startswith("ref: refs/heads/") and ref == "HEAD":
            default = names.check_branch(what[len("ref: refs/heads/") :])
        else:
            refs[ref] = what
    branch = entry.branch or default
    commit = refs.get(f"refs/heads/{entry.branch}") if entry.branch else refs.get("HEAD")
    if commit is None and not refs and entry.branch:
        # Nothing at all, or only this branch and HEAD missing: one more question tells.
        anything = git.run("ls-remote", "--heads", "--", entry.url).strip()
        return Tip(branch, None, default, empty=not anything)
    return Tip(branch, commit, default, empty=commit is None and not refs)


def fetch(git: Git, folder: Path, url: str, branch: str, part: Path) -> None:
    """Brings a branch's commits into the clone; no ref changes.

    They are received in a folder of ours and moved in as whole packs, so that a kill
    leaves nothing behind in the clone.
    """
    real = folder / ".git" / "objects"
    incoming = part / "incoming"
    (incoming / "pack").mkdir(parents=True, exist_ok=True)
    env = {
        "GIT_OBJECT_DIRECTORY": str(incoming),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": in_list(real),
    }
    args = ("--progress", "--no-tags", "--no-write-fetch-head", "--refmap=")
    git.run("fetch", *args, "--", url, f"refs/heads/{branch}", cwd=folder, env=env)
    move_packs(incoming, real)


def move_packs(incoming: Path, real: Path) -> None:
    """Moves whole packs, the index last, since a pack counts once its index is there."""
    (real / "pack").mkdir(exist_ok=True)
    packs = [name for name in os.listdir(incoming / "pack") if name.startswith("pack-")]
    for name in sorted(packs, key=lambda name: name.endswith(".idx")):
        if not name.endswith(".keep"):
            target = real / "pack" / name
            if not target.exists():
                os.rename(incoming / "pack" / name, target)
    shutil.rmtree(incoming, ignore_errors=True)


def host(url: str) -> str:
    """The host of a checked address, for sentences."""
    return urlsplit(url).hostname or url


_SIGNS: tuple[tuple[str, str, str, str], ...] = (
    (
        "no space left on device",
        "repos.disk_full",
        "The disk is full.",
        "Make room, then retry.",
    ),
    (
        "disk quota exceeded",
        "repos.disk_full",
        "Your storage quota is used up.",
        "Make room, then retry.",
    ),
    (
        # All that git's parallel checkout says of a write that failed.
        "unable to write file",
        "repos.disk_full",
        "The files could not be written: the disk is full, or your quota is used up.",
        "Make room, then retry.",
    ),
    (
        "could not resolve host",
        "repos.unreachable",
        "{host} cannot be found from here.",
        "Check the network, or the address in onboard.yaml.",
    ),
    (
        "operation too slow",
        "repos.too_slow",
        "{host} stopped sending.",
        "Retry later.",
    ),
    (
        "failed to connect",
        "repos.unreachable",
        "{host} does not take connections from here.",
        "In a VPC without internet it needs a way to {host}.",
    ),
    (
        "connection refused",
        "repos.unreachable",
        "{host} does not take connections from here.",
        "In a VPC without internet it needs a way to {host}.",
    ),
    (
        "ssl certificate",
        "repos.certificate",
        "The certificate of {host} is not trusted here.",
        "Ask your administrator; do not switch the check off.",
    ),
    (
        "not found",
        "repos.not_found",
        "{host} has no such repository, or does not show it to you.",
        "Check the address; a private one needs a secret in onboard.yaml.",
    ),
    (
        "returned error: 404",
        "repos.not_found",
        "{host} has no such repository, or does not show it to you.",
        "Check the address; a private one needs a secret in onboard.yaml.",
    ),
    (
        "returned error: 403",
        "repos.forbidden",
        "{host} does not let you read this repository.",
        "Ask whoever owns it for read access.",
    ),
    (
        "returned error: 429",
        "repos.host_busy",
        "{host} gets too many requests at the moment.",
        "Retry later.",
    ),
    (
        "returned error: 5",
        "repos.host_failed",
        "{host} answered with an error of its own.",
        "Retry later.",
    ),
    (
        "unable to update url base from redirection",
        "repos.redirected",
        "{host} sends you on to another address.",
        "Put the new address in onboard.yaml.",
    ),
    (
        "not valid: is this a git repository",
        "repos.not_git",
        "{host} answered with something that is not git, perhaps a sign-in page.",
        "Check the address.",
    ),
    (
        "could not read username",
        "repos.sign_in_needed",
        "{host} asks for a sign-in, and there is none here.",
        "Name a secret for it in onboard.yaml.",
    ),
    (
        "authentication failed",
        "repos.sign_in_refused",
        "{host} refused the sign-in.",
        "Check the user name and password or token.",
    ),
    (
        "early eof",
        "repos.cut_off",
        "The connection to {host} broke off.",
        "Retry.",
    ),
    (
        "transfer closed with",
        "repos.cut_off",
        "The connection to {host} broke off.",
        "Retry.",
    ),
    (
        "rpc failed",
        "repos.cut_off",
        "The connection to {host} broke off.",
        "Retry.",
    ),
    (
        "hung up unexpectedly",
        "repos.cut_off",
        "The connection to {host} broke off.",
        "Retry.",
    ),
    (
        "not supported or disabled in libcurl",
        "repos.protocol",
        "{host} sends you on to a protocol that is not allowed here.",
        "Use https or ssh.",
    ),
    (
        "not allowed",
        "repos.protocol",
        "The address leads to a protocol that is not allowed here.",
        "Use https or ssh.",
    ),
)


def explain(entry: Entry, credentials: Credentials, failed: Exception) -> OnboardError:
    """The error a person sees for a failed exchange with the host."""
    if isinstance(failed, Stopped):
        return failed
    if not isinstance(failed, GitFailed):
        return failed if isinstance(failed, OnboardError) else _storage(failed)
    said = failed.stderr.lower()
    where = host(entry.url)
    if failed.timed_out:
        return Unreachable(
            "repos.timeout", f"{where} did not answer in time.", "Retry, or check the network."
        )
    full = next((s for s in _SIGNS[:3] if s[0] in said), None)
    told = None if full else credentials.explain(entry, failed.stderr)
    if told:
        return Unreachable(*told)
    for sign, code, message, hint in _SIGNS:
        if sign in said:
            return Unreachable(code, message.format(host=where), hint.format(host=where))
    return failed


def _storage(error: Exception) -> OnboardError:
    import errno

    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return OnboardError("repos.disk_full", "The disk is full.", "Make room, then retry.")
    if number in (errno.EACCES, errno.EPERM):
        return OnboardError(
            "repos.permission", "You may not write there.", "Check the owner of the folder."
        )
    if number == errno.EROFS:
        return OnboardError("repos.root_read_only", "The storage is read-only.", "")
    if isinstance(error, OSError):
        what = error.strerror or type(error).__name__
        return OnboardError("repos.storage", f"The storage answered: {what}.", "Retry.")
    raise error
