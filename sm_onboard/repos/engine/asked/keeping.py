"""What the actions share: what is in the way, the snapshot of it, and the move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sm_onboard import snapshot
from sm_onboard.errors import Conflict
from sm_onboard.git.names import shown
from sm_onboard.git.objects import Content
from sm_onboard.repos.models import FileInTheWay, Outcome

from ..changes import Change
from ..inspect import Folder
from ..job import Job, head_of, outcome
from ..move import InTheWay, Move
from ..news import News, bring_news
from ..records import Record


def news_of(job: Job, folder: Folder) -> News:
    tip = job.ask()
    if tip.commit is None or tip.branch != folder.branch:
        raise Conflict(
            "repos.other_branch",
            f"This works on the branch {tip.branch} only.",
            f"Switch to {tip.branch} first.",
        )
    return bring_news(job, folder, tip)


def ways(job: Job, folder: Folder, target: str, base: Sequence[Change]) -> tuple[FileInTheWay, ...]:
    old = head_of(folder)
    move = Move("check", old, old._replace(commit=target), tuple(base), tuple(base))
    try:
        job.mover(folder.path).check(move)
    except InTheWay as way:
        return way.files
    return ()


def keep(job: Job, folder: Folder, ways: Sequence[FileInTheWay], did: str) -> snapshot.Snapshot:
    """A snapshot of these files; refuses where one of them cannot be held."""
    paths = {way.path for way in ways}
    kept = snapshot.take(
        job.git,
        folder.path,
        job.snapshots,
        reason=did,
        url=job.entry.url,
        paths=paths,
        ignored=[way.path for way in ways if way.why == "ignored"],
    )
    held = {file.path for file in kept.manifest.files}
    lost = sorted(paths - held)
    if lost:
        why = {left.path: left.why for left in kept.manifest.left_out}
        raise Conflict(
            "repos.cannot_keep",
            f"{named(lost)} cannot be kept in a snapshot "
            f"({why.get(lost[0], 'not seen by git')}), so nothing was changed.",
            "Move it away or commit it yourself.",
        )
    return kept


def replaced(
    base: Sequence[Change], kept: snapshot.Snapshot, wanted: Mapping[str, Content | None]
) -> list[Change]:
    """The update's changes, with the person's files as what they replace."""
    changes = {c.path: c for c in base}
    for file in kept.manifest.files:
        old = Content(file.mode, file.blob, True) if file.mode and file.blob else None
        changes[file.path] = Change(file.path, old, wanted.get(file.path))
    for path, content in wanted.items():
        if path in changes:
            changes[path] = changes[path]._replace(new=content)
    return [changes[path] for path in sorted(changes)]


def done(job: Job, folder: Folder, record: Record, move: Move, seen: str, message: str) -> Outcome:
    job.carry_out(folder.path, move, record, seen)
    snapshot.prune(job.snapshots, keep=(move.snapshot,))
    after = job.look()
    return outcome(
        after,
        record,
        "ready",
        action="updated",
        message=message,
        changed=len(move.changes),
        behind=0,
    )


def named(paths: Collection[str]) -> str:
    first, *rest = sorted(paths)
    name = shown(first)
    return f"{name} and {len(rest)} more" if rest else name
