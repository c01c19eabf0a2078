"""What copying tells, and what it needs of the place it copies to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from sm_onboard.experiments.models import Dataset, Point, Run

ORIGIN: Final = "smo.copied"  # "<id> <store>" of the run that this is a copy of
UNFINISHED: Final = "smo.copying"  # there until the copy is whole
STATE: Final = "smo.copied_state"  # what the run was like then: hex digits
MARKS: Final = frozenset({ORIGIN, UNFINISHED, STATE})

Action = Literal["copied", "updated", "unchanged", "skipped", "failed"]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        copy: the id over there; empty where there is none.
        points, files: how many were written now.
        left: what did not come with it as it was, sentences.
        message: why it failed or was skipped.
    """

    id: str
    name: str
    action: Action
    copy: str = ""
    points: int = 0
    files: int = 0
    left: tuple[str, ...] = ()
    message: str = ""


class There(NamedTuple):
    """A copy that is there already."""

    id: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    datasets: Sequence[Dataset]


class Target(Protocol):
    """A place that runs are copied to. Every method blocks and raises OnboardErrors."""

    uri: str

    def experiment(self, name: str) -> str:
        """The id of the experiment of this name; made where there is none."""
        ...

    def find(self, experiment: str, origin: str) -> There | None:
        """The copy of a run, by its ``ORIGIN``."""
        ...

    def begin(self, experiment: str, run: Run, tags: Mapping[str, str]) -> str:
        """A run with this one's name and start; gives its id."""
        ...

    def params(self, id: str, params: Mapping[str, str]) -> list[str]:
        """Adds; gives sentences on what was not taken as it is."""
        ...

    def tags(self, id: str, tags: Mapping[str, str | None]) -> list[str]:
        """Sets, and takes away where there is no value; sentences as ``params``."""
        ...

    def datasets(self, id: str, datasets: Sequence[Dataset]) -> list[str]: ...

    def points(
        self, id: str, histories: Mapping[str, Sequence[Point]], again: bool
    ) -> tuple[int, list[str]]:
        """Adds what is not there yet.

        Args:
            again: some may be there.

        Returns:
            how many were added, and sentences.
        """
        ...

    def files(self, id: str, folder: str) -> dict[str, int | None]:
        """The sizes of what lies directly in a folder, by path; None: a folder, or unknown."""
        ...

    def write(self, id: str, path: str, content: bytes) -> None: ...

    def end(self, id: str, run: Run) -> list[str]:
        """The state and the times, as they were; sentences as ``params``."""
        ...
