"""A clone of its own with the files as they were at the moment of a run."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sm_onboard.clones import making as clones
from sm_onboard.clones.aside import aside, publish, publish_as, taken, unwritable
from sm_onboard.clones.making import Wanted
from sm_onboard.errors import Conflict, Stopped
from sm_onboard.experiments import record

from .environment import requirements
from .here import Here
from .material import Material
from .models import Made, Plan
from .plan import reproduced

ENVIRONMENT_FILE = ".git/sm-onboard/environment.txt"
"""The packages of the run for pip, in the clone and out of git's sight."""


def make(material: Material, plan: Plan, here: Here, into: Path | None = None) -> Made:
    """Brings a run back as it was planned.

    Args:
        into: a folder that does not exist; None takes ``reproduced/`` and the run's name,
            with a number behind it where that is taken.

    Raises:
        Stopped: ``here.cancel`` was set; nothing is left then, as after any error.
        OnboardError: ``experiments.not_reproducible``, ``.plan_old``,
            ``clones.target_exists``, ``.folder_unwritable``, those of ``clones.making``.
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
            clone = clones.make(_wanted(material, plan), here, folder / "clone", lock)
            made = _beside(material, plan, clone)
            if here.cancel.is_set():
                raise Stopped("experiments.cancelled", "Cancelled.")
            path = publish_as(clone, into) if into else publish(clone, parent, plan.folder)
    except OSError as error:
        raise unwritable(parent, error) from error
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


def _wanted(material: Material, plan: Plan) -> Wanted:
    assert plan.source is not None
    return Wanted(
        head=material.head,
        base=material.base,
        url=material.url,
        source=plan.source,
        clone=plan.clone,
        snapshot=material.snapshot,
    )


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
