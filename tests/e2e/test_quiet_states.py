"""When there is no list: nothing configured, not loaded yet, the server gone or switched off."""

from __future__ import annotations

import contextlib
import re
import time

from playwright.sync_api import Error, expect

from tests.e2e.lab import team
from tests.gitserver import make_repository

STATE = re.compile(r"/sm-onboard/repos(\?|$)")


def test_nothing_is_configured_and_a_person_adds_one(host, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab()
    window = open_window(lab)
    window.page.locator(".jp-Launcher").wait_for()
    expect(window.panel).not_to_be_visible()  # there is nothing to open it for
    window.show_panel()
    empty = window.repos.locator('[data-smo-room-state="empty"]')
    expect(empty).to_contain_text("No repositories yet")
    assert window.axe() == []

    # An address that is not allowed is refused in the dialog, which keeps what was typed.
    empty.get_by_role("button", name="Add repository…").click()
    dialog = window.page.locator(".jp-Dialog-content")
    address = dialog.get_by_label("Address")
    expect(address).to_be_focused()
    address.fill("https://ana:hunter2@example.com/churn.git")
    dialog.get_by_role("button", name="Add and clone").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The URL holds a password")
    assert not (lab.home / ".config").exists()
    assert window.axe(".jp-Dialog-content") == []
    window.problems.clear()  # the refusal is a 4xx, and the browser says so

    address = dialog.get_by_label("Address")
    address.fill(host.url("churn"))
    dialog.get_by_label("Folder").fill("work/churn")
    dialog.get_by_role("button", name="Add and clone").click()
    expect(dialog).to_have_count(0)

    window.expect_state("churn", "ready")
    assert (lab.home / "work" / "churn" / "README.md").exists()
    own = (lab.home / ".config" / "sm-onboard" / "onboard.yaml").read_text()
    assert host.url("churn") in own and "work/churn" in own
    expect(window.panel).to_contain_text("From your own onboard.yaml (1).")


def test_a_server_that_takes_its_time(host, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab(team(host.url("churn")))
    lab.wait_until_idle()
    window = open_window(lab)
    held = []
    window.page.route(STATE, lambda route: held.append(route))
    window.page.reload()
    window.show_panel()
    loading = window.repos.locator('[data-smo-room-state="loading"]')
    expect(loading).to_have_attribute("aria-busy", "true")
    expect(loading).to_contain_text("has not answered for 3 s")
    assert window.axe() == []

    for route in held:
        with contextlib.suppress(Error):  # asked by the page before it was reloaded
            route.continue_()
    window.page.unroute(STATE)
    window.expect_state("churn", "ready")


def test_the_server_goes_away_and_comes_back(host, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab(team(host.url("churn")))
    lab.wait_until_idle()
    window = open_window(lab)
    window.show_panel()
    window.expect_state("churn", "ready")
    lab.kill()
    window.panel.get_by_role("button", name="Update all repositories").click()
    gone = window.page.locator(".jp-Dialog").filter(has_text="The server did not answer")
    expect(gone).to_be_visible()
    assert window.row("churn").get_attribute("data-smo-state") == "ready"

    lab.start()
    before = lab.state()["server"]
    window.page.keyboard.press("Escape")
    offline = window.repos.locator('[data-smo-room-state="offline"]')
    expect(offline).to_have_count(0, timeout=40_000)
    assert lab.state()["server"] == before
    window.problems.clear()

    # Its events are heard again, too.
    window.heard.clear()
    deadline = time.monotonic() + 40
    while not any(before in event for event in window.heard):
        assert time.monotonic() < deadline, "no event came from the new server"
        lab.post("sm-onboard/repos/sync")
        window.page.wait_for_timeout(1000)


def test_it_is_switched_off(start_lab, open_window):
    lab = start_lab(traits={"enabled": False})
    window = open_window(lab)
    window.show_panel()
    expect(window.panel).to_contain_text("may be switched off")
    assert window.axe() == []
    assert window.problems, "a route that is not there answers 404"
    window.problems.clear()
