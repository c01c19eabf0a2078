"""The experiments room: what is known of the runs, for the panel and for the page."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Literal, NamedTuple, Protocol, TypeVar

from .models import Run, Store
from .shown import ExperimentsLook, ExperimentsState, RunRow, RunsAsked, RunsTable
from .table import Table, number
from .watched import Place
from .watching import Watcher

ROOM = "experiments"


class Lasting(Protocol):
    """Something of a part of the room that lives as long as the room."""

    def close(self) -> None: ...


L = TypeVar("L", bound=Lasting)


class Found(NamedTuple):
    """A run's store, opened for this request; ``run`` is the store's own id.

    ``known``: the run as the table has it; None where it was not read.
    """

    place: Place
    store: Store
    run: str
    known: Run | None


class ExperimentsService:
    """Nothing is read before somebody looks, and nothing after the last lease has ended.

    Args:
        places: the stores of this server and person, see ``Watcher``.
        notify: called with (room, id, revision) after every change, from any thread.
        kernel_place: the store that a kernel records in, by its id.
    """

    def __init__(
        self,
        places: Callable[[bool], Sequence[Place]],
        *,
        pool: Executor,
        server: str,
        notify: Callable[[str, str, int], None] = lambda *_: None,
        kernel_place: Callable[[str], Place] | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        self._server = server
        self._notify = notify
        self._lock = threading.Lock()
        self._revision = 0
        self._metric = ""
        self._table = Table()
        self._kernel_place = kernel_place
        self._lasting: dict[type, Lasting] = {}
        self._watcher = Watcher(
            places,
            self._table,
            pool=pool,
            tell=self._tell,
            log=log or logging.getLogger(__name__),
        )

    def state(self) -> ExperimentsState:
        with self._lock:
            revision, metric = self._revision, self._metric
        told: Literal["starting", "working", "idle"] = "idle"
        if self._watcher.working:
            told = "working"
        elif not self._watcher.begun:
            told = "starting"
        known = self._table.summary()
        if metric not in known.metrics:
            metric = _usual([run for _, run in known.latest])
        return ExperimentsState(
            server=self._server,
            revision=revision,
            state=told,
            stores=self._watcher.rows(),
            metric=metric,
            metrics=tuple(known.metrics),
            latest=tuple(_row(id, run, metric) for id, run in known.latest),
            running=known.running,
        )

    def look(self, look: ExperimentsLook) -> ExperimentsState:
        """Begins to read what somebody looks at; answers what is known already."""
        if look.metric:
            with self._lock:
                self._metric = look.metric
        self._watcher.look(look)
        return self.state()

    def runs(self, asked: RunsAsked) -> RunsTable:
        """The runs of the chosen experiments, as far as they were read."""
        return self._table.shown(self._server, asked.experiments, asked.limit, asked.since)

    def find(self, id: str) -> Found:
        """The store that a run is in. May block.

        Args:
            id: the page's, ``<store>.<the store's own id>``.

        Raises:
            NotFound: ``experiments.store_unknown``.
            OnboardError: the store cannot be opened.
        """
        place_id, _, own = id.partition(".")
        place = self._watcher.place(place_id)
        return Found(place=place, store=place.open(), run=own, known=self._table.known(id))

    def visit(self, place: Place) -> None:
        """Makes a store known of in which one run is looked at; nothing else of it is read."""
        self._watcher.visit(place)

    def again(self) -> None:
        """Kernels record elsewhere than they did: the stores are looked for again."""
        self._watcher.again()

    def recording(self, kernel: str = "") -> Place:
        """The store that plain MLflow code of this server's kernels records in. May block.

        Args:
            kernel: the id of one that this server started, whose own store is meant.
        """
        if kernel and self._kernel_place:
            return self._kernel_place(kernel)
        return self._watcher.recording()

    def those(self, wanted: Callable[[Run], bool]) -> list[tuple[str, Run]]:
        """The runs that fit, of all that were read, with the page's ids."""
        return self._table.those(wanted)

    def differs(self, id: str, run: Run) -> None:
        """Takes a run that was read by itself, so that nobody has to wait for the next reading."""
        if self._watcher.differs(id, run):
            self._tell()

    def told(self, id: str) -> None:
        """Announces that something of the room differs: ``runs/<id>``, ``reproductions/<id>``."""
        self._notify(ROOM, id, self.revision)

    @property
    def revision(self) -> int:
        with self._lock:
            return self._revision

    def lasting(self, kind: type[L], make: Callable[[], L]) -> L:
        """What a part of the room keeps: made when first asked for, closed with the room."""
        with self._lock:
            found = self._lasting.get(kind)
            if not isinstance(found, kind):
                found = self._lasting[kind] = make()
            return found

    def close(self) -> None:
        self._watcher.close()
        with self._lock:
            lasting = list(self._lasting.values())
        for one in lasting:
            one.close()

    def _tell(self) -> None:
        with self._lock:
            self._revision += 1
            revision = self._revision
        self._notify(ROOM, "", revision)


def _usual(runs: Sequence[Run]) -> str:
    """The metric that most of the latest runs have; of equals the first by name."""
    counted = Counter(name for run in runs for name in run.metrics)
    return min(counted, key=lambda name: (-counted[name], name), default="")


def _row(id: str, run: Run, metric: str) -> RunRow:
    return RunRow(
        id=id,
        name=run.name,
        status=run.status,
        experiment=f"{id.partition('.')[0]}.{run.experiment}",
        started=run.started,
        ended=run.ended,
        metric=number(run.metrics.get(metric)),
    )
