"""Operations of other services that the product calls and moto lacks."""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Handler
from sm_onboard.demo.sagemaker.others import codecommit, pricing, quotas, simulate

HANDLERS: dict[tuple[str, str], Handler] = {
    **pricing.HANDLERS,
    **quotas.HANDLERS,
    **codecommit.HANDLERS,
    **simulate.HANDLERS,
}
"""By botocore's name of the service and the operation."""

ASSUMPTIONS: tuple[Assumption, ...] = (
    *pricing.ASSUMPTIONS,
    *quotas.ASSUMPTIONS,
    *codecommit.ASSUMPTIONS,
    *simulate.ASSUMPTIONS,
)


def reset() -> None:
    """Forgets what was set; what moto keeps, moto resets."""
    quotas.APPLIED.reset()
