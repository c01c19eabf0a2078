"""A link to a snapshot in one of the team's stores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from sm_onboard.clones.checks import shown_url
from sm_onboard.clones.here import Here
from sm_onboard.git.names import shown
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.notebook import LARGEST
from sm_onboard.snapshot import Kept

from ..allowed import place_of
from ..coordinates import Link
from ..models import LinkFact, SharedFile
from . import commits, mine, same, shares
from .commits import Repository
from .content import Content, shown_content
from .looked import Looked
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
from .shares import Share
from .trees import Tree, commit_told
from .unpacking import damaged
from .words import day, files, kind_of, size, where_in

_FILES = 500  # listed
_COMPARED = 100  # files that are read and compared
_NAMED = 3
Progress = Callable[[int], None]


def of_snapshot(reader: Reader, here: Here, link: Link, progress: Progress) -> Looked:
    """A link to a share.

    Raises:
        NotFound: ``links.file_unknown``, ``.store_unknown``, ``.share_gone``.
        Conflict: ``links.share_expired``.
        OnboardError: those of ``shares``.
    """
    with shares.reading(reader, here, link, progress) as share:
        shares.check_time(share, link, reader.now(), day)
        return _of_share(reader, here, link, share)


def _of_share(reader: Reader, here: Here, link: Link, share: Share) -> Looked:
    git, manifest, said = here.git(), share.manifest, share.said
    here.doing("Reading the snapshot.")
    repository = commits.look(here, manifest.url, manifest.base)
    kept = {file.path: file for file in manifest.files}
    data = _shared_file(git, share, repository, kept.get(link.path), link)
    content = Content(warnings=("It is shown once it is opened.",))
    if data is not None:
        content = shown_content(data, link)
    own, beside = own_file(git, repository, link.path, manifest.base, data or b"")
    place = place_for(here.root, link)
    other = sum(file.blob is not None for file in manifest.files) - (link.path in kept)
    more = f", and {files(other)} it needs" if other > 0 else ""
    outputs = "kept" if said.outputs else f"left out by {said.sender or 'the sender'}"
    facts = [
        fact("what", f"Snapshot: {kind_of(link.path)}{where_in(link)}{more}"),
        *([repository_fact(reader, repository)] if manifest.url else []),
        *([_built_on(git, repository, share)] if manifest.base else []),
        *outputs_fact(link, outputs),
        fact("size", f"{size(share.size)}; {_still_fetched(repository, share)}"),
        fact("store", link.store),
    ]
    warnings = _left_out(share)
    if said.notebook != link.path:
        warnings.append(f"The snapshot was made of {shown(said.notebook, 100)}.")
    if manifest.base and not repository.source and manifest.url:
        host = place_of(manifest.url)
        if not reader.allowed().why(host):
            warnings.append(
                f"Opening it beside fetches its repository from {host.shown}, which your team's "
                "file does not name."
            )
    looked = looked_at(
        reader,
        link,
        repository,
        content,
        own=own,
        beside=beside,
        place=place,
        facts=facts,
        files=_files(git, share, repository, link, beside),
        all_files=len(manifest.files),
        digest=manifest.bundle_sha256,
        warnings=tuple(warnings),
    )
    preview = changed(
        looked.preview,
        sender=link.sender or said.sender,
        note=link.note or said.note,
        sent=said.sent,
        until=said.until,
        same=same.parts(share, reader, repository.own.folder if repository.own else None),
    )
    return replace(
        looked,
        preview=preview,
        until=said.until,
        python=said.python,
        packages=bool(share.packages) and not share.is_of_another_python,
    )


def _shared_file(
    git: Git, share: Share, repository: Repository, kept: Kept | None, link: Link
) -> bytes | None:
    """The file that a share is about; None where only its base has it, and that is not here.

    Raises:
        NotFound: ``links.file_unknown``.
        OnboardError: ``links.share_damaged``.
    """
    if kept is not None:
        if kept.blob is None or kept.mode not in ("100644", "100755"):
            raise no_file(link, "the snapshot")
        return read_kept(git, share, kept, link) if kept.size <= LARGEST else b""
    if repository.source is None:
        if not share.manifest.base:
            raise no_file(link, "the snapshot")
        return None
    tree = Tree(git, repository.source.folder, share.manifest.head)
    entry = tree.find(link.path)
    if entry is None:
        raise no_file(link, "the snapshot")
    return tree.read(entry.oid) if entry.size <= LARGEST else b""


def read_kept(git: Git, share: Share, kept: Kept, link: Link) -> bytes:
    """A file of a share's bundle, which is what its manifest says.

    Raises:
        OnboardError: ``links.share_damaged``.
    """
    assert kept.blob is not None
    tree = Tree(git, share.bare, share.manifest.commit)
    if tree.size(kept.blob) != kept.size:
        damaged(link, "A file of it is not in its bundle.")
    try:
        data = tree.read(kept.blob)
    except GitFailed:
        damaged(link, "A file of it is not in its bundle.")
    if hashlib.sha256(data).hexdigest() != kept.sha256:
        damaged(link, "A file of it is not what was written.")
    return data


def _files(
    git: Git, share: Share, repository: Repository, link: Link, first: mine.Beside
) -> list[SharedFile]:
    """The files of a share, the one that it is about first."""
    ordered = sorted(share.manifest.files, key=lambda file: (file.path != link.path, file.path))
    clone, found = repository.own, []
    for number, file in enumerate(ordered[:_FILES]):
        beside = mine.Beside("none" if clone is None else "differs")
        if file.path == link.path:
            beside = first
        elif clone is not None:
            own = mine.at(clone.folder, file.path)
            if file.blob is None:
                beside = mine.Beside("differs" if own else "same", "not in the snapshot")
            elif own is None:
                beside = mine.Beside("new")
            elif number < _COMPARED and file.size <= LARGEST:
                beside = mine.compared(own, read_kept(git, share, file, link), clone)
        text = beside.text
        if beside.here == "differs" and "differ" in text:
            text += " from yours"
        path = shown(file.path, 300)
        found.append(SharedFile(path=path, size=file.size, here=beside.here, text=text))
    return found


def _still_fetched(repository: Repository, share: Share) -> str:
    if not share.manifest.base or repository.source:
        return "nothing else is fetched"
    if not share.manifest.url:
        return "the commit it builds on is not here, and only its own files are opened"
    host = shown_url(share.manifest.url).partition("/")[0]
    return f"opening it beside fetches the commit it builds on from {host}"


def _built_on(git: Git, repository: Repository, share: Share) -> LinkFact:
    base = share.manifest.base[0]
    branch = f", {shown(share.manifest.branch, 60)}" if share.manifest.branch else ""
    if repository.source is None:
        return fact("commit", f"{base[:7]}{branch}, which is not here", "unknown")
    told = commit_told(git, repository.source.folder, base)
    return fact("commit", f"{commit_text(base, told)}; you have it")


def _left_out(share: Share) -> list[str]:
    if not share.said.left_out:
        return []
    listed = ", ".join(f"{path} ({why})" for path, why in share.said.left_out[:_NAMED])
    rest = len(share.said.left_out) - _NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return [f"Not in the snapshot: {listed}{more}."]
