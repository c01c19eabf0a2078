"""Everything that names repositories, merged into one plan.

Files and traits are read nearest first (``models.Source``). A repository that is named
twice is one repository, and the nearer whole entry wins. What is wrong never stops what
is right: a bad entry becomes a ``Refused`` row, a bad file a ``Problem``, and the rest
goes on. ``load`` does not raise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from sm_onboard.errors import ConfigError

from ..models import Entry, Problem, Source
from . import sources
from .merge import Merge, Named
from .merge import Refused as Refused
from .onboard_keys import Experiments, Links
from .own_file import add_to_own_file as add_to_own_file
from .root import resolve_root as resolve_root
from .sources import Reader
from .yaml_text import Node, from_python

NEAREST_FIRST: tuple[Source, ...] = get_args(Source)


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


def load(settings: Settings) -> Plan:
    """Reads all sources and merges them. Reads files (remote ones through ``readers``)."""
    found: dict[Source, list[Named]] = {source: [] for source in NEAREST_FIRST}
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
    merge = Merge(settings.owner, settings.shared_space)
    for named in (named for source in NEAREST_FIRST for named in found[source]):
        merge.add(named)
    return Plan(
        tuple(merge.items), tuple(problems + merge.problems), tuple(origins), links, experiments
    )


def experiments(settings: Settings) -> Experiments | None:
    """What the nearest file says of experiments. Of a remote team file the last good copy
    counts, where there is one: nobody is asked again."""
    found = (file.sections.experiments for _, file in _files(_from_copy(settings)))
    return next((section for section in found if section), None)


def links(settings: Settings) -> Links | None:
    """What the team's file says of links, of a remote one likewise. The person's own says
    nothing of them."""
    files = _files(_from_copy(settings))
    found = (file.sections.links for source, file in files if source == "team")
    return next((section for section in found if section), None)


def _from_copy(settings: Settings) -> Settings:
    if settings.cache and "://" in settings.team_file:
        copy = sources.copy_of(settings.team_file, settings.cache)
        if copy.is_file():
            return replace(settings, team_file=str(copy))
    return settings


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


def _named(source: Source, origin: str, nodes: Sequence[Node]) -> list[Named]:
    return [Named(n, f"repositories[{i}]", source, origin) for i, n in enumerate(nodes)]
