"""The MLflow servers and apps that a domain had when it was last asked.

So that what is kept of them can be shown before it is asked again.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from sm_onboard.experiments.stores.discover import Found

from . import kept

_FILE = "places"


class _Places(msgspec.Struct, frozen=True, kw_only=True):
    domain: str
    region: str
    stores: tuple[Found, ...]


def read(folder: Path, domain: str, region: str) -> tuple[Found, ...] | None:
    """None where this domain was not asked yet."""
    found = kept.read(folder / _FILE, _Places)
    mine = found and (found.domain, found.region) == (domain, region)
    return found.stores if found and mine else None


def write(
    folder: Path, domain: str, region: str, stores: tuple[Found, ...], log: logging.Logger
) -> None:
    if read(folder, domain, region) == stores:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.write(folder / _FILE, _Places(domain=domain, region=region, stores=stores))
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.debug("sm_onboard | the stores of the domain are not remembered: %s", error)
