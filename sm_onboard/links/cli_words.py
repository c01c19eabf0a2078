"""Links and their previews as a terminal shows them.

What a link or a stranger's notebook says is shown as text: nothing of it moves the cursor, turns
the order of a line or colours it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone

import click

from sm_onboard.domain.models import DomainProblem
from sm_onboard.notebook import Notebook, NotebookCell, Output
from sm_onboard.plain_text import plain

from .models import (
    LinkClaims,
    LinkMade,
    LinkOpened,
    LinkPreview,
    LinkTrust,
    MadeLink,
    SecretFound,
    SharedFile,
)
from .opening.words import size

_PIPE = 200  # characters of a line that nobody sees in a window
_FIELD = 300  # characters of a name
_NOTE = 500
_OUTPUT = 12  # lines of an output
_KINDS = {
    "path": "a file in a shared space",
    "git": "a file of a commit, in git",
    "snapshot": "a snapshot: files as they were when it was sent",
    "run": "a recorded run",
}
_MARKS = {"ok": "✓", "differs": "!", "missing": "✗", "unknown": "?"}
_HERE = {"same": "the same here", "differs": "differs from yours", "new": "new", "none": ""}
_NAMES = {
    "what": "What", "repository": "Repository", "commit": "Commit", "outputs": "Outputs",
    "size": "Size", "store": "Store", "run": "Run",
}  # fmt: skip


def one_line(text: str, limit: int = _FIELD) -> str:
    """Somebody's text in one line, without what works unseen."""
    return " ".join(plain(text, limit)[0].split())


def day(ms: int | None) -> str:
    if ms is None:
        return ""
    then = datetime.fromtimestamp(ms / 1000, timezone.utc).astimezone()
    return f"{then.day} {then:%b %Y}"


def table(head: Sequence[str], lines: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(head))
    for title in head:
        made.add_column(title, justify="right" if title in right else "left", overflow="fold")
    for line in lines:
        made.add_row(*(Text(cell) for cell in line))
    width = None if sys.stdout.isatty() else _PIPE
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(made)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def claims(said: LinkClaims, trust: LinkTrust) -> None:
    """What a link says, before anything was fetched."""
    sender = (
        f"from {one_line(said.sender)}, says the link" if said.sender else "who sent it is not said"
    )
    lines = [("What", f"{_KINDS[said.kind]}; {sender}")]
    fields = (
        ("Note", said.note), ("Repository", said.repository), ("Commit", said.commit),
        ("File", said.path), ("Store", said.store), ("Run", said.run),
        ("Kept in", said.tracking), ("Space", said.space), ("Cell", said.cell),
        ("Heading", said.heading),
    )  # fmt: skip
    lines += [(name, one_line(text, _NOTE)) for name, text in fields if text]
    table(("", ""), lines)
    click.echo(one_line(trust.why), err=True)


def preview(shown: LinkPreview, *, heading: str = "") -> None:
    """What was found: facts, files, whether it gives the same here, the notebook's cells."""
    click.echo(one_line(shown.title))
    told = [f"from {one_line(shown.sender)}, says the link" if shown.sender else ""]
    told += [f"sent {day(shown.sent)}" if shown.sent else ""]
    told += [f"until {day(shown.until)}" if shown.until else ""]
    if line := " · ".join(filter(None, told)):
        click.echo(line)
    if shown.note:
        click.echo(f"\n  “{one_line(shown.note, _NOTE)}”")
    if shown.facts:
        click.echo()
        table(
            ("", "", ""),
            [(_NAMES[f.name], _MARKS[f.state], one_line(f.text, _NOTE)) for f in shown.facts],
        )
    if shown.files:
        click.echo(f"\nFiles {shown.all_files:,}")
        table(("", "", ""), [_file(file) for file in shown.files])
        if shown.all_files > len(shown.files):
            click.echo(f"… and {shown.all_files - len(shown.files):,} more")
    if shown.same:
        click.echo("\nWould it give the same here?")
        for part in shown.same:
            click.echo(f"{_MARKS[part.state]} {one_line(part.text, _NOTE)}")
    if shown.notebook is not None:
        click.echo()
        for line in notebook(shown.notebook, shown.cell, heading, shown.differing or ()):
            click.echo(line)
    elif shown.text is not None:
        click.echo()
        click.echo(plain(shown.text, len(shown.text))[0])
    for warning in shown.warnings:
        click.echo(f"! {one_line(warning, _NOTE)}", err=True)


def what_opening_does(shown: LinkPreview, into: str | None) -> Iterator[str]:
    """What would be made, and what stays: sentences."""
    if "beside" in shown.how:
        yield f"Opens in a folder of its own, {into or one_line(shown.place)}"
    yield from (one_line(sentence) for sentence in shown.keeps)


