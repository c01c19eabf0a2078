"""From a tracking URI to the store it names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.trials.names import URI as SAGEMAKER
from sm_onboard.rooms import state_home

if TYPE_CHECKING:
    from sm_onboard.experiments.models import Store

_ARN = re.compile(r"arn:[a-z-]+:sagemaker:[^:]+:\d*:mlflow-(tracking-server|app)/.+")
_SQLITE = re.compile(r"sqlite(?:\+pysqlite)?://(.*)", re.DOTALL)
_WAYS = (
    "Name a folder of MLflow's, sqlite:///PATH, the address or ARN of an MLflow server, "
    "or sagemaker-experiments:REGION."
)


def default_uri(environ: Mapping[str, str], home: Path) -> str:
    """Where runs go when nobody says so: MLFLOW_TRACKING_URI, else a file of our own."""
    return environ.get("MLFLOW_TRACKING_URI", "") or f"sqlite:///{own_file(environ, home)}"


def own_file(environ: Mapping[str, str], home: Path) -> Path:
    """The database that a machine without any MLflow server has."""
    return state_home(environ, home) / "mlflow.db"


def open_store(
    uri: str,
    *,
    environ: Mapping[str, str],
    home: Path,
    region: str = "",
    longest: int | None = None,
) -> Store:
    """The store behind a tracking URI; a local one is looked for at once, a remote one is not.

    Args:
        uri: what MLflow takes as a tracking URI, a path, or ``sagemaker-experiments[:region]``.
        region: of SageMaker Experiments, where the URI names none.
        longest: characters of a parameter or tag in lists of a database's runs; None: all.

    Raises:
        InvalidRequest: ``experiments.store_kind``.
        OnboardError: what the store's own module raises.
    """
    if _ARN.fullmatch(uri):
        from .managed import ManagedStore

        return ManagedStore(uri)
    if match := SAGEMAKER.fullmatch(uri):
        from .sagemaker import SagemakerStore

        return SagemakerStore(match["region"] or region)
    if match := _SQLITE.fullmatch(uri):
        from .sqlite import SqliteStore

        return SqliteStore(_database(match[1], home), uri, longest)
    scheme = uri.partition("://")[0].lower() if "://" in uri else ""
    if scheme in ("http", "https"):
        from .server import ServerStore

        return ServerStore(uri, environ=environ)
    if not uri or scheme not in ("", "file") or uri.startswith("arn:"):
        raise InvalidRequest("experiments.store_kind", _not_a_store(uri, scheme), _WAYS)
    return _local(uri, home, longest)


def _local(uri: str, home: Path, longest: int | None) -> Store:
    path = _path(_of_file_url(uri) if uri.lower().startswith("file:") else uri, home)
    if path.is_file():  # somebody named the database itself
        from .sqlite import SqliteStore

        return SqliteStore(path, uri, longest)
    from .files import FileStore

    return FileStore(path, uri)


def _database(rest: str, home: Path) -> Path:
    name = rest[1:].partition("?")[0]  # the slash after the empty host, and driver options
    if not rest.startswith("/") or not name or name == ":memory:":
        raise InvalidRequest(
            "experiments.store_kind",
            "That address names no file: a database in memory is gone with its process.",
            "Write sqlite:///PATH; an absolute path has four slashes.",
        )
    return _path(name, home)


def _path(text: str, home: Path) -> Path:
    if "\0" in text:
        raise InvalidRequest("experiments.store_kind", "A path cannot hold a null.", _WAYS)
    if text == "~" or text.startswith("~/"):
        return home / text[2:]
    return Path(os.path.abspath(text))


def _of_file_url(uri: str) -> str:
    split = urlsplit(uri)
    if split.netloc not in ("", "localhost"):
        raise InvalidRequest(
            "experiments.store_kind",
            f"A file: address names no machine, and this one names {split.hostname!r}.",
            "Write file:///PATH.",
        )
    return unquote(split.path)


def _not_a_store(uri: str, scheme: str) -> str:
    if uri.startswith("arn:"):
        return "That ARN is not of an MLflow server or MLflow App."
    if scheme in ("postgresql", "mysql", "mssql") or "+" in scheme:
        # the address may hold a password: it is not repeated
        return f"A {scheme} database is read through an MLflow server, not past it."
    if scheme:
        return f"Nothing is known of stores whose address begins with {scheme}://."
    return "No store is named."
