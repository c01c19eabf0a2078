"""A link leads a colleague, in a JupyterLab of their own, to the very cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.colleagues import (
    LINKED,
    NOTEBOOK,
    Colleagues,
    active_cell,
    copy_link,
    notebook,
    open_link,
)
from tests.e2e.lab import Lab
from tests.e2e.window import Window
from tests.gitserver import FaultyGitServer, make_repository

PAGE = ".smo-PreviewWidget:not(.lm-mod-hidden)"
EVIL = "https://evil.example"
HACK = "window.hacked = 1"


def ready(page: Locator) -> Locator:
    expect(page).to_have_attribute("data-smo-state", "ready", timeout=45_000)
    return page


def test_a_git_link_opens_at_its_cell_beside_the_readers_work(colleagues: Colleagues) -> None:
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    panel = alice.open(f"churn/{NOTEBOOK}")
    panel.locator(".jp-Cell").nth(2).locator(".jp-InputPrompt").click()
    before = [alice.files(), bob.files()]

    link = copy_link(panel, alice.window, says="at this cell")
    popover = alice.window.page.locator("[data-smo-link]")
    expect(popover).to_have_attribute("data-smo-copied", "yes")
    assert alice.window.page.evaluate("navigator.clipboard.readText()") == link
    assert alice.window.axe(".smo-LinkPopover") == []
    assert f"c={colleagues.repository.tip()}" in link and link.endswith(f"#cell-id={LINKED}")
    alice.window.page.keyboard.press("Escape")
    expect(popover).to_have_count(0)
    expect(panel.locator('[data-smo-do="copy-link"]')).to_be_focused()

    # Its address; the host that the link begins with is ignored.
    page = bob.window.page
    page.goto(f"{bob.lab.address}lab?{link.partition('?')[2]}")
    preview = ready(page.locator('[data-smo-page="link"]'))
    assert "smo=" not in page.url and "cell-id" not in page.url
    expect(preview.locator("h1").first).to_have_text("alice shares eda.ipynb")
    expect(preview.locator('[data-smo-claim="sender"]')).to_contain_text("says the link")
    marked = preview.locator("[data-smo-marked]")
    expect(marked).to_contain_text("the link points here")
    expect(marked).to_contain_text("np.arange(3).sum()")
    expect(marked).to_be_in_viewport()
    expect(preview.get_by_role("button", name="Open beside my work")).to_be_focused()
    assert bob.window.axe(PAGE) == []
    assert not (bob.home / "shared").exists()

    page.keyboard.press("Enter")
    assert "np.arange(3).sum()" in active_cell(bob.window)
    (copy,) = (bob.home / "shared" / "alice").iterdir()
    assert (copy / NOTEBOOK).read_bytes() == (bob.home / "churn" / NOTEBOOK).read_bytes()
    assert bob.kernels() == []

    # The reader's own file at the same place, from a paste with what a chat put around it.
    preview = ready(open_link(bob.window, f"<{link}>"))
    preview.get_by_role("button", name="Open mine at this cell").click()
    expect(page.get_by_role("tab", name="eda.ipynb", exact=True)).to_have_count(2)
    assert "np.arange(3).sum()" in active_cell(bob.window)
    assert bob.kernels() == []
    assert alice.files() == before[0]
    here = {path: one for path, one in bob.files().items() if not path.startswith("shared/")}
    assert here == before[1]


COLOURS = (
    'import os  # text\n@meta(a=1)\ndef f(x: int) -> str:\n    return f"{x}" and self.y * 0.5\n'
    'print(None, [True], r"\\d", "\\n")'
)


def _hostile() -> bytes:
    html = (
        f'<img src="{EVIL}/a.png" onerror="{HACK}"><script>{HACK}</script>'
        f'<iframe src="{EVIL}"></iframe><a href="{EVIL}/?smo=git">a</a>'
        '<button class="lm-Button" data-commandlinker-command="sm-onboard:copy-link" '
        'data-commandlinker-args="{}">run me</button>'
    )
    shown = {"output_type": "display_data", "metadata": {}}
    outputs: list[dict[str, Any]] = [
        {**shown, "data": {"text/html": html}},
        {**shown, "data": {"application/javascript": HACK}},
        {**shown, "data": {"image/svg+xml": f'<svg onload="{HACK}"><script>{HACK}</script></svg>'}},
        {"output_type": "stream", "name": "stdout", "text": html},
    ]
    markdown = (
        f"# Hostile {html}\n\n[click]({EVIL}/lab?smo=git&r=x/y) ![picture]({EVIL}/b.png)\n\n"
        f'```mermaid\ngraph TD; a["<img src={EVIL}/c.png onerror={HACK}>"]\n```\n\n'
        f"<style>@import url({EVIL}/d.css)</style><form action='{EVIL}'><button>x</button></form>"
    )
    return notebook(markdown, COLOURS, outputs=outputs)


def test_a_hostile_notebook_is_text_in_the_preview(colleagues: Colleagues) -> None:
    host, window = colleagues.host, colleagues.start("bob").window
    commit = make_repository(host.root, "evil", {"x.ipynb": _hostile()}).tip()
    sent: list[str] = []
    window.page.on("request", lambda request: sent.append(request.url))

    coordinates = f"smo=git&r={host.url('evil')}&c={commit}&f=<b>mallory</b>&p=x.ipynb"
    page = ready(open_link(window, f"{EVIL}/lab?{coordinates}"))
    expect(page.locator(".smo-Book-prose h1")).to_contain_text("Hostile")
    expect(page.locator("h1").first).to_have_text("<b>mallory</b> shares x.ipynb")
    expect(page.locator(".smo-Shared-scroll")).to_contain_text("Not shown here: text/html")
    expect(page.locator(".smo-Book-source span").nth(9)).to_be_visible()
    book = page.locator(".smo-Book")
    risky = (
        "a, img, script, iframe, form, style, svg script, [onerror], [data-commandlinker-command]"
    )
    assert book.locator(risky).count() == 0
    for word in ("click", "run me", "picture"):
        for found in book.get_by_text(word).all():
            found.click()
    window.rest()
    expect(page).to_be_visible()
    expect(window.page.locator("[data-smo-link]")).to_have_count(0)
    assert not [url for url in sent if "evil.example" in url or "/links/makings" in url]
    assert window.page.evaluate("window.hacked") is None
    assert window.axe(PAGE) == []


def test_nothing_is_asked_of_an_unlisted_host_before_the_reader_says_so(
    host: FaultyGitServer, start_lab: Callable[..., Lab], open_window: Callable[..., Window]
) -> None:
    commit = make_repository(host.root, "far", {"x.ipynb": notebook("# Far")}).tip()
    lab = start_lab(json.dumps({"version": 1, "links": {"hosts": ["github.com"]}}))
    window = open_window(lab)

    link = f"x?smo=git&r={host.url('far')}&c={commit}&p=x.ipynb&f=mallory"
    page = open_link(window, link)
    loud = page.get_by_role("alertdialog")
    expect(loud).to_contain_text("is not known here")
    expect(loud.get_by_role("button", name="Cancel")).to_be_focused()
    window.rest()
    assert host.counts["far"].requests == 0
    assert window.axe(PAGE) == []
    loud.get_by_role("button", name="Cancel").click()
    expect(page).to_have_count(0)

    page = open_link(window, link)
    page.get_by_role("button", name="Fetch preview from").click()
    ready(page)
    assert host.counts["far"].requests > 0
    assert not (lab.home / "shared").exists()
