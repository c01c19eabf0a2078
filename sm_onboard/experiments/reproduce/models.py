"""What reproducing shows before it asks, and what it made."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "differs", "missing", "unknown"]
PartName = Literal["code", "environment", "data", "instance"]
Source = Literal["clone", "remote", "bundle"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the confirmation: how something of today compares with the run."""

    part: PartName
    state: State
    text: str
    detail: str = ""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package that differs; ``now`` is empty where it is not installed here."""

    name: str
    then: str
    now: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What ``make`` would do, and what differs now from the moment of the run.

    Attributes:
        possible: whether there is code to bring back; ``parts`` says why not.
        folder: the name that the clone would have below ``reproduced/``.
        head: the commit that HEAD will be on; base: commits that must be had beforehand.
        url: where those come from; empty where the bundle holds everything.
        source: what they come from; clone: the one on this machine, for ``clone``.
        bundle: sha256 of the snapshot's bundle; empty where the commit alone is kept.
        files: paths of the snapshot, as it ran; left_out: what it could not hold.
        notebook: its path in the clone; empty where it is not in it.
    """

    run: str
    name: str
    store: str
    started: int | None
    possible: bool
    folder: str
    parts: tuple[Part, ...]
    parameters: int
    url: str = ""
    head: str = ""
    base: tuple[str, ...] = ()
    source: Source | None = None
    clone: str = ""
    bundle: str = ""
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    python: str = ""
    notebook: str = ""

    @property
    def whole(self) -> bool:
        """Whether all files come back as they were, and not only those of the commit."""
        return bool(self.bundle) or any(x.part == "code" and x.state == "ok" for x in self.parts)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A reproduced clone.

    Attributes:
        path: the clone. notebook: below it, empty where there is none.
        environment: file for pip, with the packages as they were; empty where unknown.
        python: the version that the run had; empty where unknown.
    """

    run: str
    path: str
    head: str
    files: int
    notebook: str = ""
    environment: str = ""
    parameters: str = ""
    python: str = ""
