"""Where the runs of notebooks go, as far as this machine says it: kernels, and the file of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.domain.known import text
from sm_onboard.domain.models import Check, Problem

if TYPE_CHECKING:
    from sm_onboard.experiments.kernels import Kernel
    from sm_onboard.rooms import Rooms

_NO_MLFLOW = "domain.kernel_without_mlflow"
_NO_CONTEXT = "domain.kernel_without_context"
_ELSEWHERE = "domain.recorded_elsewhere"


@dataclass(frozen=True)
class Recording:
    """What the doctor may look at of it. Nothing is imported, started or asked of AWS.

    Attributes:
        kernels: those that run Python; reads files.
        why: why runs do not go where onboard.yaml wants them; empty: they do, or nobody knows.
        own_file: the database of this machine.
    """

    kernels: Callable[[], tuple[Kernel, ...]]
    why: Callable[[], str]
    own_file: Path

    @classmethod
    def of(cls, rooms: Rooms) -> Recording:
        from sm_onboard.experiments import kernels
        from sm_onboard.experiments.stores.opening import own_file

        return cls(
            kernels=kernels.look,
            why=lambda: rooms.tracking.why,
            own_file=own_file(rooms.environ, rooms.home),
        )

    def checks(self) -> list[Check]:
        return [_kernels(self.kernels(), self.why()), _own(self.own_file)]


def _kernels(kernels: tuple[Kernel, ...], why: str) -> Check:
    def line(state: str, message: str, problem: Problem | None = None) -> Check:
        return Check(
            id="recording",
            title="Recorded runs",
            state=state,  # type: ignore[arg-type]
            message=message,
            problem=problem,
            found_by="looked" if state != "not_here" else "",
        )

    if not kernels:
        return line("not_here", "No kernel of Python is installed here.")
    whole = [kernel for kernel in kernels if kernel.mlflow and kernel.records]
    if why:
        return line("limited", why, Problem(code=_ELSEWHERE, message=why))
    for kernel in kernels:
        if kernel.mlflow and not kernel.records:
            said = f"Runs of the kernel {text(kernel.title)} are kept without their code."
            hint = f"{kernel.python} -m pip install --no-deps sm_onboard gitpython"
            problem = Problem(code=_NO_CONTEXT, message=said, hint=f"Install it: {hint}")
            return line("limited", said, problem)
    if not whole:
        first = kernels[0]
        said = f"The kernel {text(first.title)} has no MLflow, so nothing is recorded there."
        hint = f"Install it: {first.python} -m pip install mlflow"
        return line("limited", said, Problem(code=_NO_MLFLOW, message=said, hint=hint))
    names = ", ".join(text(kernel.title) for kernel in whole[:3])
    more = f" and {len(whole) - 3} more" if len(whole) > 3 else ""
    return line("works", f"with their code, from {names}{more}")


def _own(file: Path) -> Check:
    """Whether runs can be written where a machine without any MLflow server keeps them."""
    there = next(folder for folder in (file, *file.parents) if folder.exists())
    check = Check(
        id="own_store",
        title="Runs on this machine",
        state="works",
        message=f"{text(str(file))} can be written",
        found_by="looked",
    )
    if os.access(there, os.W_OK) and (file == there or os.access(there, os.X_OK)):
        return check
    said = f"{text(str(there))} cannot be written, so runs have no place on this machine."
    problem = Problem(
        code="domain.own_store",
        message=said,
        hint="Make it writable, or name another store in onboard.yaml (experiments: tracking).",
    )
    return Check(
        id=check.id,
        title=check.title,
        state="fails",
        message=said,
        problem=problem,
        found_by="looked",
    )
