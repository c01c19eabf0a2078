"""A folder in which the demo lives: repositories, a person's home, JupyterLab's settings.

    DIR/host/          the team's bare repositories
    DIR/onboard.yaml   the team file
    DIR/shares/        the team's storage, as far as links are kept there
    DIR/home/          the person's home, and what JupyterLab shows
    DIR/jupyter/       JupyterLab's configuration, data and runtime files
    DIR/colleagues/    where the rest of the team trains its models
    DIR/NAME/          home/ and jupyter/ of the colleague who has a JupyterLab, too

Nothing outside of it is written to, and nothing of the real home is read.
"""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .sample import make_repositories

# What a person's shell may say about places and services of theirs, by prefix.
_THEIRS = ("AWS_", "GIT_", "JPY_", "JUPYTER_", "JUPYTERLAB_", "MLFLOW_", "SAGEMAKER_", "XDG_")
_THEIRS_TOO = ("IPYTHONDIR", "MPLCONFIGDIR", "PYTHONSTARTUP", "SSH_ASKPASS")


@dataclass(frozen=True)
class Desk:
    """One person's home, and the folders of their JupyterLab."""

    directory: Path

    @property
    def home(self) -> Path:
        return self.directory / "home"

    @property
    def config(self) -> Path:
        return self.directory / "jupyter" / "config"

    @property
    def runtime(self) -> Path:
        return self.directory / "jupyter" / "runtime"

    @property
    def data(self) -> Path:
        return self.directory / "jupyter" / "data"

    @property
    def temporary(self) -> Path:
        return self.directory / "tmp"

    @property
    def log(self) -> Path:
        return self.directory / "jupyterlab.log"

    def make(self) -> None:
        """Makes what is not there yet."""
        for folder in (self.home, self.config, self.runtime, self.data, self.temporary):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def configure(self, team_file: Path, metadata: Path, traits: Mapping[str, object]) -> None:
        """Writes JupyterLab's configuration.

        Args:
            metadata: what tells where the person is.
            traits: further traits of ``ServerApp``.
        """
        server = {
            "root_dir": str(self.home),
            "ip": "127.0.0.1",
            "open_browser": False,
            "allow_root": hasattr(os, "geteuid") and os.geteuid() == 0,
            **traits,
        }
        traits_file = self.config / "jupyter_server_config.json"
        ours = {
            "team_file": str(team_file),
            "sagemaker_repositories": False,  # they are on hosts that the demo must not ask
            "metadata_file": str(metadata),  # not the one of a Studio that the demo is tried in
        }
        traits_file.write_text(json.dumps({"ServerApp": server, "SmOnboard": ours}))
        settings = self.config / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        # No question about news on the first start, and nothing asked of the network.
        (settings / "notification.jupyterlab-settings").write_text(
            json.dumps({"fetchNews": "false", "checkForUpdates": False})
        )

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment for JupyterLab: this Python's packages, this place's folders.

        Args:
            more: variables of the space that the person is in.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_THEIRS) and name not in _THEIRS_TOO
        }
        base = site.getuserbase()  # where `pip install --user` puts things: below the real home
        return {
            **kept,
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")]),
            "PYTHONUSERBASE": base,
            "JUPYTER_PATH": str(Path(base, "share", "jupyter")),
            "JUPYTER_CONFIG_PATH": str(Path(base, "etc", "jupyter")),
            "JUPYTER_CONFIG_DIR": str(self.config),
            "JUPYTER_DATA_DIR": str(self.data),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "MLFLOW_DISABLE_TELEMETRY": "true",  # the demo asks nothing of the network
            "no_proxy": "127.0.0.1,localhost",
            "NO_PROXY": "127.0.0.1,localhost",
            **more,
        }


@dataclass(frozen=True)
class Place:
    """The demo's folder."""

    directory: Path

    @property
    def host(self) -> Path:
        return self.directory / "host"

    @property
    def team_file(self) -> Path:
        return self.directory / "onboard.yaml"

    @property
    def shares(self) -> Path:
        return self.directory / "shares"

    @property
    def desk(self) -> Desk:
        """The person's."""
        return Desk(self.directory)

    def desk_of(self, colleague: str) -> Desk:
        return Desk(self.directory / colleague)

    @property
    def git_port(self) -> int:
        """The port that an earlier demo in this folder had; its clones name it. 0: none."""
        try:
            return int((self.directory / "port").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def make(self) -> None:
        """Makes what is not there yet."""
        self.desk.make()
        self.shares.mkdir(exist_ok=True, mode=0o700)
        if not self.host.exists():
            aside = self.directory / "host.new"
            aside.mkdir(exist_ok=True)
            make_repositories(aside)
            aside.rename(self.host)

    def configure(self, team_file: str, git_port: int) -> None:
        """Writes the team file.

        Args:
            team_file: the text of ``onboard.yaml``.
            git_port: where the git server listens.
        """
        self.team_file.write_text(team_file, encoding="utf-8")
        (self.directory / "port").write_text(str(git_port))
