"""What AWS said, as the rows of the tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .cost import BILLS
from .known import Known, Other, app_id, inside, iso, row_id, text
from .models import Price, Profile, Running, Space, State
from .pricing import Prices

IDLE_AFTER = 3600  # seconds without use, where that is really known

_APPS: Mapping[str, State] = {
    "InService": "running", "Pending": "starting", "Deleting": "stopping", "Deleted": "stopped",
    "Failed": "failed",
}  # fmt: skip
_OTHERS: Mapping[str, State] = {
    # MLflow
    "Creating": "starting", "Created": "running", "CreateFailed": "failed", "Updating": "running",
    "Updated": "running", "UpdateFailed": "running", "Deleting": "stopping",
    "DeleteFailed": "failed", "Deleted": "stopped", "Stopping": "stopping", "Stopped": "stopped",
    "StopFailed": "running", "Starting": "starting", "Started": "running",
    "StartFailed": "failed", "MaintenanceInProgress": "running",
    "MaintenanceComplete": "running", "MaintenanceFailed": "running",
    # notebook instances
    "Pending": "starting", "InService": "running", "Failed": "failed",
    "PendingMaintenance": "running", "InMaintenance": "running",
    # endpoints and clusters
    "OutOfService": "failed", "SystemUpdating": "running", "RollingBack": "running",
    "UpdateRollbackFailed": "failed",
}  # fmt: skip
_STATUS = {
    "tracking_server": "TrackingServerStatus",
    "mlflow_app": "Status",
    "notebook_instance": "NotebookInstanceStatus",
    "endpoint": "EndpointStatus",
    "cluster": "ClusterStatus",
}
_STOPPABLE = {
    "tracking_server": frozenset({"running"}),
    "notebook_instance": frozenset({"running"}),
}


@dataclass(frozen=True)
class Eyes:
    """What is needed to make rows.

    Attributes:
        now: seconds since 1970.
    """

    known: Known
    prices: Prices
    now: float

    def price(self, component: str, instance: str | None) -> Price | None:
        return self.prices.hourly(self.known.region, component, instance)


def profile(row: Mapping[str, Any], eyes: Eyes) -> Profile:
    name = text(row.get("UserProfileName"))
    return Profile(
        name=name,
        status=text(row.get("Status")),
        created=iso(row.get("CreationTime")),
        modified=iso(row.get("LastModifiedTime")),
        me=bool(name) and name == eyes.known.me,
    )


def space(row: Mapping[str, Any], eyes: Eyes) -> Space:
    name = text(row.get("SpaceName"))
    settings = row.get("SpaceSettingsSummary")
    size = inside(settings, "SpaceStorageSettings", "EbsStorageSettings", "EbsVolumeSizeInGb")
    remote = inside(settings, "RemoteAccess")
    kind = inside(row, "SpaceSharingSettingsSummary", "SharingType")
    return Space(
        name=name,
        title=text(row.get("SpaceDisplayName")) or name,
        status=text(row.get("Status")),
        created=iso(row.get("CreationTime")),
        modified=iso(row.get("LastModifiedTime")),
        app_type=text(inside(settings, "AppType")),
        owner=text(inside(row, "OwnershipSettingsSummary", "OwnerUserProfileName")) or None,
        shared=kind == "Shared" if kind else None,
        storage_gb=size if isinstance(size, int) else None,
        storage_price=eyes.prices.gb_month(eyes.known.region) if size else None,
        remote_access=remote == "ENABLED" if remote else None,
        this_one=eyes.known.here(name),
    )


def app(row: Mapping[str, Any], eyes: Eyes) -> Running:
    """An app: what runs in a space, or for a user profile."""
    known = eyes.known
    place_space, kind = text(row.get("SpaceName")), text(row.get("AppType"))
    owner, shared = known.owner(place_space) if place_space else (None, False)
    if not place_space:
        owner = text(row.get("UserProfileName")) or None
    mine = bool(owner) and owner == known.me and shared is False
    this_one = _is_this(known, place_space, owner, kind)
    state = _APPS.get(text(row.get("Status")), "unknown")
    idle_for = _idle_for(eyes, place_space, this_one) if state == "running" else None
    if idle_for is not None and idle_for >= IDLE_AFTER:
        state = "idle"
    instance = text(inside(row, "ResourceSpec", "InstanceType")) or None
    return _priced(
        Running(
            id=app_id(row),
            kind="app",
            name=place_space or owner or text(row.get("AppName")),
            app_type=kind,
            space=place_space or None,
            owner=owner,
            shared=shared if place_space else None,
            state=state,
            status=text(row.get("Status")),
            failure=text(row.get("FailureReason")),
            instance=instance,
            since=iso(row.get("CreationTime")) or None,
            price=eyes.price(kind, instance),
            idle_for=idle_for,
            mine=mine,
            this_one=this_one,
        ),
        eyes,
        row.get("CreationTime"),
    )


def other(row: Other, eyes: Eyes) -> Running:
    """What bills besides apps. It belongs to the account's region, not to the domain."""
    status = text(row.listed.get(_STATUS[row.kind]))
    state = _OTHERS.get(status, "unknown")
    owner = None
    if inside(row.detail, "CreatedBy", "DomainId") == eyes.known.chosen:
        owner = text(inside(row.detail, "CreatedBy", "UserProfileName")) or None
    instance, count, price = _machines(row, eyes)
    return _priced(
        Running(
            id=row_id(row.kind, row.name),
            kind=row.kind,
            name=text(row.name),
            owner=owner,
            state=state,
            status=status,
            failure=text(inside(row.detail, "FailureReason")),
            instance=instance,
            count=count,
            since=iso(row.listed.get("CreationTime")) or None,
            price=price,
            mine=bool(owner) and owner == eyes.known.me,
        ),
        eyes,
        row.listed.get("CreationTime"),
    )


