"""Puts the room together: the service, with everything it needs from the real world."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import ConfigError, Conflict, OnboardError
from sm_onboard.rooms import Rooms, config_home, state_home

from . import local
from .jobs import Surroundings
from .models import Environment, Identity, NewRepository, Problem
from .service import ReposService

if TYPE_CHECKING:
    from .plan import plan
    from .plan.onboard_keys import Experiments, Links
    from .plan.owner import Owner
    from .plan.plan import Plan
    from .plan.sagemaker import Named
    from .ports import Credentials, Engine


def make_service(rooms: Rooms) -> ReposService:
    """The service of one server, or of one call of the command line."""
    world = _World(rooms)
    given = Surroundings(
        load=world.load,
        root=world.root,
        engine=world.engine,
        look=local.look,
        add=world.add,
        read_identity=world.read_identity,
        write_identity=world.write_identity,
        check_packages=world.check_packages,
        install_packages=world.install_packages,
        cancel=world.cancel,
    )
    return ReposService(
        given,
        pool=rooms.pool,
        server=rooms.server,
        notify=rooms.notify,
        root_dir=rooms.root_dir,
        parallel=rooms.settings.parallel,
        update_on_start=rooms.settings.update_on_start,
        log=rooms.log,
    )


def credentials(rooms: Rooms) -> Credentials:
    """How git signs in here."""
    from .access.credentials import GitCredentials

    return GitCredentials(region=rooms.place.region, environment=rooms.environ)


def root(rooms: Rooms) -> Path:
    """The folder below which repositories are put.

    Raises:
        OnboardError: ``config.root*``, or what SageMaker refused where it names the owner.
    """
    return _World(rooms).root()


def experiments(rooms: Rooms) -> Experiments | None:
    """What ``onboard.yaml`` says of experiments; asks for a remote file the first time only."""
    from .plan import plan

    return plan.experiments(_World(rooms).files())


def links(rooms: Rooms) -> Links | None:
    """What the team's file says of links; asks for a remote file the first time only."""
    from .plan import plan

    return plan.links(_World(rooms).files())


class _World:
    """``Surroundings``, by means of the modules that really do it; imported when called."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._settings = rooms.settings
        self.cancel = threading.Event()

    @cached_property
    def _owner(self) -> Owner:
        from sm_onboard import aws

        from .plan.owner import Owner

        return Owner(self._rooms.place, lambda: aws.default().client("sagemaker"))

    def _named(self) -> Named:
        """What SageMaker names; nothing where that is off, or one file replaces all sources."""
        from sm_onboard import aws

        from .plan.sagemaker import Named, SageMakerRepositories

        place = self._rooms.place
        if self._settings.onboard_file or not self._settings.sagemaker_repositories:
            return Named()
        kept = state_home(self._rooms.environ, place.home) / "sagemaker-repositories.json"
        return SageMakerRepositories(place, lambda: aws.default().client("sagemaker"), kept).read()

    @property
    def own_file(self) -> Path:
        return config_home(self._rooms.environ, self._rooms.place.home) / "onboard.yaml"

    def load(self) -> Plan:
        """Raises ConfigError ``config.trait`` where a trait itself is wrong."""
        from .plan import plan

        settings = self._settings
        if settings.wrong:
            raise ConfigError(
                "config.trait",
                f"The server's configuration of SmOnboard is wrong: {settings.wrong}",
                "Correct it in the server's configuration and restart the server.",
                "SmOnboard",
            )
        if not isinstance(settings.repositories, (list, tuple)):
            raise ConfigError(
                "config.trait",
                "SmOnboard.repositories is not a list.",
                "Write it as a list of dictionaries with the keys of onboard.yaml.",
                "SmOnboard.repositories",
            )
        named = self._named()
        if named.space_known:
            self._owner.learn(named.owner)
        wanted = replace(
            self.files(),
            repositories=tuple(settings.repositories),
            user_profile=self._owner.known,
            shared_space=bool(self._rooms.place.shared),
            listings=named.listings,
        )
        loaded = plan.load(wanted)
        loaded = replace(loaded, problems=(*loaded.problems, *named.problems))
        if not any(getattr(item, "code", "") == "repos.profile_unknown" for item in loaded.items):
            return loaded
        try:
            owner = self._owner.ask()
        except OnboardError as error:
            if any(problem.code == error.code for problem in named.problems):
                return loaded  # it is told already
            told = Problem(code=error.code, message=str(error), hint=error.hint, origin="SageMaker")
            return replace(loaded, problems=(*loaded.problems, told))
        if not owner:
            return loaded
        again = plan.load(replace(wanted, user_profile=owner))
        return replace(again, problems=(*again.problems, *named.problems))

    def files(self) -> plan.Settings:
        """The files that there are to read, and how."""
        from .plan import plan

        settings, place = self._settings, self._rooms.place
        return plan.Settings(
            own_file=self.own_file,
            home=place.home,
            config=Path(settings.onboard_file) if settings.onboard_file else None,
            team_file=settings.team_file,
            readers={  # cached: they may be read twice
                "s3": functools.cache(self._read_s3),
                "git+https": functools.cache(self._read_git),
            },
            cache=state_home(self._rooms.environ, place.home) / "team-files",
        )

    def _read_s3(self, address: str) -> bytes:
        from sm_onboard import aws

        return aws.read_s3(address)

    def _read_git(self, address: str) -> bytes:
        from .plan.team_file import GitReader

        return GitReader(credentials(self._rooms), self.cancel)(address)

    def root(self) -> Path:
        from .plan.root import resolve_root

        place, setting = self._rooms.place, self._settings.root
        return resolve_root(
            setting,
            home=place.home,
            user_profile=self._owner.ask() if "{user_profile}" in setting else None,
            efs_mounted=place.user_efs is not None,
        )

    def engine(self, root: Path) -> Engine:
        from sm_onboard.git.run import Limits

        from .engine import engine

        return engine.Engine(
            root,
            credentials=credentials(self._rooms),
            limits=Limits(transfer=self._settings.git_timeout),
            state_home=state_home(self._rooms.environ, self._rooms.place.home),
        )

    def add(self, new: NewRepository) -> None:
        from .plan.own_file import add_to_own_file

        try:
            add_to_own_file(self.own_file, new)
        except OSError as error:
            raise Conflict(
                "config.own_file_unwritable",
                f"{self.own_file} cannot be written: {error.strerror or 'the storage refuses'}.",
                "Check its permissions, and whether the storage is full.",
            ) from error

    def read_identity(self) -> Identity | None:
        from . import identity

        return identity.read(self._rooms.environ)

    def write_identity(self, person: Identity) -> None:
        from . import identity

        identity.write(person, self._rooms.environ)

    def check_packages(self, folder: Path, file: str) -> Environment:
        from .packages import environment

        return environment.check(folder, file)

    def install_packages(
        self, folder: Path, file: str, on_line: Callable[[str], None], cancel: threading.Event
    ) -> Environment:
        from .packages import environment

        return environment.install(folder, file, on_line, cancel)
