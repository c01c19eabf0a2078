"""What the engine needs from its surroundings, and what it offers to them.

The engine (``engine.py``) knows git and the file system only. How a person signs in
(``credentials.py``), who shows progress (``service.py``, ``cli.py``) are passed in.
"""

from __future__ import annotations

from typing import Protocol

from sm_onboard.git.listener import Access, Listener

from .models import Do, Entry, Outcome


class Credentials(Protocol):
    """Finds how to sign in for an entry, and what a refusal means."""

    def access(self, entry: Entry) -> Access:
        """Raises OnboardError where it is already clear that it cannot work."""
        ...

    def explain(self, entry: Entry, stderr: str) -> tuple[str, str, str] | None:
        """(code, message, hint) for a refused sign-in seen in git's stderr, else None."""
        ...


class Engine(Protocol):
    """``engine.Engine``; blocking, safe to call from several threads for different entries.

    No method raises for what concerns one entry: the Outcome says it. OnboardError is
    raised by ``prepare`` for what concerns the whole root.
    """

    def prepare(self) -> None:
        """Makes the state folder, removes what killed processes left.

        Raises:
            OnboardError: ``repos.root_missing``, ``repos.root_read_only``, ``repos.root_full``.
        """
        ...

    def sync(self, entry: Entry, listener: Listener) -> Outcome:
        """Clones, updates where safe, or finds nothing to do."""
        ...

    def act(self, entry: Entry, do: Do, listener: Listener) -> Outcome:
        """Does what a person asked for (not ``cancel``: set ``listener.cancel``)."""
        ...
