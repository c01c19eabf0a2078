"""The links that are being made, each in a thread of a small pool."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_onboard.errands import Errand, Errands, States
from sm_onboard.errors import Conflict, NotFound, OnboardError, Stopped
from sm_onboard.experiments.problems import problem_of
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git

from ..coordinates import Link, check, form
from ..models import LinkAsked, LinkChoice, LinkMade, LinkMaking, LinkStore
from ..service import ROOM
from . import pushing, runs, sharing, words
from .choosing import Ready, checked, chosen, gets_of, link_of
from .packages import packages_of
from .person import Sender
from .register import Kept, Register
from .runs import RunPlace
from .sharing import Share
from .standing import Looked, of_file, of_run

if TYPE_CHECKING:
    from sm_onboard.repos.plan.onboard_keys import Links
    from sm_onboard.rooms import Rooms

    from ..stores import Store

_AT_ONCE = 4

_STATES = States(looking=("looking",), waiting=("asks",), making=("making",), done="made")
_Job = Errand[LinkMaking]


@dataclass(frozen=True)
class Team:
    """What the team's file says, as far as making links needs it.

    Attributes:
        stores: by alias, in the file's order.
        resolver: the page that links begin with; empty: none.
    """

    stores: Mapping[str, LinkStore]
    resolver: str = ""


class Makings:
    """What is being made, and what was lately.

    Args:
        links: what the team's file says; may block.
        store: the store of an alias.
        register: the list of one's own links.
        sender: who sends; may block.
        now: ms since 1970.
    """

    def __init__(
        self,
        rooms: Rooms,
        *,
        links: Callable[[], Links | None],
        store: Callable[[str], Store],
        register: Callable[[], Register],
        sender: Callable[[], str],
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._rooms = rooms
        self._links, self._store, self._register = links, store, register
        self._sender, self._now = sender, now
        revisions = itertools.count(1)
        self._all = Errands[LinkMaking](
            "sm_onboard-links",
            _STATES,
            at_once=_AT_ONCE,
            problem_of=problem_of,
            unknown=_unknown,
            many=_many,
            tell=lambda id: rooms.notify(ROOM, f"makings/{id}", next(revisions)),
            log=rooms.log,
        )

    @classmethod
    def of(cls, rooms: Rooms) -> Makings:
        from sm_onboard import aws
        from sm_onboard.repos.plan.owner import Owner

        from ..assembly import open_team_store, register, team_links

        owner = Owner(rooms.place, lambda: aws.default().client("sagemaker"))
        return cls(
            rooms,
            links=lambda: team_links(rooms),
            store=lambda alias: open_team_store(rooms, alias),
            register=lambda: register(rooms),
            sender=Sender(rooms.place, rooms.environ, owner).name,
        )

    def begin(self, asked: LinkAsked) -> LinkMaking:
        """Begins to look, and makes the link where nothing stands against it.

        Raises:
            InvalidRequest: ``links.nothing_asked``, ``links.wrong``, ``links.base_wrong``.
            Conflict: ``links.making_many``.
        """
        asked = checked(asked)
        return self._all.begin(
            lambda id: LinkMaking(id=id, state="looking"), lambda job: self._look(job, asked)
        )

    def get(self, id: str) -> LinkMaking:
        """Raises NotFound: ``links.making_unknown``."""
        return self._all.get(id)

    def confirm(self, id: str, looked: int) -> LinkMaking:
        """The person sends what was found all the same.

        Raises:
            NotFound: ``links.making_unknown``.
            Conflict: ``links.not_asked``.
        """
        with self._all.lock:
            job = self._all.find(id)
            if job.shown.state != "asks" or job.shown.looked != looked:
                raise Conflict(
                    "links.not_asked",
                    "This is being sent, was sent or was given up already.",
                    "Copy the link again.",
                )
            self._all.change(job, state="making", doing="", percent=None)
            return self._all.submit(job, lambda job: self._make(job, job.kept))

    def drop(self, id: str) -> LinkMaking:
        """Cancels what is under way. A link that was made stays.

        Raises:
            NotFound: ``links.making_unknown``.
        """
        return self._all.drop(id)

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
        self._all.close()

    # In threads of the pool

    def _look(self, job: _Job, asked: LinkAsked) -> dict[str, Any]:
        team = self._team(job)
        looked = self._looked(job, asked, team)
        with self._all.lock:
            self._all.change(job, standing=looked.standing, looked=job.shown.looked + 1)
        choice, problem = chosen(looked.standing, asked)
        if problem or choice is None:
            return {"state": "failed", "problem": problem or words.no_store()}
        ready, findings = self._prepared(job, looked, choice, team)
        if findings:
            job.kept = ready
            return {"state": "asks", "findings": findings}
        with self._all.lock:
            if job.state != "looking":
                raise _cancelled()
            self._all.change(job, state="making")
        return self._make(job, ready)

    def _looked(self, job: _Job, asked: LinkAsked, team: Team) -> Looked:
        rooms = self._rooms
        if asked.run:
            self._all.say(job, doing="Finding the store of the run.")
            return of_run(asked, runs.of_page(asked.run, rooms.experiments.find, rooms.place))
        self._all.say(job, doing="Looking at the file and its repository.")
        return of_file(
            asked,
            self._git(job),
            root_dir=rooms.root_dir or Path("/"),
            place=rooms.place,
            stores=team.stores,
            run_of=self._last_run,
        )

    def _last_run(self, names: frozenset[str], url: str) -> RunPlace | None:
        """The last run that a notebook recorded; a store that fails stands against no link."""
        experiments = self._rooms.experiments
        try:
            return runs.of_notebook(
                experiments.those, experiments.find, names, url, self._rooms.place
            )
        except OnboardError:
            return None

    def _prepared(
        self, job: _Job, looked: Looked, choice: LinkChoice, team: Team
    ) -> tuple[Ready, tuple[Any, ...]]:
        """What is to be done, and what looks like a secret in it."""
        asked, sender = looked.asked, self._sender()
        push = choice.kind == "git" and choice.problem is not None
        store = asked.store or next(iter(team.stores), "")
        found: tuple[Any, ...] = ()
        if push and looked.repository:
            self._all.say(job, doing="Looking for secrets in the commits.")
            found = pushing.findings(self._git(job), looked.repository)
        if choice.kind != "snapshot" and not (choice.kind == "git" and asked.fallback):
            return Ready(looked, choice, sender, push=push), found
        if store not in team.stores:
            problem = words.store_unknown(store) if store else words.no_store()
            raise NotFound(problem.code, problem.message, problem.hint)
        count = 1 + len(looked.needs.files)
        files = "the file" if count == 1 else f"up to {count} files"
        self._all.say(job, doing=f"Packing {files}, and looking for secrets.")
        try:
            with self._all.lock:
                folder = job.folder()
            with packages_of(looked, self._rooms.kernel_spec, job.cancel.is_set) as packages:
                share = sharing.make(
                    looked,
                    self._git(job),
                    folder,
                    sender=sender,
                    image=self._rooms.place.image or "",
                    packages=packages,
                    now=self._now(),
                    alone=choice.kind == "git",
                )
        except OSError as error:
            raise words.no_room(error) from error
        ready = Ready(looked, choice, sender, store=store, share=share, push=push)
        return ready, (*found, *share.findings)

    def _make(self, job: _Job, ready: Ready) -> dict[str, Any]:
        found = len(job.shown.findings)
        if ready.push and ready.looked.repository:
            self._push(job, ready)
        if ready.share is None:
            link = self._text(link_of(ready), ready.looked.asked)
            made = LinkMade(
                link=link, kind=ready.choice.kind, gets=gets_of(ready.looked, ready.choice)
            )
            return {"state": "made", "made": made}
        return {"state": "made", "made": self._sent(job, ready, ready.share, found)}

    def _push(self, job: _Job, ready: Ready) -> None:
        from sm_onboard.repos.assembly import credentials

        repository = ready.looked.repository
        assert repository is not None
        self._all.say(job, doing=f"Pushing {repository.branch}.")
        listener = Listener(
            progress=lambda progress: self._all.say(job, percent=progress.percent),
            cancel=job.cancel,
        )
        pushing.push(repository, credentials(self._rooms), listener)

    def _sent(self, job: _Job, ready: Ready, share: Share, secrets: int) -> LinkMade:
        """Keeps the share in its store, and the link in the list; or neither."""
        written, asked = share.written, ready.looked.asked
        store = self._store(ready.store)
        link = link_of(ready, digest=written.digest)
        text = self._text(link, asked)
        doing = f"Putting {words.bytes_of(written.size)} into the store {ready.store}."

        def progress(done: int, of: int) -> None:
            self._all.say(job, doing=doing, percent=100 * done // max(1, of))

        self._all.say(job, doing=doing)
        store.put(written.digest, written.file, progress, job.cancel, days=asked.days)
        try:
            if job.cancel.is_set():
                raise _cancelled()
            self._register().add(
                Kept(
                    id=written.digest,
                    name=ready.looked.standing.name,
                    link=text,
                    store=ready.store,
                    made=self._now(),
                    until=share.until,
                    size=written.size,
                    note=asked.note,
                )
            )
        except BaseException:
            store.delete(written.digest)
            raise
        self._register().sweep()
        return LinkMade(
            link=text,
            kind=ready.choice.kind,
            gets=(
                words.snapshot_gets(
                    asked,
                    ready.looked.thing,
                    share.others,
                    left_out=ready.looked.thing == "notebook" and not asked.outputs,
                )
                if ready.choice.kind == "snapshot"
                else gets_of(ready.looked, ready.choice)
            ),
            files=len([x for x in written.manifest.files if x.blob]),
            size=written.size,
            until=share.until,
            readers=store.readers,
            digest=written.digest,
            left_out=share.left_out,
            secrets=secrets,
            packages=share.packages,
        )

    def _text(self, link: Link, asked: LinkAsked) -> str:
        said = self._links()
        if said and said.resolver:
            return form(check(link), said.resolver, behind=True)
        return form(check(link), asked.base or "/lab")

    def _team(self, job: _Job) -> Team:
        self._all.say(job, doing="Reading the team's file.")
        said = self._links()
        if said is None:
            return Team({})
        stores = {
            alias: LinkStore(alias=alias, readers=self._store(alias).readers)
            for alias in said.stores
        }
        return Team(stores, said.resolver)

    def _git(self, job: _Job) -> Git:
        return Git(Listener(cancel=job.cancel))


def _unknown() -> OnboardError:
    return NotFound(
        "links.making_unknown", "Nothing is known of this any more.", "Copy the link again."
    )


def _many() -> OnboardError:
    return Conflict(
        "links.making_many",
        f"{_AT_ONCE} links are being made already.",
        "Wait until one of them is there, or cancel it.",
    )


def _cancelled() -> Stopped:
    return Stopped("links.cancelled", "Cancelled.")
