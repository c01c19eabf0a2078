"""From a browser that is in no JupyterLab to one's own in Studio, which then shows a link.

Where a domain signs in with IAM, the reader's own rights make a presigned address that lands at
the link. It is a credential: it is made for the reader's own user profile alone, is good for a
minute, and is printed only to a terminal or handed to the browser. In a domain with IAM Identity
Center the portal opens, and the link is pasted.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import dataclass
from typing import Any, Final, Literal

import click

from sm_onboard import aws
from sm_onboard.cli import print_json
from sm_onboard.domain import launch_addresses as addresses
from sm_onboard.domain.client import Client, Task
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, Unreachable
from sm_onboard.rooms import Rooms
from sm_onboard.studio import Place

from .cli_rooms import agreed
from .cli_words import one_line
from .coordinates import Link, form

LONGEST: Final = 1023
"""Characters that SageMaker takes of a ``LandingUri``."""
LIFE: Final = 60  # seconds that the address is good for; the service's least is 5
_APP = "app:JupyterLab:"
_OWN = "Name your own with --profile."


@dataclass(frozen=True)
class Landing:
    """Where the browser goes.

    Attributes:
        how: ``presigned``: the address itself signs in; ``portal``: whoever opens it signs in.
        paste: what to paste into Open shared link then; empty where the address lands at it.
        why: why it has to be pasted; a sentence.
    """

    how: Literal["presigned", "portal"]
    url: str
    paste: str = ""
    why: str = ""


def lead(
    link: Link,
    *,
    domain: str | None,
    profile: str | None,
    space: str | None,
    region: str | None,
    browser: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Leads the reader's browser to a link.

    Raises:
        OnboardError: ``links.not_printed``, ``links.not_yours``, and those of ``find``.
    """
    if not browser and not (_is_terminal() or as_json):
        raise InvalidRequest(
            "links.not_printed",
            "The address may sign in whoever has it, so it is printed only to a terminal.",
            "Open the browser with --browser.",
        )
    from sm_onboard import server_settings

    place = Rooms(server_settings.read(), environ=os.environ).place
    client = Client(aws.Aws(region=region) if region else aws.default())
    studio = _Studio(client, place, yes=yes)
    found = studio.find(link, domain, profile, space)
    shown = found.how == "portal" or _is_terminal()
    if as_json:
        told = {"how": found.how, "url": found.url if shown else "", "paste": found.paste}
        print_json({**told, "expires_in": LIFE if found.how == "presigned" else None})
    if browser and not webbrowser.open(found.url):
        raise Conflict(
            "links.no_browser", "There is no browser here.", "Leave out --browser on a terminal."
        )
    if as_json:
        return
    if not browser:
        click.echo(found.url)
    if found.how == "presigned":
        click.echo(f"Good for {LIFE} seconds. Whoever has it is signed in as you.", err=True)
    if found.paste:
        click.echo(f"{found.why} Paste this into Open shared link there:", err=True)
        click.echo(found.paste)


def landing_uri(link: Link) -> str:
    """``app:JupyterLab:lab?smo=…``, with the place in the query: what is behind a # may get lost
    on the way."""
    return f"{_APP}lab?{form(link, '', behind=True)[1:]}"


