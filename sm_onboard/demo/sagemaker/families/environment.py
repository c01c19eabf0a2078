"""What an app starts with: lifecycle configurations, code repositories, images."""

from __future__ import annotations

import base64
import binascii

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import begin, describe, missing
from sm_onboard.demo.sagemaker.engine.family import Family, Parent, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import in_use, not_found, validation
from sm_onboard.demo.sagemaker.families.domains import names

ASSUMPTIONS = (
    Assumption(
        "DeleteStudioLifecycleConfig",
        "refused while settings of a domain, profile or space name it, or a running app uses it",
        "the model's words",
    ),
    Assumption("CreateStudioLifecycleConfig", "content that is not base64 is refused"),
    Assumption(
        "CreateImage",
        "The Image with ImageName … already exists. Please use a different ImageName.",
        "aws-samples/sagemaker-studio-custom-image-samples#17",
    ),
    Assumption(
        "CreateImageVersion",
        "while the image is created: ValidationException, … is in an invalid state.",
        "aws-samples/sagemaker-studio-custom-image-samples#17",
    ),
    Assumption("CreateImage", "takes 3 s, a version 60 s, deleting either 5 s"),
    Assumption("DeleteImage", "deletes its versions with it", "the model's words"),
    Assumption("UpdateCodeRepository", "changes the secret only", "the model's members"),
)


def _new_lifecycle_config(region: Region, call: Call, values: Values) -> None:
    try:
        base64.b64decode(values["StudioLifecycleConfigContent"], validate=True)
    except binascii.Error:
        raise validation("StudioLifecycleConfigContent has to be encoded in base64.") from None


def _leave_lifecycle_config(region: Region, call: Call, record: Record) -> None:
    now = region.now()
    for family in ("Domain", "UserProfile", "Space", "App"):
        for user in region.all(family):
            running = family != "App" or user.status(now) not in ("Deleted", "Failed")
            if running and names(user, record.arn):
                raise in_use(
                    f"Unable to delete StudioLifecycleConfig [{record.arn}] because "
                    f"{family} [{user.arn}] uses it."
                )


def _new_image(region: Region, call: Call, values: Values) -> None:
    if region.get("Image", values["ImageName"]) is not None:
        raise in_use(
            f"The Image with ImageName {values['ImageName']} already exists. Please use a "
            "different ImageName."
        )


def _change_image(region: Region, call: Call, record: Record, changes: Values) -> None:
    for member in changes.pop("DeleteProperties", ()):
        record.values.pop(member, None)


def _leave_image(region: Region, call: Call, record: Record) -> None:
    for version in _versions(region, record.key[0]):
        begin(region, version, version.family.life.deleted)


def _versions(region: Region, image: str) -> list[Record]:
    found = [r for r in region.all("ImageVersion") if r.values["ImageName"] == image]
    return sorted(found, key=lambda record: int(record.key[1]))


def _new_version(region: Region, call: Call, values: Values) -> None:
    image = region.get("Image", values["ImageName"])
    assert image is not None
    if image.status(region.now()) not in _IMAGE.ready:
        raise validation(f"Image {values['ImageName']} is in an invalid state.")
    number = image.values.get("_last", 0) + 1
    image.values["_last"] = number
    values["Version"] = number
    values["ImageArn"] = image.arn
    values["ContainerImage"] = values["BaseImage"]
    for other in _versions(region, values["ImageName"]):
        left = set(other.values.get("Aliases", ())) - set(values.get("Aliases", ()))
        other.values["Aliases"] = sorted(left)


def _version(region: Region, call: Call) -> Record:
    asked = call.parameters
    image = str(asked["ImageName"])
    versions = [r for r in _versions(region, image) if r.status(region.now()) != "DELETING"]
    if "Version" in asked:
        found = [r for r in versions if r.values["Version"] == asked["Version"]]
    elif "Alias" in asked:
        found = [r for r in versions if asked["Alias"] in r.values.get("Aliases", ())]
    else:
        found = versions[-1:]
        if not found:
            raise not_found(
                f"Latest ImageVersion with ImageName {image} does not exist. Please provide a "
                "valid ImageName."
            )
    if not found:
        which = asked.get("Version", asked.get("Alias"))
        raise missing(FAMILIES[-1], (image, str(which)), call)
    return found[0]


def _describe_version(region: Region, call: Call) -> Answer:
    return describe(region, _version(region, call))


def _delete_version(region: Region, call: Call) -> Answer:
    record = _version(region, call)
    begin(region, record, record.family.life.deleted)
    return {}


def _view_image(region: Region, record: Record) -> Values:
    return {"DisplayName": record.values.get("DisplayName", record.key[0])}


_IMAGE = Life("ImageStatus", (("CREATING", 3), ("CREATED", 0)), (("UPDATING", 2), ("CREATED", 0)),
              (("DELETING", 5), (GONE, 0)), "CREATE_FAILED", frozenset({"CREATED"}),
              frozenset({"CREATING", "UPDATING", "DELETING"}))  # fmt: skip
_VERSION = Life("ImageVersionStatus", (("CREATING", 60), ("CREATED", 0)), (),
                (("DELETING", 5), (GONE, 0)), "CREATE_FAILED", frozenset({"CREATED"}))  # fmt: skip

FAMILIES = (
    Family(
        "StudioLifecycleConfig",
        "StudioLifecycleConfigs",
        "Studio lifecycle configuration",
        key=("StudioLifecycleConfigName",),
        arn="studio-lifecycle-config/{StudioLifecycleConfigName}",
        begin=_new_lifecycle_config,
        leave=_leave_lifecycle_config,
        without=frozenset({"update"}),
    ),
    Family(
        "CodeRepository",
        "CodeRepositories",
        "Code repository",
        key=("CodeRepositoryName",),
        arn="code-repository/{CodeRepositoryName}",
    ),
    Family(
        "AppImageConfig",
        "AppImageConfigs",
        "App image configuration",
        key=("AppImageConfigName",),
        arn="app-image-config/{AppImageConfigName}",
    ),
    Family(
        "Image",
        "Images",
        "Image",
        key=("ImageName",),
        arn="image/{ImageName}",
        life=_IMAGE,
        begin=_new_image,
        change=_change_image,
        leave=_leave_image,
        view=_view_image,
    ),
    Family(
        "ImageVersion",
        "ImageVersions",
        "Image version",
        key=("ImageName", "Version"),
        arn="image-version/{ImageName}/{Version}",
        lowercase_arn=True,
        parents=(Parent("Image", ("ImageName",), ready=False, blocks=False),),
        life=_VERSION,
        begin=_new_version,
        without=frozenset({"describe", "update", "delete"}),
    ),
)
OPERATIONS: dict[str, Special] = {
    "DescribeImageVersion": _describe_version,
    "DeleteImageVersion": _delete_version,
}
