"""JupyterLab is closed in the middle of a clone, and opened again; and there are two windows."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import gits_asking, team
from tests.gitserver import Fault, make_repository

SIZE = 1_500_000  # bytes of the pack
SLOW = 100_000  # bytes a second


@pytest.fixture
def large(host):
    return make_repository(host.root, "large", 300, size=SIZE // 300, random_bytes=True)


@pytest.fixture
def the_team(host, large):
    make_repository(host.root, "small", 5)
    host.faults["large"] = Fault.slow(SLOW)
    return team(host.url("large"), host.url("small"))


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_closed_in_mid_clone_it_goes_on_and_ends_ready(
    how, host, large, the_team, start_lab, open_window
):
    lab = start_lab(the_team)
    window = open_window(lab)
    window.expect_state("small", "ready")
    window.expect_state("large", "cloning")
    half_way(window, "large")

    if how == "SIGKILL":
        lab.kill()
    else:
        assert lab.terminate() < 10
        assert not gits_asking(host), "git outlived the server"
    assert not (lab.home / "large").exists(), "a folder is absent or complete"

    # The window that is open says so, and keeps showing what was last known.
    offline = window.repos.locator('[data-smo-room-state="offline"]')
    expect(offline).to_contain_text("No answer from the server", timeout=20_000)
    assert window.shown()["small"] == "ready"

    del host.faults["large"]
    lab.start()

    # It finds the server again by itself; another one finds the same.
    window.expect_state("large", "ready", seconds=60)
    expect(offline).to_have_count(0)
    window.problems.clear()  # a server that is away is an error to the browser
    second = open_window(lab)
    second.show_panel()
    second.expect_state("large", "ready")
    assert second.shown() == window.shown()

    for path in large.paths():
        assert (lab.home / "large" / path).read_bytes() == large.read(path)
    assert sorted(p.name for p in lab.home.iterdir() if not p.name.startswith(".")) == [
        "large",
        "small",
    ]
    left = [p for p in (lab.home / ".sm-onboard").rglob("*") if "pack" in p.name or p.is_symlink()]
    assert left == [], "parts of a clone were left behind"


def test_two_windows_and_a_late_one_show_the_same(host, the_team, start_lab, open_window):
    lab = start_lab(the_team)
    first, second = open_window(lab), open_window(lab)
    for window in (first, second):
        window.show_panel()
        window.expect_state("large", "cloning")

    same_progress(first, second)
    late = open_window(lab)
    late.show_panel()
    same_progress(first, late)

    # What one person does in one window is seen in the other.
    second.row("large").get_by_role("button", name="Cancel").click()
    for window in (first, second, late):
        window.expect_state("large", "cancelled")
    assert not (lab.home / "large").exists()
    assert not gits_asking(host)
    del host.faults["large"]
    first.row("large").get_by_role("button", name="Retry").click()
    for window in (first, second, late):
        window.expect_state("large", "ready")
    assert first.shown() == second.shown() == late.shown()


def half_way(window, name):
    """Until a third of the repository is there."""
    bar = window.row(name).get_by_role("progressbar")
    deadline = time.monotonic() + 20
    while int(bar.get_attribute("aria-valuenow") or 0) < 30:
        assert time.monotonic() < deadline, "no progress was shown"
        window.page.wait_for_timeout(50)


def same_progress(one, other):
    """Until both windows show the same sentence with the same figures at one moment."""
    deadline = time.monotonic() + 10
    seen = []
    while time.monotonic() < deadline:
        said = [w.row("large").locator(".smo-Row-sentence").inner_text() for w in (one, other)]
        seen.append(said)
        if said[0] == said[1] and "%" in said[0]:
            assert one.shown() == other.shown()
            return
    raise AssertionError(f"the windows never agreed: {seen[-5:]}")
