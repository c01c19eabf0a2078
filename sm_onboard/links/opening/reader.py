"""Whoever opens a link here: their machine, what may be asked, and how JupyterLab sees files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sm_onboard.clones.here import Here
from sm_onboard.errors import OnboardError
from sm_onboard.repos.contents import contents_base, join
from sm_onboard.rooms import Rooms, state_home
from sm_onboard.studio import Place

from ..allowed import Allowed
from .cache import Cache

if TYPE_CHECKING:
    from sm_onboard.experiments.models import Store as RunStore

    from ..stores import Store

_PLAN = 20.0  # seconds that the team's files are waited for


class Installed(NamedTuple):
    """What a Python here has.

    Attributes:
        packages: by the name that pip compares. python: its version.
        is_kernel: it is that of the kernel that was asked for.
    """

    packages: Mapping[str, str]
    python: str
    is_kernel: bool


@dataclass(frozen=True)
class Reader:
    """What opening a link needs to know of whoever opens it.

    Attributes:
        here: the machine, with the given attributes of ``clones.here.Here``.
        allowed: reads what may be asked at this moment; may block for the team's file.
        open_store: the team's store with an alias.
        find_run: the page's id of the place where runs are, its name, and its store.
        root_dir: what JupyterLab shows; None on the command line.
        packages: of the kernel with a name, or of JupyterLab's own Python.
        now: ms since the epoch.
    """

    here: Callable[..., Here]
    place: Place
    root_dir: Path | None
    cache: Cache
    allowed: Callable[[], Allowed]
    open_store: Callable[[str], Store]
    find_run: Callable[[str], tuple[str, str, RunStore]]
    packages: Callable[[str], Installed]
    now: Callable[[], int] = lambda: int(time.time() * 1000)

    def contents(self, file: Path) -> str:
        """How JupyterLab calls a file; empty where it cannot show it, or there is none."""
        base = contents_base(file.parent, self.root_dir) if self.root_dir else None
        return "" if base is None else join(base, file.name)

    def shown(self, path: Path) -> str:
        """A path for people: ``~/churn``."""
        try:
            below = path.relative_to(self.place.home)
        except ValueError:
            return str(path)
        return f"~/{below}" if below.parts else "~"


def reader(rooms: Rooms) -> Reader:
    """Whoever uses this server or command line."""

    def here(**more: Any) -> Here:
        from sm_onboard.repos.assembly import credentials, root

        return Here(
            root=root(rooms),
            credentials=credentials(rooms),
            secret=lambda url: _secret(rooms, url),
            redirects=False,  # they are resolved here, and only to where one may go
            **more,
        )

    def allowed() -> Allowed:
        from ..assembly import team_links

        return Allowed(
            team_links(rooms),
            entries=lambda: [entry.url for entry in rooms.repos.entries(_PLAN)],
            clones=lambda: _of_clones(here),
            read_already=lambda uri: _read_already(rooms, uri),
            here=rooms.place,
        )

    def open_store(alias: str) -> Store:
        from ..assembly import open_team_store

        return open_team_store(rooms, alias)

    def find_run(tracking: str) -> tuple[str, str, RunStore]:
        from sm_onboard.experiments.assembly import visit

        place = visit(rooms, tracking)
        return place.id, place.name, place.open()

    def packages(kernel: str) -> Installed:
        from sm_onboard.clones.checks import requirements

        from ..kernels import listing, own

        with listing(rooms.kernel_spec(kernel)) as answer:
            found = answer()
        listed = found or own()
        return Installed(requirements(listed.text), listed.python, found is not None)

    return Reader(
        here=here,
        place=rooms.place,
        root_dir=rooms.root_dir,
        cache=Cache(state_home(rooms.environ, rooms.home) / "links" / "cache"),
        allowed=allowed,
        open_store=open_store,
        find_run=find_run,
        packages=packages,
    )


def _secret(rooms: Rooms, url: str) -> str:
    """The secret that the plan names for this very repository."""
    from sm_onboard.git.addresses import same_repository

    for entry in rooms.repos.entries(_PLAN):
        if entry.secret and url.startswith("https:") and same_repository(url, entry.url):
            return str(entry.secret)
    return ""


def _of_clones(here: Callable[..., Here]) -> list[str]:
    from sm_onboard.clones.finding import MADE_HERE, clones

    try:
        machine = here()
    except OnboardError:  # where the repositories are cannot be told: then none is known
        return []
    return [
        url
        for clone in clones(machine.git(), machine.root)
        # What was made from somebody's word names the addresses that they wrote into it.
        if clone.folder.parent.name not in MADE_HERE or clone.folder.parent == machine.root
        for url in clone.urls
    ]


def _read_already(rooms: Rooms, uri: str) -> bool:
    from sm_onboard.experiments.assembly import known_place

    said = rooms.repos.experiments(_PLAN)
    if said and said.tracking.rstrip("/") == uri.rstrip("/"):
        return True
    try:
        return known_place(rooms, uri) is not None
    except OnboardError:
        return False
