"""A hundred repositories, and a person without a mouse."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import team
from tests.gitserver import make_repository

NUMBER = 100
LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver(list => {
  for (const task of list.getEntries()) window.longTasks.push(Math.round(task.duration));
}).observe({ type: 'longtask' });
"""


@pytest.fixture
def hundred(host):
    """Made once and copied: what is in them does not matter here."""
    first = make_repository(host.root, "repo-000", 3)
    for number in range(1, NUMBER):
        shutil.copytree(first.directory, host.root / f"repo-{number:03}.git")
    return [host.url(f"repo-{number:03}") for number in range(NUMBER)]


def test_a_hundred_repositories_by_keyboard_alone(hundred, start_lab, open_window):
    lab = start_lab(team(*hundred))
    window = open_window(lab)
    page = window.page
    window.show_panel()
    expect(window.rows).to_have_count(NUMBER)
    page.evaluate(LONG_TASKS)

    # The page stays usable while all of them are cloned.
    lab.wait_until_idle(120)
    summary = window.summary
    expect(summary).to_have_text(str(NUMBER))
    assert set(window.shown().values()) == {"ready"}
    while_cloning = page.evaluate("() => longTasks.splice(0)")

    # The filter narrows the list; Tab leads from it into the list, which is one tab stop.
    box = window.panel.get_by_role("searchbox", name="Filter repositories")
    box.focus()
    page.keyboard.type("repo-04")
    expect(window.rows).to_have_count(10)
    page.keyboard.press("Tab")
    expect(window.row("repo-040")).to_be_focused()

    for key, name in (
        ("ArrowDown", "repo-041"),
        ("ArrowDown", "repo-042"),
        ("End", "repo-049"),
        ("ArrowDown", "repo-049"),
        ("Home", "repo-040"),
        ("ArrowUp", "repo-040"),
        ("ArrowDown", "repo-041"),
    ):
        page.keyboard.press(key)
        expect(window.row(name)).to_be_focused()

    # Right opens the row, Left closes it.
    row = window.row("repo-041")
    page.keyboard.press("ArrowRight")
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(row).to_contain_text("repo-041.git")
    page.keyboard.press("ArrowLeft")
    expect(row).to_have_attribute("aria-expanded", "false")

    # Shift+F10 opens the row's menu; Escape closes it, and the focus is where it was.
    page.keyboard.press("Shift+F10")
    menu = page.locator(".lm-Menu")
    expect(menu).to_be_visible()
    expect(menu).to_contain_text("Open folder")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(row).to_be_focused()

    # Shift+Tab leads back; the whole list comes back with an empty filter.
    page.keyboard.press("Shift+Tab")
    expect(box).to_be_focused()
    box.press("ControlOrMeta+a")
    box.press("Delete")
    expect(window.rows).to_have_count(NUMBER)
    assert window.axe() == []
    by_hand = page.evaluate("() => longTasks.splice(0)")

    # Enter does the row's main action: of a ready one, its folder in the file browser.
    window.row("repo-002").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-FileBrowser .jp-BreadCrumbs")).to_contain_text("repo-002")

    print(f"tasks over 50 ms: {while_cloning} while cloning, {by_hand} by hand (milliseconds)")
    assert max([0, *while_cloning]) < 1000, "the page stood still while cloning"
    assert sum(while_cloning) < 10_000
