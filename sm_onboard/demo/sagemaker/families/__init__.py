"""The table of resource families, and the operations that are not one of a family's five.

Each module has ``FAMILIES``, ``OPERATIONS`` (by API name) and ``ASSUMPTIONS``.
"""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.family import Family, Special

from . import (
    apps,
    clusters,
    domains,
    environment,
    inference,
    jobs,
    mlflow_servers,
    notebook_instances,
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
)

FAMILIES: tuple[Family, ...] = tuple(family for m in _MODULES for family in m.FAMILIES)
SPECIALS: dict[tuple[str, str], Special] = {
    ("sagemaker", name): act for m in _MODULES for name, act in m.OPERATIONS.items()
}
ASSUMPTIONS: tuple[Assumption, ...] = tuple(a for m in _MODULES for a in m.ASSUMPTIONS)
