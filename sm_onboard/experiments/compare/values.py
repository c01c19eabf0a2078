"""What differs between runs: parameters, metrics, data, code, packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run, Store
from sm_onboard.git.names import shown

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
    """One name, and what each of the runs has there; None for nothing.

    ``unknown``: places of the runs of which nobody knows what they have.
    """

    part: Part
    name: str
    values: tuple[Value, ...]
    differs: bool
    unknown: tuple[int, ...] = ()


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
    packages = list(package_rows([store] * len(runs), runs, notes))
    recorded = list(recorded_rows(runs))
    tags = next((at for at, row in enumerate(recorded) if row.part == "tags"), len(recorded))
    rows = (*recorded[:tags], *packages, *recorded[tags:])
    return Comparison(runs=tuple(runs), rows=rows, notes=tuple(notes))


def recorded_rows(runs: Sequence[Run | None]) -> Iterable[Row]:
    """What the store itself has of the runs; None for a run that could not be read."""

    def of(told: Callable[[Run], Mapping[str, Value]]) -> list[Mapping[str, Value] | None]:
        return [None if run is None else told(run) for run in runs]

    yield from _rows("params", of(lambda run: run.params))
    yield from _rows("metrics", of(lambda run: run.metrics))
    yield from _rows("datasets", of(_datasets))
    yield from _rows("code", of(lambda run: _named(run, _CODE)), sort=False)
    yield from _rows("environment", of(lambda run: _named(run, _AROUND)), sort=False)
    yield from _rows("tags", of(_own_tags))


def package_rows(
    stores: Sequence[Store | None], runs: Sequence[Run | None], notes: list[str]
) -> Iterable[Row]:
    """The packages that the runs had.

    Args:
        stores: of each run; None for one that could not be read.
        notes: gets a sentence for each run whose packages are not known.
    """
    return _rows("environment", _packages(stores, runs, notes))


def odd(row: Row) -> tuple[int, ...]:
    """The places of the values that most of the runs do not have; none without a majority."""
    if not row.differs:
        return ()
    known = [at for at in range(len(row.values)) if at not in row.unknown]
    counted = Counter(_plain(row.values[at]) for at in known)
    usual, number = counted.most_common(1)[0]
    if number * 2 <= len(known):
        return ()
    return tuple(at for at in known if _plain(row.values[at]) != usual)


def _rows(
    part: Part, sides: Sequence[Mapping[str, Value] | None], *, sort: bool = True
) -> Iterable[Row]:
    """A row for each name on any side; a side that is None is not known, and never differs."""
    names = list(dict.fromkeys(name for side in sides if side is not None for name in side))
    unknown = tuple(at for at, side in enumerate(sides) if side is None)
    for name in sorted(names) if sort else names:
        values = tuple(None if side is None else side.get(name) for side in sides)
        kinds = {_plain(side.get(name)) for side in sides if side is not None}
        yield Row(part=part, name=name, values=values, differs=len(kinds) > 1, unknown=unknown)


def _plain(value: Value) -> Value:
    # two NaNs are the same result
    return "NaN" if value != value else value


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
    stores: Sequence[Store | None], runs: Sequence[Run | None], notes: list[str]
) -> list[Mapping[str, Value] | None]:
    """The packages of each run; None where they are not known."""
    known: dict[str, Mapping[str, Value]] = {}  # many runs have the same
    sides: list[Mapping[str, Value] | None] = []
    unknown = []
    for store, run in zip(stores, runs, strict=True):
        found = None
        if store is not None and run is not None:
            digest = run.tags.get(record.ENVIRONMENT, "")
            try:
                if digest and digest not in known:
                    known[digest] = _read(store, run)
                found = known.get(digest)
            except NotFound:
                pass
            except OnboardError as error:
                notes.append(f"The packages of {_called(run)} could not be read: {error.message}")
                sides.append(None)
                continue
            if found is None:
                unknown.append(run)
        sides.append(found)
    if unknown and len(unknown) < len(runs):
        names = ", ".join(_called(run) for run in unknown)
        notes.append(f"Which packages there were is not recorded of {names}.")
    return sides


def _read(store: Store, run: Run) -> Mapping[str, Value]:
    from sm_onboard.clones.checks import requirements

    content = store.read(run.id, record.ENVIRONMENT_FILE, _ENVIRONMENT_LIMIT)
    return dict(requirements(content.decode("utf-8", "replace")))


def _called(run: Run) -> str:
    return shown(run.name or run.id)
