"""``%%track NAME``: the cell as a run."""

from __future__ import annotations

import ast
import shlex
from argparse import ArgumentParser
from typing import Any, NoReturn

from .tracking import track


class _Arguments(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In a notebook a wrong line is an error of the cell; it must not end the kernel."""
        raise ValueError(f"%%track: {message}.\n{self.format_usage()}")


_arguments = _Arguments(prog="%%track", add_help=False)
_arguments.add_argument("name", nargs="*")
_arguments.add_argument("--data", action="append", default=[], metavar="PATH")
_arguments.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
_arguments.add_argument("--seed", type=int)


def register(shell: Any) -> None:
    """Makes ``%%track`` known to IPython."""

    def cell_magic(line: str, cell: str) -> None:
        given = _arguments.parse_args(shlex.split(line))
        params = dict(text.partition("=")[::2] for text in given.param)
        name = " ".join(given.name) or None
        with track(name, params=params, data=given.data, seed=given.seed):
            run(shell, cell)

    shell.register_magic_function(cell_magic, "cell", "track")


def run(shell: Any, cell: str) -> None:
    """Runs a cell's code in the person's name space, and shows its last value.

    Not ``run_cell``: that would show an error and go on as if there were none, and the run
    would count as finished.
    """
    code = shell.transform_cell(cell)
    name = shell.compile.cache(code, shell.execution_count, raw_code=cell)
    tree = shell.transform_ast(shell.compile.ast_parse(code, filename=name))
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    exec(shell.compile(tree, name, "exec"), shell.user_global_ns, shell.user_ns)  # noqa: S102
    if last:
        shown = shell.compile(ast.Interactive(last), name, "single")
        exec(shown, shell.user_global_ns, shell.user_ns)  # noqa: S102
