"""From the text of a query to words, each with its place."""

from __future__ import annotations

import re
from typing import Final, Literal, NoReturn

import msgspec

from sm_onboard.errors import InvalidRequest

Sort = Literal["name", "text", "number", "sign", "end"]

LONGEST: Final = 10_000  # characters of a query

# A name is what stands left of a sign: words joined by dots, any of them in quotes.
_PART = r"""(?:\w+|`[^`]*`|"[^"]*")"""
_WORD = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.`"]))
  | (?P<name>(?:\w+|`[^`]*`)(?:\.{_PART})*)
  | (?P<text>'(?:''|[^'])*'|"(?:""|[^"])*")
  | (?P<sign><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    """,
    re.VERBOSE,
)


class Word(msgspec.Struct, frozen=True):
    """One word of a query; ``at`` counts characters from 1."""

    sort: Sort
    text: str  # as it was written
    at: int

    def says(self, *keywords: str) -> bool:
        """Whether it is one of these keywords, in capitals or not."""
        return self.sort == "name" and self.text.upper() in keywords


def words(query: str, code: str) -> list[Word]:
    """The words of a query, and an ``end`` after them.

    Args:
        code: that an error carries.

    Raises:
        InvalidRequest: with ``code``.
    """
    if len(query) > LONGEST:
        raise InvalidRequest(
            code,
            f"The query has {len(query):,} characters; {LONGEST:,} are read.",
            "Write a shorter one.",
        )
    found = []
    at = 0
    while at < len(query):
        match = _WORD.match(query, at)
        if match is None:
            _refuse(query, at, code)
        sort = match.lastgroup
        if sort != "space":
            found.append(Word(sort, match[0], at + 1))  # type: ignore[arg-type]
        at = match.end()
    found.append(Word("end", "", len(query.rstrip()) + 1))
    return found


def unquoted(part: str) -> str:
    """A name or value without the quotes around it."""
    if len(part) >= 2 and part[0] == part[-1] and part[0] in "`'\"":
        return part[1:-1]
    return part


def _refuse(query: str, at: int, code: str) -> NoReturn:
    if query[at] == "." and query[at + 1 : at + 2] in ("`", '"'):
        at += 1
    character = query[at]
    if character in "'\"`":
        message = f"The quote {character} at character {at + 1} is not closed."
        hint = "Close it; a value that holds one kind of quote goes between the other."
    else:
        message = f"Character {at + 1}, {character!r}, does not belong there."
        hint = "A name with other characters than letters, digits, _ and . goes between backticks."
    raise InvalidRequest(code, message, hint)
