"""``sm-onboard demo``: all of it on this machine, without an account and without network."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sm_onboard.cli import told

from .jupyterlab import Running, open_browser
from .run import run


class _Demo(click.Command):
    """`demo`, and `demo sagemaker`; any other word begins the command to run."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if args[:1] == [sagemaker.name]:
            name = f"{info_name} {sagemaker.name}"
            return sagemaker.make_context(name, args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(sagemaker.name or "", sagemaker.get_short_help_str(60))])
        super().format_epilog(ctx, formatter)


@click.command(cls=_Demo, context_settings={"ignore_unknown_options": True})
@click.option("--port", type=click.IntRange(1, 65535), help="Where JupyterLab listens.")
@click.option("--base-url", metavar="PATH", help="The prefix that JupyterLab is served below.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Live in this folder and leave it; otherwise a temporary one is removed at the end.",
)
@click.option("--browser/--no-browser", default=True, help="Whether to open the browser.")
@click.option(
    "--runs/--no-runs",
    default=True,
    help="Whether the team's models are trained, for the experiments to look at.",
)
@click.option(
    "--colleague",
    is_flag=True,
    help="A second JupyterLab, of another person of the team, to try links from both sides.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def demo(
    port: int | None,
    base_url: str | None,
    keep: Path | None,
    browser: bool,
    runs: bool,
    colleague: bool,
    command: tuple[str, ...],
) -> None:
    """Starts JupyterLab for a new member of a sample team.

    The team's repositories come from a git server on this machine. Its runs are made once
    JupyterLab is there, by training the sample project: some forty in a minute or two. Nothing
    of yours is read or changed. Ctrl-C ends it.

    With --colleague, bob of the same team has a JupyterLab too, with another home and at the
    next port: a link that one of them copies is opened by the other.

    With COMMAND, that is run in place of JupyterLab, configured for the sample team by
    files: `sm-onboard demo -- jupyter lab --ServerApp.base_url=/user/ana/`.
    """
    traits: dict[str, object] = {}
    if port:
        traits |= {"port": port, "port_retries": 0}
    if base_url:
        traits["base_url"] = base_url

    def ready(all: Sequence[Running]) -> None:
        if len(all) == 1:
            click.echo(f"\nJupyterLab of the sample team is here:\n\n    {all[0].url}\n")
        else:
            click.echo("\nJupyterLab of two people of the sample team is here:\n")
            for running in all:
                click.echo(f"    {running.person:<6} {running.url}")
            click.echo("\nWhat one of them copies with Copy link, the other opens.")
        if browser and [running for running in all if open_browser(running)]:
            click.echo("Your browser opens it now.")
        click.echo("Ctrl-C ends it." + (f" Its folder stays: {keep}" if keep else ""))

    if not command:
        click.echo("Starting JupyterLab for a new member of the sample team.")
    with told():
        status = run(keep, traits, command, ready, runs=runs, colleague=colleague)
    sys.exit(status)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where it listens; else a free port.")
@click.option("--empty", is_flag=True, help="Without the sample organization.")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    metavar="X",
    help="How fast life cycles pass: 60 makes a minute a second, inf ends them at once.",
)
@click.option("--region", default="eu-west-1", help="Where the sample organization is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def sagemaker(port: int | None, empty: bool, speed: float, region: str, as_json: bool) -> None:
    """Starts only the local SageMaker.

    Prints the environment that leads boto3, the AWS command line and MLflow to it, and runs
    until Ctrl-C. It listens on this machine alone, and only its own credentials work.
    """
    from .sagemaker.command import serve

    with told():
        serve(port or 0, speed, not empty, region, as_json)
