"""SQL's LIKE: ``%`` is any text, ``_`` any one character; nothing escapes them.

Written out, because the regular expression for a pattern with many ``%`` takes time without
bound where it does not match.
"""

from __future__ import annotations

import re
from functools import lru_cache


def like(text: str, pattern: str, *, capitals: bool) -> bool:
    """Whether a pattern describes all of a text.

    Args:
        capitals: whether A and a differ.
    """
    pieces = _pieces(pattern, capitals)
    first = pieces[0].match(text)
    if first is None:
        return False
    if len(pieces) == 1:
        return first.end() == len(text)
    at = first.end()
    for piece in pieces[1:-1]:
        # every piece matches a fixed number of characters: the first place is the best
        found = piece.search(text, at)
        if found is None:
            return False
        at = found.end()
    last = len(text) - len(pattern.rpartition("%")[2])
    return last >= at and pieces[-1].fullmatch(text, last) is not None


@lru_cache(64)
def _pieces(pattern: str, capitals: bool) -> list[re.Pattern[str]]:
    flags = re.DOTALL if capitals else re.DOTALL | re.IGNORECASE
    return [
        re.compile(".".join(re.escape(part) for part in piece.split("_")), flags)
        for piece in pattern.split("%")
    ]
