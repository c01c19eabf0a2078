"""The door of the server: what comes in, who may pass, and who answers.

In this order: is it safe to look at; control paths; presigned pages; what is called; an outage;
who calls; throttling; may they; the answer, ours or moto's.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from sm_onboard.demo.sagemaker.access import Credentials, Gate, Signed, required
from sm_onboard.demo.sagemaker.access.needs import Need
from sm_onboard.demo.sagemaker.access.refusals import refusal
from sm_onboard.demo.sagemaker.call import Call, Caller
from sm_onboard.demo.sagemaker.engine.emulator import SERVICES, Emulator
from sm_onboard.demo.sagemaker.errors import ServiceError, denied, not_implemented, throttled
from sm_onboard.demo.sagemaker.families import presigned
from sm_onboard.demo.sagemaker.http import answers
from sm_onboard.demo.sagemaker.http.answers import Reply
from sm_onboard.demo.sagemaker.http.borders import before_moto
from sm_onboard.demo.sagemaker.http.calls import Calls
from sm_onboard.demo.sagemaker.http.control import PREFIX, Controls
from sm_onboard.demo.sagemaker.http.faults import AFTER, AFTER_MLFLOW, BEFORE, MLFLOW, Faults
from sm_onboard.demo.sagemaker.http.mlflow import ManagedMlflow
from sm_onboard.demo.sagemaker.http.moto_services import MotoServices
from sm_onboard.demo.sagemaker.http.regions import check_region
from sm_onboard.demo.sagemaker.http.requests import (
    Request,
    identify,
    parameters,
    raw_body,
    scope,
    unknown_operation,
)
from sm_onboard.demo.sagemaker.http.wire import HEADERS, Environ, NoAnswer, StartResponse
from sm_onboard.demo.sagemaker.model import service as models

_READS_MOTO = ("iam", "codecommit")  # of the operations that moto lacks
_MISTAKE = "The local SageMaker made a mistake."
_log = logging.getLogger(__name__)

# What moto would answer to anybody: its dashboard, and a machine's metadata with credentials.
_CLOSED = ("/moto-api", "/latest/meta-data", "/latest/api", "/favicon.ico")


class Front:
    """A WSGI application.

    Args:
        own: the emulator's own credentials: their owner may do everything.
        stopping: set when the server ends, so that nothing waits longer.
    """

    def __init__(
        self,
        emulator: Emulator,
        gate: Gate,
        own: Credentials,
        controls: Controls,
        *,
        moto: MotoServices,
        mlflow: ManagedMlflow,
        faults: Faults,
        calls: Calls,
        stopping: threading.Event,
    ) -> None:
        self._emulator = emulator
        self._gate = gate
        self._own = own
        self._controls = controls
        self._moto = moto
        self._mlflow = mlflow
        self._faults = faults
        self._calls = calls
        self._stopping = stopping

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            reply = self._before_the_api(environ)
        except Exception:
            self._mistaken(environ["PATH_INFO"])
            reply = answers.text(500, _MISTAKE)
        if reply is None and self._mlflow.handles(_headers(environ)):
            return self._managed_mlflow(environ, start_response)
        if reply is None:
            reply = self._api(environ)
        start_response(reply.reason, reply.wsgi_headers)
        return [reply.body]

    def _before_the_api(self, environ: Environ) -> Reply | None:
        path: str = environ["PATH_INFO"]
        if not _is_addressed_to_us(environ):
            return answers.text(403, "This server is not called by that name.")
        is_page = path == presigned.PATH and environ["REQUEST_METHOD"] == "GET"
        if _comes_from_a_page(environ, followed_link=is_page):
            return answers.text(403, "Web pages may not call this server.")
        if path.startswith(PREFIX):
            return self._controls.reply(environ)
        if path.startswith(_CLOSED):
            return answers.text(404, "There is nothing here.")
        if is_page and "HTTP_AUTHORIZATION" not in environ:
            token = parse_qs(environ["QUERY_STRING"]).get("token", [""])[0]
            with self._emulator.alone() as world:
                return answers.page(*presigned.page(world, token))
        return None

    def _api(self, environ: Environ) -> Reply:
        """Answers a call of AWS's API, and counts it."""
        begun = time.perf_counter()
        request = Request("", "", "", "", "rest-json")
        status, code = 0, ""
        try:
            request = identify(environ)
            reply = self._answered(request, environ)
            status, code = reply.status, reply.code
        except ServiceError as error:
            reply = answers.error(request, error)
            status, code = reply.status, reply.code
        except NoAnswer:
            raise
        except Exception:
            self._mistaken(f"{request.service}:{request.operation}")
            reply = answers.error(request, ServiceError("InternalFailure", _MISTAKE, 500))
            status, code = reply.status, reply.code
        finally:
            seconds = time.perf_counter() - begun
            self._calls.add(request.service, request.operation, status, code, seconds)
        return reply

    def _managed_mlflow(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request to a tracking server or an MLflow App, and counts it."""
        begun = time.perf_counter()
        region, signing_name = scope(environ)
        operation = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        request = Request(MLFLOW, signing_name, operation, region, "rest-json")
        status, code = 0, ""
        try:
            self._trouble_before(request)
            caller = self._gate.authenticate(_signed(request, environ))
            if signing_name != self._mlflow.signed_for(_headers(environ)):
                raise refusal("signature", MLFLOW)
            struck = self._faults.strike(AFTER_MLFLOW, MLFLOW, operation)
            if "throttle" in struck:
                raise throttled()
            status, headers, body = self._mlflow(environ, caller, deny="denied" in struck)
        except ServiceError as error:
            status, headers, body = self._mlflow.refused(error)
            code = error.code
        except NoAnswer:
            raise
        except Exception:
            self._mistaken(operation)
            failure = ServiceError("InternalFailure", _MISTAKE, 500)
            status, headers, body = self._mlflow.refused(failure)
            code = failure.code
        finally:
            self._calls.add(MLFLOW, operation, status, code, time.perf_counter() - begun)
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return body

    def _mistaken(self, what: str) -> None:
        """Keeps the traceback of a mistake of ours; nobody else sees it."""
        told = traceback.format_exc()
        self._calls.failed(told)
        _log.error("%s failed\n%s", what, told)

    def _answered(self, request: Request, environ: Environ) -> Reply:
        self._trouble_before(request)
        caller = self._gate.authenticate(_signed(request, environ))
        struck = self._faults.strike(AFTER, request.service, request.operation)
        if "throttle" in struck:
            raise throttled()
        check_region(request.region, request.service)
        if not request.operation:
            raise unknown_operation()
        ours = request.service in SERVICES
        if ours and models.operation(request.service, request.operation) is None:
            raise unknown_operation()
        handled = self._emulator.handles(request.service, request.operation)
        if handled or caller.access_key != self._own.access_key:
            members = parameters(request, environ)
            self._authorize(request, caller, members)
        if "denied" in struck:
            action, resource, _ = self._needs(request, caller, parameters(request, environ))[0]
            why = f"because no identity-based policy allows the {action} action"
            raise denied(caller.arn, action, resource, why)
        if handled:
            if request.service in _READS_MOTO:
                self._moto.prepare(request.service)
            call = Call(
                request.service,
                request.operation,
                members,
                request.region,
                caller,
                base_url=f"http://127.0.0.1:{environ['SERVER_PORT']}",
                faults=frozenset(struck),
            )
            return answers.answer(request, self._emulator.call(call))
        if ours:
            raise not_implemented(request.operation)
        self._moto.prepare(request.service)
        with self._emulator.alone() as world:
            before_moto(world, request.service, caller.account, request.region)
        return self._moto.call(request, environ)

    def _trouble_before(self, request: Request) -> None:
        struck = self._faults.strike(BEFORE, request.service, request.operation)
        if "latency" in struck:
            self._stopping.wait(struck["latency"].seconds)
        if "timeout" in struck:
            self._stopping.wait(struck["timeout"].seconds)
            raise NoAnswer
        if "refuse" in struck:
            raise NoAnswer
        if "outage" in struck:
            raise ServiceError("ServiceUnavailable", "Service is unavailable.", 503)
        if "expired" in struck:
            raise refusal("expired", request.service)

    def _needs(self, request: Request, caller: Caller, members: dict[str, Any]) -> list[Need]:
        with self._emulator.alone() as world:
            return required(
                request.service,
                request.operation,
                members,
                request.region,
                caller.account,
                world,
            )

    def _authorize(self, request: Request, caller: Caller, members: dict[str, Any]) -> None:
        if caller.access_key == self._own.access_key:
            return
        for action, resource, context in self._needs(request, caller, members):
            self._gate.authorize(caller, action, (resource,), context)


def _signed(request: Request, environ: Environ) -> Signed:
    path, _, query = environ["RAW_URI"].partition("?")
    return Signed(
        environ["REQUEST_METHOD"],
        path,
        query,
        _headers(environ),
        raw_body(environ),
        request.service,
    )


def _headers(environ: Environ) -> dict[str, str]:
    """The headers as they were sent; several of one name are joined, as signatures join them."""
    found: dict[str, str] = {}
    for name, value in environ[HEADERS]:
        key = name.lower()
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def _is_addressed_to_us(environ: Environ) -> bool:
    """A page whose name was bound to 127.0.0.1 still says its own name here."""
    host, port = environ.get("HTTP_HOST", "").lower(), environ["SERVER_PORT"]
    ours = (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}")
    return host in ours


def _comes_from_a_page(environ: Environ, *, followed_link: bool) -> bool:
    """Whether a page in a browser makes this request; to follow a link is a person's doing."""
    if "HTTP_ORIGIN" in environ:
        return True
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    if followed_link and environ.get("HTTP_SEC_FETCH_MODE") == "navigate":
        return environ.get("HTTP_SEC_FETCH_DEST") != "document"
    return site not in ("none", "same-origin")
