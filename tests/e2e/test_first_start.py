"""The first start: a team file, an empty home, and a person who has done nothing yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import team
from tests.gitserver import Fault, make_repository

NOTEBOOK = """{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Start"}],
"metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""


@pytest.fixture
def churn(host):
    """A repository with the team's start notebook, large enough to be seen on its way."""
    repository = make_repository(host.root, "churn", 200, size=6000, random_bytes=True)
    repository.commit({"notebooks/start.ipynb": NOTEBOOK}, "Where to begin")
    return repository


@pytest.fixture
def the_team(host, churn):
    make_repository(host.root, "ds-utils", 20)
    make_repository(host.root, "feature-store-definitions-eu-west-1", 41)
    return team(
        {"url": host.url("churn"), "branch": "main", "open": "notebooks/start.ipynb"},
        {"url": host.url("ds-utils"), "branch": "main"},
        host.url("feature-store-definitions-eu-west-1"),
    )


def test_a_newcomer_opens_jupyterlab_and_everything_is_there(
    host, the_team, churn, start_lab, open_window
):
    host.faults["churn"] = Fault.slow(120_000)  # bytes a second: about 10 s
    lab = start_lab(the_team)
    window = open_window(lab)

    # The panel is there without a click, with a row for each, in the team's order.
    expect(window.panel).to_be_visible()
    expect(window.rows).to_have_count(3)
    expect(window.repos.locator("[data-smo-narrow]")).to_have_count(0)  # it made itself room
    assert list(window.shown()) == ["churn", "ds-utils", "feature-store-definitions-eu-west-1"]

    # The large one is on its way, in words and as a bar; the others do not wait for it.
    row = window.expect_state("churn", "cloning")
    expect(row).to_contain_text(re.compile(r"Receiving \d+ %"))
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
    window.expect_state("ds-utils", "ready")
    assert not (lab.home / "churn").exists(), "a folder is absent or complete"
    expect(window.summary).to_have_text(re.compile("[12] of 3 ready"))
    notice = window.page.locator(".Toastify__toast")
    expect(notice.filter(has_text="Setting up")).to_be_visible()

    # And then it is ready: the folder is whole, and what it holds is what the team has.
    del host.faults["churn"]
    window.expect_state("churn", "ready", seconds=60)
    assert set(window.shown().values()) == {"ready"}
    for path in churn.paths():
        assert (lab.home / "churn" / path).read_bytes() == churn.read(path)

    # One click opens the notebook that the team begins with.
    done = window.page.locator(".Toastify__toast").filter(has_text="3 repositories are ready")
    expect(done).to_be_visible()
    done.get_by_role("button", name="Open").click()
    expect(window.page.locator(".jp-NotebookPanel")).to_be_visible()
    expect(window.page.locator(".jp-NotebookPanel h1")).to_contain_text("Start")


def test_folders_open_without_a_kernel(host, the_team, start_lab, open_window):
    lab = start_lab(the_team)
    window = open_window(lab)
    row = window.expect_state("ds-utils", "ready")

    row.get_by_role("button", name="Open the folder of ds-utils").click()

    crumbs = window.page.locator(".jp-FileBrowser .jp-BreadCrumbs")
    expect(crumbs).to_contain_text("ds-utils")
    expect(window.page.locator(".jp-DirListing-item").filter(has_text="README.md")).to_be_visible()
    assert lab.get("api/sessions") == [], "a kernel counts as activity and defeats idle shutdown"
    assert lab.get("api/terminals") == []


def test_the_second_start_keeps_quiet(host, the_team, start_lab, open_window):
    lab = start_lab(the_team)
    lab.wait_until_idle()
    lab.terminate()
    lab.start()
    lab.wait_until_idle()

    window = open_window(lab)

    window.page.locator(".jp-Launcher").wait_for()
    expect(window.panel).not_to_be_visible()
    assert window.page.locator(".Toastify__toast").count() == 0
    window.show_panel()
    assert set(window.shown().values()) == {"ready"}
    expect(window.rows.first).to_contain_text("Up to date")


def test_the_panel_has_no_serious_accessibility_issue(host, the_team, start_lab, open_window):
    lab = start_lab(the_team)
    lab.wait_until_idle()
    for theme, light in (("JupyterLab Light", "true"), ("JupyterLab Dark", "false")):
        lab.set_theme(theme)
        window = open_window(lab)
        expect(window.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
        window.show_panel()
        window.expect_state("ds-utils", "ready")
        window.open_row("ds-utils")
        assert window.axe() == [], theme
        window.row("churn").hover()
        assert window.axe() == [], theme
