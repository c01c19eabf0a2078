"""Puts the room together: the service, with the stores that this server and person have."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sm_onboard.errors import OnboardError
from sm_onboard.pool import Pool
from sm_onboard.rooms import Rooms

from .models import Kind, Store
from .service import ExperimentsService
from .watching import Place

if TYPE_CHECKING:
    from .stores.discover import Found

_THREADS = 4  # a store may hang in each


def make_service(rooms: Rooms) -> ExperimentsService:
    """The service of one server."""
    # Threads of its own: a store that hangs must not hold up requests and other rooms.
    pool = Pool(_THREADS, "sm_onboard-experiments")
    return ExperimentsService(
        lambda everything: list(places(rooms, everything)),
        pool=pool,
        server=rooms.server,
        notify=rooms.notify,
        log=rooms.log,
    )


def places(rooms: Rooms, everything: bool) -> Iterator[Place]:
    """Where plain MLflow code records; with ``everything`` the domain's stores, too."""
    from .stores.opening import default_uri

    recording = default_uri(rooms.environ, rooms.home)
    yield _place(rooms, recording, recording=True)
    region = rooms.place.region
    if not everything or not region or not rooms.place.domain_id:
        return
    from .stores.discover import discover

    found: tuple[Found, ...] = ()
    with contextlib.suppress(OnboardError):  # the doctor names the permission that is missing
        found = discover(rooms.place.domain_id, region=region).stores
    for each in found:
        if each.arn != recording:
            yield _place(rooms, each.arn, name=each.name, kind=each.kind)
    yield _place(rooms, f"sagemaker-experiments:{region}", name="SageMaker Experiments")


def _place(
    rooms: Rooms, uri: str, *, name: str = "", kind: Kind | None = None, recording: bool = False
) -> Place:
    from .stores.opening import open_store

    def open() -> Store:
        return open_store(
            uri, environ=rooms.environ, home=rooms.home, region=rooms.place.region or ""
        )

    return Place(
        id=hashlib.sha256(uri.encode()).hexdigest()[:8],
        kind=kind or _kind(uri),
        name=name or _own_name(rooms, uri),
        uri=_shown(uri),
        open=open,
        recording=recording,
        fresh=recording and not rooms.environ.get("MLFLOW_TRACKING_URI"),
        fingerprint=_of_file(uri),
    )


def _shown(uri: str) -> str:
    """Without a name and password that an address may carry."""
    split = urlsplit(uri) if uri.startswith(("http:", "https:")) else None
    if split is None or "@" not in split.netloc:
        return uri
    return split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()


def _own_name(rooms: Rooms, uri: str) -> str:
    if _kind(uri) not in ("sqlite", "files"):
        return urlsplit(uri).hostname or uri
    return "This space" if rooms.place.space else "This machine"


def _kind(uri: str) -> Kind:
    if uri.startswith("sqlite:"):
        return "sqlite"
    if uri.startswith(("http:", "https:")):
        return "server"
    if uri.startswith("sagemaker-experiments"):
        return "sagemaker"
    if uri.startswith("arn:"):
        return "app" if ":mlflow-app/" in uri else "tracking_server"
    return "files"


def _of_file(uri: str) -> Callable[[], object] | None:
    """Times and sizes of a database and of what SQLite has not moved into it yet."""
    if not uri.startswith("sqlite:///"):
        return None
    path = uri.removeprefix("sqlite:///")

    def look() -> object:
        found: list[tuple[int, int, int] | None] = []
        for name in (path, f"{path}-wal"):
            try:
                status = os.stat(Path(name))
            except OSError:
                found.append(None)
            else:
                found.append((status.st_ino, status.st_size, status.st_mtime_ns))
        return tuple(found)

    return look
