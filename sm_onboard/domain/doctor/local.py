"""What the doctor finds out without AWS: this server, its image, and the repositories room."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

import msgspec

from sm_onboard.domain.known import Known, inside, text
from sm_onboard.domain.launch_menu import doors
from sm_onboard.domain.models import Check, Problem

from . import links
from .recording import Recording
from .subject import Subject

if TYPE_CHECKING:
    from sm_onboard.repos.models import Problem as RepositoryProblem
    from sm_onboard.repos.models import Repository, ReposState
    from sm_onboard.repos.plan.onboard_keys import Links
    from sm_onboard.rooms import Rooms

_SECRETS = "repos.secret_"
_KINDS = {
    "ebs": "EBS", "efs": "EFS", "nfs": "NFS", "fsx": "FSx", "local": "local", "unknown": "",
}  # fmt: skip
_NOWHERE = Problem(
    code="domain.not_in_studio",
    message="This is not a space of SageMaker Studio.",
    hint="Inside Studio the rest works too. Here, look at a domain with: sm-onboard domain list",
)


@dataclass(frozen=True)
class Local:
    """What the doctor may look at besides AWS.

    Attributes:
        repos: the state of the repositories room; must not begin any work.
        secrets: ids or ARNs of the secrets that repositories name.
        team_file: the trait, for people.
        recording: where runs go; None: nobody knows.
        links: what the team's file says of links, as far as it was read.
    """

    repos: Callable[[], ReposState]
    secrets: Callable[[], tuple[str, ...]]
    team_file: str = ""
    recording: Recording | None = None
    links: Callable[[], Links | None] = lambda: None

    @classmethod
    def of(cls, rooms: Rooms) -> Local:
        return cls(
            repos=lambda: rooms.repos.state(),
            secrets=lambda: rooms.repos.secrets(),
            team_file=_shown(rooms.settings.team_file),
            recording=Recording.of(rooms),
            links=lambda: rooms.repos.known_links,
        )

    def checks(self, known: Known) -> list[Check]:
        recording = self.recording.checks() if self.recording else []
        return [
            _place(known), *self._repositories(), *recording, _rstudio(known), _classic(known),
            links.check(self.links(), known.place.home),
        ]  # fmt: skip

    def refused_secrets(self) -> Check | None:
        """What git met, where IAM does not say."""
        for row in self.repos().repositories:
            if row.code.startswith(_SECRETS) and row.code != "repos.secret_used":
                problem = Problem(code=row.code, message=row.message, hint=row.hint)
                return Check(
                    id="secrets",
                    title="Secrets",
                    state="denied" if row.code.endswith("forbidden") else "fails",
                    message=row.message,
                    problem=problem,
                    found_by="tried",
                )
        return None

    def _repositories(self) -> list[Check]:
        state = self.repos()
        return [_repositories(state), _team_file(state, self.team_file)]


def _shown(setting: str) -> str:
    if not setting:
        return ""
    from sm_onboard.git import addresses, names

    return addresses.display(setting) if "://" in setting else names.shown(setting, 200)


def _place(known: Known) -> Check:
    place = known.place
    told = Check(id="place", title="SageMaker Studio", state="works", message="", found_by="looked")

    if place.recovery:
        said = "Studio started this app in recovery mode: sm_onboard does nothing here."
        return msgspec.structs.replace(told, state="fails", message=said)
    if place.odd:
        problem = Problem(code="domain.metadata", message=place.odd, hint="Restart the space.")
        return msgspec.structs.replace(told, state="fails", message=place.odd, problem=problem)
    if place.kind == "elsewhere":
        return msgspec.structs.replace(
            told, state="not_here", message=_NOWHERE.message, problem=_NOWHERE
        )
    if place.kind == "unified":
        said = "This is Unified Studio: repositories work, its domains are managed elsewhere."
        return msgspec.structs.replace(told, state="limited", message=said)
    if place.kind == "classic":
        said = "This is Studio Classic, which takes no new apps. Move to a JupyterLab space."
        return msgspec.structs.replace(told, state="limited", message=said)
    said = f"{text(place.app_type)} in the space {text(place.space)}"
    return msgspec.structs.replace(told, message=said)


def _repositories(state: ReposState) -> Check:
    rows = [row for row in state.repositories if row.state != "skipped"]
    ready = [row for row in rows if row.state == "ready"]
    bad = [row for row in rows if row.state in ("failed", "foreign", "blocked", "diverged")]
    found = Check(
        id="repositories",
        title="Repositories",
        state="works",
        message=f"{len(ready)} of {len(rows)}, in {text(state.root)}" if rows else "none are named",
        found_by="looked",
    )

    if bad:
        first = bad[0]
        problem = Problem(code=first.code, message=first.message, hint=first.hint)
        return msgspec.structs.replace(
            found, state="limited", message=f"{found.message}. {_row(first)}", problem=problem
        )
    if state.problems:
        told = state.problems[0]
        return msgspec.structs.replace(
            found, state="limited", message=told.message, problem=_problem(told)
        )
    if state.state in ("off", "starting"):
        return msgspec.structs.replace(found, state="unknown", message="They were not read yet.")
    return found


def _team_file(state: ReposState, setting: str) -> Check:
    found = Check(
        id="team_file",
        title="Team file",
        state="works",
        message=f"{setting}, no mistakes",
        found_by="looked",
    )

    if not setting:
        said = "No team file is set: the trait SmOnboard.team_file names it."
        return msgspec.structs.replace(found, state="not_here", message=said, found_by="")
    for problem in state.problems:
        if problem.origin == setting:
            return msgspec.structs.replace(
                found, state="fails", message=problem.message, problem=_problem(problem)
            )
    if setting not in state.sources:
        return msgspec.structs.replace(found, state="unknown", message="It was not read yet.")
    return found


def _rstudio(known: Known) -> Check:
    shown = [door.shown for door in doors(known) if door.shown.target == "RStudio"]
    message = shown[0].why_not if shown else _NOWHERE.message
    return Check(
        id="rstudio",
        title="RStudio",
        state="not_here" if message else "works",
        message=message or "set up in this domain",
        found_by="" if message else "looked",
    )


def _classic(known: Known) -> Check:
    shown = [door.shown for door in doors(known) if door.shown.target == "StudioClassic"]
    usable = bool(shown) and shown[0].how != "none"
    return Check(
        id="classic",
        title="Studio Classic",
        state="limited" if usable else "not_here",
        message=(shown[0].warning if usable else shown[0].why_not) if shown else _NOWHERE.message,
        found_by="looked" if usable else "",
    )


def _row(row: Repository) -> str:
    return f"{row.path or row.name}: {row.message}"


def _problem(told: RepositoryProblem) -> Problem:
    return Problem(code=told.code, message=told.message, hint=told.hint)


def facts(known: Known, subject: Subject) -> tuple[tuple[str, str], ...]:
    """Where you are, in order; what is not known is left out."""
    place = known.place
    shared = {True: "shared", False: "private", None: ""}[known.shared]
    name = text(inside(known.domain, "DomainName"))
    network = inside(known.domain, "AppNetworkAccessType")
    role = subject.names.get("role") or place.role or ""
    lab, server = _version("jupyterlab"), _version("jupyter_server")
    found = (
        ("Person", known.me or ("not known in a shared space" if known.shared else "")),
        ("Domain", _joined(name, known.chosen)),
        ("Space", _joined(text(place.space), shared) if place.space else ""),
        ("Region", subject.where.region or ""),
        ("Account", subject.where.account or ""),
        ("Role", role.rpartition("/")[2]),
        ("Image", place.image or ""),
        ("JupyterLab", _joined(lab, f"server {server}" if server else "")),
        ("Python", ".".join(map(str, sys.version_info[:3]))),
        ("boto3", _joined(_version("boto3"), "as in the image" if place.image else "")),
        ("Home", _home(known)),
        ("Network", {"VpcOnly": "VPC only", "PublicInternetOnly": "internet"}.get(network, "")),
        ("Recovery mode", "yes" if place.recovery else "no"),
    )
    return tuple((label, value) for label, value in found if value)


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _home(known: Known) -> str:
    storage = known.storage
    if storage is None:
        return str(known.place.home)
    gigabytes = f"{_gb(storage.used)} of {_gb(storage.total)} GB" if storage.total else ""
    return _joined(_KINDS[storage.kind], gigabytes) or str(known.place.home)


def _gb(size: int | None) -> str:
    return "?" if size is None else f"{size / 1024**3:.0f}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
