"""What is asked for, the kind of link that it becomes, and the link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import InvalidRequest

from ..coordinates import NOTE, Link, check
from ..models import LinkAsked, LinkChoice, LinkStanding
from . import words
from .sharing import Share
from .standing import Looked, shown_url

_DAYS = 365
_BASE = re.compile(r"[\x21\x24-\x3b\x3d\x40-\x7e]{1,500}", re.ASCII)  # none of " # < > ?


@dataclass(frozen=True)
class Ready:
    """What is to be done once nothing stands against it."""

    looked: Looked
    choice: LinkChoice
    sender: str
    store: str = ""
    share: Share | None = None
    push: bool = False


def checked(asked: LinkAsked) -> LinkAsked:
    """Raises InvalidRequest: see ``Makings.begin``."""
    if bool(asked.contents) == bool(asked.run):
        raise InvalidRequest("links.nothing_asked", "Name a file, or a run.", "")
    if not 1 <= asked.days <= _DAYS:
        raise InvalidRequest("links.wrong", f"A snapshot is kept for 1 to {_DAYS} days.", "")
    if asked.base:
        parts = urlsplit(asked.base)
        good = parts.scheme in ("https", "http") and parts.hostname and "@" not in parts.netloc
        if not good or not _BASE.fullmatch(asked.base):
            raise InvalidRequest(
                "links.base_wrong", "That is not the address of a JupyterLab.", "Leave it out."
            )
    note = " ".join(asked.note.split())
    if len(note) > NOTE:
        raise InvalidRequest("links.wrong", f"A note has at most {NOTE} characters.", "")
    # what a link of any kind may not have is told before anything is done
    check(Link("path", path="x", cell=asked.cell, heading=asked.heading, note=note))
    return msgspec.structs.replace(asked, note=note)


def chosen(
    standing: LinkStanding, asked: LinkAsked
) -> tuple[LinkChoice | None, DomainProblem | None]:
    """The choice that is made, or why it cannot be."""
    kind = asked.kind or standing.best
    choices = {choice.kind: choice for choice in standing.choices}
    if not kind:
        tried = [choices[kind] for kind in ("git", "snapshot") if kind in choices]
        first = next((one for one in tried if one.can_push), tried[-1] if tried else None)
        return None, first.problem if first else None
    choice = choices.get(kind)
    if choice is None:
        return None, DomainProblem(
            code="links.no_such_kind",
            message=f"There is no link of kind {kind} for {standing.name}.",
            hint="Choose another kind.",
        )
    if choice.problem and not (choice.can_push and asked.push):
        return None, choice.problem
    return choice, None


def link_of(ready: Ready, digest: str = "") -> Link:
    looked, asked, kind = ready.looked, ready.looked.asked, ready.choice.kind
    common: dict[str, str] = {
        "cell": asked.cell,
        "heading": asked.heading,
        "sender": ready.sender,
        # a snapshot's note lies with it
        "note": asked.note if kind != "snapshot" else "",
    }
    if kind == "run":
        assert looked.run is not None
        run = looked.run
        return Link("run", tracking=run.tracking, run=run.run, space=run.space, **common)
    assert looked.file is not None
    if kind == "path":
        return Link("path", path=looked.file.contents, space=looked.space, **common)
    stored = {"store": ready.store, "digest": digest} if digest else {}
    if kind == "snapshot":
        return Link("snapshot", path=looked.path, **stored, **common)
    assert looked.repository is not None
    return Link(
        "git",
        path=looked.path,
        repository=looked.repository.url,
        commit=looked.repository.head,
        **stored,
        **common,
    )


def gets_of(looked: Looked, choice: LinkChoice) -> str:
    if choice.gets or looked.repository is None:
        return choice.gets
    repository = looked.repository
    return words.git_gets(looked.asked, repository.head, shown_url(repository.url), looked.thing)
