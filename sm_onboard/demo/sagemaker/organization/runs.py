"""Runs in SageMaker Experiments, made up from a formula: the same ones every time."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from sm_onboard.demo.sagemaker.families import metrics
from sm_onboard.demo.sagemaker.organization.past import DAY, Past, tagged
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES

REPOSITORY = "https://github.com/acme/churn.git"
DATA = {"sep-2026": "s3://acme-churn/data/sep-2026/", "oct-2026": "s3://acme-churn/data/oct-2026/"}
EPOCHS = 20


@dataclass(frozen=True)
class Trial:
    """A trial and how many runs it has.

    Attributes:
        last: days ago that its last run began; the others lie before, a few hours apart.
        best: the area under the curve that its best parameters reach.
    """

    name: str
    experiment: str
    model: str
    runs: int
    last: float
    best: float


EXPERIMENTS = {
    "churn": ("Who leaves", 75.0),
    "pricing-elasticity": ("What a price does to demand", 50.0),
}
TRIALS = (
    Trial("churn-logistic", "churn", "logistic", 12, 41, 0.842),
    Trial("churn-xgb", "churn", "xgboost", 26, 2, 0.893),
    Trial("churn-lgbm", "churn", "lightgbm", 14, 5, 0.888),
    Trial("elasticity-2026", "pricing-elasticity", "xgboost", 8, 12, 0.801),
)

_ADJECTIVES = ("amber", "brisk", "eager", "lucid", "merry", "proud", "quiet", "swift")
_ANIMALS = ("finch", "heron", "ibex", "marten", "otter", "plover", "stoat", "tern")
_PEOPLE = {"churn": ("alice", "alice", "bob", "carol"), "pricing-elasticity": ("chloe", "dave")}


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        began: days ago.
        minutes: that it took.
        status: Completed, Failed, Stopped or InProgress.
        auc: what it reaches.
    """

    name: str
    person: str
    trial: Trial
    began: float
    minutes: float
    status: str
    data: str
    commit: str
    learning_rate: float
    max_depth: int
    rounds: int
    subsample: float
    auc: float


def runs(trial: Trial) -> Iterator[Run]:
    """A trial's runs, the oldest first."""
    chance = random.Random(trial.name)  # noqa: S311 - the same runs every time
    for number in range(trial.runs):
        left = trial.runs - 1 - number
        rate = chance.choice((0.03, 0.04, 0.06, 0.08, 0.1, 0.3))
        depth = chance.choice((3, 4, 5, 6, 7, 8))
        sample = chance.choice((0.7, 0.8, 0.9))
        data = "oct-2026" if left < trial.runs * 0.6 else "sep-2026"
        lost = 0.9 * abs(math.log10(rate / 0.06)) + 0.35 * abs(depth - 6) + chance.uniform(0, 0.6)
        status = {3: "Failed", 7: "Stopped"}.get(left, "Completed")
        animal = f"{chance.choice(_ADJECTIVES)}-{chance.choice(_ANIMALS)}"
        yield Run(
            name=f"{animal}-{trial.name}-{number + 1}",
            person=chance.choice(_PEOPLE[trial.experiment]),
            trial=trial,
            began=trial.last + left * 0.4 + chance.uniform(0, 0.2),
            minutes=round(chance.uniform(4, 20), 1),
            status=status,
            data=data,
            commit=f"{chance.getrandbits(160):040x}",
            learning_rate=rate,
            max_depth=depth,
            rounds=chance.choice((300, 400, 600, 800)),
            subsample=sample,
            auc=round(trial.best - 0.02 * lost - (0.006 if data == "sep-2026" else 0), 4),
        )


