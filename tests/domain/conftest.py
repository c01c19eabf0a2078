"""The room in a place of its own, with a local SageMaker behind it over HTTP.

    def test_it(room):
        at = room(space="alice-lab")
        at.look("apps")
        assert at.service.apps().rows

Every session of boto3's that is made in a test is checked against botocore's model.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.assembly import make_service
from sm_onboard.domain.client import Task
from sm_onboard.domain.limiter import Limiter
from sm_onboard.domain.models import Look, Part, PartName, Running, Stop, Stopped
from sm_onboard.domain.service import DomainService
from sm_onboard.rooms import Rooms, Settings

REGION = "eu-west-1"
ACCOUNT = "123456789012"
PAGE: tuple[PartName, ...] = ("here", "settings", "profiles", "spaces", "apps", "others")
LONG = 30.0  # seconds


@pytest.fixture(scope="session")
def organization() -> Iterator[Server]:
    """The sample organization; tests that change it ask for ``sample`` instead."""
    with Server(speed=math.inf) as server:
        yield server


@pytest.fixture
def sample(organization: Server) -> Iterator[Server]:
    """The sample organization, with what only this test changes."""
    yield organization
    organization.reset(sample=True)


@pytest.fixture
def nothing() -> Iterator[Server]:
    """A local SageMaker without anything."""
    with Server(speed=math.inf, sample=False) as server:
        yield server


class Room:
    """The room as one server has it."""

    def __init__(self, server: Server, rooms: Rooms, limiter: Limiter | None) -> None:
        self.server = server
        self.rooms = rooms
        self.control = Control(server.url, server.control_token)
        self.service: DomainService = make_service(rooms, limiter)
        rooms.__dict__["_domain"] = self.service

    def look(self, *parts: PartName, view: str = "page", wait: bool = True, **more: Any) -> None:
        self.service.look(Look(view=view, parts=parts, **more))
        if wait:
            assert self.service.wait(LONG)

    def part(self, name: PartName) -> Part:
        return next(part for part in self.service.state().parts if part.name == name)

    def row(self, name: str) -> Running:
        """The one row of this name in the apps tab."""
        (found,) = [row for row in self.service.apps().rows if row.name == name]
        return found

    def stop(self, *names: str, others: bool = False) -> dict[str, Stopped]:
        ids = {self.row(name).id: name for name in names}
        answer = self.service.stop(Stop(ids=tuple(ids), others=others))
        return {ids[result.id]: result for result in answer.results}

    def calls(self) -> Counter[str]:
        """What was called since this was asked last."""
        counts = Counter(self.control.log()["counts"])
        self.control.clear_log()
        return counts

    def later(self, seconds: float, *names: PartName) -> None:
        """Makes parts older; all that were read, where none is named."""
        for name, reading in self.service._reader._readings.items():
            if reading.ended is not None and (name in names or not names):
                reading.ended -= seconds

    def until(self, true: Callable[[], object], timeout: float = LONG) -> None:
        end = time.monotonic() + timeout
        while not true():
            assert time.monotonic() < end, "it never came to be"
            time.sleep(0.02)

    def ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call of the room's own client."""
        return self.service._client.call(Task(), operation, **parameters)


@pytest.fixture
def seen() -> Iterator[strict.Seen]:
    """What all sessions of boto3's send and get in a test; checked at its end."""
    with strict.everywhere() as seen:
        yield seen
    seen.check()


@pytest.fixture
def room(
    request: pytest.FixtureRequest,
    organization: Server,
    seen: strict.Seen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Room]]:
    """``room(space="alice-lab")`` is the room in that space; ``room()`` is on a laptop."""
    made: list[Room] = []

    def make(
        space: str | None = None,
        *,
        server: Server = organization,
        domain: str | None = None,
        app_type: str = "JupyterLab",
        shared: bool = False,
        metadata: bytes | None = None,
        limiter: Limiter | None = None,
        environ: dict[str, str | None] | None = None,
        **rooms: Any,
    ) -> Room:
        for name, value in {**server.environment(), **(environ or {})}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        if shared:
            monkeypatch.setenv("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared")
        file = tmp_path / "resource-metadata.json"
        if metadata is not None:
            file.write_bytes(metadata)
        elif space:
            file.write_text(json.dumps(_metadata(domain or domain_id(server), space, app_type)))
        made.append(
            Room(
                server,
                Rooms(Settings(metadata_file=str(file)), environ=os.environ, **rooms),
                limiter or Limiter(rate=1000, burst=1000),
            )
        )
        return made[-1]

    control = Control(organization.url, organization.control_token)
    control.clear_log()
    yield make
    control.no_trouble()
    for one in made:
        one.rooms.close(LONG)
        failures = one.control.log()["failures"]
        assert not failures, "\n".join(failures)


def domain_id(server: Server, name: str = "acme-ml") -> str:
    with server.emulator.alone() as world:
        domains = world.region(ACCOUNT, REGION).all("Domain")
        return next(d.key[0] for d in domains if d.values["DomainName"] == name)


def _metadata(domain: str, space: str, app_type: str) -> dict[str, str]:
    app = f"{domain}/{space}/{app_type}/default"
    return {
        "AppType": app_type,
        "DomainId": domain,
        "SpaceName": space,
        "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/acme-data-scientist",
        "ResourceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/{app}",
        "ResourceName": "default",
        "AppImageVersion": "",
    }
