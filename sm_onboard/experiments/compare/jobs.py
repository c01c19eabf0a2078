"""The differences of code that were asked for, each in a thread of a small pool."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sm_onboard.domain.problems import BROKEN
from sm_onboard.errors import Conflict, NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run
from sm_onboard.experiments.problems import problem_of
from sm_onboard.experiments.reproduce.here import Here, here_of
from sm_onboard.pool import Pool

from .code import Asked, compare_code
from .shown import CodeAsked, CodeDiff

if TYPE_CHECKING:
    from sm_onboard.experiments.service import Found
    from sm_onboard.rooms import Rooms

_AT_ONCE = 2  # each may hold two bundles on disk
_WAITING = 20
_REMEMBERED = 16
_LAST_WORDS = 2.5  # seconds


@dataclass
class _Job:
    shown: CodeDiff
    cancel: threading.Event = field(default_factory=threading.Event)


class CodeDiffs:
    """Compares once what is asked for again, as long as neither run has changed.

    Args:
        find: the store that a run of the page is in; may block.
        here: this machine, with the given attributes of ``Here``.
        folder: of ours, in which others are made and removed again.
        tell: announces that ``code/<id>`` is there.
    """

    def __init__(
        self,
        find: Callable[[str], Found],
        here: Callable[..., Here],
        *,
        folder: Path,
        tell: Callable[[str], None],
        log: logging.Logger,
    ) -> None:
        self._find = find
        self._here = here
        self._folder = folder
        self._tell = tell
        self._log = log
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._pool = Pool(_AT_ONCE, "sm_onboard-code")

    @classmethod
    def of(cls, rooms: Rooms) -> CodeDiffs:
        from sm_onboard.rooms import state_home

        return cls(
            rooms.experiments.find,
            lambda **more: here_of(rooms, **more),
            folder=state_home(rooms.environ, rooms.home) / "compare",
            tell=rooms.experiments.told,
            log=rooms.log,
        )

    def begin(self, asked: CodeAsked) -> CodeDiff:
        """Begins to compare, or answers what is known. May block.

        Raises:
            OnboardError: a run, or its store, is not there.
            Conflict: ``experiments.comparing_many``.
        """
        sides = []
        told = []
        for run_id in (asked.before, asked.after):
            _, store, own, known = self._find(run_id)
            run = known if known and known.status != "running" else store.run(own)
            sides.append(Asked(store=store, run=own))
            told.append([run_id, _content(run)])
        id = hashlib.sha256(json.dumps(told).encode("utf-8", "replace")).hexdigest()[:24]
        with self._lock:
            job = self._jobs.get(id)
            # What was missing may be here by now; what was whole stays so.
            if job and (job.shown.state == "working" or job.shown.whole):
                self._jobs.move_to_end(id)
                return job.shown
            working = sum(each.shown.state == "working" for each in self._jobs.values())
            if working >= _WAITING:
                raise Conflict(
                    "experiments.comparing_many",
                    f"{working} other runs are being compared.",
                    "Wait until they are done, and try again.",
                )
            job = _Job(CodeDiff(id=id, state="working"))
            try:
                self._pool.submit(self._run, job, sides[0], sides[1])
            except RuntimeError:
                raise Conflict("http.stopping", "The server is stopping.") from None
            self._jobs[id] = job
            self._jobs.move_to_end(id)
            self._forget()
            return job.shown

    def get(self, id: str) -> CodeDiff:
        """Raises NotFound: ``experiments.code_unknown``."""
        with self._lock:
            job = self._jobs.get(id)
        if job is None:
            raise NotFound(
                "experiments.code_unknown",
                "Nothing is known of this comparison any more.",
                "Compare the code again.",
            )
        return job.shown

    def close(self) -> None:
        """Cancels everything."""
        with self._lock:
            for job in self._jobs.values():
                job.cancel.set()
        self._pool.close(_LAST_WORDS)

    def _forget(self) -> None:
        ended = [id for id, job in self._jobs.items() if job.shown.state != "working"]
        for id in ended[: max(0, len(self._jobs) - _REMEMBERED)]:
            del self._jobs[id]

    def _run(self, job: _Job, before: Asked, after: Asked) -> None:
        id = job.shown.id
        try:
            here = self._here(cancel=job.cancel)
            found = compare_code(id, before, after, here, self._folder)
        except OnboardError as error:
            found = CodeDiff(id=id, state="failed", problem=problem_of(error))
        except OSError as error:
            problem = msgspec.structs.replace(
                BROKEN, message=f"{self._folder} cannot be written: {error.strerror or error}."
            )
            found = CodeDiff(id=id, state="failed", problem=problem)
        except Exception:
            self._log.exception("sm_onboard | the code of two runs could not be compared")
            found = CodeDiff(id=id, state="failed", problem=BROKEN)
        with self._lock:
            job.shown = found
        self._tell(f"code/{id}")


def _content(run: Run) -> list[object]:
    """What changes when what is kept of a run's code does."""
    tags = (record.SNAPSHOT, record.COMMIT, record.RECORD, record.NOTEBOOK, record.MISSING)
    return [run.status, run.ended, run.artifacts, *(run.tags.get(tag, "") for tag in tags)]
