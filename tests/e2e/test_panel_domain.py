"""The side panel says where one is, what runs and what it costs, and stops it there."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, expect

from tests.e2e.organization import domain_id
from tests.e2e.test_domain import LATER
from tests.e2e.test_pictures import take


def cell(window, name: str) -> Locator:
    return window.panel.locator(f'[data-smo-cell="{name}"]')


def room(window) -> Locator:
    return window.panel.locator('[data-smo-room="domain"]')


def app(window, name: str) -> Locator:
    exactly = window.page.locator(f'.smo-Name[title="{name}"]')
    return window.panel.locator("[data-smo-app]").filter(has=exactly)


def as_wide_as(window, pixels: int) -> None:
    box = window.panel.bounding_box()
    edge = box["x"] + box["width"] + 1
    window.page.mouse.move(edge, 300)
    window.page.mouse.down()
    window.page.mouse.move(box["x"] + pixels + 1, 300, steps=4)
    window.page.mouse.up()


def test_the_header_says_where_one_is(studio, open_window):
    window = open_window(studio("alice-lab"))
    window.show_panel()
    as_wide_as(window, 320)
    head = window.panel.locator("[data-smo-header=studio]")
    expect(head).to_contain_text("alice in acme-ml")
    expect(head).to_contain_text("alice-lab · private space")
    expect(cell(window, "price")).to_contain_text(re.compile(r"\$\d+\.\d\d / h"))
    expect(cell(window, "price")).to_contain_text("ml.m5.xlarge")
    expect(cell(window, "idle")).to_contain_text("60 min idle")
    expect(cell(window, "storage")).to_contain_text(re.compile(r"of [\d.,]+ [GT]B"))
    status = window.page.locator("[data-smo-status=domain]")
    expect(status).to_have_text(re.compile(r"alice-lab · \$\d+\.\d\d/h · in use"))
    # The dearest first, and this one has no Stop.
    expect(app(window, "tuning-gpu").locator("[data-smo-do=stop]")).to_be_visible()
    expect(app(window, "alice-lab")).to_contain_text("this one")
    expect(app(window, "alice-lab").locator("[data-smo-do=stop]")).to_have_count(0)
    expect(app(window, "bob-lab")).to_have_count(0)
    take(window, "panel-domain-light", panel=True)
    assert window.axe() == []
    as_wide_as(window, 250)
    expect(head).to_have_attribute("data-smo-narrow", "true")
    take(window, "panel-domain-narrow-light", panel=True)
    assert window.axe() == []
    window.change_theme("Dark")
    take(window, "panel-domain-narrow-dark", panel=True)
    assert window.axe() == []
    as_wide_as(window, 320)
    expect(head).not_to_have_attribute("data-smo-narrow", "true")
    take(window, "panel-domain-dark", panel=True)
    assert window.axe() == []


def test_stop_an_app_of_ones_own_from_the_panel(local, studio, open_window):
    window = open_window(studio("alice-lab"))
    window.show_panel()
    app(window, "tuning-gpu").locator("[data-smo-do=stop]").click()
    step = app(window, "tuning-gpu").locator("[data-smo-step=stop]")
    expect(step).to_contain_text("Stop tuning-gpu?")
    expect(step.locator("[data-smo-do=keep]")).to_be_focused()
    window.page.keyboard.press("Escape")
    expect(step).to_have_count(0)
    assert local.control.log()["counts"].get("sagemaker:DeleteApp", 0) == 0

    app(window, "tuning-gpu").locator("[data-smo-do=stop]").click()
    step.locator("[data-smo-do=go]").click()
    expect(app(window, "tuning-gpu")).to_have_attribute("data-smo-state", "stopping")
    local.control.clock(advance=LATER)
    expect(app(window, "tuning-gpu")).to_have_count(0, timeout=60_000)
    expect(app(window, "alice-lab")).to_be_visible()


def test_the_idle_stop_is_changed_in_place(local, studio, open_window):
    window = open_window(studio("alice-lab"))
    window.page.locator(".jp-Launcher").wait_for()  # JupyterLab gives it the focus
    window.show_panel()
    expect(cell(window, "idle")).to_contain_text("60 min idle")
    cell(window, "idle").click()
    detail = window.panel.locator("[data-smo-detail=idle]")
    detail.get_by_label("Minutes without use").fill("90")
    detail.get_by_role("button", name="Set").click()
    expect(detail).to_contain_text("Set; it holds from now on.")
    expect(detail).to_contain_text("Stops after 90 min without use; from this space.")
    window.page.keyboard.press("Escape")
    expect(detail).to_have_count(0)


def test_nobody_owns_a_shared_space(studio, open_window):
    window = open_window(studio("team-board", shared=True))
    window.show_panel()
    head = window.panel.locator("[data-smo-header]")
    expect(head).to_contain_text("shared space")
    expect(app(window, "team-board")).to_contain_text("this one")
    expect(room(window)).to_contain_text("nobody counts as the owner")
    expect(room(window).locator("[data-smo-do=stop]")).to_have_count(0)
    take(window, "panel-shared-light", panel=True)
    assert window.axe() == []


def test_each_part_that_is_denied_says_so_alone(local, studio, open_window):
    denied = {"operations": ["sagemaker:ListApps", "sagemaker:DescribeDomain"], "kind": "denied"}
    local.control.trouble(denied)
    window = open_window(studio("alice-lab"))
    window.show_panel()
    expect(cell(window, "storage")).to_have_attribute("data-smo-cell-state", "ready")
    expect(cell(window, "idle")).to_have_attribute("data-smo-cell-state", "trouble")
    cell(window, "idle").click()
    detail = window.panel.locator("[data-smo-detail=idle]")
    expect(detail).to_contain_text("sagemaker:DescribeDomain")
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    detail.locator("[data-smo-do=copy-statement]").click()
    copied = json.loads(window.page.evaluate("() => navigator.clipboard.readText()"))
    assert copied["Action"] == "sagemaker:DescribeDomain"
    expect(room(window).locator("[data-smo-trouble]")).to_contain_text("sagemaker:ListApps")
    expect(window.panel.locator("[data-smo-footer=trouble]")).to_contain_text("not work")
    take(window, "panel-denied-light", panel=True)
    assert window.axe() == []


def test_nothing_is_asked_before_the_panel_is_seen_nor_after(local, studio, open_window):
    local.control.clear_log()
    lab = studio("alice-lab")
    # Else the panel opens by itself while repositories are set up the first time.
    lab.set_settings("sm-onboard", "plugin", {"openPanelFirst": False})
    window = open_window(lab)
    looks = []
    window.page.on(
        "request", lambda asked: "sm-onboard/domain" in asked.url and looks.append(asked)
    )
    window.page.wait_for_timeout(1500)
    assert looks == []
    window.show_panel()
    expect(cell(window, "price")).to_contain_text("/ h")
    assert [one for one in looks if one.method == "POST"]
    window.page.keyboard.press("Control+b")
    expect(window.panel).to_be_hidden()
    window.page.wait_for_timeout(500)
    ended = [one for one in looks if "/domain/look" in one.url][-1]
    assert ended.post_data_json["parts"] == []


def test_a_domain_that_hangs_does_not_hold_up_the_repositories(local, studio, open_window):
    local.control.trouble({"operations": ["sagemaker:*"], "kind": "latency", "seconds": 9})
    window = open_window(studio("alice-lab"))
    window.show_panel()
    expect(room(window).locator("[data-smo-room-state=loading]")).to_contain_text(
        "not answered", timeout=6000
    )
    expect(window.repos.locator("[data-smo-room-state=offline]")).to_have_count(0)
    expect(window.panel.locator("[data-smo-footer=waiting]")).to_be_visible()
    take(window, "panel-waiting-light", panel=True)


def test_on_a_laptop_a_domain_is_chosen_from_outside(local, studio, open_window):
    window = open_window(studio(None))
    window.show_panel()
    expect(window.panel.locator("[data-smo-header=elsewhere]")).to_contain_text(
        "On your own machine"
    )
    chooser = room(window).get_by_role("combobox")
    expect(chooser).to_contain_text("acme-ml")
    chooser.select_option(domain_id(local))
    expect(room(window)).to_contain_text("run in acme-ml")
    take(window, "panel-outside-light", panel=True)
    room(window).get_by_role("button", name="Show the domain").click()
    expect(window.page.locator(".smo-DomainWidget")).to_be_visible()
