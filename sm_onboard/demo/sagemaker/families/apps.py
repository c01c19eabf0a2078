"""Apps: what runs in a space, or for a user profile."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Call
from sm_onboard.demo.sagemaker.engine.family import Family, Parent, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import limit_exceeded, not_found, validation
from sm_onboard.demo.sagemaker.families.domains import check_lifecycle_configs, domain_of

DAY = 24 * 3600

# The setting of a domain, profile or space that an app of a type reads.
_SETTINGS = {
    "JupyterLab": "JupyterLabAppSettings",
    "CodeEditor": "CodeEditorAppSettings",
    "JupyterServer": "JupyterServerAppSettings",
    "KernelGateway": "KernelGatewayAppSettings",
    "TensorBoard": "TensorBoardAppSettings",
}
_IN_SPACES = {"JupyterLab", "CodeEditor"}
_NAMED_DEFAULT = {"JupyterLab", "CodeEditor", "JupyterServer", "Canvas", "RStudioServerPro"}
_INSTANCE = "ml.t3.medium"
_IMAGES = "885854791233"  # the account of SageMaker's own images in the Studio documentation

ASSUMPTIONS = (
    Assumption("CreateApp", "takes 90 s, a deletion 40 s"),
    Assumption(
        "ListApps",
        "a deleted app is listed for 24 hours, and one created again in that time keeps its "
        "CreationTime",
        "AWS documentation: DeleteApp and DescribeApp",
    ),
    Assumption(
        "DescribeApp",
        "LastUserActivityTimestamp is the time of the last health check, once a minute",
        "the model's words: it is also updated by health checks without user activity",
    ),
    Assumption(
        "CreateApp",
        "JupyterLab and Code Editor run in spaces only, in one of their own type, under the name "
        "default",
        "AWS documentation: Studio spaces",
    ),
    Assumption("CreateApp", "without an instance type ml.t3.medium is used (system for Classic)"),
    Assumption(
        "CreateApp",
        "its ARN has the type in small letters",
        "aws/amazon-sagemaker-feedback#108",
    ),
    Assumption(
        "CreateApp",
        "above the quota: ResourceLimitExceeded in the words of the account-level service limit",
        "aws/amazon-sagemaker-feedback#157",
    ),
    Assumption("DeleteApp", "of one that is deleted already: ResourceNotFound"),
)


def _new_app(region: Region, call: Call, values: Values) -> None:
    space_name, profile = values.get("SpaceName"), values.get("UserProfileName")
    kind = values["AppType"]
    if (space_name is None) == (profile is None):
        raise validation("Either UserProfileName or SpaceName has to be given, and not both.")
    if kind in _IN_SPACES and space_name is None:
        raise validation(f"App type {kind} is invalid for personal apps.")
    if kind in _NAMED_DEFAULT and values["AppName"] != "default":
        raise validation(f"The name of a {kind} app has to be default.")
    space = region.get("Space", values["DomainId"], space_name) if space_name else None
    if space is not None:
        wanted = space.values["SpaceSettings"].get("AppType", kind)
        if wanted != kind:
            raise validation(f"The space {space_name} is for {wanted}, not for {kind}.")
    check_lifecycle_configs(region, values)
    spec = _resource_spec(region, values, space)
    _check_quota(region, kind, spec["InstanceType"])
    values["ResourceSpec"] = spec
    values.setdefault("RecoveryMode", False)
    built_in = _setting(region, values, space, "BuiltInLifecycleConfigArn")
    if built_in and built_in != "None":
        values["BuiltInLifecycleConfigArn"] = built_in


def _resource_spec(region: Region, values: Values, space: Record | None) -> Values:
    found: Values = {}
    for settings in _nearest(region, values, space):
        found = {**settings.get("DefaultResourceSpec", {}), **found}
    found = {**found, **values.get("ResourceSpec", {})}
    classic = values["AppType"] == "JupyterServer"
    found.setdefault("InstanceType", "system" if classic else _INSTANCE)
    if values["AppType"] in _IN_SPACES and "SageMakerImageArn" not in found:
        gpu = found["InstanceType"].startswith(("ml.g", "ml.p"))
        found["SageMakerImageArn"] = (
            f"arn:{region.partition}:sagemaker:{region.name}:{_IMAGES}:image/"
            f"sagemaker-distribution-{'gpu' if gpu else 'cpu'}"
        )
    return found


def _setting(region: Region, values: Values, space: Record | None, name: str) -> Any:
    for settings in _nearest(region, values, space):
        if name in settings:
            return settings[name]
    return None


def _nearest(region: Region, values: Values, space: Record | None) -> list[Values]:
    """The settings that count for an app, the nearest first."""
    member = _SETTINGS.get(values["AppType"], "")
    domain = domain_of(region, values["DomainId"]).values
    found: list[Values] = []
    owner = values.get("UserProfileName")
    shared = False
    if space is not None:
        found.append(space.values["SpaceSettings"].get(member, {}))
        owner = space.values.get("OwnershipSettings", {}).get("OwnerUserProfileName")
        shared = space.values.get("SpaceSharingSettings", {}).get("SharingType") != "Private"
    if shared:
        return [*found, domain.get("DefaultSpaceSettings", {}).get(member, {})]
    profile = region.get("UserProfile", values["DomainId"], owner) if owner else None
    if profile is not None:
        found.append(profile.values.get("UserSettings", {}).get(member, {}))
    return [*found, domain["DefaultUserSettings"].get(member, {})]


def _check_quota(region: Region, kind: str, instance: str) -> None:
    quota = region.world.app_quota(region, kind, instance)
    if quota is None:
        return
    name, limit = quota
    now = region.now()
    running = sum(
        record.values["AppType"] == kind
        and record.values["ResourceSpec"]["InstanceType"] == instance
        and record.status(now) in ("Pending", "InService")
        for record in region.all("App")
    )
    if running + 1 > limit:
        raise limit_exceeded(
            f"The account-level service limit '{name}' is {limit:g} Apps, with current "
            f"utilization of {running} Apps and a request delta of 1 Apps. Please use "
            "AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is "
            "not available, contact AWS support to request an increase for this quota."
        )


def _leave_app(region: Region, call: Call, record: Record) -> None:
    if record.status(region.now()) == "Deleted":
        raise not_found(f"App [{record.arn}] does not exist.")


def _view_app(region: Region, record: Record) -> Values:
    now = region.now()
    if record.status(now) != "InService":
        return {}
    check = max(record.modified, now - now % 60)
    return {"LastHealthCheckTimestamp": check, "LastUserActivityTimestamp": check}


FAMILIES = (
    Family(
        "App",
        "Apps",
        "App",
        key=("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName"),
        arn="app/{DomainId}/{Owner}/{TypeInArn}/{AppName}",
        arn_parts=lambda values: {
            "Owner": values.get("SpaceName") or values.get("UserProfileName", ""),
            "TypeInArn": values["AppType"].lower(),
        },
        parents=(
            Parent("Domain", ("DomainId",)),
            Parent("UserProfile", ("DomainId", "UserProfileName")),
            Parent("Space", ("DomainId", "SpaceName")),
        ),
        life=Life(
            "Status",
            (("Pending", 90), ("InService", 0)),
            (),
            (("Deleting", 40), ("Deleted", DAY), (GONE, 0)),
            ready=frozenset({"InService"}),
            busy=frozenset({"Deleting"}),
        ),
        begin=_new_app,
        leave=_leave_app,
        view=_view_app,
        without=frozenset({"update"}),
    ),
)
OPERATIONS: dict[str, Special] = {}
