"""Puts the room together: the service, with the stores that this server and person have."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sm_onboard.errors import OnboardError
from sm_onboard.pool import Pool
from sm_onboard.rooms import Rooms, state_home

from .models import Kind, Store
from .service import ExperimentsService
from .watched import Place

if TYPE_CHECKING:
    from .mirror.following import Follower
    from .stores.discover import Found

_SAGEMAKER = "SageMaker Experiments"
_SIGN_IN = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
_THREADS = 4  # a store may hang in each

LONGEST: Final = 16_000
"""Characters of a parameter or tag that are kept of a run: twice what MLflow itself takes."""


def make_service(rooms: Rooms) -> ExperimentsService:
    """The service of one server."""
    # Threads of its own: a store that hangs must not hold up requests and other rooms.
    pool = Pool(_THREADS, "sm_onboard-experiments")
    return ExperimentsService(
        lambda everything: list(places(rooms, everything)),
        pool=pool,
        server=rooms.server,
        notify=rooms.notify,
        kernel_place=lambda kernel: _place(rooms, rooms.tracking.of(kernel), recording=True),
        log=rooms.log,
    )


def places(rooms: Rooms, everything: bool) -> Iterator[Place]:
    """Where plain MLflow code records, and the stores that the domain had when it was last asked;
    with ``everything`` it is asked now."""
    tracking = rooms.tracking
    recording = tracking.recording
    yield _place(rooms, recording, name=tracking.name, recording=True)
    if recording != tracking.here:
        yield _place(rooms, tracking.here)
    region, domain = rooms.place.region, rooms.place.domain_id
    if not region or not domain:
        return
    from .mirror import places as remembered

    stores = remembered.read(_mirrors(rooms), domain, region)
    if everything:
        stores = _asked(rooms, domain, region, stores or ())
    for each in stores or ():
        if each.arn != recording:
            yield _place(rooms, each.arn, name=each.name, kind=each.kind)
    of_domain = f"sagemaker-experiments:{region}"
    if (everything or stores is not None) and not _is_of(recording, region):
        yield _place(rooms, of_domain)


def known_place(rooms: Rooms, tracking: str) -> Place | None:
    """The store with this address, among those that are known without asking anybody."""
    for place in places(rooms, False):
        if place.uri.rstrip("/") == tracking.rstrip("/") or (
            rooms.place.region
            and _is_of(place.uri, rooms.place.region)
            and _is_of(tracking, rooms.place.region)
        ):
            return place
    return None


def visit(rooms: Rooms, tracking: str) -> Place:
    """The store of a run that somebody was led to; ``here``: that of this space.

    It can be found from now on in this server, and is read for that run alone.
    """
    if tracking == "here":
        return _visited(rooms, _place(rooms, rooms.tracking.here))
    known = known_place(rooms, tracking)
    return _visited(rooms, known or _place(rooms, tracking, signed_in=False))


def _visited(rooms: Rooms, place: Place) -> Place:
    rooms.experiments.visit(place)
    return place


def _is_of(uri: str, region: str) -> bool:
    """Whether this is SageMaker Experiments of a region, which an address need not name."""
    from .trials.names import URI

    named = URI.fullmatch(uri)
    return named is not None and (named["region"] or region) == region


def _asked(rooms: Rooms, domain: str, region: str, last: tuple[Found, ...]) -> tuple[Found, ...]:
    """The stores that the domain has now; also those it had, where it does not tell all."""
    from .mirror import places as remembered
    from .stores.discover import discover

    try:
        found = discover(domain, region=region)
    except OnboardError:  # the doctor names the permission that is missing
        return last
    if found.troubles:
        return tuple({each.arn: each for each in (*last, *found.stores)}.values())
    remembered.write(_mirrors(rooms), domain, region, found.stores, rooms.log)
    return found.stores


def _mirrors(rooms: Rooms) -> Path:
    return state_home(rooms.environ, rooms.home) / "mirror"


def _place(
    rooms: Rooms,
    uri: str,
    *,
    name: str = "",
    kind: Kind | None = None,
    recording: bool = False,
    signed_in: bool = True,
) -> Place:
    """A store by its address.

    Args:
        signed_in: whether the person's name, password or token for MLflow is meant for it.
    """
    from .stores.opening import open_store

    id = hashlib.sha256(uri.encode()).hexdigest()[:8]
    kind = kind or _kind(uri)
    environ = rooms.environ
    if not signed_in:
        environ = {key: value for key, value in environ.items() if key not in _SIGN_IN}

    def open() -> Store:
        return open_store(
            uri,
            environ=environ,
            home=rooms.home,
            region=rooms.place.region or "",
            longest=LONGEST,
        )

    def follow() -> Follower:
        from .mirror.following import Follower
        from .mirror.kept import Kept

        kept = Kept(_mirrors(rooms), id, _shown(uri), rooms.log)
        return Follower(open, kept, latest=recording)

    return Place(
        id=id,
        kind=kind,
        name=name or _own_name(rooms, uri),
        uri=_shown(uri),
        open=open,
        recording=recording,
        note=rooms.tracking.why if recording else "",
        fresh=uri == rooms.tracking.here and not rooms.environ.get("MLFLOW_TRACKING_URI"),
        fingerprint=_of_file(uri),
        follow=None if kind in ("sqlite", "files") else follow,
    )


def _shown(uri: str) -> str:
    """Without a name and password that an address may carry."""
    split = urlsplit(uri) if uri.startswith(("http:", "https:")) else None
    if split is None or "@" not in split.netloc:
        return uri
    return split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()


def _own_name(rooms: Rooms, uri: str) -> str:
    if uri.startswith("arn:"):
        return uri.rpartition("/")[2]
    if _kind(uri) == "sagemaker":
        return _SAGEMAKER
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
