"""What has been read so far, as AWS said it, and what follows from it at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from sm_onboard.studio import Place

from .models import Choice, Kind, Storage

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Other:
    """Something besides apps that bills: the row of its list, and what its Describe adds.

    Attributes:
        detail: None: not described yet.
    """

    kind: Kind
    name: str
    listed: Answer
    detail: Answer | None = None


@dataclass
class Known:
    """Whoever holds the room's lock may look and change; the answers themselves never change.

    Attributes:
        chosen: the id of the domain that is shown.
        domain: DescribeDomain; ``space`` and ``profile`` describe those one is in.
        profiles: the rows of ListUserProfiles by name; ``spaces`` those of ListSpaces.
        apps: the rows of ListApps by our id of a row.
        used: when this app was last used, and who says so: ``api`` or ``local``.
        reports: when other spaces were last used, by their own servers' word.
    """

    place: Place
    chosen: str | None = None
    choices: tuple[Choice, ...] = ()
    account: str | None = None
    region: str | None = None
    domain: Answer | None = None
    space: Answer | None = None
    profile: Answer | None = None
    profiles: dict[str, Answer] = field(default_factory=dict)
    spaces: dict[str, Answer] = field(default_factory=dict)
    apps: dict[str, Answer] = field(default_factory=dict)
    others: dict[str, Other] = field(default_factory=dict)
    storage: Storage | None = None
    used: tuple[datetime | None, str] = (None, "")
    reports: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def shared(self) -> bool | None:
        """Whether several people work in the space one is in; None: not known, or no space."""
        _, shared = self.owner(self.place.space or "")
        return self.place.shared if shared is None else shared

    @property
    def me(self) -> str | None:
        """The user profile that owns the private space one is in.

        In a shared space the visitor is only a cookie, and outside Studio nobody is known.
        """
        place = self.place
        if place.kind == "elsewhere" or self.shared or self.chosen != place.domain_id:
            return None
        if not place.space:
            return place.user_profile
        # A shared space names an owner, too: only one that is known to be private is a person's.
        return self.owner(place.space)[0] if self.shared is False else None

    def owner(self, space: str) -> tuple[str | None, bool | None]:
        """Who owns a space, and whether it is shared; None: not known."""
        if self.space is not None and self.here(space):
            owner = inside(self.space, "OwnershipSettings", "OwnerUserProfileName")
            kind = inside(self.space, "SpaceSharingSettings", "SharingType")
        else:
            row = self.spaces.get(space)
            owner = inside(row, "OwnershipSettingsSummary", "OwnerUserProfileName")
            kind = inside(row, "SpaceSharingSettingsSummary", "SharingType")
        return text(owner) or None, kind == "Shared" if kind else None

    def here(self, space: str) -> bool:
        """Whether it is the space that this server runs in."""
        return space == self.place.space and self.chosen == self.place.domain_id

    @property
    def vpc_only(self) -> bool | None:
        network = inside(self.domain, "AppNetworkAccessType")
        return network == "VpcOnly" if network else None

    def copy(self) -> Known:
        """As it is now; changes of this one do not reach the copy."""
        return replace(
            self, profiles=dict(self.profiles), spaces=dict(self.spaces), apps=dict(self.apps)
        )

    def forget(self) -> None:
        """Another domain is shown: nothing of the last one is left. ``others`` is the region's."""
        self.domain = None
        for rows in (self.profiles, self.spaces, self.apps):
            rows.clear()


def inside(answer: Any, *path: str) -> Any:
    """A member of an answer, or None where one of them is not there."""
    for name in path:
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(name)
    return answer


def text(value: object, most: int = 1024) -> str:
    """A text of AWS's in one line; empty for anything else. It is still anybody's text."""
    if not isinstance(value, str):
        return ""
    value = value[:most]
    return value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)


def iso(value: object) -> str:
    """A time in UTC as ISO 8601; empty for anything else."""
    if not isinstance(value, datetime):
        return ""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def row_id(*names: object) -> str:
    """An id for a row that is safe in a path, and the same whenever it is read."""
    joined = "\0".join(str(name or "") for name in names)
    return hashlib.blake2s(joined.encode("utf-8", "replace"), digest_size=8).hexdigest()


def app_id(app: Answer) -> str:
    return row_id(
        "app", *(app.get(n) for n in ("UserProfileName", "SpaceName", "AppType", "AppName"))
    )
