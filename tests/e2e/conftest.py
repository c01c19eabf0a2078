"""Browser stories: a real JupyterLab, a real Chromium, a real git host.

Each file tells one story. Run them with ``make test``, or alone:

    pytest tests/e2e

``CHROMIUM`` names the browser; ``SMO_E2E_PYTHON`` and ``SMO_E2E_BASE_URL`` the JupyterLab
to tell them in. What a failed story looked like is kept in ``tests/e2e/failures/``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.e2e.colleagues import colleagues as colleagues
from tests.e2e.lab import Lab
from tests.e2e.organization import local as local
from tests.e2e.organization import organization as organization
from tests.e2e.organization import studio as studio
from tests.e2e.window import Window
from tests.gitserver import FaultyGitServer

HERE = Path(__file__).parent
FAILURES = HERE / "failures"
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--force-color-profile=srgb",
]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    FLAGS.append("--no-sandbox")  # Chromium refuses to run as root with it

expect.set_options(timeout=15_000)


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found or not os.access(found, os.X_OK):
        pytest.fail(
            "The browser stories need Chromium. `make test` finds or installs one; "
            "otherwise name it: CHROMIUM=/path/to/chromium",
            pytrace=False,
        )
    return found


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """None: pytest-jupyter's own event loop and Playwright's do not go together."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Nothing: our servers are processes of their own."""


# Ends with the last story: while Playwright runs, no other test could run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FaultyGitServer]:
    """A git host that does what it is told, also what it should not."""
    root = tmp_path / "host"
    root.mkdir()
    with FaultyGitServer(root, user="ana", password="right-password") as server:
        yield server


@pytest.fixture
def start_lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """``start_lab(team_file, **see Lab)``: a JupyterLab that answers; ended with the story."""
    labs: list[Lab] = []

    def start(team_file: str | None = None, *, wait: bool = True, **more: Any) -> Lab:
        lab = Lab(tmp_path / f"lab{len(labs) or ''}", team_file, **more)
        labs.append(lab)
        return lab.start(wait)

    yield start
    for lab in labs:
        lab.stop()


@pytest.fixture
def open_window(
    browser: Browser, request: pytest.FixtureRequest, start_lab: Any
) -> Iterator[Callable[..., Window]]:
    """``open_window(lab)``: a window with JupyterLab loaded.

    Afterwards, every window must have been quiet: see ``Window.problems``.
    """
    windows: list[tuple[Window, BrowserContext]] = []

    def open(lab: Lab, *, wait: bool = True, **context: Any) -> Window:
        size = context.pop("viewport", {"width": 1440, "height": 900})
        made = browser.new_context(
            viewport=size, locale="en-US", timezone_id="UTC", color_scheme="light", **context
        )
        window = Window(lab, made)
        windows.append((window, made))
        return window.open(wait)

    yield open
    failed = getattr(request.node, "failed", False)
    problems = [problem for window, _ in windows for problem in window.problems]
    if failed or problems:
        for number, (window, _) in enumerate(windows):
            _keep(request.node.name, number, window)
    for _, made in windows:
        made.close()
    if not failed:
        assert not problems, "\n".join(problems)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story is told once more where it failed, and the run's last lines name it.

    Only here: a browser beside a busy suite is late now and then. One that needs it twice is
    to be looked at, since a window that was late once showed a real mistake.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    outcome: Any = yield
    if call.when == "setup":
        item.failed = False  # type: ignore[attr-defined]  # told again: nothing is held against it
    if outcome.get_result().outcome in ("failed", "rerun"):
        item.failed = True  # type: ignore[attr-defined]


def _keep(story: str, number: int, window: Window) -> None:
    """What there is to look at: the page, what it complained of, the server's log."""
    folder = FAILURES / re.sub(r"[^\w.-]+", "-", story)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        window.page.screenshot(path=folder / f"window-{number}.png", timeout=5000)
    except Exception as error:  # a page that is gone must not hide why the story failed
        window.problems.append(f"no picture: {error}")
    (folder / f"window-{number}.txt").write_text("\n".join(window.problems))
    (folder / "jupyterlab.log").write_text(window.lab.said())
