"""The whole tour, on a local SageMaker that is empty."""

from __future__ import annotations

import math

from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.demo.sagemaker.strict import Seen, Strict

from . import beside, studio, work
from .ledger import Ledger
from .tour import Tour


def toured(local: LocalSageMaker) -> tuple[Ledger, Seen]:
    """What came of all calls, and what the strict check says of every answer."""
    strict = Strict()
    local.control.reset(sample=False)
    tour = Tour(local, strict)
    domain = studio.domains(tour)
    studio.environment(tour)
    studio.mlflow(tour, domain)
    studio.notebook_instances(tour)
    work.models_and_endpoints(tour)
    work.clusters(tour)
    work.experiments(tour)
    work.lineage(tour)
    beside.ours(tour)
    beside.moto(tour)
    work.jobs(tour)
    work.pipelines(tour)
    return tour.ledger, strict.seen


def made() -> tuple[Ledger, Seen]:
    """The same with a local SageMaker of its own."""
    with LocalSageMaker.start(speed=math.inf, sample=False) as local:
        return toured(local)
