"""What the administrator set for the server, read for the command line.

``sm-onboard sync`` does what the server would do, so it reads the same files:
``jupyter_server_config.py`` and ``.json`` of Jupyter's configuration folders.
"""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from sm_onboard.errors import ConfigError
from sm_onboard.rooms import Settings


def read() -> Settings:
    """The traits of ``SmOnboard`` in the server's configuration files.

    Raises:
        ConfigError: ``config.trait``: a file cannot be read, or a trait has a wrong type.
    """
    from jupyter_core.application import JupyterApp

    class Files(JupyterApp):
        name = "jupyter_server"
        raise_config_file_errors = True

    try:
        app = Files()
        app.load_config_file()
        found: dict[str, Any] = dict(app.config.get("SmOnboard", {}))
    except Exception as error:
        raise ConfigError(
            "config.trait",
            f"The server's configuration cannot be read: {' '.join(str(error).split())}",
            "Correct the file, or name an onboard.yaml with --config.",
        ) from error
    known = {field.name: field for field in fields(Settings) if field.name != "wrong"}
    chosen = {name: value for name, value in found.items() if name in known}
    for name, value in chosen.items():
        wanted = type(known[name].default)
        if wanted in (str, int, bool) and type(value) is not wanted:
            raise ConfigError(
                "config.trait",
                f"SmOnboard.{name} is {value!r}, which is not a {wanted.__name__}.",
                "Correct it in the server's configuration.",
                f"SmOnboard.{name}",
            )
    return Settings(**chosen)


def root_dir() -> Path | None:
    """What JupyterLab shows, where a configuration file of the server says so."""
    from jupyter_core.application import JupyterApp

    class Files(JupyterApp):
        name = "jupyter_server"

    app = Files()
    app.load_config_file()
    said = app.config.get("ServerApp", {}).get("root_dir")
    return Path(said).expanduser() if isinstance(said, str) and os.path.isabs(said) else None