def fill(past: Past) -> None:
    """Makes experiments, trials, and all their runs with parameters, artifacts and metrics."""
    for name, (title, days_ago) in EXPERIMENTS.items():
        team = name.split("-")[0]
        with past.at(days_ago):
            past.call(
                "CreateExperiment",
                by="alice" if team == "churn" else "chloe",
                ExperimentName=name,
                Description=title,
                Tags=tagged(team=team, cost_centre=COST_CENTRES[team]),
            )
    for trial in TRIALS:
        with past.at(trial.last + 0.4 * trial.runs + 0.5):
            past.call("CreateTrial", TrialName=trial.name, ExperimentName=trial.experiment)
        for run in runs(trial):
            _make(past, run)
    _live(past)


def _make(past: Past, run: Run) -> None:
    ended = run.began - run.minutes / (24 * 60)
    with past.at(run.began):
        past.call(
            "CreateTrialComponent",
            by=run.person,
            TrialComponentName=run.name,
            DisplayName=run.name.split(f"-{run.trial.name}")[0],
            StartTime=past.now,
            Status={"PrimaryStatus": "InProgress"},
            Parameters={
                "model": {"StringValue": run.trial.model},
                "learning_rate": {"NumberValue": run.learning_rate},
                "max_depth": {"NumberValue": run.max_depth},
                "rounds": {"NumberValue": run.rounds},
                "subsample": {"NumberValue": run.subsample},
                "seed": {"NumberValue": 7},
                "data": {"StringValue": run.data},
            },
            InputArtifacts={"data": {"Value": DATA[run.data], "MediaType": "text/csv"}},
            MetadataProperties={"CommitId": run.commit, "Repository": REPOSITORY},
        )
        past.call("AssociateTrialComponent", TrialComponentName=run.name, TrialName=run.trial.name)
        _measure(past, run, past.now)
    with past.at(ended):
        status = {"PrimaryStatus": run.status}
        if run.status == "Failed":
            status["Message"] = "ValueError: Input X contains NaN."
        artifacts = {}
        if run.status == "Completed":
            value = f"s3://acme-churn/runs/{run.name}/model.tar.gz"
            artifacts = {"model": {"Value": value, "MediaType": "application/gzip"}}
        past.call(
            "UpdateTrialComponent",
            by=run.person,
            TrialComponentName=run.name,
            EndTime=past.now,
            Status=status,
            OutputArtifacts=artifacts,
        )


def _measure(past: Past, run: Run, began: float) -> None:
    component = past.arn(f"experiment-trial-component/{run.name}")
    chance = random.Random(run.name)  # noqa: S311 - the same values every time
    done = EPOCHS if run.status == "Completed" else EPOCHS // 2
    for step in range(1, done + 1):
        near = 1 - math.exp(-step / 5)
        auc = 0.5 + (run.auc - 0.5) * near / (1 - math.exp(-EPOCHS / 5))
        if step < EPOCHS:
            auc += chance.uniform(-0.003, 0.003)
        at = began + step * run.minutes * 60 / (EPOCHS + 1)
        values = {
            "val_auc": auc,
            "val_logloss": 0.69 - 1.1 * (auc - 0.5),
            "train_auc": min(0.999, auc + 0.02 * near),
        }
        for name, value in values.items():
            rounded = round(value, 4)
            metrics.record(past.region, component, name, rounded, time=at, step=step)


def _live(past: Past) -> None:
    """One run that goes on now."""
    trial = TRIALS[1]
    name = "eta-sweep-14"
    began = 6 / (24 * 60)
    with past.at(began):
        past.call(
            "CreateTrialComponent",
            by="alice",
            TrialComponentName=name,
            DisplayName=name,
            StartTime=past.now,
            Status={"PrimaryStatus": "InProgress"},
            Parameters={"model": {"StringValue": trial.model}, "max_depth": {"NumberValue": 6}},
        )
        past.call("AssociateTrialComponent", TrialComponentName=name, TrialName=trial.name)
        component = past.arn(f"experiment-trial-component/{name}")
        for step in range(1, 6):
            auc = round(0.5 + 0.37 * (1 - math.exp(-step / 2)), 4)
            at = past.now + step * began * DAY / 6
            metrics.record(past.region, component, "val_auc", auc, time=at, step=step)
