"""Where runs go: what the person set, else what ``onboard.yaml`` says, else this machine.

``auto`` is the MLflow App that is the domain's default, else a file of the person's. Finding
out may take a while, so kernels that are started before get the file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import OnboardError
from sm_onboard.rooms import Rooms

from . import kernels
from .kernels import Kernel
from .stores.opening import default_uri

if TYPE_CHECKING:
    from sm_onboard.repos.plan.onboard_keys import Experiments

VARIABLE = "MLFLOW_TRACKING_URI"
AUTO = "auto"
USUAL = "python3"  # the kernel that notebooks have unless somebody chose another
_AGAIN = (10.0, 20.0, 60.0, 300.0)  # seconds until an App that did not answer is asked again
_REMEMBERED = 1000  # kernels
_USABLE = ("Created", "Updating", "Updated", "UpdateFailed")


@dataclass(frozen=True)
class Choice:
    """Where runs are meant to go.

    Attributes:
        uri: what MLflow takes as a tracking URI.
        name: of the App, as its owners call it; empty: it is not known.
        why: one sentence where that is not what was asked for; empty: it is.
        again: whether it is worth asking again.
    """

    uri: str
    why: str = ""
    name: str = ""
    again: bool = False


class Tracking:
    """What is known of it in this server, or in one call of the command line. Thread-safe.

    Args:
        rooms: whose surroundings count.
        look: the kernels of this machine.
    """

    def __init__(self, rooms: Rooms, look: kernels.Look = kernels.look) -> None:
        self._rooms = rooms
        self._look = look
        self._choice = Choice(self.here)
        self._kernels: Mapping[str, Kernel] = {}
        self._given: dict[str, str] = {}  # by id of a kernel
        self._ended = threading.Event()

    @property
    def environ(self) -> Mapping[str, str]:
        return self._rooms.environ

    @cached_property
    def here(self) -> str:
        """The person's own setting, else the file of this machine."""
        return default_uri(self._rooms.environ, self._rooms.home)

    @property
    def choice(self) -> Choice:
        return self._choice

    def uri_for(self, kernel: str | None) -> str:
        """Where the runs of a kernel go; never blocks. A kernel that lacks what that needs, or
        that is not known yet, records on this machine."""
        known = self._kernels.get(kernel or USUAL)
        uri = self._choice.uri
        if uri == self.here or (known and kernels.able(known, uri)):
            return uri
        return self.here

    @property
    def recording(self) -> str:
        """Where the runs of notebooks go unless somebody chose another kernel."""
        return self.uri_for(USUAL)

    @property
    def name(self) -> str:
        """What the store that is recorded in is called; empty: it is not known."""
        return self._choice.name if self.recording == self._choice.uri else ""

    @property
    def why(self) -> str:
        """Why runs do not go where they are meant to; empty: they do."""
        if self._choice.why:
            return self._choice.why
        if self.recording == self._choice.uri:
            return ""
        return lacks(self._kernels.get(USUAL), self._choice.uri)

    def settle(self, said: Experiments | None) -> None:
        """Finds out, once; blocks."""
        if self._rooms.environ.get(VARIABLE):
            return
        self._kernels = {kernel.name: kernel for kernel in self._look()}
        self._choice = choose(self._rooms, said)

    def keep_settling(self, said: Experiments | None, told: Callable[[], None]) -> None:
        """Finds out, and again while an App that is there does not answer; blocks for minutes.

        Args:
            told: called whenever it is another one.
        """
        for pause in (*_AGAIN, 0.0):
            before = self.recording
            self.settle(said)
            if self.recording != before or self.why:
                told()
            if not self._choice.again or self._ended.wait(pause):
                return

    def close(self) -> None:
        self._ended.set()

    def began(self, kernel: str, uri: str) -> None:
        """A kernel was started, and led there."""
        self._given[kernel] = uri
        while len(self._given) > _REMEMBERED:
            del self._given[next(iter(self._given))]

    def of(self, kernel: str) -> str:
        """Where a kernel that this server started records."""
        return self._given.get(kernel) or self.recording


def on_command_line(rooms: Rooms) -> Choice:
    """Where the runs of this server's notebooks go, for a command that names no store."""
    tracking = Tracking(rooms)
    if not rooms.environ.get(VARIABLE):
        from sm_onboard.repos.assembly import experiments

        tracking.settle(experiments(rooms))
    return Choice(tracking.recording, tracking.why)


def choose(rooms: Rooms, said: Experiments | None) -> Choice:
    """What ``onboard.yaml`` means here; asks AWS where it says ``auto`` in a domain."""
    here = default_uri(rooms.environ, rooms.home)
    wanted = said.tracking if said else AUTO
    if wanted == AUTO:
        return _auto(rooms, here)
    if wanted == "sagemaker-experiments":
        if not rooms.place.region:
            why = "onboard.yaml says sagemaker-experiments, and no region is known here."
            return Choice(here, why)
        return Choice(f"{wanted}:{rooms.place.region}")
    if wanted.startswith("sqlite:///"):
        return Choice(f"sqlite:///{_absolute(wanted.removeprefix('sqlite:///'), rooms.home)}")
    return Choice(wanted)


def lacks(kernel: Kernel | None, uri: str) -> str:
    """Why a kernel does not record where it is meant to, and how that is changed."""
    if kernel is None:
        return "No kernel of Python is known here, so runs stay on this machine."
    package = "sagemaker-mlflow" if uri.startswith("arn:") else "sm_onboard"
    return (
        f"The kernel {kernel.title} lacks {package}, so its runs stay on this machine. "
        f"Install it: {kernel.python} -m pip install {package}"
    )


def _auto(rooms: Rooms, here: str) -> Choice:
    """The domain's default App, where it is there and answers."""
    region, domain = rooms.place.region, rooms.place.domain_id
    if not region or not domain:
        return Choice(here)
    from .stores.discover import default_app
    from .stores.opening import open_store

    try:
        default = default_app(domain, region=region)
        if default is None:
            return Choice(here)
        if default.status not in _USABLE:
            why = f"The domain's MLflow App {default.name} is {default.status}."
            return Choice(here, why, again=True)
        # A kernel that is led to a store which refuses could train nothing.
        open_store(default.arn, environ=rooms.environ, home=rooms.home).experiments()
        return Choice(default.arn, name=default.name)
    except OnboardError as error:
        why = f"The domain's MLflow App is not used: {error.message}"
        return Choice(here, why, again=error.code != "aws.forbidden")


def _absolute(path: str, home: Path) -> str:
    """A path of a file that every kernel must read alike, wherever it was started."""
    return str(home / path.removeprefix("~/"))  # one that is absolute stays
