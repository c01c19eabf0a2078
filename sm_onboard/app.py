"""The server extension: its settings, its start and its end.

JupyterLab's start pays for this file and ``http.py`` only. Whatever goes wrong here is
a line in the log: JupyterLab starts without sm_onboard then.
"""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Any as AnyTrait
from traitlets import Bool, Int, Unicode

from sm_onboard.events import CHANGED, SCHEMA, Announcer
from sm_onboard.http import Dispatcher

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

    from sm_onboard.domain.activity import Used
    from sm_onboard.rooms import Rooms

# Seconds between the server's first turn and ours, so that the first page is not
# waiting for our imports.
_HEAD_START = 0.5
# Seconds that the end of the server may wait for git to end.
_LAST_WORDS = 3.0


class SmOnboard(ExtensionApp):
    """Amazon SageMaker Studio's domain, repositories and experiments in JupyterLab."""

    name = "sm_onboard"

    enabled = Bool(True, help="Whether sm_onboard does anything at all.").tag(config=True)
    team_file = Unicode(
        "",
        help="The team's onboard.yaml: a path, an s3:// address, or git+https://host/repo.git#path "
        "(the file's path in that repository).",
    ).tag(config=True)
    root = Unicode(
        "home",
        help="The folder that repositories are cloned below: home, user-default-efs (the person's "
        "own EFS folder, only where it is mounted), or a path; ~ and {user_profile} are replaced.",
    ).tag(config=True)
    repositories = AnyTrait(
        [],
        help="Further repositories: a list of dictionaries with the keys of onboard.yaml.",
    ).tag(config=True)
    onboard_file = Unicode(
        "",
        help="An onboard.yaml that replaces every other source: the team's, the person's own and "
        "SmOnboard.repositories.",
    ).tag(config=True)
    sagemaker_repositories = Bool(
        True,
        help="Whether the repositories that SageMaker names for the domain, the user profile and "
        "the space are cloned too.",
    ).tag(config=True)
    update_on_start = Bool(
        True,
        help="Whether repositories that are there already are updated, where that is safe, when "
        "the server starts. Missing ones are cloned in any case.",
    ).tag(config=True)
    parallel = Int(8, min=1, max=64, help="How many repositories are worked on at once.").tag(
        config=True
    )
    git_timeout = Int(
        3600, min=1, help="Seconds that one clone or fetch may take before it is given up."
    ).tag(config=True)
    metadata_file = Unicode(
        "",
        help="The file in which Studio tells an app where it runs; default "
        "/opt/ml/metadata/resource-metadata.json.",
    ).tag(config=True)
    report_activity = Bool(
        True,
        help="Whether this server tells its team, on storage that the team shares, when it was "
        "last used. It writes two times and nothing else.",
    ).tag(config=True)

    serverapp: Any
    _wrong = ""  # what was wrong with the traits
    _lock = threading.Lock()
    _rooms: Rooms | None = None
    _later: asyncio.TimerHandle | None = None

    def _link_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        try:
            super()._link_jupyter_server_extension(serverapp)
        except Exception as error:
            self.serverapp = serverapp
            self._wrong = " ".join(str(error).split())
            serverapp.log.warning("sm_onboard | the configuration is wrong: %s", self._wrong)

    def initialize(self, argv: Any = None) -> None:  # noqa: ARG002 - the superclass's
        from sm_onboard.studio import is_recovery

        if is_recovery(os.environ):
            self.log.info("sm_onboard | off: Studio started in recovery mode")
            return
        if not self.enabled:
            self.log.info("sm_onboard | off: SmOnboard.enabled is false")
            return
        try:
            super().initialize()  # type: ignore[no-untyped-call]
            # jupyter_server has a start hook of its own only since 2.16.
            self.serverapp.io_loop.add_callback(self._on_loop)
        except Exception as error:
            self.log.warning("sm_onboard | off: it could not be loaded: %r", error)

    def initialize_settings(self) -> None:
        self.serverapp.event_logger.register_event_schema(SCHEMA)

    def initialize_handlers(self) -> None:
        self.handlers.append((r"sm-onboard/(.*)", Dispatcher, {"extension": self}))

    @property
    def rooms(self) -> Rooms:
        """The rooms; imported and made at the first use."""
        with self._lock:
            if self._rooms is None:
                self._rooms = self._make_rooms()
            return self._rooms

    def _make_rooms(self) -> Rooms:
        from sm_onboard.rooms import Rooms, Settings

        loop = self.serverapp.io_loop.asyncio_loop
        settings = Settings(
            team_file=self.team_file,
            root=self.root,
            repositories=self.repositories,
            onboard_file=self.onboard_file,
            sagemaker_repositories=self.sagemaker_repositories,
            update_on_start=self.update_on_start,
            parallel=self.parallel,
            git_timeout=self.git_timeout,
            metadata_file=self.metadata_file,
            report_activity=self.report_activity,
            wrong=self._wrong,
        )
        return Rooms(
            settings,
            environ=os.environ,
            notify=Announcer(loop, self._emit),
            root_dir=Path(self.serverapp.root_dir),
            used=self._used,
            kernel_specs=lambda: self.serverapp.kernel_spec_manager,
            log=self.log,
        )

    def _used(self) -> Used:
        from sm_onboard.domain.activity import last_used

        return last_used(self.serverapp)

    def _emit(self, room: str, id: str, revision: int) -> None:
        data = {"room": room, "id": id, "revision": revision, "server": self.rooms.server}
        self.serverapp.event_logger.emit(schema_id=CHANGED, data=data)

    def _on_loop(self) -> None:
        """The server's loop runs and answers: begin soon, in a thread."""
        loop = asyncio.get_running_loop()
        self._later = loop.call_later(_HEAD_START, self._begin)

    def _begin(self) -> None:
        threading.Thread(target=self._work, name="sm_onboard-start", daemon=True).start()

    def _work(self) -> None:
        try:
            self.rooms.start()
            from sm_onboard.experiments.handing import hand_over

            hand_over(self.serverapp.session_manager, self.rooms.tracking, self.rooms.home)
            self.rooms.settle_tracking()
        except Exception:
            self.log.exception("sm_onboard | could not begin to work")

    async def stop_extension(self) -> None:
        """Ends all work, and every git with it, within about three seconds."""
        if self._later:
            self._later.cancel()
        if self._rooms:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self._rooms.close, _LAST_WORDS)
