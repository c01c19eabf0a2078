"""HyperPod clusters: enough to see what runs and bills."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import begin, describe, missing
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import conflict, validation

ASSUMPTIONS = (
    Assumption("CreateCluster", "900 s to be in service, 300 s to delete"),
    Assumption("DescribeCluster", "all instances of a group are there once it is in service"),
    Assumption("DeleteCluster", "one that is being created or deleted: ConflictException"),
)


def _new(region: Region, call: Call, values: Values) -> None:
    values["Id"] = region.world.id(12)
    if not values.get("InstanceGroups") and not values.get("RestrictedInstanceGroups"):
        raise validation("A cluster needs InstanceGroups or RestrictedInstanceGroups.")
    names = [group["InstanceGroupName"] for group in values.get("InstanceGroups", ())]
    if len(set(names)) < len(names):
        raise validation("Names of instance groups have to be unique within a cluster.")


def _view(region: Region, record: Record) -> Values:
    status = record.status(region.now())
    return {
        member: [_group(group, status) for group in record.values.get(member, ())]
        for member in ("InstanceGroups", "RestrictedInstanceGroups")
    }


def _group(group: Values, status: str) -> dict[str, Any]:
    wanted = group["InstanceCount"]
    return {
        **group,
        "CurrentCount": wanted if status == "InService" else 0,
        "TargetCount": wanted,
        "Status": status,
    }


def _find(region: Region, call: Call) -> Record:
    asked = call.parameters["ClusterName"]
    record = region.by_arn(asked) if ":" in asked else region.get("Cluster", asked)
    if record is None or record.family is not CLUSTER:
        raise missing(CLUSTER, (asked,), call)
    return record


def _describe(region: Region, call: Call) -> Answer:
    return describe(region, _find(region, call))


def _delete(region: Region, call: Call) -> Answer:
    record = _find(region, call)
    status = record.status(region.now())
    if status in ("Creating", "Deleting"):
        raise conflict(f"Cluster [{record.key[0]}] cannot be deleted while it is {status}.")
    answer = describe(region, record)
    begin(region, record, CLUSTER.life.deleted)
    return answer


def _has_plan(region: Region, record: Record, plan: Any) -> bool:
    groups = record.values.get("InstanceGroups", ())
    return any(group.get("TrainingPlanArn") == plan for group in groups)


CLUSTER = Family(
    "Cluster",
    "Clusters",
    "Cluster",
    key=("ClusterName",),
    arn="cluster/{Id}",
    life=Life(
        "ClusterStatus",
        born=(("Creating", 900), ("InService", 0)),
        deleted=(("Deleting", 300), (GONE, 0)),
        ready=frozenset({"InService"}),
    ),
    begin=_new,
    view=_view,
    filters={"TrainingPlanArn": _has_plan},
    without=frozenset({"describe", "update", "delete"}),
)

FAMILIES: tuple[Family, ...] = (CLUSTER,)
OPERATIONS: dict[str, Special] = {"DescribeCluster": _describe, "DeleteCluster": _delete}
