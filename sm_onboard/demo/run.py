"""Runs the demo: the git server in this process, the local SageMaker and JupyterLab in children,
and beside them the team's trainings, until it is told to end. Nothing of it is left then."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sm_onboard.errors import OnboardError

from .colleagues.beside import Colleagues
from .gitserver import GitServer
from .place import Place
from .sample import onboard_yaml
from .space import Space, space

_START = 120.0  # seconds JupyterLab may take to answer
_END = 10.0  # seconds it may take to end


@dataclass(frozen=True)
class Running:
    """A JupyterLab that answers.

    Attributes:
        url: its address with the token.
        page: a local file that leads the browser there, so that no other person of this
            machine reads the token in the list of processes.
    """

    url: str
    page: Path


def run(
    keep: Path | None,
    traits: Mapping[str, object],
    command: Sequence[str],
    ready: Callable[[Running], None],
    *,
    runs: bool = True,
) -> int:
    """Runs the demo until Ctrl-C, SIGTERM, SIGHUP, or until JupyterLab ends by itself.

    Args:
        keep: the folder to live in; None makes one and removes it at the end.
        traits: traits of ``ServerApp``, such as ``port`` and ``base_url``.
        command: what to run in place of JupyterLab; empty: JupyterLab.
        ready: called once JupyterLab answers; not called with a command.
        runs: whether the sample team trains its models, once a server of Jupyter's answers.

    Returns:
        The exit status: 0 when a person ended it, else the child's.

    Raises:
        OnboardError: git is missing (``demo.no_git``), JupyterLab is
            (``demo.no_jupyterlab``), a package of the local SageMaker is (``demo.no_moto``), or
            one of them does not start (``demo.not_started``).
    """
    if shutil.which("git") is None:
        raise OnboardError(
            "demo.no_git", "The demo needs git, which is not installed.", "Install git."
        )
    stop = _Stop()
    with stop.listening(), _folder(keep) as directory:
        place = Place(directory)
        place.make()
        with _git_server(place) as server, space(place.directory) as here:
            place.configure(onboard_yaml(server.url), server.port, here.metadata, traits)
            team = _team(place, server, here) if runs else None
            with _ending(team), _child(place, here, command) as child:
                if not command and (running := _wait(place, child, stop)):
                    ready(running)
                while child.poll() is None and not stop.asked:
                    if team and any(place.runtime.glob("jpserver-*.json")):
                        team.start()
                    time.sleep(0.1)
                if team:
                    team.ask_to_end()
                return 0 if stop.asked else child.wait()


def _team(place: Place, server: GitServer, here: Space) -> Colleagues:
    environ = {**place.environment(here.environment), "SM_ONBOARD_DEMO_CONTROL": here.control}
    folder = place.directory / "colleagues"
    return Colleagues(folder, server.url("churn"), here.mlflow_app, here.url, environ)


@contextlib.contextmanager
def _ending(team: Colleagues | None) -> Iterator[None]:
    try:
        yield
    finally:
        if team:
            team.ask_to_end()
            team.end()


class _Stop:
    """Turns the signals that end a program into something to look at.

    A plain attribute: an Event's lock may be held by the very thread that a signal interrupts.
    """

    def __init__(self) -> None:
        self.asked = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        def hear(*_: object) -> None:
            self.asked = True

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        heard = [n for n in signals if signal.getsignal(n) != signal.SIG_IGN]  # nohup's wish
        before = {number: signal.signal(number, hear) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield keep.resolve()
        return
    directory = Path(tempfile.mkdtemp(prefix="sm-onboard-demo-")).resolve()
    try:
        yield directory
    finally:
        # A kernel that is still ending may write a last file while its folder is removed.
        for _ in range(20):
            shutil.rmtree(directory, ignore_errors=True)
            if not directory.exists():
                break
            time.sleep(0.1)


@contextlib.contextmanager
def _git_server(place: Place) -> Iterator[GitServer]:
    # No pushing: it would be open to everybody on this machine, and the person runs what comes.
    try:
        server = GitServer(place.host, port=place.git_port)
    except OSError:  # somebody else has the port now
        server = GitServer(place.host)
    with server:
        yield server


@contextlib.contextmanager
def _child(place: Place, here: Space, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with contextlib.ExitStack() as stack:
        log: IO[bytes] | None = None
        if not command:
            log = stack.enter_context(place.log.open("wb"))
        child = subprocess.Popen(
            list(command) or [sys.executable, "-m", "jupyterlab"],
            cwd=place.directory,  # not the home: Python would import what lies there
            env=place.environment(here.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for us: JupyterLab would ask whether it is meant.
            start_new_session=True,
        )
        try:
            yield child
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_END)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait(place: Place, child: subprocess.Popen[bytes], stop: _Stop) -> Running | None:
    """Until JupyterLab answers; None when it was told to end before."""
    note = place.runtime / f"jpserver-{child.pid}.json"
    deadline = time.monotonic() + _START
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not stop.asked:
        time.sleep(0.1)
        if child.poll() is not None or time.monotonic() > deadline:
            raise _not_started(place)
        with contextlib.suppress(OSError, ValueError):
            server = json.loads(note.read_text())
            address = f"http://127.0.0.1:{server['port']}{server['base_url']}"
            asked = urllib.request.Request(  # noqa: S310 - the address is our own child's
                f"{address}api/status", headers={"Authorization": f"token {server['token']}"}
            )
            with here.open(asked, timeout=5):
                page = note.with_name(f"{note.stem}-open.html")
                return Running(f"{address}lab?token={server['token']}", page)
    return None


def _not_started(place: Place) -> OnboardError:
    said = place.log.read_text(errors="replace")
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
