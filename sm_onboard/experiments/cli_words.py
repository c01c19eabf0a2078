"""Runs as a terminal, a spreadsheet and a program get them."""

from __future__ import annotations

import csv
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from sm_onboard.git.names import shown

from .compare.values import Comparison, Row, Value
from .models import Run, Store

if TYPE_CHECKING:
    from rich.table import Table

NONE = "–"  # noqa: RUF001

_SHORT = 8  # characters of an id, where that many tell it from all others
_CELL = 20  # characters of a cell in a list
_PIPE = 200  # characters of a line that nobody sees in a window
_TITLES = {
    "params": "parameters", "metrics": "metrics", "datasets": "data sets", "code": "code",
    "environment": "environment", "tags": "tags",
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def listed(
    store: Store, runs: Sequence[Run], experiments: Mapping[str, str], total: int
) -> dict[str, Any]:
    """What ``list --json`` prints."""
    return {
        "store": store.uri,
        "total": total,
        "runs": [_plain(run, experiments) for run in runs],
        "notes": list(getattr(store, "notes", ())),
    }


def comparison(store: Store, found: Comparison) -> dict[str, Any]:
    """What ``compare --json`` prints."""
    return {
        "store": store.uri,
        "runs": [
            {"id": run.id, "name": run.name, "status": run.status, "started": run.started}
            for run in found.runs
        ],
        "rows": [
            {
                "part": row.part,
                "name": row.name,
                "values": [_finite(value) for value in row.values],
                "differs": row.differs,
            }
            for row in found.rows
        ],
        "notes": list(found.notes),
    }


def print_csv(runs: Sequence[Run], experiments: Mapping[str, str]) -> None:
    """One line a run, one column a parameter, metric and tag."""
    params, metrics, tags = (
        _common(getattr(run, part) for run in runs) for part in ("params", "metrics", "tags")
    )
    out = csv.writer(sys.stdout, lineterminator="\n")
    head = ["run_id", "name", "experiment", "status", "start_time", "end_time", "user"]
    out.writerow(
        head
        + [_cell(f"params.{name}") for name in params]
        + [_cell(f"metrics.{name}") for name in metrics]
        + [_cell(f"tags.{name}") for name in tags]
    )
    for run in runs:
        facts = [run.id, run.name, experiments.get(run.experiment, run.experiment), run.status]
        facts += [_iso(run.started), _iso(run.ended), run.user]
        out.writerow(
            [_cell(fact) for fact in facts]
            + [_cell(run.params.get(name, "")) for name in params]
            + [repr(run.metrics[name]) if name in run.metrics else "" for name in metrics]
            + [_cell(run.tags.get(name, "")) for name in tags]
        )


def print_runs(
    runs: Sequence[Run],
    every: Iterable[Run],
    experiments: Mapping[str, str],
    wanted: Sequence[str],
) -> None:
    """A line a run, in as many columns as fit.

    Args:
        every: among which an id has to be told apart.
        wanted: names that come before others.
    """
    if not runs:
        return
    ids = short_ids([run.id for run in runs], [run.id for run in every])
    columns: list[tuple[str, list[str]]] = [
        ("run", [ids[run.id] for run in runs]),
        ("name", [shown(run.name, _CELL) for run in runs]),
        ("status", [run.status for run in runs]),
        ("started", [_moment(run.started) for run in runs]),
    ]
    if len({run.experiment for run in runs}) > 1:
        names = [experiments.get(run.experiment, run.experiment) for run in runs]
        columns.insert(2, ("experiment", [shown(name, _CELL) for name in names]))
    numbers = set()
    left = _width() - sum(_wide(title, cells) + 2 for title, cells in columns)
    for title, cells, number in _more(runs, wanted):
        left -= _wide(title, cells) + 2
        if left < 0:
            break
        columns.append((title, cells))
        if number:
            numbers.add(len(columns) - 1)
    table = _table()
    for index, (title, _) in enumerate(columns):
        right = "right" if index in numbers else "left"
        table.add_column(title, justify=right, no_wrap=True)  # type: ignore[arg-type]
    for line in zip(*(cells for _, cells in columns), strict=True):
        table.add_row(*_texts(line))
    _print(table)


def print_comparison(found: Comparison, *, everything: bool) -> None:
    """A table of as many runs as fit beside each other, then the next ones."""
    if not found.rows:
        nothing = "recorded" if everything else "different"
        click.echo(f"There is nothing {nothing}.")
        return
    heads = [shown(run.name or run.id, _CELL) for run in found.runs]
    ids = short_ids([run.id for run in found.runs], [run.id for run in found.runs])
    names = max(len(_name(row)) for row in found.rows)
    beside = max(2, (_width() - names) // (_CELL + 2))
    for start in range(0, len(heads), beside):
        chosen = slice(start, start + beside)
        if start:
            click.echo()
        _print(_side_by_side(found, heads[chosen], [ids[r.id] for r in found.runs[chosen]], chosen))


def short_ids(ids: Sequence[str], among: Iterable[str]) -> dict[str, str]:
    """The beginning of each id that no other id has, 8 characters or more."""
    found = {}
    wanted = set(ids)
    for length in (_SHORT, 12, 16, 24):
        counted = Counter(id[:length] for id in among)
        found.update({id: id[:length] for id in wanted if counted[id[:length]] == 1})
        wanted -= set(found)
        among = [id for id in among if counted[id[:length]] > 1]
    return found | {id: id for id in wanted}


def _side_by_side(
    found: Comparison, heads: Sequence[str], ids: Sequence[str], chosen: slice
) -> Table:
    table = _table()
    table.add_column("", overflow="fold")
    for head in _texts(heads):
        table.add_column(head, overflow="fold")
    table.add_row("", *_texts(ids), style="dim")
    part = ""
    for row in found.rows:
        if row.part != part:
            part = row.part
            table.add_row(_TITLES[part], style="bold")
        table.add_row(*_texts([_name(row), *(_value(value) for value in row.values[chosen])]))
    return table


def _name(row: Row) -> str:
    return f"  {shown(row.name, 30)}"


def _value(value: Value) -> str:
    if value is None:
        return NONE
    return f"{value:.6g}" if isinstance(value, float) else shown(value, 200)


def _more(runs: Sequence[Run], wanted: Sequence[str]) -> Iterable[tuple[str, list[str], bool]]:
    """Further columns, the most telling first: title, cells, whether they are numbers."""
    metrics = _common(run.metrics for run in runs)
    params = [
        name
        for name in _common(run.params for run in runs)
        if len(runs) == 1 or len({run.params.get(name) for run in runs}) > 1
    ]
    first = set(wanted)
    order = [("metrics", name) for name in metrics] + [("params", name) for name in params]
    order.sort(key=lambda column: column[1] not in first)
    for part, name in order:
        if part == "metrics":
            values = [run.metrics.get(name) for run in runs]
            yield shown(name, _CELL), [NONE if v is None else f"{v:.6g}" for v in values], True
        else:
            texts = [run.params.get(name) for run in runs]
            yield shown(name, _CELL), [NONE if t is None else shown(t, _CELL) for t in texts], False


def _common(parts: Iterable[Mapping[str, object]]) -> list[str]:
    """Names, those that most runs have first, equals by name."""
    counted = Counter(name for part in parts for name in part)
    return sorted(counted, key=lambda name: (-counted[name], name))


def _plain(run: Run, experiments: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(run)
    found["experiment"] = experiments.get(run.experiment, run.experiment)
    found["experiment_id"] = run.experiment
    found["metrics"] = {name: _finite(value) for name, value in run.metrics.items()}
    del found["deleted"]  # such are not listed
    return found


def _finite(value: Value) -> Value:
    """JSON has no NaN and no infinity."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _cell(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _moment(time: int | None) -> str:
    local = _local(time)
    return NONE if local is None else local.strftime("%Y-%m-%d %H:%M")


def _iso(time: int | None) -> str:
    local = _local(time)
    return "" if local is None else local.isoformat(timespec="milliseconds")


def _local(time: int | None) -> datetime | None:
    try:
        return None if time is None else datetime.fromtimestamp(time / 1000).astimezone()
    except (OverflowError, ValueError, OSError):  # no such year
        return None


def _width() -> int:
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else _PIPE


def _wide(title: str, cells: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(cell_len(text) for text in (title, *cells))


def _table() -> Table:
    from rich.table import Table

    return Table(box=None, pad_edge=False)


def _texts(cells: Iterable[str]) -> list[Any]:
    from rich.text import Text

    return [Text(cell) for cell in cells]  # Text: nothing in it is markup


def _print(table: Table) -> None:
    from rich.console import Console

    # A pipe has no width: one line a row, for grep.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)
