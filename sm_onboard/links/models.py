"""The contract of links: made for one file or run, and opened by somebody else."""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.domain.models import DomainProblem
from sm_onboard.notebook import Notebook

Kind = Literal["path", "git", "snapshot", "run"]
"""``path``: in place, for whoever is in the same space. ``git``: a file of a commit that its
remote has. ``snapshot``: files as they are now, in a store of the team's. ``run``: a recorded
run."""

LinkState = Literal["ok", "differs", "missing", "unknown"]


# Making a link


class LinkAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Make a link.

    Attributes:
        contents: the file as JupyterLab calls it; empty for a run.
        run: the page's id of a run; empty for a file.
        cell: id of the cell that the link points to. heading: text of the heading; or neither.
        kind: empty takes the best one.
        store: alias of the team's store for a snapshot; empty takes the first.
        outputs: keep the notebook's outputs in a snapshot.
        days: how long a snapshot is kept, 1 to 365.
        note: for the reader, at most 500 characters.
        push: push the commit to its branch first; never forced.
        fallback: for ``git``: keep a snapshot too, in case the commit goes away.
        base: the address of this JupyterLab, up to ``/lab``, that the link begins with; readers
            ignore it. Where the team has a page for links, that one is taken.
    """

    contents: str = ""
    run: str = ""
    cell: str = ""
    heading: str = ""
    kind: Kind | Literal[""] = ""
    store: str = ""
    outputs: bool = False
    days: int = 30
    note: str = ""
    push: bool = False
    fallback: bool = False
    base: str = ""


class LinkChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of link that there is for this file, or why there is not.

    Attributes:
        title: "Snapshot of now". text: what it points to, and what would not be in it.
        gets: what whoever opens it gets: one sentence.
        warning: what the sender has to know before sending; may be empty.
        problem: why this kind is not possible; None where it is.
        can_push: pushing the commit would make it possible.
    """

    kind: Kind
    title: str
    text: str
    gets: str = ""
    warning: str = ""
    problem: DomainProblem | None = None
    can_push: bool = False


class LinkStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store of the team's: its alias, and who can read what is in it, as a sentence."""

    alias: str
    readers: str


class HostAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The file's address at its host: for whoever has no JupyterLab."""

    host: Literal["GitHub", "GitLab", "CodeCommit", "Bitbucket"]
    url: str


class LinkStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What can be linked to.

    Attributes:
        name: of the file or run.
        best: the kind that is taken when none is named; empty where none is possible.
        stores: empty where the team's file names none.
        has_outputs: the notebook has outputs now.
        can_export: it can be saved as a page of its own.
    """

    name: str
    best: Kind | Literal[""]
    choices: tuple[LinkChoice, ...]
    stores: tuple[LinkStore, ...] = ()
    addresses: tuple[HostAddress, ...] = ()
    has_outputs: bool = False
    can_export: bool = False


class SecretFound(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looks like a secret; the secret itself is never shown.

    Attributes:
        where: file and line, or file and cell: ``train.ipynb, cell 3``.
        what: which kind of secret: "AWS Access Key". shown: its beginning, the rest masked.
    """

    path: str
    where: str
    what: str
    shown: str


class LinkMade(msgspec.Struct, frozen=True, kw_only=True):
    """A link that can be sent.

    Attributes:
        gets: what whoever opens it gets: one sentence.
        files: how many are in the snapshot. size: of what was stored, in bytes.
        until: ms since the epoch; None where it does not expire.
        readers: who can read the store, as a sentence; empty for other kinds.
        digest: of what was stored, its name in the list of one's own links; may be empty.
        left_out: files that were not put into the snapshot, each with the reason.
        secrets: how many findings were sent all the same.
        packages: that the packages named in it are not those of the notebook's kernel, as a
            sentence; empty where they are.
    """

    link: str
    kind: Kind
    gets: str
    files: int = 0
    size: int = 0
    until: int | None = None
    readers: str = ""
    digest: str = ""
    left_out: tuple[str, ...] = ()
    secrets: int = 0
    packages: str = ""


class LinkMaking(msgspec.Struct, frozen=True, kw_only=True):
    """A link that is being made.

    ``looking`` -> (secrets found: ``asks`` -> confirmed) -> ``making`` -> ``made``; ``failed``
    and ``cancelled`` left nothing in any store.

    Attributes:
        looked: how often it was looked at; a confirmation names it.
        doing: a sentence on what is waited for. percent: of that; None where not known.
        standing: what could be linked to; None until that is known.
        findings: what looks like a secret in what would be sent.
    """

    id: str
    state: Literal["looking", "asks", "making", "made", "failed", "cancelled"]
    looked: int = 0
    doing: str = ""
    percent: int | None = None
    standing: LinkStanding | None = None
    findings: tuple[SecretFound, ...] = ()
    made: LinkMade | None = None
    problem: DomainProblem | None = None


class LinkConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The person has seen the findings and sends all the same."""

    looked: int


class MadeLink(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot that was shared from here.

    Attributes:
        id: the digest. made, until: ms since the epoch.
    """

    id: str
    name: str
    link: str
    store: str
    made: int
    until: int | None
    size: int
    note: str
    expired: bool


class MadeLinks(msgspec.Struct, frozen=True, kw_only=True):
    links: tuple[MadeLink, ...]


class PageAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Save a notebook as a page of its own.

    Attributes:
        contents: as JupyterLab calls it. outputs: with its outputs: text and pictures only.
        secrets: the person has seen what looks like a secret, and wants the page.
    """

    contents: str
    outputs: bool = True
    secrets: bool = False


class NotebookPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that needs nothing else and runs nothing; ``html`` is empty where ``findings``
    were not seen yet."""

    name: str
    html: str
    findings: tuple[SecretFound, ...] = ()


# Opening a link


class OpenAsked(msgspec.Struct, frozen=True, kw_only=True):
    link: str  # as it was pasted, with any host


class LinkClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What a link says, taken apart and checked for form. Nothing of it was verified.

    Attributes:
        sender: a claim, nothing more. note: likewise.
        repository: host and path. host: what would be asked; empty where nobody is.
        store: the alias. run: the store's id of the run. tracking: where that run is.
        space: where a ``path`` is in place.
    """

    kind: Kind
    sender: str
    note: str
    path: str
    cell: str
    heading: str
    repository: str = ""
    host: str = ""
    commit: str = ""
    store: str = ""
    digest: str = ""
    run: str = ""
    tracking: str = ""
    space: str = ""


class LinkTrust(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the preview is fetched without asking, and why, as a sentence.

    Attributes:
        asked: what would be asked: a host, or a store's alias; empty: nobody is.
    """

    listed: bool
    asked: str
    why: str


class LinkPart(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it would give the same here."""

    part: Literal["data", "packages", "python", "image"]
    state: LinkState
    text: str


class LinkFact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found out; ``ok``: verified, ``unknown``: only claimed."""

    name: Literal["what", "repository", "commit", "outputs", "size", "store", "run"]
    text: str
    state: LinkState = "ok"


class SharedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that comes with the link.

    Attributes:
        here: how it stands beside the reader's own: ``same``, ``differs``, ``new`` (there is
            none), ``none`` (the reader has no clone).
        text: "2 cells differ from yours"; may be empty.
        size: bytes.
    """

    path: str
    size: int
    here: Literal["same", "differs", "new", "none"]
    text: str = ""


class LinkPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        sender, note: claims. sent, until: ms since the epoch; None where unknown.
        files: the first of ``all_files``.
        notebook: its cells, untrusted. text: of a file that is no notebook.
        cell: the cell that the link points to; empty where there is none, or it is not there,
            which ``warnings`` say.
        differing: ids of cells that differ from the reader's own; None where it was not compared.
        mine: the reader's own file at the same place, as JupyterLab calls it; empty: none.
        mine_text: how it stands: "the same", "2 cells differ", "renamed to …".
        place: the folder that would be made. keeps: what stays as it is, sentences.
        how: what can be chosen. ``beside``: a copy of its own; ``mine``: the reader's own file;
            ``run``: the run's page.
        run: the page's id of the run.
        warnings: what went otherwise than the link says: sentences.
    """

    title: str
    sender: str = ""
    note: str = ""
    sent: int | None = None
    until: int | None = None
    facts: tuple[LinkFact, ...] = ()
    files: tuple[SharedFile, ...] = ()
    all_files: int = 0
    same: tuple[LinkPart, ...] = ()
    notebook: Notebook | None = None
    text: str | None = None
    cell: str = ""
    differing: tuple[str, ...] | None = None
    mine: str = ""
    mine_text: str = ""
    place: str = ""
    keeps: tuple[str, ...] = ()
    how: tuple[Literal["beside", "mine", "run"], ...] = ()
    run: str = ""
    warnings: tuple[str, ...] = ()


class LinkOpened(msgspec.Struct, frozen=True, kw_only=True):
    """What was opened.

    Attributes:
        place: whole path of what was made; empty where nothing was.
        contents: the file as JupyterLab calls it; empty where it cannot be shown, and ``why``
            says why not.
        folder_contents: the folder as JupyterLab's file browser calls it; may be empty.
        install: a line for a terminal that installs the packages beside it; may be empty.
    """

    how: Literal["beside", "mine", "run"]
    place: str = ""
    contents: str = ""
    why: str = ""
    folder_contents: str = ""
    cell: str = ""
    heading: str = ""
    run: str = ""
    install: str = ""


class LinkOpening(msgspec.Struct, frozen=True, kw_only=True):
    """A link that is being opened.

    ``asks`` (the host is not listed: the person decides) -> ``fetching`` -> ``ready`` -> (the
    person has chosen) ``opening`` -> ``opened``. ``failed`` and ``cancelled`` wrote nothing but
    our cache. A choice that no longer holds leads back to ``ready``, with ``problem`` and a new
    preview.

    Attributes:
        looked: how often it was looked at; a choice names it.
        doing: a sentence on what is waited for. percent: of that; None where not known.
    """

    id: str
    state: Literal["asks", "fetching", "ready", "opening", "opened", "failed", "cancelled"]
    claims: LinkClaims
    trust: LinkTrust
    looked: int = 0
    doing: str = ""
    percent: int | None = None
    preview: LinkPreview | None = None
    opened: LinkOpened | None = None
    problem: DomainProblem | None = None


class OpenFetch(msgspec.Struct, frozen=True, kw_only=True):
    """The person lets the preview be fetched from this host."""

    host: str


class OpenChosen(msgspec.Struct, frozen=True, kw_only=True):
    looked: int
    how: Literal["beside", "mine", "run"]
