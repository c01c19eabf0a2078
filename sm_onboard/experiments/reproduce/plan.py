"""What reproducing a run would do, and what is different today. Writes nothing of anybody's."""

from __future__ import annotations

from pathlib import Path

from sm_onboard.clones import checks
from sm_onboard.errors import ConfigError
from sm_onboard.experiments import record
from sm_onboard.git.names import check_inside, shown

from . import code, data, environment
from .here import Here
from .material import Material
from .models import Part, Plan


def plan(material: Material, here: Here) -> Plan:
    """Compares a run with this machine.

    Raises:
        OnboardError: ``experiments.cancelled``, and where git is missing. What the network
            refuses is a row of the plan.
    """
    found = code.look(material, here)
    packages, differing = environment.look(material, here)
    run, snapshot = material.run, material.snapshot
    return Plan(
        run=run.id,
        name=shown(run.name, 200),
        store=material.store.uri,
        started=run.started,
        possible=found.source is not None,
        folder=checks.folder_name(run.name, run.id),
        parts=(
            found.part,
            packages,
            data.look(material, here, found.clone),
            _machine(material, here),
        ),
        parameters=len(run.params),
        url=material.url,
        head=material.head,
        base=material.base,
        source=found.source,
        clone=found.clone,
        bundle=snapshot.manifest.bundle_sha256 if snapshot else "",
        files=tuple(shown(f.path, 300) for f in snapshot.manifest.files) if snapshot else (),
        left_out=tuple(shown(f.path, 300) for f in snapshot.manifest.left_out) if snapshot else (),
        packages=differing,
        python=checks.text(material.facts, record.PYTHON),
        notebook=notebook_path(material),
    )


def notebook_path(material: Material) -> str:
    """The notebook's path in the repository; empty where it is none."""
    told = material.facts.get(record.NOTEBOOK)
    try:
        return check_inside(told, "notebook") if isinstance(told, str) else ""
    except ConfigError:
        return ""


def _machine(material: Material, here: Here) -> Part:
    then = checks.text(material.facts, record.INSTANCE)
    seed = checks.text(material.facts, record.SEED)
    told = f"The seed was {seed}." if seed else "No seed was recorded."
    if not then:
        return Part(part="instance", state="unknown", text=f"Its instance was not recorded. {told}")
    if not here.instance:
        text = f"It ran on {then}; the instance here is not known. {told}"
        return Part(part="instance", state="unknown", text=text)
    if here.instance != then:
        text = f"It ran on {then}, and this is {here.instance}. {told}"
        return Part(part="instance", state="differs", text=text)
    return Part(part="instance", state="ok", text=f"The same, {then}. {told}")


def reproduced(root: Path) -> Path:
    """Where the clones are put."""
    return root / "reproduced"
