"""Domains, user profiles and spaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Call
from sm_onboard.demo.sagemaker.engine.family import Family, Parent, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import in_use, not_found, validation

READY = frozenset({"InService", "Update_Failed", "Delete_Failed"})
BUSY = frozenset({"Pending", "Updating", "Deleting"})

ASSUMPTIONS = (
    Assumption("CreateDomain", "takes 200 s, an update 30 s, a deletion 60 s"),
    Assumption("CreateUserProfile", "takes 10 s, CreateSpace 10 s, an update 5 s, a deletion 10 s"),
    Assumption("CreateDomain", "a name is used once in an account and region"),
    Assumption(
        "CreateDomain",
        "VpcId and SubnetIds are required, except in domains that Unified Studio makes",
        "the model's words; here always required",
    ),
    Assumption(
        "UpdateDomain",
        "HomeEfsFileSystemCreation can be switched on, never off",
        "AWS documentation: Amazon EFS in Studio",
    ),
    Assumption(
        "CreateUserProfile",
        "in a domain with IAM Identity Center the SingleSignOn… members are required, in one with "
        "IAM they are refused",
        "the model's words",
    ),
    Assumption("CreateSpace", "OwnershipSettings and SpaceSharingSettings come together"),
    Assumption(
        "CreateSpace",
        "a shared space needs DefaultSpaceSettings of the domain",
        "AWS documentation: shared spaces",
    ),
    Assumption("UpdateSpace", "AppType stays, and the EBS volume never gets smaller"),
    Assumption("DeleteUserProfile", "refused while the profile owns a space"),
    Assumption("Create…, Update…", "a lifecycle configuration that does not exist is refused"),
    Assumption("DescribeSpace", "the form of Url"),
)


def _new_domain(region: Region, call: Call, values: Values) -> None:
    name = values["DomainName"]
    if any(record.values["DomainName"] == name for record in region.all("Domain")):
        raise in_use(f"A domain with the name {name} already exists.")
    for member in ("VpcId", "SubnetIds"):
        if not values.get(member):
            raise validation(f"{member} is required.")
    if region.world.network is not None:
        region.world.network(region, values["VpcId"], values["SubnetIds"])
    check_lifecycle_configs(region, values)
    domain = f"d-{region.world.id()}"
    values.setdefault("AppNetworkAccessType", "PublicInternetOnly")
    values.setdefault("TagPropagation", "DISABLED")
    values.setdefault("HomeEfsFileSystemCreation", "Enabled")
    values["DomainId"] = domain
    values["Url"] = f"https://{domain}.studio.{region.name}.sagemaker.aws"
    if values["HomeEfsFileSystemCreation"] == "Enabled":
        values["HomeEfsFileSystemId"] = _file_system(region)
    if values["AuthMode"] == "SSO":
        application = f"{_hex(region)}"
        values["SingleSignOnManagedApplicationInstanceId"] = f"ins-{application}"
        values["SingleSignOnApplicationArn"] = (
            f"arn:{region.partition}:sso::{region.account}:application/ssoins-{_hex(region)}"
            f"/apl-{application}"
        )


def _change_domain(region: Region, call: Call, record: Record, changes: Values) -> None:
    creation = changes.get("HomeEfsFileSystemCreation")
    if creation == "Disabled" and record.values["HomeEfsFileSystemCreation"] == "Enabled":
        raise validation("HomeEfsFileSystemCreation cannot be disabled once it is enabled.")
    if creation == "Enabled" and "HomeEfsFileSystemId" not in record.values:
        changes["HomeEfsFileSystemId"] = _file_system(region)
    if settings := changes.get("DomainSettings"):
        rstudio = settings.pop("RStudioServerProDomainSettingsForUpdate", None)
        if rstudio is not None:
            settings["RStudioServerProDomainSettings"] = rstudio
    if region.world.network is not None and ("VpcId" in changes or "SubnetIds" in changes):
        there = {**record.values, **changes}
        region.world.network(region, there["VpcId"], there["SubnetIds"])
    check_lifecycle_configs(region, changes)


def _new_profile(region: Region, call: Call, values: Values) -> None:
    domain = domain_of(region, values["DomainId"])
    single = {"SingleSignOnUserIdentifier", "SingleSignOnUserValue"}
    if domain.values["AuthMode"] == "SSO":
        for member in sorted(single - values.keys()):
            raise validation(f"{member} is required in a domain that uses IAM Identity Center.")
    else:
        for member in sorted(single & values.keys()):
            raise validation(f"{member} is not allowed in a domain that uses IAM.")
    check_lifecycle_configs(region, values)
    taken = region.rooms.setdefault("efs-uids", [200000])
    taken[0] += 5
    values["HomeEfsFileSystemUid"] = str(taken[0])


def _leave_profile(region: Region, call: Call, record: Record) -> None:
    for space in region.all("Space"):
        owner = space.values.get("OwnershipSettings", {}).get("OwnerUserProfileName")
        if (space.values["DomainId"], owner) == record.key:
            raise in_use(
                f"Unable to delete UserProfile [{record.arn}] because Space(s) are associated "
                "with it."
            )


def _new_space(region: Region, call: Call, values: Values) -> None:
    domain = domain_of(region, values["DomainId"])
    owner = values.get("OwnershipSettings", {}).get("OwnerUserProfileName")
    sharing = values.get("SpaceSharingSettings", {}).get("SharingType")
    if (owner is None) != (sharing is None):
        raise validation("OwnershipSettings and SpaceSharingSettings have to be given together.")
    if owner is not None and region.get("UserProfile", values["DomainId"], owner) is None:
        raise not_found(f"User profile [{owner}] of {values['DomainId']} does not exist.")
    if sharing != "Private" and not domain.values.get("DefaultSpaceSettings", {}).get(
        "ExecutionRole"
    ):
        raise validation("A shared space needs DefaultSpaceSettings of the domain.")
    check_lifecycle_configs(region, values)
    storage = values.setdefault("SpaceSettings", {}).setdefault("SpaceStorageSettings", {})
    storage.setdefault("EbsStorageSettings", {"EbsVolumeSizeInGb": 5})
    values["Url"] = (
        f"https://studio-{values['DomainId']}.studio.{region.name}.sagemaker.aws/spaces/"
        f"{values['SpaceName']}"
    )


def _change_space(region: Region, call: Call, record: Record, changes: Values) -> None:
    settings = changes.get("SpaceSettings", {})
    there = record.values["SpaceSettings"]
    if settings.get("AppType", there.get("AppType")) != there.get("AppType"):
        raise validation("The AppType of a space cannot be changed.")
    size = _volume(settings)
    if size is not None and size < (_volume(there) or 0):
        raise validation(f"The EBS volume cannot be made smaller than {_volume(there)} GB.")
    check_lifecycle_configs(region, changes)


def _volume(settings: Values) -> int | None:
    ebs = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    size: int | None = ebs.get("EbsVolumeSizeInGb")
    return size


def _view_space(region: Region, record: Record) -> Values:
    settings = record.values["SpaceSettings"]
    view: Values = {"SpaceSettingsSummary": settings}
    if sharing := record.values.get("SpaceSharingSettings"):
        view["SpaceSharingSettingsSummary"] = sharing
        view["OwnershipSettingsSummary"] = record.values["OwnershipSettings"]
    return view


def domain_of(region: Region, domain: str) -> Record:
    """The domain with an id, which is known to be there."""
    record = region.get("Domain", domain)
    assert record is not None
    return record


def check_lifecycle_configs(region: Region, values: Values) -> None:
    """Refuses settings that name a lifecycle configuration which does not exist."""
    for arn in lifecycle_configs(values):
        if arn != "None" and region.by_arn(arn) is None:
            raise validation(f"The lifecycle configuration {arn} does not exist.")


def lifecycle_configs(values: Any) -> Iterator[str]:
    """Every lifecycle configuration that settings name, however deep."""
    if isinstance(values, dict):
        for name, value in values.items():
            if name in ("LifecycleConfigArn", "BuiltInLifecycleConfigArn"):
                yield value
            elif name == "LifecycleConfigArns":
                yield from value
            else:
                yield from lifecycle_configs(value)
    elif isinstance(values, list):
        for value in values:
            yield from lifecycle_configs(value)


def names(record: Record, arn: str) -> bool:
    """Whether a record's settings name an ARN."""
    return f'"{arn}"' in json.dumps(record.values)


