"""``docs/repositories.md`` names every code there is, and only tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "repositories.md").read_text(encoding="utf-8")


def test_every_code_is_explained() -> None:
    used: set[str] = set()
    for folder in ("git", "repos", "snapshot"):
        for file in (CHECKOUT / "sm_onboard" / folder).rglob("*.py"):
            used |= set(re.findall(r'"(repos\.[a-z]+(?:_[a-z]+)*)"', file.read_text("utf-8")))
    explained = set(re.findall(r"`(repos\.[a-z_]+)`", PAGE))
    assert len(used) > 80
    assert used - explained == set(), "missing in docs/repositories.md"
    assert explained - used == set(), "explained, but used nowhere"


def test_every_test_named_exists() -> None:
    defined: set[str] = set()
    for file in (CHECKOUT / "tests").rglob("test_*.py"):
        defined |= set(re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")))
    named = set(re.findall(r"`(test_\w+)(?:\[[^`]*\])?`", PAGE))
    assert len(named) > 15
    assert named - defined == set()


def test_every_file_named_exists() -> None:
    for path in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert (CHECKOUT / path).is_file(), path
    for link in re.findall(r"\]\(([\w/.-]+)\)", PAGE):
        assert (CHECKOUT / "docs" / link).is_file(), link
