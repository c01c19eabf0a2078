"""The sample organization: two domains with people, and all that they made and left running.

Everything is made through the emulator's own operations, so it is what the service would have
accepted. The tables at the head of each module say what there is.
"""

from __future__ import annotations

from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.organization import (
    domains,
    environment,
    jobs,
    pipelines,
    runs,
    spaces,
    standing,
)
from sm_onboard.demo.sagemaker.organization.large import fill_large
from sm_onboard.demo.sagemaker.organization.past import past

__all__ = ["fill", "fill_large"]


def fill(emulator: Emulator, region: str) -> None:
    """Fills one region of an emulator in which there is no such organization yet."""
    with past(emulator, region) as then:
        environment.fill(then)
        domain, secure = domains.fill(then), domains.fill_secure(then)
        spaces.fill(then, domain, secure)
        standing.fill(then, domain)
        runs.fill(then)
        jobs.fill(then)
        pipelines.fill(then)
