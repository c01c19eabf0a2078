"""A commit that is not pushed: the sender is told before, and sends a snapshot or pushes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.colleagues import (
    NOTEBOOK,
    Colleagues,
    active_cell,
    copy_link,
    git,
    made_link,
    notebook,
    open_link,
    opened,
)


def test_an_unpushed_commit_is_sent_as_a_snapshot_or_pushed(colleagues: Colleagues) -> None:
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    mine = alice.home / "churn" / NOTEBOOK
    mine.write_bytes(notebook("# Results", "secret_sauce = 41", "secret_sauce + 1"))
    alice.git("commit", "-qam", "Only here")
    theirs = bob.files()
    window = alice.window
    cell = alice.open(f"churn/{NOTEBOOK}").locator(".jp-Cell").nth(2)
    cell.click()
    before = alice.files()
    link = copy_link(window.page.locator(".jp-NotebookPanel"), window)
    popover = window.page.locator("[data-smo-link]")
    assert "smo=snapshot" in link
    expect(popover.locator('[data-smo-choice="git"]')).to_contain_text("is not on 127.0.0.1")

    preview = open_link(bob.window, link)
    book = preview.locator('[data-smo-cell="c1"]')
    expect(book).to_contain_text("secret_sauce = 41")
    assert bob.files() == theirs, "nothing is written before the person says so"
    preview.locator('[data-smo-do="beside"]').click()
    assert "secret_sauce + 1" in active_cell(bob.window)
    new = {path: kept for path, kept in bob.files().items() if path not in theirs}
    assert new
    assert all(path.startswith("shared/") for path in new)
    assert {path: kept for path, kept in bob.files().items() if path in theirs} == theirs
    assert bob.kernels() == []
    # The history that was not pushed stays with its author.
    (clone,) = (bob.home / "shared").glob("*/*")
    assert "Only here" not in git(clone, "log", "--all", "--format=%s")

    # Pushed, the link is one to the commit.
    popover.locator('[data-smo-do="push"]').first.click()
    popover.locator('[data-smo-step="push"] [data-smo-do="go"]').click()
    expect(popover).to_have_attribute("data-smo-link", "made", timeout=30_000)
    link = made_link(window)
    assert "smo=git" in link
    assert alice.git("rev-parse", "HEAD") in link
    assert alice.git("rev-parse", "origin/main") == alice.git("rev-parse", "HEAD")
    assert worktree(alice.files()) == worktree(before)

    preview = open_link(bob.window, link)
    expect(preview.locator('[data-smo-cell="c1"]')).to_contain_text("secret_sauce = 41")
    preview.locator('[data-smo-do="beside"]').click()
    opened(bob.window)
    assert len(list((bob.home / "shared").glob("*/*"))) == 2


def worktree(files: dict[str, str]) -> dict[str, str]:
    return {path: kept for path, kept in files.items() if "/.git/" not in path}
