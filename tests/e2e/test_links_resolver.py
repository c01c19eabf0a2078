"""The page that leads a link to the reader's own JupyterLab, in a browser and without JupyterLab.

It sends nothing anywhere: each story ends with the question what was asked of whom.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from sm_onboard.links.coordinates import Link, form, parse
from tests.e2e.window import AXE

PAGE = files("sm_onboard.links") / "resolver.html"
GIT = Link(
    "git",
    repository="https://github.com/acme/churn",
    commit="9f" * 20,
    path="nb/one & two/Öl+#.ipynb",
    cell="4f1c",
    sender="alice",
    note="Can you look at the <b>eta</b>?",
)
LINKS = (
    GIT,
    Link("snapshot", store="team", digest="ab" * 32, path="nb/eda.ipynb", heading="Results & more"),
    Link("path", space="d-abc/team-board", path="eda.ipynb"),
    Link("run", tracking="sagemaker-experiments:eu-west-1", run="aB3-run"),
    Link("run", tracking="https://mlflow.example/a/b", run="0123abcd"),
)
LAB_PAGE = b'<link rel="icon" href="data:,"><title>lab</title>'
LAB = "https://abcd.studio.eu-west-1.sagemaker.aws/jupyterlab/default"


class Place:
    """A server that has the page, and answers as a JupyterLab; it writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = PAGE.read_bytes() if self.path == "/open.html" else LAB_PAGE
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    yield place
    place.server.shutdown()
    place.server.server_close()


@pytest.fixture
def visit(browser: Browser, place: Place) -> Iterator[Callable[..., Page]]:
    """``visit(what stands behind the #)``: the page; ``page.requests`` is what was asked."""
    contexts = []
    complaints: list[str] = []

    def visit(behind: str = "", *, page: Page | None = None, **context: object) -> Page:
        if page is None:
            made = browser.new_context(**context)  # type: ignore[arg-type]
            contexts.append(made)
            page = made.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text))
        page.goto("about:blank")
        # it may lead away before all of it is there
        page.goto(f"{place.origin}/open.html{'#' if behind else ''}{behind}", wait_until="commit")
        return page

    yield visit
    for made in contexts:
        made.close()
    assert complaints == []


def behind(link: Link) -> str:
    return form(link, "", behind=True)[1:]


def remember(page: Page, address: str) -> None:
    page.get_by_label("Its address").fill(address)
    page.get_by_role("button", name="Remember").click()


