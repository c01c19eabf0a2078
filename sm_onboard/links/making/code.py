"""What Python code names: modules, files and data. The code is read, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_LONGEST = 400  # characters of a text that may name a file
# What is before it is taken away first: two expressions for spaces take the square of their number.
_MAGIC = re.compile(r"(?:[\w.,\s]+=\s*)?[%!?]")
_KEEPING = ("time", "timeit", "capture", "prun", "track", "memit", "mprun", "heat")
_RUNS = re.compile(r"^\s*%(?:run|load|loadpy|pycat|pfile)\s+(?:-\w+\s+)*(\"[^\"]+\"|'[^']+'|\S+)")
_WORD = re.compile(r"[^\s\"'|;&<>()$`]+\.[A-Za-z0-9]{1,8}")
_PICTURE = re.compile(
    r"!\[[^\]\n]{0,300}\]\(\s*<?([^)\s>]{1,400})|<img\b[^>]{0,300}?\bsrc\s*=\s*[\"']([^\"']{1,400})",
    re.IGNORECASE,
)
_IMPORT = re.compile(r"^[ \t]*(?:from\s+([.\w]+)\s+import|import\s+([\w.]+))", re.MULTILINE)
_S3 = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w!.*'()/=+@:-]*)?", re.ASCII)


@dataclass
class Named:
    """What some code names.

    Attributes:
        modules: dotted, with the dots of a relative import before them; each with the names that
            are imported from it.
        texts: literals that may be paths. scripts: files that it runs or loads.
        folders: literals that it puts on ``sys.path``.
        data: addresses of data.
    """

    modules: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)

    def add(self, other: Named) -> None:
        for name in ("modules", "texts", "scripts", "folders", "data"):
            getattr(self, name).extend(getattr(other, name))


def of_notebook(notebook: dict[str, Any]) -> Named:
    """What the cells of a notebook name, and the pictures of its Markdown."""
    found = Named()
    listed = notebook.get("cells")
    for cell in listed if isinstance(listed, list) else ():
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        text = "".join(x for x in source if isinstance(x, str)) if isinstance(source, list) else ""
        text = text or (source if isinstance(source, str) else "")
        if cell.get("cell_type") == "code":
            found.add(of_cell(text))
        elif cell.get("cell_type") == "markdown":
            found.texts += [one or two for one, two in _PICTURE.findall(text)]
    return found


def of_cell(source: str) -> Named:
    """What IPython would run, with its magics taken away."""
    found = Named()
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        name = first[2:].split(maxsplit=1)[0] if first[2:].split() else ""
        if name not in _KEEPING:
            found.texts += _WORD.findall(source[:20_000])  # a shell's, or a file that is written
            found.data += _S3.findall(source)
            return found
        lines[lines.index(first)] = ""
    plain = []
    for line in lines:
        begun = line.lstrip()
        magic = _MAGIC.match(begun)
        if not magic and not line.rstrip().endswith("?"):
            plain.append(line)
            continue
        if ran := _RUNS.match(line):
            found.scripts.append(ran[1].strip("\"'"))
        else:
            found.texts += _WORD.findall(line[:2000])
        indent = line[: len(line) - len(begun)] if magic else ""
        plain.append(f"{indent}pass")
    found.add(of_python("\n".join(plain)))
    return found


def of_python(source: str) -> Named:
    """What a module names; of code that cannot be read, its imports line by line."""
    found = Named(data=_S3.findall(source))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        for one, two in _IMPORT.findall(source):
            found.modules.append((one or two, ()))
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.modules += [(name.name, ()) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(name.name for name in node.names)
            found.modules.append(("." * node.level + (node.module or ""), names))
        elif isinstance(node, ast.Call):
            _call(node, found)
        elif isinstance(node, (ast.Constant, ast.BinOp)):
            text = _path(node)
            if text:
                found.texts.append(text)
    return found


def _call(node: ast.Call, found: Named) -> None:
    name = _dotted(node.func)
    if name in ("sys.path.insert", "sys.path.append", "path.insert", "path.append") and node.args:
        found.folders += filter(None, [_path(node.args[-1])])
    elif name in ("importlib.import_module", "import_module", "__import__") and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.modules.append((first.value, ()))
    elif name.endswith("path.join") or name.rpartition(".")[2] == "join_path":
        found.texts += filter(None, [_path(node)])


def _path(node: ast.AST) -> str:
    """A path made of literals alone: ``"a"``, ``Path("a") / "b"``, ``os.path.join("a", "b")``."""
    parts = list(_parts(node))
    if not parts or any(not part for part in parts):
        return ""
    text = "/".join(part.rstrip("/") or "/" for part in parts)
    return text if len(text) <= _LONGEST and "\n" not in text and "\0" not in text else ""


def _parts(node: ast.AST, depth: int = 0) -> Iterator[str]:
    if depth > 20:
        yield ""
    elif isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) and node.value.strip() else ""
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield from _parts(node.left, depth + 1)
        yield from _parts(node.right, depth + 1)
    elif isinstance(node, ast.Call):
        name = _dotted(node.func)
        kind = name.rpartition(".")[2]
        if kind in ("Path", "PurePath", "PosixPath", "str", "abspath", "realpath", "fspath") or (
            name.endswith("path.join")
        ):
            for argument in node.args:
                yield from _parts(argument, depth + 1)
        elif kind in ("resolve", "absolute", "as_posix") and isinstance(node.func, ast.Attribute):
            yield from _parts(node.func.value, depth + 1)
        elif name in ("Path.cwd", "pathlib.Path.cwd", "os.getcwd"):
            yield "."
        else:
            yield ""
    else:
        yield ""


def _dotted(node: ast.AST) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))
