"""Somebody else's text made fit to be shown: as it is, but without what works unseen."""

from __future__ import annotations

import re

# Colours and cursor moves of terminals (ECMA-48): CSI, OSC up to its end, and the short ones.
_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|\x1b[ -/]{0,8}[0-~]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# They turn the order in which the rest of a line is read: code that is not what it looks like.
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str, limit: int) -> tuple[str, bool]:
    """The text without control characters, with direction marks written out as ``[U+202E]``.

    Args:
        limit: characters that are kept.

    Returns:
        the text, which UTF-8 can always encode, and whether anything was cut off.
    """
    more = len(text) > limit
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text[:limit].replace("\r\n", "\n"))
    return _TURNS.sub(lambda found: f"[U+{ord(found[0]):04X}]", text), more


def printed(text: str, limit: int) -> tuple[str, bool]:
    """What a program printed, as a terminal shows it at the end: without colours, each line as
    it was last written over. Otherwise the same as ``plain``.
    """
    more = len(text) > limit
    text = _ANSI.sub("", text[:limit])
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return plain("\n".join(lines), limit)[0], more
