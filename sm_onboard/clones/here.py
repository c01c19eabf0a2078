"""This machine, as far as a clone needs it: where clones are put, and how git signs in."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import OnboardError
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git, GitFailed, Limits

if TYPE_CHECKING:
    from sm_onboard.git.progress import Progress
    from sm_onboard.repos.models import Entry
    from sm_onboard.repos.ports import Credentials


@dataclass(frozen=True)
class Here:
    """Where clones are made.

    Attributes:
        root: the folder that the repositories are below.
        credentials: how git signs in.
        cancel: ends what is under way.
        doing: hears in a sentence what is waited for; progress: how far git has come.
        secret: the secret that the plan names for an address; empty: none.
        redirects: git follows a host that sends it elsewhere at its first question.
    """

    root: Path
    credentials: Credentials
    limits: Limits = field(default_factory=Limits)
    cancel: threading.Event = field(default_factory=threading.Event)
    log: Callable[[str], None] = lambda _: None
    doing: Callable[[str], None] = lambda _: None
    progress: Callable[[Progress], None] = lambda _: None
    secret: Callable[[str], str] = lambda _: ""
    redirects: bool = True

    def git(self, url: str = "") -> Git:
        """Git for this machine, or with an address (checked) for its host as well."""
        listener = Listener(progress=self.progress, log=self.log, cancel=self.cancel)
        if not url:
            return Git(listener, limits=self.limits)
        access = self.credentials.access(self._entry(url))
        if not self.redirects:
            access = replace(access, config=(*access.config, ("http.followRedirects", "false")))
        # checks.url lets plain http through to this machine only.
        http = url.startswith("http://")
        return Git(listener, limits=self.limits, access=access, http=http)

    @contextlib.contextmanager
    def explained(self, url: str) -> Iterator[None]:
        """A refused sign-in at the host of ``url`` becomes the sentence that explains it.

        Raises:
            OnboardError: instead of the ``GitFailed`` that it explains.
        """
        try:
            yield
        except GitFailed as error:
            told = self.credentials.explain(self._entry(url), error.stderr)
            if told is None:
                raise
            raise OnboardError(*told) from error

    def _entry(self, url: str) -> Entry:
        return entry(url, self.secret(url))


def entry(url: str, secret: str = "") -> Entry:
    """The address as the repositories' room asks credentials about one."""
    from sm_onboard.repos.models import Entry

    return Entry(
        id="cloned", name="cloned", url=url, path="cloned", source="person", secret=secret or None
    )
