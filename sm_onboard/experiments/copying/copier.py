"""Copies runs, the parents before their children."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Point, Run, Store
from sm_onboard.experiments.stores.sagemaker import SagemakerStore
from sm_onboard.experiments.trials.beyond import FILE as BEYOND_FILE
from sm_onboard.experiments.trials.beyond import TAG as BEYOND
from sm_onboard.git.names import shown

from .models import MARKS, ORIGIN, STATE, UNFINISHED, Copied, Target, There

LARGEST = 2 << 30  # bytes of a file that is copied; it is held in memory
METRICS = 20  # of a run that are read at once
TOGETHER = 20_000  # points of a run, at least, that are written at once
PARENT = "mlflow.parentRunId"
RUN_NAME = "mlflow.runName"
_NOT_WHOLE = "This copy is not whole yet. Copying again finishes it."

_PASSING = ("experiments.store_unreachable", "experiments.store_locked")

Tell = Callable[[str], None]


@dataclass
class _Done:
    """What was written of one run, and what was not."""

    points: int = 0
    files: int = 0
    left: list[str] = field(default_factory=list)
    whole: bool = True
    message: str = ""

    def lost(self, sentence: str, code: str = "experiments.") -> None:
        """Files that were not copied: at the next time either, or because nobody answered."""
        self.left.append(shown(sentence, 400))
        if code.startswith("experiments.") and code not in _PASSING:
            self.message = self.message or "Not all of its files came along."
        else:
            self.whole, self.message = False, "Copy it again for what could not be read."


class Copier:
    """Copies from one store to another.

    Args:
        origin: how the source is called in the copies; the same each time.
        home: how the target would be called there.
        experiments: the names of the source's experiments, by id.
        renamed: the experiment that all go to; "" leaves each its own.
    """

    def __init__(
        self,
        source: Store,
        target: Target,
        *,
        origin: str,
        home: str,
        experiments: Mapping[str, str],
        renamed: str = "",
    ) -> None:
        self._source, self._target = source, target
        self._origin, self._home = origin, home
        self._experiments, self._renamed = experiments, renamed
        self._ids: dict[str, str] = {}  # experiments over there, by name
        self._copies: dict[str, str] = {}  # runs over there, by their id here

    def copy(
        self, runs: Sequence[Run], stop: Callable[[], bool], tell: Tell = lambda _: None
    ) -> Iterator[Copied]:
        """Copies run by run; after ``stop`` says so no other is begun.

        Args:
            tell: called with what is being done.
        """
        for run in ordered(runs):
            if stop():
                return
            try:
                yield self._one(run, tell)
            except OnboardError as error:
                message = f"{error.message} {error.hint}".strip()
                yield Copied(id=run.id, name=run.name, action="failed", message=message)
            except OSError as error:  # of this machine: its disk may be full
                message = f"{error.strerror or type(error).__name__}."
                yield Copied(id=run.id, name=run.name, action="failed", message=message)

    def _one(self, run: Run, tell: Tell) -> Copied:
        copied_from = run.tags.get(ORIGIN, "")
        if copied_from.partition(" ")[2] == self._home:
            message = f"It was copied from there: it is run {copied_from.partition(' ')[0]}."
            return Copied(id=run.id, name=run.name, action="skipped", message=message)
        experiment = self._experiment(run)
        there = self._target.find(experiment, self._called(run.id))
        state = self._state(run, experiment)
        if there and UNFINISHED not in there.tags and there.tags.get(STATE) == state:
            self._copies[run.id] = there.id
            return Copied(id=run.id, name=run.name, action="unchanged", copy=there.id)
        if self._source.kind == "sagemaker":
            run = self._source.run(run.id)  # a list has only the beginning of long texts
        done = _Done()
        id = self._write(run, experiment, there, state, done, tell)
        return Copied(
            id=run.id,
            name=run.name,
            action="updated" if there and UNFINISHED not in there.tags else "copied",
            copy=id,
            points=done.points,
            files=done.files,
            left=tuple(done.left),
            message=done.message,
        )

    def _write(
        self,
        run: Run,
        experiment: str,
        there: There | None,
        state: str,
        done: _Done,
        tell: Tell,
    ) -> str:
        target = self._target
        tags = self._tags(run, done)
        marks = {ORIGIN: self._called(run.id), UNFINISHED: _NOT_WHOLE}
        if there is None:
            id = target.begin(experiment, run, marks)
            there = There(id, marks, {}, ())
            again = False
        else:
            id, again = there.id, True
            target.tags(id, {UNFINISHED: _NOT_WHOLE})
        self._copies[run.id] = id
        params = {k: v for k, v in run.params.items() if there.params.get(k) != v}
        done.left += target.params(id, params)
        done.left += target.tags(id, {k: v for k, v in tags.items() if there.tags.get(k) != v})
        done.left += target.datasets(id, [x for x in run.datasets if x not in there.datasets])
        self._points(run, id, again, done, tell)
        self._files(run, id, again, done, tell)
        done.left += target.end(id, run)
        if done.whole:
            target.tags(id, {STATE: state})
            target.tags(id, {UNFINISHED: None})
        return id

    def _points(self, run: Run, id: str, again: bool, done: _Done, tell: Tell) -> None:
        names = sorted(run.metrics)
        some: dict[str, list[Point]] = {}
        for at in range(0, len(names), METRICS):
            asked = names[at : at + METRICS]
            tell(f"metric {at + 1} of {len(names)}")
            if isinstance(self._source, SagemakerStore):
                some |= self._source.histories(run.id, asked)
            else:
                some |= {name: self._source.history(run.id, name) for name in asked}
            last = at + METRICS >= len(names)
            if last or sum(map(len, some.values())) >= TOGETHER:
                added, left = self._target.points(id, some, again)
                done.points += added
                done.left += left
                some = {}

    def _files(self, run: Run, id: str, again: bool, done: _Done, tell: Tell) -> None:
        sagemaker = self._source if isinstance(self._source, SagemakerStore) else None
        folders = [""]
        if run.artifacts and ":sagemaker:" not in run.artifacts and not own(run, run.artifacts):
            # A store may name any folder: somebody's keys, for example, which would be copied.
            done.lost(f"Its files are in no place of their own, but in {run.artifacts!r}.")
            return
        while folders:
            folder = folders.pop()
            try:
                found = self._source.files(run.id, folder)
            except OnboardError as error:
                done.lost(f"Its files could not be read. {error.message}", error.code)
                return
            there = self._target.files(id, folder) if again and found else {}
            for file in found:
                if file.folder:
                    # What a training job read is named as a data set; it is no file of the run.
                    if not (sagemaker and file.path == "inputs"):
                        folders.append(file.path)
                    continue
                named = sagemaker.address(run.id, file.path) if sagemaker else ""
                if named and not own(run, named):
                    done.left.append(f"{shown(file.path, 200)} stays where it is: {named!r}.")
                elif file.path != BEYOND_FILE and (
                    file.size is None or there.get(file.path) != file.size
                ):
                    tell(f"file {done.files + 1}")
                    self._file(run, id, file.path, done)

    def _file(self, run: Run, id: str, path: str, done: _Done) -> None:
        try:
            content = self._source.read(run.id, path, LARGEST)
        except OnboardError as error:
            done.lost(f"{shown(path, 200)} was not copied. {error.message}", error.code)
            return
        self._target.write(id, path, content)
        done.files += 1

    def _tags(self, run: Run, done: _Done) -> dict[str, str]:
        gone = {*MARKS, RUN_NAME, BEYOND}
        tags = {key: value for key, value in run.tags.items() if key not in gone}
        if run.user:
            tags.setdefault("mlflow.user", run.user)
        for key in (PARENT, record.REPEATS):
            if other := tags.get(key):
                copy = self._known(run, other)
                if copy:
                    tags[key] = copy
                elif key == PARENT:
                    done.left.append(f"Its parent {shown(other)} is not there.")
        return tags

    def _known(self, run: Run, other: str) -> str:
        """The copy of another run of the same experiment."""
        if other not in self._copies:
            found = self._target.find(self._experiment(run), self._called(other))
            self._copies[other] = found.id if found else ""
        return self._copies[other]

    def _experiment(self, run: Run) -> str:
        name = self._renamed or self._experiments.get(run.experiment, run.experiment)
        if name not in self._ids:
            self._ids[name] = self._target.experiment(name)
        return self._ids[name]

    def _called(self, id: str) -> str:
        return f"{id} {self._origin}"

    def _state(self, run: Run, experiment: str) -> str:
        """Differs when anything of the run does, or it goes elsewhere."""
        told = msgspec.json.encode((run, {k: repr(v) for k, v in run.metrics.items()}, experiment))
        return hashlib.sha256(told).hexdigest()[:16]


def own(run: Run, location: str) -> bool:
    """Whether a place is a run's own, or its job's: their name is part of it."""
    job = run.tags.get(record.JOB, "").rpartition("/")[2]
    return not {run.id, job}.isdisjoint(part for part in location.split("/") if part)


def ordered(runs: Iterable[Run]) -> list[Run]:
    """The parents before their children, otherwise the oldest first."""
    known = {run.id: run for run in runs}
    depths: dict[str, int] = {}

    def depth(id: str) -> int:
        path: list[str] = []
        while id in known and id not in depths and id not in path:
            path.append(id)
            id = known[id].tags.get(PARENT, "")
        level = depths.get(id, -1)
        for one in reversed(path):
            level += 1
            depths[one] = level
        return level

    for id in known:
        depth(id)
    return sorted(known.values(), key=lambda run: (depths[run.id], run.started or 0, run.id))


def with_children(runs: Iterable[Run], every: Iterable[Run]) -> list[Run]:
    """The runs with all that were made inside of them."""
    children: dict[str, list[Run]] = {}
    for run in every:
        children.setdefault(run.tags.get(PARENT, ""), []).append(run)
    found: dict[str, Run] = {}
    rest = list(runs)
    while rest:
        run = rest.pop()
        if run.id not in found:
            found[run.id] = run
            rest += children.get(run.id, ())
    return list(found.values())