def opener(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("link", name="Open in my JupyterLab")


def test_nothing_is_loaded_from_anywhere_and_only_its_own_script_runs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src 'none'; img-src data:; ")
    for tag in ("style", "script"):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy, f"the {tag}'s digest is {digest}"
    assert "unsafe" not in policy and "http" not in policy
    assert "base-uri 'none'; form-action 'none'" in policy
    assert not re.search(r"""(?:src|href)=["'](?!data:,)""", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|fetch\(|eval\(", text)


def test_it_leads_to_the_readers_own_address_with_all_that_the_link_says(visit) -> None:
    page = visit()
    remember(page, f"{LAB}/lab/tree/some/note.ipynb?reset#x")
    for link in LINKS:
        visit(behind(link), page=page)
        expect(page.locator("#where")).to_have_text(LAB)
        led = opener(page).get_attribute("href")
        assert led.startswith(f"{LAB}/lab?smo={link.kind}&")
        assert parse(led) == link
        fragment = urlsplit(led).fragment
        assert fragment.startswith(("cell-id=", "heading=")) == bool(link.cell or link.heading)
        assert parse(page.get_by_label("The link", exact=True).input_value()) == link


def test_it_is_remembered_changed_and_forgotten_and_no_server_is_told(visit, place) -> None:
    page = visit(behind(GIT))
    expect(page.get_by_role("heading", level=1)).to_have_text("Öl+#.ipynb")
    expect(opener(page)).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    place.asked.clear()
    remember(page, f"{place.origin}/base/lab")
    expect(opener(page)).to_be_focused()
    visit(behind(LINKS[1]), page=page)
    expect(page.locator("#where")).to_have_text(f"{place.origin}/base")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_label("Its address")).to_have_value(f"{place.origin}/base/lab")
    remember(page, f"{place.origin}/other")
    expect(opener(page)).to_have_attribute("href", f"{place.origin}/other/lab?" + _rest(LINKS[1]))
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_label("Its address")).to_be_focused()
    assert page.evaluate("localStorage.length") == 0
    visit(behind(GIT), page=page)
    expect(page.get_by_label("Its address")).to_have_value("")
    assert set(asked) == {f"{place.origin}/open.html"}
    assert place.asked == ["/open.html"] * 2  # and nothing of what stands behind the #


def _rest(link: Link) -> str:
    return form(link, "").removeprefix("?")


def test_a_click_leads_there_and_says_not_from_where(visit, place) -> None:
    page = visit(behind(GIT))
    remember(page, place.origin)
    place.asked.clear()
    with page.expect_navigation() as gone:
        page.keyboard.press("Enter")  # the focus is on it
    assert parse(page.url) == GIT
    assert "referer" not in gone.value.request.all_headers()
    (path,) = place.asked
    assert dict(parse_qsl(urlsplit(path).query))["c"] == GIT.commit
    page.go_back()
    page.get_by_label("From now on, lead there at once").check()
    visit(behind(LINKS[1]), page=page)
    page.wait_for_url("**/lab?**")
    assert parse(page.url) == LINKS[1]
    visit(page=page)  # without a link it can be changed again
    expect(page.get_by_role("alert").first).to_have_text(
        "There is no link behind the # of this address."
    )
    page.get_by_label("From now on, lead there at once").uncheck()
    visit(behind(GIT), page=page)
    expect(opener(page)).to_be_visible()


REFUSED = (
    "",
    "acme.example",
    "http://acme.example/lab",
    "http://127.0.0.1.acme.example/lab",
    "http://localhost.acme.example",
    "https://ana:secret@acme.example/lab",
    "https://ana@acme.example",
    "javascript:alert(1)",
    "javascript://127.0.0.1/%0Aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "//acme.example/lab",
    "\\\\acme.example",
    "ftp://127.0.0.1/",
    "blob:https://acme.example/1",
)


def test_other_addresses_are_refused_also_when_something_else_had_stored_them(visit) -> None:
    page = visit(behind(GIT))
    for address in REFUSED:
        remember(page, address)
        expect(page.locator("#refused"), address).to_contain_text("begins with https://")
        expect(page.get_by_label("Its address")).to_be_focused()
        assert page.evaluate("localStorage.length") == 0, address
        page.evaluate(
            "address => { localStorage.setItem('sm-onboard:address', address);"
            " localStorage.setItem('sm-onboard:at-once', 'yes'); }",
            address,
        )
        visit(behind(GIT), page=page)
        expect(page.get_by_label("Its address"), address).to_be_visible()
        expect(opener(page), address).to_be_hidden()
        assert page.url.endswith("/open.html#" + behind(GIT)), address
        page.evaluate("localStorage.clear()")
        visit(behind(GIT), page=page)


ASTRAY = (
    "&address=https://evil.example",
    "&sm-onboard:address=https://evil.example&base=https://evil.example/lab",
    "&r=https://evil.example/a",
    "&f=x%22%3E%3Ca+href=https://evil.example%3E",
    "&at=https://evil.example&u=//evil.example&x=javascript:alert(1)",
    "&p=..%2F..%2F..%2F%2Fevil.example",
    "&cell-id=%2F%2Fevil.example%0d%0aLocation:%20https://evil.example",
    "&__proto__=https://evil.example&constructor=1",
)


@pytest.mark.parametrize("knows", [True, False], ids=["knows", "asks"])
def test_where_it_leads_never_comes_from_the_link(visit, knows) -> None:
    plain = Link("git", repository="https://github.com/a/b", commit="a" * 40, path="x.ipynb")
    page = visit()
    for more in ASTRAY:
        twice = [key for key in ("r", "p") if f"&{key}=" in more]
        pairs = behind(plain).split("&")
        said = "&".join(pair for pair in pairs if pair.partition("=")[0] not in twice)
        if knows:
            visit(page=page)
            if page.get_by_label("Its address").is_visible():
                remember(page, LAB)
        else:
            page.evaluate("localStorage.clear()")
        visit(said + more, page=page)
        expect(page.get_by_role("heading", level=1), more).to_be_visible()
        if not knows:
            remember(page, LAB)
        led = opener(page).get_attribute("href")
        assert led.startswith(f"{LAB}/lab?smo=git&"), more
        parts = urlsplit(page.evaluate("document.getElementById('open').href"))
        assert (parts.scheme, parts.netloc) == ("https", urlsplit(LAB).netloc), more
        assert parts.path == "/jupyterlab/default/lab", more
        assert all(urlsplit(a).netloc == parts.netloc for a in _addresses(page)), more


def _addresses(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.links].map(a => a.href)")
    return found


def test_what_a_link_says_is_text_and_claims_are_called_claims(visit) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    page = visit(behind(Link(**{**vars(GIT), "note": nasty, "sender": "<b>alice</b>"})))
    expect(page.locator("#lead")).to_have_text("From <b>alice</b>, says the link.")
    expect(page.locator("#note")).to_have_text(nasty)
    assert page.locator("main img, main b, main script").count() == 0
    page = visit(behind(GIT) + "%E2%80%AE%0agpj.exe")  # turns round what comes after it
    assert "\u202e" not in page.locator("main").inner_text()
    facts = page.locator("#facts").inner_text().split("\n")
    assert "github.com/acme/churn" in facts and GIT.commit in facts and GIT.path in facts


WRONG = (
    ("", "There is no link"),
    ("smo=", "There is no link"),
    ("smo=constructor&p=x", "of a kind that is not known"),
    ("smo=git&p=x", "does not say its repository"),
    ("smo=git&smo=run", "says smo twice"),
    ("smo=git&p=%ff", "is no text"),
    ("smo=git&p=" + "x" * 20_000, "too long"),
)


def test_what_is_no_link_is_said_and_leads_nowhere(visit) -> None:
    page = visit()
    for text, sentence in WRONG:
        visit(text, page=page)
        expect(page.locator("#wrong")).to_contain_text(sentence)
        remember(page, LAB)
        assert _addresses(page) == [], text
        assert page.get_by_role("button", name="Copy the link").count() == 0, text
        page.evaluate("localStorage.clear()")


def test_in_somebody_elses_frame_it_shows_nothing(visit, place) -> None:
    page = visit()
    remember(page, place.origin)
    page.get_by_label("From now on, lead there at once").check()
    place.asked.clear()
    made = page.context.new_page()
    made.route(
        "**/around",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<iframe src='{place.origin}/open.html#{behind(GIT)}'></iframe>",
        ),
    )
    made.goto(f"{place.origin}/around")
    frame = made.frame_locator("iframe")
    expect(frame.locator("#wrong")).to_contain_text("a window of its own")
    expect(frame.locator("#claims")).to_be_hidden()
    assert place.asked == ["/open.html"]


def test_copying(visit, place) -> None:
    page = visit(behind(GIT), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{place.origin}/open.html#smo=git&")
    assert parse(copied) == GIT


def test_opened_from_the_disk_it_works_and_does_not_tell_where_it_lies(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{PAGE}#{behind(GIT)}")
    remember(page, LAB)
    assert parse(opener(page).get_attribute("href")) == GIT
    assert page.get_by_label("The link", exact=True).input_value().startswith("smo=git&")
    assert asked == [f"file://{PAGE}"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_light_dark_narrow_and_for_everybody(visit, scheme, width, tmp_path) -> None:
    page = visit(
        behind(GIT), color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    wide = "document.documentElement.scrollWidth <= innerWidth"
    for step in ("asks", "knows"):
        assert page.evaluate(wide)
        page.screenshot(path=tmp_path / f"{step}.png", full_page=True)
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run()")
        assert [rule["id"] for rule in found["violations"]] == []
        if step == "asks":
            remember(page, LAB)


def test_everything_with_the_keyboard(visit, place) -> None:
    page = visit(behind(GIT))
    page.locator("h1").click()  # a window of a fresh browser has no place that Tab goes on from
    page.keyboard.press("Tab")
    expect(page.get_by_label("Its address")).to_be_focused()
    page.keyboard.type(place.origin)
    page.keyboard.press("Enter")
    expect(opener(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("From now on, lead there at once")).to_be_focused()
    for name in ("Open in my JupyterLab", "Change", "Forget"):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text(name)
