"""A git host that takes the question and never answers."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.e2e.lab import gits_asking, team
from tests.gitserver import Fault, make_repository, wait_until


def test_it_delays_nothing_and_is_cancelled_from_the_panel(host, start_lab, open_window):
    make_repository(host.root, "hanging")
    make_repository(host.root, "good")
    host.faults["hanging"] = Fault.hang()

    lab = start_lab(team(host.url("hanging"), host.url("good")))

    # The host was asked and has not answered; JupyterLab does, and so does our own route.
    wait_until(lambda: host.snapshot("hanging").requests == 1)
    for path in ("api/status", "sm-onboard/repos", "api/contents"):
        began = time.monotonic()
        lab.get(path)
        assert time.monotonic() - began < 2, path
    window = open_window(lab)
    window.show_panel()
    window.expect_state("good", "ready")
    row = window.expect_state("hanging", "cloning")
    expect(row).to_contain_text("No answer from 127.0.0.1 yet")
    assert host.snapshot("hanging").requests == 1
    assert gits_asking(host) != [], "no git waits, so nothing was shown here"
    assert window.axe() == []

    row.get_by_role("button", name="Cancel").click()

    window.expect_state("hanging", "cancelled", seconds=5)
    expect(row).to_contain_text("Cancelled")
    wait_until(lambda: gits_asking(host) == [], 5)
    assert not (lab.home / "hanging").exists()

    # And when the host is well again, one click brings it.
    host.faults.clear()
    row.get_by_role("button", name="Retry").click()
    window.expect_state("hanging", "ready")
    assert (lab.home / "hanging" / "README.md").exists()
