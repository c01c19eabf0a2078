"""MLflow servers that a team runs itself."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest

from .artifacts import Artifacts
from .rest import MlflowStore
from .wire import Wire


class ServerStore(MlflowStore):
    """A server by its address.

    Args:
        uri: ``https://[user:password@]host[:port][/path]``.
        environ: MLflow's own variables are honoured: MLFLOW_TRACKING_USERNAME and _PASSWORD,
            _TOKEN, _SERVER_CERT_PATH and _INSECURE_TLS.
        clients: for artifacts in S3.

    Raises:
        InvalidRequest: ``experiments.store_kind`` for what is no such address,
            ``experiments.store_token`` and ``experiments.store_certificates`` for variables that
            cannot be used.
    """

    def __init__(
        self, uri: str, *, environ: Mapping[str, str], clients: aws.Aws | None = None
    ) -> None:
        address = _address(uri)
        identity = _identity(address, environ)
        shown = f"{address.scheme}://{_host(address)}{address.path.rstrip('/')}"

        def authorize(request: Any) -> None:
            if identity.header:
                request.headers["Authorization"] = identity.header

        wire = Wire(shown, shown, authorize, verify=_verify(environ), secrets=identity.secrets)
        super().__init__("server", shown, wire, Artifacts(clients))


class _Identity(NamedTuple):
    header: str = ""
    secrets: tuple[str, ...] = ()


def _identity(address: SplitResult, environ: Mapping[str, str]) -> _Identity:
    """Who asks: as the address says, else by name and password, else by token, as in MLflow."""
    user, password = unquote(address.username or ""), unquote(address.password or "")
    if not user:
        user = environ.get("MLFLOW_TRACKING_USERNAME", "")
        password = environ.get("MLFLOW_TRACKING_PASSWORD", "")
        if not (user and password):
            token = environ.get("MLFLOW_TRACKING_TOKEN", "").strip()
            return _Identity(f"Bearer {_plain(token)}", (token,)) if token else _Identity()
    pair = b64encode(f"{user}:{password}".encode()).decode()
    # as it was given, too: a server may tell it back in either form
    return _Identity(f"Basic {pair}", (password, address.password or "", pair))


def _plain(token: str) -> str:
    """A token that fits in a header."""
    if not (token.isascii() and token.isprintable()):
        raise InvalidRequest(
            "experiments.store_token",
            "MLFLOW_TRACKING_TOKEN is not one line of plain characters.",
            "Set it again, without line breaks.",
        )
    return token


def _verify(environ: Mapping[str, str]) -> bool | str:
    if environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1"):
        return False
    for name in ("MLFLOW_TRACKING_SERVER_CERT_PATH", "REQUESTS_CA_BUNDLE"):
        if path := environ.get(name, ""):
            if not os.path.isfile(path):
                raise InvalidRequest(
                    "experiments.store_certificates",
                    f"{name} names no file: {path}.",
                    "Set it to a file of certificates, or unset it.",
                )
            return path
    return True


def _address(uri: str) -> SplitResult:
    try:
        address = urlsplit(uri)
        usable = address.scheme in ("http", "https") and bool(address.hostname)
        usable = usable and address.port != 0 and uri.isascii() and uri.isprintable()
    except ValueError:  # of the port, or of brackets
        usable = False
    if not usable or " " in uri or "\\" in uri:
        # not repeated: it may hold a password
        raise InvalidRequest(
            "experiments.store_kind",
            "That is not the address of an MLflow server.",
            "Write https://HOST or http://HOST:PORT, as MLFLOW_TRACKING_URI would have it.",
        )
    return address


def _host(address: SplitResult) -> str:
    return address.netloc.rpartition("@")[2]
