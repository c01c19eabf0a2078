"""A notebook as one page for people without JupyterLab: text and pictures, nothing that runs.

Everything of the notebook is escaped text, or a picture that was looked at; the tags around it
are fixed. The page may load nothing, not even from where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from sm_onboard.notebook import Notebook, NotebookCell, Output, cells

from ..headings import heading
from ..models import NotebookPage
from . import secrets
from .files import File
from .outputs import stripped

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)

_STYLE = """
:root { color-scheme: light dark; --line: #d7d7d7; --quiet: #616161; --code: #f7f7f7;
  --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --line: #4a4a4a; --quiet: #a8a8a8;
  --code: #1e1e1e; --bad: #f2b8b5; } }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  font: 15px/1.55 system-ui, sans-serif; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; }
header p, .count, .more { color: var(--quiet); font-size: 12px; }
section { margin: 1rem 0; }
pre { margin: .25rem 0; padding: .6rem .8rem; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
.source { background: var(--code); border: 1px solid var(--line); border-radius: 3px; }
.error { border-left: 3px solid var(--bad); }
img { max-width: 100%; background: #fff; }
code { font: 13px ui-monospace, monospace; background: var(--code); }
"""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\(([^()\s]{1,500})\)")
_SPAN = re.compile(r"`([^`\n]{1,500})`|\*\*([^*\n]{1,500})\*\*")


def page(file: File, *, outputs: bool, seen: bool) -> NotebookPage:
    """The page of a notebook; without it where what looks like a secret was not seen yet.

    Args:
        outputs: with the outputs: text and pictures.
        seen: the person has seen what looks like a secret.

    Raises:
        OnboardError: ``links.file_*``, ``notebook.unreadable``, ``links.not_a_notebook``.
    """
    data = file.read()
    if not outputs:
        data = stripped(data)
    name = f"{file.real.stem}.html"
    notebook = cells(data)
    findings = secrets.in_files({file.name: data})
    if findings and not seen:
        return NotebookPage(name=name, html="", findings=findings)
    return NotebookPage(name=name, html=written(file.name, notebook), findings=findings)


def written(title: str, notebook: Notebook) -> str:
    """The page as HTML."""
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    about = f"<header><h1>{escape(title)}</h1><p>A copy to read: nothing in it runs.</p></header>\n"
    body = "\n".join(_cell(cell) for cell in notebook.cells)
    more = '\n<p class="more">More cells were left out.</p>' if notebook.more else ""
    return f"{head}{about}<main>\n{body}{more}\n</main>\n</body>\n</html>\n"


def _cell(cell: NotebookCell) -> str:
    if cell.kind == "markdown":
        return f"<section>{''.join(_markdown(cell.source))}</section>"
    count = f"[{cell.count}]" if cell.count is not None else "[ ]"
    number = f'<div class="count">{count}</div>' if cell.kind == "code" else ""
    given = "".join(_output(output) for output in cell.outputs)
    more = '<p class="more">The rest was left out.</p>' if cell.more else ""
    return (
        f'<section>{number}<pre class="source">{escape(cell.source)}</pre>{given}{more}</section>'
    )


def _output(output: Output) -> str:
    more = '<p class="more">The rest was left out.</p>' if output.more else ""
    if output.kind == "image":
        words = escape(output.text or "A picture that the cell put out.")
        source = f"data:{escape(output.media)};base64,{escape(output.base64)}"
        return f'<p><img alt="{words}" src="{source}"></p>'
    if output.kind == "other":
        said = escape(output.text or f"An output of kind {output.media or 'unknown'} is left out.")
        return f'<pre class="output">{said}</pre>{more}'
    kind = "output error" if output.kind == "error" else "output"
    return f'<pre class="{kind}">{escape(output.text)}</pre>{more}'


def _markdown(source: str) -> Iterator[str]:
    """Headings, lists, code and paragraphs; of all else the text."""
    paragraph: list[str] = []
    items: list[str] = []
    lines = iter(source.split("\n"))
    for line in lines:
        fence, head, item = _FENCE.match(line), heading(line), _ITEM.fullmatch(line)
        if fence or head or item or not line.strip():
            yield from _block("p", paragraph)
            if not item:
                yield from _list(items)
        if fence:
            code = []
            for each in lines:
                if each.strip().startswith(fence[1]):
                    break
                code.append(each)
            yield f'<pre class="source">{escape(chr(10).join(code))}</pre>'
        elif head:
            yield f"<h{head.level}>{_inline(head.text)}</h{head.level}>"
        elif item:
            items.append(item[1])
        elif items and line.strip():
            items[-1] += f" {line.strip()}"
        elif line.strip():
            paragraph.append(line)
    yield from _block("p", paragraph)
    yield from _list(items)


def _block(tag: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"<{tag}>{'<br>'.join(_inline(line) for line in lines)}</{tag}>"
        lines.clear()


def _list(items: list[str]) -> Iterator[str]:
    if items:
        yield f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
        items.clear()


def _inline(text: str) -> str:
    """Escaped first: what is put around it afterwards are fixed tags."""
    text = escape(_LINK.sub(r"\1 (\2)", text))
    return _SPAN.sub(lambda x: f"<code>{x[1]}</code>" if x[1] else f"<b>{x[2]}</b>", text)
