"""Amazon SageMaker Studio's domain, repositories and experiments inside JupyterLab.

Importing this package imports nothing else: the server pays for a room when
somebody enters it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sm_onboard.experiments.recording.tracking import track as track

__version__ = "0.1.0"


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where jupyter_server finds the extension."""
    from sm_onboard.app import SmOnboard

    return [{"module": "sm_onboard", "app": SmOnboard}]


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext sm_onboard``: gives notebooks ``%%track NAME``."""
    from sm_onboard.experiments.recording.magic import register

    register(ipython)


def __getattr__(name: str) -> Any:
    """``sm_onboard.track``, which nobody pays for who does not use it."""
    if name == "track":
        from sm_onboard.experiments.recording.tracking import track

        return track
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
