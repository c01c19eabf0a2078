"""What each part asks AWS for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sm_onboard.errors import Conflict, NotFound, OnboardError

from .client import Client, Task
from .known import Known, Other, app_id, inside, text
from .models import Choice, PartName, Problem
from .others import Others
from .pricing import Prices

_ARN = re.compile(r"arn:aws[a-z-]*:sagemaker:([a-z0-9-]+):(\d{12}):")
_BILLS = ("InService", "Pending")


class Parts:
    """Reads parts into ``known``; each method is one part's and runs in a thread of its own.

    Args:
        known: guarded by ``lock``.
        tell: says that something changed; called with the lock.
        wanted: the parts that somebody looks at; called with the lock.
    """

    def __init__(
        self,
        known: Known,
        lock: AbstractContextManager[Any],
        client: Client,
        prices: Prices,
        tell: Callable[[PartName], None],
        wanted: Callable[[], frozenset[PartName]],
    ) -> None:
        self._known = known
        self._lock = lock
        self._client = client
        self._prices = prices
        self._tell = tell
        self._wanted = wanted
        self.prices_left = False  # types that did not fit into the last call for prices
        self.others = Others(client, self._show_others)
        self._readers: Mapping[PartName, Callable[[Task], None]] = {
            "here": self._here,
            "settings": self._settings,
            "profiles": self._profiles,
            "spaces": self._spaces,
            "apps": self._apps,
            "others": self._others,
            "prices": self._read_prices,
        }

    def read(self, part: PartName, task: Task) -> None:
        """Reads a part to its end; ``task.problem`` says why it is not all there is.

        Raises:
            OnboardError: nothing more could be read.
            Cancelled: nobody looks any more.
        """
        self._readers[part](task)

    def asks(self, part: PartName) -> tuple[str, str]:
        """The operation and the resource that a part's failure is about."""
        domain = f"domain/{self._known.chosen}"
        return {
            "here": ("ListDomains", "*"),
            "settings": ("DescribeDomain", domain),
            "profiles": ("ListUserProfiles", "*"),
            "spaces": ("ListSpaces", "*"),
            "apps": ("ListApps", "*"),
            "prices": ("pricing:GetProducts", "*"),
        }.get(part, ("", "*"))

    def size(self, part: PartName) -> int:
        """How many rows of a part are there."""
        known = self._known
        sizes: Mapping[PartName, int] = {
            "here": int(known.space is not None) or len(known.choices),
            "settings": int(known.domain is not None),
            "profiles": len(known.profiles),
            "spaces": len(known.spaces),
            "apps": len(known.apps),
            "others": len(known.others),
        }
        return sizes.get(part, 0)

    def types(self) -> list[str]:
        """Instance types whose prices are not asked for yet: one's own, then the most used."""
        known = self._known
        counted: Counter[str] = Counter()
        own: list[str] = []
        for app in known.apps.values():
            if app.get("Status") in _BILLS:
                kind = text(inside(app, "ResourceSpec", "InstanceType"))
                counted[kind] += 1
                space = text(app.get("SpaceName"))
                owner = known.owner(space)[0] if space else text(app.get("UserProfileName"))
                if owner and owner == known.me:
                    own.append(kind)
        for other in known.others.values():
            counted[text(other.listed.get("InstanceType"))] += 1
            for variant in inside(other.detail, "Variants") or ():
                counted[text(variant.get("InstanceType"))] += 1
        others = (kind for kind, _ in counted.most_common())
        return self._prices.missing(known.region, (*own, *others))

    def _here(self, task: Task) -> None:
        place = self._known.place
        if place.odd:
            task.problem = Problem(
                code="domain.metadata",
                message=place.odd,
                hint="So it is not known in which space this is.",
            )
        with self._lock:
            self._known.region = place.region or self._client.region()
        if place.kind == "elsewhere":
            self._domains(task)
            return
        domain = {"DomainId": place.domain_id}
        owner = None if place.shared else place.user_profile
        if place.space:
            space = self._try(
                task, "DescribeSpace", f"space/{place.domain_id}/{place.space}",
                **domain, SpaceName=place.space,
            )  # fmt: skip
            if space is not None:
                self._put(task, "here", space=space)
            owner = self._known.me
        if owner:
            profile = self._try(
                task, "DescribeUserProfile", f"user-profile/{place.domain_id}/{owner}",
                **domain, UserProfileName=owner,
            )  # fmt: skip
            if profile is not None:
                self._put(task, "here", profile=profile)
        with self._lock:
            listed = "apps" in self._wanted()
        if not listed:
            self._own_app(task)

    def _domains(self, task: Task) -> None:
        """Outside Studio: which domains there are; the only one is chosen."""
        found: list[Choice] = []
        for page in self._client.pages(task, "ListDomains", "Domains"):
            for row in page:
                self._learn(text(row.get("DomainArn")))
                found.append(
                    Choice(
                        id=text(row.get("DomainId")),
                        name=text(row.get("DomainName")),
                        status=text(row.get("Status")),
                    )
                )
            self._put(task, "here", choices=tuple(found))
        if not found:
            raise NotFound(
                "domain.none",
                f"There is no SageMaker domain in {self._known.region}.",
                "Choose another region, or try everything with: sm-onboard demo",
            )
        if len(found) == 1 and not self._known.chosen:
            self._put(task, "here", chosen=found[0].id)

    def _settings(self, task: Task) -> None:
        domain = self._id()
        answer = self._client.call(task, "DescribeDomain", about=domain, DomainId=domain)
        self._learn(text(answer.get("DomainArn")))
        self._put(task, "settings", domain=answer)

    def _profiles(self, task: Task) -> None:
        self._rows(task, "profiles", "ListUserProfiles", "UserProfiles", "UserProfileName")

    def _spaces(self, task: Task) -> None:
        self._rows(task, "spaces", "ListSpaces", "Spaces", "SpaceName")

    def _rows(self, task: Task, part: PartName, operation: str, member: str, name: str) -> None:
        """A list of the domain; each page is shown as it comes."""
        into = getattr(self._known, part)
        found: dict[str, Any] = {}
        for page in self._client.pages(task, operation, member, DomainIdEquals=self._id()):
            rows = {app_id(row) if part == "apps" else text(row.get(name)): row for row in page}
            found.update(rows)
            with self._lock:
                task.check()
                into.update(rows)
                self._tell(part)
        with self._lock:
            task.check()
            for gone in into.keys() - found.keys():
                del into[gone]

    def _apps(self, task: Task) -> None:
        try:
            self._rows(task, "apps", "ListApps", "Apps", "")
        except OnboardError as error:
            if error.code != "aws.forbidden" or not self._known.place.space:
                raise
            self._own_app(task)
            task.problem = self._client.problem(error, *self.asks("apps"))

    def _own_app(self, task: Task) -> None:
        """The app one is in: its type and space are known, so one call describes it."""
        known, place = self._known, self._known.place
        if not place.space or not place.app_type or known.chosen != place.domain_id:
            return
        names = {"SpaceName": place.space, "AppType": place.app_type, "AppName": "default"}
        if app_id(names) in known.apps:
            return
        app = self._try(
            task, "DescribeApp",
            f"app/{place.domain_id}/{place.space}/{place.app_type}/default",
            DomainId=place.domain_id, **names,
        )  # fmt: skip
        if app is not None:
            with self._lock:
                task.check()
                known.apps[app_id(app)] = app
                self._tell("apps")

    def _others(self, task: Task) -> None:
        self.others.read(task)
        if self.others.failed and task.problem:
            raise _Told(task)

    def _read_prices(self, task: Task) -> None:
        with self._lock:
            types, region = self.types(), self._known.region
        if types and region:
            self._prices.read(task, region, types)
            self.prices_left = bool(self._prices.missing(region, types))

    def _show_others(self, task: Task, rows: dict[str, Other]) -> None:
        self._put(task, "others", others=rows)

    def _try(self, task: Task, operation: str, resource: str, **parameters: Any) -> Any:
        """One call whose failure leaves the rest alone; its answer, or None."""
        try:
            return self._client.call(task, operation, about=resource, **parameters)
        except OnboardError as error:
            task.problem = task.problem or self._client.problem(error, operation, resource)
            return None

    def _put(self, task: Task, part: PartName, **what: Any) -> None:
        with self._lock:
            task.check()
            for name, value in what.items():
                setattr(self._known, name, value)
            self._tell(part)

    def _learn(self, arn: str) -> None:
        """The account, from an ARN of its own."""
        match = _ARN.match(arn)
        if match:
            with self._lock:
                self._known.account = match[2]

    def _id(self) -> str:
        if self._known.chosen is None:
            raise Conflict("domain.none_chosen", "No domain is chosen.", "Choose one.")
        return self._known.chosen


class _Told(OnboardError):
    """A failure whose problem is in the task already."""

    def __init__(self, task: Task) -> None:
        assert task.problem is not None
        super().__init__(task.problem.code, task.problem.message, task.problem.hint)
