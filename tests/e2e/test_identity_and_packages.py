"""What a person is asked once: who signs commits, and whether packages shall be installed."""

from __future__ import annotations

import subprocess
import zipfile

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import team
from tests.gitserver import make_repository


def test_git_asks_who_you_are_once(host, start_lab, open_window):
    make_repository(host.root, "churn")
    lab = start_lab(team(host.url("churn")))
    lab.wait_until_idle()
    window = open_window(lab)
    window.show_panel()
    form = window.panel.get_by_role("form")
    expect(form).to_contain_text("Git does not know you yet.")
    save = form.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    assert window.axe() == []

    form.get_by_label("Name").fill("Ana Ruiz <admin>")
    form.get_by_label("Email").fill("ana@example.com")
    save.click()
    expect(form.get_by_role("alert")).to_contain_text("not a name git can put on a commit")
    window.problems.clear()  # the refusal is a 4xx, and the browser says so
    assert not (lab.home / ".gitconfig").exists()

    form.get_by_label("Name").fill("Ana Ruiz")
    save.click()
    expect(form).to_have_count(0)

    # It is git's own setting: the person's next commit is signed with it.
    here = lab.home / "churn"
    commit = ["git", "commit", "--quiet", "--allow-empty", "-m", "Mine"]
    subprocess.run(commit, cwd=here, env=lab.environment(), check=True)
    shown = ["git", "log", "-1", "--format=%an <%ae>"]
    who = subprocess.run(shown, cwd=here, capture_output=True, text=True, check=True).stdout
    assert who.strip() == "Ana Ruiz <ana@example.com>"
    window.page.reload()
    window.show_panel()
    window.expect_state("churn", "ready")
    expect(window.panel.get_by_role("form")).to_have_count(0)


@pytest.fixture
def wheelhouse(tmp_path):
    """A package index in a folder: one small wheel."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "smo_sample-1.0.dist-info"
    files = {
        "smo_sample.py": "ANSWER = 42\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: smo-sample\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / "smo_sample-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return folder


def test_missing_packages_are_installed_with_one_click(
    host, wheelhouse, tmp_path, start_lab, open_window
):
    make_repository(
        host.root, "churn", {"README.md": "Churn\n", "requirements.txt": "smo-sample>=1\n"}
    )
    packages = tmp_path / "packages"  # so that the Python of the tests stays as it is
    packages.mkdir()
    lab = start_lab(
        team({"url": host.url("churn"), "environment": "requirements.txt"}),
        environment={
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheelhouse),
            "PIP_TARGET": str(packages),
            "PYTHONPATH": str(packages),
        },
    )
    window = open_window(lab)
    window.show_panel()
    row = window.expect_state("churn", "ready")
    line = row.locator("[data-smo-environment]")
    expect(line).to_contain_text("1 package of requirements.txt is missing")
    assert window.axe() == []
    assert list(packages.iterdir()) == [], "something was installed that nobody asked for"

    line.get_by_role("button", name="Install").click()

    expect(line).to_have_count(0, timeout=60_000)
    assert (packages / "smo_sample.py").exists()
    window.open_row("churn")
    row.get_by_role("button", name="Show log").click()
    log = window.page.locator(".jp-Dialog-content pre")
    expect(log).to_contain_text("Successfully installed smo-sample-1.0")
    assert window.axe(".jp-Dialog-content") == []


def test_packages_that_are_not_to_be_had(host, tmp_path, start_lab, open_window):
    make_repository(
        host.root, "churn", {"README.md": "Churn\n", "requirements.txt": "smo-not-there==9\n"}
    )
    lab = start_lab(
        team({"url": host.url("churn"), "environment": "requirements.txt"}),
        environment={"PIP_NO_INDEX": "1", "PIP_TARGET": str(tmp_path / "packages")},
    )
    window = open_window(lab)
    window.show_panel()
    line = window.expect_state("churn", "ready").locator("[data-smo-environment]")
    line.get_by_role("button", name="Install").click()
    expect(line).to_have_attribute("data-smo-environment", "failed", timeout=60_000)
    expect(line).to_contain_text("pip could not install what requirements.txt names")
    expect(line.get_by_role("button", name="Retry")).to_be_enabled()
    assert window.row("churn").get_attribute("data-smo-state") == "ready"
    assert window.axe() == []
