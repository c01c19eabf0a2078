"""Days, sizes and names as the preview says them."""

from __future__ import annotations

import time

from sm_onboard.git.names import shown

from ..coordinates import Link

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def day(ms: int) -> str:
    """The day of a moment, in local time: ``3 Dec``, with the year where it is another one."""
    try:
        then = time.localtime(ms / 1000)
    except (OverflowError, ValueError, OSError):
        return "a day that is none"
    said = f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]}"
    return said if then.tm_year == time.localtime().tm_year else f"{said} {then.tm_year}"


def size(number: int) -> str:
    """``38 KB``."""
    if number < 1000:
        return f"{number} bytes"
    if number < 1_000_000:
        return f"{number / 1000:.0f} KB"
    return f"{number / 1_000_000:.1f} MB"


def files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def name_of(link: Link) -> str:
    """Of the file that a link is about."""
    return shown(link.path.rpartition("/")[2], 100)


def where_in(link: Link) -> str:
    return ", at one cell" if link.cell else ", at a heading" if link.heading else ""


def kind_of(path: str) -> str:
    return "a notebook" if path.endswith(".ipynb") else "a file"
