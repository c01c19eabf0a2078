"""Tells kernels where their runs go, so that plain MLflow code has one place on a fresh machine.

MLflow's own default is a file in whatever folder the notebook lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .stores.opening import default_uri, own_file

VARIABLE = "MLFLOW_TRACKING_URI"


def hand_over(sessions: Any, environ: Mapping[str, str], home: Path) -> str:
    """Gives kernels that are started from now on the tracking URI of this server's person.

    Args:
        sessions: the server's session manager; it makes the environment of each kernel
            (``get_kernel_env``, jupyter_server 2.0 and later). One without it is left alone.

    Returns:
        The URI; empty where nothing was done: there is one already, or no folder for it.
    """
    given = getattr(sessions, "get_kernel_env", None)
    if environ.get(VARIABLE) or given is None:
        return ""
    try:
        own_file(environ, home).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return ""
    uri = default_uri(environ, home)

    def with_tracking(*args: Any, **kwargs: Any) -> dict[str, str]:
        return {VARIABLE: uri, **given(*args, **kwargs)}

    sessions.get_kernel_env = with_tracking
    return uri
