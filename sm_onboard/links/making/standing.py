"""What can be linked to: found out from the file, its repository and its runs. Asks no host."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sm_onboard.domain.models import DomainProblem
from sm_onboard.errors import InvalidRequest
from sm_onboard.git.addresses import display
from sm_onboard.git.run import Git

from ..models import Kind, LinkAsked, LinkChoice, LinkStanding, LinkStore
from . import needs as needed
from . import repository as repositories
from . import words
from .addresses import addresses
from .files import File, find
from .needs import Needs
from .outputs import document, has_outputs, stripped
from .repository import Repository, State
from .runs import RunPlace

if TYPE_CHECKING:
    from sm_onboard.studio import Place


@dataclass(frozen=True)
class Looked:
    """What was found out about one file or run.

    Attributes:
        root: the folder that ``path`` and the files it needs are below: the repository's work
            tree, or the folder that holds all of them.
        data: the file as it was read.
        states: which of the file and what it needs are not as HEAD has them.
        run: the run itself, or the last one that the notebook recorded.
        space: ``domain/space`` of this JupyterLab; empty: not in Studio.
    """

    asked: LinkAsked
    standing: LinkStanding
    file: File | None = None
    data: bytes = b""
    root: Path = Path("/")
    path: str = ""
    repository: Repository | None = None
    needs: Needs = field(default_factory=Needs)
    states: Mapping[str, State] = field(default_factory=dict)
    run: RunPlace | None = None
    space: str = ""

    @property
    def thing(self) -> str:
        return "notebook" if self.file and self.file.is_notebook else "file"

    @property
    def url(self) -> str:
        return self.repository.url if self.repository else ""


def of_run(asked: LinkAsked, run: RunPlace) -> Looked:
    choice = _run_choice(run)
    standing = LinkStanding(name=run.name, best="run", choices=(choice,))
    return Looked(asked, standing, run=run)


def of_file(
    asked: LinkAsked,
    git: Git,
    *,
    root_dir: Path,
    place: Place,
    stores: Mapping[str, LinkStore],
    run_of: Callable[[frozenset[str], str], RunPlace | None],
) -> Looked:
    """What can be linked to for a file.

    Args:
        root_dir: what JupyterLab's files are below.
        stores: the team's, by alias.
        run_of: the last run of a notebook, by the names that its record may have and the
            repository's address.

    Raises:
        OnboardError: ``links.file_*``, ``links.folder``.
    """
    file = find(root_dir, asked.contents)
    data = file.read()
    top = repositories.find(file.real.parent)
    repository = repositories.look(git, top) if top else None
    root = repository.root if repository else needed.widest(file.real, file.top)
    root = Path(os.path.realpath(root))
    path = file.real.relative_to(root).as_posix()
    needs = needed.find(root, path, data)
    if repository is None:
        root, path, needs = _narrowed(root, path, needs)
        states: dict[str, State] = dict.fromkeys((path, *needs.files), "new")
    else:
        wanted = (path, *needs.files)
        states = repositories.differing(git, repository, repository.head, wanted)
    names = frozenset((path, str(file.real)))
    run = run_of(names, repository.url if repository else "") if file.is_notebook else None
    looked = Looked(
        asked=asked,
        standing=LinkStanding(name=file.name, best="", choices=()),
        file=file,
        data=data,
        root=root,
        path=path,
        repository=repository,
        needs=needs,
        states=states,
        run=run,
        space=f"{place.domain_id}/{place.space}" if place.domain_id and place.space else "",
    )
    notebook = _notebook(file, data)
    choices = tuple(_choices(looked, git, place, stores))
    at_host = repository and repository.pushed and states.get(path) != "new"
    standing = LinkStanding(
        name=file.name,
        best=_best({one.kind: one for one in choices}, looked, place),
        choices=choices,
        stores=tuple(stores.values()),
        addresses=(
            addresses(repository.url, repository.head, path) if repository and at_host else ()
        ),
        has_outputs=bool(notebook and has_outputs(notebook)),
        can_export=notebook is not None,
    )
    return replace(looked, standing=standing)


def _notebook(file: File, data: bytes) -> dict[str, Any] | None:
    try:
        return document(data) if file.is_notebook else None
    except InvalidRequest:
        return None


def _narrowed(root: Path, path: str, needs: Needs) -> tuple[Path, str, Needs]:
    """The innermost folder that holds all of it: no name of an outer one is told."""
    if not needs.files:
        inner = os.path.dirname(path)
    else:
        inner = os.path.commonpath(
            [os.path.dirname(path) or ".", *map(os.path.dirname, needs.files)]
        )
    if not inner or inner == ".":
        return root, path, needs
    length = len(inner) + 1
    return (
        root / inner,
        path[length:],
        Needs(
            files=[each[length:] for each in needs.files],
            left_out=[
                (each.removeprefix(f"{inner}/"), why)
                for each, why in needs.left_out
                if each.startswith(f"{inner}/")
            ],
            data=needs.data,
        ),
    )


def _choices(
    looked: Looked, git: Git, place: Place, stores: Mapping[str, LinkStore]
) -> Iterator[LinkChoice]:
    yield _path_choice(looked, place)
    yield _snapshot_choice(looked, git, stores)
    yield _git_choice(looked)
    if looked.run:
        yield _run_choice(looked.run)


def _best(choices: Mapping[Kind, LinkChoice], looked: Looked, place: Place) -> Kind | Literal[""]:
    def possible(kind: Kind) -> bool:
        return choices[kind].problem is None

    if place.shared and possible("path"):
        return "path"
    if possible("git") and not looked.states:
        return "git"
    if possible("snapshot"):
        return "snapshot"
    return "git" if possible("git") else ""


def _path_choice(looked: Looked, place: Place) -> LinkChoice:
    title = f"This very {looked.thing}, in place"
    space = place.space if place.domain_id else None
    if not space:
        return LinkChoice(kind="path", title=title, text="", problem=words.no_space())
    said = f"in the space {space}, as it is when it is opened"
    return LinkChoice(
        kind="path",
        title=title,
        text=said,
        gets=words.path_gets(looked.asked, space, looked.thing),
        warning=""
        if place.shared
        else f"The space {space} is yours alone: nobody else can open it.",
    )


def _snapshot_choice(looked: Looked, git: Git, stores: Mapping[str, LinkStore]) -> LinkChoice:
    title, asked = "Snapshot of now", looked.asked
    alias = asked.store or next(iter(stores), "")
    if not alias or alias not in stores:
        problem = words.store_unknown(alias) if alias else words.no_store()
        return LinkChoice(kind="snapshot", title=title, text="", problem=problem)
    states = looked.states
    repository = looked.repository
    if repository and not repository.pushed:
        wanted = (looked.path, *looked.needs.files)
        states = repositories.differing(git, repository, repository.base, wanted)
    others = [path for path in looked.needs.files if path in states]
    whole = looked.file is not None and looked.file.is_notebook and not asked.outputs
    try:
        size = len(stripped(looked.data) if whole else looked.data)
    except InvalidRequest as error:
        problem = DomainProblem(code=error.code, message=error.message, hint=error.hint)
        return LinkChoice(kind="snapshot", title=title, text="", problem=problem)
    size += sum(_size(looked.root / path) for path in others)
    return LinkChoice(
        kind="snapshot",
        title=title,
        text=words.snapshot_text(looked.thing, others, size, alias, asked.days),
        gets=words.snapshot_gets(asked, looked.thing, len(others), left_out=whole),
    )


def _git_choice(looked: Looked) -> LinkChoice:
    title = "Last commit in git"
    repository, file = looked.repository, looked.file
    problem: DomainProblem | None = None
    can_push = False
    if repository is None or file is None:
        problem = words.no_repository(looked.standing.name)
    elif not repository.url:
        problem = words.no_remote()
    elif not repository.head:
        problem = words.no_commit()
    elif looked.states.get(looked.path) == "new":
        problem = words.not_committed(file.name)
    elif not repository.pushed:
        problem = words.not_pushed(
            repository.head, shown_url(repository.url).partition("/")[0], repository.unpushed
        )
        can_push = repository.branch is not None
    if problem is not None or repository is None:
        text = "" if repository is None or not can_push else _git_text(looked, repository)
        return LinkChoice(kind="git", title=title, text=text, problem=problem, can_push=can_push)
    return LinkChoice(
        kind="git",
        title=title,
        text=_git_text(looked, repository),
        gets=words.git_gets(looked.asked, repository.head, shown_url(repository.url), looked.thing),
        warning=words.not_in_it(len(looked.states)),
    )


def _git_text(looked: Looked, repository: Repository) -> str:
    return words.git_text(repository.head, shown_url(repository.url), len(looked.states))


def _run_choice(run: RunPlace) -> LinkChoice:
    space = run.space.partition("/")[2]
    alone = run.here and not space
    return LinkChoice(
        kind="run",
        title=f"The run {run.name}",
        text="opens the run page; from there it can be run again",
        gets=words.run_gets(run.name, space, here=run.here),
        warning=("The run is kept on this machine: others cannot read it." if alone else ""),
    )


def shown_url(url: str) -> str:
    """``github.com/acme/churn``, as people say it."""
    said = display(url).partition("://")[2] or display(url)
    return said.rpartition("@")[2].removesuffix(".git")


def _size(file: Path) -> int:
    try:
        return os.lstat(file).st_size
    except OSError:
        return 0
