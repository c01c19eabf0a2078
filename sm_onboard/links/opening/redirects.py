"""A repository that has moved at its host: where to, and whether one may go there.

Git does not follow a host here (``http.followRedirects``). Where it was sent elsewhere, the
host is asked once more for the address alone, without signing in and without going there.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urljoin

from sm_onboard.clones.checks import shown_url
from sm_onboard.errors import ConfigError, Conflict, Forbidden, OnboardError
from sm_onboard.git.addresses import check_url, display
from sm_onboard.git.run import GitFailed
from sm_onboard.git.url_parts import is_loopback

from ..allowed import Place, place_of
from .limited import Limits, handlers

_ASKED = "/info/refs?service=git-upload-pack"
_HOPS = 5
_TIMEOUT = 15.0  # seconds for all of it: a host that sends a byte a second is given up as well
_LARGEST = 256 << 10  # bytes of all answers: they are lines of headers
_MOVED = re.compile(
    r"The requested URL returned error: 30[12378]\b|unable to update url base from redirection"
)


def is_redirect(error: GitFailed) -> bool:
    """Whether git was sent elsewhere."""
    return _MOVED.search(error.stderr) is not None


def moved_to(url: str, may_ask: Callable[[Place], bool]) -> str:
    """The repository's present address.

    Args:
        url: of the repository; its host may be asked.
        may_ask: whether another host may be; it is not asked otherwise.

    Raises:
        Conflict: ``links.moved``: it does not say where to.
        Forbidden: ``links.moved_elsewhere``: to a host that may not be asked.
    """
    first, at = place_of(url), url
    limits = Limits(_TIMEOUT, _LARGEST)
    for _ in range(_HOPS):
        target = _target(at, limits)
        if target is None:
            break
        to = _repository(url, target)
        place = place_of(to)
        if not place.is_at(first) and not may_ask(place):
            raise Forbidden(
                "links.moved_elsewhere",
                f"{first.shown} says that {shown_url(url)} has moved to {shown_url(to)}, which "
                "your team's file does not name. Nothing was asked there.",
                "Ask the sender whether that is right, and for a link with the new address.",
            )
        at = to
    if at == url:
        _unclear(url)
    return at


def _target(url: str, limits: Limits) -> str | None:
    """Where a host sends whoever asks for a repository; None where it does not, or not in time."""
    headers = {"User-Agent": "git/2 sm-onboard", "Accept": "*/*"}
    # The address was checked: https, or http to this machine.
    asked = urllib.request.Request(f"{url}{_ASKED}", headers=headers)  # noqa: S310
    used: list[Any] = [_Stays, *handlers(limits)]
    if is_loopback(place_of(url).host):
        used.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*used).open(asked, timeout=limits.left()):
            return None
    except urllib.error.HTTPError as error:
        with error:
            location = error.headers.get("Location", "")
        if error.code in (301, 302, 303, 307, 308) and location:
            return urljoin(f"{url}{_ASKED}", location)
        return None
    except (OSError, ValueError, http.client.HTTPException):
        return None


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _repository(url: str, target: str) -> str:
    """The repository in an address that a host answered with."""
    bare, found, _ = target.partition("/info/refs")
    try:
        to = check_url(bare if found else target.partition("?")[0])
    except ConfigError:
        raise _refused(url, target) from None
    if to.startswith("ssh:") or (url.startswith("https:") and to.startswith("http:")):
        raise _refused(url, target)
    return to


def _refused(url: str, target: str) -> OnboardError:
    return Forbidden(
        "links.moved_elsewhere",
        f"{shown_url(url)} has moved to an address that is not allowed: {display(target)}.",
        "Ask the sender for the repository's present address.",
    )


def _unclear(url: str) -> NoReturn:
    raise Conflict(
        "links.moved",
        f"{shown_url(url)} has moved, and its host does not say where to without a sign-in.",
        "Ask the sender for the repository's present address.",
    )
