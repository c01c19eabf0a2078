"""A copy of somebody else's notebook starts no kernel by itself, also after a reload."""

from __future__ import annotations

from playwright.sync_api import expect

from sm_onboard.links.coordinates import Link, form
from tests.e2e.colleagues import NOTEBOOK, Colleagues, active_cell, open_link, opened


def test_a_reload_starts_no_kernel_in_a_strangers_folder(colleagues: Colleagues) -> None:
    bob = colleagues.start("bob")
    link = Link(
        "git",
        repository=colleagues.host.url("churn"),
        commit=colleagues.repository.tip(),
        path=NOTEBOOK,
        cell="c2",
        sender="alice",
    )
    preview = open_link(bob.window, form(link, "https://alice.example/lab"))
    preview.locator('[data-smo-do="beside"]').click()
    active_cell(bob.window)
    assert bob.kernels() == []
    page = bob.window.page
    page.wait_for_timeout(3000)  # JupyterLab keeps its layout once it has been the same for a while
    page.reload()
    kernel = opened(bob.window).locator(".jp-KernelName")
    page.wait_for_timeout(6000)  # one that starts by itself does so once the file was read
    expect(kernel).to_contain_text("No Kernel")
    assert bob.kernels() == []
