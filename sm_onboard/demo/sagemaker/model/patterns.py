"""The model's regular expressions, which are Java's, matched as Java's ``matches()`` does.

They are compiled with the ``regex`` package: it knows ``\\p{L}`` and takes a time limit, which
the model needs (``https://([.\\-_a-zA-Z0-9]+/?){3,1016}`` backtracks for ever).
"""

from __future__ import annotations

from functools import lru_cache

import regex
from botocore.model import ServiceModel

TIME_LIMIT = 2.0
"""Seconds. A pattern that takes longer counts as not matched. Long enough for a megabyte on a
busy machine, where a process may wait for a second: what matches does so in a hundredth of it."""

# Java names a character above U+FFFF by its two surrogates, and so a range by four.
_RANGES = {r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF"}

# Patterns with a repetition inside a repetition, and the same without.
_SAFE = {
    # An item is at least one character and its slash is optional, so a run without slashes
    # may be cut anywhere: at least three characters, no slash first and none doubled.
    # (At most 1016 items never bites: the shape's length is at most 1024.)
    r"https://([.\-_a-zA-Z0-9]+/?){3,1016}": (
        r"https://(?=(?:[.\-_a-zA-Z0-9]/?){3})[.\-_a-zA-Z0-9]++(?:/[.\-_a-zA-Z0-9]++)*+/?"
    ),
    # One such group after another is such a group.
    r"[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?": r"[a-z0-9]([-a-z0-9]*[a-z0-9])?",
}


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> regex.Pattern[str]:
    bare = pattern.removeprefix("^").removesuffix("$")  # as botocore 1.34 has them
    safe = _SAFE.get(bare, pattern)
    for java, python in _RANGES.items():
        safe = safe.replace(java, python)
    # Java's \d, \w and \s are ASCII's. The flag would also narrow \p{L}, which stands alone.
    return regex.compile(safe, 0 if r"\p{" in safe else regex.ASCII)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches.

    Raises:
        regex.error: a pattern that ``uncompilable`` lists.
    """
    try:
        return _compiled(pattern).fullmatch(text, timeout=TIME_LIMIT) is not None
    except TimeoutError:
        return False


def uncompilable(service: ServiceModel) -> dict[str, str]:
    """The patterns of a service that cannot be checked, and why."""
    reasons: dict[str, str] = {}
    for name in service.shape_names:
        pattern = service.shape_for(name).metadata.get("pattern")
        if pattern is None:
            continue
        try:
            _compiled(pattern)
        except regex.error as error:
            reasons[pattern] = str(error)
    return reasons
