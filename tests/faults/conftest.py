"""A world to break things in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repos.world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A person with a fresh clone of the team's repository, and a host that obeys ``faults``."""
    with world(tmp_path) as made:
        first = made.sync()
        assert (first.state, first.action) == ("ready", "cloned"), (first, made.logged)
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """A person who has nothing yet; the repository is about 1 MB that does not compress."""
    with world(tmp_path, files=200, size=5000, random_bytes=True) as made:
        yield made
