"""Runs as MLflow itself writes them, of every kind that is read differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

START = 1_700_000_000_000


def write(uri: str, folder: Path) -> dict[str, str]:
    """Fills a store through MLflow's client; gives the ids of the runs by their names.

    Args:
        folder: a place for artifacts.
    """
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, InputTag

    client = MlflowClient(uri)
    churn = client.create_experiment("churn", artifact_location=(folder / "churn").as_uri())
    other = client.create_experiment("<b>other</b>", artifact_location=str(folder / "other"))
    ids = {}

    def run(
        name: str, at: int, *, of: str = churn, end: str | None = "FINISHED", **facts: Any
    ) -> str:
        made = client.create_run(of, start_time=START + at, run_name=name)
        id = ids[name] = made.info.run_id
        for key, value in facts.get("params", {}).items():
            client.log_param(id, key, value)
        for key, value in facts.get("metrics", {}).items():
            client.log_metric(id, key, value, timestamp=START, step=0)
        for key, value in facts.get("tags", {}).items():
            client.set_tag(id, key, value)
        if end:
            client.set_terminated(id, end, end_time=START + at + 500)
        return id

    first = run(
        "first", 1, params={"model": "forest", "depth": "5", "learning rate": "0.1"},
        metrics={"auc": 0.91, "loss/val": 0.3}, tags={"team": "A", "a b:c": "a \"quote\""},
    )  # fmt: skip
    run(
        "second", 2, params={"model": "Forest", "depth": "10"},
        metrics={"auc": 0.85, "neg": -1.5}, tags={"team": "b"},
    )  # fmt: skip
    run(
        "third",
        3,
        params={"model": "linear\nregression"},
        metrics={"auc": float("nan")},
        end="KILLED",
    )
    run("fourth", 4, metrics={"auc": float("inf"), "neg": -2.0}, end="FAILED")
    run("fifth", 5, metrics={"auc": float("-inf")}, tags={"team": ""}, end=None)
    run("sixth", 5, params={"empty": ""}, metrics={"auc": 0.91})
    run("apart", 9, of=other, params={"model": "forest"})
    client.delete_run(run("deleted", 7, params={"model": "forest"}, metrics={"auc": 0.99}))
    for step, value in ((0, 0.5), (2, 0.1), (1, float("nan"))):
        client.log_metric(first, "curve", value, timestamp=START + step, step=step)
    client.log_inputs(
        first,
        [
            DatasetInput(
                Dataset(
                    name="customers", digest="ab12", source_type="local", source='{"uri": "c"}'
                ),
                [InputTag("mlflow.data.context", "training"), InputTag("other", "x")],
            ),
            DatasetInput(Dataset(name="holdout", digest="cd34", source_type="s3", source="{}")),
        ],
    )
    client.log_text(first, "hello", "notes/a.txt")
    client.delete_experiment(client.create_experiment("gone"))
    return ids
