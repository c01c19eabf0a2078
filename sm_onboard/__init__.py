"""Amazon SageMaker Studio's domain, repositories and experiments inside JupyterLab.

Importing this package imports nothing else: the server pays for a room when
somebody enters it.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where jupyter_server finds the extension."""
    from sm_onboard.app import SmOnboard

    return [{"module": "sm_onboard", "app": SmOnboard}]
