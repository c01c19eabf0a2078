"""The repositories that SageMaker names: ``CodeRepositories`` of the domain, the default space
settings, the user profile and the space, in that order of nearness.

Settings hold addresses only. A ``CodeRepository`` resource of the account with the same address
gives it its branch and its secret. A resource that no setting names is not a repository of this
domain's, so it is not cloned; SageMaker does not say whom it is meant for.

In a private space the settings of its owner's profile and of the domain's users apply; in a
shared one those of the domain for spaces, and nobody's profile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong  # a class of its own in Python 3.10
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sm_onboard import aws
from sm_onboard.errors import ConfigError, OnboardError
from sm_onboard.git import addresses
from sm_onboard.studio import Place

from ..models import Problem, Source
from .plan import Listing
from .sources import read_bytes, write_private

WAIT = 4.0  # seconds; what has not come by then is left out
ORIGIN = "SageMaker"
_PAGES = 5  # of the account's code repositories, 100 each
_SILENT = {"aws.no_credentials", "aws.no_region"}  # then there is no SageMaker to ask
_AWAY = {"aws.unreachable", "aws.throttled", "aws.failed"}
_ORIGINS: Mapping[str, tuple[Source, str]] = {
    "space": ("space", "SageMaker, this space"),
    "profile": ("profile", "SageMaker, your user profile"),
    "default_space": ("domain", "SageMaker, the domain's shared spaces"),
    "domain": ("domain", "SageMaker, the domain"),
}
"""What is named where, nearest first."""

log = logging.getLogger(__name__)
Answer = Mapping[str, Any]


class Kept(msgspec.Struct, frozen=True):
    """What a level named, with branches and secrets; kept for when SageMaker is away."""

    level: str
    entries: tuple[dict[str, str], ...]


class _File(msgspec.Struct, frozen=True):
    domain: str
    space: str
    levels: tuple[Kept, ...]


@dataclass(frozen=True)
class Named:
    """What SageMaker names here.

    Attributes:
        listings: nearest first.
        owner: of the private space; None: not known, or there is none.
        space_known: whether the space was described, so that ``owner`` is all there is to know.
    """

    listings: tuple[Listing, ...] = ()
    problems: tuple[Problem, ...] = ()
    owner: str | None = None
    space_known: bool = False


@dataclass
class _Found:
    """What has come so far. ``urls`` by level; a level that is not there was not read."""

    urls: dict[str, list[str]] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(default_factory=dict)
    errors: dict[str, OnboardError] = field(default_factory=dict)
    owner: str | None = None


class SageMakerRepositories:
    """Asks SageMaker, a few calls in all, and waits for it no longer than ``WAIT``.

    Args:
        place: where this server runs.
        client: makes a SageMaker client.
        cache: the file for the last answer.
        wait: seconds.
    """

    def __init__(
        self,
        place: Place,
        client: Callable[[], Any],
        cache: Path | None = None,
        wait: float = WAIT,
    ) -> None:
        self._place = place
        self._client = client
        self._cache = cache
        self._wait = wait

    def read(self) -> Named:
        """What is named. Never raises: what is missing is a problem, and the rest is there."""
        if self._place.kind != "studio" or not self._place.domain_id or not self._place.space:
            return Named()
        done: Future[_Found] = Future()
        found = _Found()
        # A daemon of its own: a call that hangs must not keep the pool, or the server, waiting.
        threading.Thread(
            target=self._ask, args=(found, done), name="sm_onboard-repositories", daemon=True
        ).start()
        try:
            found = done.result(self._wait)
        except TooLong:
            return self._from_cache(_silence(self._wait))
        except OnboardError as error:
            return self._from_cache(error)
        except Exception:
            log.exception("sm_onboard | asking SageMaker for repositories failed")
            return self._from_cache(
                OnboardError("internal", "SageMaker could not be asked.", "The log says more.")
            )
        return self._told(found)

    def _ask(self, found: _Found, done: Future[_Found]) -> None:
        try:
            self._read_all(found)
        except BaseException as error:  # whoever waits gets it
            done.set_exception(error)
        else:
            done.set_result(found)

    def _read_all(self, found: _Found) -> None:
        place, client = self._place, self._client()
        in_domain = {"DomainId": place.domain_id}
        space = self._call(
            found, "space", client, "DescribeSpace", **in_domain, SpaceName=place.space
        )
        shared = place.shared
        if space is not None:
            found.urls["space"] = _urls(space, "SpaceSettings")
            shared = _inside(space, "SpaceSharingSettings", "SharingType") == "Shared"
            owner = _inside(space, "OwnershipSettings", "OwnerUserProfileName")
            found.owner = owner if isinstance(owner, str) and owner and not shared else None
        domain = self._call(found, "domain", client, "DescribeDomain", **in_domain)
        if domain is not None and shared is not None:
            level, member = (
                ("default_space", "DefaultSpaceSettings")
                if shared
                else ("domain", "DefaultUserSettings")
            )
            found.urls[level] = _urls(domain, member)
        if found.owner:
            profile = self._call(
                found, "profile", client, "DescribeUserProfile",
                **in_domain, UserProfileName=found.owner,
            )  # fmt: skip
            if profile is not None:
                found.urls["profile"] = _urls(profile, "UserSettings")
        if any(found.urls.values()):
            self._resources(found, client)

    def _call(
        self, found: _Found, level: str, client: Any, operation: str, **parameters: Any
    ) -> Answer | None:
        from botocore import xform_name

        about = next((str(parameters[n]) for n in ("SpaceName", "UserProfileName", "DomainId")
                      if n in parameters), "")  # fmt: skip
        try:
            with aws.errors(f"sagemaker:{operation}", about):
                answer: Answer = getattr(client, xform_name(operation))(**parameters)
                return answer
        except OnboardError as error:
            found.errors[level] = error
            return None

    def _resources(self, found: _Found, client: Any) -> None:
        """The account's code repositories by the repository that their address means."""
        more: dict[str, str] = {}
        for _ in range(_PAGES):
            page = self._call(
                found, "resources", client, "ListCodeRepositories", MaxResults=100, **more
            )
            if page is None:
                return
            for row in page.get("CodeRepositorySummaryList") or ():
                config = _inside(row, "GitConfig")
                identity = _identity(_inside(config, "RepositoryUrl"))
                if identity and isinstance(config, Mapping):
                    found.resources.setdefault(identity, _branch_and_secret(config))
            token = page.get("NextToken")
            if not token:
                return
            more = {"NextToken": token}

    def _told(self, found: _Found) -> Named:
        problems = tuple(_problem(e) for e in _distinct(found.errors) if e.code not in _SILENT)
        levels = tuple(
            Kept(level, tuple(_entry(url, found.resources) for url in found.urls[level]))
            for level in _ORIGINS
            if level in found.urls
        )
        away = any(error.code in _AWAY for error in found.errors.values())
        if away:
            known = {kept.level for kept in levels}
            older = [kept for kept in self._kept()[0] if kept.level not in known]
            levels = (*levels, *older)
        elif not found.errors:
            self._keep(levels)
        return Named(_listings(levels), problems, found.owner, "space" in found.urls)

    # The last answer

    def _from_cache(self, error: OnboardError) -> Named:
        if error.code in _SILENT:
            return Named()
        levels, when = self._kept()
        told = _problem(error)
        if levels:
            told = msgspec.structs.replace(
                told, message=f"{told.message} The list of {when} is used."
            )
        return Named(_listings(levels), (told,))

    def _kept(self) -> tuple[tuple[Kept, ...], str]:
        if self._cache is None:
            return (), ""
        try:
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self._cache.stat().st_mtime))
            file = msgspec.json.decode(read_bytes(self._cache), type=_File)
        except (OSError, ValueError, msgspec.MsgspecError):
            return (), ""
        same = (file.domain, file.space) == (self._place.domain_id, self._place.space)
        return (tuple(k for k in file.levels if k.level in _ORIGINS), when) if same else ((), "")

    def _keep(self, levels: tuple[Kept, ...]) -> None:
        if self._cache is None:
            return
        file = _File(str(self._place.domain_id), str(self._place.space), levels)
        try:
            write_private(self._cache, msgspec.json.encode(file))
        except OSError as failure:
            log.warning("no copy of SageMaker's repositories was kept: %s", failure.strerror)


