"""The table of resource families, and the operations that are not one of a family's five.

Each module has ``FAMILIES``, ``OPERATIONS`` (by API name) and ``ASSUMPTIONS``, and ``SERVICE`` if
its operations are not of the service ``sagemaker``.
"""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.family import Family, Special
from sm_onboard.demo.sagemaker.families import (
    apps,
    associations,
    clusters,
    domains,
    environment,
    experiments,
    inference,
    jobs,
    metrics,
    mlflow_servers,
    notebook_instances,
    pipeline_executions,
    pipelines,
    presigned,
)

_MODULES = (
    domains,
    apps,
    environment,
    mlflow_servers,
    presigned,
    jobs,
    inference,
    notebook_instances,
    clusters,
    pipelines,
    pipeline_executions,
    experiments,
    associations,
    metrics,
)

FAMILIES: tuple[Family, ...] = tuple(family for m in _MODULES for family in m.FAMILIES)
SPECIALS: dict[tuple[str, str], Special] = {
    (getattr(m, "SERVICE", "sagemaker"), name): act
    for m in _MODULES
    for name, act in m.OPERATIONS.items()
}
ASSUMPTIONS: tuple[Assumption, ...] = tuple(a for m in _MODULES for a in m.ASSUMPTIONS)
