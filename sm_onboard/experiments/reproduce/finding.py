"""Which run a person means."""

from __future__ import annotations

from collections.abc import Sequence

from sm_onboard.errors import InvalidRequest, NotFound
from sm_onboard.experiments.models import Run, Store
from sm_onboard.git.names import shown

_SHORTEST = 4  # characters of an id that are taken for its beginning


def find_run(store: Store, text: str) -> Run:
    """The run with this id, else this name, else an id that begins so.

    Raises:
        NotFound: ``experiments.run_unknown``.
        InvalidRequest: ``experiments.run_ambiguous``; the hint names the ids.
    """
    return pick([run for run in store.runs() if not run.deleted], text, store.uri)


def pick(runs: Sequence[Run], text: str, uri: str) -> Run:
    """The same among runs that were read already; ``uri`` is what a message calls the store."""
    begins = len(text) >= _SHORTEST
    for found in (
        [run for run in runs if run.id == text],
        [run for run in runs if run.name == text],
        [run for run in runs if begins and run.id.startswith(text)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            newest = sorted(found, key=lambda run: run.started or 0, reverse=True)
            raise InvalidRequest(
                "experiments.run_ambiguous",
                f"{len(found)} runs are called {shown(text)}.",
                f"Name one by its id: {', '.join(shown(run.id) for run in newest[:5])}.",
            )
    raise NotFound(
        "experiments.run_unknown",
        f"There is no run {shown(text)} in {shown(uri, 200)}.",
        "sm-onboard experiments list shows the runs.",
    )
