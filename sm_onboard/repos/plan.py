"""Everything that names repositories, merged into one plan.

Files and traits are read nearest first (``models.Source``). A repository that is named
twice is one repository, and the nearer whole entry wins. What is wrong never stops what
is right: a bad entry becomes a ``Refused`` row, a bad file a ``Problem``, and the rest
goes on. Nothing here raises, except ``resolve_root``.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from ..errors import ConfigError
from . import addresses, entries, names, sources, typed_nodes
from .models import Entry, Problem, Source
from .onboard_keys import Experiments, Links
from .own_file import add_to_own_file as add_to_own_file
from .sources import Reader
from .yaml_text import Node, from_python

NEAREST_FIRST: tuple[Source, ...] = get_args(Source)


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is not set up, and why. ``path`` may be empty, ``url`` is masked."""

    id: str
    name: str
    url: str
    path: str
    source: Source
    origin: str
    state: Literal["failed", "skipped"]
    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class Listing:
    """Entries that no file holds: the trait's, or what SageMaker lists.

    Attributes:
        source: how near it is.
        origin: what people know it by.
        entries: mappings with the keys of ``onboard.yaml``.
    """

    source: Source
    origin: str
    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Settings:
    """What a plan is made from.

    Attributes:
        config: a file that replaces every other source.
        team_file: a path, ``s3://…`` or ``git+https://…#path``; empty for none.
        repositories: the trait ``SmOnboard.repositories``.
        own_file: the person's own file; it need not exist.
        user_profile: owner of the private space; None when unknown.
        shared_space: several people use this space, so nobody is its owner.
        home: what ``~`` stands for in ``team_file``.
        readers: for ``s3`` and ``git+https`` team files.
        cache: folder for the last good copy of a remote team file.
        listings: further entries, such as SageMaker's own.
    """

    own_file: Path
    home: Path
    config: Path | None = None
    team_file: str = ""
    repositories: Sequence[Mapping[str, Any]] = ()
    user_profile: str | None = None
    shared_space: bool = False
    readers: Mapping[str, Reader] = field(default_factory=dict)
    cache: Path | None = None
    listings: Sequence[Listing] = ()

    @property
    def owner(self) -> str | None:
        """Whom ``profiles`` and ``{user_profile}`` mean."""
        return None if self.shared_space else self.user_profile


@dataclass(frozen=True)
class Plan:
    """What there is to do, nearest source first, and what is wrong.

    Attributes:
        items: at most one row for each repository.
        problems: what concerns a whole source.
        sources: what was read, as people know it.
        links: the team's; None when no team file has them.
        experiments: the nearest file's.
    """

    items: tuple[Entry | Refused, ...] = ()
    problems: tuple[Problem, ...] = ()
    sources: tuple[str, ...] = ()
    links: Links | None = None
    experiments: Experiments | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(item for item in self.items if isinstance(item, Entry))


@dataclass(frozen=True)
class _Named:
    """One entry as it was written, and where."""

    node: Node
    field: str
    source: Source
    origin: str


def load(settings: Settings) -> Plan:
    """Reads all sources and merges them. Reads files (remote ones through ``readers``)."""
    found: dict[Source, list[_Named]] = {source: [] for source in NEAREST_FIRST}
    problems: list[Problem] = []
    origins: list[str] = []
    links: Links | None = None
    experiments: Experiments | None = None
    for source, file in _files(settings):
        problems += file.problems
        if not file.missing:
            origins.append(file.origin)
        sections = file.sections
        found[source] += _named(source, file.origin, sections.repositories)
        experiments = experiments or sections.experiments
        if sections.links and source == "person":
            error = ConfigError(
                "config.links_not_yours",
                "links: Only the team's file may say where links are kept and which hosts they "
                "may use.",
                "Take 'links' out of this file, and ask your team lead to add it to theirs.",
            )
            problems.append(sources.problem(error, file.origin))
        elif sections.links:
            links = sections.links
    for listing in _listings(settings):
        origins.append(listing.origin)
        nodes = [from_python(entry) for entry in listing.entries]
        found[listing.source] += _named(listing.source, listing.origin, nodes)
    merge = _Merge(settings.owner, settings.shared_space)
    for named in (named for source in NEAREST_FIRST for named in found[source]):
        merge.add(named)
    return Plan(
        tuple(merge.items), tuple(problems + merge.problems), tuple(origins), links, experiments
    )