class _Studio:
    """Asks SageMaker for what leads to a reader's own JupyterLab.

    Args:
        yes: the reader has said that the profile is theirs.
    """

    def __init__(self, client: Client, place: Place, *, yes: bool) -> None:
        self._client, self._place, self._yes = client, place, yes
        self._task = Task()

    def find(
        self, link: Link, domain: str | None, profile: str | None, space: str | None
    ) -> Landing:
        """Where to go.

        Raises:
            InvalidRequest: ``domain.several``, ``links.whose``, ``links.which_space``.
            Conflict: ``links.not_own_space``, ``links.no_landing``. Forbidden: ``links.not_yours``.
            Unreachable: ``domain.odd_address``. OnboardError: those of ``aws.errors``.
        """
        domain = domain or self._place.domain_id or self._only_domain()
        told = self._call("DescribeDomain", DomainId=domain)
        paste = form(link, "lab")
        if told.get("AuthMode") != "IAM":
            where = self._call("DescribeSpace", DomainId=domain, SpaceName=space) if space else told
            url = addresses.checked(where.get("Url"), self._client.endpoint())
            if space:
                url += ("&" if "?" in url else "?") + "redirect=JupyterLab"
            why = "This domain signs in with IAM Identity Center."
            return Landing("portal", url, paste, why)
        profile = self._own_profile(domain, profile)
        space = space or self._only_space(domain, profile)
        self._check_space(domain, profile, space)
        landing, why = landing_uri(link), ""
        if len(landing) > LONGEST:
            why = f"The link is too long to land at: {len(landing):,} of {LONGEST:,} characters."
            landing = f"{_APP}lab"
        try:
            answer = self._call(
                "CreatePresignedDomainUrl",
                about=profile,
                DomainId=domain,
                UserProfileName=profile,
                SpaceName=space,
                LandingUri=landing,
                ExpiresInSeconds=LIFE,
            )
        except Unreachable as error:
            if error.code != "aws.failed":
                raise
            raise Conflict(
                "links.no_landing",
                f"SageMaker made no address that leads into {one_line(space)}.",
                "Its JupyterLab has to run: start it in Studio, then try again.",
            ) from error
        url = addresses.checked(answer.get("AuthorizedUrl"), self._client.endpoint())
        return Landing("presigned", url, paste if why else "", why)

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._client.call(self._task, operation, **parameters)

    def _rows(self, operation: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        pages = self._client.pages(self._task, operation, member, **parameters)
        return [row for page in pages for row in page]

    def _only_domain(self) -> str:
        found = self._rows("ListDomains", "Domains")
        if len(found) == 1:
            return str(found[0].get("DomainId"))
        named = ", ".join(f"{one.get('DomainId')} ({one.get('DomainName')})" for one in found)
        raise InvalidRequest(
            "domain.several",
            "There are several domains here." if found else "There is no domain here.",
            f"Name one: --domain {named}" if found else "Name another region with --region.",
        )

    def _own_profile(self, domain: str, profile: str | None) -> str:
        """The caller's own user profile: never one that a link or somebody else names."""
        if self._place.kind == "studio" and self._place.domain_id == domain:
            return self._owner_here(domain, profile)
        caller = self._caller()
        if profile is None:
            names = [str(row.get("UserProfileName")) for row in self._profiles(domain)]
            mine = [name for name in names if _is_called(caller, name)]
            if len(mine) == 1:
                return mine[0]
            raise InvalidRequest(
                "links.whose", f"Which user profile is yours, {one_line(caller)}?", _OWN
            )
        if _is_called(caller, profile) or self._yes:
            return profile
        question = f"You are {one_line(caller)}. Is the user profile {one_line(profile)} yours?"
        if not agreed(
            question, f"Nobody was signed in as {one_line(profile)}.", option="--yes if that is you"
        ):
            raise Forbidden("links.not_yours", "The address would sign in as somebody else.", _OWN)
        return profile

    def _owner_here(self, domain: str, profile: str | None) -> str:
        told = self._call("DescribeSpace", DomainId=domain, SpaceName=self._place.space)
        owner = str((told.get("OwnershipSettings") or {}).get("OwnerUserProfileName") or "")
        sharing = (told.get("SpaceSharingSettings") or {}).get("SharingType")
        if not owner or sharing != "Private":
            raise Conflict(
                "links.not_own_space",
                "In a space of several people nobody is signed in from the command line.",
                "Open the link in JupyterLab: Open shared link.",
            )
        if profile not in (None, owner):
            raise Forbidden(
                "links.not_yours",
                f"This space is {one_line(owner)}'s. Nobody else is signed in from here.",
                "Leave out --profile.",
            )
        return owner

    def _profiles(self, domain: str) -> list[dict[str, Any]]:
        return self._rows("ListUserProfiles", "UserProfiles", DomainIdEquals=domain)

    def _caller(self) -> str:
        """What the caller is called: an IAM user's name, or that of a role's session."""
        answer = self._client.call(self._task, "GetCallerIdentity", service="sts")
        return str(answer.get("Arn", "")).rpartition("/")[2]

    def _only_space(self, domain: str, profile: str) -> str:
        found = []
        for row in self._rows("ListSpaces", "Spaces", DomainIdEquals=domain):
            owner = (row.get("OwnershipSettingsSummary") or {}).get("OwnerUserProfileName")
            settings = row.get("SpaceSettingsSummary") or {}
            shared = (row.get("SpaceSharingSettingsSummary") or {}).get("SharingType") == "Shared"
            if owner == profile and settings.get("AppType") == "JupyterLab" and not shared:
                found.append(str(row.get("SpaceName")))
        if len(found) == 1:
            return found[0]
        raise InvalidRequest(
            "links.which_space",
            "You have several JupyterLab spaces." if found else "You have no JupyterLab space.",
            f"Name one: --space {', '.join(found)}" if found else "Make one in Studio first.",
        )

    def _check_space(self, domain: str, profile: str, space: str) -> None:
        told = self._call("DescribeSpace", about=space, DomainId=domain, SpaceName=space)
        owner = (told.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
        shared = (told.get("SpaceSharingSettings") or {}).get("SharingType") == "Shared"
        if not shared and owner != profile:
            raise Forbidden(
                "links.not_yours",
                f"The space {one_line(space)} is not {one_line(profile)}'s.",
                "Name a space of your own with --space.",
            )


def _is_called(caller: str, profile: str) -> bool:
    """Whether a user or session has the name of a profile; an e-mail address up to its @."""
    return profile.lower() in (caller.lower(), caller.partition("@")[0].lower())


def _is_terminal() -> bool:
    return sys.stdout.isatty()
