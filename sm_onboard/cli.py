"""``sm-onboard``: each room's commands, loaded when they are called.

Exit status: 0 all went well, 1 something needs a person, 2 the command line or the
configuration is wrong, 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from sm_onboard import __version__

# name: (module, attribute, one line of help, so that --help imports no room)
_COMMANDS = {
    "demo": ("sm_onboard.demo.cli", "demo", "Everything on this machine, without an account."),
    "doctor": ("sm_onboard.domain.cli", "doctor", "What works here, and what is missing."),
    "domain": ("sm_onboard.domain.cli", "domain", "What runs in the domain, and what it costs."),
    "experiments": (
        "sm_onboard.experiments.cli",
        "experiments",
        "List, compare and copy runs, bring one back.",
    ),
    "link": ("sm_onboard.links.cli", "link", "Link to a notebook or run, open somebody's link."),
    "repos": ("sm_onboard.repos.cli", "repos", "List repositories, undo updates, restore work."),
    "sync": ("sm_onboard.repos.cli", "sync", "Clone and update the repositories now."),
}


class _Rooms(click.Group):
    """A group that imports a command only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in sorted(_COMMANDS.items())])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # click would import every room to suggest a similar name
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            names = ", ".join(sorted(_COMMANDS))
            ctx.fail(f"There is no command {args[0]!r}. There are: {names}.")
        return super().resolve_command(ctx, args)


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sm-onboard")
def main() -> None:
    """Amazon SageMaker Studio's repositories, links and experiments, made ready."""


@contextmanager
def told() -> Iterator[None]:
    """Turns an OnboardError into two lines and the exit status that fits."""
    from sm_onboard.errors import ConfigError, InvalidRequest, OnboardError

    try:
        yield
    except OnboardError as error:
        click.echo(f"{error.message}\n{error.hint}".strip(), err=True)
        sys.exit(2 if isinstance(error, (ConfigError, InvalidRequest)) else 1)


def print_json(value: Any) -> None:
    """Writes structs as JSON to standard output."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    click.echo(text.decode())


if __name__ == "__main__":
    main()
