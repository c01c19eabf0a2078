"""Where a run can be found by others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_onboard.experiments import record

from ..coordinates import HERE, Link, LinkError, check

if TYPE_CHECKING:
    from sm_onboard.experiments.models import Run
    from sm_onboard.experiments.service import Found
    from sm_onboard.studio import Place

_LONGEST_ID = 1000  # characters


@dataclass(frozen=True)
class RunPlace:
    """A run as a link says it.

    Attributes:
        id: the page's. name: for people. run: its store's id.
        tracking: where it is; ``here`` where only this space can read it.
        space: ``domain/space`` of ``here``; empty: not in Studio.
    """

    id: str
    name: str
    run: str
    tracking: str
    space: str = ""

    @property
    def here(self) -> bool:
        return self.tracking == HERE


def of_page(id: str, find: Callable[[str], Found], place: Place) -> RunPlace:
    """A run by the page's id; may block.

    Raises:
        NotFound: ``experiments.store_unknown``, ``experiments.run_unknown``.
        OnboardError: its store cannot be opened.
    """
    found = find(id[:_LONGEST_ID])
    known = found.known or found.store.run(found.run)
    return _placed(id, known, found.place.uri, place)


def of_notebook(
    those: Callable[[Callable[[Run], bool]], list[tuple[str, Run]]],
    find: Callable[[str], Found],
    notebooks: frozenset[str],
    url: str,
    place: Place,
) -> RunPlace | None:
    """The newest run that a notebook recorded, among those that were read already.

    Args:
        notebooks: how the record may call it: below its repository, or its whole path.
        url: of its repository; empty: none.
    """

    def wanted(run: Run) -> bool:
        if run.tags.get(record.NOTEBOOK) not in notebooks:
            return False
        return run.tags.get(record.REPOSITORY, "").rstrip("/") in ("", url.rstrip("/"))

    newest = max(those(wanted), key=lambda pair: pair[1].started or 0, default=None)
    if newest is None:
        return None
    id, run = newest
    return _placed(id, run, find(id).place.uri, place)


def _placed(id: str, run: Run, uri: str, place: Place) -> RunPlace:
    space = f"{place.domain_id}/{place.space}" if place.domain_id and place.space else ""
    name = run.name or run.id
    if uri == "sagemaker-experiments" and place.region:
        uri = f"sagemaker-experiments:{place.region}"
    try:
        check(Link("run", tracking=uri, run=run.id))
    except LinkError:
        return RunPlace(id, name, run.id, HERE, space)
    return RunPlace(id, name, run.id, uri)
