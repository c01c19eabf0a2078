"""Makes a clone of its own with the files as they were at the moment of a run.

Nothing of the record runs: no hook, no filter (so what Git LFS keeps stays a pointer), no
submodule, no kernel.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace
from pathlib import Path

from sm_onboard.errors import Conflict, OnboardError, Stopped
from sm_onboard.experiments import record
from sm_onboard.git.listener import Access
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.snapshot import Manifest
from sm_onboard.snapshot.manifest import INDEX, SNAPSHOT
from sm_onboard.snapshot.restore import write_files

from . import checks
from .aside import aside, publish, publish_as, taken
from .code import has_commit
from .environment import requirements
from .here import Here, entry
from .material import Material
from .models import Made, Plan
from .plan import reproduced
from .trees import check_size

ENVIRONMENT_FILE = ".git/sm-onboard/environment.txt"
"""The packages of the run for pip, in the clone and out of git's sight."""

_BASES = "refs/sm-onboard/base"
# Whoever reproduces may have set these otherwise than whoever ran it; the bytes must not.
_AS_KEPT = (
    ("core.autocrlf", "false"),
    ("core.eol", "lf"),
    ("core.attributesFile", os.devnull),
    ("core.fileMode", "true"),
    ("core.symlinks", "true"),
)


def make(material: Material, plan: Plan, here: Here, into: Path | None = None) -> Made:
    """Brings a run back as it was planned.

    Args:
        into: a folder that does not exist; None takes ``reproduced/`` and the run's name,
            with a number behind it where that is taken.

    Raises:
        Stopped: ``here.cancel`` was set; nothing is left then, as after any error.
        OnboardError: ``experiments.not_reproducible``, ``.plan_old``, ``.target_exists``,
            ``.commit_gone``, ``.too_large``, ``.disk_full``, ``.folder_unwritable``,
            ``snapshot.damaged``, what refused a sign-in, or git failed.
    """
    if not plan.possible:
        why = next(part.text for part in plan.parts if part.part == "code")
        raise Conflict("experiments.not_reproducible", why)
    snapshot = material.snapshot
    digest = snapshot.manifest.bundle_sha256 if snapshot else ""
    shown = (plan.run, plan.head, plan.url, plan.base, plan.bundle)
    if shown != (material.run.id, material.head, material.url, material.base, digest):
        raise Conflict(
            "experiments.plan_old",
            "The record of this run has changed since you looked at it.",
            "Look at the differences again.",
        )
    if into is not None and os.path.lexists(into):
        raise taken(into)
    parent = into.parent if into else reproduced(here.root)
    try:
        with aside(parent) as (folder, lock):
            clone = _clone(material, plan, here, folder / "clone", lock)
            made = _beside(material, plan, clone)
            if here.cancel.is_set():
                raise Stopped("experiments.cancelled", "Cancelled.")
            path = publish_as(clone, into) if into else publish(clone, parent, plan.folder)
    except OSError as error:
        raise OnboardError(
            "experiments.folder_unwritable",
            f"{parent} cannot be written: {error.strerror or 'the storage refuses'}.",
            "Check its permissions, and whether the storage is full.",
        ) from error
    ours = path / ".git" / "sm-onboard"
    return Made(
        run=material.run.id,
        path=str(path),
        head=material.head,
        files=len(snapshot.manifest.files) if snapshot else 0,
        notebook=plan.notebook if made else "",
        environment=str(path / ENVIRONMENT_FILE) if material.packages else "",
        parameters=str(ours / "parameters.json"),
        python=plan.python,
    )


def _clone(material: Material, plan: Plan, here: Here, clone: Path, lock: int) -> Path:
    git = replace(here.git(), lock=lock)
    _have_base(material, plan, here, git, clone, lock)
    for key, value in _AS_KEPT:
        git.run("config", "--local", key, value, cwd=clone)
    here.doing("Writing the files.")
    if material.snapshot:
        _unbundle(git, material, clone)
    check_size(git, clone, material.head)
    plain = replace(git, access=Access(config=_no_filters(git, clone)))
    plain.run("checkout", "--progress", "--detach", material.head, "--", cwd=clone)
    if material.snapshot:
        _write(git, clone, material.snapshot.manifest)
    return clone