def _hex(region: Region) -> str:
    return f"{region.world.chance.getrandbits(64):016x}"


def _file_system(region: Region) -> str:
    return f"fs-0{_hex(region)}"


_DOMAIN = Life("Status", (("Pending", 200), ("InService", 0)), (("Updating", 30), ("InService", 0)),
               (("Deleting", 60), (GONE, 0)), ready=READY, busy=BUSY)  # fmt: skip
_MEMBER = Life("Status", (("Pending", 10), ("InService", 0)), (("Updating", 5), ("InService", 0)),
               (("Deleting", 10), (GONE, 0)), ready=READY, busy=BUSY)  # fmt: skip

FAMILIES = (
    Family(
        "Domain",
        "Domains",
        "Domain",
        key=("DomainId",),
        arn="domain/{DomainId}",
        life=_DOMAIN,
        renamed={"DomainSettingsForUpdate": "DomainSettings"},
        begin=_new_domain,
        change=_change_domain,
    ),
    Family(
        "UserProfile",
        "UserProfiles",
        "User profile",
        key=("DomainId", "UserProfileName"),
        arn="user-profile/{DomainId}/{UserProfileName}",
        parents=(Parent("Domain", ("DomainId",)),),
        life=_MEMBER,
        begin=_new_profile,
        change=lambda region, call, record, changes: check_lifecycle_configs(region, changes),
        leave=_leave_profile,
    ),
    Family(
        "Space",
        "Spaces",
        "Space",
        key=("DomainId", "SpaceName"),
        arn="space/{DomainId}/{SpaceName}",
        parents=(Parent("Domain", ("DomainId",)),),
        life=_MEMBER,
        begin=_new_space,
        change=_change_space,
        view=_view_space,
    ),
)
OPERATIONS: dict[str, Special] = {}
