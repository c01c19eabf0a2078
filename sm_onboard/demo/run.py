"""Runs the demo: the git server in this process, the local SageMaker and JupyterLab in children,
and beside them the team's trainings, until it is told to end. Nothing of it is left then."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sm_onboard.errors import InvalidRequest, OnboardError

from . import jupyterlab
from .colleagues.beside import Colleagues
from .gitserver import GitServer
from .jupyterlab import Running
from .place import Desk, Place
from .sample import onboard_yaml
from .space import ALICE, BOB, Member, Organization, organization

STORE = "s3://acme-studio/shares"
"""Where links keep snapshots: in a bucket that the organization's members may read."""
_PORT = 8888  # where JupyterLab listens by itself


def run(
    keep: Path | None,
    traits: Mapping[str, object],
    command: Sequence[str],
    ready: Callable[[Sequence[Running]], None],
    *,
    runs: bool = True,
    colleague: bool = False,
) -> int:
    """Runs the demo until Ctrl-C, SIGTERM, SIGHUP, or until JupyterLab ends by itself.

    Args:
        keep: the folder to live in; None makes one and removes it at the end.
        traits: traits of ``ServerApp``, such as ``port`` and ``base_url``.
        command: what to run in place of JupyterLab; empty: JupyterLab.
        ready: called once all answer; not called with a command.
        runs: whether the sample team trains its models, once a server of Jupyter's answers.
        colleague: whether somebody else has a JupyterLab, too; it ends with the first one.

    Returns:
        The exit status: 0 when a person ended it, else the child's.

    Raises:
        OnboardError: git is missing (``demo.no_git``), JupyterLab is
            (``demo.no_jupyterlab``), a package of the local SageMaker is (``demo.no_moto``), or
            one of them does not start (``demo.not_started``).
        InvalidRequest: ``demo.colleague``: a colleague, and a command.
    """
    if colleague and command:
        raise InvalidRequest(
            "demo.colleague",
            "A colleague has a JupyterLab, and here a command of yours is to be run.",
            "Leave out --colleague or the command.",
        )
    if shutil.which("git") is None:
        raise OnboardError(
            "demo.no_git", "The demo needs git, which is not installed.", "Install git."
        )
    stop = _Stop()
    with contextlib.ExitStack() as stack:
        stack.enter_context(stop.listening())
        place = Place(stack.enter_context(_folder(keep)))
        place.make()
        server = stack.enter_context(_git_server(place))
        there = stack.enter_context(organization())
        place.configure(onboard_yaml(server.url, links(place)), server.port)
        mine = _seat(ALICE, place.desk, there, place, traits)
        team = _team(place, server, there, mine) if runs else None
        stack.enter_context(_ending(team))
        seats = [(ALICE, place.desk, mine)]
        if colleague:
            desk = place.desk_of(BOB.name)
            seats.append((BOB, desk, _seat(BOB, desk, there, place, _beside(traits))))
        children = [
            stack.enter_context(jupyterlab.child(desk, environment, command))
            for _, desk, environment in seats
        ]
        if not command:
            answering = [
                jupyterlab.wait(member.name, desk, child, lambda: stop.asked)
                for (member, desk, _), child in zip(seats, children, strict=True)
            ]
            if not stop.asked:
                ready([running for running in answering if running])
        while children[0].poll() is None and not stop.asked:
            if team and any(place.desk.runtime.glob("jpserver-*.json")):
                team.start()
            time.sleep(0.1)
        if team:
            team.ask_to_end()
        _all_at_once(children)
        return 0 if stop.asked else children[0].wait()


def links(place: Place) -> dict[str, object]:
    """The section ``links`` of the team file."""
    return {"stores": {"team": STORE, "disk": str(place.shares)}, "hosts": ["127.0.0.1"]}


def _seat(
    member: Member, desk: Desk, there: Organization, place: Place, traits: Mapping[str, object]
) -> dict[str, str]:
    """Makes a desk ready; what the person's space adds to the environment."""
    desk.make()
    space = there.space(member, desk.directory)
    desk.configure(place.team_file, space.metadata, traits)
    return space.environment


def _beside(traits: Mapping[str, object]) -> dict[str, object]:
    """The traits of a second JupyterLab: the next port that is free."""
    port = traits.get("port", _PORT)
    assert isinstance(port, int)
    others = {name: value for name, value in traits.items() if name != "port_retries"}
    return {**others, "port": port + 1 if port < 65535 else 0}


def _all_at_once(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()


def _team(
    place: Place, server: GitServer, there: Organization, environment: Mapping[str, str]
) -> Colleagues:
    environ = {**place.desk.environment(environment), "SM_ONBOARD_DEMO_CONTROL": there.control}
    folder = place.directory / "colleagues"
    return Colleagues(folder, server.url("churn"), there.mlflow_app, there.url, environ)


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
