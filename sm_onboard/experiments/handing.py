"""Tells kernels where their runs go, so that plain MLflow code has one place on a fresh machine.

MLflow's own default is a file in whatever folder the notebook lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol

from .stores.opening import own_file
from .tracking import VARIABLE

_uri: ContextVar[str | None] = ContextVar("uri", default=None)  # of the kernel that is starting


class Where(Protocol):
    """Where runs go; see ``tracking.Tracking``."""

    @property
    def environ(self) -> Mapping[str, str]: ...

    def uri_for(self, kernel: str | None) -> str: ...

    def began(self, kernel: str, uri: str) -> None: ...


def hand_over(sessions: Any, where: Where, home: Path) -> bool:
    """Gives kernels that are started from now on the tracking URI of this server's person.

    Args:
        sessions: the server's session manager; it makes the environment of each kernel
            (``get_kernel_env``, jupyter_server 2.0 and later). One without it is left alone.
        where: what it says at the moment counts: no kernel waits for anything.

    Returns:
        Whether it does; not where the person set one, or there is no folder for it.
    """
    given = getattr(sessions, "get_kernel_env", None)
    if where.environ.get(VARIABLE) or given is None:
        return False
    try:
        own_file(where.environ, home).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False

    def with_tracking(*args: Any, **kwargs: Any) -> dict[str, str]:
        return {VARIABLE: _uri.get() or where.uri_for(None), **given(*args, **kwargs)}

    sessions.get_kernel_env = with_tracking
    _say_which(sessions, where)
    return True


def _say_which(sessions: Any, where: Where) -> None:
    """``get_kernel_env`` is not told which kernel it is for; whoever calls it is."""
    start = getattr(sessions, "start_kernel_for_session", None)
    if start is None:
        return

    async def start_kernel_for_session(*args: Any, **kwargs: Any) -> Any:
        named = kwargs.get("kernel_name", args[4] if len(args) > 4 else None)
        uri = where.uri_for(named)
        before = _uri.set(uri)
        try:
            kernel = await start(*args, **kwargs)
            where.began(str(kernel), uri)
            return kernel
        finally:
            _uri.reset(before)

    sessions.start_kernel_for_session = start_kernel_for_session
