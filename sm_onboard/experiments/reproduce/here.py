"""This machine, as far as reproducing must know it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_onboard.clones import checks
from sm_onboard.clones import here as clones
from sm_onboard.errors import InvalidRequest
from sm_onboard.pythons import ask

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

_LIST_TIMEOUT = 60  # seconds


def installed(python: str | None = None) -> dict[str, str]:
    """The packages of a Python, None for this one, by the name that pip compares.

    Raises:
        InvalidRequest: ``experiments.python_unusable``.
    """
    if python is None:
        from importlib import metadata

        pairs = [(d.metadata["Name"], d.version) for d in metadata.distributions()]
    else:
        said = ask(python, _LIST_TIMEOUT)
        if said is None:
            raise InvalidRequest(
                "experiments.python_unusable", f"{python} does not tell which packages it has."
            )
        pairs = list(said.packages)
    # The first one found is the one that is imported.
    return {checks.canonical(name): version for name, version in reversed(pairs) if name}


def head_object(bucket: str, key: str, version: str) -> Mapping[str, Any]:
    """What S3 says of one object; of its newest version where none is named.

    Raises:
        OnboardError: ``aws.*``.
    """
    from sm_onboard import aws

    client = aws.default().client("s3")
    which = {"VersionId": version} if version else {}
    with aws.errors("s3:GetObject", f"s3://{bucket}/{key}"):
        found: Mapping[str, Any] = client.head_object(Bucket=bucket, Key=key, **which)
    return found


@dataclass(frozen=True)
class Here(clones.Here):
    """Where runs are reproduced, and what this machine has.

    Attributes:
        instance: its type, such as ml.m5.xlarge; empty where unknown.
    """

    packages: Callable[[], Mapping[str, str]] = installed
    python: str = field(default_factory=platform.python_version)
    instance: str = ""
    head_object: Callable[[str, str, str], Mapping[str, Any]] = head_object


def here_of(rooms: Rooms, **more: Any) -> Here:
    """This machine as the rooms know it; ``more`` are further attributes of ``Here``.

    Raises:
        OnboardError: the folder of the repositories cannot be told.
    """
    from sm_onboard.experiments import record
    from sm_onboard.experiments.recording import machine
    from sm_onboard.repos.assembly import credentials, root

    instance = machine.look(rooms.environ).get(record.INSTANCE, "")
    return Here(root=root(rooms), credentials=credentials(rooms), instance=instance, **more)
