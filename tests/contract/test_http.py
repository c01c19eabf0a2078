"""The door: who may come in, and how every refusal looks."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from sm_onboard.contract import Route, routes

CHANGES = [r for r in routes() if r.method != "GET"]
NO_SUCH_ID = "no-such-repository-000000"


def address(route: Route) -> str:
    """A path that the route serves."""
    filled = route.path
    for name in route.parameters:
        kinds = route.types.get(name)
        value = kinds.__args__[0] if kinds else NO_SUCH_ID
        filled = filled.replace("{" + name + "}", value)
    return filled


def name(route: Route) -> str:
    return route.operation


@pytest.fixture
def ask(jp_serverapp: Any, jp_fetch: Any) -> Any:
    """``ask(method, path, ...)``: the response, whatever its status."""

    async def fetch(method: str, path: str, body: Any = None, **kwargs: Any) -> HTTPResponse:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        try:
            return await jp_fetch(
                "sm-onboard",
                *path.split("/"),
                method=method,
                body=data,
                allow_nonstandard_methods=True,
                **kwargs,
            )
        except HTTPClientError as error:
            if error.response is None:
                raise
            return error.response

    return fetch


def shape(response: HTTPResponse) -> dict[str, str]:
    """The error in the one shape that there is."""
    told = json.loads(response.body)
    assert set(told) == {"code", "message", "hint"}
    assert all(isinstance(value, str) for value in told.values())
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", told["code"])
    assert told["message"]
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert b"Traceback" not in response.body
    return told


@pytest.fixture
def sign_in(jp_serverapp: Any, http_server_client: Any, jp_base_url: str) -> Any:
    """``await sign_in()``: the cookies of a browser that has signed in."""
    return partial(_sign_in, jp_serverapp, http_server_client, jp_base_url)


async def _sign_in(jp_serverapp: Any, http_server_client: Any, jp_base_url: str) -> dict[str, str]:
    token = jp_serverapp.identity_provider.token
    seen: dict[str, str] = {}
    response = await http_server_client.fetch(f"{jp_base_url}login", raise_error=False)
    _keep(seen, response)
    response = await http_server_client.fetch(
        f"{jp_base_url}login",
        method="POST",
        body=f"password={token}&_xsrf={seen['_xsrf']}",
        headers={"Cookie": _header(seen)},
        follow_redirects=False,
        raise_error=False,
    )
    assert response.code == 302
    _keep(seen, response)
    return seen


def _keep(cookies: dict[str, str], response: HTTPResponse) -> None:
    for line in response.headers.get_list("Set-Cookie"):
        key, _, value = line.partition(";")[0].partition("=")
        cookies[key] = value


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in cookies.items())


@pytest.mark.parametrize("route", routes(), ids=name)
async def test_no_token_is_refused(ask: Any, route: Route) -> None:
    response = await ask(route.method, address(route), {}, headers={"Authorization": ""})
    assert response.code == 403
    assert shape(response)["code"] in ("http.not_signed_in", "http.xsrf")


@pytest.mark.parametrize("route", routes(), ids=name)
async def test_a_wrong_token_is_refused(ask: Any, route: Route) -> None:
    response = await ask(route.method, address(route), {}, headers={"Authorization": "token x"})
    assert response.code == 403
    shape(response)


@pytest.mark.parametrize("route", CHANGES, ids=name)
async def test_a_change_by_cookie_needs_the_xsrf_token(
    ask: Any, sign_in: Any, route: Route
) -> None:
    cookies = await sign_in()
    signed_in = {"Authorization": "", "Cookie": _header(cookies)}
    response = await ask(route.method, address(route), {}, headers=dict(signed_in))
    assert response.code == 403
    assert shape(response)["code"] == "http.xsrf"
    wrong = {**signed_in, "X-XSRFToken": "not-the-one"}
    response = await ask(route.method, address(route), {}, headers=wrong)
    assert response.code == 403
    assert shape(response)["code"] == "http.xsrf"
    right = {**signed_in, "X-XSRFToken": cookies["_xsrf"]}
    response = await ask(route.method, address(route), {}, headers=right)
    assert response.code != 403


async def test_reading_by_cookie_from_a_page_of_ours(ask: Any, sign_in: Any) -> None:
    cookies = await sign_in()
    response = await ask("GET", "repos", headers={"Authorization": "", "Cookie": _header(cookies)})
    assert response.code == 200


async def test_a_foreign_origin_is_refused(ask: Any, sign_in: Any) -> None:
    cookies = await sign_in()
    headers = {
        "Authorization": "",
        "Cookie": _header(cookies),
        "X-XSRFToken": cookies["_xsrf"],
        "Origin": "https://elsewhere.example",
    }
    for method in ("GET", "POST"):
        response = await ask(method, "repos", {} if method == "POST" else None, headers=headers)
        assert response.code == 404
        shape(response)


class Deny:
    """Allows nobody anything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return False


