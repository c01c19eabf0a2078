"""A person's code, as a process of its own: recorded by mlflow, told as JSON."""

from __future__ import annotations

import json
import sys

# What a kernel has: mlflow, boto3, git, and the light part of the package.
for name in ("msgspec", "jupyter_server", "tornado"):
    sys.modules[name] = None  # type: ignore[assignment]

import mlflow  # noqa: E402

from sm_onboard import track  # noqa: E402

client = mlflow.MlflowClient()
mlflow.set_experiment("Who leaves? (2026)")
LONG = "y" * 3000

PARAMS = {"eta": 0.1, "depth": 6, "model": "boost", "text": LONG, "lines": "a\nb"}

with track("eta sweep", params=PARAMS, data=["make_data.py"], seed=7) as run:
    for step in range(4):
        mlflow.log_metrics({f"m/{n:02} (val)": step + n / 100 for n in range(25)}, step=step)
    for value in (3.0, 2.0, 1.0):
        mlflow.log_metric("loss", value)
    mlflow.log_metric("nan", float("nan"), step=3)
    mlflow.set_tags({"team": "growth", "note": "first, and (only) this\nand more"})
    mlflow.log_text("hello", "notes/a.txt")
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("auc", 0.5)
try:
    with mlflow.start_run(run_name="broken"):
        raise RuntimeError("the training failed")
except RuntimeError:
    pass


def told(run: object) -> dict[str, object]:
    return {"info": dict(run.info), "params": run.data.params, "tags": run.data.tags,  # type: ignore[attr-defined]
            "metrics": {k: repr(v) for k, v in run.data.metrics.items()},  # type: ignore[attr-defined]
            "datasets": [(x.dataset.name, x.dataset.digest) for x in run.inputs.dataset_inputs]}  # type: ignore[attr-defined]  # fmt: skip


id = run.info.run_id
found = mlflow.search_runs(filter_string="params.model = 'boost' and metrics.loss < 2",
                           output_format="list")  # fmt: skip
history = {name: [(m.step, m.timestamp, repr(m.value)) for m in client.get_metric_history(id, name)]
           for name in ("m/03 (val)", "loss", "nan")}  # fmt: skip
client.set_tag(id, "later", "a tag")
client.delete_tag(id, "team")
print(
    json.dumps(
        {
            "uri": mlflow.get_tracking_uri(),
            "run": told(client.get_run(id)),
            "child": told(client.get_run(child.info.run_id)),
            "found": [run.info.run_id for run in found],
            "ordered": [
                run.info.run_name
                for run in mlflow.search_runs(order_by=["metrics.auc DESC"], output_format="list")
            ],
            "history": history,
            "files": [file.path for file in client.list_artifacts(id, "sm-onboard")],
            "experiment": dict(client.get_experiment_by_name("Who leaves? (2026)")),
        }
    )
)
