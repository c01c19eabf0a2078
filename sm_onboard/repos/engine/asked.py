"""What a person may ask for: set aside, merge, discard, undo, switch, remove a lock.

Each becomes one move, with a snapshot first that holds every byte the move replaces and
git does not have. What a snapshot cannot hold is not altered.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from sm_onboard import snapshot
from sm_onboard.errors import Conflict
from sm_onboard.git.names import shown
from sm_onboard.git.objects import Content, split_z, tree_entries
from sm_onboard.git.run import GitFailed

from ..models import Do, FileInTheWay, Outcome
from . import remote, update
from .inspect import Folder
from .job import Job, head_of, now, outcome
from .move import Head, InTheWay, Move, MovedOn
from .records import Record
from .worktree import Change, tree_changes

_LOCK_AGE = 30.0  # seconds a lock file must have been left alone before it is removed


def carry_out(job: Job, folder: Folder, record: Record, do: Do) -> Outcome | None:
    """Does it under the entry's lock. None: done, and a sync should follow.

    Raises:
        OnboardError: it cannot be done; nothing was changed.
        InTheWay, Locked: somebody worked there at this moment; nothing was changed.
    """
    actions: dict[str, Callable[[Job, Folder, Record], Outcome | None]] = {
        "set_aside": _set_aside,
        "merge": _merge,
        "discard": _discard,
        "undo": _undo,
        "switch_branch": _switch_branch,
        "remove_lock": _remove_lock,
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
                f"{_named({line.partition(chr(9))[2] for line in unsolved})} has conflicts that "
                "are not solved yet. Nothing was changed.",
                "Solve them and stage the result, then try again.",
            )
    return actions[do](job, folder, record)


def _set_aside(job: Job, folder: Folder, record: Record) -> Outcome:
    """Takes the remote's state; what of the person's is in its way goes to a snapshot."""
    news = _news(job, folder)
    base = tree_changes(job.git, folder.path, folder.commit or "", news.tip)
    ways = _ways(job, folder, news.tip, base)
    kept = _keep(job, folder, ways, "set_aside")
    entries = job.mover(folder.path).index.entries()
    changes = _replace(base, kept, {c.path: c.new for c in base})
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
    return _done(job, folder, record, move, news.tip, "Yours is set aside, the update is in.")


def _discard(job: Job, folder: Folder, record: Record) -> Outcome:
    """Tracked files back to the last commit, and the update where it fits on top."""
    news = _news(job, folder)
    target = news.tip if news.relation in ("behind", "same") else folder.commit or ""
    base = tree_changes(job.git, folder.path, folder.commit or "", target)
    ways = _ways(job, folder, target, base)
    mine = {w.path: w for w in ways}
    for path, tracked in snapshot.changed_paths(job.git, folder.path):
        if tracked:
            mine.setdefault(path, FileInTheWay(path=path, why="changed"))
    kept = _keep(job, folder, tuple(mine.values()), "discard")
    wanted = dict(tree_entries(job.git, folder.path, target))
    entries = job.mover(folder.path).index.entries()
    changes = _replace(base, kept, wanted)
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
    return _done(job, folder, record, move, target, f"Discarded your changes in {files} files.")


def _merge(job: Job, folder: Folder, record: Record) -> Outcome:
    """Brings both sides together; refused, with nothing changed, where they clash."""
    news = _news(job, folder)
    old = head_of(folder)
    target = news.tip
    if news.relation in ("diverged",):
        target = _merge_commits(job, folder, news.tip)
    elif news.relation != "behind":
        raise Conflict("repos.cannot_merge", "There is nothing to bring together.", "")
    base = tree_changes(job.git, folder.path, old.commit, target)
    ways = _ways(job, folder, target, base)
    kept = _keep(job, folder, ways, "merge")
    merged, clashes = _merge_files(job, folder, base, kept)
    if clashes:
        raise Conflict(
            "repos.merge_clash",
            f"Both sides changed the same lines of {_named(clashes)}. Nothing was changed.",
            "Set yours aside and update, then bring your lines back by hand.",
        )
    wanted = {c.path: c.new for c in base}
    wanted.update(merged)
    entries = job.mover(folder.path).index.entries()
    changes = _replace(base, kept, wanted)
    index = [Change(c.path, entries.get(c.path), c.new) for c in base]
    move = Move(
        *("merge", old, old._replace(commit=target), tuple(changes), tuple(index)),
        snapshot=kept.manifest.id,
        at=now(),
    )
    return _done(job, folder, record, move, news.tip, "Both sides are together now.")


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
            f"Both sides changed the same lines of {_named(clashes)}. Nothing was changed.",
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


def _undo(job: Job, folder: Folder, record: Record) -> Outcome:
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
            message=f"You have changed {_named([f.path for f in way.files])} since. "
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


def _switch_branch(job: Job, folder: Folder, record: Record) -> Outcome | None:
    """Back to the configured branch; the person's branch keeps its commits."""
    tip = job.ask()
    if tip.branch is None or tip.commit is None:
        raise Conflict("repos.branch_missing", "The remote has no such branch.", "")
    news = update.bring_news(job, folder, tip)
    ref = f"refs/heads/{tip.branch}"
    _only_here(folder, ref)
    said = job.git.run("rev-parse", "--verify", "--quiet", ref, cwd=folder.path, ok=(0, 1))
    target = said.decode().strip() or news.tip
    changes = tuple(tree_changes(job.git, folder.path, folder.commit or "", target))
    move = Move("switch_branch", head_of(folder), Head(ref, target), changes, changes, at=now())
    try:
        job.carry_out(folder.path, move, record, None)
    except InTheWay as way:
        return outcome(
            folder,
            record,
            "blocked",
            "repos.switch_in_the_way",
            message=f"{_named([f.path for f in way.files])} would be overwritten by switching to "
            f"{tip.branch}. Nothing was changed.",
            hint="Commit your changes first.",
            files=way.files,
            actions=("switch_branch", "retry"),
        )
    name = job.is_ours(folder)
    if name and not said:
        for key, value in (("remote", name), ("merge", ref)):
            job.git.run("config", f"branch.{tip.branch}.{key}", value, cwd=folder.path)
    return None


