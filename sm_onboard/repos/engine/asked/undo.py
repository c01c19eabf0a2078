"""Brings back what the last move replaced."""

from __future__ import annotations

import shutil

from sm_onboard import snapshot
from sm_onboard.errors import Conflict
from sm_onboard.repos.models import Outcome

from .. import remote
from ..inspect import Folder
from ..job import Job, head_of, outcome
from ..move import InTheWay, Move, MovedOn
from ..records import Record
from .keeping import named


def undo(job: Job, folder: Folder, record: Record) -> Outcome:
    """Brings back what the last move replaced."""
    if not record.undo:
        raise Conflict("repos.nothing_to_undo", "There is nothing to undo.", "")
    last = Move.load(record.undo)
    move = last.reversed("undo")
    if head_of(folder) != move.old:
        raise Conflict(
            "repos.undo_moved_on",
            "You have committed or switched since. Undo would take that away.",
            "What was set aside is in a snapshot: sm-onboard repos restore.",
        )
    _bring_objects(job, folder, move)
    try:
        job.carry_out(folder.path, move, record, None)
    except MovedOn:
        raise Conflict(
            "repos.undo_moved_on",
            f"{move.new.ref} has new commits since. Undo would take them away.",
            "Switch to it with git.",
        ) from None
    except InTheWay as way:
        return outcome(
            folder,
            record,
            "blocked",
            "repos.undo_in_the_way",
            message=f"You have changed {named([f.path for f in way.files])} since. "
            "Undo would take that away. Nothing was changed.",
            hint="What was set aside is in a snapshot: sm-onboard repos restore.",
            files=way.files,
            actions=("retry",),
        )
    behind = job.count(folder.path, f"{move.new.commit}..{move.old.commit}")
    return outcome(
        job.look(),
        record,
        "behind" if behind else "ready",
        "repos.undone" if behind else "",
        action="restored",
        message=f"Undone. {len(move.changes)} files are as they were.",
        behind=behind,
        actions=("update",) if behind else (),
    )


def _bring_objects(job: Job, folder: Folder, move: Move) -> None:
    """Brings back what ``git gc`` has removed since: staged contents, commits, files."""
    if not move.snapshot:
        return
    part = job.part()
    try:
        found = snapshot.load(job.snapshots / move.snapshot)
        unpacked = snapshot.objects(job.git, folder.path, found, part)
        (unpacked / "pack").mkdir(exist_ok=True)
        remote.move_packs(unpacked, folder.path / ".git" / "objects")
    finally:
        shutil.rmtree(part, ignore_errors=True)
