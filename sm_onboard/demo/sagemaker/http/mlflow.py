"""Managed MLflow: the endpoints of tracking servers and MLflow Apps before a real MLflow server.

A client (``mlflow`` with the ``sagemaker-mlflow`` plug-in) names the server by its ARN in a
header, and signs for another service by its kind:

=================  ===================================  ====================
kind               header                               signed for
=================  ===================================  ====================
tracking server    ``x-mlflow-sm-tracking-server-arn``  ``sagemaker-mlflow``
MLflow App         ``x-sm-mlflow-app-arn``              ``sagemaker``
=================  ===================================  ====================

Who calls is known when a request comes here. It is looked up, authorized, and passed on to the
MLflow server whose address was set for the ARN.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Caller
from sm_onboard.demo.sagemaker.errors import ServiceError, denied
from sm_onboard.demo.sagemaker.http import mlflow_actions
from sm_onboard.demo.sagemaker.http.mlflow_forward import (
    APP_HEADER,
    SERVER_HEADER,
    Refusal,
    Reply,
    forward,
)
from sm_onboard.demo.sagemaker.http.requests import scope
from sm_onboard.demo.sagemaker.http.wire import Environ

ASSUMPTIONS = (
    *mlflow_actions.ASSUMPTIONS,
    Assumption(
        "Managed MLflow",
        "refusals are JSON with error_code and message, as MLflow's own: PERMISSION_DENIED with "
        "403, RESOURCE_DOES_NOT_EXIST with 404",
    ),
    Assumption(
        "Managed MLflow",
        "a tracking server that is stopped, starting or being created refuses with INVALID_STATE "
        "and status 400, so that clients do not try again for minutes",
    ),
    Assumption(
        "Managed MLflow",
        "where no MLflow server's address was set: NOT_IMPLEMENTED with 501; where it does not "
        "answer: TEMPORARILY_UNAVAILABLE with 503, which MLflow's client retries",
    ),
    Assumption(
        "Managed MLflow",
        "a signature for another region than the ARN's is refused; the real endpoints are regional",
        "https://github.com/aws/sagemaker-mlflow",
    ),
    Assumption("Managed MLflow", "a server goes on to answer while it is updated or maintained"),
)

Lookup = Callable[[str], str | None]
"""The status of the server or app with an ARN; None: there is none."""

Authorize = Callable[[Caller, str, str], None]
"""Raises a ``ServiceError`` unless the caller may do the action on the resource."""

_ARN = re.compile(
    r"arn:aws(?:-[a-z]+)*:sagemaker:[a-z0-9-]+:\d{12}:mlflow-(?P<kind>tracking-server|app)/[\w-]+"
)
_KINDS = {SERVER_HEADER: "tracking-server", APP_HEADER: "app"}
_SIGNED_FOR = {SERVER_HEADER: "sagemaker-mlflow", APP_HEADER: "sagemaker"}
_USABLE = frozenset(
    {"Created", "Updating", "Updated", "UpdateFailed", "Started", "StopFailed", "DeleteFailed"}
    | {"MaintenanceInProgress", "MaintenanceComplete", "MaintenanceFailed"}
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class ManagedMlflow:
    """Answers for all tracking servers and apps. Thread-safe."""

    def __init__(self, lookup: Lookup, authorize: Authorize) -> None:
        self._lookup = lookup
        self._authorize = authorize
        self._lock = threading.Lock()
        self._addresses: dict[str, tuple[str, int]] = {}

    def set(self, arn: str, url: str | None) -> None:
        """Says which MLflow server is behind an ARN; None: none any more.

        Args:
            url: ``http://127.0.0.1:5000``; on this machine, without a path.

        Raises:
            ValueError: the ARN or the address is not of that kind; a sentence for people.
        """
        if _ARN.fullmatch(arn) is None:
            raise ValueError(f"{arn!r} is not the ARN of a tracking server or an MLflow App.")
        address = None if url is None else _address(url)
        with self._lock:
            if address is None:
                self._addresses.pop(arn, None)
            else:
                self._addresses[arn] = address

    def reset(self) -> None:
        with self._lock:
            self._addresses.clear()

    def handles(self, headers: Mapping[str, str]) -> bool:
        """Whether a request is one to managed MLflow.

        Args:
            headers: names in any case.
        """
        return any(name.lower() in _KINDS for name in headers)

    def signed_for(self, headers: Mapping[str, str]) -> str:
        """The service that a request to managed MLflow has to be signed for."""
        names = {name.lower() for name in headers}
        return _SIGNED_FOR[SERVER_HEADER if SERVER_HEADER in names else APP_HEADER]

    def __call__(self, environ: Environ, caller: Caller, *, deny: bool = False) -> Reply:
        """Answers a request whose signature was verified.

        Args:
            environ: of WSGI; ``RAW_URI`` is the path as it was sent.
            deny: refuse it as though no policy allowed it.
        """
        try:
            arn = _named(environ)
            target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
            method = str(environ["REQUEST_METHOD"])
            path = _path(target)
            if method not in _METHODS:
                raise Refusal(405, "BAD_REQUEST", f"{method} is not a method of MLflow's.")
            needed = mlflow_actions.APP
            if ":mlflow-app/" not in arn:
                needed = mlflow_actions.action(method, path) or ""
            if scope(environ)[0] != arn.split(":")[3]:
                raise Refusal(
                    403, "PERMISSION_DENIED", f"The signature is for another region than {arn}."
                )
            if deny:
                action = needed or "sagemaker-mlflow:*"  # /health needs no permission
                why = f"because no identity-based policy allows the {action} action"
                raise denied(caller.arn, action, arn, why)
            if needed:
                self._authorize(caller, needed, arn)
            self._check(arn)
            with self._lock:
                address = self._addresses.get(arn)
            if address is None:
                raise Refusal(
                    501,
                    "NOT_IMPLEMENTED",
                    f"No MLflow server is behind {arn}. Start one and set its address.",
                )
            return forward(address, method, target, environ)
        except Refusal as refusal:
            return refusal.reply()
        except ServiceError as error:
            return self.refused(error)

    def refused(self, error: ServiceError) -> Reply:
        """A refusal of ours, in the words of MLflow's REST API."""
        if error.code.startswith(("AccessDenied", "NotAuthorized")):
            return Refusal(403, "PERMISSION_DENIED", error.message).reply()
        if error.code == "ThrottlingException":
            return Refusal(429, "REQUEST_LIMIT_EXCEEDED", error.message).reply()
        if error.status >= 500:
            return Refusal(error.status, "TEMPORARILY_UNAVAILABLE", error.message).reply()
        # What is left is a signature that is missing, wrong or expired.
        return Refusal(403, "PERMISSION_DENIED", f"{error.code}: {error.message}").reply()

    def _check(self, arn: str) -> None:
        status = self._lookup(arn)
        if status is None:
            raise Refusal(404, "RESOURCE_DOES_NOT_EXIST", f"There is no {arn}.")
        if status not in _USABLE:
            raise Refusal(400, "INVALID_STATE", f"{arn} is not in use; its status is {status}.")


def _named(environ: Mapping[str, Any]) -> str:
    """The ARN that a request names."""
    found = {
        header: str(environ[key])
        for header in _KINDS
        if (key := "HTTP_" + header.upper().replace("-", "_")) in environ
    }
    if len(found) != 1:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "Name one tracking server or MLflow App.")
    ((header, arn),) = found.items()
    named = _ARN.fullmatch(arn)
    if named is None or named["kind"] != _KINDS[header]:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", f"{header} holds no such ARN.")
    return arn


def _path(target: str) -> str:
    """The decoded path. What two programs could read differently is refused."""
    path = unquote(target.partition("?")[0], errors="replace")
    parts = path.split("/")
    strange = "\\" in path or not path.isprintable() or not target.isascii()
    if parts[0] or ".." in parts or "." in parts or strange:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "The path is not one of MLflow's.")
    return path


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
        local = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        port, local = None, False
    extra = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme != "http" or not port or not local or extra:
        raise ValueError(f"{url!r} is not an address like http://127.0.0.1:5000.")
    return str(parts.hostname), port