def _only_here(folder: Folder, ref: str) -> None:
    """Refuses a branch that a linked worktree is on: both would move it."""
    base = folder.git_dir / "worktrees"
    for name in os.listdir(base) if base.is_dir() else ():
        with contextlib.suppress(OSError):
            at = (base / name / "HEAD").read_text(encoding="utf-8", errors="replace").strip()
            place = (base / name / "gitdir").read_text(encoding="utf-8", errors="replace").strip()
            if at == f"ref: {ref}" and os.path.exists(place):
                raise Conflict(
                    "repos.branch_elsewhere",
                    f"{ref.removeprefix('refs/heads/')} is checked out in another worktree "
                    f"of this clone, {shown(os.path.dirname(place))}. Nothing was changed.",
                    "Work on it there, or remove that worktree with git worktree remove.",
                )


def _remove_lock(_job: Job, folder: Folder, _record: Record) -> None:
    """Removes lock files that nobody has touched for a while and no git here works on."""
    names = [*folder.locked]
    if folder.head:
        names.append(f"{folder.head}.lock")
    for name in names:
        lock = folder.git_dir / name
        with contextlib.suppress(FileNotFoundError):
            age = time.time() - os.lstat(lock).st_mtime
            if age < _LOCK_AGE or _git_at_work(folder.path):
                raise Conflict(
                    "repos.lock_busy",
                    f".git/{name} is {int(age)} s old: a git may still be at work.",
                    "Wait half a minute, then remove it.",
                )
            os.unlink(lock)
    return None


# What the actions share


def _news(job: Job, folder: Folder) -> update.News:
    tip = job.ask()
    if tip.commit is None or tip.branch != folder.branch:
        raise Conflict(
            "repos.other_branch",
            f"This works on the branch {tip.branch} only.",
            f"Switch to {tip.branch} first.",
        )
    return update.bring_news(job, folder, tip)


def _ways(
    job: Job, folder: Folder, target: str, base: Sequence[Change]
) -> tuple[FileInTheWay, ...]:
    old = head_of(folder)
    move = Move("check", old, old._replace(commit=target), tuple(base), tuple(base))
    try:
        job.mover(folder.path).check(move)
    except InTheWay as way:
        return way.files
    return ()


def _keep(job: Job, folder: Folder, ways: Sequence[FileInTheWay], did: str) -> snapshot.Snapshot:
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
            f"{_named(lost)} cannot be kept in a snapshot "
            f"({why.get(lost[0], 'not seen by git')}), so nothing was changed.",
            "Move it away or commit it yourself.",
        )
    return kept


def _replace(
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


def _done(job: Job, folder: Folder, record: Record, move: Move, seen: str, message: str) -> Outcome:
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


def _named(paths: Collection[str]) -> str:
    first, *rest = sorted(paths)
    name = shown(first)
    return f"{name} and {len(rest)} more" if rest else name


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


def _git_at_work(folder: Path) -> bool:
    """Whether a git of this machine has its working directory in the clone (Linux)."""
    base = os.path.realpath(folder)
    for process in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if process.isdigit():
            with contextlib.suppress(OSError):
                at = os.readlink(f"/proc/{process}/cwd")
                with open(f"/proc/{process}/comm", encoding="utf-8") as stream:
                    if stream.read().startswith("git") and (at + "/").startswith(base + "/"):
                        return True
    return False
