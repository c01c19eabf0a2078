"""The installed packages, as pip writes them down."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from urllib.parse import urlsplit

from sm_onboard.pythons import as_lines, stand

_known: dict[tuple[object, ...], Environment] = {}


@dataclass(frozen=True)
class Environment:
    """Attributes:
    text: ``name==version`` lines, sorted.
    sources: packages that come from elsewhere than an index: name and address.
    """

    text: str
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def freeze() -> Environment:
    """What is installed now; read again only when a folder of packages has changed."""
    state = stand(sys.path)
    known = _known.get(state)
    if known is None:
        known = _read()
        _known.clear()
        _known[state] = known
    return known


def _read() -> Environment:
    found: dict[str, tuple[str, str]] = {}
    sources = {}
    for one in metadata.distributions():
        # A folder that pip left half removed has no name; the first of two is what is imported.
        with suppress(Exception):
            name = one.metadata["Name"]
            if not name or name.lower() in found:
                continue
            found[name.lower()] = (name, one.version)
            if said := one.read_text("direct_url.json"):
                sources[name] = _address(json.loads(said))
    return Environment(as_lines(found.values()), sources)


def _address(told: dict[str, object]) -> str:
    """Where a package was installed from (PEP 610), without a password."""
    parts = urlsplit(str(told.get("url", "")))
    url = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    vcs = told.get("vcs_info")
    return f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}" if isinstance(vcs, dict) else url
