"""What can be said of an entry without asking its host."""

from __future__ import annotations

from pathlib import Path

from sm_onboard.git import addresses

from .engine import inspect
from .engine.records import Store
from .models import Entry, Outcome


def look(root: Path, entry: Entry) -> Outcome:
    """Looks at the entry's folder; changes nothing.

    Returns:
        An Outcome whose state is ``ready`` for a clone of the entry's repository, whether
        or not its host has more by now; ``waiting`` where nothing is there yet.
    """
    folder = inspect.look(root, entry.path)
    if folder.kind in ("absent", "empty"):
        return Outcome(
            state="waiting",
            code="repos.not_cloned",
            message=f"{entry.name} is not cloned yet.",
            hint="sm-onboard sync clones it.",
        )
    ours = folder.kind == "repository" and any(
        addresses.same_repository(url, entry.url) for _, url in folder.remotes
    )
    if not ours:
        return Outcome(
            state="foreign",
            code="repos.target_exists",
            message=f"The folder {entry.path} is not a clone of {entry.url}.",
            hint="It is left alone. Rename it, or give the entry another path.",
        )
    undo = Store(root).load(entry.id).undo is not None
    return Outcome(
        state="ready",
        branch=folder.branch,
        commit=folder.commit,
        actions=("update", "undo") if undo else ("update",),
    )
