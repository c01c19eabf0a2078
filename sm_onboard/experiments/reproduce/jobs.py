"""The runs that are being reproduced from a page, each in a thread of a small pool."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_onboard.clones.aside import free
from sm_onboard.errands import Errand, Errands, States
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.problems import problem_of
from sm_onboard.repos.contents import contents_base

from .here import Here, here_of
from .make import make
from .material import Material, gather
from .models import Plan
from .plan import plan, reproduced
from .shown import Reproduction
from .telling import shown_made, shown_plan

if TYPE_CHECKING:
    from sm_onboard.experiments.service import Found
    from sm_onboard.rooms import Rooms

_AT_ONCE = 4  # looked at, planned or being made: each may hold a bundle on disk
_LONGEST_ID = 1000  # characters
_FRESH = 120.0  # seconds after which a plan is made again before it is carried out


_STATES = States(looking=("looking",), waiting=("planned",), making=("making",), done="made")
_Job = Errand[Reproduction]


class Reproductions:
    """What is being reproduced, and what was lately.

    Args:
        find: the store that a run of the page is in; may block.
        here: this machine, with the given attributes of ``Here``.
        contents: how JupyterLab calls a folder; None where it cannot.
        tell: announces that ``reproductions/<id>`` differs.
        growing: seconds that only grow.
    """

    def __init__(
        self,
        find: Callable[[str], Found],
        here: Callable[..., Here],
        *,
        contents: Callable[[Path], str | None],
        tell: Callable[[str], None],
        log: logging.Logger,
        growing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._here = here
        self._contents = contents
        self._all = Errands[Reproduction](
            "sm_onboard-reproduce",
            _STATES,
            at_once=_AT_ONCE,
            problem_of=problem_of,
            unknown=_unknown,
            many=_many,
            tell=lambda id: tell(f"reproductions/{id}"),
            log=log,
            growing=growing,
        )

    @classmethod
    def of(cls, rooms: Rooms) -> Reproductions:
        root = rooms.root_dir
        return cls(
            rooms.experiments.find,
            lambda **more: here_of(rooms, **more),
            contents=lambda folder: contents_base(folder, root) if root else None,
            tell=rooms.experiments.told,
            log=rooms.log,
        )

    def begin(self, run: str) -> Reproduction:
        """Begins to look.

        Raises:
            InvalidRequest: ``experiments.run_unknown``: this can be no run's id.
            Conflict: ``experiments.reproducing_many``.
        """
        if len(run) > _LONGEST_ID:
            raise InvalidRequest("experiments.run_unknown", "There is no run with this id.")
        return self._all.begin(lambda id: Reproduction(id=id, run=run, state="looking"), self._look)

    def get(self, id: str) -> Reproduction:
        """Raises NotFound: ``experiments.reproduction_unknown``."""
        return self._all.get(id)

    def make(self, id: str, looked: int) -> Reproduction:
        """Begins to make what was planned.

        Args:
            looked: of the plan that the person saw.

        Raises:
            NotFound: ``experiments.reproduction_unknown``.
            Conflict: ``experiments.not_planned``, ``.plan_old``, ``.not_reproducible``.
        """
        with self._all.lock:
            job = self._all.find(id)
            shown = job.shown
            if shown.state != "planned" or shown.plan is None:
                raise Conflict(
                    "experiments.not_planned",
                    "This is being made, was made or was given up already.",
                    "Choose Reproduce again to look at the run anew.",
                )
            if shown.looked != looked:
                raise _plan_old()
            if not shown.plan.possible:
                code = next(part.text for part in shown.plan.parts if part.part == "code")
                raise Conflict("experiments.not_reproducible", code)
            self._all.change(job, state="making", doing="", percent=None, problem=None)
            return self._all.submit(job, self._make)

    def drop(self, id: str) -> Reproduction:
        """Cancels what is under way, and forgets a plan. What was made stays.

        Raises:
            NotFound: ``experiments.reproduction_unknown``.
        """
        return self._all.drop(id)

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
        self._all.close()

    # In threads of the pool

    def _look(self, job: _Job) -> dict[str, Any]:
        here, material, found = self._looked(job)
        return self._planned(job, here, material, found)

    def _looked(self, job: _Job) -> tuple[Here, Material, Plan]:
        self._all.say(job, doing="Finding the store of the run.")
        found = self._find(job.shown.run)
        with self._all.lock:
            folder = job.folder()
        self._all.say(job, doing=f"Reading the record of the run from {found.place.name}.")
        material = gather(found.store, found.run, folder)
        here = self._machine(job)
        return here, material, plan(material, here)

    def _machine(self, job: _Job) -> Here:
        return self._here(
            cancel=job.cancel,
            doing=lambda text: self._all.say(job, doing=text),
            progress=lambda progress: self._all.say(job, percent=progress.percent),
        )

    def _planned(self, job: _Job, here: Here, material: Material, found: Plan) -> dict[str, Any]:
        job.kept, job.at = (material, found), self._all.growing()
        shown = shown_plan(material, found, free(reproduced(here.root), found.folder))
        return {"state": "planned", "plan": shown, "looked": job.shown.looked + 1}

    def _make(self, job: _Job) -> dict[str, Any]:
        material, found = job.kept
        gone = found.source == "clone" and not os.path.isdir(found.clone)
        here = self._machine(job)
        if gone or self._all.growing() - job.at > _FRESH:
            before = found
            here, material, found = self._looked(job)
            if before != found:
                again = self._planned(job, here, material, found)
                return {**again, "problem": problem_of(_plan_old())}
        return {"state": "made", "made": shown_made(make(material, found, here), self._contents)}


def _unknown() -> OnboardError:
    return NotFound(
        "experiments.reproduction_unknown",
        "Nothing is known of this any more.",
        "Choose Reproduce again to look at the run anew.",
    )


def _many() -> OnboardError:
    return Conflict(
        "experiments.reproducing_many",
        f"{_AT_ONCE} runs are being reproduced already.",
        "Wait until one of them is there, or cancel it.",
    )


def _plan_old() -> Conflict:
    return Conflict(
        "experiments.plan_old",
        "What is different has changed since you looked at it. Nothing was made.",
        "Look at it again, and confirm.",
    )
