"""SageMaker Experiments: experiments, their trials, and trial components (a run is one).

For jobs: ``record_job`` and ``check_experiment_config``, see ``job_components``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine import crud, listing
from sm_onboard.demo.sagemaker.engine.family import Family, Parent, Special, Values
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.engine.usercontext import ASSUMPTIONS as _WHO
from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.families import metrics, trial_links
from sm_onboard.demo.sagemaker.families.job_components import ASSUMPTIONS as _OF_JOBS
from sm_onboard.demo.sagemaker.families.job_components import (
    check_experiment_config,
    record_job,
    source_of,
    state_of,
)

__all__ = ["check_experiment_config", "record_job"]

PARAMETERS, ARTIFACTS = 300, 60
_MAPS = {"Parameters": PARAMETERS, "InputArtifacts": ARTIFACTS, "OutputArtifacts": ARTIFACTS}

ASSUMPTIONS = (
    *_WHO,
    *_OF_JOBS,
    *trial_links.ASSUMPTIONS,
    Assumption(
        "CreateExperiment, CreateTrial, CreateTrialComponent",
        "a name that is there already: ValidationException that says 'already exists'",
        "sagemaker-python-sdk: is_already_exist_error in sagemaker/experiments/_utils.py",
    ),
    Assumption(
        "Experiment, Trial, TrialComponent",
        "names are unique whatever their case, and small in ARNs",
        "AWS documentation: 'is not case-sensitive'; the ARNs in aws/sagemaker-core's tests",
    ),
    Assumption("Experiment, Trial, TrialComponent", "DisplayName is the name where none is given"),
    Assumption(
        "DeleteExperiment",
        "refused with ValidationException while it has trials",
        "AWS documentation: all trials must be deleted first; the code is a guess",
    ),
    Assumption(
        "DeleteTrial, DeleteTrialComponent",
        "refused with ValidationException while they are associated",
        "AWS documentation: DeleteTrial, DeleteTrialComponent; the code is a guess",
    ),
    Assumption(
        "UpdateTrialComponent",
        "Parameters and artifacts are added to those there; what is to be removed goes first; "
        "Status is merged member by member",
        "AWS documentation: UpdateTrialComponent; the order is a guess",
    ),
    Assumption(
        "UpdateTrialComponent",
        f"more than {PARAMETERS} parameters or {ARTIFACTS} artifacts in all: ValidationException",
    ),
    Assumption(
        "ListTrialComponents",
        "only one of ExperimentName, TrialName and SourceArn: otherwise ValidationException",
        "AWS documentation: ListTrialComponents; the code is a guess",
    ),
)


def _begins(member: str) -> Callable[[Region, Call, Values], None]:
    def begin(region: Region, call: Call, values: Values) -> None:
        values.setdefault("DisplayName", values[member])
        _check_parameters(values)
        values["CreatedBy"] = values["LastModifiedBy"] = user_context(region, call.caller)

    return begin


def _begin_trial(region: Region, call: Call, values: Values) -> None:
    _begins("TrialName")(region, call, values)
    experiment = region.get("Experiment", values["ExperimentName"].lower())
    assert experiment is not None  # the engine looked for the parent
    values["ExperimentName"] = experiment.values["ExperimentName"]


def _check_parameters(values: Values) -> None:
    for name, value in values.get("Parameters", {}).items():
        if len(value) != 1:
            raise validation(f"Parameter {name} needs either a StringValue or a NumberValue.")


def _modified(region: Region, call: Call, record: Record, changes: Values) -> None:
    record.values["LastModifiedBy"] = user_context(region, call.caller)


def _change_component(region: Region, call: Call, record: Record, changes: Values) -> None:
    _check_parameters(changes)
    left = {}
    for member, most in _MAPS.items():
        gone = set(changes.pop(f"{member}ToRemove", ()))
        left[member] = {k: v for k, v in record.values.get(member, {}).items() if k not in gone}
        if len({*left[member], *changes.get(member, ())}) > most:
            raise validation(
                f"Trial component [{record.values['TrialComponentName']}] can have at most {most} "
                f"{member}."
            )
    record.values.update({member: there for member, there in left.items() if there})
    for member in [m for m, there in left.items() if not there]:
        record.values.pop(member, None)
    _modified(region, call, record, changes)


def _leave_experiment(region: Region, call: Call, record: Record) -> None:
    if any(t.values["ExperimentName"] == record.values["ExperimentName"] for t in _trials(region)):
        raise validation(f"Experiment [{record.arn}] cannot be deleted: it has trials.")


def _trials(region: Region) -> list[Record]:
    return list(region.all("Trial"))


def _leave_trial(region: Region, call: Call, record: Record) -> None:
    if trial_links.components(region, record):
        raise validation(f"Trial [{record.arn}] cannot be deleted: it has trial components.")


def _leave_component(region: Region, call: Call, record: Record) -> None:
    if trial_links.trials(region, record):
        raise validation(
            f"Trial component [{record.arn}] cannot be deleted: it is associated with a trial."
        )
    metrics.forget(region, record.arn)


def metrics_of(region: Region, record: Record) -> list[Values]:
    source = record.values.get("Source", {}).get("SourceArn")
    return metrics.summaries(region, record.arn, source)


def _view_component(region: Region, record: Record) -> Values:
    seen = {"Metrics": metrics_of(region, record), **state_of(region, record)}
    if "Source" in record.values:
        seen["TrialComponentSource"] = record.values["Source"]
        seen["Sources"] = [record.values["Source"]]
    return seen


EXPERIMENT = Family(
    name="Experiment",
    plural="Experiments",
    title="Experiment",
    key=("ExperimentName",),
    arn="experiment/{ExperimentName}",
    lowercase_arn=True,
    caseless=True,
    duplicate="ValidationException",
    begin=_begins("ExperimentName"),
    change=_modified,
    leave=_leave_experiment,
)
TRIAL = Family(
    name="Trial",
    plural="Trials",
    title="Trial",
    key=("TrialName",),
    arn="experiment-trial/{TrialName}",
    parents=(Parent("Experiment", ("ExperimentName",), blocks=False),),
    lowercase_arn=True,
    caseless=True,
    duplicate="ValidationException",
    begin=_begin_trial,
    change=_modified,
    leave=_leave_trial,
    filters={
        "ExperimentName": lambda region, trial, name: (
            trial.values["ExperimentName"].lower() == name.lower()
        ),
        "TrialComponentName": lambda region, trial, name: any(
            component.key == (name.lower(),) for component in trial_links.components(region, trial)
        ),
    },
    without=frozenset({"list"}),
)
COMPONENT = Family(
    name="TrialComponent",
    plural="TrialComponents",
    title="Trial component",
    key=("TrialComponentName",),
    arn="experiment-trial-component/{TrialComponentName}",
    lowercase_arn=True,
    caseless=True,
    duplicate="ValidationException",
    merged_maps=frozenset(_MAPS),
    begin=_begins("TrialComponentName"),
    change=_change_component,
    leave=_leave_component,
    view=_view_component,
    filters={
        "SourceArn": lambda region, component, arn: source_of(component) == arn,
        "TrialName": lambda region, component, name: any(
            trial.key == (name.lower(),) for trial in trial_links.trials(region, component)
        ),
        "ExperimentName": lambda region, component, name: any(
            trial.values["ExperimentName"].lower() == name.lower()
            for trial in trial_links.trials(region, component)
        ),
    },
    without=frozenset({"describe", "list"}),
)

_NAMED = {"ExperimentName": EXPERIMENT, "TrialName": TRIAL, "TrialComponentName": COMPONENT}


def _named(region: Region, call: Call, member: str) -> Record:
    """The record that a member names, by its name or its ARN."""
    family = _NAMED[member]
    name = str(call.parameters[member]).rsplit("/", 1)[-1]
    record = region.get(family.name, name.lower())
    if record is None:
        raise crud.missing(family, (name,), call)
    return record


def _describe_component(region: Region, call: Call) -> Answer:
    return crud.describe(region, _named(region, call, "TrialComponentName"))


def _associate(region: Region, call: Call) -> Answer:
    component = _named(region, call, "TrialComponentName")
    trial = _named(region, call, "TrialName")
    trial_links.associate(region, component, trial)
    return {"TrialComponentArn": component.arn, "TrialArn": trial.arn}


def _disassociate(region: Region, call: Call) -> Answer:
    component = _named(region, call, "TrialComponentName")
    trial = _named(region, call, "TrialName")
    trial_links.disassociate(region, component, trial)
    return {"TrialComponentArn": component.arn, "TrialArn": trial.arn}


def _list_trials(region: Region, call: Call) -> Answer:
    _check_filters(region, call, "ExperimentName", "TrialComponentName")
    return listing.list_(TRIAL, region, call)


def _list_components(region: Region, call: Call) -> Answer:
    given = {"ExperimentName", "TrialName", "SourceArn"} & set(call.parameters)
    if len(given) > 1:
        raise validation(f"Only one of {' and '.join(sorted(given))} can be given.")
    _check_filters(region, call, "ExperimentName", "TrialName")
    return listing.list_(COMPONENT, region, call)


def _check_filters(region: Region, call: Call, *members: str) -> None:
    for member in members:
        if member in call.parameters:
            _named(region, call, member)


FAMILIES: tuple[Family, ...] = (EXPERIMENT, TRIAL, COMPONENT)
OPERATIONS: dict[str, Special] = {
    "DescribeTrialComponent": _describe_component,
    "AssociateTrialComponent": _associate,
    "DisassociateTrialComponent": _disassociate,
    "ListTrials": _list_trials,
    "ListTrialComponents": _list_components,
}


def shown_in_search(region: Region, record: Record, member: str) -> Any:
    """A member of a ``TrialComponent`` as ``Search`` shows it, without making the others."""
    if member == "Parents":
        return trial_links.parents(region, record)
    if member == "Metrics":
        return metrics_of(region, record)
    if member in ("Status", "StartTime", "EndTime", "SourceDetail") and "Source" in record.values:
        return state_of(region, record).get(member)
    return record.values.get(member)
