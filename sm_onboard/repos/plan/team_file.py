"""Reads the team's file out of a git repository: ``git+https://host/repo.git#path``."""

from __future__ import annotations

import os
import tempfile
import threading

from sm_onboard.errors import NotFound, Unreachable
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git, GitFailed, Limits

from ..models import Entry
from ..ports import Credentials

# A file of a few thousand bytes; who waits longer gets the last good copy.
_LIMITS = Limits(ask=20, transfer=60, local=60, low_speed_seconds=15)


class GitReader:
    """Reads one file of a repository's default branch, without its history.

    Args:
        credentials: how to sign in.
        cancel: set to end it early.
    """

    def __init__(self, credentials: Credentials, cancel: threading.Event) -> None:
        self._credentials = credentials
        self._cancel = cancel

    def __call__(self, setting: str) -> bytes:
        """The file's bytes.

        Args:
            setting: a checked ``git+https://…#path``.

        Raises:
            OnboardError: ``config.team_file_missing``, ``config.team_file_unreachable``,
                or what the credentials say about a refusal.
        """
        url, _, path = setting.partition("#")
        return self.read(url.removeprefix("git+"), path)

    def read(self, url: str, path: str, *, http: bool = False) -> bytes:
        """As above; ``http`` allows plain http (the caller knows that it is loopback)."""
        entry = Entry(id="team-file", name="team file", url=url, path="team-file", source="team")
        access = self._credentials.access(entry)
        git = Git(Listener(cancel=self._cancel), _LIMITS, access, http=http)
        with tempfile.TemporaryDirectory(prefix="sm-onboard-") as folder:
            clone = os.path.join(folder, "team.git")
            try:
                git.run(
                    "clone", "--bare", "--depth=1", "--single-branch", "--no-tags",
                    "--filter=blob:none", "--template=", "--", url, clone,
                )  # fmt: skip
            except GitFailed as failed:
                told = self._credentials.explain(entry, failed.stderr)
                raise Unreachable(
                    *(told or ("config.team_file_unreachable", f"{failed.message}.", ""))
                ) from failed
            try:
                return git.run("cat-file", "blob", f"HEAD:{path}", cwd=clone)
            except GitFailed as failed:
                raise NotFound(
                    "config.team_file_missing",
                    f"There is no file {path} in the default branch of {url}.",
                    "Check the path after # in SmOnboard.team_file.",
                ) from failed
