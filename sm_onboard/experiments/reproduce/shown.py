"""The contract of reproducing: what is different now, how far it has come, what was made."""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.domain.models import DomainProblem


class ReproduceAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str  # the page's id


class ReproduceConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    looked: int  # of the plan that the person saw


class ReproducePart(msgspec.Struct, frozen=True, kw_only=True):
    """How something of today compares with the run."""

    part: Literal["code", "environment", "data", "instance"]
    state: Literal["ok", "differs", "missing", "unknown"]
    text: str
    detail: str = ""


class ReproducePackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package that differs; ``now`` is empty where it is not installed here."""

    name: str
    then: str
    now: str


class ReproducePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is different now, and what would be made. Nothing was made yet.

    Attributes:
        possible: whether there is code to bring back; ``parts`` say why not.
        whole: all files as they were, not only those of the commit.
        folder: the clone's name, free now: ``reproduced/<name>``. place: its whole path.
        head: the commit that HEAD will be on. url: its repository; may be empty.
        files: paths of the snapshot, the first of ``all_files``.
        left_out: what the snapshot could not hold, the first of ``all_left_out``.
        packages: those that differ, the first of ``all_packages``.
        install: a line for a terminal that will install them as they were, beside the clone.
        notebook: its path in the clone; empty where it is not in it.
    """

    name: str
    started: int | None
    possible: bool
    whole: bool
    parts: tuple[ReproducePart, ...]
    parameters: int
    folder: str
    place: str
    head: str = ""
    url: str = ""
    files: tuple[str, ...] = ()
    all_files: int = 0
    left_out: tuple[str, ...] = ()
    all_left_out: int = 0
    packages: tuple[ReproducePackage, ...] = ()
    all_packages: int = 0
    install: str = ""
    python: str = ""
    notebook: str = ""


class Reproduced(msgspec.Struct, frozen=True, kw_only=True):
    """A clone of its own with the files as they were.

    Attributes:
        folder: ``reproduced/<name>``. place: its whole path.
        notebook: its path in the clone; empty where there is none.
        contents: the notebook as JupyterLab calls it; empty where it cannot be opened, and
            ``why`` says why not.
        folder_contents: the clone as JupyterLab's file browser calls it; empty where it is
            outside the folder that JupyterLab shows.
        environment: whole path of the file with the packages as they were; may be empty.
        install: a line for a terminal that installs them beside the clone.
    """

    folder: str
    place: str
    notebook: str = ""
    contents: str = ""
    folder_contents: str = ""
    why: str = ""
    environment: str = ""
    install: str = ""


class Reproduction(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is being reproduced.

    ``looking`` -> ``planned`` -> (confirmed) ``making`` -> ``made``; ``failed`` and
    ``cancelled`` left nothing behind. A confirmation of a plan that no longer holds leads
    back to ``planned``, with ``problem`` and a new plan.

    Attributes:
        run: the page's id.
        looked: how often it was looked at; a confirmation names it.
        doing: a sentence on what is waited for. percent: of that; None where not known.
    """

    id: str
    run: str
    state: Literal["looking", "planned", "making", "made", "failed", "cancelled"]
    looked: int = 0
    doing: str = ""
    percent: int | None = None
    plan: ReproducePlan | None = None
    made: Reproduced | None = None
    problem: DomainProblem | None = None
