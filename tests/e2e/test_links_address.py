"""A link in the address: in a fresh window, where JupyterLab is open, by the resolver page."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Locator, expect

from sm_onboard.links.coordinates import Link, form
from tests.e2e.colleagues import LINKED, NOTEBOOK, Colleagues, Person
from tests.e2e.colleagues import colleagues as colleagues


def preview(person: Person) -> Locator:
    """The preview's page, once it shows what was found; the address has no link any more."""
    shown = person.window.page.locator('[data-smo-page="link"]:visible')
    expect(shown.get_by_role("button", name="Open beside")).to_be_visible(timeout=60_000)
    assert "smo=" not in person.window.page.url
    return shown


def link_of(colleagues: Colleagues) -> Link:
    return Link(
        "git",
        repository=colleagues.host.url("churn"),
        commit=colleagues.repository.tip(),
        path=NOTEBOOK,
        cell=LINKED,
        sender="alice",
    )


def test_the_address_leads_to_the_preview_and_a_reload_to_ones_work(colleagues) -> None:
    bob = colleagues.start("bob")
    page = bob.window.page
    page.goto(form(link_of(colleagues), f"{bob.lab.address}lab"))  # in a window with JupyterLab
    expect(preview(bob)).to_contain_text("says the link")
    page.wait_for_timeout(3000)  # a second window of a workspace would be loaded once more by now
    expect(preview(bob)).to_be_visible()
    assert not (bob.home / "shared").exists()


def test_a_fresh_window(colleagues, browser) -> None:
    bob = colleagues.start("bob")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{bob.lab.address}api/status?token={bob.lab.token}")  # signs in, and no more
    page.goto(form(link_of(colleagues), f"{bob.lab.address}lab"))
    shown = page.locator('[data-smo-page="link"]:visible')
    expect(shown.get_by_role("button", name="Open beside")).to_be_visible(timeout=60_000)
    context.close()


@pytest.fixture
def resolver() -> Iterator[str]:
    """The address of the page, at some other host."""
    page = (files("sm_onboard.links") / "resolver.html").read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/open.html"
        server.shutdown()


def test_by_the_resolver_page(colleagues, resolver) -> None:
    bob = colleagues.start("bob")
    page = bob.window.page
    page.goto(form(link_of(colleagues), resolver, behind=True))
    page.get_by_label("Its address").fill(page_address := f"{bob.lab.address}lab")
    page.get_by_role("button", name="Remember").click()
    page.get_by_role("link", name="Open in my JupyterLab").click()
    expect(preview(bob)).to_contain_text("says the link")
    assert page.url.startswith(page_address)
    # The page itself is on another host than JupyterLab.
    bob.window.problems[:] = [each for each in bob.window.problems if resolver not in each]
