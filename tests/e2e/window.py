"""A browser window on a ``Lab``, and what a person sees in the panel.

It also listens: to the console, to every request and to Jupyter's event stream, so that
each story ends with the question whether anything went wrong that nobody looked at.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    TimeoutError,
    expect,
)

from tests.e2e.lab import Lab

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
PANEL = "#sm-onboard-panel"
TAB = '.lm-TabBar-tab[data-id="sm-onboard-panel"]'
START = 45_000
"""Milliseconds that the page may take to be there."""


class Window:
    """One page in a context of its own: cookies and local storage are not shared.

    Attributes:
        page: Playwright's.
        problems: what the page complained of: errors of the console, failed requests to
            our routes, requests to other hosts. A story that expects some empties it.
        heard: every frame of Jupyter's event stream, as text.
    """

    def __init__(self, lab: Lab, context: BrowserContext) -> None:
        self.lab = lab
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.problems: list[str] = []
        self.heard: list[str] = []
        self.ours = f"{lab.address}sm-onboard/"
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("response", self._on_response)
        self.page.on("request", lambda request: self._on_request(request.url))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._on_frame))

    def open(self, wait: bool = True) -> Window:
        """Goes to JupyterLab; with ``wait`` until the panel's tab is there."""
        self.page.goto(f"{self.lab.address}lab?token={self.lab.token}")
        if wait:
            self.page.locator(TAB).wait_for(timeout=START)
        return self

    # The panel

    @property
    def panel(self) -> Locator:
        return self.page.locator(PANEL)

    @property
    def repos(self) -> Locator:
        """The repositories room."""
        return self.panel.locator('[data-smo-room="repos"]')

    @property
    def summary(self) -> Locator:
        """What stands beside the repositories room's title."""
        title = self.panel.get_by_role("heading", name="Repositories Section")
        return title.locator(".smo-Room-summary")

    def show_panel(self) -> Locator:
        """Clicks the tab until the panel is there; it may be opening by itself right now."""
        for _ in range(3):
            if self.panel.is_visible():
                break
            self.page.locator(TAB).click()
            with contextlib.suppress(TimeoutError):
                self.panel.wait_for(timeout=2000)
        expect(self.panel).to_be_visible()
        return self.panel

    @property
    def rows(self) -> Locator:
        return self.panel.locator("[data-smo-row]")

    def row(self, name: str) -> Locator:
        """The row of the repository with this name."""
        exactly = self.page.locator(f'.smo-Name[title="{name}"]')
        return self.rows.filter(has=exactly)

    def expect_state(self, name: str, *states: str, seconds: float = 20) -> Locator:
        """Waits until the row is in one of the states."""
        row = self.row(name)
        wanted = re.compile("|".join(states))
        expect(row).to_have_attribute("data-smo-state", wanted, timeout=seconds * 1000)
        return row

    def open_row(self, name: str) -> Locator:
        """Opens the row's details; trouble may be opening them by itself right now."""
        row = self.row(name)
        for _ in range(3):
            if row.get_attribute("aria-expanded") != "true":
                row.locator(".smo-Row-title").click()
            with contextlib.suppress(AssertionError):
                expect(row).to_have_attribute("aria-expanded", "true", timeout=1000)
                break
        expect(row).to_have_attribute("aria-expanded", "true")
        return row

    def shown(self) -> dict[str, str | None]:
        """Name -> state of every row, in the order of the page."""
        found = self.rows.evaluate_all(
            "rows => rows.map(row => [row.querySelector('.smo-Name').title, row.dataset.smoState])"
        )
        return dict(found)

    def heading(self) -> str:
        """The room's title in the panel, with what stands beside it."""
        return self.summary.inner_text()

    def wait_for_event(self) -> None:
        """Until one of our events was heard."""
        for _ in range(100):
            if any("urn:sm-onboard:changed" in frame for frame in self.heard):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("no event was heard in 10 s")

    def change_theme(self, name: str) -> None:
        """Chooses a theme in JupyterLab's menu: "Light" or "Dark"."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Settings").click()
        self.page.locator(".lm-Menu-item", has_text="Theme").first.hover()
        self.page.locator(".lm-Menu-item", has_text=f"JupyterLab {name}").first.click()
        is_light = "true" if name == "Light" else "false"
        self.page.locator(f'body[data-jp-theme-light="{is_light}"]').wait_for(state="attached")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.rest()

    def rest(self) -> None:
        """Puts pointer and focus where they change nothing, and lets two frames be drawn."""
        self.page.mouse.move(900, 5)
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    # Accessibility

    def axe(self, scope: str = PANEL) -> list[str]:
        """Serious and critical findings of axe in one part of the page.

        Inside JupyterLab the contrast rule takes all as clipped and never runs, since the
        body is 0 px high with its overflow hidden. So that is lifted, and whether the
        rule ran is asked.
        """
        assert AXE.exists(), f"axe-core is not there; run `jlpm install` in {AXE.parents[2]}"
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.add_script_tag(path=AXE)
        style = self.page.add_style_tag(content="body { overflow: visible !important }")
        # A transition half way shows colours that nobody chose.
        still = self.page.add_style_tag(
            content="*, *::before, *::after { transition: none !important }"
        )
        result: dict[str, Any] = self.page.evaluate("scope => axe.run(scope)", scope)
        for sheet in (style, still):
            sheet.evaluate("node => node.remove()")
        ran = {rule["id"] for kind in ("passes", "violations") for rule in result[kind]}
        assert "color-contrast" in ran, "axe did not look at colours, so it proves nothing"
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in result["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    # What went wrong

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, url: str) -> None:
        parts, ours = urlsplit(url), urlsplit(self.lab.address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != ours.netloc:
            self.problems.append(f"request to another host: {url}")

    def _on_response(self, response: Response) -> None:
        if not response.url.startswith(self.ours):
            return
        if response.status >= 400:
            self.problems.append(f"{response.status} from {response.url}")

    def _on_frame(self, payload: str | bytes) -> None:
        self.heard.append(payload if isinstance(payload, str) else payload.decode(errors="replace"))
