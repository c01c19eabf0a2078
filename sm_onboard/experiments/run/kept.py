"""What was kept in files with a run. What cannot be read is told, and the rest is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import File, Run, Store
from sm_onboard.experiments.problems import problem_of
from sm_onboard.git.names import shown
from sm_onboard.plain_text import plain

from .shown import (
    FilesAsked,
    LeftOutFile,
    PartProblem,
    RunFile,
    RunFiles,
    RunKept,
    RunNotebook,
    SnapshotFile,
)

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService
    from sm_onboard.rooms import Rooms
    from sm_onboard.snapshot import Manifest

FILES: Final = 500  # of a folder, or of a snapshot
SENTENCES: Final = 50

_Part = Literal["files", "snapshot", "record", "environment", "notebook"]
T = TypeVar("T")


def read(rooms: Rooms, id: str) -> RunKept:
    """The files of the run with the page's id. Blocks.

    Raises:
        OnboardError: there is no such run, or its store does not answer at all.
    """
    from sm_onboard.experiments.reproduce import material

    found = rooms.experiments.find(id)
    store, run = found.store, found.store.run(found.run)
    problems: list[PartProblem] = []

    def tried(part: _Part, do: Callable[[], T], otherwise: T) -> T:
        try:
            return do()
        except OnboardError as error:
            problems.append(PartProblem(part=part, problem=problem_of(error)))
            return otherwise

    nothing: list[File] = []
    listed = tried("files", lambda: store.files(run.id), nothing)
    facts, described, packages = _tags(run), None, None
    own = nothing
    if any(file.folder and file.path == record.FOLDER for file in listed):
        own = tried("files", lambda: store.files(run.id, record.FOLDER), nothing)
        paths = {file.path for file in own}
        if record.RECORD_FILE in paths:
            facts = tried("record", lambda: material.told(store, run), facts)
        if record.SNAPSHOT_FOLDER in paths:
            described = tried("snapshot", lambda: material.manifest(store, run.id), None)
        if record.ENVIRONMENT_FILE in paths:
            packages = tried("environment", lambda: material.installed(store, run.id), None)
    kept, executed = tried("notebook", lambda: _kept_notebook(store, run, own), ("", False))
    here, why = _own_file(rooms, facts, described)
    files, cut = _files(listed)
    changed = described.files if described else ()
    left_out = [one for one in described.left_out if one.why != "excluded"] if described else []
    return RunKept(
        files=files,
        cut=cut,
        changed=tuple(
            SnapshotFile(
                path=_text(file.path),
                change="deleted" if file.blob is None else "changed" if file.tracked else "new",
                size=_size(file.size),
            )
            for file in changed[:FILES]
        ),
        changed_cut=max(0, len(changed) - FILES),
        left_out=tuple(
            LeftOutFile(path=_text(one.path), why=one.why, size=_size(one.size))
            for one in left_out[:FILES]
        ),
        left_out_cut=max(0, len(left_out) - FILES),
        snapshot=described is not None,
        packages=None if packages is None else len(packages),
        missing=_sentences(facts),
        notebook=RunNotebook(kept=kept, executed=executed, here=here, why=why),
        problems=tuple(problems),
    )


def folder(room: ExperimentsService, asked: FilesAsked) -> RunFiles:
    """What lies directly in a folder.

    Raises:
        OnboardError: those of the store.
    """
    found = room.find(asked.run)
    files, cut = _files(found.store.files(found.run, asked.folder))
    return RunFiles(files=files, cut=cut)


def _files(listed: list[File]) -> tuple[tuple[RunFile, ...], int]:
    # Ours come last: what the person kept is what they look for.
    ordered = sorted(listed, key=lambda file: file.path.partition("/")[0] == record.FOLDER)
    made = tuple(RunFile(path=f.path, folder=f.folder, size=f.size) for f in ordered[:FILES])
    return made, max(0, len(listed) - FILES)


def _kept_notebook(store: Store, run: Run, own: list[File]) -> tuple[str, bool]:
    """Its path, and whether it has the outputs of the run."""
    paths = {file.path for file in own}
    if record.NOTEBOOK_FILE in paths:
        return record.NOTEBOOK_FILE, True
    if record.SOURCE_FOLDER in paths:
        for file in store.files(run.id, record.SOURCE_FOLDER):
            if not file.folder and file.path.endswith(".ipynb"):
                return file.path, False
    return "", False


def _own_file(
    rooms: Rooms, facts: Mapping[str, Any], described: Manifest | None
) -> tuple[str, str]:
    """The person's own notebook as JupyterLab calls it; else why there is none to open."""
    from sm_onboard.clones import checks
    from sm_onboard.repos.contents import contents_base, join

    told = facts.get(record.NOTEBOOK)
    if not isinstance(told, str) or not told:
        return "", "Which notebook it ran in was not recorded."
    name = shown(PurePosixPath(told).name, 100)
    if not told.endswith((".ipynb", ".py")):
        return "", f"{name} is neither a notebook nor a script."
    if rooms.root_dir is None:
        return "", "Notebooks are opened from JupyterLab."
    path = Path(told)
    if not path.is_absolute():
        try:
            checks.path(told)
        except OnboardError:
            return "", f"{name} is named by a path that leads out of its repository."
        clone = _clone(rooms, facts, described)
        if clone is None:
            return "", f"The repository of {name} is not on this machine."
        path = clone / told
    if not os.path.isfile(path):  # which is also false where a name is too long for any file
        return "", f"{name} is not at its place any more."
    base = contents_base(path.parent, rooms.root_dir)
    if base is None:
        return "", f"{name} is at a place that JupyterLab does not show here."
    return join(base, path.name), ""


def _clone(rooms: Rooms, facts: Mapping[str, Any], described: Manifest | None) -> Path | None:
    """Where it ran, if that is still a repository; else a clone of the same repository."""
    from sm_onboard.clones import checks
    from sm_onboard.clones.finding import find_clone
    from sm_onboard.git.listener import Listener
    from sm_onboard.git.run import Git
    from sm_onboard.repos.assembly import root

    if described and Path(described.path).is_absolute():
        ran = Path(described.path)
        if os.path.exists(ran / ".git"):
            return ran
    url = checks.url(checks.text(facts, record.REPOSITORY))
    try:
        return find_clone(Git(Listener()), root(rooms), url, ()) if url else None
    except OnboardError:
        return None


def _tags(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.tags.items() if name.startswith(record.PREFIX)}


def _sentences(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What could not be recorded; the record has all of it, the tag may be cut."""
    told = facts.get("missing")
    if isinstance(told, list):
        return tuple(_text(one) for one in told[:SENTENCES] if isinstance(one, str))
    said = facts.get(record.MISSING)
    return (_text(said),) if isinstance(said, str) and said else ()


def _size(bytes: int) -> int:
    """What a browser can count."""
    return min(max(0, bytes), 1 << 53)


def _text(text: str) -> str:
    return plain(text, 1_000)[0]
