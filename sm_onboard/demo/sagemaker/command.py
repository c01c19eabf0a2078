"""``sm-onboard demo sagemaker``."""

from __future__ import annotations

import json
import shlex
import signal

import click

from sm_onboard.demo.sagemaker import packages
from sm_onboard.demo.sagemaker.engine.clock import SLOWEST
from sm_onboard.errors import InvalidRequest, OnboardError


def serve(port: int, speed: float, sample: bool, region: str, as_json: bool) -> None:
    """Prints the environment and serves until Ctrl-C, SIGTERM or SIGHUP.

    Raises:
        OnboardError: a package is missing (``demo.no_moto``), the port is taken
            (``demo.port_taken``), or the region or the speed is none (``demo.no_region``,
            ``demo.no_speed``).
    """
    packages.check()
    from sm_onboard.demo.sagemaker.http.regions import regions

    if region not in regions():
        raise InvalidRequest(
            "demo.no_region",
            f"{region!r} is not the name of an AWS region that botocore knows.",
            "Try eu-west-1.",
        )
    if not speed >= SLOWEST:  # nan is not, either
        raise InvalidRequest("demo.no_speed", f"{speed:g} is not a speed.", "Try 60, or inf.")
    from sm_onboard.demo.sagemaker.server import Server

    try:
        server = Server(port, speed, sample, region)
    except OSError as error:
        raise OnboardError(
            "demo.port_taken",
            f"Port {port} cannot be listened on: {error.strerror}.",
            "Choose another one with --port, or leave it out.",
        ) from error
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heard = {number for number in asked if signal.getsignal(number) != signal.SIG_IGN}
    signal.pthread_sigmask(signal.SIG_BLOCK, heard)  # also for the server's threads
    with server:
        environment = server.environment()
        if as_json:
            click.echo(json.dumps(environment, indent=2))
        else:
            for name, value in environment.items():
                click.echo(f"export {name}={_quoted(value)}")
        click.echo(
            f"The local SageMaker is at {server.url}. Paste these lines into a shell; then "
            "boto3 and `aws` talk to it there. Ctrl-C ends it.",
            err=True,
        )
        signal.sigwait(heard)


def _quoted(value: str) -> str:
    """Always in quotes, so that a line can be cut out by eye."""
    quoted = shlex.quote(value)
    return quoted if quoted.startswith("'") else f"'{quoted}'"
