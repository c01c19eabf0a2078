"""What differs between the code of two runs: files, lines, and notebooks cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sm_onboard.clones import checks
from sm_onboard.clones.aside import aside
from sm_onboard.errors import OnboardError, Stopped
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Store
from sm_onboard.experiments.reproduce.code import Code, look
from sm_onboard.experiments.reproduce.here import Here
from sm_onboard.experiments.reproduce.material import Material, gather
from sm_onboard.git.names import shown
from sm_onboard.git.run import Git
from sm_onboard.notebook import LARGEST, SOURCE, NotebookCell
from sm_onboard.plain_text import plain

from . import cells
from .files import LINES, TEXT, differing
from .notebooks import compared, write_blobs
from .patches import Blobs, patches
from .shown import CodeDiff, CodeFile
from .trees import begin, bring

_NAMED = 3  # files that a sentence names


@dataclass(frozen=True)
class Asked:
    """A run whose code is compared, in its store."""

    store: Store
    run: str  # the store's own id


@dataclass(frozen=True)
class _Side:
    """What could be had of one run's code.

    Attributes:
        commit: in our repository; empty where its files could not be had: ``note`` says why.
    """

    material: Material
    commit: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return shown(self.material.run.name or self.material.run.id)


def compare_code(id: str, before: Asked, after: Asked, here: Here, parent: Path) -> CodeDiff:
    """Compares the files of two runs; where one has none, what else is kept of both.

    Args:
        id: of the answer.
        parent: a folder of ours, in which one is made and removed again.

    Raises:
        Stopped: ``here.cancel`` was set.
        OnboardError: those of the store; git failed.
    """
    with aside(parent) as (folder, _):
        materials = []
        for name, asked in (("before", before), ("after", after)):
            (folder / name).mkdir()
            materials.append(gather(asked.store, asked.run, folder / name))
        git = here.git()
        width = next((len(material.head) for material in materials if material.head), 40)
        bare = begin(git, folder, width)
        sides = [
            _side(here, material, bare, name, width)
            for name, material in zip(("before", "after"), materials, strict=True)
        ]
        notes = [f"{side.name}: {side.note}" for side in sides if side.note]
        if all(side.commit for side in sides):
            files, more = differing(git, bare, sides[0].commit, sides[1].commit, folder)
            whole = True
        else:
            files, more, whole = _kept(git, bare, sides, folder), 0, False
        if here.cancel.is_set():
            raise Stopped("experiments.cancelled", "Cancelled.")
        return CodeDiff(
            id=id, state="done", whole=whole, files=files, more=more, notes=tuple(notes)
        )


def _side(here: Here, material: Material, bare: Path, name: str, width: int) -> _Side:
    found: Code = look(material, here)
    if found.source is None:
        return _Side(material, note=found.part.text)
    if len(material.head) != width:
        return _Side(material, note="Its repository counts its commits in another way.")
    try:
        commit = bring(here, material, found, bare, name)
    except Stopped:
        raise
    except OnboardError as error:
        return _Side(material, note=f"{error.message} {error.hint}".strip())
    notes = [found.part.text if found.part.state in ("differs", "unknown") else "", _out(material)]
    return _Side(material, commit, " ".join(note for note in notes if note))


def _out(material: Material) -> str:
    """What its snapshot could not hold, and so does not show here."""
    left_out = material.snapshot.manifest.left_out if material.snapshot else ()
    wanted = [file.path for file in left_out if file.why != "excluded"]
    if not wanted:
        return ""
    listed = ", ".join(shown(path) for path in wanted[:_NAMED])
    more = f" and {len(wanted) - _NAMED} more" if len(wanted) > _NAMED else ""
    return f"Not in its snapshot, and so not compared: {listed}{more}."


def _kept(git: Git, bare: Path, sides: Sequence[_Side], folder: Path) -> tuple[CodeFile, ...]:
    """The notebook or script of both, else the cells that began them."""
    names = [checks.text(side.material.facts, record.NOTEBOOK).rpartition("/")[2] for side in sides]
    path, old = names[1] or names[0] or "notebook", names[0]
    file = CodeFile(
        path=path,
        old=old if old not in ("", path) else "",
        change="changed" if old in ("", path) else "renamed",
    )
    contents = [_notebook(git, bare, side) for side in sides]
    before, after = contents
    if before is not None and after is not None:
        read = [cells.read(before), cells.read(after)]
        if None not in read:
            return _of_cells(git, bare, file, read, folder)
        return _of_lines(git, bare, file, (before, after), folder)
    began = [_cell(side.material) for side in sides]
    if None in began:
        return ()
    why = "Only the cells that began the runs are kept of both, and compared."
    return _of_cells(git, bare, msgspec.structs.replace(file, why=why), began, folder)


def _of_cells(
    git: Git,
    bare: Path,
    file: CodeFile,
    sides: Sequence[tuple[NotebookCell, ...] | None],
    folder: Path,
) -> tuple[CodeFile, ...]:
    found = compared(git, bare, folder / "cells", sides[0] or (), sides[1] or (), LINES)
    if not found.cells and not file.old:
        return ()
    return (
        msgspec.structs.replace(
            file,
            notebook=True,
            cells=found.cells,
            same=found.same,
            more=found.more,
            cut=found.cut,
            added=found.added,
            removed=found.removed,
        ),
    )


def _of_lines(
    git: Git, bare: Path, file: CodeFile, sides: tuple[bytes, bytes], folder: Path
) -> tuple[CodeFile, ...]:
    if sides[0] == sides[1]:
        return ()
    if max(map(len, sides)) > TEXT or any(b"\0" in side for side in sides):
        why = "It is no text, or too much to be shown line by line."
        return (msgspec.structs.replace(file, why=why),)
    files = [folder / "kept-before", folder / "kept-after"]
    for place, content in zip(files, sides, strict=True):
        place.write_bytes(content)
    before, after = write_blobs(git, bare, files)
    patch = patches(git, bare, [Blobs(before, after)], LINES)[0]
    return (
        msgspec.structs.replace(
            file,
            hunks=tuple(patch.hunks),
            cut=patch.cut,
            added=patch.added,
            removed=patch.removed,
        ),
    )


def _notebook(git: Git, bare: Path, side: _Side) -> bytes | None:
    """The notebook or script of a run: from its files where they are here, else as it was kept."""
    path = side.material.facts.get(record.NOTEBOOK)
    if side.commit and isinstance(path, str) and path and "\n" not in path:
        asked = f"{side.commit}:{path}\n".encode("utf-8", "replace")
        said = git.run("cat-file", "--batch-check", cwd=bare, input=asked).split()
        if said[1:2] == [b"blob"] and int(said[2]) <= LARGEST:
            return git.run("cat-file", "blob", said[0].decode(), cwd=bare)
    return side.material.notebook()


def _cell(material: Material) -> tuple[NotebookCell, ...] | None:
    """The cell that began a run; None where it was none, or is not kept."""
    told = material.facts.get("cell")
    source = told.get("source") if isinstance(told, dict) else None
    if not isinstance(source, str) or not source:
        return None
    return (NotebookCell(id="began", kind="code", source=plain(source, SOURCE)[0]),)
