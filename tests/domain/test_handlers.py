"""The room over HTTP: from a request to the local SageMaker and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from sm_onboard.contract import routes
from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain.handlers import ROUTES
from sm_onboard.events import CHANGED

from .conftest import _metadata, domain_id
from .test_idle import knows


@pytest.fixture
def control(
    organization: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Control]:
    """This server is in the space alice-lab of the sample organization."""
    for name, value in organization.environment().items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "metadata.json"
    file.write_text(json.dumps(_metadata(domain_id(organization), "alice-lab", "JupyterLab")))
    control = Control(organization.url, organization.control_token)
    control.clear_log()
    with strict.everywhere() as seen:
        yield control
    seen.check()


@pytest.fixture
def sm_config(control: Control, tmp_path: Path) -> dict[str, Any]:
    return {
        "metadata_file": str(tmp_path / "metadata.json"),
        "sagemaker_repositories": False,  # the other room asks SageMaker too
    }


@pytest.fixture
def ask(control: Control, jp_serverapp: Any, jp_fetch: Any) -> Any:
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


async def read(ask: Any, *parts: str) -> dict[str, Any]:
    """Looks until all parts are there."""
    status, _ = await ask("POST", "domain", "look", body={"view": "w1", "parts": list(parts)})
    assert status == 202
    for _ in range(200):
        _, state = await ask("GET", "domain")
        by_name = {part["name"]: part["state"] for part in state["parts"]}
        if all(by_name[name] not in ("idle", "loading") for name in parts):
            return dict(state)
        await asyncio.sleep(0.05)
    raise AssertionError(by_name)


async def test_nothing_is_asked_before_somebody_looks(ask: Any, control: Control) -> None:
    for path in ("", "settings", "profiles", "spaces", "apps", "launch", "doctor"):
        status, answer = await ask("GET", *filter(None, ("domain", path)))
        assert status == 200, answer
    assert control.log()["counts"] == {}


async def test_the_tabs(ask: Any) -> None:
    state = await read(ask, "settings", "profiles", "spaces", "apps", "others")
    assert state["here"]["person"] == "alice"
    assert state["here"]["domain_name"] == "acme-ml"
    _, settings = await ask("GET", "domain", "settings")
    assert settings["domain"]["auth"] == "IAM"
    _, profiles = await ask("GET", "domain", "profiles")
    assert [row["name"] for row in profiles["rows"] if row["me"]] == ["alice"]
    _, spaces = await ask("GET", "domain", "spaces")
    assert [row["name"] for row in spaces["rows"] if row["this_one"]] == ["alice-lab"]
    _, apps = await ask("GET", "domain", "apps")
    assert {row["kind"] for row in apps["rows"]} >= {"app", "notebook_instance", "endpoint"}
    assert apps["cost"]["per_hour"] > 0


async def test_stopping(ask: Any, sample: Server) -> None:
    await read(ask, "apps")
    _, apps = await ask("GET", "domain", "apps")
    row = next(row for row in apps["rows"] if row["name"] == "tuning-gpu")
    status, answer = await ask("POST", "domain", "stop", body={"ids": [row["id"]]})
    assert (status, answer["results"]) == (
        200,
        [{"id": row["id"], "stopped": True, "problem": None}],
    )


@knows
async def test_idle(ask: Any, sample: Server) -> None:
    await read(ask, "here", "settings")
    status, refused = await ask("PUT", "domain", "idle", body={"minutes": 5})
    assert (status, refused["code"]) == (400, "domain.idle_range")
    status, here = await ask("PUT", "domain", "idle", body={"minutes": 90})
    assert (status, here["idle"]["minutes"], here["idle"]["source"]) == (200, 90, "space")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("look", {"parts": []}),
        ("look", {"view": "w", "parts": ["everything"]}),
        ("look", {"view": "w", "parts": [], "who": 1}),
        ("stop", {"ids": "all"}),
        ("stop", {"ids": [], "everybody": True}),
    ],
)
async def test_a_wrong_body_is_refused(ask: Any, path: str, body: Any, control: Control) -> None:
    status, refused = await ask("POST", "domain", path, body=body)
    assert (status, refused["code"]) == (400, "http.wrong_body")
    assert control.log()["counts"] == {}


async def test_an_unknown_target_is_not_found(ask: Any) -> None:
    status, _ = await ask("POST", "domain", "launch", "Calculator", "-", body={})
    assert status == 404


async def test_windows_are_told_of_changes(ask: Any, jp_serverapp: Any) -> None:
    told: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data["room"] == "domain":
            told.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=CHANGED, listener=listen)
    state = await read(ask, "profiles")
    for _ in range(50):
        if told and told[-1]["revision"] >= state["revision"]:
            break
        await asyncio.sleep(0.05)
    assert {event["id"] for event in told} == {""}
    assert told[-1]["server"] == state["server"]
    assert "alice" not in json.dumps(told)


def test_what_makes_a_credential_or_calls_aws_is_no_get() -> None:
    gets = {route.path for route in ROUTES if route.method == "GET"}
    assert gets == {
        "domain", "domain/settings", "domain/profiles", "domain/spaces", "domain/apps",
        "domain/launch", "domain/doctor",
    }  # fmt: skip
    assert all(route in routes() for route in ROUTES)
