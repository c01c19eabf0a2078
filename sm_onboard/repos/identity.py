"""Who signs the person's commits: git's ``user.name`` and ``user.email``.

git is called directly: this runs at every start, and importing GitPython for two
questions would cost more than asking them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from sm_onboard.errors import Conflict, InvalidRequest

from .models import Identity

LIMIT = 10  # seconds for one call of git; a home on slow storage may take some
_LENGTH = 200  # characters; longer names are mistakes

# Not the whole of RFC 5322: what git can write between < and >, and a host can read.
_EMAIL = re.compile(r"[^\s<>@\"',;:\\]+@[^\s<>@\"',;:\\]+")
_OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG", "GIT_COMMON_DIR", "GIT_INDEX_FILE")


def read(env: Mapping[str, str]) -> Identity | None:
    """The identity that a commit would get outside any repository; None where it lacks a part.

    Args:
        env: environment variables; GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL win, as in git.

    Raises:
        Conflict: ``repos.git_missing``, ``repos.identity_unreadable``.
    """
    name = env.get("GIT_AUTHOR_NAME", "").strip() or _get("user.name", env)
    email = env.get("GIT_AUTHOR_EMAIL", "").strip() or _get("user.email", env)
    email = email or env.get("EMAIL", "").strip()
    return Identity(name=name, email=email) if name and email else None


def write(identity: Identity, env: Mapping[str, str]) -> None:
    """Sets the identity in the person's own git configuration.

    Raises:
        InvalidRequest: ``repos.identity_invalid``; nothing was written.
        Conflict: ``repos.identity_not_written``, ``repos.git_missing``.
    """
    name, email = checked(identity)
    for key, value in (("user.name", name), ("user.email", email)):
        # After -- nothing is an option, whatever the value begins with.
        done = _git(["config", "--global", "--replace-all", "--", key, value], env)
        if done.returncode != 0:
            raise Conflict(
                "repos.identity_not_written",
                "git could not write your name and email to its configuration.",
                "Check that your home folder is writable, that it is not full, and that no "
                ".gitconfig.lock was left there.",
            )


def checked(identity: Identity) -> tuple[str, str]:
    """(name, email) without spaces around them.

    Raises:
        InvalidRequest: ``repos.identity_invalid``.
    """
    name, email = identity.name.strip(), identity.email.strip()
    # git drops <, > and control characters from names without a word; then it is not the name.
    if not name or len(name) > _LENGTH or re.search(r"[<>\x00-\x1f\x7f]", name):
        raise InvalidRequest(
            "repos.identity_invalid",
            "That is not a name git can put on a commit.",
            "Write it as others know you, in one line, without < and >.",
        )
    if not re.search(r"[^\s.,:;<>\"\\']", name):
        raise InvalidRequest(
            "repos.identity_invalid",
            "A name of punctuation alone is empty to git.",
            "Write it as others know you.",
        )
    if not email.isprintable() or len(email) > _LENGTH or not _EMAIL.fullmatch(email):
        raise InvalidRequest(
            "repos.identity_invalid",
            "That is not an email address.",
            "Write one like ana@example.com.",
        )
    return name, email


def _get(key: str, env: Mapping[str, str]) -> str:
    done = _git(["config", "--null", "--get", key], env)
    if done.returncode == 1:  # not set
        return ""
    if done.returncode != 0:
        raise Conflict(
            "repos.identity_unreadable",
            "git could not read its configuration.",
            "Run git config --list in a terminal: it names the file and the line.",
        )
    return done.stdout.rstrip("\0").strip()


def _git(arguments: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """git outside any repository: a repository's own identity says nothing about others."""
    clean = {key: value for key, value in env.items() if key not in _OTHER_REPOSITORY}
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=os.sep,
            env={**clean, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LIMIT,
        )
    except FileNotFoundError as error:
        raise Conflict(
            "repos.git_missing",
            "There is no git on this machine.",
            "Install git, or choose an image that has it.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Conflict(
            "repos.identity_unreadable",
            "Reading git's configuration took too long.",
            "Your home folder is slow now. Reload later.",
        ) from error
