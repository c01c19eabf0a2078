"""Somebody opens a run that means harm, writes on it, follows it, and takes a file away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
CELL = {"cell_type": "code", "execution_count": 3, "metadata": {}}
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "source": f"{EVIL}\n[x](javascript:alert(1))", "metadata": {}},
        CELL
        | {
            "source": "if ok:\u202e # }",
            "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": EVIL}},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/svg+xml": '<svg onload="window.hacked=1"/>'},
                },
                {"output_type": "stream", "name": "stdout", "text": "as it ran\n"},
            ],
        },
    ],
}


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, str]:
    """A store with one run that goes on, and its id."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    files = tmp_path / "files"
    client = MlflowClient(f"sqlite:///{tmp_path / 'runs.db'}")
    experiment = client.create_experiment("churn", artifact_location=str(files))
    run = client.create_run(experiment, run_name=f"{EVIL}\u202egnp")
    id = run.info.run_id
    tags = {"smo.repository": "javascript:alert(1)", "mlflow.note.content": EVIL}
    client.log_batch(
        id,
        metrics=[Metric("auc", 0.5, 1, 0)],
        params=[Param("depth", "x" * 5_000), *(Param(f"p{n}", EVIL) for n in range(80))],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    kept = files / id / "artifacts"
    (kept / "sm-onboard").mkdir(parents=True)
    (kept / "sm-onboard" / "notebook.ipynb").write_text(json.dumps(NOTEBOOK))
    (kept / "page.html").write_text(EVIL)
    return tmp_path / "runs.db", id


def test_a_run_that_means_harm_is_read_written_on_and_followed(
    written: tuple[Path, str], tmp_path: Path, start_lab: Any, open_window: Any
) -> None:
    from mlflow import MlflowClient

    database, id = written
    uri = f"sqlite:///{database}"
    window = open_window(start_lab(environment={"MLFLOW_TRACKING_URI": uri}))
    window.show_panel().locator('[data-smo-room="experiments"] [data-smo-run]').click()
    page = window.page.locator('[data-smo-page="run"]')
    expect(page.locator("h1")).to_have_text(f"{EVIL}[U+202E]gnp")
    book = page.locator("aside")
    expect(book).to_contain_text("as it ran")
    expect(book).to_contain_text("if ok:[U+202E] # }")
    expect(book).to_contain_text("Not shown here: text/html")

    # All of a long value, and a file that is markup, as text.
    depth = page.locator('[data-smo-value="depth"]')
    depth.locator('[data-smo-do="whole"]').click()
    expect(depth.locator("pre")).to_have_text("x" * 5_000)
    page.locator('[data-smo-file="page.html"]').click()
    expect(page.locator("[data-smo-preview] pre")).to_have_text(EVIL)
    with window.page.expect_download() as saving:
        page.locator('[data-smo-do="save-file"]').click()
    saved = tmp_path / "saved"
    saving.value.save_as(saved)
    assert saving.value.suggested_filename == "page.html"
    assert saved.read_text() == EVIL

    # A tag and the note, by keyboard.
    page.locator('[data-smo-do="add-tag"]').press("Enter")
    window.page.keyboard.type("candidate")
    window.page.keyboard.press("Enter")
    expect(page.locator('[data-smo-tag="candidate"]')).to_be_visible()
    expect(page.locator('[data-smo-do="add-tag"]')).to_be_focused()
    page.locator('[data-smo-do="edit-note"]').press("Enter")
    window.page.keyboard.press("Control+A")
    window.page.keyboard.type("Better.")
    window.page.keyboard.press("Control+Enter")
    expect(page.locator("blockquote")).to_have_text("Better.")
    client = MlflowClient(uri)
    assert client.get_run(id).data.tags["mlflow.note.content"] == "Better."
    page.locator('[data-smo-tag="candidate"] [data-smo-do="untag"]').click()
    expect(page.locator('[data-smo-tag="candidate"]')).to_have_count(0)
    page.locator('[data-smo-do="undo-tag"]').click()
    expect(page.locator('[data-smo-tag="candidate"]')).to_be_visible()

    # What is recorded meanwhile comes by itself, and nothing moves.
    main = page.locator(".smo-Run-main")
    main.evaluate("node => { node.scrollTop = 300 }")
    client.log_metric(id, "auc", 0.75, step=1)
    expect(page.locator('[data-smo-value="auc"]')).to_contain_text("0.75")
    assert main.evaluate("node => node.scrollTop") == 300
    client.set_terminated(id)
    expect(page).to_have_attribute("data-smo-state", "finished")

    assert window.page.evaluate("() => window.hacked") is None
    assert page.locator("img, script, iframe, object, svg image").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert window.axe('[data-smo-page="run"]') == []

    # Deleted under the viewer: it says so, and what was read stays. Then back to the table.
    client.delete_run(id)
    expect(page.locator('[data-smo-room-state="gone"]')).to_be_visible()
    expect(book).to_contain_text("as it ran")
    window.problems[:] = [one for one in window.problems if "404" not in one]
    page.locator('[data-smo-do="to-table"]').click()
    expect(window.page.locator('[data-smo-page="experiments"]')).to_be_visible()
    window.rest()
    window.problems[:] = [one for one in window.problems if "404" not in one]
