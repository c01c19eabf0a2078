"""A link to a file in place: for whoever is in the same space."""

from __future__ import annotations

import os
from pathlib import Path

from sm_onboard.clones.here import Here
from sm_onboard.errors import Conflict, NotFound
from sm_onboard.notebook import LARGEST

from ..coordinates import Link
from ..models import LinkFact, LinkPreview
from .content import shown_content, too_large
from .looked import Looked
from .mine import Own, stand
from .reader import Reader
from .words import kind_of, name_of, size, where_in


def of_path(reader: Reader, here: Here, link: Link) -> Looked:
    """A file of this space, which is opened where it is.

    Raises:
        Conflict: ``links.other_space``.
        NotFound: ``links.file_unknown``.
    """
    _check_space(reader, link)
    own = _find(reader, here.root, link)
    length = own.seen[1]
    data = own.file.read_bytes() if length <= LARGEST else b""
    content = shown_content(data, link) if length <= LARGEST else too_large(length)
    what = f"{kind_of(link.path).capitalize()} of this space{where_in(link)}; it opens in place"
    return Looked(
        link=link,
        own=own,
        preview=LinkPreview(
            title=name_of(link),
            sender=link.sender,
            note=link.note,
            facts=(
                LinkFact(name="what", text=what),
                LinkFact(name="size", text=f"{size(length)}; nothing is fetched"),
            ),
            notebook=content.notebook,
            text=content.text,
            cell=content.cell,
            mine=link.path,
            mine_text="the file itself",
            how=("mine",),
            warnings=content.warnings,
        ),
    )


def _check_space(reader: Reader, link: Link) -> None:
    place = reader.place
    own = f"{place.domain_id}/{place.space}" if place.domain_id and place.space else ""
    if link.space == own:
        return
    if not link.space:
        raise Conflict(
            "links.other_space",
            "The link is to a file on the sender's own machine, which nobody else can read.",
            "Ask the sender for a snapshot, or for a link to a commit.",
        )
    domain, _, space = link.space.partition("/")
    where = f"You are in {place.space}." if own else "You are not in a space of Studio."
    raise Conflict(
        "links.other_space",
        f"The link is to a file in the space {space} of the domain {domain}. {where}",
        f"Open {space} in Studio, and paste the link there; or ask the sender for a snapshot.",
    )


def _find(reader: Reader, root: Path, link: Link) -> Own:
    """The file, below what JupyterLab shows.

    Raises:
        NotFound: ``links.file_unknown``.
    """
    shown = reader.root_dir or reader.place.home
    file = shown.joinpath(*link.path.split("/"))
    hidden = any(part.startswith(".") for part in link.path.split("/"))
    real = Path(os.path.realpath(file))
    inside = any(real.is_relative_to(os.path.realpath(folder)) for folder in (shown, root))
    # What is hidden by its real name is not shown by another one.
    below = next((x for x in (shown, root) if real.is_relative_to(os.path.realpath(x))), shown)
    hidden = hidden or (
        inside
        and any(part.startswith(".") for part in real.relative_to(os.path.realpath(below)).parts)
    )
    seen = stand(real) if inside and not hidden else None
    if seen is None:
        raise NotFound(
            "links.file_unknown",
            f"There is no file {name_of(link)} at that place here.",
            "It may have been moved or deleted. Ask the sender.",
        )
    return Own(real, link.path, False, seen)
