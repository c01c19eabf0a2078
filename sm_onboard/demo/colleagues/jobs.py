"""Who trains what, at which commit, and where it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sm_onboard.demo.sample import PACED, WATCHED

NOTEBOOK = "notebooks/03-record.ipynb"
NEWEST = PACED

_BOTH = "--data data/customers.csv data/customers-march.csv"
_HALF = "                subsample=0.5,\n                random"


@dataclass(frozen=True)
class Job:
    """One sitting of one person.

    Attributes:
        name: of the file that says that it is done.
        store: ``local`` is the person's own, ``app`` the MLflow App of the domain, ``trials``
            SageMaker Experiments.
        commit: the message of the commit that is checked out.
        arguments: of ``train.py``, as a shell has them; empty: the notebook is run.
        edits: changes that are not committed: file -> (what stands there, what is put there).
        stop: seconds after its first run has begun that the person presses Ctrl-C.
        repeats: the person brings the best run of this one back, and trains it again there.
    """

    name: str
    person: Literal["ana", "ben", "chloe", "dev", "emi"]
    store: Literal["local", "app", "trials"]
    commit: str = NEWEST
    arguments: str = ""
    edits: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    stop: float | None = None
    repeats: str = ""


JOBS = (
    Job(
        "first-curves",
        "ben",
        "local",
        WATCHED,
        "--model logistic --rate 0.001 0.003 0.01 0.03 --rounds 40 "
        "--name 'how fast may it learn' --note 'Small steps, before we grow trees.'",
    ),
    Job(
        "by-hand",
        "ana",
        "local",
        edits={NOTEBOOK: (("rate = 0.1", "rate = 0.05"), ("depth = 3", "depth = 2"))},
    ),
    Job("too-shallow", "dev", "local", NEWEST, "--depth 0 --note 'Are trees needed at all?'"),
    Job(
        "too-long",
        "dev",
        "local",
        NEWEST,
        "--data data/customers-march.csv --rounds 5000 --rate 0.003 "
        "--note 'Very small steps, for as long as I have patience.'",
        stop=4,
    ),
    Job(
        "sweep",
        "emi",
        "app",
        NEWEST,
        f"{_BOTH} --rate 0.03 0.1 0.3 --depth 2 3 4 5 --rounds 40 "
        "--name 'rate and depth' --note 'The whole grid, on both sets of customers.'",
    ),
    Job("repeated", "chloe", "local", repeats="first-curves"),
    Job(
        "half-the-customers",
        "chloe",
        "app",
        NEWEST,
        f"{_BOTH} --rate 0.1 --name 'half of the customers for each tree'",
        edits={
            "src/churn/training.py": (
                ("max_depth=depth,\n                random", "max_depth=depth,\n" + _HALF),
            ),
        },
    ),
    Job(
        "forests",
        "ben",
        "local",
        NEWEST,
        f"{_BOTH} --model forest --depth 3 6 --rounds 40 "
        "--name 'do forests help' --note 'They are slower to serve: only if they win.'",
    ),
    Job(
        "by-hand-march", "ana", "app", edits={NOTEBOOK: (("customers.csv", "customers-march.csv"),)}
    ),
    Job(
        "smaller-steps",
        "dev",
        "trials",
        NEWEST,
        f"{_BOTH} --rate 0.05 --depth 2 --name 'small steps, small trees'",
    ),
)
