"""What a person may ask for: set aside, merge, discard, undo, switch, remove a lock.

Each becomes one move, with a snapshot first that holds every byte the move replaces and
git does not have. What a snapshot cannot hold is not altered.
"""

from __future__ import annotations

from collections.abc import Callable

from sm_onboard.errors import Conflict
from sm_onboard.git.objects import split_z
from sm_onboard.repos.models import Do, Outcome

from ..inspect import Folder
from ..job import Job
from ..records import Record
from .aside import discard, set_aside
from .keeping import named
from .lock import remove_lock
from .merge import merge
from .switch import switch_branch
from .undo import undo


def carry_out(job: Job, folder: Folder, record: Record, do: Do) -> Outcome | None:
    """Does it under the entry's lock. None: done, and a sync should follow.

    Raises:
        OnboardError: it cannot be done; nothing was changed.
        InTheWay, Locked: somebody worked there at this moment; nothing was changed.
    """
    actions: dict[str, Callable[[Job, Folder, Record], Outcome | None]] = {
        "set_aside": set_aside,
        "merge": merge,
        "discard": discard,
        "undo": undo,
        "switch_branch": switch_branch,
        "remove_lock": remove_lock,
    }
    if folder.busy and do != "remove_lock":
        raise Conflict(
            "repos.busy", "A merge or rebase is under way here.", "Finish or abort it first."
        )
    if do not in ("undo", "remove_lock"):
        unsolved = split_z(job.git.run("ls-files", "-u", "-z", cwd=folder.path))
        if unsolved:
            raise Conflict(
                "repos.conflicts",
                f"{named({line.partition(chr(9))[2] for line in unsolved})} has conflicts that "
                "are not solved yet. Nothing was changed.",
                "Solve them and stage the result, then try again.",
            )
    return actions[do](job, folder, record)


__all__ = ["carry_out"]
