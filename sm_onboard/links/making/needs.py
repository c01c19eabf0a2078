"""Which files a notebook needs, so that somebody else can run it: found by reading its code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sm_onboard.snapshot import Limits, refusal

from . import code

LIMITS = Limits(file=10 << 20, total=100 << 20, files=500)
"""What one link carries beside the notebook: a file, and all of them."""

_LARGEST_CODE = 2 << 20  # bytes of a module that is read
_DATA = 50  # names
_LEFT_OUT = 200
_UP = 2  # folders above the notebook that belong to it where there is no repository
_WHY = {
    "large": f"larger than {LIMITS.file >> 20} MB",
    "secret": "its name says that it holds secrets",
    "excluded": "an environment, a cache or a store of runs",
    "repository": "a repository of its own",
    "special": "not a plain file",
    "unreadable": "it may not be read",
}


@dataclass
class Needs:
    """Attributes:
    files: paths below the folder that was looked in, without the notebook itself.
    left_out: paths that the code names and that are not sent, each with the reason.
    data: addresses and paths of data that the code names and that are not sent.
    """

    files: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)


def widest(notebook: Path, top: Path) -> Path:
    """The folder that a notebook's files may be in where there is no repository."""
    folder = notebook.parent
    for _ in range(_UP):
        if folder in (top, folder.parent) or not folder.is_relative_to(top):
            break
        folder = folder.parent
    return folder if folder.is_relative_to(top) else notebook.parent


def find(root: Path, path: str, data: bytes, limits: Limits = LIMITS) -> Needs:
    """The files that a notebook or module needs.

    Args:
        root: nothing outside of this folder (without links) is found.
        path: of the notebook below it.
        data: the notebook as it is sent.
    """
    return _Search(root, path, limits).run(data)


class _Search:
    def __init__(self, root: Path, path: str, limits: Limits) -> None:
        self._root, self._path, self._limits = root, path, limits
        self._folder = PurePosixPath(path).parent  # where it runs
        self._found: dict[str, None] = {}
        self._left_out: dict[str, str] = {}
        self._data: dict[str, None] = {}
        self._places: list[PurePosixPath] = [self._folder]
        self._todo: list[tuple[str, bytes]] = []
        self._total = 0

    def run(self, data: bytes) -> Needs:
        self._look(self._path, data)
        while self._todo and len(self._found) < self._limits.files:
            self._look(*self._todo.pop(0))
        self._found.pop(self._path, None)
        return Needs(
            files=sorted(self._found),
            left_out=sorted(self._left_out.items())[:_LEFT_OUT],
            data=list(self._data)[:_DATA],
        )

    def _look(self, path: str, data: bytes) -> None:
        named = _named(path, data)
        here = PurePosixPath(path).parent
        for text in named.folders:
            for base in (self._folder, here):
                place = _joined(base, text)
                if place is not None and place not in self._places:
                    self._places.append(place)
        for module, names in named.modules:
            self._import(path, module, names)
        for text in named.scripts:
            for file in (text, f"{text}.py", f"{text}.ipynb"):
                if self._file(here, file, run=True):
                    break
        for text in named.texts:
            self._text(here, text)
        self._data.update(dict.fromkeys(named.data))

    def _import(self, path: str, module: str, names: tuple[str, ...]) -> None:
        dots = len(module) - len(module.lstrip("."))
        parts = [part for part in module.lstrip(".").split(".") if part]
        if dots:
            base = PurePosixPath(path).parent
            for _ in range(dots - 1):
                base = base.parent
            self._module(base, parts, names)
            return
        places = list(self._places)
        if parts and parts[0] not in sys.stdlib_module_names:
            places += self._layouts()
        for base in places:
            if self._module(base, parts, names):
                return

    def _layouts(self) -> Iterator[PurePosixPath]:
        """Where packages of a repository lie that are installed in place: root, ``src``."""
        for folder in (self._folder, *self._folder.parents):
            yield folder / "src"
            yield folder

    def _module(self, base: PurePosixPath, parts: list[str], names: tuple[str, ...]) -> bool:
        """Takes a module and the packages around it; False where it is not here."""
        at = base
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if last and self._take(f"{at / part}.py", code=True):
                return True
            at = at / part
            if not self._is_folder(at):
                return number > 0
            self._take(str(at / "__init__.py"), code=True)
        for name in names:  # modules of a package
            if name != "*" and not self._take(f"{at / name}.py", code=True):
                self._take(str(at / name / "__init__.py"), code=True)
        return True

    def _text(self, here: PurePosixPath, text: str) -> None:
        if "://" in text or not text.strip("./ "):
            return
        if os.path.isabs(text) or text.startswith("~"):
            if len(text) > 1 and os.path.exists(os.path.expanduser(text)):
                self._data[text] = None
            return
        self._file(here, text)

    def _file(self, here: PurePosixPath, text: str, run: bool = False) -> bool:
        for base in dict.fromkeys((self._folder, here, PurePosixPath())):
            place = _joined(base, text)
            if place is None:
                continue
            if self._is_folder(place):
                if place != PurePosixPath() and text.rstrip("/").count("/"):
                    self._data[text] = None
                return True
            is_code = run or place.suffix in (".py", ".ipynb")
            if self._take(str(place), code=is_code and run):
                return True
        return False

    def _take(self, path: str, *, code: bool) -> bool:
        """Takes a file; True where it is there, also when it is left out."""
        if path in self._found or path in self._left_out or path == self._path:
            return True
        full = self._root / path
        if not os.path.lexists(full):
            return False
        real = os.path.realpath(full)
        if real != os.path.join(os.path.realpath(self._root), path):
            self._left_out[path] = "a link to elsewhere"
            return True
        if not os.path.isfile(full) and not os.path.isdir(full):
            self._left_out[path] = _WHY["special"]
            return True
        if os.path.isdir(full):
            return False
        why, size = refusal(self._root, path, False, self._limits)
        if why is None and self._total + size > self._limits.total:
            why = "large"
        if why is None and not _may_be_named(path):
            self._left_out[path] = "its name cannot be sent"
            return True
        if why:
            self._left_out[path] = _WHY[why]
            if why == "large":
                self._data[path] = None
            return True
        self._total += size
        self._found[path] = None
        if code and size <= _LARGEST_CODE:
            try:
                self._todo.append((path, full.read_bytes()))
            except OSError:
                del self._found[path]
                self._left_out[path] = _WHY["unreadable"]
        return True

    def _is_folder(self, path: PurePosixPath) -> bool:
        return os.path.isdir(self._root / path)


def _named(path: str, data: bytes) -> code.Named:
    if not path.endswith(".ipynb"):
        return (
            code.of_python(data.decode("utf-8", "replace"))
            if path.endswith(".py")
            else (code.Named())
        )
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        return code.Named()
    return code.of_notebook(notebook) if isinstance(notebook, dict) else code.Named()


def _joined(base: PurePosixPath, text: str) -> PurePosixPath | None:
    """A path below the root; None where it leads out."""
    parts = [part for part in base.parts if part != "."]
    for part in text.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)


def _may_be_named(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable() and "\\" not in path
