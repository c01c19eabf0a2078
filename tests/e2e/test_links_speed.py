"""How long a reader waits, with a repository of 3,000 files and 150 MB:

make test-long PYTEST_OPTIONS="-k how_long_a_reader_waits -s"
"""

from __future__ import annotations

import os
import statistics
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.colleagues import (
    NOTEBOOK,
    Colleagues,
    Person,
    copy_link,
    notebook,
    open_link,
    opened,
)
from tests.gitserver import made_up

TRIES = 5
# Seconds: from the paste to the rendered preview, and from the choice to the open notebook.
THERE, SNAPSHOT, OPEN = 1.0, 3.0, 2.0


@pytest.mark.long
def test_how_long_a_reader_waits(colleagues: Colleagues, capsys: pytest.CaptureFixture) -> None:
    large = made_up(3_000, 50_000, 0, True)
    colleagues.repository.commit(dict(large), "Large")
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    panel = alice.open(f"churn/{NOTEBOOK}")
    git = copy_link(panel, alice.window)
    assert "smo=git" in git
    alice.window.page.keyboard.press("Escape")
    (alice.home / "churn" / NOTEBOOK).write_bytes(notebook("# Results", "import model", "1 + 1"))
    (alice.home / "churn" / "nb" / "model.py").write_text("x = 1\n")
    snapshot = copy_link(alice.open(f"churn/{NOTEBOOK}"), alice.window)
    assert "smo=snapshot" in snapshot
    told = {}
    for name, link, limit in (("git", git, THERE), ("snapshot", snapshot, SNAPSHOT)):
        waits = [once(bob, link) for _ in range(TRIES)]
        shown, open = (statistics.median(part) for part in zip(*waits, strict=True))
        told[name] = (shown, limit, open)
    with capsys.disabled():
        for name, (shown, _, open) in told.items():
            load = os.getloadavg()[0]
            print(f"\n{name}: preview {shown:.2f} s, open {open:.2f} s, load {load:.1f}")
    for name, (shown, limit, open) in told.items():
        assert shown <= limit, name
        assert open <= OPEN, name


def once(bob: Person, link: str) -> tuple[float, float]:
    """Seconds from the paste to the preview, and from the choice to the notebook."""
    bob.window.page.goto(f"{bob.lab.address}lab?reset")
    bob.window.page.locator(".jp-Launcher").wait_for(timeout=45_000)
    preview = open_link(bob.window, link)
    began = time.monotonic()
    preview.locator("[data-smo-cell]").first.wait_for()
    preview.locator('[data-smo-do="beside"]').wait_for()
    shown = time.monotonic() - began
    began = time.monotonic()
    preview.locator('[data-smo-do="beside"]').click()
    expect(opened(bob.window).locator(".jp-Cell")).to_have_count(3)
    return shown, time.monotonic() - began
