"""What is shown of a link before the person decides: the words and facts that all kinds have."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from sm_onboard.clones.checks import shown_url
from sm_onboard.errors import NotFound
from sm_onboard.git.run import Git

from ..coordinates import Link
from ..models import LinkFact, LinkPreview, LinkState, SharedFile
from . import mine
from .commits import Repository
from .content import Content
from .looked import Looked
from .reader import Reader
from .trees import Commit
from .words import day, name_of

How = Literal["beside", "mine", "run"]


def looked_at(
    reader: Reader,
    link: Link,
    repository: Repository,
    content: Content,
    *,
    own: mine.Own | None,
    beside: mine.Beside,
    place: Path,
    facts: list[LinkFact],
    files: Sequence[SharedFile],
    all_files: int,
    digest: str,
    warnings: Sequence[str],
) -> Looked:
    contents = reader.contents(own.file) if own else ""
    text = mine.named(own, beside) if own else ""
    if own and not contents and reader.root_dir:
        text = f"{text}; JupyterLab does not show it here" if text else ""
    how: list[How] = ["beside"]
    if own and (contents or reader.root_dir is None):
        how.append("mine")
    keeps = []
    if repository.own:
        keeps.append(f"Your {reader.shown(repository.own.folder)} stays as it is.")
    return Looked(
        link=link,
        repository=repository,
        own=own if "mine" in how else None,
        place=place,
        digest=hashlib.sha256(digest.encode()).hexdigest(),
        preview=LinkPreview(
            title=name_of(link),
            sender=link.sender,
            note=link.note,
            facts=tuple(facts),
            files=tuple(files),
            all_files=all_files,
            notebook=content.notebook,
            text=content.text,
            cell=content.cell,
            differing=beside.differing if own else None,
            mine=contents,
            mine_text=text,
            place=reader.shown(place),
            keeps=tuple(keeps),
            how=tuple(how),
            warnings=(*warnings, *content.warnings),
        ),
    )


def own_file(
    git: Git, repository: Repository, path: str, after: tuple[str, ...], data: bytes
) -> tuple[mine.Own | None, mine.Beside]:
    """The reader's own file, and how the shared one stands beside it."""
    clone = repository.own
    own = mine.find(git, clone, path, after) if clone else None
    return own, mine.compared(own, data, clone)


def repository_fact(reader: Reader, repository: Repository) -> LinkFact:
    name = shown_url(repository.url)
    if repository.own:
        return fact("repository", f"{name}, you have it in {reader.shown(repository.own.folder)}")
    return fact("repository", f"{name}, which you do not have here")


def commit_text(commit: str, told: Commit) -> str:
    parts = [commit[:7], day(told.at) if told.at is not None else "", told.author]
    said = ", ".join(part for part in parts if part)
    return f"{said}: {told.message}" if told.message else said


def outputs_fact(link: Link, text: str) -> list[LinkFact]:
    return [fact("outputs", text)] if link.path.endswith(".ipynb") else []


def fact(name: str, text: str, state: LinkState = "ok") -> LinkFact:
    return LinkFact(name=name, text=text, state=state)  # type: ignore[arg-type]


def changed(preview: LinkPreview, **changes: object) -> LinkPreview:
    return msgspec.structs.replace(preview, **changes)


def no_file(link: Link, where: str) -> NotFound:
    return NotFound(
        "links.file_unknown",
        f"There is no file {name_of(link)} in {where}.",
        "Ask the sender for a new link.",
    )
