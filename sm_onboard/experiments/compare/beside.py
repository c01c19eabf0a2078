"""Runs side by side for the page: of several stores, each of which may fail alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    asked = [id for id in ids if opened or id not in known]
    with ThreadPoolExecutor(_AT_ONCE, "sm_onboard-compare") as pool:
        found = {side.id: side for side in pool.map(lambda id: _ask(experiments, id, known), asked)}
    return [found.get(id) or Side(id, known.get(id)) for id in ids]


def _ask(experiments: ExperimentsService, id: str, known: dict[str, Run]) -> Side:
    run = known.get(id)
    try:
        _, store, own, _ = experiments.find(id)
        return Side(id, run or store.run(own), store)
    except OnboardError as error:
        return Side(id, run, problem=problem_of(error))


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
