"""The extension in the server: what goes wrong in it stays in it."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from sm_onboard.app import SmOnboard


@pytest.fixture(params=["initialize_handlers", "initialize_settings", "rooms"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One step of loading, or of beginning to work, raises."""

    def fail(self: Any) -> None:
        raise RuntimeError("this room is broken")

    step: str = request.param
    monkeypatch.setattr(SmOnboard, step, property(fail) if step == "rooms" else fail)
    return step


async def test_an_exception_of_ours_leaves_the_server_alone(
    broken: str, capsys: pytest.CaptureFixture[str], jp_serverapp: Any, jp_fetch: Any
) -> None:
    assert (await jp_fetch("api", "status")).code == 200
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch("sm-onboard", "repos")
    if broken == "rooms":
        assert failed.value.code == 500
        assert b"this room" not in failed.value.response.body  # type: ignore[union-attr]
        return
    assert failed.value.code == 404
    said = [x for x in capsys.readouterr().err.splitlines() if "this room is broken" in x]
    assert len(said) == 1  # and no traceback, which would repeat it
    assert "sm_onboard | off" in said[0]


@pytest.fixture
def recovering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_RECOVERY_MODE", "1")


async def test_recovery_mode_registers_nothing(
    recovering: None, jp_serverapp: Any, jp_fetch: Any
) -> None:
    with pytest.raises(HTTPClientError) as missing:
        await jp_fetch("sm-onboard", "repos")
    assert missing.value.code == 404
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    assert extension._rooms is None
    await extension.stop_extension()


async def test_the_end_does_not_wait_for_what_hangs(jp_serverapp: Any) -> None:
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    release = os.pipe()
    future = extension.rooms.pool.submit(os.read, release[0], 1)
    began = time.monotonic()
    await extension.stop_extension()
    assert 2.5 < time.monotonic() - began < 10
    os.write(release[1], b"x")
    assert future.result(10) == b"x"


async def test_the_end_without_any_work_is_quick_and_may_come_twice(jp_serverapp: Any) -> None:
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    await extension.stop_extension()
    assert extension.rooms.repos.state().state == "starting", "nobody had begun"
    await extension.stop_extension()
    await extension.stop_extension()


async def test_a_request_while_the_server_stops(jp_serverapp: Any, jp_fetch: Any) -> None:
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    await extension.stop_extension()
    assert extension.rooms.close(10)
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("sm-onboard", "repos")
    assert refused.value.code == 503
    assert b"http.stopping" in refused.value.response.body  # type: ignore[union-attr]
