"""Notebook instances and their lifecycle configurations: what bills until it is stopped."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import begin, find, missing
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life, Stages
from sm_onboard.demo.sagemaker.engine.store import Record, Region, Ticket
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.families.presigned import PATH

ASSUMPTIONS = (
    Assumption(
        "DescribeNotebookInstance",
        "a missing one, and a missing lifecycle configuration: ValidationException, RecordNotFound",
    ),
    Assumption(
        "StopNotebookInstance",
        "in a status that does not allow it: ValidationException, Status (Failed) not in "
        "([InService]). Unable to transition to (Stopping) for Notebook Instance (ARN).",
        "hashicorp/terraform-provider-aws#16767",
    ),
    Assumption(
        "StartNotebookInstance",
        "from Stopped and Failed",
        "aws/amazon-sagemaker-examples#1094",
    ),
    Assumption("DeleteNotebookInstance", "from Stopped and Failed", "the model's words"),
    Assumption("UpdateNotebookInstance", "from Stopped and Failed; it is Stopped afterwards"),
    Assumption(
        "CreateNotebookInstance", "180 s to start, 60 s to stop, 20 s to update, 30 s to delete"
    ),
    Assumption("CreateNotebookInstance", "a second one is refused with ValidationException"),
    Assumption(
        "CreateNotebookInstance",
        "5 GB, internet and root access, and version 1 of the metadata service unless said "
        "otherwise",
        "botocore's model: CreateNotebookInstance",
    ),
    Assumption(
        "DeleteNotebookInstanceLifecycleConfig",
        "refused with ValidationException while a notebook instance names it",
    ),
    Assumption(
        "CreatePresignedNotebookInstanceUrl",
        "only for one in service; the address leads to a page of the local server",
    ),
)

_IDLE = ("Stopped", "Failed")
_PENDING: Stages = (("Pending", 180), ("InService", 0))
_STOPPING: Stages = (("Stopping", 60), ("Stopped", 0))
_DEFAULTS: Values = {
    "VolumeSizeInGB": 5,
    "DirectInternetAccess": "Enabled",
    "RootAccess": "Enabled",
    "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"},
}
_CONFIG = "NotebookInstanceLifecycleConfigName"


def _new(region: Region, call: Call, values: Values) -> None:
    there = region.get("NotebookInstance", values["NotebookInstanceName"])
    if there is not None:
        raise validation(f"Cannot create a duplicate Notebook Instance ({there.arn}).")
    _rename(region, call, values)
    if values.get("SecurityGroups") and "SubnetId" not in values:
        raise validation("SecurityGroupIds need a SubnetId.")
    for name, value in _DEFAULTS.items():
        values.setdefault(name, value)
    name = values["NotebookInstanceName"].lower()
    values["Url"] = f"{name}.notebook.{region.name}.sagemaker.aws"
    if "SubnetId" in values:
        values["NetworkInterfaceId"] = f"eni-{region.world.chance.getrandbits(68):017x}"


def _rename(region: Region, call: Call, values: Values) -> None:
    if "SecurityGroupIds" in values:
        values["SecurityGroups"] = values.pop("SecurityGroupIds")
    if "LifecycleConfigName" in values:
        name = values.pop("LifecycleConfigName")
        if region.get("NotebookInstanceLifecycleConfig", name) is None:
            raise missing(CONFIG, (name,), call)
        values[_CONFIG] = name


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    _refuse_unless(region, record, _IDLE, "Updating")
    _rename(region, call, changes)
    smaller = changes.get("VolumeSizeInGB", record.values["VolumeSizeInGB"])
    if smaller < record.values["VolumeSizeInGB"]:
        raise validation("The volume of a notebook instance cannot become smaller.")
    for flag, member in {
        "DisassociateLifecycleConfig": _CONFIG,
        "DisassociateAcceleratorTypes": "AcceleratorTypes",
        "DisassociateDefaultCodeRepository": "DefaultCodeRepository",
        "DisassociateAdditionalCodeRepositories": "AdditionalCodeRepositories",
    }.items():
        if changes.pop(flag, False):
            record.values.pop(member, None)


def _leave(region: Region, call: Call, record: Record) -> None:
    _refuse_unless(region, record, _IDLE, "Deleting")


def _refuse_unless(region: Region, record: Record, fine: tuple[str, ...], wanted: str) -> None:
    status = record.status(region.now())
    if status not in fine:
        raise validation(
            f"Status ({status}) not in ([{', '.join(fine)}]). Unable to transition to ({wanted}) "
            f"for Notebook Instance ({record.arn})."
        )


def _start(region: Region, call: Call) -> Answer:
    record = find(INSTANCE, region, call)
    _refuse_unless(region, record, _IDLE, "Pending")
    begin(region, record, _PENDING)
    return {}


def _stop(region: Region, call: Call) -> Answer:
    record = find(INSTANCE, region, call)
    _refuse_unless(region, record, ("InService",), "Stopping")
    begin(region, record, _STOPPING)
    return {}


def _presigned(region: Region, call: Call) -> Answer:
    record = find(INSTANCE, region, call)
    status = record.status(region.now())
    if status != "InService":
        raise validation(f"Notebook Instance ({record.arn}) is {status}; it has to be InService.")
    until = region.now() + call.parameters.get("SessionExpirationDurationInSeconds", 43200)
    token = region.world.keep(Ticket(until, f"Notebook instance {record.key[0]}", ()))
    return {"AuthorizedUrl": f"{call.base_url}{PATH}?token={token}"}


def _new_config(region: Region, call: Call, values: Values) -> None:
    there = region.get("NotebookInstanceLifecycleConfig", values[_CONFIG])
    if there is not None:
        raise validation(
            f"Unable to create Notebook Instance Lifecycle Config {there.arn}: it exists already."
        )


def _leave_config(region: Region, call: Call, record: Record) -> None:
    for instance in region.all("NotebookInstance"):
        if instance.values.get(_CONFIG) == record.key[0]:
            raise validation(
                f"Unable to delete Notebook Instance Lifecycle Config {record.arn}: {instance.arn} "
                "uses it."
            )


def _in_list(region: Region, record: Record, value: Any) -> bool:
    return value in record.values.get("AdditionalCodeRepositories", ())


INSTANCE = Family(
    "NotebookInstance",
    "NotebookInstances",
    "Notebook instance",
    key=("NotebookInstanceName",),
    arn="notebook-instance/{NotebookInstanceName}",
    lowercase_arn=True,
    missing="ValidationException",
    missing_message="RecordNotFound",
    life=Life(
        "NotebookInstanceStatus",
        born=_PENDING,
        updated=(("Updating", 20), ("Stopped", 0)),
        deleted=(("Deleting", 30), (GONE, 0)),
        ready=frozenset({"InService"}),
    ),
    begin=_new,
    change=_change,
    leave=_leave,
    filters={"AdditionalCodeRepositoryEquals": _in_list},
)
CONFIG = Family(
    "NotebookInstanceLifecycleConfig",
    "NotebookInstanceLifecycleConfigs",
    "Notebook instance lifecycle configuration",
    key=(_CONFIG,),
    arn=f"notebook-instance-lifecycle-config/{{{_CONFIG}}}",
    lowercase_arn=True,
    missing="ValidationException",
    missing_message="RecordNotFound",
    begin=_new_config,
    leave=_leave_config,
)

FAMILIES: tuple[Family, ...] = (INSTANCE, CONFIG)
OPERATIONS: dict[str, Special] = {
    "StartNotebookInstance": _start,
    "StopNotebookInstance": _stop,
    "CreatePresignedNotebookInstanceUrl": _presigned,
}