def _machines(row: Other, eyes: Eyes) -> tuple[str | None, int, Price | None]:
    """On what it runs: the type or size, how many, and the price of one."""
    if row.kind == "tracking_server":
        size = text(inside(row.detail, "TrackingServerSize")) or None
        return size, 1, eyes.price("MLflow", size)
    if row.kind == "notebook_instance":
        instance = text(row.listed.get("InstanceType")) or None
        return instance, 1, eyes.price("Notebook", instance)
    if row.kind == "endpoint" and row.detail:
        variants = row.detail["Variants"]
        counts = [v["Count"] for v in variants]
        types = {v["InstanceType"] for v in variants}
        # Of several types the sum is not the price of any one.
        if len(types) == 1 and all(isinstance(count, int) for count in counts):
            instance = text(types.pop()) or None
            return instance, sum(counts), eyes.price("Hosting", instance)
    return None, 1, None


def _priced(row: Running, eyes: Eyes, since: Any) -> Running:
    """With its price an hour and so far, and whether it can be stopped."""
    import msgspec

    per_hour = up_to = None
    if row.price is not None and row.state in BILLS:
        per_hour = row.price.amount * row.count
        if isinstance(since, datetime):
            hours = max(0.0, eyes.now - since.timestamp()) / 3600
            up_to = round(per_hour * hours, 4)
    return msgspec.structs.replace(row, per_hour=per_hour, up_to=up_to, stop=_stop(row))


def _stop(row: Running) -> Any:
    if row.kind == "app":
        can = row.state in ("running", "idle", "starting")
    elif row.kind in _STOPPABLE:
        can = row.state in _STOPPABLE[row.kind]
    else:
        return "not_from_here" if row.state in BILLS else "not_running"
    if not can:
        return "not_running"
    if row.this_one:
        return "this_one"
    return "yes" if row.mine else "not_yours"


def _is_this(known: Known, in_space: str, owner: str | None, kind: str) -> bool:
    if kind != known.place.app_type:
        return False
    if in_space:
        return known.here(in_space)
    return bool(owner) and owner == known.place.user_profile and known.me == owner


def _idle_for(eyes: Eyes, in_space: str, this_one: bool) -> int | None:
    """Seconds since it was last used, where somebody really knows."""
    used = eyes.known.used[0] if this_one else eyes.known.reports.get(in_space)
    if used is None:
        return None
    return max(0, int(eyes.now - used.astimezone(timezone.utc).timestamp()))
