"""Entries of several sources, merged: at most one row for each repository and folder."""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from dataclasses import dataclass
from typing import Literal

import msgspec

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses, names

from ..models import Entry, Problem, Source
from . import entries, sources, typed_nodes
from .yaml_text import Node


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
class Named:
    """One entry as it was written, and where."""

    node: Node
    field: str
    source: Source
    origin: str


class Merge:
    """Takes entries nearest first, and keeps one row for each repository."""

    def __init__(self, owner: str | None, shared: bool) -> None:
        self.items: list[Entry | Refused] = []
        self.problems: list[Problem] = []
        self._owner = owner
        self._shared = shared
        self._rows: dict[str, list[Entry | Refused]] = {}  # by identity of the URL
        self._firsts: dict[str, tuple[Entry, Named]] = {}  # by id of the row

    def add(self, named: Named) -> None:
        try:
            entry = entries.entry(named.node, named.field, self._owner, self._shared)
        except entries.Skipped as skipped:
            self._refuse(named, skipped.error, "skipped")
        except ConfigError as error:
            self._refuse(named, error, "failed")
        else:
            self._accept(named, entry)

    def _accept(self, named: Named, entry: Entry) -> None:
        nearer = self._same(entry.url)
        if nearer is not None and not (isinstance(nearer, Refused) and nearer.state == "skipped"):
            self._tell_twice(named, entry, nearer)
            return
        if nearer is not None:  # meant for other people, and this one is not
            self.items.remove(nearer)
            self._rows[addresses.identity(nearer.url)].remove(nearer)
        taken = self._holder(entry.path)
        if taken is not None:
            error = path_taken(entry.path, taken.path, taken.url, f"{named.field}.path")
            self._refuse(named, typed_nodes.at_key(error, named.node, "path"), "failed")
            return
        placed = msgspec.structs.replace(
            entry,
            id=self._new_id(entry.name, addresses.identity(entry.url), entry.path),
            source=named.source,
            origin=named.origin,
        )
        self._append(placed)
        self._firsts[placed.id] = (entry, named)

    def _refuse(
        self, named: Named, error: ConfigError, state: Literal["failed", "skipped"]
    ) -> None:
        url, path = entries.glimpse(named.node)
        if url and self._same(url) is not None:
            if state == "failed":
                self.problems.append(sources.problem(error, named.origin))
            return
        name = entries.name_of(url, path) or named.field
        self._append(
            Refused(
                id=self._new_id(name, named.origin, named.field, addresses.display(url)),
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

    def _new_id(self, name: str, *what: str) -> str:
        """An id of this plan alone: two rows that share six digits must both stay."""
        taken = {item.id for item in self.items}
        first = row_id(name, *what)
        numbered = (f"{first}-{number}" for number in itertools.count(2))
        return first if first not in taken else next(i for i in numbered if i not in taken)

    def _append(self, row: Entry | Refused) -> None:
        self.items.append(row)
        self._rows.setdefault(addresses.identity(row.url), []).append(row)

    def _same(self, url: str) -> Entry | Refused | None:
        """The row that a nearer source (or this one, before) has for the same repository."""
        rows = self._rows.get(addresses.identity(url), ())
        return next((row for row in rows if addresses.same_repository(row.url, url)), None)

    def _holder(self, path: str) -> Entry | None:
        """The entry whose folder is, holds or lies in this one."""
        found = (i for i in self.items if isinstance(i, Entry) and overlap(i.path, path))
        return next(found, None)

    def _tell_twice(self, named: Named, entry: Entry, nearer: Entry | Refused) -> None:
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


def overlap(path: str, other: str) -> bool:
    """Whether one folder is, holds or lies in the other; macOS ignores case."""
    mine, theirs = f"{path.casefold()}/", f"{other.casefold()}/"
    return mine.startswith(theirs) or theirs.startswith(mine)


def path_taken(path: str, other: str, url: str, field: str) -> ConfigError:
    """What is said where two folders overlap; ``other`` belongs to the repository ``url``."""
    mine, theirs = names.shown(path), names.shown(other)
    if len(path) == len(other):
        what = f"The folder {mine} is taken"
    elif len(path) > len(other):
        what = f"The folder {mine} lies in {theirs}, which is taken"
    else:
        what = f"The folder {mine} holds {theirs}, which is taken"
    return ConfigError(
        "config.path_taken",
        f"{what} by {names.shown(url, 120)}.",
        "Give one of the two another 'path'.",
        field,
    )


def row_id(name: str, *what: str) -> str:
    """A short id that stays the same for the same ``what``, and is safe in a URL's path."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "".join(c if c.isalnum() else "-" for c in ascii_name).strip("-")[:40].strip("-")
    digest = hashlib.sha256("\n".join(what).encode("utf-8", "replace")).hexdigest()
    return f"{slug or 'repository'}-{digest[:6]}"
