"""Which hosts and stores a preview is fetched from without asking, and why.

Only what the team's file, the plan and the clones on this machine say counts; no name is
looked up in the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses

from .coordinates import HERE, Link
from .models import LinkTrust

if TYPE_CHECKING:
    from sm_onboard import studio
    from sm_onboard.repos.plan.onboard_keys import Links

_IN_AWS = re.compile(
    r"arn:(?P<partition>[a-z-]+):sagemaker:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):"
)


class Place(NamedTuple):
    """A host, as an address names it; ``port`` is None for the scheme's own."""

    scheme: str
    host: str
    port: int | None

    def is_at(self, other: Place) -> bool:
        """Whether both are the same host: ports of one scheme say nothing about another's."""
        if self.host != other.host:
            return False
        return self.port == other.port or (self.scheme != other.scheme and self.port is None)

    @property
    def shown(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True)
class Allowed:
    """What may be asked.

    Args:
        team: what the team's file says of links; None where it says nothing.
        entries: the addresses of the plan.
        clones: the addresses that the clones on this machine have. Both are only asked for
            where the team's file does not name the host.
        read_already: whether a place of runs is among those that this room of experiments
            reads by itself.
        here: where this JupyterLab runs: which account and region are the reader's own.
    """

    team: Links | None
    entries: Callable[[], Iterable[str]]
    clones: Callable[[], Iterable[str]]
    read_already: Callable[[str], bool]
    here: studio.Place

    def trust(self, link: Link) -> LinkTrust:
        """Whether the preview of a link is fetched without asking."""
        if link.kind == "path":
            return LinkTrust(listed=True, asked="", why="It is a file here: nobody is asked.")
        if link.kind == "git":
            place = place_of(link.repository)
            why = self.why(place)
            return _listed(place.shown, why) if why else _not_listed(place.shown)
        if link.kind == "snapshot":
            if link.store in self.stores:
                why = f"Your team's file names the store {link.store}."
                return _listed(link.store, why)
            why = f"Your team's file names no store {link.store}."
            return LinkTrust(listed=False, asked=link.store, why=why)
        return self._of_run(link.tracking)

    @property
    def stores(self) -> Iterable[str]:
        """The aliases of the team's stores."""
        return self.team.stores if self.team else ()

    def why(self, place: Place) -> str:
        """The sentence that says why a host may be asked; empty where it may not."""
        for pattern in self.team.hosts if self.team else ():
            if _fits(place.host, pattern):
                return f"{place.shown} is one of the hosts that your team's file names."
        if any(place.is_at(each) for each in _places(self.entries())):
            return f"Your team's repositories come from {place.shown}."
        if any(place.is_at(each) for each in _places(self.clones())):
            return f"You have a repository from {place.shown} here."
        return ""

    def _of_run(self, tracking: str) -> LinkTrust:
        if tracking == HERE:
            why = "The run is in this space: nobody is asked."
            return LinkTrust(listed=True, asked="", why=why)
        if not tracking.startswith(("https:", "http:")):
            return self._of_aws(tracking)
        place = place_of(tracking)
        if self.read_already(tracking):
            return _listed(place.shown, f"Your experiments are read from {place.shown} already.")
        why = self.why(place)
        return _listed(place.shown, why) if why else _not_listed(place.shown)

    def _of_aws(self, tracking: str) -> LinkTrust:
        """Whoever is asked with the reader's rights learns who they are: another account is like
        an unlisted host, and so is a region that nobody here uses."""
        asked = in_aws(tracking)
        told = _IN_AWS.match(tracking)
        why = self._not_own(told, tracking.rpartition(":")[2])
        if not why:
            own = "It is read with your own rights, in your own AWS account and region."
            return LinkTrust(listed=True, asked="", why=own)
        if told and self.team and told["account"] in self.team.accounts:
            return _listed(asked, f"Your team's file names the AWS account {told['account']}.")
        if self.read_already(tracking):
            return _listed(asked, "Your experiments are read from there already.")
        return LinkTrust(listed=False, asked=asked, why=why)

    def _not_own(self, told: re.Match[str] | None, region: str) -> str:
        """Why a place in AWS is not the reader's own; empty where it is.

        Args:
            told: of its ARN; None for SageMaker Experiments, which is the reader's own account's
                in every region.
        """
        here = self.here
        if told:
            region = told["region"]
            if not here.account:
                return (
                    "Which AWS account is yours is not known here, and your team's file does not "
                    "name this one."
                )
            if (told["account"], told["partition"]) != (here.account, here.partition):
                return "It is not your own AWS account, and your team's file does not name it."
        if not here.region:
            return "Which region of AWS is yours is not known here."
        if region != here.region:
            return f"It is in your own AWS account, but not in your region, {here.region}."
        return ""


def in_aws(tracking: str) -> str:
    """Who is asked for the runs of an ARN, or of ``sagemaker-experiments:REGION``."""
    told = _IN_AWS.match(tracking)
    if told:
        return f"AWS account {told['account']} in {told['region']}"
    return f"SageMaker in {tracking.rpartition(':')[2]}"


def place_of(url: str) -> Place:
    """The host of an address that was checked already."""
    if url.startswith(("https:", "http:")):
        split = urlsplit(url)
        default = 443 if split.scheme == "https" else 80
        port = None if split.port == default else split.port
        return Place(split.scheme, (split.hostname or "").lower(), port)
    address = addresses.parse(url)
    return Place(address.scheme, address.host, address.port)


def _places(urls: Iterable[str]) -> Iterator[Place]:
    for url in urls:
        scheme, separator, rest = url.partition("://")
        if separator and scheme.lower() in ("http", "https"):
            # A clone's remote may carry a name and a password.
            authority, slash, path = rest.partition("/")
            url = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
        try:
            address = addresses.parse(url)
        except ConfigError:  # a path of this machine, and what else git would take
            continue
        yield Place(address.scheme, address.host, address.port)


def _fits(host: str, pattern: str) -> bool:
    pattern = pattern.lower()
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern[1:])
    return host == pattern


def _listed(asked: str, why: str) -> LinkTrust:
    return LinkTrust(listed=True, asked=asked, why=why)


def _not_listed(host: str) -> LinkTrust:
    why = f"Your team's file does not name {host}, and none of your repositories is from there."
    return LinkTrust(listed=False, asked=host, why=why)
