"""The one tornado handler: signs in, finds the route, answers JSON.

The route table and the rooms are imported at the first request, not when the server
starts.
"""

from __future__ import annotations

import asyncio
import json
from http.client import responses
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from sm_onboard.errors import Forbidden, InvalidRequest, NotFound, OnboardError

if TYPE_CHECKING:
    from sm_onboard.app import SmOnboard
    from sm_onboard.rooms import Rooms


class WrongMethod(OnboardError):
    """There is such an address, but not for this method."""

    status = 405

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(
            "http.method_not_allowed",
            f"{method} is not possible at this address.",
            f"Possible: {allowed}.",
        )
        self.allowed = allowed


class Stopping(OnboardError):
    """The server ends and takes nothing new."""

    status = 503

    def __init__(self) -> None:
        super().__init__("http.stopping", "The server is stopping.", "Reload when it is back.")


def answer(rooms: Rooms, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """Serves one request; runs in a worker thread, so that routes may block.

    Returns:
        The status, and the answer as JSON.

    Raises:
        OnboardError: what the route raises; ``http.not_found``; ``http.wrong_body``,
            which names the field; WrongMethod.
    """
    import msgspec

    from sm_onboard.contract import find

    found = find(path)
    if not found:
        raise NotFound("http.not_found", "sm_onboard has nothing at this address.")
    if method not in found:
        raise WrongMethod(method, ", ".join(sorted({*found, "OPTIONS"})))
    route, arguments = found[method]
    given: dict[str, Any] = dict(arguments)
    if route.body:
        try:
            given["body"] = msgspec.json.decode(body, type=route.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidRequest(
                "http.wrong_body",
                f"The request's body is not what {route.operation} takes: {error}.",
                "The page may be older than the server. Reload it.",
            ) from None
    result = route.function(rooms, **given)
    return route.status, b"" if route.answer is None else msgspec.json.encode(result)


class Dispatcher(APIHandler):
    """Serves everything below ``<base_url>sm-onboard/``.

    Each method is decorated on its own: ``authorized`` remembers the action of the
    first request that it sees.
    """

    auth_resource = "sm_onboard"

    def initialize(self, extension: SmOnboard) -> None:
        self.extension = extension

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        await self._dispatch("GET", path)

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:
        await self._dispatch("GET", path)  # tornado sends the headers only

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        await self._dispatch("POST", path)

    @web.authenticated
    @authorized
    async def put(self, path: str) -> None:
        await self._dispatch("PUT", path)

    @web.authenticated
    @authorized
    async def patch(self, path: str) -> None:
        await self._dispatch("PATCH", path)

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        await self._dispatch("DELETE", path)

    async def _dispatch(self, method: str, path: str) -> None:
        rooms = self.extension.rooms
        try:
            future = rooms.pool.submit(answer, rooms, method, path, self.request.body)
        except RuntimeError:
            raise Stopping from None
        status, body = await asyncio.wrap_future(future)
        self.set_status(status)
        self.finish(body)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def check_xsrf_cookie(self) -> None:
        try:
            super().check_xsrf_cookie()
        except web.HTTPError as error:
            if error.status_code != 403:
                raise
            raise Forbidden(
                "http.xsrf",
                "The request does not carry this server's XSRF token.",
                "Reload the page.",
            ) from None

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:  # noqa: ARG002
        """One line for what is expected, a traceback for what is not; never the query."""
        what = f"{self.request.method} {self.request.path}"
        if isinstance(value, OnboardError):
            self.log.info("sm_onboard | %s: %s: %s", what, value.code, value)
        elif isinstance(value, web.HTTPError):
            self.log.info("sm_onboard | %s: %s", what, value.status_code)
        else:
            self.log.error("sm_onboard | %s failed", what, exc_info=value)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every failure in one shape."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, OnboardError):
            status_code = error.status
        else:
            error = self._say(status_code)
        self.set_status(status_code)
        if isinstance(error, WrongMethod):
            self.set_header("Allow", error.allowed)
        shape = {"code": error.code, "message": str(error), "hint": error.hint}
        self.finish(json.dumps(shape))

    def _say(self, status: int) -> OnboardError:
        """What a status that came without an OnboardError means here."""
        if status == 403 and not self.current_user:
            return OnboardError(
                "http.not_signed_in", "You are not signed in to this server.", "Sign in again."
            )
        if status == 403:
            return OnboardError(
                "http.not_allowed",
                "This server does not allow you to do that with sm_onboard.",
                "Ask the person who runs the server.",
            )
        if status == 404:
            return OnboardError("http.not_found", "sm_onboard has nothing at this address.")
        if status < 500:
            name = responses.get(status, "Bad Request")
            code = "http." + name.lower().replace(" ", "_").replace("-", "_")
            return OnboardError(code, f"The request was refused: {name}.")
        return OnboardError(
            "internal",
            "Something in sm_onboard failed. What it was is in the server's log.",
            "Try again; if it stays, send the log to the person who runs the server.",
        )
