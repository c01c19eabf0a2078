"""Brings both sides together; refused, with nothing changed, where they clash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from sm_onboard import snapshot
from sm_onboard.errors import Conflict
from sm_onboard.git.objects import Content, split_z
from sm_onboard.git.run import GitFailed
from sm_onboard.repos.models import Outcome

from .. import remote
from ..changes import Change, tree_changes
from ..inspect import Folder
from ..job import Job, head_of, now
from ..move import Move
from ..records import Record
from .keeping import done, keep, named, news_of, replaced, ways


def merge(job: Job, folder: Folder, record: Record) -> Outcome:
    """Brings both sides together; refused, with nothing changed, where they clash."""
    news = news_of(job, folder)
    old = head_of(folder)
    target = news.tip
    if news.relation in ("diverged",):
        target = _merge_commits(job, folder, news.tip)
    elif news.relation != "behind":
        raise Conflict("repos.cannot_merge", "There is nothing to bring together.", "")
    base = tree_changes(job.git, folder.path, old.commit, target)
    in_way = ways(job, folder, target, base)
    kept = keep(job, folder, in_way, "merge")
    merged, clashes = _merge_files(job, folder, base, kept)
    if clashes:
        raise Conflict(
            "repos.merge_clash",
            f"Both sides changed the same lines of {named(clashes)}. Nothing was changed.",
            "Set yours aside and update, then bring your lines back by hand.",
        )
    wanted = {c.path: c.new for c in base}
    wanted.update(merged)
    entries = job.mover(folder.path).index.entries()
    changes = replaced(base, kept, wanted)
    index = [Change(c.path, entries.get(c.path), c.new) for c in base]
    move = Move(
        *("merge", old, old._replace(commit=target), tuple(changes), tuple(index)),
        snapshot=kept.manifest.id,
        at=now(),
    )
    return done(job, folder, record, move, news.tip, "Both sides are together now.")


def _merge_commits(job: Job, folder: Folder, tip: str) -> str:
    here = folder.commit or ""
    try:
        said = job.git.run(
            *("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", here, tip),
            cwd=folder.path,
            ok=(0, 1),
        )
    except GitFailed as error:
        if error.exit != 129:  # git's way to say that it does not know the option
            raise
        raise Conflict(
            "repos.git_too_old",
            "This needs git 2.38 or newer. Nothing was changed.",
            "Merge in the Git panel or a terminal, or set yours aside.",
        ) from error
    tree, *clashes = split_z(said)
    if clashes:
        raise Conflict(
            "repos.merge_clash",
            f"Both sides changed the same lines of {named(clashes)}. Nothing was changed.",
            "Merge them in the Git panel or a terminal, or set yours aside.",
        )
    who = job.git.run("var", "GIT_COMMITTER_IDENT", cwd=folder.path, ok=(0, 128))
    if not who:
        raise Conflict(
            "repos.identity_missing",
            "Git does not know you yet, and a merge is a commit of yours.",
            "Give your name and email first.",
        )
    message = f"Merge {folder.branch} of {remote.host(job.entry.url)}\n".encode()
    made = job.git.run(
        *("commit-tree", tree.strip(), "-p", here, "-p", tip), cwd=folder.path, input=message
    )
    return made.decode().strip()


def _merge_files(
    job: Job, folder: Folder, base: Sequence[Change], kept: snapshot.Snapshot
) -> tuple[dict[str, Content], list[str]]:
    """Three-way merges of the person's uncommitted files with the update's."""
    news = {c.path: c for c in base}
    merged: dict[str, Content] = {}
    clashes = []
    for file in kept.manifest.files:
        change = news.get(file.path)
        if change is None or not (change.old and change.new and file.blob and file.mode):
            clashes.append(file.path)
            continue
        said = _merged(job, folder.path, change)
        if said is None or (file.path.endswith(".ipynb") and not _is_json(said)):
            clashes.append(file.path)
            continue
        write = ("hash-object", "-w", "-t", "blob", "--no-filters", "--stdin")
        oid = job.git.run(*write, cwd=folder.path, input=said).decode().strip()
        merged[file.path] = Content(change.new.mode, oid, True)
    return merged, clashes


def _merged(job: Job, at: Path, change: Change) -> bytes | None:
    """The file on disk with the update's changes in it; None where they clash."""
    if change.old is None or change.new is None or "120000" in (change.old.mode, change.new.mode):
        return None
    part = job.part()
    try:
        (part / "mine").write_bytes((at / change.path).read_bytes())
        for name, oid in (("base", change.old.oid), ("theirs", change.new.oid)):
            # As git would write them into the work tree, since that is what mine is.
            filters = ("cat-file", "--filters", f"--path={change.path}", oid)
            (part / name).write_bytes(job.git.run(*filters, cwd=at))
        names = [str(part / name) for name in ("mine", "base", "theirs")]
        return job.git.run("merge-file", "-p", "--quiet", "--", *names, cwd=at)
    except GitFailed:
        return None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False
