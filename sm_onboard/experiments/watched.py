"""A store as the watcher has it, and as its row says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sm_onboard.domain.models import DomainProblem

from .models import Experiment, Kind, Run, Store
from .shown import ExperimentRow, StoreRow
from .table import Table

if TYPE_CHECKING:
    from .mirror.following import Follower


@dataclass(frozen=True)
class Place:
    """A store that is known of, whether or not it can be read.

    Attributes:
        recording: plain MLflow code in this server's kernels records there.
        note: why it does, where it was meant to record elsewhere; a sentence.
        fresh: a file of ours, which the first run makes.
        fingerprint: changes whenever the store's content does; None where that costs as much as
            reading it.
        follow: for a store that is asked for what changed, and not read as a whole each time.
    """

    id: str
    kind: Kind
    name: str
    uri: str
    open: Callable[[], Store]
    recording: bool = False
    note: str = ""
    fresh: bool = False
    fingerprint: Callable[[], object] | None = None
    follow: Callable[[], Follower] | None = None


@dataclass
class Watched:
    place: Place
    store: Store | None = None
    follower: Follower | None = None
    begun: bool = False
    reading: bool = False
    due: float = 0.0
    seen: object = None  # the fingerprint of what was last read
    asked: frozenset[str] = frozenset()  # the experiments that were last read
    whole: bool = False  # this server read all of them from the store
    read_at: int | None = None  # ms; what is known is of then
    problem: DomainProblem | None = None
    experiments: list[Experiment] = field(default_factory=list)


@dataclass(frozen=True)
class Rows:
    """The table's rows of one store; ``tell`` announces that some differ."""

    table: Table
    store: str
    tell: Callable[[], None]

    def known(self, experiments: Collection[str] | None = None) -> dict[str, Run]:
        return self.table.of(self.store, experiments)

    def put(self, runs: Iterable[Run], gone: Iterable[str] = ()) -> bool:
        differs = self.table.update(self.store, runs, gone)
        if differs:
            self.tell()
        return differs


def row_of(one: Watched) -> StoreRow:
    place = one.place
    if one.problem:
        state = "failed" if one.read_at is None else "stale"
    elif one.whole:
        state = "ready"
    else:
        state = "reading" if one.begun else "idle"
    return StoreRow(
        id=place.id,
        kind=place.kind,
        name=place.name,
        uri=place.uri,
        state=state,  # type: ignore[arg-type]
        recording=place.recording,
        note=place.note,
        read_at=one.read_at,
        problem=one.problem,
        experiments=tuple(
            ExperimentRow(id=f"{place.id}.{each.id}", name=each.name) for each in one.experiments
        ),
    )
