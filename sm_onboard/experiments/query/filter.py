"""The filter: comparisons joined by AND, as MLflow's ``search_runs`` takes them.

The same query chooses the same runs as it does in MLflow: what is not there matches nothing,
not even ``!=``; a metric that is NaN matches ``!=`` only; LIKE minds capitals, ILIKE does not.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.models import Dataset, Run

from .fields import NUMBERS, Kind, field, value
from .like import like
from .words import Word, unquoted, words

CODE: Final = "experiments.bad_filter"

_ORDERED: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXT: Final = ("=", "!=", "LIKE", "ILIKE")
_LISTS: Final = ("IN", "NOT IN")
_NULLS: Final = ("IS NULL", "IS NOT NULL")
_HINT: Final = "For example: metrics.auc > 0.9 AND params.model = 'forest'."


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: ``metrics.auc > 0.9``."""

    kind: Kind
    key: str
    operator: str  # in capitals
    value: str | float | tuple[str, ...] | None = None


def parse_filter(query: str) -> tuple[Clause, ...]:
    """The comparisons of a query, all of which have to hold; none in an empty one.

    Raises:
        InvalidRequest: ``experiments.bad_filter``; the sentence names the place.
    """
    reader = _Reader(words(query, CODE))
    if reader.ended():
        return ()
    clauses = [reader.clause()]
    while not reader.ended():
        reader.joined()
        clauses.append(reader.clause())
    return tuple(clauses)


def matches(clauses: Sequence[Clause], run: Run) -> bool:
    """Whether all of the comparisons hold for a run."""
    return all(_holds(clause, run) for clause in clauses)


def select(clauses: Sequence[Clause], runs: Iterable[Run]) -> list[Run]:
    """The runs for which all of the comparisons hold, in the order they came in."""
    return [run for run in runs if matches(clauses, run)]


class _Reader:
    def __init__(self, found: list[Word]) -> None:
        self._words = found
        self._next = 0

    @property
    def word(self) -> Word:
        return self._words[self._next]

    def ended(self) -> bool:
        return self.word.sort == "end"

    def clause(self) -> Clause:
        name = self.word
        if name.sort != "name":
            raise self._expected("a name such as metrics.auc")
        kind, key = field(name, CODE)
        self._take()
        comparison = self._comparison(name, kind, key)
        if comparison in _NULLS:
            return Clause(kind=kind, key=key, operator=comparison)
        if comparison in _LISTS:
            return Clause(kind=kind, key=key, operator=comparison, value=self._list())
        if kind == "metric" or (kind == "attribute" and key in NUMBERS):
            return Clause(kind=kind, key=key, operator=comparison, value=self._number(name))
        return Clause(kind=kind, key=key, operator=comparison, value=self._text(name))

    def joined(self) -> None:
        if self.word.says("OR"):
            raise InvalidRequest(
                CODE,
                f"OR at character {self.word.at}: a filter of MLflow's knows AND only.",
                "For several values of one text, write LIKE, or filter once for each.",
            )
        if not self.word.says("AND"):
            raise self._expected("AND")
        self._take()

    def _comparison(self, name: Word, kind: Kind, key: str) -> str:
        place = self.word
        text = place.text.upper()
        if place.says("IS", "NOT"):
            self._take()
            text += f" {self.word.text.upper()}"
            if text == "IS NOT":
                self._take()
                text += f" {self.word.text.upper()}"
        allowed = _allowed(kind, key)
        if text not in allowed:
            shown = f"{text!r} at character {place.at}" if place.text else "nothing"
            raise InvalidRequest(
                CODE,
                f"After {name.text} there is {shown}, which does not compare.",
                f"There can be: {', '.join(allowed)}.",
            )
        self._take()
        return text

    def _number(self, name: Word) -> float:
        if self.word.sort != "number":
            raise self._expected(f"a number, because {name.text} is one")
        text = self._take().text
        return int(text) if text.lstrip("-").isdigit() else float(text)

    def _text(self, name: Word) -> str:
        if self.word.sort != "text":
            raise self._expected(f"a text between quotes, because {name.text} is one")
        return unquoted(self._take().text)

    def _list(self) -> tuple[str, ...]:
        found: list[str] = []
        self._sign("(")
        while True:
            if self.word.sort != "text":
                raise self._expected("a text between quotes")
            found.append(unquoted(self._take().text))
            if self.word.text == ",":
                self._take()
                if self.word.text != ")":  # one after the last is allowed
                    continue
            self._sign(")")
            return tuple(found)

    def _sign(self, sign: str) -> None:
        if self.word.text != sign or self.word.sort != "sign":
            raise self._expected(sign)
        self._take()

    def _take(self) -> Word:
        word = self.word
        if word.sort != "end":
            self._next += 1
        return word

    def _expected(self, what: str) -> InvalidRequest:
        word = self.word
        if word.sort == "end":
            return InvalidRequest(CODE, f"The filter ends where {what} is expected.", _HINT)
        shown = word.text if len(word.text) <= 40 else f"{word.text[:39]}…"
        return InvalidRequest(
            CODE, f"At character {word.at} there is {shown!r}; {what} is expected.", _HINT
        )


def _allowed(kind: Kind, key: str) -> tuple[str, ...]:
    if kind == "metric" or (kind == "attribute" and key in NUMBERS):
        return tuple(_ORDERED)
    if kind in ("param", "tag"):
        return (*_TEXT, *_NULLS)
    if kind == "dataset" or key == "run_id":
        return (*_TEXT, *_LISTS)
    return _TEXT


def _holds(clause: Clause, run: Run) -> bool:
    if clause.kind == "dataset":
        return any(_compare(_of(dataset, clause.key), clause) for dataset in run.datasets)
    here = value(run, clause.kind, clause.key)
    if clause.operator in _NULLS:
        return (here is None) == (clause.operator == "IS NULL")
    return here is not None and _compare(here, clause)


def _of(dataset: Dataset, key: str) -> str:
    if key == "name":
        return dataset.name
    return dataset.digest if key == "digest" else dataset.context


def _compare(here: str | float, clause: Clause) -> bool:
    wanted = clause.value
    if isinstance(here, str):
        if isinstance(wanted, tuple):
            return (here in wanted) == (clause.operator == "IN")
        text = str(wanted)
        if clause.operator == "=":
            return here == text
        if clause.operator == "!=":
            return here != text
        return like(here, text, capitals=clause.operator == "LIKE")
    if not isinstance(wanted, (int, float)):
        return False
    if math.isnan(here):
        return clause.operator == "!="
    return _ORDERED[clause.operator](here, wanted)
