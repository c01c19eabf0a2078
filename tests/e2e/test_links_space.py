"""In a shared space, a link opens in place, at the cell, for whoever is in the same space."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.colleagues import (
    NOTEBOOK,
    Colleagues,
    Person,
    active_cell,
    copy_link,
    notebook,
    open_link,
)
from tests.e2e.organization import metadata

SHARED = {"SAGEMAKER_SPACE_TYPE_LOWERCASE": "shared", "AWS_EC2_METADATA_DISABLED": "true"}


def in_space(folder: Path, space: str) -> str:
    file = folder / f"{space}.json"
    file.write_text(json.dumps(metadata("d-abcdefghijkl", space)))
    return str(file)


def test_in_place_for_the_same_space_and_a_sentence_for_another(
    colleagues: Colleagues, tmp_path: Path
) -> None:
    def start(name: str, space: str) -> Person:
        traits = {"metadata_file": in_space(tmp_path, space), "sagemaker_repositories": False}
        return colleagues.start(name, environment=SHARED, traits=traits)

    alice, bob = start("alice", "team-space"), start("bob", "other-space")
    work = alice.home / "churn" / NOTEBOOK
    work.write_bytes(notebook("# Results", "import numpy", "here = 1", more=60))
    panel = alice.open(f"churn/{NOTEBOOK}")
    panel.locator(".jp-Cell").nth(2).click()
    mine = alice.files()
    link = copy_link(panel, alice.window)
    assert "smo=path" in link
    assert "at=d-abcdefghijkl/team-space" in link

    # A second person in the same space: another window of the same JupyterLab.
    window = colleagues.open_window(alice.lab)
    window.page.goto(f"{alice.lab.address}lab?{link.partition('?')[2]}")
    preview = window.page.locator('[data-smo-page="link"]:visible')
    expect(preview.locator('[data-smo-cell="c2"]')).to_contain_text("here = 1", timeout=45_000)
    preview.locator('[data-smo-do="mine"]').click()
    assert "here = 1" in active_cell(window)
    assert "smo=" not in window.page.url
    assert alice.files() == mine

    theirs = bob.files()
    elsewhere = open_link(bob.window, link)
    expect(elsewhere).to_contain_text("team-space")
    expect(elsewhere.locator('[data-smo-do="mine"]')).to_have_count(0)
    assert bob.files() == theirs
