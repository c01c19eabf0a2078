"""The pictures of the documentation, made anew by

    SMO_PICTURES=1 pytest tests/e2e/test_pictures.py

They show the demo's sample team. Without the variable the same states are reached and
nothing is written, so that the pictures cannot show what is no longer so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sm_onboard.demo.sample import make_repositories, onboard_yaml
from tests.e2e.lab import team
from tests.gitserver import Fault, make_repository

pytestmark = pytest.mark.long  # the other stories look at the same states every day

IMAGES = Path(__file__).parents[2] / "docs" / "images"
IDENTITY = "[user]\n\tname = Ana Ruiz\n\temail = ana@example.com\n"


@pytest.fixture
def sample(host):
    make_repositories(host.root)
    return onboard_yaml(host.url)


@pytest.fixture
def home(home, tmp_path):
    """Git knows the person already: the question for it has a story of its own."""
    person = tmp_path / "lab" / "home"
    person.mkdir(parents=True)
    (person / ".gitconfig").write_text(IDENTITY)
    return home


def take(window, name, *, panel=False):
    """Writes one picture, when pictures are wanted."""
    window.rest()
    if not os.environ.get("SMO_PICTURES"):
        return
    IMAGES.mkdir(exist_ok=True)
    what = window.panel if panel else window.page
    what.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_start(theme, host, sample, start_lab, open_window):
    host.faults["reports"] = Fault.slow(100_000)
    lab = start_lab(sample, theme=f"JupyterLab {theme.capitalize()}")
    window = open_window(lab, viewport={"width": 1280, "height": 800})
    expect(window.panel).to_be_visible()
    window.page.locator(".jp-Launcher").wait_for()
    window.expect_state("churn", "ready")
    window.expect_state("ds-utils", "ready")
    window.expect_state("reports", "cloning")
    expect(window.row("reports")).to_contain_text("Receiving")
    take(window, f"cloning-{theme}")

    window.expect_state("reports", "ready", seconds=60)
    done = window.page.locator(".Toastify__toast").filter(has_text="3 repositories are ready")
    expect(done.get_by_role("button", name="Open")).to_be_visible()
    start = window.page.locator(".jp-LauncherCard").filter(has_text="Start here")
    expect(start).to_be_visible()
    take(window, f"first-start-{theme}")


def test_an_ordinary_day_wide_and_narrow(host, sample, start_lab, open_window):
    make_repository(host.root, "billing-models")
    entries = sample + (
        f"  - url: {host.url('billing-models', private=True)}\n"
        "  - url: http://127.0.0.1:9/feature-store-definitions-eu-west-1.git\n"
    )
    lab = start_lab(entries)
    lab.wait_until_idle()
    (lab.home / "churn" / "README.md").write_text("Mine\n")
    (lab.home / "churn" / "src" / "churn" / "model.py").write_text("mine = True\n")
    window = open_window(lab, viewport={"width": 1280, "height": 800})
    window.show_panel()
    change(host, "churn", {"README.md": "Ours\n", "src/churn/model.py": "ours = True\n"})
    change(host, "ds-utils", {"CHANGELOG.md": "More\n"})
    window.panel.get_by_role("button", name="Update all repositories").click()
    window.expect_state("churn", "blocked")
    expect(window.row("ds-utils")).to_contain_text("Updated")
    window.page.locator(".Toastify__toast").get_by_role("button", name="Open").click()
    expect(window.page.locator(".jp-NotebookPanel h1")).to_be_visible()
    expect(window.page.locator(".jp-Toolbar-kernelName")).to_contain_text("Python 3")

    widen(window, 320)
    window.open_row("churn")
    expect(window.row("churn")).to_contain_text("src/churn/model.py")
    take(window, "ordinary-day-light")
    take(window, "trouble-light", panel=True)
    assert window.axe() == []

    window.row("churn").locator(".smo-Row-title").click()
    widen(window, 250)  # the least that JupyterLab gives a side bar
    expect(window.repos.locator("[data-smo-narrow]")).to_be_visible()
    take(window, "narrow-light", panel=True)
    assert window.axe() == []
    over = window.panel.evaluate(
        """panel => [...panel.querySelectorAll('[data-smo-row] *')]
             .filter(e => e.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1)
             .map(e => e.className)"""
    )
    assert over == [], "something is cut off"


def test_nothing_there_yet(start_lab, open_window):
    window = open_window(start_lab(team()))
    window.show_panel()
    expect(window.panel).to_contain_text("No repositories yet")
    widen(window, 320)
    take(window, "empty-light", panel=True)


def change(host, name, files):
    from gitserver import Repository

    Repository(host.root / f"{name}.git", clock=1_790_000_000).commit(files, author="Ben <b@x.org>")


def widen(window, width):
    """Drags the border of the panel until it is so wide, in pixels."""
    page = window.page
    box = window.panel.bounding_box()
    edge = box["x"] + box["width"]
    page.mouse.move(edge + 2, 400)
    page.mouse.down()
    page.mouse.move(box["x"] + width + 2, 400, steps=4)
    page.mouse.up()
    expect(window.panel).to_have_js_property("offsetWidth", width)
