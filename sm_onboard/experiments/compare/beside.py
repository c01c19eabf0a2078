"""Runs side by side for the page: of several stores, each of which may fail alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run, Store
from sm_onboard.experiments.problems import problem_of
from sm_onboard.experiments.table import number
from sm_onboard.git.names import shown

from .shown import VALUE_LIMIT, Compared, ComparedRow, ComparedRun
from .values import Row, Value, odd, package_rows, recorded_rows

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService

_AT_ONCE = 8  # runs that are asked of their stores


class Side(NamedTuple):
    """A run as far as it could be read."""

    id: str  # the page's
    run: Run | None = None
    store: Store | None = None
    problem: DomainProblem | None = None


def beside(experiments: ExperimentsService, ids: Sequence[str], *, packages: bool) -> Compared:
    """Compares runs.

    The table's copy is taken of what the table has: it is read again while somebody looks. Only
    other runs are asked of their stores.

    Args:
        ids: the page's; one that is named twice counts once.
        packages: compare their lists of packages alone, which are files of the runs.
    """
    sides = _sides(experiments, list(dict.fromkeys(ids)), opened=packages)
    runs = [side.run for side in sides]
    notes = [f"{_called(side)}: {side.problem.message}" for side in sides if side.problem]
    rows: Iterable[Row]
    if packages:
        notes = []  # they are said with the rest
        rows = package_rows([side.store for side in sides], runs, notes)
    else:
        rows = recorded_rows(runs)
    return Compared(
        runs=tuple(map(_run, sides)),
        rows=tuple(map(_row, rows)),
        notes=tuple(notes),
    )


def _sides(experiments: ExperimentsService, ids: list[str], *, opened: bool) -> list[Side]:
    wanted = set(ids)
    own = {id.partition(".")[2] for id in ids}
    known = {id: run for id, run in experiments.those(lambda run: run.id in own) if id in wanted}
    asked: dict[str, list[str]] = {}
    for id in ids:
        if opened or id not in known:
            asked.setdefault(id.partition(".")[0], []).append(id)
    found: dict[str, Side] = {}
    with ThreadPoolExecutor(_AT_ONCE, "sm_onboard-compare") as pool:
        for some in asked.values():
            try:
                place, store, _, _ = experiments.find(some[0])
            except OnboardError as error:
                problem = problem_of(error)
                found.update((id, Side(id, known.get(id), problem=problem)) for id in some)
                continue
            ask = partial(_ask, store, known)
            # SQLite answers in a millisecond; threads that wait for each other take longer.
            local = place.kind in ("sqlite", "files")
            found.update((side.id, side) for side in (map if local else pool.map)(ask, some))
    return [found.get(id) or Side(id, known.get(id)) for id in ids]


def _ask(store: Store, known: dict[str, Run], id: str) -> Side:
    try:
        return Side(id, known.get(id) or store.run(id.partition(".")[2]), store)
    except OnboardError as error:
        return Side(id, problem=problem_of(error))


def _run(side: Side) -> ComparedRun:
    run = side.run
    if run is None:
        return ComparedRun(id=side.id, problem=side.problem)
    return ComparedRun(
        id=side.id,
        name=_cut(run.name),
        status=run.status,
        person=_cut(run.tags.get(record.PERSON) or run.user),
        started=run.started,
        experiment=f"{side.id.partition('.')[0]}.{run.experiment}",
        problem=side.problem,
    )


def _row(row: Row) -> ComparedRow:
    return ComparedRow(
        part=row.part,
        name=_cut(row.name),
        values=tuple(_value(value) for value in row.values),
        differs=row.differs,
        odd=odd(row),
        unknown=row.unknown,
    )


def _value(value: Value) -> float | str | None:
    return _cut(value) if isinstance(value, str) else number(value)


def _cut(text: str) -> str:
    return text if len(text) <= VALUE_LIMIT else f"{text[:VALUE_LIMIT]}…"


def _called(side: Side) -> str:
    return shown(side.run.name if side.run and side.run.name else side.id.partition(".")[2])
