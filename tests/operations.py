"""Counts what a program asks of a folder's file system, by strace.

    traced = run_traced([sys.executable, "-c", "..."], below=root, environment=...)
    assert traced.operations <= 10

An operation is a system call that names a path below the folder (open, stat, rename,
unlink ...), or one listing of a folder there. Reads and writes of what is open already are
not counted: on network storage it is the names that cost.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BEGIN = "/count-operations-from-here"
"""A program that looks at this path (which does not exist) begins to count there."""

_CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*?)\)? += (?P<result>-?\d+|\?)")
_AT = re.compile(r'(?:AT_FDCWD|\d+)<(?P<base>[^>]*)>, "(?P<path>(?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(r'^"(?P<path>(?:[^"\\]|\\.)*)"')
_FD = re.compile(r"^\d+<(?P<base>[^>]*)>")
_ARGV = re.compile(r"\[(?P<argv>.*?)\](?:, |\.\.\.)")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Traced:
    """What a program did.

    Attributes:
        calls: operations below the folder, by the name of the system call.
        programs: the argument lists of the programs that were started.
        output: standard output.
    """

    calls: Counter[str] = field(default_factory=Counter)
    programs: list[list[str]] = field(default_factory=list)
    output: str = ""

    @property
    def operations(self) -> int:
        return self.calls.total()


def strace() -> str | None:
    """The strace program, where there is one that is allowed to trace."""
    found = shutil.which("strace")
    if found is None:
        return None
    tried = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, check=False)
    return found if tried.returncode == 0 else None


def run_traced(
    command: Sequence[str],
    *,
    below: Path,
    environment: Mapping[str, str] | None = None,
    whole: bool = True,
    timeout: float = 300,
) -> Traced:
    """Runs a program, its threads and children included.

    Args:
        below: the folder; must be named without symbolic links.
        whole: count from the start; otherwise from when the program looks at ``BEGIN``.

    Raises:
        AssertionError: the program failed.
    """
    program = strace()
    assert program, "there is no strace"
    with tempfile.TemporaryDirectory(prefix="operations-") as folder:
        options = ("-ff", "-ttt", "-y", "-s", "4096", "-e", "trace=%file,getdents64")
        done = subprocess.run(
            [program, *options, "-o", f"{folder}/t", *command],
            env=dict(environment) if environment is not None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        files = [
            [_line(line) for line in file.read_text("utf-8", "replace").splitlines()]
            for file in Path(folder).iterdir()
        ]
    begin = 0.0 if whole else _when_it_began(files)
    traced = Traced(output=done.stdout)
    for lines in files:
        _count([line for at, line in lines if at > begin], os.fspath(below), traced)
    return traced


def _line(line: str) -> tuple[float, str]:
    at, _, rest = line.partition(" ")
    return float(at), rest


def _when_it_began(files: list[list[tuple[float, str]]]) -> float:
    for lines in files:
        for at, line in lines:
            if BEGIN in line and not line.startswith("execve"):
                return at
    raise AssertionError(f"the program never looked at {BEGIN}")


def _count(lines: list[str], below: str, traced: Traced) -> None:
    listed: str | None = None
    for line in lines:
        call = _CALL.match(line)
        if not call:
            continue
        name, arguments = call["name"], call["arguments"]
        if name == "execve" and call["result"] == "0":
            argv = _ARGV.search(arguments)
            traced.programs.append(_WORD.findall(argv["argv"]) if argv else [])
        if name == "getdents64":
            # One listing is several calls, the last of which says that it is the end.
            at = _FD.match(arguments)
            again, listed = arguments == listed, arguments
            if at and not again and call["result"] != "0" and _within(at["base"], below):
                traced.calls["listing"] += 1
        elif "AT_EMPTY_PATH" not in arguments and any(
            _within(path, below) for path in _paths(arguments)
        ):
            traced.calls[name] += 1


def _paths(arguments: str) -> list[str]:
    found = [os.path.normpath(os.path.join(m["base"], m["path"])) for m in _AT.finditer(arguments)]
    plain = _PLAIN.match(arguments)
    if plain:
        found.append(os.path.normpath(plain["path"]))
    return found


def _within(path: str, below: str) -> bool:
    return path == below or path.startswith(below + "/")
