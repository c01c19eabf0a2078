"""What the room knows of stores, experiments and runs.

Times are milliseconds since 1970 in UTC, as MLflow keeps them. Metric values are floats and
may be NaN or infinite. All texts are somebody else's and are never trusted as a path, an
option, HTML or a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

Status = Literal["running", "scheduled", "finished", "failed", "stopped"]
Kind = Literal["sqlite", "files", "server", "tracking_server", "app", "sagemaker"]


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # the store's own
    name: str
    deleted: bool = False
    artifacts: str = ""  # the store's location of its files


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    digest: str
    source_type: str = ""
    source: str = ""  # JSON text of the source, as MLflow keeps it
    context: str = ""  # "training"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run, with the last value of each metric."""

    id: str  # the store's own
    experiment: str  # the id of its experiment
    name: str
    status: Status
    started: int | None
    ended: int | None = None
    user: str = ""
    deleted: bool = False
    artifacts: str = ""  # the store's location of its files
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}
    datasets: tuple[Dataset, ...] = ()


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One value of one metric."""

    step: int
    time: int
    value: float


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one metric of one run by columns, ordered by step, then time.

    Attributes:
        total: points that were recorded.
        evenly: the store left some out, without looking at their values.
    """

    steps: list[int]
    times: list[int]
    values: list[float]
    total: int
    evenly: bool = False

    @classmethod
    def of(cls, points: Sequence[Point]) -> Series:
        return cls(
            steps=[point.step for point in points],
            times=[point.time for point in points],
            values=[point.value for point in points],
            total=len(points),
        )


class File(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact; ``path`` is relative to the run's artifacts, with slashes."""

    path: str
    folder: bool
    size: int | None = None  # bytes


class Store(Protocol):
    """One place that runs are kept in. Every method blocks.

    All raise OnboardError: ``experiments.store_missing``, ``.store_locked``,
    ``.store_damaged``, ``.store_unknown_schema``, ``aws.*``, ``experiments.store_unreachable``,
    ``.store_refused``; those that name a run ``experiments.run_unknown``.
    """

    kind: Kind
    uri: str  # as the person gave it, without credentials

    def experiments(self) -> list[Experiment]:
        """All of them, the deleted too, by id."""
        ...

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        """The runs that are not deleted, of these experiments (ids); None: of all."""
        ...

    def run(self, id: str) -> Run: ...

    def history(self, id: str, metric: str) -> list[Point]:
        """All points, ordered by step, then time."""
        ...

    def files(self, id: str, folder: str = "") -> list[File]:
        """What lies directly in a folder of the run's artifacts."""
        ...

    def read(self, id: str, path: str, limit: int) -> bytes:
        """One artifact of at most ``limit`` bytes.

        Raises:
            NotFound: ``experiments.file_missing``.
            OnboardError: ``experiments.file_too_large``.
        """
        ...

    def write(self, id: str, path: str, content: bytes) -> None:
        """Puts one artifact beside the run's own, in place of one that has its name.

        It is there whole or not at all, and never outside of the run's files.

        Raises:
            InvalidRequest: ``experiments.bad_path``.
            OnboardError: ``experiments.write_unsupported``, ``experiments.file_outside``.
        """
        ...

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        """Sets tags; None takes one away."""
        ...

    def tagged(self, tag: str, value: str) -> list[Run]:
        """The runs that are not deleted whose tag has exactly this value, newest first."""
        ...


class Histories(Protocol):
    """A store that can read a metric of several runs at once."""

    def histories_of(self, ids: Sequence[str], metric: str) -> dict[str, Series] | None:
        """The curve of each run; a run that is known not to be there is left out.

        None: it cannot after all, and is to be asked for each.

        Raises:
            OnboardError: as ``Store``.
        """
        ...
