"""A link to a commit."""

from __future__ import annotations

from dataclasses import replace

from sm_onboard.clones.checks import shown_url
from sm_onboard.clones.here import Here
from sm_onboard.errors import OnboardError, Stopped
from sm_onboard.notebook import LARGEST

from ..coordinates import Link
from ..models import SharedFile
from . import commits
from .commits import Repository
from .content import shown_content, too_large
from .looked import Looked
from .of_share import Progress, of_snapshot
from .placing import place_for
from .preview import (
    changed,
    commit_text,
    fact,
    looked_at,
    no_file,
    outputs_fact,
    own_file,
    repository_fact,
)
from .reader import Reader
from .trees import Tree
from .words import kind_of, size, where_in


def of_git(reader: Reader, here: Here, link: Link, progress: Progress) -> Looked:
    """A link to a commit; where that is gone, to the snapshot that was kept in case.

    Raises:
        NotFound: ``links.file_unknown``.
        OnboardError: those of ``commits`` and ``shares``.
    """
    try:
        with commits.reading(reader, here, link) as (repository, tree):
            return _of_commit(reader, here, link, repository, tree)
    except Stopped:
        raise
    except OnboardError as error:
        if not link.digest or error.code == "links.moved_elsewhere":
            raise
        instead = replace(link, kind="snapshot", repository="", commit="")
        looked = of_snapshot(reader, here, instead, progress)
        said = f"{error.message} This is the snapshot that the sender kept in case of that."
        preview = looked.preview
        return replace(looked, preview=changed(preview, warnings=(said, *preview.warnings)))


def _of_commit(
    reader: Reader, here: Here, link: Link, repository: Repository, tree: Tree
) -> Looked:
    git = here.git()
    here.doing("Reading the file.")
    entry = tree.find(link.path)
    if entry is None:
        raise no_file(link, f"commit {link.commit[:7]}")
    data = tree.read(entry.oid) if entry.size <= LARGEST else b""
    content = shown_content(data, link) if entry.size <= LARGEST else too_large(entry.size)
    own, beside = own_file(git, repository, link.path, (link.commit,), data)
    place = place_for(here.root, link)
    fetched = f"{size(entry.size)}; nothing is fetched"
    if repository.source is None:
        host = shown_url(repository.url).partition("/")[0]
        fetched = f"{size(entry.size)}; opening it beside fetches the repository from {host}"
    facts = [
        fact("what", f"{kind_of(link.path).capitalize()} in a commit{where_in(link)}"),
        repository_fact(reader, repository),
        fact("commit", commit_text(link.commit, tree.told())),
        *outputs_fact(link, "as they were committed" if content.outputs else "none"),
        fact("size", fetched),
    ]
    listed = (SharedFile(path=link.path, size=entry.size, here=beside.here, text=beside.text),)
    return looked_at(
        reader,
        link,
        repository,
        content,
        own=own,
        beside=beside,
        place=place,
        facts=facts,
        files=listed,
        all_files=1,
        digest=entry.oid,
        warnings=repository.warnings,
    )
