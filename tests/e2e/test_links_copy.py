"""Copy link: one click, what the reader gets, and nothing that leaves unasked."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.colleagues import (
    NOTEBOOK,
    Colleagues,
    Person,
    active_cell,
    copy_link,
    made_link,
    notebook,
    open_link,
)

POPOVER = ".smo-LinkPopover"
HELPER = "def load(path):\n    return path\n"
# Made up for this test; of the form that a detector knows.
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


def shares(store: Path) -> list[Path]:
    return list(store.rglob("*.zip"))


def popover(person: Person, step: str) -> Locator:
    return person.window.page.locator(f'[data-smo-link="{step}"]')


def test_a_changed_notebook_and_the_helper_it_needs_arrive_as_they_are(
    colleagues: Colleagues,
) -> None:
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    (alice.home / "churn/nb/helper.py").write_text(HELPER)
    panel = alice.open(f"churn/{NOTEBOOK}")
    page = alice.window.page
    panel.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nimport helper  # not saved yet")
    before, his = alice.files(), bob.files()

    copy_link(panel, alice.window, says="a copy of this notebook as it is now")
    made = popover(alice, "made")
    expect(made).to_contain_text("with the 1 file it needs")
    expect(made).to_contain_text("No secrets found")
    assert alice.window.axe(POPOVER) == []
    # Another link is made only when it is asked for.
    made.get_by_label("A note for the reader").fill("Look at the load.")
    again = made.get_by_role("button", name="Copy new link")
    expect(again).to_be_enabled()
    assert len(shares(colleagues.store)) == 1
    again.click()
    expect(made.get_by_role("button", name="Copy again")).to_be_visible()
    link = made_link(alice.window)
    assert page.evaluate("navigator.clipboard.readText()") == link
    # The notebook was saved, so that the link has what is on the screen; nothing else differs.
    after = alice.files()
    assert {path for path in after if after[path] != before.get(path)} == {f"churn/{NOTEBOOK}"}

    preview = open_link(bob.window, link)
    expect(preview.locator('[data-smo-claim="note"]')).to_have_text("Look at the load.")
    here = preview.locator('[data-smo-file="nb/helper.py"]')
    expect(here).to_have_attribute("data-smo-here", "new")
    expect(preview.locator("[data-smo-marked]")).to_contain_text("# not saved yet")
    expect(preview.get_by_role("button", name="Against mine: 1 cell")).to_be_visible()
    preview.get_by_role("button", name="Open beside my work").click()
    assert "# not saved yet" in active_cell(bob.window)
    (copy,) = (bob.home / "shared" / "alice").iterdir()
    assert (copy / "nb/helper.py").read_text() == HELPER
    assert (copy / "src/model.py").exists()
    cells = json.loads((copy / NOTEBOOK).read_text())["cells"]
    assert any("# not saved yet" in "".join(cell["source"]) for cell in cells)
    assert {path: one for path, one in bob.files().items() if path in his} == his

    # She takes it back.
    made.get_by_role("button", name="My links").click()
    rows = page.locator(f"{POPOVER} [data-smo-row]")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button", name="Delete…").click()
    expect(rows.first.get_by_role("button", name="Keep it")).to_be_focused()
    assert alice.window.axe(POPOVER) == []
    rows.first.get_by_role("button", name="Delete for good").click()
    expect(rows).to_have_count(1)
    assert len(shares(colleagues.store)) == 1


def test_what_looks_like_a_secret_is_shown_before_anything_leaves(colleagues: Colleagues) -> None:
    alice = colleagues.start("alice")
    (alice.home / "lone.ipynb").write_bytes(notebook(f"key = '{KEY}'"))
    alice.open("lone.ipynb").locator('[data-smo-do="copy-link"]').click()
    asks = popover(alice, "asks")
    expect(asks).to_contain_text("Nothing was sent", timeout=30_000)
    expect(asks.get_by_role("button", name="Do not send")).to_be_focused()
    assert KEY not in asks.inner_text()
    assert alice.window.axe(POPOVER) == []
    assert shares(colleagues.store) == []
    alice.window.page.keyboard.press("Enter")
    cancelled = popover(alice, "cancelled")
    expect(cancelled).to_contain_text("Nothing was sent")
    assert shares(colleagues.store) == []

    cancelled.get_by_role("button", name="Copy link", exact=True).click()
    asks.get_by_role("button", name="Send all the same").click()
    expect(popover(alice, "made")).to_contain_text("Sent with")
    assert len(shares(colleagues.store)) == 1


def test_nothing_in_a_notebook_can_have_a_link_made(colleagues: Colleagues) -> None:
    alice = colleagues.start("alice")
    alice.open(f"churn/{NOTEBOOK}")
    page = alice.window.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.evaluate(
        """() => {
          const evil = document.createElement('button');
          evil.dataset.commandlinkerCommand = 'sm-onboard:copy-link';
          evil.dataset.commandlinkerArgs = '{"by": {}}';
          evil.textContent = 'free coffee';
          document.querySelector('.jp-Notebook').append(evil);
          evil.click();
        }"""
    )
    run = page.locator(".jp-Dialog").get_by_role("button", name=re.compile("^Run"))
    first = popover(alice, "first")
    expect(run.or_(first)).to_be_visible()
    if run.is_visible():  # newer JupyterLabs ask first; they may be told yes
        run.click()
    expect(first).to_contain_text("Nothing was sent yet")
    alice.window.rest()
    assert not [one for one in asked if one.startswith("POST") and "/links/" in one]
    assert shares(colleagues.store) == []
    page.keyboard.press("Escape")
    expect(first).to_have_count(0)


def test_the_file_browser_has_our_link_in_place_of_the_one_that_misleads(
    colleagues: Colleagues,
) -> None:
    alice = colleagues.start("alice")
    panel = alice.open(f"churn/{NOTEBOOK}")
    page = alice.window.page
    page.locator('.jp-DirListing-item[data-isdir="false"]').first.click(button="right")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(menu.get_by_text("Copy Shareable Link")).to_have_count(0)
    menu.get_by_role("menuitem", name="Copy link").click()
    assert "#" not in made_link(alice.window)
    page.keyboard.press("Escape")

    panel.locator(".jp-Cell").first.click(button="right")
    page.get_by_role("menuitem", name="Copy link to this heading").click()
    assert made_link(alice.window, says="at the heading “Results”").endswith("#heading=Results")
