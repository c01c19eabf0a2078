"""This machine, as far as reproducing must know it."""

from __future__ import annotations

import json
import platform
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_onboard.errors import InvalidRequest
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git, Limits

from . import checks

if TYPE_CHECKING:
    from sm_onboard.git.progress import Progress
    from sm_onboard.repos.ports import Credentials
    from sm_onboard.rooms import Rooms

_LIST = (
    "import importlib.metadata as m, json;"
    "print(json.dumps([[d.metadata['Name'], d.version] for d in m.distributions()]))"
)
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
        command = [python, "-I", "-c", _LIST]
        try:
            said = subprocess.run(command, capture_output=True, timeout=_LIST_TIMEOUT, check=True)
            pairs = json.loads(said.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise InvalidRequest(
                "experiments.python_unusable", f"{python} does not tell which packages it has."
            ) from error
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
class Here:
    """Where runs are reproduced, and what this machine has.

    Attributes:
        root: the folder that the repositories are below.
        credentials: how git signs in.
        instance: its type, such as ml.m5.xlarge; empty where unknown.
        cancel: ends what is under way.
        doing: hears in a sentence what is waited for; progress: how far git has come.
    """

    root: Path
    credentials: Credentials
    packages: Callable[[], Mapping[str, str]] = installed
    python: str = field(default_factory=platform.python_version)
    instance: str = ""
    head_object: Callable[[str, str, str], Mapping[str, Any]] = head_object
    limits: Limits = field(default_factory=Limits)
    cancel: threading.Event = field(default_factory=threading.Event)
    log: Callable[[str], None] = lambda _: None
    doing: Callable[[str], None] = lambda _: None
    progress: Callable[[Progress], None] = lambda _: None

    def git(self, url: str = "") -> Git:
        """Git for this machine, or with an address (checked) for its host as well."""
        listener = Listener(progress=self.progress, log=self.log, cancel=self.cancel)
        if not url:
            return Git(listener, limits=self.limits)
        access = self.credentials.access(entry(url))
        # checks.url lets plain http through to this machine only.
        http = url.startswith("http://")
        return Git(listener, limits=self.limits, access=access, http=http)


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


def entry(url: str) -> Any:
    """The address as the repositories' room asks credentials about one."""
    from sm_onboard.repos.models import Entry

    return Entry(id="reproduced", name="reproduced", url=url, path="reproduced", source="person")
