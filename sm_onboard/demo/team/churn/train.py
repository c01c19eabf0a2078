"""Trains models and records each as a run of MLflow.

    python train.py --model boosting --rate 0.1 --depth 3
    python train.py --data data/customers.csv data/customers-march.csv --rate 0.03 0.1 0.3

Several values of an option are tried in every combination, as children of one run. Each run
has the line that trains it again as its tag ``command``.
"""

from __future__ import annotations

import itertools
import os
import shlex
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "src"))

import mlflow
from churn import read_customers
from churn.training import MODELS, Learner
from matplotlib.figure import Figure
from pandas import DataFrame
from sklearn.metrics import RocCurveDisplay

from sm_onboard import track

ROOT = Path(__file__).parent
EXPERIMENT = os.environ.get("MLFLOW_EXPERIMENT_NAME", "churn")
SWEPT = ("data", "model", "rate", "depth", "seed")


def main(arguments: list[str] | None = None) -> None:
    parser = ArgumentParser(description="Trains models and records each as a run.")
    parser.add_argument("--data", nargs="+", default=["data/customers.csv"], metavar="CSV")
    parser.add_argument("--model", nargs="+", default=["boosting"], choices=MODELS)
    parser.add_argument("--rate", nargs="+", type=float, default=[0.1])
    parser.add_argument("--depth", nargs="+", type=int, default=[3])
    parser.add_argument("--seed", nargs="+", type=int, default=[7])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--name", help="of the run; MLflow makes one up")
    parser.add_argument("--note", default="", help="what you want to find out")
    options = parser.parse_args(arguments)

    mlflow.set_experiment(EXPERIMENT)
    tried = list(itertools.product(*(getattr(options, name) for name in SWEPT)))
    runs = [dict(zip(SWEPT, values, strict=True)) | {"rounds": options.rounds} for values in tried]
    if len(runs) == 1:
        train(runs[0], options.name, options.note)
        return
    with track(options.name, tags=_note(options.note)):
        try:
            found = [train(run) for run in runs]
        except KeyboardInterrupt:
            mlflow.end_run("KILLED")
            raise
        mlflow.log_metric("val_auc", max(found))


def train(params: dict[str, Any], name: str | None = None, note: str = "") -> float:
    """One run; its last area under the curve."""
    words = " ".join(f"--{key} {shlex.quote(str(value))}" for key, value in params.items())
    tags = {"command": f"python train.py {words}", **_note(note)}
    data = ROOT / params["data"]
    with track(name, params=params, data=[data], seed=params["seed"], tags=tags):
        try:
            return _learn(params, read_customers(data))
        except KeyboardInterrupt:
            mlflow.end_run("KILLED")  # by itself MLflow says that it failed
            raise


def _learn(params: dict[str, Any], customers: DataFrame) -> float:
    how = {key: params[key] for key in ("rate", "depth", "seed")}
    learner = Learner(customers, params["model"], **how)
    metrics: dict[str, float] = {}
    for step, metrics in enumerate(learner.rounds(params["rounds"]), 1):
        mlflow.log_metrics(metrics, step=step)
    mlflow.log_figure(_curve(learner), "roc.png")
    mlflow.log_dict(learner.what_matters(), "model.json")
    return metrics["val_auc"]


def _note(text: str) -> dict[str, str]:
    return {"mlflow.note.content": text} if text else {}


def _curve(learner: Learner) -> Figure:
    figure = Figure(figsize=(5, 4), layout="tight")
    axes = figure.subplots()
    RocCurveDisplay.from_predictions(learner.left_test, learner.likely(), ax=axes)
    return figure


if __name__ == "__main__":
    main()
