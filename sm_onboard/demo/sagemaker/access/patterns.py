"""Wildcards and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

Context = Mapping[str, "str | Sequence[str]"]
"""Condition keys of a request. A sequence for a key that has several values, else a string."""

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_LITERAL = {"*": "*", "?": "?", "$": "$"}


class Keys:
    """A request's condition keys. Their names are compared without case, as IAM does."""

    def __init__(self, context: Context) -> None:
        self._values = {name.lower(): value for name, value in context.items()}
        self.absent: list[str] = []

    def values(self, name: str) -> tuple[str, ...] | None:
        """The key's values; None, and a note of it, when the request does not have it."""
        value = self._values.get(name.lower())
        if value is None:
            if name not in self.absent:
                self.absent.append(name)
            return None
        return (value,) if isinstance(value, str) else tuple(value)


def fill(text: str, keys: Keys | None, quoted: Callable[[str], str] = str) -> str | None:
    """The text with its variables' values in it.

    Args:
        quoted: what is done to a value, and to ``${*}``, so that nothing in it is a wildcard.

    Returns:
        None when a variable has no value and no default, or several values. Without keys, the
        text as it is.
    """
    if keys is None or "${" not in text:
        return text
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        name, default = found.groups()
        if name in _LITERAL:
            parts.append(quoted(_LITERAL[name]))
            continue
        values = keys.values(name)
        if values is None and default is not None:
            values = (default,)
        if values is None or len(values) != 1:
            return None
        parts.append(quoted(values[0]))
    return "".join((*parts, text[end:]))


def matches(
    pattern: str, text: str, keys: Keys | None = None, *, ignore_case: bool = False
) -> bool:
    """Whether the text is like the pattern: ``*`` is any characters, ``?`` one.

    Args:
        keys: fills the pattern's variables; a pattern with one that has no value matches nothing.
            Without keys, ``${`` means itself.
    """
    if keys is not None and "${" in pattern:
        filled = fill(pattern, keys, _protect)
        if filled is None:
            return False
        pattern = filled
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


_PROTECTED = str.maketrans({"*": "\ue000", "?": "\ue001"})


def _protect(value: str) -> str:
    """Puts marks in place of wildcards, that ``_compiled`` turns into the plain characters."""
    return value.translate(_PROTECTED)


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    wild = {"*": ".*", "?": ".", "\ue000": r"\*", "\ue001": r"\?"}
    expression = "".join(wild.get(char) or re.escape(char) for char in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def arn_matches(pattern: str, arn: str, keys: Keys | None = None) -> bool:
    """Like ``matches``, but each of the six parts of an ARN on its own."""
    if keys is not None and "${" in pattern:
        filled = fill(pattern, keys, _protect)
        if filled is None:
            return False
        pattern = filled
    if pattern == "*":
        return True
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(parts) == 6 and all(map(matches, wanted, parts))
