"""Managed MLflow: tracking servers and MLflow Apps."""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call, Caller
from sm_onboard.demo.sagemaker.engine.crud import begin, describe, find
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life, Stages
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import conflict, not_found

DAY = 24 * 3600
SERVER_RUNS = frozenset({"Created", "Started", "Updated", "MaintenanceComplete", "UpdateFailed"})
APP_RUNS = frozenset({"Created", "Updated", "UpdateFailed"})

ASSUMPTIONS = (
    Assumption(
        "CreateMlflowTrackingServer",
        "takes 1500 s; starting 900 s, stopping 300 s, an update or deletion 300 s",
        "AWS documentation: creating one takes up to 25 minutes; the others are guesses",
    ),
    Assumption("CreateMlflowApp", "takes 120 s, an update 30 s, a deletion 60 s"),
    Assumption("CreateMlflowApp", "its ARN ends with an id, app- and twelve signs"),
    Assumption("DeleteMlflowApp", "it stays listed as Deleted for a day"),
    Assumption(
        "CreateMlflowApp",
        "only one is the account's default, and one a domain's: the newest wins",
    ),
    Assumption("CreateMlflowTrackingServer", "version 3.0 and size Small where none is asked for"),
    Assumption("StartMlflowTrackingServer", "of one that runs: ConflictException"),
)


def _new_server(region: Region, call: Call, values: Values) -> None:
    values.setdefault("TrackingServerSize", "Small")
    values.setdefault("MlflowVersion", "3.0")
    values.setdefault("WeeklyMaintenanceWindowStart", "Tue:03:30")
    values.setdefault("AutomaticModelRegistration", False)
    values["TrackingServerUrl"] = (
        f"https://t-{region.world.id()}.{region.name}.experiments.sagemaker.aws"
    )
    values["CreatedBy"] = values["LastModifiedBy"] = user_context(call.caller)


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    changes["LastModifiedBy"] = user_context(call.caller)


def _view_server(region: Region, record: Record) -> Values:
    runs = record.status(region.now()) in SERVER_RUNS
    return {"IsActive": "Active" if runs else "Inactive"}


def _new_app(region: Region, call: Call, values: Values) -> None:
    values["Id"] = f"app-{region.world.id().upper()}"
    values["MlflowVersion"] = "3.4"
    values.setdefault("ModelRegistrationMode", "AutoModelRegistrationDisabled")
    values.setdefault("WeeklyMaintenanceWindowStart", "Tue:03:30")
    values.setdefault("AccountDefaultStatus", "DISABLED")
    values.setdefault("DefaultDomainIdList", [])
    values["CreatedBy"] = values["LastModifiedBy"] = user_context(call.caller)
    _make_default(region, values)


def _change_app(region: Region, call: Call, record: Record, changes: Values) -> None:
    _change(region, call, record, changes)
    _make_default(region, changes)


def _make_default(region: Region, values: Values) -> None:
    domains = set(values.get("DefaultDomainIdList", ()))
    for domain in sorted(domains):
        if region.get("Domain", domain) is None:
            raise not_found(f"Domain [{domain}] does not exist.")
    for other in region.all("MlflowApp"):
        if values.get("AccountDefaultStatus") == "ENABLED":
            other.values["AccountDefaultStatus"] = "DISABLED"
        left = [d for d in other.values["DefaultDomainIdList"] if d not in domains]
        other.values["DefaultDomainIdList"] = left


def _start(region: Region, call: Call) -> Answer:
    return _switch(region, call, {"Stopped", "StartFailed"}, (("Starting", 900), ("Started", 0)))


def _stop(region: Region, call: Call) -> Answer:
    return _switch(region, call, SERVER_RUNS, (("Stopping", 300), ("Stopped", 0)))


def _switch(
    region: Region, call: Call, allowed: frozenset[str] | set[str], stages: Stages
) -> Answer:
    record = find(FAMILIES[0], region, call)
    status = record.status(region.now())
    if status not in allowed:
        raise conflict(f"Tracking server [{record.key[0]}] is {status}.")
    record.values["LastModifiedBy"] = user_context(call.caller)
    begin(region, record, stages)
    return describe(region, record)


def user_context(caller: Caller) -> dict[str, object]:
    """Who did it, as ``CreatedBy`` and ``LastModifiedBy`` say it."""
    return {"IamIdentity": {"Arn": caller.arn, "PrincipalId": f"{caller.access_key}:{caller.name}"}}


_SERVER = Life("TrackingServerStatus", (("Creating", 1500), ("Created", 0)),
               (("Updating", 300), ("Updated", 0)), (("Deleting", 300), (GONE, 0)), "CreateFailed",
               SERVER_RUNS, frozenset({"Creating", "Updating", "Deleting", "Starting", "Stopping",
                                       "MaintenanceInProgress"}))  # fmt: skip
_APP = Life("Status", (("Creating", 120), ("Created", 0)), (("Updating", 30), ("Updated", 0)),
            (("Deleting", 60), ("Deleted", DAY), (GONE, 0)), "CreateFailed", APP_RUNS,
            frozenset({"Creating", "Updating", "Deleting"}))  # fmt: skip


FAMILIES = (
    Family(
        "MlflowTrackingServer",
        "MlflowTrackingServers",
        "Tracking server",
        key=("TrackingServerName",),
        arn="mlflow-tracking-server/{TrackingServerName}",
        arn_member="TrackingServerArn",
        life=_SERVER,
        begin=_new_server,
        change=_change,
        view=_view_server,
    ),
    Family(
        "MlflowApp",
        "MlflowApps",
        "MLflow App",
        key=("Id",),
        arn="mlflow-app/{Id}",
        arn_member="Arn",
        by_arn=True,
        life=_APP,
        begin=_new_app,
        change=_change_app,
        filters={
            "DefaultForDomainId": lambda region, record, domain: (
                domain in record.values["DefaultDomainIdList"]
            ),
        },
    ),
)
OPERATIONS: dict[str, Special] = {
    "StartMlflowTrackingServer": _start,
    "StopMlflowTrackingServer": _stop,
}