def _listings(levels: Sequence[Kept]) -> tuple[Listing, ...]:
    there = {kept.level: kept for kept in levels}
    return tuple(
        Listing(source, origin, there[level].entries)
        for level, (source, origin) in _ORIGINS.items()
        if level in there and there[level].entries
    )


def _entry(url: str, resources: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """With the keys of ``onboard.yaml``; the plan checks all of them."""
    return {"url": url, **resources.get(_identity(url), {})}


def _branch_and_secret(config: Mapping[str, Any]) -> dict[str, str]:
    named = {"branch": config.get("Branch"), "secret": config.get("SecretArn")}
    return {key: value for key, value in named.items() if isinstance(value, str) and value}


def _identity(url: object) -> str:
    """The same for two addresses of one repository; empty for what is no address."""
    if not isinstance(url, str):
        return ""
    try:
        return addresses.identity(addresses.check_url(url))
    except ConfigError:
        return ""


def _urls(answer: Answer, member: str) -> list[str]:
    named = _inside(answer, member, "JupyterLabAppSettings", "CodeRepositories")
    found = (_inside(row, "RepositoryUrl") for row in named) if isinstance(named, list) else ()
    return list(dict.fromkeys(url for url in found if isinstance(url, str)))


def _inside(answer: Any, *path: str) -> Any:
    for name in path:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer


def _distinct(errors: Mapping[str, OnboardError]) -> Iterator[OnboardError]:
    """Each sentence once: a network that is away is away for every call."""
    yield from {error.code + error.message: error for error in errors.values()}.values()


def _problem(error: OnboardError) -> Problem:
    return Problem(
        code=error.code,
        message=f"Not all repositories that SageMaker names are known. {error.message}",
        hint=error.hint,
        origin=ORIGIN,
    )


def _silence(seconds: float) -> OnboardError:
    return OnboardError(
        "aws.unreachable",
        f"SageMaker did not answer within {seconds:g} s.",
        "In a VPC without internet it needs a VPC endpoint: ask your administrator.",
    )
