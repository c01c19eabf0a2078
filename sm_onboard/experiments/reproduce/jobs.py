"""The runs that are being reproduced from a page, each in a thread of a small pool."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sm_onboard.domain.problems import BROKEN
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.problems import problem_of
from sm_onboard.pool import Pool
from sm_onboard.repos.contents import contents_base

from .aside import free
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
_REMEMBERED = 20
_LONGEST_ID = 1000  # characters
_FRESH = 120.0  # seconds after which a plan is made again before it is carried out
_LAST_WORDS = 2.5  # seconds
_ENDED = ("made", "failed", "cancelled")


@dataclass
class _Job:
    shown: Reproduction
    at: float  # when the plan was made
    cancel: threading.Event = field(default_factory=threading.Event)
    folder: tempfile.TemporaryDirectory[str] | None = None
    planned: tuple[Material, Plan] | None = None
    working: bool = False  # a thread has it

    def clean(self) -> None:
        """Gives back what only a plan needs."""
        folder, self.folder, self.planned = self.folder, None, None
        if folder:
            folder.cleanup()


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
        self._tell = tell
        self._log = log
        self._growing = growing
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        # Threads of its own: neither a clone nor a store that hangs holds up requests.
        self._pool = Pool(_AT_ONCE, "sm_onboard-reproduce")

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
        with self._lock:
            self._make_room()
            id = secrets.token_hex(8)
            job = _Job(Reproduction(id=id, run=run, state="looking"), self._growing())
            self._jobs[id] = job
            self._submit(job, self._look)
            return job.shown

    def get(self, id: str) -> Reproduction:
        """Raises NotFound: ``experiments.reproduction_unknown``."""
        with self._lock:
            return self._job(id).shown

    def make(self, id: str, looked: int) -> Reproduction:
        """Begins to make what was planned.

        Args:
            looked: of the plan that the person saw.

        Raises:
            NotFound: ``experiments.reproduction_unknown``.
            Conflict: ``experiments.not_planned``, ``.plan_old``, ``.not_reproducible``.
        """
        with self._lock:
            job = self._job(id)
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
            self._change(job, state="making", doing="", percent=None, problem=None)
            self._submit(job, self._make)
            return job.shown

    def drop(self, id: str) -> Reproduction:
        """Cancels what is under way, and forgets a plan. What was made stays.

        Raises:
            NotFound: ``experiments.reproduction_unknown``.
        """
        with self._lock:
            job = self._job(id)
            job.cancel.set()
            # Whether a clone that is being made is cancelled is known when its thread ends.
            if job.shown.state in ("looking", "planned"):
                self._change(job, state="cancelled", doing="", percent=None)
            if not job.working:
                job.clean()
        self._tell(f"reproductions/{id}")
        return job.shown

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
        with self._lock:
            jobs = list(self._jobs.values())
            for job in jobs:
                job.cancel.set()
        all_ended = self._pool.close(_LAST_WORDS)
        for job in jobs:
            if all_ended or not job.working:
                job.clean()

    def _job(self, id: str) -> _Job:
        if id not in self._jobs:
            raise NotFound(
                "experiments.reproduction_unknown",
                "Nothing is known of this any more.",
                "Choose Reproduce again to look at the run anew.",
            )
        return self._jobs[id]

    def _make_room(self) -> None:
        """Forgets the oldest that ended, and a plan that nobody has confirmed for long."""
        live = [x for x in self._jobs.values() if x.working or x.shown.state not in _ENDED]
        if len(live) >= _AT_ONCE:
            idle = next((job for job in live if not job.working), None)
            if idle is None:
                raise Conflict(
                    "experiments.reproducing_many",
                    f"{len(live)} runs are being reproduced already.",
                    "Wait until one of them is there, or cancel it.",
                )
            self._change(idle, state="cancelled", doing="")
            idle.clean()
        ended = [id for id, job in self._jobs.items() if not job.working and job.folder is None]
        for id in ended[: max(0, len(self._jobs) - _REMEMBERED)]:
            del self._jobs[id]

    def _submit(self, job: _Job, work: Callable[[_Job], dict[str, Any]]) -> None:
        try:
            self._pool.submit(self._run, job, work)
        except RuntimeError:
            self._change(job, state="cancelled")
            raise Conflict("http.stopping", "The server is stopping.") from None
        job.working = True

    def _change(self, job: _Job, **changes: Any) -> None:
        job.shown = msgspec.structs.replace(job.shown, **changes)

    # In threads of the pool

    def _run(self, job: _Job, work: Callable[[_Job], dict[str, Any]]) -> None:
        changes: dict[str, Any] = {"state": "failed"}
        try:
            changes = work(job)
        except OnboardError as error:
            changes["problem"] = problem_of(error)
        except Exception:
            self._log.exception("sm_onboard | a run could not be reproduced")
            changes["problem"] = BROKEN
        if job.cancel.is_set() and changes["state"] != "made":
            changes = {"state": "cancelled"}
        with self._lock:
            if job.shown.state not in _ENDED:
                self._change(job, **{"doing": "", "percent": None, **changes})
            if job.shown.state in _ENDED:
                job.clean()
            job.working = False
        self._tell(f"reproductions/{job.shown.id}")

    def _look(self, job: _Job) -> dict[str, Any]:
        here, material, found = self._looked(job)
        return self._planned(job, here, material, found)

    def _looked(self, job: _Job) -> tuple[Here, Material, Plan]:
        self._say(job, doing="Finding the store of the run.")
        found = self._find(job.shown.run)
        folder = tempfile.TemporaryDirectory(prefix="sm-onboard-")
        with self._lock:
            job.clean()
            job.folder = folder
        self._say(job, doing=f"Reading the record of the run from {found.place.name}.")
        material = gather(found.store, found.run, Path(folder.name))
        here = self._machine(job)
        return here, material, plan(material, here)

    def _machine(self, job: _Job) -> Here:
        return self._here(
            cancel=job.cancel,
            doing=lambda text: self._say(job, doing=text),
            progress=lambda progress: self._say(job, percent=progress.percent),
        )

    def _planned(self, job: _Job, here: Here, material: Material, found: Plan) -> dict[str, Any]:
        job.planned, job.at = (material, found), self._growing()
        shown = shown_plan(material, found, free(reproduced(here.root), found.folder))
        return {"state": "planned", "plan": shown, "looked": job.shown.looked + 1}

    def _make(self, job: _Job) -> dict[str, Any]:
        assert job.planned is not None
        material, found = job.planned
        gone = found.source == "clone" and not os.path.isdir(found.clone)
        here = self._machine(job)
        if gone or self._growing() - job.at > _FRESH:
            before = found
            here, material, found = self._looked(job)
            if before != found:
                again = self._planned(job, here, material, found)
                return {**again, "problem": problem_of(_plan_old())}
        return {"state": "made", "made": shown_made(make(material, found, here), self._contents)}

    def _say(self, job: _Job, **changes: Any) -> None:
        with self._lock:
            before = job.shown
            if before.state in ("looking", "making"):
                self._change(job, **{"percent": None, **changes})
        if before != job.shown:
            self._tell(f"reproductions/{before.id}")


def _plan_old() -> Conflict:
    return Conflict(
        "experiments.plan_old",
        "What is different has changed since you looked at it. Nothing was made.",
        "Look at it again, and confirm.",
    )