def _files(settings: Settings) -> Iterator[tuple[Source, sources.FileRead]]:
    """The files, nearest first."""
    if settings.config is not None:
        yield "team", sources.read_local(settings.config, optional=False)
        return
    yield "person", sources.read_local(settings.own_file, optional=True)
    if settings.team_file:
        yield (
            "team",
            sources.read_team(
                settings.team_file,
                home=settings.home,
                readers=settings.readers,
                cache=settings.cache,
            ),
        )


def _listings(settings: Settings) -> list[Listing]:
    if settings.config is not None:
        return []
    trait = Listing("trait", "SmOnboard.repositories", settings.repositories)
    return [*settings.listings, *([trait] if settings.repositories else [])]


def _named(source: Source, origin: str, nodes: Sequence[Node]) -> list[_Named]:
    return [_Named(n, f"repositories[{i}]", source, origin) for i, n in enumerate(nodes)]


class _Merge:
    """Takes entries nearest first, and keeps one row for each repository."""

    def __init__(self, owner: str | None, shared: bool) -> None:
        self.items: list[Entry | Refused] = []
        self.problems: list[Problem] = []
        self._owner = owner
        self._shared = shared
        self._firsts: dict[str, tuple[Entry, _Named]] = {}  # by id of the row

    def add(self, named: _Named) -> None:
        try:
            entry = entries.entry(named.node, named.field, self._owner, self._shared)
        except entries.Skipped as skipped:
            self._refuse(named, skipped.error, "skipped")
        except ConfigError as error:
            self._refuse(named, error, "failed")
        else:
            self._accept(named, entry)

    def _accept(self, named: _Named, entry: Entry) -> None:
        nearer = self._same(entry.url)
        if nearer is not None and not (isinstance(nearer, Refused) and nearer.state == "skipped"):
            self._tell_twice(named, entry, nearer)
            return
        taken = self._holder(entry.path)
        if taken is not None:
            error = _path_taken(entry.path, taken, f"{named.field}.path")
            self._refuse(named, typed_nodes.at_key(error, named.node, "path"), "failed")
            return
        if nearer is not None:  # meant for other people; this one is for everybody
            self.items.remove(nearer)
        placed = msgspec.structs.replace(
            entry,
            id=row_id(entry.name, addresses.identity(entry.url), entry.path),
            source=named.source,
            origin=named.origin,
        )
        self.items.append(placed)
        self._firsts[placed.id] = (entry, named)

    def _refuse(
        self, named: _Named, error: ConfigError, state: Literal["failed", "skipped"]
    ) -> None:
        url, path = entries.glimpse(named.node)
        if url and self._same(url) is not None:
            if state == "failed" and error.code != "config.path_taken":
                self.problems.append(sources.problem(error, named.origin))
            return
        name = entries.name_of(url, path) or named.field
        self.items.append(
            Refused(
                id=row_id(name, named.origin, named.field, addresses.display(url)),
                name=name,
                url=addresses.display(url) if url else "",
                path=path,
                source=named.source,
                origin=named.origin,
                state=state,
                code=error.code,
                message=error.message,
                hint=error.hint,
            )
        )

    def _same(self, url: str) -> Entry | Refused | None:
        """The row that a nearer source (or this one, before) has for the same repository."""
        return next((i for i in self.items if addresses.same_repository(i.url, url)), None)

    def _holder(self, path: str) -> Entry | None:
        """The entry whose folder is, holds or lies in this one; macOS ignores case."""
        mine = f"{path.casefold()}/"
        for item in self.items:
            theirs = f"{item.path.casefold()}/"
            if isinstance(item, Entry) and (mine.startswith(theirs) or theirs.startswith(mine)):
                return item
        return None

    def _tell_twice(self, named: _Named, entry: Entry, nearer: Entry | Refused) -> None:
        """Two different entries of one file for one repository are probably a mistake."""
        first = self._firsts.get(nearer.id)
        if first is None or nearer.origin != named.origin or first[0] == entry:
            return
        error = ConfigError(
            "config.url_twice",
            f"{entry.url} stands here a second time; {first[1].field} is used.",
            "Keep one of the two. A second branch is one 'git worktree add' away.",
            f"{named.field}.url",
        )
        told = typed_nodes.at_key(error, named.node, "url")
        self.problems.append(sources.problem(told, named.origin))


