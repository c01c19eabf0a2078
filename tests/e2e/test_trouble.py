"""Trouble: each kind of it is a row with a sentence, and stops nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.lab import team
from tests.gitserver import make_repository

PASSWORD = "hunter2-of-the-url"
WRONG = "wrong-password-of-the-person"


def test_every_trouble_is_a_row_with_a_sentence(host, tmp_path, start_lab, open_window):
    for name in ("good", "private", "twice", "other", "branchless", "misspelt", "occupied"):
        make_repository(host.root, name)
    home = tmp_path / "lab" / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    (home / ".git-credentials").write_text(f"http://ana:{WRONG}@127.0.0.1:{host.port}\n")
    (home / "occupied").mkdir()
    (home / "occupied" / "mine.txt").write_text("mine\n")

    lab = start_lab(
        team(
            host.url("good"),
            "http://127.0.0.1:9/unreachable.git",
            host.url("private", private=True),
            {"url": host.url("misspelt"), "brnach": "main"},
            f"https://ana:{PASSWORD}@example.com/acme/password.git",
            {"url": host.url("twice"), "path": "same"},
            {"url": host.url("other"), "path": "same"},
            {"url": host.url("branchless"), "branch": "release-9"},
            {"url": host.url("good").replace("good", "vanished")},
            host.url("occupied"),
        )
    )
    window = open_window(lab)

    window.show_panel()
    window.expect_state("good", "ready")
    expect(window.summary).to_contain_text("need you", timeout=30_000)
    says = {
        "unreachable": "127.0.0.1 does not take connections from here",
        "private": "refused the sign-in that git has for it",
        "password": "The URL holds a password",
        "branchless": "release-9",
        "vanished": "has no such repository|has no repository",
        "misspelt": "There is no key 'brnach'",
        "other": "The folder same is taken",
        "occupied": "occupied",
    }
    for name, sentence in says.items():
        row = window.row(name)
        expect(row).to_contain_text(re.compile(sentence))
        expect(row).to_have_attribute("data-smo-state", re.compile("failed|foreign"))
    assert (home / "occupied" / "mine.txt").read_text() == "mine\n"
    assert [p.name for p in (home / "occupied").iterdir()] == ["mine.txt"]
    assert window.axe() == []

    # An open row says what to change, and where it was written.
    row = window.open_row("password")
    expect(row).to_contain_text("Take out what stands before the @")
    expect(row).to_contain_text("onboard.yaml")
    expect(window.open_row("misspelt")).to_contain_text("branch")  # the nearest known key

    # What is secret is nowhere, also when all of it is tried once more.
    lab.post("sm-onboard/repos/sync")
    lab.wait_until_idle()
    window.wait_for_event()
    rows = lab.state()["repositories"]
    logs = [lab.get(f"sm-onboard/repos/{row['id']}/log") for row in rows]
    places = {
        "page": window.page.content(),
        "events": "".join(window.heard),
        "answers": f"{lab.state()} {logs}",
        "log of the server": lab.said(),
    }
    for place, text in places.items():
        assert PASSWORD not in text, f"the password of the URL is in the {place}"
        assert WRONG not in text, f"the person's password is in the {place}"


def test_mended_trouble_goes_away(host, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab(team({"url": host.url("churn"), "branch": "release-9"}))
    window = open_window(lab)
    row = window.expect_state("churn", "failed")
    expect(row).to_contain_text("release-9")

    lab.team_file.write_text(team({"url": host.url("churn"), "branch": "main"}))
    window.panel.get_by_role("button", name="Update all repositories").click()

    window.expect_state("churn", "ready")
    assert (lab.home / "churn" / "README.md").exists()


def test_a_file_that_is_not_yaml_stops_nothing(host, start_lab, open_window):
    lab = start_lab("version: 1\nrepositories:\n  - url: [\n")
    window = open_window(lab)

    window.show_panel()
    problem = window.panel.locator("[data-smo-problem]")
    expect(problem).to_contain_text("onboard.yaml")
    window.page.locator(".jp-Launcher").wait_for()
    assert window.axe() == []


def test_a_root_that_cannot_be_written_to(host, tmp_path, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab(team(host.url("churn")), traits={"root": str(unwritable(tmp_path))})
    window = open_window(lab)

    window.show_panel()
    row = window.expect_state("churn", "failed")
    expect(row).to_contain_text("cannot be written to")
    expect(row.get_by_role("button", name="Retry")).to_be_visible()
    window.page.locator(".jp-Launcher").wait_for()
    assert window.axe() == []


def unwritable(tmp_path: Path) -> Path:
    """A folder that cannot be written to, also by root, whom no file mode stops."""
    folder = tmp_path / "unwritable"
    folder.mkdir()
    folder.chmod(0o555)
    return Path("/sys") if os.access(folder, os.W_OK) else folder
