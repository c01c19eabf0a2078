"""A JupyterLab of the demo's, in a child of this process, until it is told to end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sm_onboard.errors import OnboardError

from .place import Desk

_START = 120.0  # seconds JupyterLab may take to answer
_END = 10.0  # seconds it may take to end


@dataclass(frozen=True)
class Running:
    """A JupyterLab that answers.

    Attributes:
        person: whose it is.
        url: its address with the token.
        page: a local file that leads the browser there, so that no other person of this
            machine reads the token in the list of processes.
    """

    person: str
    url: str
    page: Path


@contextlib.contextmanager
def child(
    desk: Desk, environment: Mapping[str, str], command: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """JupyterLab as long as the block lasts, or what is to be run in place of it.

    Args:
        environment: what the person's space adds to the desk's.
    """
    with contextlib.ExitStack() as stack:
        log: IO[bytes] | None = None
        if not command:
            log = stack.enter_context(desk.log.open("wb"))
        process = subprocess.Popen(
            list(command) or [sys.executable, "-m", "jupyterlab"],
            cwd=desk.directory,  # not the home: Python would import what lies there
            env=desk.environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for us: JupyterLab would ask whether it is meant.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait(
    person: str, desk: Desk, process: subprocess.Popen[bytes], told_to_end: Callable[[], bool]
) -> Running | None:
    """Until JupyterLab answers; None when it was told to end before.

    Raises:
        OnboardError: ``demo.no_jupyterlab``, ``demo.not_started``.
    """
    note = desk.runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + _START
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not told_to_end():
        time.sleep(0.1)
        if process.poll() is not None or time.monotonic() > deadline:
            raise _not_started(desk)
        with contextlib.suppress(OSError, ValueError):
            server = json.loads(note.read_text())
            address = f"http://127.0.0.1:{server['port']}{server['base_url']}"
            asked = urllib.request.Request(  # noqa: S310 - the address is our own child's
                f"{address}api/status", headers={"Authorization": f"token {server['token']}"}
            )
            with here.open(asked, timeout=5):
                page = note.with_name(f"{note.stem}-open.html")
                return Running(person, f"{address}lab?token={server['token']}", page)
    return None


def _not_started(desk: Desk) -> OnboardError:
    said = desk.log.read_text(errors="replace")
    if "No module named jupyterlab" in said:
        return OnboardError(
            "demo.no_jupyterlab",
            "The demo needs JupyterLab, which is not installed beside sm_onboard.",
            "Run: pip install 'sm_onboard[demo]'",
        )
    last = "\n".join(said.splitlines()[-15:])
    return OnboardError(
        "demo.not_started",
        f"JupyterLab did not start. It said last:\n{last}",
        "Where its port is taken, choose another one with --port.",
    )


def open_browser(running: Running) -> bool:
    """Opens the browser when there is one that a person sees; says whether it did."""
    if os.geteuid() == 0:
        return False
    seen = sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    with contextlib.suppress(webbrowser.Error):
        return bool(seen) and webbrowser.open(running.page.as_uri())
    return False