async def test_the_authorizer_is_asked_with_the_right_action(ask: Any, jp_serverapp: Any) -> None:
    deny = jp_serverapp.web_app.settings["authorizer"] = Deny()
    for _ in range(2):  # the decorator must not remember the first request's action
        for route in routes():
            response = await ask(route.method, address(route), {})
            assert response.code == 403
            assert shape(response)["code"] == "http.not_allowed"
            action = "read" if route.method == "GET" else "write"
            assert deny.asked.pop() == (action, "sm_onboard")


@pytest.mark.parametrize("path", ["nothing", "repos/a/b/c", "repos/x/not_a_thing"])
async def test_an_unknown_address(ask: Any, path: str) -> None:
    response = await ask("POST", path, {})
    assert response.code == 404
    assert shape(response)["code"] == "http.not_found"


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT"])
async def test_a_wrong_method(ask: Any, method: str) -> None:
    response = await ask(method, "repos", {})
    assert response.code == 405
    assert shape(response)["code"] == "http.method_not_allowed"
    assert response.headers["Allow"] == "GET, OPTIONS, POST"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff", ""),
        ({}, "url"),
        ({"url": 7}, "$.url"),
        ({"url": "https://h/r.git", "branche": "main"}, "branche"),
        ([], ""),
    ],
)
async def test_a_wrong_body_names_the_field(ask: Any, body: Any, field: str) -> None:
    response = await ask("POST", "repos", body)
    assert response.code == 400
    told = shape(response)
    assert told["code"] == "http.wrong_body"
    assert field in told["message"]


async def test_our_own_errors_keep_their_code_and_status(ask: Any) -> None:
    response = await ask("GET", f"repos/{NO_SUCH_ID}/log")
    assert response.code == 404
    assert shape(response)["code"] == "repos.unknown"


async def test_a_bug_is_told_to_the_log_only(
    ask: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))

    def fail() -> None:
        raise RuntimeError("hunter2 is the password")

    monkeypatch.setattr(extension.rooms.repos, "state", fail)
    response = await ask("GET", "repos", params={"word": "secret-in-query"})
    assert response.code == 500
    assert shape(response)["code"] == "internal"
    assert b"hunter2" not in response.body
    ours = [r for r in caplog.records if "sm_onboard |" in r.getMessage()]
    assert any(r.exc_info and "hunter2" in str(r.exc_info[1]) for r in ours)
    assert not any("secret-in-query" in r.getMessage() for r in ours)


async def test_head_answers_like_get_without_a_body(ask: Any) -> None:
    response = await ask("HEAD", "repos")
    assert response.code == 200
    assert response.body == b""
    assert int(response.headers["Content-Length"]) > 0
    assert (await ask("HEAD", "nothing")).code == 404


async def test_options_tells_a_stranger_nothing(ask: Any) -> None:
    response = await ask("OPTIONS", "repos", headers={"Authorization": ""})
    assert response.code in (200, 204)
    assert response.body == b""
