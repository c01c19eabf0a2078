"""The domain: find what costs most, stop it, see it stop.

The organization is the sample one of the local SageMaker. Pictures are written when
``SMO_PICTURES`` is set, as in ``test_pictures``.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sm_onboard.demo.sagemaker.child import LocalSageMaker
from tests.e2e.organization import domain_id
from tests.e2e.test_pictures import take

REGION = "eu-west-1"
ACCOUNT = "123456789012"
PAGE = ".smo-DomainWidget"
LATER = 900.0  # seconds in which every life cycle of an app is over


def open_domain(window) -> Locator:
    """The page, from its card in the launcher; the side bar makes room for it."""
    window.page.locator(".jp-LauncherCard").filter(has_text="Domain").click()
    page = window.page.locator(PAGE)
    expect(page).to_be_visible()
    if window.page.locator("#jp-left-stack").is_visible():
        window.page.keyboard.press("Control+b")
    return page


def row(domain: Locator, name: str) -> Locator:
    exactly = domain.page.locator(f'.smo-Name[title="{name}"]')
    return domain.locator("[data-smo-row]").filter(has=exactly)


def names(domain: Locator) -> list[str]:
    return domain.locator("[data-smo-row] .smo-Name").evaluate_all("all => all.map(n => n.title)")


def at_rest(domain: Locator) -> None:
    """Nothing is being read any more."""
    expect(domain.locator(".smo-DomainBar [data-smo-icon=working]")).to_have_count(0)
    expect(domain.locator("[data-smo-room-state=loading]")).to_have_count(0)


def no_overflow(page: Page) -> None:
    over = page.evaluate(
        """() => [...document.querySelectorAll('.smo-Grid-row > *, .smo-DomainBar > *')]
             .filter(e => e.getBoundingClientRect().right >
                          e.closest('.smo-DomainWidget').getBoundingClientRect().right + 1)
             .map(e => e.className)"""
    )
    assert over == [], "something is cut off"


def test_find_what_costs_most_stop_it_see_it_stop(local, studio, open_window):
    window = open_window(studio("bob-lab"), viewport={"width": 1440, "height": 860})
    domain = open_domain(window)
    window.rest()  # under the pointer, rows keep their places and new ones wait
    row(domain, "train-xl").wait_for()
    at_rest(domain)
    expect(window.page.locator(".lm-TabBar-tabLabel", has_text="Domain: acme-ml")).to_be_visible()
    total = domain.locator("[data-smo-total=per_hour] dd")
    before = dollars(total.inner_text())

    costs = [
        dollars(text)
        for text in domain.locator("[data-smo-cell=per_hour]").all_inner_texts()
        if text.startswith("$")
    ]
    assert len(costs) > 5
    assert costs == sorted(costs, reverse=True), "the most expensive is not first"
    both_themes(window, "domain-apps")

    domain.locator("[data-smo-filter=mine]").click()
    assert names(domain)[0] == "train-xl"
    mine = row(domain, "train-xl")
    expect(mine).to_have_attribute("data-smo-state", "running")
    mine.get_by_role("button", name="Stop… train-xl").click()
    step = domain.locator("[data-smo-step=stop]")
    expect(step.get_by_role("button", name="Keep running")).to_be_focused()
    expect(step).to_contain_text("Files stay on its disk.")
    both_themes(window, "domain-stop")
    saved = dollars(step.locator("[data-smo-do=go]").inner_text())
    step.locator("[data-smo-do=go]").click()
    expect(mine).to_have_attribute("data-smo-state", "stopping")
    assert status(local, "train-xl") == "Deleting"

    local.control.clock(advance=LATER)
    domain.locator("[data-smo-do=refresh]").click()
    expect(mine).to_have_attribute("data-smo-state", "stopped")
    assert status(local, "train-xl") == "Deleted"
    assert dollars(total.inner_text()) == pytest.approx(before - saved, abs=0.02)


def both_themes(window, name: str) -> None:
    """Pictures and axe, in the light and in the dark."""
    take(window, f"{name}-light")
    assert window.axe(PAGE) == []
    window.change_theme("Dark")
    take(window, f"{name}-dark")
    assert window.axe(PAGE) == []
    window.change_theme("Light")


def dollars(text: str) -> float:
    found = re.search(r"\$([\d,]+\.\d+)", text)
    assert found, f"no money in {text!r}"
    return float(found[1].replace(",", ""))


def status(local: LocalSageMaker, space: str) -> str:
    apps = local.client("sagemaker").list_apps(
        DomainIdEquals=domain_id(local), SpaceNameEquals=space
    )["Apps"]
    return str(apps[0]["Status"])


def test_the_other_tabs_wide_and_narrow(studio, open_window):
    window = open_window(studio("alice-lab"), viewport={"width": 1680, "height": 900})
    domain = open_domain(window)
    row(domain, "alice-lab").wait_for()
    at_rest(domain)
    expect(domain.get_by_role("complementary", name="Per person, now")).to_be_visible()
    take(window, "domain-wide-light")
    for tab, says in {
        "settings": "Encryption key",
        "profiles": "carol",
        "spaces": "alice-lab",
        "cost": "Per person",
    }.items():
        domain.locator(f"[data-smo-to={tab}]").click()
        expect(domain.get_by_role("tabpanel")).to_contain_text(says)
        at_rest(domain)
        take(window, f"domain-{tab}-light")
        assert window.axe(PAGE) == []
    domain.locator("[data-smo-to=apps]").click()
    window.page.set_viewport_size({"width": 770, "height": 800})
    expect(domain.locator("[data-smo-narrow]")).to_be_visible()
    row(domain, "alice-lab").wait_for()
    no_overflow(window.page)
    take(window, "domain-narrow-light")
    assert window.axe(PAGE) == []


def test_open_another_app(studio, open_window):
    window = open_window(studio("alice-lab"))
    visited: list[str] = []

    def answer(route):
        visited.append(route.request.headers.get("referer", ""))
        route.fulfill(body="<title>Another app</title>", content_type="text/html")

    domain = open_domain(window)
    row(domain, "alice-lab").wait_for()
    domain.locator("[data-smo-do=launch]").click()
    menu = window.page.locator("[data-smo-menu=launch]")
    expect(menu).to_contain_text("no licence in this domain")
    take(window, "domain-launch-light")
    entry = menu.locator(".lm-Menu-item", has_text="tuning-gpu")
    window.page.context.route(lambda url: not url.startswith(window.lab.address), answer)
    with window.page.expect_popup() as opened:
        entry.click()
    expect(opened.value).to_have_title("Another app")
    assert visited == [""], "the other page was told where it was opened from"
    secret = opened.value.url.partition("?")[2]
    assert secret
    assert secret not in window.lab.said()
    assert not any(secret in frame for frame in window.heard)
    assert secret not in window.page.evaluate("() => JSON.stringify({...localStorage})")


def test_what_is_denied_is_said_and_the_rest_is_there(local, studio, open_window):
    local.control.trouble({"operations": ["sagemaker:ListEndpoints"], "kind": "denied"})
    window = open_window(studio("alice-lab"))
    domain = open_domain(window)
    row(domain, "alice-lab").wait_for()
    trouble = domain.locator("[data-smo-trouble=others]")
    expect(trouble).to_contain_text("sagemaker:ListEndpoints")
    trouble.get_by_role("button", name="Copy statement").click()
    expect(trouble).to_contain_text("Copied")
    assert window.axe(PAGE) == []

    local.control.trouble({"operations": ["sagemaker:ListApps"], "kind": "denied"})
    domain.locator("[data-smo-do=refresh]").click()
    expect(domain.locator("[data-smo-trouble=apps]")).to_contain_text("You may not list apps")
    expect(row(domain, "alice-lab")).to_be_visible()  # what was known stays
    local.control.no_trouble()
    domain.locator("[data-smo-trouble=apps] [data-smo-do=again]").click()
    expect(domain.locator("[data-smo-trouble]")).to_have_count(0)


def test_who_has_not_answered_is_said_after_three_seconds(local, studio, open_window):
    late = {"operations": ["sagemaker:ListApps"], "kind": "latency", "seconds": 4.5}
    local.control.trouble(late)
    lab = studio("alice-lab")
    # The panel would have asked, and been answered, while the window was still opening.
    lab.set_settings("sm-onboard", "plugin", {"notifications": False, "openPanelFirst": False})
    window = open_window(lab)
    domain = open_domain(window)
    expect(domain.locator("[data-smo-waiting]")).to_contain_text("not answered", timeout=5000)
    take(window, "domain-waiting-light")
    row(domain, "alice-lab").wait_for()


def test_in_a_shared_space_nothing_is_ones_own(studio, open_window):
    window = open_window(studio("team-board", shared=True))
    domain = open_domain(window)
    row(domain, "team-board").wait_for()
    at_rest(domain)
    expect(row(domain, "team-board")).to_contain_text("this one")
    expect(domain.locator(".smo-Grid [data-smo-do=stop]")).to_have_count(0)


def test_outside_studio_a_domain_is_chosen(studio, open_window):
    window = open_window(studio(None))
    domain = open_domain(window)
    chooser = domain.locator("[data-smo-room-state=choose]")
    expect(chooser).to_contain_text("You are not in SageMaker Studio")
    take(window, "domain-choose-light")
    assert window.axe(PAGE) == []
    chooser.get_by_role("button", name="acme-ml").click()
    row(domain, "alice-lab").wait_for()
    at_rest(domain)
    expect(domain.locator(".smo-Grid [data-smo-do=stop]")).to_have_count(0)
    expect(row(domain, "alice-lab")).not_to_contain_text("this one")


def test_the_page_comes_back_with_the_window(studio, open_window):
    window = open_window(studio("alice-lab"))
    domain = open_domain(window)
    domain.locator("[data-smo-to=cost]").click()
    expect(domain.locator("[data-smo-spenders=people]")).to_contain_text("alice")
    window.page.wait_for_timeout(1500)  # JupyterLab saves its layout after a while
    window.page.reload()
    expect(domain.locator("[data-smo-to=cost]")).to_have_attribute("aria-selected", "true")
    expect(domain.locator("[data-smo-spenders=people]")).to_contain_text("alice")
