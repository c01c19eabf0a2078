"""Which trial components belong to which trials."""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.store import Record, Region

ASSUMPTIONS = (
    Assumption("AssociateTrialComponent", "what is associated already is answered in the same way"),
    Assumption(
        "DisassociateTrialComponent",
        "of what is not associated: no error, as long as both exist",
        "sagemaker-experiments PR 91: it was called twice and only throttled",
    ),
)

_Links = dict[str, dict[Record, None]]


def _links(region: Region) -> tuple[_Links, _Links]:
    """Trials by the ARN of a component, components by the ARN of a trial; the oldest first."""
    found: tuple[_Links, _Links] = region.rooms.setdefault("trial links", ({}, {}))
    return found


def associate(region: Region, component: Record, trial: Record) -> None:
    trials_of, components_of = _links(region)
    trials_of.setdefault(component.arn, {})[trial] = None
    components_of.setdefault(trial.arn, {})[component] = None


def disassociate(region: Region, component: Record, trial: Record) -> None:
    trials_of, components_of = _links(region)
    trials_of.get(component.arn, {}).pop(trial, None)
    components_of.get(trial.arn, {}).pop(component, None)


def trials(region: Region, component: Record) -> list[Record]:
    return list(_links(region)[0].get(component.arn, ()))


def components(region: Region, trial: Record) -> list[Record]:
    return list(_links(region)[1].get(trial.arn, ()))


def parents(region: Region, component: Record) -> list[dict[str, str]]:
    """``Parents`` of a component, as ``Search`` shows them."""
    return [
        {
            "TrialName": trial.values["TrialName"],
            "ExperimentName": trial.values["ExperimentName"],
        }
        for trial in _links(region)[0].get(component.arn, ())
    ]
