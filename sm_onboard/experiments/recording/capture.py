"""What is recorded when a run begins: once for each execution of a cell."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record

from . import where
from .later import Later

if TYPE_CHECKING:
    from .environment import Environment
    from .repository import Repository, Seen

_KEPT = 256  # executions whose runs may still be open
_LARGEST_SOURCE = 10 << 20  # bytes of a notebook or script that no snapshot holds

_lock = threading.RLock()
_captures: OrderedDict[str, Capture] = OrderedDict()  # by token
_latest: tuple[object, Capture] | None = None
_repositories: dict[Path, Repository] = {}
_pruned = False


@dataclass
class Capture:
    """The context of the runs of one execution.

    Attributes:
        tags: what each of them begins with. missing: sentences.
        source: the notebook or script, where no snapshot holds it: its name and bytes.
        repeats: the id of the run that the next one repeats.
    """

    token: str
    where: where.Where
    tags: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    seen: Seen | None = None
    source: tuple[str, bytes] | None = None
    environment: Later[Environment] | None = None
    repeats: str = ""

    def step(self, what: str, do: Callable[[], None]) -> None:
        """Does one part; where it fails the others go on, and a sentence is kept."""
        try:
            do()
        except Exception as error:
            self.missing.append(f"{what} could not be recorded ({named(error)}).")


def tags() -> dict[str, str]:
    """The tags for a run that begins now."""
    captured = current()
    where.tell()
    found = dict(captured.tags)
    repeats = captured.repeats or os.environ.get(record.REPEATS_VARIABLE, "")
    if repeats and not _inside_another():
        found[record.REPEATS] = clip(repeats)
    if captured.missing:
        found[record.MISSING] = clip(" ".join(captured.missing))
    return found


def current() -> Capture:
    """The capture of this execution; made by the first run in it.

    Made anew when HEAD has moved, since a cell may commit between two of its runs.
    """
    global _latest
    with _lock:
        at = where.look()
        root = _root(at)
        key = (at.execution, root, _position(root))
        if _latest is None or _latest[0] != key:
            _latest = (key, _capture(at, root))
            captured = _latest[1]
            _captures[captured.token] = captured
            while len(_captures) > _KEPT:
                _captures.popitem(last=False)
        return _latest[1]


def by_token(token: str) -> Capture | None:
    return _captures.get(token)


def clip(text: str) -> str:
    limit = record.TAG_LIMIT
    return text if len(text) <= limit else text[: limit - 1] + "…"


def named(error: Exception) -> str:
    """An error in a sentence. Others' own words may hold an address with a password."""
    if isinstance(error, OnboardError):
        return error.message
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__


def _capture(at: where.Where, root: Path | None) -> Capture:
    made = Capture(secrets.token_hex(8), at)
    made.tags[record.RECORD] = made.token
    made.step("The place", lambda: _place(made, root))
    made.step("The machine", lambda: _machine(made))
    if root is None:
        made.missing.append("This is in no git repository, so only the file itself is kept.")
    else:
        made.step("The repository", lambda: _repository(made, root))
        made.step("What this repeats", lambda: _repeats(made, root))
    made.step("The notebook or script", lambda: _source(made))
    made.step("The environment", lambda: _environment(made))
    made.step("The files of the run", _wrap)
    return made


def _root(at: where.Where) -> Path | None:
    try:
        from .repository import find

        start = at.file.parent if at.file else Path.cwd()
        return find(start) or (None if at.file is None else find(Path.cwd()))
    except Exception:  # the folder is gone, or this part is broken: then the capture says so
        return None


def _position(root: Path | None) -> str:
    try:
        from .repository import position

        return position(root) if root else ""
    except Exception:
        return ""


def _place(made: Capture, root: Path | None) -> None:
    at = made.where
    if at.interactive:
        made.tags["mlflow.source.type"] = "NOTEBOOK"
    if at.file:
        inside = root is not None and root in at.file.parents
        path = at.file.relative_to(root).as_posix() if root and inside else str(at.file)
        made.tags["mlflow.source.name"] = clip(path)
        if at.file.suffix == ".ipynb":
            made.tags[record.NOTEBOOK] = clip(path)
    elif at.interactive:
        made.missing.append("The notebook's name is not known.")
    for tag, value in ((record.CELL, at.cell), (record.KERNEL, at.kernel)):
        if value:
            made.tags[tag] = clip(value)


def _machine(made: Capture) -> None:
    from . import machine

    made.tags |= machine.tags()


def _repository(made: Capture, root: Path) -> None:
    from . import repository

    here = _repositories.setdefault(root, repository.Repository(root))
    made.seen = here.see(repository.store(os.environ))
    made.missing += made.seen.missing
    made.tags |= {tag: clip(value) for tag, value in made.seen.tags.items() if value}
    for tag, mlflows in (
        (record.COMMIT, "mlflow.source.git.commit"),
        (record.BRANCH, "mlflow.source.git.branch"),
        (record.REPOSITORY, "mlflow.source.git.repoURL"),
    ):
        if tag in made.tags:
            made.tags[mlflows] = made.tags[tag]


def _repeats(made: Capture, root: Path) -> None:
    from .repository import repeats

    made.repeats = clip(str(repeats(root).get("run_id", "")))


def _source(made: Capture) -> None:
    """The file's bytes, where neither the commit nor the snapshot has them."""
    file = made.where.file
    if file is None:
        return
    seen = made.seen
    if seen and seen.root in file.parents:
        path = file.relative_to(seen.root).as_posix()
        if _repositories[seen.root].holds(seen, path):
            return
    if file.stat().st_size > _LARGEST_SOURCE:
        made.missing.append(f"{file.name} is too large to be kept.")
        return
    made.source = (file.name, file.read_bytes())


def _environment(made: Capture) -> None:
    def work() -> Environment:
        global _pruned
        from . import environment, repository

        found = environment.freeze()
        if not _pruned:
            _pruned = True
            repository.prune(os.environ)
        return found

    made.environment = Later(work, after=1.0)


def _wrap() -> None:
    from . import ending

    ending.wrap()


def _inside_another() -> bool:
    mlflow: Any = sys.modules.get("mlflow")
    return mlflow is not None and mlflow.active_run() is not None


def _after_fork() -> None:
    """A child of a fork has none of the threads, so nobody would let go of the lock."""
    global _lock, _latest
    _lock, _latest = threading.RLock(), None


os.register_at_fork(after_in_child=_after_fork)
