"""Tags and notes of runs, set by a person. Those that describe the recording are not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sm_onboard.errors import InvalidRequest, OnboardError
from sm_onboard.experiments.problems import problem_of
from sm_onboard.git.names import has_control

from .reading import NOTE, own_tag
from .shown import TagsChange, TagsChanged, TagsRefused

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService

RUNS: Final = 500
"""Runs of one request: each is a call of its store."""


def change(room: ExperimentsService, wanted: TagsChange) -> TagsChanged:
    """Sets them run by run; what one store refuses does not hold up the others. Blocks.

    Raises:
        InvalidRequest: ``experiments.bad_tag``, ``experiments.tag_reserved``,
            ``experiments.too_many_runs``; then nothing was changed.
        OnboardError: those of the store, where it refused all of them.
    """
    _check(wanted)
    done: list[str] = []
    refused: list[TagsRefused] = []
    last: OnboardError | None = None
    for id in dict.fromkeys(wanted.runs):
        try:
            found = room.find(id)
            found.store.set_tags(found.run, dict(wanted.tags))
            done.append(id)
            room.differs(id, found.store.run(found.run))
        except OnboardError as error:
            if id in done:
                continue  # it was done; only reading it again did not work
            last = error
            refused.append(TagsRefused(run=id, problem=problem_of(error)))
    if last is not None and not done:
        raise last
    for id in done:
        room.told(f"runs/{id}")
    return TagsChanged(done=tuple(done), refused=tuple(refused))


def _check(wanted: TagsChange) -> None:
    if not 0 < len(wanted.runs) <= RUNS:
        raise InvalidRequest(
            "experiments.too_many_runs",
            f"Tags are set for 1 to {RUNS} runs at a time, and these are {len(wanted.runs):,}.",
            "Choose fewer runs.",
        )
    for name in wanted.tags:
        if not name.strip() or len(name) > 250 or has_control(name):
            raise InvalidRequest(
                "experiments.bad_tag",
                "A tag's name has 1 to 250 characters, all of which can be seen.",
                "Choose another name.",
            )
        if name != NOTE and not own_tag(name):
            raise InvalidRequest(
                "experiments.tag_reserved",
                f"Tags that begin with {name.partition('.')[0]}. say how a run was recorded, and "
                "stay as they are.",
                "Choose another name.",
            )
