"""Progress bars for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from .models import Repository, ReposState

_AT_WORK = ("waiting", "cloning", "updating")


class Bars:
    """One line a repository, drawn on standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[doing]}", markup=False),
            console=console or Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, state: ReposState) -> None:
        for row in state.repositories:
            if row.id not in self._tasks:
                self._tasks[row.id] = self._progress.add_task(row.name, total=100, doing="")
            at_work = row.state in _AT_WORK
            percent = row.progress.percent if row.progress else None
            self._progress.update(
                self._tasks[row.id],
                total=100 if percent is not None or not at_work else None,
                completed=100 if not at_work else percent or 0,
                doing=doing(row),
            )


def doing(row: Repository) -> str:
    """``receiving 42% (31.4 MiB, 12.1 MiB/s)``, or the state."""
    if not row.progress:
        return row.state
    percent = "" if row.progress.percent is None else f" {row.progress.percent}%"
    detail = f" ({row.progress.detail})" if row.progress.detail else ""
    return f"{row.progress.phase}{percent}{detail}"