def _have_base(
    material: Material, plan: Plan, here: Here, git: Git, clone: Path, lock: int
) -> None:
    """A repository in ``clone`` with the commits that the bundle builds on, and no files."""
    url = material.url
    bare = ("--no-checkout", "--template=")
    remote = replace(here.git(url), lock=lock) if url else None
    if plan.source == "bundle":
        algorithm = "sha256" if len(material.head) == 64 else "sha1"
        git.run("init", "--quiet", "--template=", f"--object-format={algorithm}", "--", str(clone))
        if url:
            git.run("remote", "add", "--", "origin", url, cwd=clone)
    elif plan.source == "clone" and all(has_commit(git, Path(plan.clone), x) for x in plan.base):
        here.doing(f"Copying {os.path.basename(plan.clone)} from this machine.")
        git.run("clone", *bare, "--local", "--", plan.clone, str(clone), local_source=True)
        git.run("remote", "set-url", "--", "origin", url, cwd=clone)
    elif remote:
        here.doing(f"Getting the commit from {checks.shown_url(url)}.")
        with _explained(here, url):
            remote.run("clone", "--progress", *bare, "--", url, str(clone))
    if remote:
        from sm_onboard.repos.engine.clone import keep, kept

        keep(git, clone, [], kept(remote))
        for commit in material.base:
            if not has_commit(git, clone, commit):
                here.doing(f"Getting the commit from {checks.shown_url(url)}.")
                _fetch(remote, clone, commit, url)
    lines = [f"create {_BASES}/{n} {x}\n" for n, x in enumerate(material.base)]
    git.run("update-ref", "--stdin", cwd=clone, input="".join(lines).encode())


def _fetch(remote: Git, clone: Path, commit: str, url: str) -> None:
    """Gets one commit that no branch has any more: most hosts keep it for a while."""
    with contextlib.suppress(GitFailed):
        remote.run("fetch", "--no-tags", "--quiet", "--", "origin", commit, cwd=clone)
        if has_commit(remote, clone, commit):
            return
    raise Conflict(
        "experiments.commit_gone",
        f"{checks.shown_url(url)} does not have the commit {commit[:7]} any more.",
        "Ask whoever made the run for a clone that has it, and put it beside your others.",
    )


@contextlib.contextmanager
def _explained(here: Here, url: str):  # type: ignore[no-untyped-def]
    try:
        yield
    except GitFailed as error:
        told = here.credentials.explain(entry(url), error.stderr)
        if told is None:
            raise
        raise OnboardError(*told) from error


def _unbundle(git: Git, material: Material, clone: Path) -> None:
    snapshot = material.snapshot
    assert snapshot is not None
    manifest = snapshot.manifest
    refs = [SNAPSHOT, *([INDEX] if manifest.index else [])]
    fetch = ("fetch", "--no-tags", "--quiet", "--", str(snapshot.bundle))
    try:
        git.run(*fetch, *(f"+{ref}:{ref}" for ref in refs), cwd=clone, local_source=True)
        ask = ("rev-parse", "--verify", "--quiet", f"{manifest.commit}^1")
        parent = git.run(*ask, cwd=clone, ok=(0, 1, 128)).decode().strip()
    except GitFailed as error:
        raise _damaged("git cannot read its bundle.") from error
    if parent != manifest.head:
        raise _damaged("It does not build on the commit that it names.")
    lines = [f"delete {_BASES}/{n}\n" for n in range(len(material.base))]
    git.run("update-ref", "--stdin", cwd=clone, input="".join(lines).encode())


def _no_filters(git: Git, clone: Path) -> list[tuple[str, str]]:
    """Switches off every filter that the person's own configuration has.

    A stranger's .gitattributes chooses among them: Git LFS would fetch what it names.
    """
    ask = ("config", "--name-only", "-z", "--get-regexp", r"^filter\.")
    keys = git.run(*ask, cwd=clone, ok=(0, 1)).decode("utf-8", "replace").split("\0")
    filters = sorted({key.rpartition(".")[0] for key in keys if key})
    return [
        (f"{name}.{what}", value)
        for name in filters
        for what, value in (("smudge", ""), ("process", ""), ("required", "false"))
    ]


def _write(git: Git, clone: Path, manifest: Manifest) -> None:
    """The files of the snapshot over the checkout, none larger than its manifest says."""
    kept = [file for file in manifest.files if file.blob]
    asked = "".join(f"{file.blob}\n" for file in kept).encode()
    said = git.run("cat-file", "--batch-check", cwd=clone, input=asked).decode().splitlines()
    for file, line in zip(kept, said, strict=True):
        if line.split()[1:] != ["blob", str(file.size)]:
            raise _damaged("A file of it is not in its bundle.")
    write_files(git, clone, manifest)


def _beside(material: Material, plan: Plan, clone: Path) -> bool:
    """Writes what the next run here needs, out of git's sight; True where the notebook is there."""
    run = material.run
    repeats = {"run_id": run.id, "store": material.store.uri, "name": run.name}
    ours = (clone / record.REPEATS_FILE).parent
    ours.mkdir()
    _json(clone / record.REPEATS_FILE, repeats)
    _json(ours / "parameters.json", run.params)
    if material.packages:
        (clone / ENVIRONMENT_FILE).write_text(requirements(material), encoding="utf-8")
    executed = material.notebook()
    if executed is not None:
        (ours / "notebook.ipynb").write_bytes(executed)
    return bool(plan.notebook) and (clone / plan.notebook).is_file()


def _json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _damaged(why: str) -> OnboardError:
    return OnboardError("snapshot.damaged", f"The snapshot of this run cannot be used. {why}")