def notebook(found: Notebook, cell: str, heading: str, differing: Sequence[str]) -> Iterator[str]:
    """The cells in plain text; the one that the link points to has a bar before it."""
    here = cell or _of_heading(found, heading)
    for number, each in enumerate(found.cells):
        linked = bool(here) and here == (each.id or f"#{number}")
        bar = "┃ " if linked else "  "
        count = "" if each.kind != "code" else f"[{each.count if each.count is not None else ' '}]"
        head = [count or each.kind]
        if each.id and each.id in differing:
            head.append("differs from yours")
        if linked:
            head.append("← the link points here")
        yield f"{bar}{'  '.join(head)}"
        for line in (*each.source.split("\n"), *_outputs(each)):
            yield f"{bar}    {_tabs(line)}".rstrip()
        if each.more:
            yield f"{bar}    …"
        yield ""
    if found.more:
        yield "… the notebook has more cells than are shown here."


def _of_heading(found: Notebook, heading: str) -> str:
    wanted = " ".join(heading.split())
    for number, cell in enumerate(found.cells) if wanted else ():
        if cell.kind == "markdown":
            for line in cell.source.split("\n"):
                title = re.fullmatch(r"#{1,6}\s+(.{1,400}?)\s*#*", line)
                if title and " ".join(title[1].split()) == wanted:
                    return cell.id or f"#{number}"
    return ""


def _outputs(cell: NotebookCell) -> Iterator[str]:
    for output in cell.outputs:
        yield from _output(output)


def _output(output: Output) -> Iterator[str]:
    if output.kind == "image":
        yield f"→ a picture ({output.media})"
        return
    if output.kind == "other" and not output.text:
        yield f"→ {output.media or 'something'}, which is not shown here"
        return
    lines = output.text.rstrip("\n").split("\n")
    for line in lines[:_OUTPUT]:
        yield f"→ {line}"
    if len(lines) > _OUTPUT or output.more:
        yield "→ …"


def _tabs(line: str) -> str:
    return line.expandtabs(4)


def _file(file: SharedFile) -> tuple[str, str, str]:
    return one_line(file.path), size(file.size), one_line(file.text or _HERE[file.here])


def made(link: LinkMade) -> None:
    """The link alone on standard output; what the reader gets beside it."""
    click.echo(link.link)
    lines = [link.gets]
    if link.kind == "snapshot" or link.digest:
        files = "1 file" if link.files == 1 else f"{link.files:,} files"
        until = f", until {day(link.until)}" if link.until else ""
        lines.append(f"{files}, {size(link.size)}{until}. {link.readers}".strip())
    if link.packages:
        lines.append(one_line(link.packages))
    if link.left_out:
        lines.append("Not in it:")
        lines += [f"  {one_line(each)}" for each in link.left_out]
    if link.secrets:
        some = "1 thing" if link.secrets == 1 else f"{link.secrets} things"
        lines.append(f"{some} in it may be a secret. You sent it all the same.")
    click.echo("\n".join(filter(None, lines)), err=True)


def findings(found: Sequence[SecretFound]) -> None:
    click.echo("This looks like a secret:", err=True)
    for each in found:
        click.echo(
            f"  {one_line(each.where or each.path)}: {one_line(each.what)}  {one_line(each.shown)}",
            err=True,
        )


def own(links: Sequence[MadeLink]) -> None:
    """The table of one's own links."""
    table(
        ("id", "name", "store", "made", "until", "size", "note"),
        [
            (
                each.id[:12],
                one_line(each.name),
                each.store,
                day(each.made),
                "expired" if each.expired else day(each.until),
                size(each.size),
                one_line(each.note, 60),
            )
            for each in links
        ],
        right=("size",),
    )


def opened(what: LinkOpened, run: str) -> None:
    """Where it is: alone in the last line of standard output; how to go on beside it.

    Args:
        run: its store's id of the run that the link names.
    """
    if what.run:
        click.echo(one_line(run))
        click.echo(
            "Its page opens in JupyterLab; sm-onboard experiments reproduce brings it back.",
            err=True,
        )
        return
    click.echo(what.place or what.contents)
    if what.why:
        click.echo(one_line(what.why, _NOTE), err=True)
    if what.install:
        click.echo(f"For the packages beside it:\n  {what.install}", err=True)


def tell(problem: DomainProblem) -> None:
    """Says on standard error why it came to nothing."""
    click.echo("\n".join(filter(None, (problem.message, problem.hint))), err=True)
    if problem.statement:
        click.echo(problem.statement, err=True)
