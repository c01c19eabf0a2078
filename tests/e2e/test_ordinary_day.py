"""An ordinary day: the team has pushed, and some of it touches what the person is at."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import team
from tests.gitserver import make_repository

MINE = b"my own line\nmodel = 'mine'\n"
THEIRS = b"model = 'theirs'\n"
NOTES = b"what I found out today \xff\x00 in bytes of no encoding\n"


@pytest.fixture
def churn(host):
    return make_repository(
        host.root, "churn", {"README.md": "Churn\n", "src/model.py": b"model = None\n"}
    )


@pytest.fixture
def lab(host, churn, start_lab):
    """Yesterday's clone, in which the person has changed two files and added one."""
    make_repository(host.root, "reports", 5)
    lab = start_lab(team(host.url("churn"), host.url("reports")))
    lab.wait_until_idle()
    here = lab.home / "churn"
    (here / "src" / "model.py").write_bytes(MINE)
    (here / "notes.txt").write_bytes(NOTES)
    (here / "README.md").write_text("Churn\nMine, and in nobody's way.\n")
    churn.commit(
        {"src/model.py": THEIRS, "notes.txt": b"the team's notes\n", "new.txt": b"new\n"},
        "A better model",
        author="Bob Team <bob@example.com>",
    )
    return lab


def test_mine_is_set_aside_and_comes_back_byte_for_byte(lab, churn, open_window):
    here = lab.home / "churn"
    before = contents(here)
    status = git_status(here)
    window = open_window(lab)
    window.show_panel()

    # "Update all" brings what can be brought, and says what is in the way.
    window.panel.get_by_role("button", name="Update all repositories").click()
    row = window.expect_state("churn", "blocked")
    window.expect_state("reports", "ready")
    window.open_row("churn")
    expect(row).to_contain_text("2 files in the way of 1 new commit. Nothing was changed.")
    files = row.get_by_role("list", name="Files in the way").get_by_role("listitem")
    expect(files).to_have_count(2)
    expect(files.filter(has_text="src/model.py")).to_contain_text("you and Bob Team")
    expect(files.filter(has_text="notes.txt")).to_contain_text("yours, new; also Bob Team")
    assert contents(here) == before
    assert window.axe() == []

    row.get_by_role("button", name="Set mine aside, update").click()
    window.expect_state("churn", "ready")
    assert (here / "src" / "model.py").read_bytes() == THEIRS
    assert (here / "new.txt").read_bytes() == b"new\n"
    assert (here / "README.md").read_text().endswith("in nobody's way.\n")
    assert lab.row("churn")["commit"] == churn.tip()

    row.get_by_role("button", name="Undo").click()
    window.expect_state("churn", "behind")
    assert contents(here) == before
    assert git_status(here) == status
    assert window.axe() == []


def test_a_merge_that_clashes_is_refused(lab, churn, open_window):
    here = lab.home / "churn"
    (here / "notes.txt").unlink()
    before = contents(here)
    lab.post("sm-onboard/repos/sync")
    window = open_window(lab)
    window.show_panel()
    row = window.expect_state("churn", "blocked")
    window.open_row("churn")

    # A merge asks before it begins, and the focus is on the answer that changes nothing.
    row.get_by_role("button", name="Merge…").click()
    keep = row.get_by_role("button", name="Keep as it is")
    expect(keep).to_be_focused()
    row.get_by_role("button", name="Merge", exact=True).click()
    expect(row).to_contain_text("Both sides changed the same lines of src/model.py.")
    expect(row).to_contain_text("Nothing was changed.")
    assert contents(here) == before


def test_an_update_in_nobodys_way_arrives_by_itself(host, start_lab, open_window):
    reports = make_repository(host.root, "reports", 5)
    lab = start_lab(team(host.url("reports")))
    lab.wait_until_idle()
    window = open_window(lab)
    window.show_panel()
    reports.commit({"week-2.md": "better\n"}, "Week 2")

    window.panel.get_by_role("button", name="Update all repositories").click()

    row = window.row("reports")
    expect(row).to_contain_text("Updated")
    expect(row).to_have_attribute("data-smo-state", "ready")
    assert (lab.home / "reports" / "week-2.md").read_text() == "better\n"
    row.get_by_role("button", name="Undo").click()
    window.expect_state("reports", "behind")
    assert not (lab.home / "reports" / "week-2.md").exists()
    row.locator("[data-smo-do=update]").click()
    window.expect_state("reports", "ready")
    assert (lab.home / "reports" / "week-2.md").exists()


def contents(folder):
    """Path -> bytes of all that is in the work tree."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def git_status(folder):
    status = ["git", "status", "--porcelain=v2"]
    return subprocess.run(status, cwd=folder, capture_output=True, text=True, check=True).stdout
