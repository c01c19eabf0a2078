"""A link leads a colleague, in a JupyterLab of their own, to the very cell."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import links
from tests.gitserver import make_repository

SWEEP = "params = {'eta': 0.06, 'max_depth': 6}\nmodel = helper.train(X, params)"
CELLS = (
    "# Churn: train\n\nGradient boosting on the *October* extract, see [it](02_features.ipynb).",
    "import helper\n\nX = helper.load('../data/customers.csv')",
    "## The sweep\n\nOver eta only.",
    SWEEP,
    "helper.plot(model)",
)
EVIL = "https://evil.example"
HACK = "window.hacked = 1"


@pytest.fixture
def churn(host):
    return make_repository(
        host.root,
        "churn",
        {
            "README.md": "Churn\n",
            "nb/03_train.ipynb": links.book(*CELLS),
            "nb/helper.py": "def load(path): ...\ndef train(x, params): ...\n",
        },
    )


@pytest.fixture
def people(tmp_path, host, churn, start_lab):
    """Alice and Bob: homes, roots and ports of their own; both have the repository."""
    store = tmp_path / "shares"
    store.mkdir()
    labs = []
    for name in ("alice", "bob"):
        lab = start_lab(
            links.team(store, host.url("churn")),
            environment={"USER": name, "LOGNAME": name},
        )
        lab.wait_until_idle()
        labs.append(lab)
    return labs


def test_a_git_link_opens_at_its_cell_beside_the_readers_work(people, churn, open_window):
    alice, bob = people
    sender = open_window(alice, permissions=links.CLIPBOARD)
    cells = links.open_notebook(sender, "churn/nb/03_train.ipynb")
    cells.nth(3).locator(".jp-InputPrompt").click()
    before = [links.everything(lab.home / "churn") for lab in people]

    popover = links.copy_link(sender)
    expect(popover).to_contain_text("at this cell")
    expect(popover.locator("[data-smo-kind]")).to_have_attribute("data-smo-kind", "git")
    assert sender.axe(links.POPOVER) == []
    link = links.clipboard(sender)
    assert f"c={churn.tip()}" in link and link.endswith("#cell-id=cell-3")
    sender.page.keyboard.press("Escape")
    expect(sender.page.locator(links.POPOVER)).to_have_count(0)

    # The reader's JupyterLab ignores the host that the link begins with.
    reader = open_window(bob)
    reader.page.goto(f"{bob.address}lab?token={bob.token}&{link.partition('?')[2]}")
    page = links.ready(reader.page.locator(links.PAGE))
    assert "smo=" not in reader.page.url and "cell-id" not in reader.page.url
    expect(page.get_by_role("heading", level=1).first).to_have_text("alice shares 03_train.ipynb")
    expect(page.locator('[data-smo-claim="sender"]')).to_contain_text("says the link")
    marked = page.locator("[data-smo-marked]")
    expect(marked).to_contain_text("the link points here")
    expect(marked).to_contain_text("max_depth")
    expect(marked).to_be_in_viewport()
    assert reader.axe(links.PAGE) == []
    assert not (bob.home / "shared").exists()

    page.get_by_role("button", name="Open beside my work").click()
    expect(links.active_cell(bob, reader)).to_contain_text("max_depth")
    (copy,) = (bob.home / "shared" / "alice").iterdir()
    assert (copy / "nb/03_train.ipynb").read_text() == links.book(*CELLS)
    assert (copy / "nb/helper.py").exists()
    assert [links.everything(lab.home / "churn") for lab in people] == before

    # The reader's own file at the same place, by the link in a cell's text.
    reader.page.get_by_role("tab", name="From alice: 03_train.ipynb").click()
    page.locator('[data-smo-do="close"]').click()
    page = links.ready(links.paste(reader, f"<{link}>"))
    page.get_by_role("button", name="Open mine at this cell").click()
    expect(reader.page.get_by_role("tab", name="03_train.ipynb")).to_have_count(3)
    expect(links.active_cell(bob, reader)).to_contain_text("max_depth")
    assert [links.everything(lab.home / "churn") for lab in people] == before


def _hostile() -> str:
    html = (
        f'<img src="{EVIL}/a.png" onerror="{HACK}"><script>{HACK}</script>'
        f'<iframe src="{EVIL}"></iframe><a href="{EVIL}/?smo=git">a</a>'
        '<button class="lm-Button" data-commandlinker-command="sm-onboard:copy-link" '
        'data-commandlinker-args="{}">run me</button>'
    )
    outputs: list[dict[str, Any]] = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}},
        {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": HACK}},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/svg+xml": f'<svg onload="{HACK}"><script>{HACK}</script></svg>'},
        },
        {"output_type": "stream", "name": "stdout", "text": html},
    ]
    markdown = (
        f"# Hostile {html}\n\n[click]({EVIL}/lab?smo=git&r=x/y) ![picture]({EVIL}/b.png)\n\n"
        f'```mermaid\ngraph TD; a["<img src={EVIL}/c.png onerror={HACK}>"]\n```\n\n'
        f"<style>@import url({EVIL}/d.css)</style><form action='{EVIL}'><button>x</button></form>"
    )
    return links.book(markdown, "1 + 1", outputs={1: outputs})


def test_a_hostile_notebook_is_text_in_the_preview(host, people, open_window):
    _, bob = people
    commit = make_repository(host.root, "evil", {"x.ipynb": _hostile()}).tip()
    coordinates = f"smo=git&r={host.url('evil')}&c={commit}&f=<b>mallory</b>&p=x.ipynb"
    reader = open_window(bob)
    sent: list[str] = []
    reader.page.on("request", lambda r: sent.append(f"{r.method} {r.url}"))

    page = links.paste(reader, f"{EVIL}/lab?{coordinates}")
    # The host is one that the reader has a repository from.
    links.ready(page)
    expect(page.locator(".smo-Shared-text h1")).to_contain_text("Hostile")
    expect(page.locator("h1").first).to_have_text("<b>mallory</b> shares x.ipynb")
    expect(page.locator(".smo-Shared-scroll")).to_contain_text("Not shown here: text/html")
    book = page.locator(".smo-Shared-book")
    risky = (
        "a, img, script, iframe, form, style, svg script, [onerror], [data-commandlinker-command]"
    )
    assert book.locator(risky).count() == 0
    assert reader.page.evaluate("window.hacked") is None
    for word in ("click", "run me", "picture"):
        for found in book.get_by_text(word, exact=False).all():
            found.click()
    reader.rest()
    expect(page).to_be_visible()
    assert reader.page.locator(links.POPOVER).count() == 0
    assert not [one for one in sent if "evil.example" in one]
    assert not [one for one in sent if "/links/makings" in one]
    assert reader.page.evaluate("window.hacked") is None
    assert reader.axe(links.PAGE) == []


def test_nothing_is_asked_of_an_unlisted_host_before_the_reader_says_so(
    host, start_lab, tmp_path, open_window
):
    commit = make_repository(host.root, "far", {"x.ipynb": links.book("# Far")}).tip()
    bob = start_lab(links.team(tmp_path / "shares"))
    reader = open_window(bob)
    asked = {name: counts.requests for name, counts in host.counts.items()}

    page = links.paste(reader, f"x?smo=git&r={host.url('far')}&c={commit}&p=x.ipynb&f=mallory")
    loud = page.get_by_role("alertdialog")
    expect(loud).to_contain_text("is not known here")
    expect(loud.get_by_role("button", name="Cancel")).to_be_focused()
    reader.rest()
    assert {name: counts.requests for name, counts in host.counts.items()} == asked
    assert reader.axe(links.PAGE) == []
    loud.get_by_role("button", name="Cancel").click()
    expect(page).to_have_count(0)
    assert not (bob.home / "shared").exists()
