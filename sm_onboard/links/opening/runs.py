"""A link to a run: it leads to the run's page."""

from __future__ import annotations

from sm_onboard.clones.here import Here
from sm_onboard.errors import Conflict, NotFound, OnboardError
from sm_onboard.git.addresses import display
from sm_onboard.git.names import shown

from ..coordinates import HERE, Link
from ..models import LinkFact, LinkPreview
from .looked import Looked
from .reader import Reader
from .words import day


def of_run(reader: Reader, here: Here, link: Link) -> Looked:
    """The run as its store has it.

    Raises:
        Conflict: ``links.other_space``.
        NotFound: ``links.run_unknown``.
        OnboardError: those of the store.
    """
    if link.tracking == HERE:
        _check_space(reader, link)
    where = "this space" if link.tracking == HERE else display(link.tracking)
    here.doing(f"Reading the run from {where}.")
    id, name, store = reader.find_run(link.tracking)
    try:
        run = store.run(link.run)
    except OnboardError as error:
        if error.code != "experiments.run_unknown":
            raise
        raise NotFound(
            "links.run_unknown",
            f"There is no run {shown(link.run)} in {shown(name, 100)}.",
            "It may have been deleted. Ask the sender.",
        ) from error
    page = f"{id}.{run.id}"
    title = shown(run.name or run.id, 100)
    since = f", {day(run.started)}" if run.started is not None else ""
    return Looked(
        link=link,
        preview=LinkPreview(
            title=title,
            sender=link.sender,
            note=link.note,
            facts=(
                LinkFact(name="what", text="A recorded run; it opens on its page"),
                LinkFact(name="run", text=f"{title}, {run.status}{since}"),
                LinkFact(name="store", text=shown(name, 100)),
            ),
            how=("run",),
            run=page,
        ),
    )


def _check_space(reader: Reader, link: Link) -> None:
    place = reader.place
    own = f"{place.domain_id}/{place.space}" if place.domain_id and place.space else ""
    if link.space != own:
        space = link.space.partition("/")[2]
        raise Conflict(
            "links.other_space",
            f"The run was recorded in the space {space} alone."
            if space
            else "The run was recorded on the sender's own machine.",
            "Ask the sender to open it there, or to record into the team's MLflow."
            if not space
            else f"Open {space} in Studio and paste the link there, or ask the sender.",
        )
