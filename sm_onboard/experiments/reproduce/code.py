"""Where the code of a run can be had from now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from sm_onboard.clones import checks
from sm_onboard.clones.finding import find_clone
from sm_onboard.clones.here import entry
from sm_onboard.errors import OnboardError, Stopped
from sm_onboard.experiments import record
from sm_onboard.git.names import shown
from sm_onboard.git.run import Git, GitFailed

from .here import Here
from .material import Material
from .models import Part, Source, State


class Code(NamedTuple):
    """The row of the confirmation, and where the commits come from."""

    part: Part
    source: Source | None = None
    clone: str = ""


def look(material: Material, here: Here) -> Code:
    """Finds the nearest source: the bundle alone, a clone on this machine, the remote."""
    if material.why:
        return _missing(material.why)
    if not material.head:
        return _missing(_nothing_kept(material))
    state, text = _kept(material)
    detail = _left_out(material)
    if not material.base:
        return Code(_row(state, text, detail), "bundle")
    git = here.git()
    clone = find_clone(git, here.root, material.url, (material.head, *material.base))
    clone = clone or find_clone(git, here.root, material.url, material.base)
    if clone:
        return Code(_row(state, text, _moved_on(git, clone, material), detail), "clone", str(clone))
    if not material.url:
        return _missing(
            f"Its commit {material.head[:7]} has to come from its repository, and the record "
            "names none that is allowed."
        )
    return _at_the_host(material, here, state, text, detail)


def _at_the_host(material: Material, here: Here, state: State, text: str, detail: str) -> Code:
    url, host = material.url, checks.shown_url(material.url)
    here.doing(f"Asking {host} for the commit.")
    try:
        said = here.git(url).run("ls-remote", "--", url)
    except Stopped:
        raise
    except OnboardError as error:
        told = None
        if isinstance(error, GitFailed):
            told = here.credentials.explain(entry(url), error.stderr)
        why = told[1] if told else f"{host} does not answer."
        return _missing(f"{why} There is no clone of it on this machine.")
    tips = {line.partition("\t")[0] for line in said.decode("utf-8", "replace").splitlines()}
    if tips.issuperset(material.base):
        return Code(_row(state, text, f"The commit comes from {host}.", detail), "remote")
    known = f"Whether {host} still has the commit shows when it is cloned."
    return Code(_row("unknown" if state == "ok" else state, text, known, detail), "remote")


def _kept(material: Material) -> tuple[State, str]:
    commit = material.head[:7]
    if material.snapshot:
        number = len(material.snapshot.manifest.files)
        files = f"{number} {'file' if number == 1 else 'files'} on top"
        return "ok", f"The snapshot is here: commit {commit} and {files}."
    changed = checks.text(material.facts, record.CHANGED)
    if changed == "0":
        return "ok", f"Nothing differed from commit {commit}."
    if changed.isdecimal():
        number = int(changed[:9])
        files = (
            "1 file that differed from it is"
            if number == 1
            else (f"{number} files that differed from it are")
        )
        return "differs", f"Only commit {commit} is kept; the {files} not."
    return "unknown", f"Only commit {commit} is kept; what differed from it is not known."


def _nothing_kept(material: Material) -> str:
    job = checks.text(material.facts, record.JOB)
    if job:
        return (
            "Neither a snapshot nor a commit is kept with it. It ran as the job "
            f"{job}, which is not started again from here."
        )
    if record.RECORD in material.run.tags:
        return "Neither a snapshot nor a commit is kept with it."
    return "sm_onboard did not record this run, so neither a snapshot nor a commit is kept."


def _left_out(material: Material) -> str:
    left_out = material.snapshot.manifest.left_out if material.snapshot else ()
    wanted = [file for file in left_out if file.why not in ("excluded", "secret")]
    if not wanted:
        return ""
    listed = ", ".join(shown(file.path) for file in wanted[:3])
    more = f" and {len(wanted) - 3} more" if len(wanted) > 3 else ""
    return f"Not in the snapshot: {listed}{more}."


def _moved_on(git: Git, clone: Path, material: Material) -> str:
    ask = ("rev-list", "--count", f"{material.head}..refs/remotes/origin/HEAD", "--")
    said = git.run(*ask, cwd=clone, ok=(0, 128)).strip()
    name = os.path.basename(clone)
    if not said.isdigit() or said == b"0":
        return f"The commit comes from {name} on this machine."
    commits = "1 commit" if said == b"1" else f"{int(said)} commits"
    return f"{name} has moved on by {commits}; that does not matter."


def _row(state: State, text: str, *details: str) -> Part:
    detail = " ".join(x for x in details if x)
    return Part(part="code", state=state, text=text, detail=detail)


def _missing(text: str) -> Code:
    return Code(_row("missing", text))
