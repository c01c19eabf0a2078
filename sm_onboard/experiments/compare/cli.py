"""``sm-onboard experiments compare A B --code``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from sm_onboard.cli import print_json
from sm_onboard.experiments.models import Run, Store
from sm_onboard.experiments.reproduce.cli import stopping
from sm_onboard.experiments.reproduce.here import here_of
from sm_onboard.git.names import has_control, shown
from sm_onboard.rooms import Rooms
from sm_onboard.server_settings import read

from . import code
from .shown import CodeCell, CodeDiff, CodeFile, CodeHunk

_COLOURS = {"+": "green", "-": "red"}
_LONGEST = 2000  # characters of a line


def compare_code(store: Store, before: Run, after: Run, *, as_json: bool) -> None:
    """Prints how the code of one run becomes that of another.

    Ends the process with 1 where the code of either was not kept as a whole.

    Raises:
        OnboardError: those of the store; git failed.
    """
    with tempfile.TemporaryDirectory(prefix="sm-onboard-") as temporary:
        here = here_of(Rooms(read(), environ=os.environ))
        sides = [code.Asked(store=store, run=run.id) for run in (before, after)]
        with stopping(here):
            found = code.compare_code("", sides[0], sides[1], here, Path(temporary))
    if as_json:
        print_json(found)
    else:
        for text, colour in lines(found):
            click.secho(text, fg=colour)
    for note in found.notes:
        click.echo(note, err=True)
    sys.exit(0 if found.whole else 1)


def lines(found: CodeDiff) -> Iterator[tuple[str, str | None]]:
    """The difference as lines of a terminal, with their colours. No text of it acts on one."""
    if found.whole and not found.files:
        yield "The code is the same.", None
    for file in found.files:
        yield from _file(file)
    if found.more:
        yield f"{found.more} more {_files(found.more)} not the same.", None


def _file(file: CodeFile) -> Iterator[tuple[str, str | None]]:
    old = f"{shown(file.old, 300)} -> " if file.old else ""
    yield f"{file.change} {old}{shown(file.path, 300)}, +{file.added} -{file.removed}", "cyan"
    if file.why:
        yield f"  {file.why}", None
    for cell in file.cells:
        yield f"  {_named(cell)}", "cyan"
        yield from _hunks(cell.hunks)
        yield from _cut(cell.cut)
    yield from _hunks(file.hunks)
    yield from _cut(0 if file.notebook else file.cut)
    if file.same:
        yield f"  {file.same} {'cell' if file.same == 1 else 'cells'} the same", None
    if file.more:
        yield f"  {file.more} more {'cell' if file.more == 1 else 'cells'} not the same", None


def _hunks(hunks: Iterable[CodeHunk]) -> Iterator[tuple[str, str | None]]:
    for number, hunk in enumerate(hunks):
        if number:
            yield "  ...", None
        for line in hunk.lines:
            at = line.after if line.after is not None else line.before
            yield f"  {at or '':>5} {line.sign} {_plain(line.text)}", _COLOURS.get(line.sign)


def _plain(line: str) -> str:
    """A line of code without what acts on a terminal."""
    text = line.expandtabs(4)
    text = f"{text[: _LONGEST - 1]}…" if len(text) > _LONGEST else text
    return "".join("?" if has_control(char) else char for char in text)


def _named(cell: CodeCell) -> str:
    if cell.change == "added":
        return f"cell {cell.after}, only after"
    if cell.change == "removed":
        return f"cell {cell.before}, only before"
    if cell.change == "moved":
        return f"cell {cell.after}, moved from {cell.before}"
    return f"cell {cell.after}" + ("" if cell.before == cell.after else f", was {cell.before}")


def _cut(number: int) -> Iterator[tuple[str, str | None]]:
    if number:
        yield f"  {number} more {'line' if number == 1 else 'lines'}", None


def _files(number: int) -> str:
    return "file is" if number == 1 else "files are"
