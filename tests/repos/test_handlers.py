"""The room over HTTP, from a request to the fake engine and back, and its events."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tornado.httpclient import HTTPClientError

from sm_onboard.events import CHANGED
from sm_onboard.git.progress import Progress
from sm_onboard.repos import assembly
from sm_onboard.repos.models import Outcome, Repository, ReposState
from sm_onboard.repos.service import ReposService
from tests.repos.fakes import World, entry


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The server's service, with fakes for what is below it."""
    root = tmp_path / "root_dir"
    root.mkdir()
    world = World(root)
    world.items = [entry("a", environment="requirements.txt"), entry("b")]

    def make(rooms: Any) -> ReposService:
        return ReposService(
            world.given(),
            pool=rooms.pool,
            server=rooms.server,
            notify=rooms.notify,
            root_dir=rooms.root_dir,
        )

    monkeypatch.setattr(assembly, "make_service", make)
    return world


@pytest.fixture
def jp_root_dir(world: World) -> Path:
    return world.engine.root


@pytest.fixture
def ask(world: World, jp_serverapp: Any, jp_fetch: Any) -> Any:
    async def fetch(method: str, *path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        try:
            response = await jp_fetch(
                "sm-onboard", *path, method=method, body=data, allow_nonstandard_methods=True
            )
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)  # type: ignore[union-attr]
        return response.code, json.loads(response.body)

    return fetch


@pytest.fixture
def service(world: World, jp_serverapp: Any) -> ReposService:
    app = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    found: ReposService = app.rooms.repos
    return found


async def settled(service: ReposService) -> None:
    assert await asyncio.to_thread(service.wait, 10)


async def test_the_state_of_the_room(ask: Any, service: ReposService, jp_serverapp: Any) -> None:
    status, told = await ask("GET", "repos")
    assert status == 200
    assert told["repositories"] == []
    service.start()
    await settled(service)
    status, told = await ask("GET", "repos")
    assert status == 200
    state = msgspec.convert(told, ReposState)
    assert [row.state for row in state.repositories] == ["ready", "ready"]
    assert state.state == "idle"
    assert state.first
    assert set(told) == set(ReposState.__struct_fields__)
    assert set(told["repositories"][0]) == set(Repository.__struct_fields__)


async def test_work_begins_when_the_loop_runs(
    ask: Any, service: ReposService, world: World
) -> None:
    for _ in range(200):
        if world.engine.calls:
            break
        await asyncio.sleep(0.05)
    await settled(service)
    assert {path for _, path in world.engine.calls} == {"a", "b"}


async def test_doing_something_answers_at_once(
    ask: Any, service: ReposService, world: World
) -> None:
    service.start()
    await settled(service)
    world.engine.closed = True
    status, row = await ask("POST", "repos", "a-id", "update")
    assert status == 202
    assert row["state"] in ("waiting", "updating", "cloning")
    status, told = await ask("POST", "repos", "a-id", "update")
    assert (status, told["code"]) == (409, "repos.not_possible_now")
    status, _ = await ask("POST", "repos", "a-id", "cancel")
    assert status == 202
    await settled(service)
    assert (await ask("GET", "repos"))[1]["repositories"][0]["state"] == "cancelled"


async def test_sync_reads_the_configuration_again(
    ask: Any, service: ReposService, world: World
) -> None:
    service.start()
    await settled(service)
    world.items.append(entry("c"))
    status, told = await ask("POST", "repos", "sync")
    assert status == 202
    assert set(told) == set(ReposState.__struct_fields__)
    await settled(service)
    assert ("sync", "c") in world.engine.calls


async def test_adding_a_repository(ask: Any, service: ReposService, world: World) -> None:
    service.start()
    await settled(service)
    status, _ = await ask("POST", "repos", body={"url": "https://host/new.git", "branch": "dev"})
    assert status == 202
    assert [(n.url, n.branch, n.path) for n in world.added] == [
        ("https://host/new.git", "dev", None)
    ]


async def test_the_log(ask: Any, service: ReposService, world: World) -> None:
    world.engine.during = lambda entry, listener: listener.log(f"cloning {entry.path}")
    service.start()
    await settled(service)
    assert await ask("GET", "repos", "a-id", "log") == (200, {"id": "a-id", "text": "cloning a"})


async def test_packages(ask: Any, service: ReposService, world: World) -> None:
    world.missing = ("numpy",)
    service.start()
    await settled(service)
    status, told = await ask("POST", "repos", "a-id", "environment")
    assert (status, told["state"], told["missing"]) == (202, "installing", ["numpy"])
    await settled(service)
    assert (await ask("POST", "repos", "b-id", "environment"))[0] == 409


async def test_identity(ask: Any) -> None:
    assert await ask("GET", "identity") == (200, {"name": "", "email": ""})
    person = {"name": "Ana", "email": "ana@example.com"}
    assert await ask("PUT", "identity", body=person) == (200, person)
    assert await ask("GET", "identity") == (200, person)
    status, told = await ask("PUT", "identity", body={"name": "Ana"})
    assert (status, told["code"]) == (400, "http.wrong_body")
    assert "email" in told["message"]


@pytest.fixture
def events(jp_serverapp: Any) -> list[dict[str, Any]]:
    """What a browser would hear."""
    heard: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=CHANGED, listener=listen)
    return heard


async def test_events_end_with_the_last_revision_and_tell_nothing_else(
    ask: Any, service: ReposService, world: World, events: list[dict[str, Any]]
) -> None:
    world.engine.outcomes["a"] = Outcome(state="failed", message="private-looking text")
    service.start()
    await settled(service)
    last = service.state().revision
    for _ in range(100):
        if any(event["revision"] == last for event in events):
            break
        await asyncio.sleep(0.05)
    assert max(event["revision"] for event in events) == last
    assert {event["id"] for event in events} == {"", "a-id", "b-id"}
    assert {event["room"] for event in events} == {"repos"}
    assert {event["server"] for event in events} == {service.state().server}
    assert "private-looking text" not in json.dumps(events)


async def test_progress_is_announced_a_few_times_a_second_only(
    ask: Any, service: ReposService, world: World, events: list[dict[str, Any]]
) -> None:
    def during(_: Any, listener: Any) -> None:
        for i in range(2000):
            listener.progress(Progress(phase="receiving", percent=i // 20))

    world.items = [entry("a")]
    world.engine.during = during
    loop = asyncio.get_running_loop()
    began = loop.time()
    service.start()
    await settled(service)
    await asyncio.sleep(0.3)  # the last one is told at the end of its interval
    took = loop.time() - began
    told = [event for event in events if event["id"] == "a-id"]
    assert service.state().revision > 2000
    assert len(told) <= 2 + took / 0.125
    assert told[-1]["revision"] > 2000
