"""What a store of another machine is asked, so that little is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sm_onboard.experiments.models import Experiment, Run, Store


@dataclass(frozen=True)
class Page:
    """Runs as they are now.

    Attributes:
        gone: ids of known runs that the store no longer has.
        last: whether this is the end of a walk.
    """

    runs: Sequence[Run]
    gone: Collection[str] = field(default=())
    last: bool = False


class Walk(Protocol):
    """All runs of some experiments, one request at a time, the newest first."""

    def page(self, known: Mapping[str, Run]) -> Page:
        """The next of them; after an error the same once more.

        Args:
            known: the runs of these experiments that the walk may find gone, by id.
        """
        ...


class Feed(Protocol):
    """Asks one store for what is new. Not for several threads at once.

    Attributes:
        every: seconds between two pages of the walk that finds what ``news`` cannot.
        mark: from where ``news`` goes on; kept with the runs. 0: from the beginning.
    """

    every: float
    mark: int

    def experiments(self) -> list[Experiment]: ...

    def walk(self, experiments: Sequence[str], *, first: bool) -> Walk:
        """Args:
        first: nothing is shown yet, so the first page is a small one.
        """
        ...

    def news(
        self, experiments: Sequence[str], known: Mapping[str, Run], behind: Collection[str]
    ) -> Iterator[Page]:
        """What changed since it was last asked: two requests where nothing did.

        Args:
            behind: those of the experiments that were not asked for lately.
        """
        ...

    def latest(self, experiments: Sequence[str], size: int) -> Sequence[Run]:
        """The last runs to begin; one request."""
        ...


def feed_of(store: Store) -> Feed:
    """The way to follow a store that is on another machine."""
    from sm_onboard.experiments.stores.rest import MlflowStore
    from sm_onboard.experiments.stores.sagemaker import SagemakerStore

    if isinstance(store, MlflowStore):
        from .mlflow import MlflowFeed

        return MlflowFeed(store)
    assert isinstance(store, SagemakerStore), "every other store is read where it is"
    from .sagemaker import SagemakerFeed

    return SagemakerFeed(store)
