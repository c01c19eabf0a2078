"""The other AWS services: moto's. Imported when the first of them is called, not before."""

from __future__ import annotations

import contextlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from botocore.model import OperationNotFoundError

from sm_onboard.demo.sagemaker.access import Credentials
from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.errors import not_implemented
from sm_onboard.demo.sagemaker.http.answers import Reply
from sm_onboard.demo.sagemaker.http.requests import Request, credential, unknown_operation
from sm_onboard.demo.sagemaker.http.wire import Application, Environ

_CODE = re.compile(rb'(?:<Code>|"__type":\s*")([\w.#:/]+)')
_MISREAD = frozenset({"HTTP_X_MOTO_ACCOUNT_ID", "HTTP_ACTION"})
_ROLES_OF = {"sts": "iam"}  # who assumes a role needs it to be there
_HELD = threading.Lock()
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def settings() -> None:
    """Tells moto what it reads once, when it is imported."""
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "1"


class MotoServices:
    """What moto answers.

    moto's state is the process's: of several servers in one, the one that is called has it to
    itself, and begins anew when another one had it meanwhile.

    Args:
        own: the emulator's own credentials, which moto shall know as the user ``admin``.
        furnish: puts into a service what shall be there from the beginning; called once for
            each service, by botocore's name, before the first call of it.
    """

    _holder: MotoServices | None = None

    def __init__(self, own: Credentials, furnish: Callable[[str], None]) -> None:
        settings()  # also looking up a REST operation imports moto
        self._own = own
        self._furnish = furnish
        self._furnished: set[str] = set()
        self._lock = threading.Lock()
        self._application: Application | None = None
        self._settled = False

    def call(self, request: Request, environ: Environ) -> Reply:
        """Passes a request on.

        Raises:
            ServiceError: ``NotImplementedException``, where moto does not know the operation.
        """
        self.prepare(request.service)
        application = self._started()
        name = f"{request.service}:{request.operation}"
        prepared = _prepared(request, environ)
        if not _has_backend(application, prepared):
            raise not_implemented(name)
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            head.append((status, headers))

        try:
            body = _joined(application(prepared, start_response))
        except NotImplementedError as error:
            raise not_implemented(name) from error
        except OperationNotFoundError as error:
            raise unknown_operation() from error
        status = int(head[-1][0].split()[0])
        headers = dict(head[-1][1])
        said_by_flask = headers.get("Content-Type", "").startswith("text/html")
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED) and said_by_flask:
            raise not_implemented(name)
        return Reply(status, body, headers, _code(status, body))

    def prepare(self, service: str) -> None:
        """Makes sure that a service has what shall be there from the beginning."""
        self._started()
        for needed in dict.fromkeys((_ROLES_OF.get(service, service), service)):
            with self._lock:
                if needed not in self._furnished:
                    self._furnish(needed)
                    self._furnished.add(needed)

    def reset(self) -> None:
        """Forgets everything that moto's services were told."""
        with self._lock:
            self._furnished.clear()
            if self._settled:
                _empty()
                self._settled = False

    def _started(self) -> Application:
        with self._lock:
            if self._application is None:
                from moto.moto_server import werkzeug_app

                self._application = werkzeug_app.DomainDispatcherApplication(
                    werkzeug_app.create_backend_app
                )
            with _HELD:
                if not self._settled or MotoServices._holder is not self:
                    MotoServices._holder = self
                    self._furnished.clear()
                    self._settle()
                    self._settled = True
            return self._application

    def _settle(self) -> None:
        """Makes the emulator's own key one of IAM's, so that IAM and STS know who calls."""
        from moto.iam.models import iam_backends

        _empty()  # what another server of this process left
        # Else moto reads AWS's policies for each of AWS's partitions, half a second each.
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        iam = iam_backends[ACCOUNT]["aws"]
        del os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"]
        iam.create_user("us-east-1", "admin")
        key = iam.create_access_key("admin")
        del iam.access_keys[key.access_key_id]
        key.access_key_id = self._own.access_key
        key.secret_access_key = self._own.secret_key
        iam.access_keys[key.access_key_id] = key
        iam.attach_user_policy(_ADMINISTRATOR, "admin")


def _empty() -> None:
    """Forgets what moto was told."""
    from moto.iam.models import iam_backends
    from moto.moto_api._internal.models import moto_api_backend

    iam_backends.clear()  # a reset would read AWS's policies again
    moto_api_backend.reset()


def _has_backend(application: Any, environ: Environ) -> bool:
    """Whether moto has a module for the service that is called; without a host it is S3."""
    host = application.infer_service_region_host(environ, environ["PATH_INFO"])
    with contextlib.redirect_stdout(io.StringIO()):  # moto prints what it does not know
        return host is None or application.get_backend_for_host(host) is not None


def _prepared(request: Request, environ: Environ) -> Environ:
    """The request as moto understands it, so that it does what was authorized and nothing else.

    moto reads the region and the account from headers that anybody can send, takes a presigned
    request for one of S3's, and looks for ``Action=`` in any body, also in JSON, and among the
    headers: unless there is a query string.
    """
    prepared = {key: value for key, value in environ.items() if key not in _MISREAD}
    if "HTTP_AUTHORIZATION" in prepared or request.service != "s3":
        said = f"AWS4-HMAC-SHA256 Credential={credential(environ)}, "
        prepared["HTTP_AUTHORIZATION"] = said
    if "region/" in prepared.get("HTTP_USER_AGENT", ""):
        del prepared["HTTP_USER_AGENT"]
    if request.protocol == "json" or (
        request.protocol == "rest-json" and not prepared["QUERY_STRING"]
    ):
        prepared["QUERY_STRING"] = "no-form=1"
    if "json" in request.protocol and "form" in prepared.get("CONTENT_TYPE", ""):
        prepared["CONTENT_TYPE"] = "application/json"
    return prepared


def _code(status: int, body: bytes) -> str:
    """The error's code, for the log."""
    if status < 400:
        return ""
    found = _CODE.search(body[:4096])
    return found[1].decode(errors="replace") if found else str(status)


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
