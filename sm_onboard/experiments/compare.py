"""What differs between runs: parameters, metrics, data, code, packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.git.names import shown

from . import record
from .models import Run, Store

Value = str | float | None
Part = Literal["params", "metrics", "datasets", "code", "environment", "tags"]

_ENVIRONMENT_LIMIT: Final = 4 * 1024 * 1024  # bytes; a thousand packages are 25 kB
_CODE: Final = {
    "repository": record.REPOSITORY,
    "commit": record.COMMIT,
    "branch": record.BRANCH,
    "changed files": record.CHANGED,
    "snapshot": record.SNAPSHOT,
    "notebook": record.NOTEBOOK,
    "seed": record.SEED,
}
_AROUND: Final = {
    "Python": record.PYTHON,
    "image": record.IMAGE,
    "instance": record.INSTANCE,
    "GPU": record.GPU,
}
_GIT_COMMIT: Final = "mlflow.source.git.commit"  # MLflow's own, of runs from scripts
_OTHERS: Final = ("mlflow.", record.PREFIX)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One name, and what each of the runs has there; None for nothing."""

    part: Part
    name: str
    values: tuple[Value, ...]
    differs: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Runs side by side; ``values`` of each row are in their order."""

    runs: tuple[Run, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()  # what could not be compared, sentences

    def differing(self) -> Comparison:
        """Without what is the same everywhere."""
        rows = tuple(row for row in self.rows if row.differs)
        return msgspec.structs.replace(self, rows=rows)


def compare(store: Store, runs: Sequence[Run]) -> Comparison:
    """Compares runs of one store; reads their lists of packages where they differ.

    Raises:
        OnboardError: never for a list of packages: the notes say which could not be read.
    """
    notes: list[str] = []
    rows = [
        *_rows("params", [run.params for run in runs]),
        *_rows("metrics", [run.metrics for run in runs]),
        *_rows("datasets", [_datasets(run) for run in runs]),
        *_rows("code", [_named(run, _CODE) for run in runs], sort=False),
        *_rows("environment", [_named(run, _AROUND) for run in runs], sort=False),
        *_rows("environment", _packages(store, runs, notes)),
        *_rows("tags", [_own_tags(run) for run in runs]),
    ]
    return Comparison(runs=tuple(runs), rows=tuple(rows), notes=tuple(notes))


def _rows(
    part: Part, sides: Sequence[Mapping[str, Value] | None], *, sort: bool = True
) -> Iterable[Row]:
    """A row for each name on any side; a side that is None is not known, and never differs."""
    names = list(dict.fromkeys(name for side in sides if side is not None for name in side))
    for name in sorted(names) if sort else names:
        known = [side.get(name) for side in sides if side is not None]
        values = tuple(None if side is None else side.get(name) for side in sides)
        differs = any(not _same(value, known[0]) for value in known)
        yield Row(part=part, name=name, values=values, differs=differs)


def _same(one: Value, other: Value) -> bool:
    # two NaNs are the same result
    return one == other or (one != one and other != other)


def _datasets(run: Run) -> dict[str, Value]:
    digests: dict[str, list[str]] = {}
    for dataset in run.datasets:
        name = f"{dataset.name} ({dataset.context})" if dataset.context else dataset.name
        digests.setdefault(name, []).append(dataset.digest)
    return {name: ", ".join(sorted(found)) for name, found in digests.items()}


def _named(run: Run, names: Mapping[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {
        name: run.tags[tag] for name, tag in names.items() if tag in run.tags
    }
    if names is _CODE and "commit" not in found and _GIT_COMMIT in run.tags:
        found["commit"] = run.tags[_GIT_COMMIT]
    return found


def _own_tags(run: Run) -> dict[str, Value]:
    return {name: value for name, value in run.tags.items() if not name.startswith(_OTHERS)}


def _packages(
    store: Store, runs: Sequence[Run], notes: list[str]
) -> list[Mapping[str, Value] | None]:
    """The packages of each run; None where they are not known."""
    read = _once(lambda run: _read(store, run))
    sides: list[Mapping[str, Value] | None] = []
    unknown = []
    for run in runs:
        try:
            sides.append(read(run))
        except NotFound:
            sides.append(None)
            unknown.append(run)
        except OnboardError as error:
            sides.append(None)
            notes.append(f"The packages of {_called(run)} could not be read: {error.message}")
    if unknown and len(unknown) < len(runs):
        names = ", ".join(_called(run) for run in unknown)
        notes.append(f"Which packages there were is not recorded of {names}.")
    return sides


def _once(
    read: Callable[[Run], Mapping[str, Value]],
) -> Callable[[Run], Mapping[str, Value]]:
    """Reads one list of packages once: many runs have the same."""
    known: dict[str, Mapping[str, Value]] = {}

    def found(run: Run) -> Mapping[str, Value]:
        digest = run.tags.get(record.ENVIRONMENT, "")
        if not digest:
            raise NotFound("experiments.file_missing", "The run has no list of packages.")
        if digest not in known:
            known[digest] = read(run)
        return known[digest]

    return found


def _read(store: Store, run: Run) -> Mapping[str, Value]:
    from .reproduce.checks import requirements

    content = store.read(run.id, record.ENVIRONMENT_FILE, _ENVIRONMENT_LIMIT)
    return dict(requirements(content.decode("utf-8", "replace")))


def _called(run: Run) -> str:
    return shown(run.name or run.id)
