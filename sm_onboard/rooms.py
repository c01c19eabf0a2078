"""The rooms of one server, each made when somebody first enters it.

This is where a room's service meets the real world: configuration, git, AWS, the file
system. The server and the command line make the same rooms.
"""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_onboard.pool import Pool

if TYPE_CHECKING:
    from sm_onboard.domain.activity import Reporter, Used
    from sm_onboard.domain.service import DomainService
    from sm_onboard.experiments.service import ExperimentsService
    from sm_onboard.experiments.tracking import Tracking
    from sm_onboard.links.service import LinksService
    from sm_onboard.repos.service import ReposService
    from sm_onboard.studio import Place


@dataclass(frozen=True)
class Settings:
    """What the administrator set; see the traits in ``app.py``.

    Attributes:
        wrong: a sentence when the traits themselves could not be read.
    """

    team_file: str = ""
    root: str = "home"
    repositories: Any = field(default_factory=list)
    onboard_file: str = ""
    sagemaker_repositories: bool = True
    update_on_start: bool = True
    parallel: int = 8
    git_timeout: int = 3600
    metadata_file: str = ""
    report_activity: bool = True
    wrong: str = ""


class Rooms:
    """All rooms' services, and the threads they share.

    Args:
        settings: what the administrator set.
        environ: the environment of the process, as it was when it started.
        notify: called with (room, id, revision) after every change, from any thread.
        root_dir: what the server's file browser shows; None on the command line.
        used: when this server was last used, and who says so; blocks.
        stores: of links, by alias: what the command line names beside the team's file.
        kernel_specs: the server's manager of kernelspecs; on the command line one is made.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        notify: Callable[[str, str, int], None] = lambda *_: None,
        root_dir: Path | None = None,
        used: Callable[[], Used] = lambda: (None, ""),
        stores: Mapping[str, str] | None = None,
        kernel_specs: Callable[[], Any] | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        self.server = uuid.uuid4().hex[:12]  # names this run of the server
        self.settings = settings
        self.environ = dict(environ)
        self.notify = notify
        self.root_dir = root_dir
        self.used = used
        self.stores = dict(stores or {})
        self._kernel_specs = kernel_specs
        self.log = log or logging.getLogger("sm_onboard")
        # Requests and configuration must not wait for a pool full of clones.
        self.pool = Pool(max(1, settings.parallel) + 4)
        self._lock = threading.RLock()
        self._closing = False
        self._reporter: Reporter | None = None

    @cached_property
    def place(self) -> Place:
        """Where this server runs."""
        from sm_onboard import studio

        metadata = self.settings.metadata_file
        return studio.look(self.environ, Path(metadata) if metadata else studio.METADATA)

    def kernel_spec(self, name: str) -> Any:
        """The kernelspec with a name; None where there is none here."""
        from sm_onboard.pythons import find_spec

        if self._kernel_specs:
            return find_spec(self._kernel_specs(), name)
        from jupyter_client.kernelspec import KernelSpecManager

        return find_spec(KernelSpecManager(), name)

    @property
    def repos(self) -> ReposService:
        with self._lock:
            return self._repos

    @cached_property
    def _repos(self) -> ReposService:
        from sm_onboard.repos.assembly import make_service

        return make_service(self)

    @property
    def domain(self) -> DomainService:
        with self._lock:
            return self._domain

    @cached_property
    def _domain(self) -> DomainService:
        from sm_onboard.domain.assembly import make_service

        return make_service(self)

    @property
    def experiments(self) -> ExperimentsService:
        with self._lock:
            return self._experiments

    @cached_property
    def _experiments(self) -> ExperimentsService:
        from sm_onboard.experiments.assembly import make_service

        return make_service(self)

    @property
    def links(self) -> LinksService:
        with self._lock:
            return self._links

    @cached_property
    def _links(self) -> LinksService:
        from sm_onboard.links.assembly import make_service

        return make_service(self)

    @property
    def tracking(self) -> Tracking:
        """Where runs go."""
        with self._lock:
            return self._tracking

    @cached_property
    def _tracking(self) -> Tracking:
        from sm_onboard.experiments.tracking import Tracking

        return Tracking(self)

    def settle_tracking(self) -> None:
        """Finds out where runs go, while the server runs; blocks."""

        def told() -> None:
            with self._lock:
                service = self.__dict__.get("_experiments")
            if service:
                service.again()

        self.tracking.keep_settling(self.repos.experiments(), told)

    @property
    def home(self) -> Path:
        return self.place.home

    def start(self) -> None:
        """Begins the work that nobody has to ask for. Blocks while it imports."""
        with self._lock:
            if self._closing:
                return
            self.repos.start()
            if self.settings.report_activity and self.place.team_storage:
                from sm_onboard.domain.assembly import make_reporter

                self._reporter = make_reporter(self)
                self._reporter.start()

    def close(self, timeout: float) -> bool:
        """Cancels everything and waits; False when something still ran then.

        Args:
            timeout: seconds.
        """
        with self._lock:
            self._closing = True
            if "_repos" in self.__dict__:
                self._repos.stop()
            if "_domain" in self.__dict__:
                self._domain.close()
            if "_experiments" in self.__dict__:
                self._experiments.close()
            if "_links" in self.__dict__:
                self._links.close()
            if "_tracking" in self.__dict__:
                self._tracking.close()
            if self._reporter:
                self._reporter.stop()
        return self.pool.close(timeout)


def state_home(environ: Mapping[str, str], home: Path) -> Path:
    """Where sm_onboard keeps what is not a repository, by the XDG rules."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if os.path.isabs(base) else home / ".local" / "state") / "sm-onboard"


def config_home(environ: Mapping[str, str], home: Path) -> Path:
    """Where the person's own onboard.yaml is, by the XDG rules."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if os.path.isabs(base) else home / ".config") / "sm-onboard"