def _path_taken(path: str, by: Entry, field: str) -> ConfigError:
    mine, theirs = names.shown(path), names.shown(by.path)
    if len(path) == len(by.path):
        what = f"The folder {mine} is taken"
    elif len(path) > len(by.path):
        what = f"The folder {mine} lies in {theirs}, which is taken"
    else:
        what = f"The folder {mine} holds {theirs}, which is taken"
    return ConfigError(
        "config.path_taken",
        f"{what} by {names.shown(by.url, 120)}.",
        "Give one of the two another 'path'.",
        field,
    )


def row_id(name: str, *what: str) -> str:
    """A short id that stays the same for the same ``what``, and is safe in a URL's path."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "".join(c if c.isalnum() else "-" for c in ascii_name).strip("-")[:40].strip("-")
    digest = hashlib.sha256("\n".join(what).encode("utf-8", "replace")).hexdigest()
    return f"{slug or 'repository'}-{digest[:6]}"


def resolve_root(
    setting: str, *, home: Path, user_profile: str | None, efs_mounted: bool | None
) -> Path:
    """The folder below which repositories are put.

    Args:
        setting: ``home``, ``user-default-efs``, or a path with ``~`` and ``{user_profile}``.
        user_profile: owner of the private space; None when unknown or shared.
        efs_mounted: whether ``~/user-default-efs`` is mounted; None: look.

    Raises:
        ConfigError: ``config.root``, ``config.root_not_mounted``, ``config.root_profile``.
    """
    if setting == "home":
        return home
    if setting == "user-default-efs":
        efs = home / "user-default-efs"
        if efs_mounted is None:
            efs_mounted = os.path.ismount(os.path.realpath(efs))
        if not efs_mounted:
            raise ConfigError(
                "config.root_not_mounted",
                f"The root is set to user-default-efs, but no file system is mounted at {efs}.",
                "Attach the EFS to the domain, or set SmOnboard.root to home or a path.",
                "SmOnboard.root",
            )
        return efs
    if "{user_profile}" in setting:
        if not user_profile:
            raise ConfigError(
                "config.root_profile",
                f"The root {names.shown(setting)} needs the user profile, which is not known here.",
                "Set SmOnboard.root to a path without {user_profile}.",
                "SmOnboard.root",
            )
        setting = setting.replace(
            "{user_profile}", names.check_folder(user_profile, "SmOnboard.root")
        )
    path = str(home) + setting[1:] if setting == "~" or setting.startswith("~/") else setting
    if (
        not path.startswith("/")
        or names.has_control(path)
        or ".." in path.split("/")
        or not path.strip("/.")
        or "{" in path
    ):
        raise ConfigError(
            "config.root",
            f"The root {names.shown(setting)!r} is not a folder that can be used.",
            "Set SmOnboard.root to home, user-default-efs, or a path that starts with / or ~/.",
            "SmOnboard.root",
        )
    return Path(path)
