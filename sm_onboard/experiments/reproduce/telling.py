"""What the page is told of a plan, and of what was made: bounded, and with whole paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sm_onboard.repos.contents import join

from .environment import install_line
from .make import ENVIRONMENT_FILE
from .material import Material
from .models import Made, Plan
from .shown import Reproduced, ReproducePackage, ReproducePart, ReproducePlan

_FILES, _LEFT_OUT, _PACKAGES = 500, 100, 1000  # shown at most


def shown_plan(material: Material, found: Plan, target: Path) -> ReproducePlan:
    """The plan as the page shows it; ``target`` is where the clone would be."""
    file = str(target / ENVIRONMENT_FILE)
    return ReproducePlan(
        name=found.name,
        started=found.started,
        possible=found.possible,
        whole=found.whole,
        parts=tuple(
            ReproducePart(part=x.part, state=x.state, text=x.text, detail=x.detail)
            for x in found.parts
        ),
        parameters=found.parameters,
        folder=f"{target.parent.name}/{target.name}",
        place=str(target),
        head=found.head,
        url=found.url,
        files=found.files[:_FILES],
        all_files=len(found.files),
        left_out=found.left_out[:_LEFT_OUT],
        all_left_out=len(found.left_out),
        packages=tuple(
            ReproducePackage(name=x.name, then=x.then, now=x.now)
            for x in found.packages[:_PACKAGES]
        ),
        all_packages=len(found.packages),
        install=install_line(str(target), file, found.python) if material.packages else "",
        python=found.python,
        notebook=found.notebook,
    )


def shown_made(made: Made, contents: Callable[[Path], str | None]) -> Reproduced:
    """What was made, and how JupyterLab opens it.

    Args:
        contents: how JupyterLab calls a folder; None where it cannot.
    """
    place = Path(made.path)
    base = contents(place)
    why = ""
    if not made.notebook:
        why = "Its notebook is not among the files."
    elif base is None:
        why = f"{place} is outside the folder that JupyterLab shows."
    install = install_line(made.path, made.environment, made.python) if made.environment else ""
    return Reproduced(
        folder=f"{place.parent.name}/{place.name}",
        place=str(place),
        notebook=made.notebook,
        contents="" if why or base is None else join(base, made.notebook),
        folder_contents=base or "",
        why=why,
        environment=made.environment,
        install=install,
    )
