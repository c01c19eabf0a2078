"""``sm-onboard demo``: all of it on this machine, without an account and without network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sm_onboard.cli import told

from .run import Running, open_browser, run


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--port", type=click.IntRange(1, 65535), help="Where JupyterLab listens.")
@click.option("--base-url", metavar="PATH", help="The prefix that JupyterLab is served below.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Live in this folder and leave it; otherwise a temporary one is removed at the end.",
)
@click.option("--browser/--no-browser", default=True, help="Whether to open the browser.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def demo(
    port: int | None,
    base_url: str | None,
    keep: Path | None,
    browser: bool,
    command: tuple[str, ...],
) -> None:
    """Starts JupyterLab for a new member of a sample team.

    The team's repositories come from a git server on this machine. Nothing of yours is
    read or changed. Ctrl-C ends it.

    With COMMAND, that is run in place of JupyterLab, configured for the sample team by
    files: `sm-onboard demo -- jupyter lab --ServerApp.base_url=/user/ana/`.
    """
    traits: dict[str, object] = {}
    if port:
        traits |= {"port": port, "port_retries": 0}
    if base_url:
        traits["base_url"] = base_url

    def ready(running: Running) -> None:
        click.echo(f"\nJupyterLab of the sample team is here:\n\n    {running.url}\n")
        if browser and open_browser(running):
            click.echo("Your browser opens it now.")
        click.echo("Ctrl-C ends it." + (f" Its folder stays: {keep}" if keep else ""))

    if not command:
        click.echo("Starting JupyterLab for a new member of the sample team.")
    with told():
        status = run(keep, traits, command, ready)
    sys.exit(status)
