"""A run of the team's MLflow server: its page opens on the reader's side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.demo.sagemaker.mlflow_backend import MlflowBackend
from tests.e2e.colleagues import Colleagues, made_link, open_link


@pytest.fixture
def tracking(tmp_path: Path) -> Iterator[str]:
    from mlflow import MlflowClient

    folder = tmp_path / "mlflow"
    folder.mkdir()
    with MlflowBackend(folder) as backend:
        client = MlflowClient(backend.url)
        experiment = client.create_experiment("churn")
        run = client.create_run(experiment, run_name="eager-heron")
        client.log_param(run.info.run_id, "eta", "0.06")
        client.log_metric(run.info.run_id, "val_auc", 0.8904)
        client.set_terminated(run.info.run_id)
        yield backend.url


def test_a_run_is_opened_where_the_reader_is(colleagues: Colleagues, tracking: str) -> None:
    theirs = {"MLFLOW_TRACKING_URI": tracking}
    alice = colleagues.start("alice", environment=theirs)
    bob = colleagues.start("bob")  # records elsewhere: the host is one of the team's
    before = bob.files()
    window = alice.window
    window.show_panel().locator('[data-smo-room="experiments"] [data-smo-run]').first.click()
    expect(window.page.locator('[data-smo-page="run"] h1')).to_have_text("eager-heron")
    window.page.locator('[data-smo-page="run"] [data-smo-do="copy-link"]').click()
    link = made_link(window)
    assert "smo=run" in link

    preview = open_link(bob.window, link)
    expect(preview).to_contain_text("eager-heron")
    preview.locator('[data-smo-do="run"]').click()
    run = bob.window.page.locator('[data-smo-page="run"]')
    expect(run.locator("h1")).to_have_text("eager-heron")
    expect(run).to_contain_text("0.8904")
    assert bob.files() == before
