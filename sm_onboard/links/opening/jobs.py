"""The links that are being opened, each in a thread of a small pool."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sm_onboard.clones.aside import taken
from sm_onboard.clones.checks import shown_url
from sm_onboard.clones.here import Here
from sm_onboard.domain.models import DomainProblem
from sm_onboard.errands import Errand, Errands, States
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.problems import problem_of
from sm_onboard.git.addresses import display

from .. import coordinates
from ..coordinates import Link
from ..models import LinkClaims, LinkOpened, LinkOpening
from ..service import ROOM
from . import mine, placing
from .in_place import of_path
from .looked import Looked
from .of_commit import of_git
from .of_share import of_snapshot
from .reader import Reader, reader
from .runs import of_run
from .words import day

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

_AT_ONCE = 4
_FRESH = 120.0  # seconds after which it is looked at again before anything is made

_STATES = States(
    looking=("fetching",), waiting=("asks", "ready"), making=("opening",), done="opened"
)
_Opening = Errand[LinkOpening]
How = Literal["beside", "mine", "run"]


class Openings:
    """What is being opened, and what was lately.

    Args:
        tell: announces that ``openings/<id>`` differs.
    """

    def __init__(self, reader: Reader, *, tell: Callable[[str], None], log: logging.Logger) -> None:
        self._reader = reader
        self._all = Errands[LinkOpening](
            "sm_onboard-open",
            _STATES,
            at_once=_AT_ONCE,
            problem_of=problem_of,
            unknown=_unknown,
            many=_many,
            tell=lambda id: tell(f"openings/{id}"),
            log=log,
        )

    @classmethod
    def of(cls, rooms: Rooms) -> Openings:
        revisions = itertools.count(1)
        return cls(
            reader(rooms),
            tell=lambda id: rooms.notify(ROOM, id, next(revisions)),
            log=rooms.log,
        )

    def begin(self, text: str) -> LinkOpening:
        """Takes a link apart, and fetches its preview where nobody has to be asked for leave.

        Raises:
            LinkError: it is none.
            Conflict: ``links.opening_many``.
            OnboardError: the team's file cannot be read.
        """
        link = coordinates.parse(text)
        trust = self._reader.allowed().trust(link)
        # A store that the team's file does not name cannot be asked at all.
        asks = not trust.listed and link.kind != "snapshot"

        def first(id: str) -> LinkOpening:
            state: Literal["asks", "fetching"] = "asks" if asks else "fetching"
            return LinkOpening(id=id, state=state, claims=claims(link), trust=trust)

        with self._all.lock:
            shown = self._all.begin(first, None if asks else partial(self._look, link))
            if asks:
                self._all.find(shown.id).kept = link
            return shown

    def get(self, id: str) -> LinkOpening:
        """Raises NotFound: ``links.opening_unknown``."""
        return self._all.get(id)

    def fetch(self, id: str, host: str) -> LinkOpening:
        """The person lets the preview be fetched from the host that was shown.

        Raises:
            NotFound: ``links.opening_unknown``.
            Conflict: ``links.not_asked``. InvalidRequest: ``links.other_host``.
        """
        with self._all.lock:
            opening = self._all.find(id)
            if opening.state != "asks":
                raise Conflict(
                    "links.not_asked", "Nothing is asked about this link.", "Open it again."
                )
            if host != opening.shown.trust.asked:
                raise InvalidRequest(
                    "links.other_host",
                    "This is not the host that was shown. Nothing was asked.",
                    "Open the link again.",
                )
            link = opening.kept
            self._all.change(opening, state="fetching", problem=None)
            return self._all.submit(opening, partial(self._look, link))

    def choose(self, id: str, looked: int, how: How, into: Path | None = None) -> LinkOpening:
        """The person has seen the preview, and decided.

        Args:
            into: a folder that does not exist, for the copy; None takes the one that was shown.

        Raises:
            NotFound: ``links.opening_unknown``.
            Conflict: ``links.not_ready``, ``.preview_old``, ``clones.target_exists``.
            InvalidRequest: ``links.no_choice``.
        """
        if into is not None and os.path.lexists(into):
            raise taken(into)
        with self._all.lock:
            opening = self._all.find(id)
            shown = opening.shown
            if shown.state != "ready" or shown.preview is None:
                raise Conflict(
                    "links.not_ready",
                    "This is being opened, was opened or was given up already.",
                    "Open the link again.",
                )
            if shown.looked != looked:
                raise _old("It was looked at again since you chose.")
            if how not in shown.preview.how:
                raise InvalidRequest("links.no_choice", "That cannot be chosen for this link.")
            self._all.change(opening, state="opening", doing="", percent=None, problem=None)
            return self._all.submit(opening, partial(self._open, how, into))

    def drop(self, id: str) -> LinkOpening:
        """Cancels what is under way, and forgets a preview. What was opened stays.

        Raises:
            NotFound: ``links.opening_unknown``.
        """
        return self._all.drop(id)

    def close(self) -> None:
        """Cancels everything, and waits until nothing of it is left."""
        self._all.close()

    # In threads of the pool

    def _look(self, link: Link, opening: _Opening) -> dict[str, Any]:
        return self._ready(opening, self._looked(link, opening))

    def _looked(self, link: Link, opening: _Opening) -> Looked:
        here, reader = self._here(opening), self._reader
        if link.kind == "git":
            return of_git(reader, here, link, self._progress(opening))
        if link.kind == "snapshot":
            return of_snapshot(reader, here, link, self._progress(opening))
        return of_path(reader, here, link) if link.kind == "path" else of_run(reader, here, link)

    def _here(self, opening: _Opening) -> Here:
        return self._reader.here(
            cancel=opening.cancel,
            doing=lambda text: self._all.say(opening, doing=text),
            progress=lambda progress: self._all.say(opening, percent=progress.percent),
        )

    def _progress(self, opening: _Opening) -> Callable[[int], None]:
        return lambda percent: self._all.say(opening, percent=percent)

    def _ready(self, opening: _Opening, looked: Looked) -> dict[str, Any]:
        opening.kept, opening.at = looked, self._all.growing()
        changes = {"preview": looked.preview, "looked": opening.shown.looked + 1}
        return {"state": "ready", **changes}

    def _open(self, how: How, into: Path | None, opening: _Opening) -> dict[str, Any]:
        looked: Looked = opening.kept
        try:
            looked = self._still(how, into, looked, opening)
        except _ChangedError as changed:
            again = self._ready(opening, changed.looked)
            return {**again, "problem": changed.problem}
        return {"state": "opened", "opened": self._opened(how, into, looked, opening)}

    def _still(self, how: How, into: Path | None, looked: Looked, opening: _Opening) -> Looked:
        """What was seen, if that is still how things are.

        Raises:
            _ChangedError: what holds instead.
            OnboardError: those of looking at it.
        """
        now, here = self._reader.now(), self._here(opening)
        if how == "beside" and looked.until is not None and looked.until <= now:
            expired = Conflict(
                "links.share_expired",
                f"Its time was over on {day(looked.until)}.",
                f"Ask {looked.preview.sender or 'the sender'} for a new one.",
            )
            rest = tuple(each for each in looked.preview.how if each != "beside")
            raise _ChangedError(looked.but(how=rest), expired)
        problem: OnboardError | None = None
        if how == "beside" and into is None:
            try:
                placing.check_place(here.root, looked)
            except Conflict as error:
                problem = error
        if how == "mine" and looked.own and mine.stand(looked.own.file) != looked.own.seen:
            problem = _old("Your own file has changed since you looked at it.")
        if problem is None and self._all.growing() - opening.at <= _FRESH:
            return looked
        again = self._looked(looked.link, opening)
        if problem is None and again.like(looked):
            return again
        raise _ChangedError(again, problem or _old("What was found is another thing now."))

    def _opened(self, how: How, into: Path | None, looked: Looked, opening: _Opening) -> LinkOpened:
        link, preview = looked.link, looked.preview
        if how == "beside":
            return placing.beside(self._reader, self._here(opening), looked, into)
        if how == "run":
            return LinkOpened(how="run", run=preview.run)
        assert looked.own is not None
        return LinkOpened(
            how="mine",
            place=str(looked.own.file),
            contents=preview.mine,
            cell=link.cell,
            heading=link.heading,
        )


class _ChangedError(Exception):
    """The choice no longer holds."""

    def __init__(self, looked: Looked, why: OnboardError) -> None:
        super().__init__(why.message)
        self.looked = looked
        self.problem: DomainProblem = problem_of(why)


def claims(link: Link) -> LinkClaims:
    """What a link says, as the page shows it."""
    tracking = link.tracking
    host = link.host
    if tracking and tracking != coordinates.HERE:
        from ..allowed import in_aws, place_of

        is_server = tracking.startswith(("https:", "http:"))
        host = place_of(tracking).shown if is_server else in_aws(tracking)
    return LinkClaims(
        kind=link.kind,
        sender=link.sender,
        note=link.note,
        path=link.path,
        cell=link.cell,
        heading=link.heading,
        repository=shown_url(link.repository) if link.repository else "",
        host=host,
        commit=link.commit,
        store=link.store,
        digest=link.digest,
        run=link.run,
        tracking=display(tracking) if "://" in tracking else tracking,
        space=link.space,
    )


def _old(why: str) -> Conflict:
    return Conflict("links.preview_old", f"{why} Nothing was opened.", "Look again, and choose.")


def _unknown() -> OnboardError:
    return NotFound(
        "links.opening_unknown", "Nothing is known of this any more.", "Open the link again."
    )


def _many() -> OnboardError:
    return Conflict(
        "links.opening_many",
        f"{_AT_ONCE} links are being opened already.",
        "Wait until one of them is there, or cancel it.",
    )
