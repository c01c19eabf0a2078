"""Takes the remote's state, or the last commit's; the person's goes to a snapshot."""

from __future__ import annotations

from sm_onboard import snapshot
from sm_onboard.git.objects import tree_entries
from sm_onboard.repos.models import FileInTheWay, Outcome

from ..changes import Change, tree_changes
from ..inspect import Folder
from ..job import Job, head_of, now
from ..move import Move
from ..records import Record
from .keeping import done, keep, news_of, replaced, ways


def set_aside(job: Job, folder: Folder, record: Record) -> Outcome:
    """Takes the remote's state; what of the person's is in its way goes to a snapshot."""
    news = news_of(job, folder)
    base = tree_changes(job.git, folder.path, folder.commit or "", news.tip)
    in_way = ways(job, folder, news.tip, base)
    kept = keep(job, folder, in_way, "set_aside")
    entries = job.mover(folder.path).index.entries()
    changes = replaced(base, kept, {c.path: c.new for c in base})
    index = [Change(c.path, entries.get(c.path), c.new) for c in base]
    index += [
        Change(f.path, entries[f.path], None)
        for f in kept.manifest.files
        if f.path in entries and f.path not in {c.path for c in base}
    ]
    old = head_of(folder)
    move = Move(
        *("set_aside", old, old._replace(commit=news.tip), tuple(changes), tuple(index)),
        snapshot=kept.manifest.id,
        at=now(),
    )
    return done(job, folder, record, move, news.tip, "Yours is set aside, the update is in.")


def discard(job: Job, folder: Folder, record: Record) -> Outcome:
    """Tracked files back to the last commit, and the update where it fits on top."""
    news = news_of(job, folder)
    target = news.tip if news.relation in ("behind", "same") else folder.commit or ""
    base = tree_changes(job.git, folder.path, folder.commit or "", target)
    in_way = ways(job, folder, target, base)
    mine = {w.path: w for w in in_way}
    for path, tracked in snapshot.changed_paths(job.git, folder.path):
        if tracked:
            mine.setdefault(path, FileInTheWay(path=path, why="changed"))
    kept = keep(job, folder, tuple(mine.values()), "discard")
    wanted = dict(tree_entries(job.git, folder.path, target))
    entries = job.mover(folder.path).index.entries()
    changes = replaced(base, kept, wanted)
    paths = {c.path for c in changes}
    index = [
        Change(path, entries.get(path), wanted.get(path))
        for path in sorted(paths)
        if entries.get(path) != wanted.get(path)
    ]
    old = head_of(folder)
    move = Move(
        *("discard", old, old._replace(commit=target), tuple(changes), tuple(index)),
        snapshot=kept.manifest.id,
        at=now(),
    )
    files = len(kept.manifest.files)
    return done(job, folder, record, move, target, f"Discarded your changes in {files} files.")
