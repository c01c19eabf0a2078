"""The doctor: what does not work comes first, each with the thing to send to somebody."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, expect

from tests.e2e.test_pictures import take

PAGE = "#sm-onboard-doctor"


def open_doctor(window) -> Locator:
    window.show_panel()
    window.panel.locator("[data-smo-footer] [data-smo-do=doctor]").click()
    page = window.page.locator(PAGE)
    expect(page.locator("[data-smo-doctor=done]")).to_be_visible(timeout=30_000)
    return page


def test_what_is_denied_comes_first_with_its_statement(local, studio, open_window):
    local.control.trouble({"operations": ["sagemaker:ListApps"], "kind": "denied"})
    window = open_window(studio("alice-lab"))
    page = open_doctor(window)
    first = page.locator("[data-smo-check]").first
    expect(first).to_have_attribute("data-smo-state", "denied")
    expect(first).to_contain_text('"Action": "sagemaker:ListApps"')
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first.locator("[data-smo-do=copy-statement]").click()
    copied = json.loads(window.page.evaluate("() => navigator.clipboard.readText()"))
    assert copied["Action"] == "sagemaker:ListApps"
    expect(page).to_contain_text("sm-onboard doctor --json")
    expect(page.get_by_text("Where you are")).to_be_visible()
    expect(window.panel.locator("[data-smo-footer=trouble]")).to_be_visible()
    take(window, "doctor-light")
    assert window.axe(PAGE) == []

    # It is allowed again; nobody is told so before one looks.
    local.control.no_trouble()
    page.locator("[data-smo-do=again]").click()
    expect(page.locator("[data-smo-doctor=done]")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-smo-check][data-smo-state=denied]")).to_have_count(0)

    page.locator("[data-smo-do=copy-report]").click()
    report = window.page.evaluate("() => navigator.clipboard.readText()")
    assert "Where you are" in report and "alice-lab" in report

    # In the dark, and beside another tab.
    window.change_theme("Dark")
    window.page.set_viewport_size({"width": 900, "height": 800})
    take(window, "doctor-dark")
    assert window.axe(PAGE) == []
    over = page.evaluate("page => page.scrollWidth - page.clientWidth")
    assert over <= 0, "something is cut off at the right"


def test_the_doctor_is_in_the_palette_and_comes_back_with_the_window(studio, open_window):
    window = open_window(studio(None))
    window.page.locator(".jp-Launcher").wait_for()
    window.page.keyboard.press("Control+Shift+c")
    window.page.locator("#modal-command-palette input").fill("doctor")
    window.page.locator('[data-command="sm-onboard:open-doctor"]').first.click()
    page = window.page.locator(PAGE)
    expect(page.locator('[data-smo-check="place"]')).to_have_attribute(
        "data-smo-state", "not_here", timeout=30_000
    )
    window.page.wait_for_timeout(1500)  # JupyterLab saves its layout after a while
    window.page.reload()
    expect(window.page.locator(PAGE).locator("[data-smo-doctor=done]")).to_be_visible(
        timeout=45_000
    )
