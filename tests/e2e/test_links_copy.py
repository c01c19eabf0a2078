"""Copy link: one click, what the reader gets, and nothing that leaves unasked."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e import links
from tests.gitserver import make_repository

HELPER = "def load(path):\n    return path\n"
# Made up for this test; of the form that a detector knows.
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "shares"
    folder.mkdir()
    return folder


@pytest.fixture
def alice(host, store, start_lab):
    """Her clone, with a helper that is in no commit."""
    files = {"nb/a.ipynb": links.book("# A", "import helper\nhelper.load('x')"), "old.txt": "old\n"}
    make_repository(host.root, "churn", files)
    lab = start_lab(
        links.team(store, host.url("churn")), environment={"USER": "alice", "LOGNAME": "alice"}
    )
    lab.wait_until_idle()
    (lab.home / "churn/nb/helper.py").write_text(HELPER)
    return lab


def shares(store):
    return [path for path in store.rglob("*") if path.is_file() and path.suffix == ".zip"]


def test_a_changed_notebook_and_the_helper_it_needs_arrive_as_they_are(
    alice, store, host, start_lab, open_window
):
    sender = open_window(alice, permissions=links.CLIPBOARD)
    cells = links.open_notebook(sender, "churn/nb/a.ipynb")
    cells.nth(1).locator(".cm-content").click()
    sender.page.keyboard.press("Control+End")
    sender.page.keyboard.type("  # not saved yet")
    mine = alice.home / "churn"
    before = links.everything(mine)

    popover = links.copy_link(sender)
    expect(popover).to_contain_text("a copy of this notebook as it is now")
    expect(popover).to_contain_text("with the 1 file it needs")
    expect(popover).to_contain_text("No secrets found")
    assert sender.axe(links.POPOVER) == []
    assert len(shares(store)) == 1
    # Another link is made only when it is asked for.
    popover.get_by_label("A note for the reader").fill("Look at the load.")
    expect(popover.get_by_role("button", name="Copy new link")).to_be_enabled()
    assert len(shares(store)) == 1
    popover.get_by_role("button", name="Copy new link").click()
    expect(popover.get_by_role("button", name="Copy again")).to_be_visible()
    link = links.clipboard(sender)
    assert link.endswith("#cell-id=cell-1")
    # The notebook was saved, so that the link has what is on the screen; nothing else differs.
    after = links.everything(mine)
    assert {path for path in after if after[path] != before.get(path)} == {"nb/a.ipynb"}

    bob = start_lab(links.team(store, host.url("churn")))
    bob.wait_until_idle()
    his = links.everything(bob.home / "churn")
    page = links.ready(links.paste(reader := open_window(bob), link))
    expect(page.locator('[data-smo-claim="note"]')).to_have_text("Look at the load.")
    expect(page.locator('[data-smo-file="nb/helper.py"]')).to_have_attribute("data-smo-here", "new")
    expect(page.locator("[data-smo-marked]")).to_contain_text("# not saved yet")
    expect(page.get_by_role("button", name="Against mine: 1 cell")).to_be_visible()
    assert reader.axe(links.PAGE) == []
    page.get_by_role("button", name="Open beside my work").click()
    expect(links.active_cell(bob, reader)).to_contain_text("# not saved yet")
    (copy,) = (bob.home / "shared" / "alice").iterdir()
    assert (copy / "nb/helper.py").read_text() == HELPER
    assert (copy / "old.txt").read_text() == "old\n"
    sources = [cell["source"] for cell in json.loads((copy / "nb/a.ipynb").read_text())["cells"]]
    assert "".join(sources[1]).endswith("# not saved yet")
    assert links.everything(bob.home / "churn") == his

    # She takes it back.
    popover.get_by_role("button", name="My links").click()
    row = sender.page.locator(f"{links.POPOVER} [data-smo-row]").first
    row.get_by_role("button", name="Delete…").click()
    expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    row.get_by_role("button", name="Delete for good").click()
    expect(sender.page.locator(f"{links.POPOVER} [data-smo-row]")).to_have_count(1)
    assert len(shares(store)) == 1


def test_what_looks_like_a_secret_is_shown_before_anything_leaves(alice, store, open_window):
    (alice.home / "lone.ipynb").write_text(links.book(f"key = '{KEY}'"))
    window = open_window(alice, permissions=links.CLIPBOARD)
    links.open_notebook(window, "lone.ipynb")
    window.page.locator('[data-smo-do="copy-link"]').click()
    asks = window.page.locator(f'{links.POPOVER} [data-smo-link="asks"]')
    expect(asks).to_contain_text("Nothing was sent")
    expect(asks.get_by_role("button", name="Do not send")).to_be_focused()
    assert KEY not in asks.inner_text()
    assert window.axe(links.POPOVER) == []
    assert shares(store) == []
    window.page.keyboard.press("Enter")
    expect(window.page.locator('[data-smo-link="cancelled"]')).to_contain_text("Nothing was sent")
    assert shares(store) == []

    window.page.get_by_role("button", name="Copy link", exact=True).last.click()
    window.page.get_by_role("button", name="Send all the same").click()
    made = window.page.locator('[data-smo-link="made"]')
    expect(made).to_contain_text("Sent with")
    assert len(shares(store)) == 1


def test_nothing_in_a_notebook_can_have_a_link_made(alice, store, open_window):
    window = open_window(alice, permissions=links.CLIPBOARD)
    links.open_notebook(window, "churn/nb/a.ipynb")
    asked: list[str] = []
    window.page.on("request", lambda r: asked.append(r.url) if r.method == "POST" else None)
    window.page.evaluate(
        """() => {
          const evil = document.createElement('button');
          evil.dataset.commandlinkerCommand = 'sm-onboard:copy-link';
          evil.dataset.commandlinkerArgs = '{"by": {}}';
          evil.textContent = 'free coffee';
          document.querySelector('.jp-Notebook').append(evil);
          evil.click();
        }"""
    )
    run = window.page.locator(".jp-Dialog").get_by_role("button", name=re.compile("^Run"))
    first = window.page.locator(f'{links.POPOVER} [data-smo-link="first"]')
    expect(run.or_(first)).to_be_visible()
    if run.is_visible():  # newer JupyterLabs ask first; they may be told yes
        run.click()
    expect(first).to_contain_text("Nothing was sent yet")
    window.rest()
    assert not [url for url in asked if "/links/" in url]
    assert shares(store) == []
    window.page.keyboard.press("Escape")
    expect(first).to_have_count(0)


def test_the_file_browser_has_our_link_in_place_of_the_one_that_misleads(alice, open_window):
    window = open_window(alice, permissions=links.CLIPBOARD)
    links.open_notebook(window, "churn/nb/a.ipynb")
    item = window.page.locator('.jp-DirListing-item[data-isdir="false"]').first
    item.click(button="right")
    menu = window.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(menu.get_by_text("Copy Shareable Link")).to_have_count(0)
    menu.get_by_role("menuitem", name="Copy link").click()
    made = window.page.locator(f'{links.POPOVER} [data-smo-link="made"]')
    expect(made).to_be_visible(timeout=20_000)
    window.page.keyboard.press("Escape")

    cells = window.page.locator(".jp-NotebookPanel .jp-Cell")
    cells.first.click(button="right")
    window.page.get_by_role("menuitem", name="Copy link to this heading").click()
    expect(made).to_contain_text("at the heading “A”", timeout=20_000)
    assert links.clipboard(window).endswith("#heading=A")
