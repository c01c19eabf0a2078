"""Where am I: the Studio space, its domain and its storage.

Sources: ``/opt/ml/metadata/resource-metadata.json``, which Studio writes into every app
(AWS documents AppType, DomainId, UserProfileName, ResourceArn and ResourceName; the rest
may change), and the environment of the app. Both are read once.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

METADATA = Path("/opt/ml/metadata/resource-metadata.json")
CUSTOM_FILE_SYSTEMS = Path("/mnt/custom-file-systems")
_LARGEST = 256 * 1024  # bytes; Studio's have some two thousand
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]{0,16}):sagemaker:(?P<region>[a-z0-9-]{1,32})"
    r":(?P<account>[0-9]{12}):app/"
)
_NAME = r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}"  # the API's own pattern
_FORMS = {
    "AppType": r"[a-zA-Z]{1,64}",
    "DomainId": r"d-[a-z0-9-]{1,61}",
    "ExecutionRoleArn": r"arn:aws[a-z-]{0,16}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}",
    "SpaceName": _NAME,
    "UserProfileName": _NAME,
}


@dataclass(frozen=True)
class Place:
    """Where this server runs. None: unknown, or there is no such thing here.

    Attributes:
        kind: ``studio`` a JupyterLab space of Studio; ``unified`` of Unified Studio;
            ``classic`` an app of Studio Classic; ``elsewhere`` all else.
        user_profile: only Studio Classic's metadata names it; in a space, ask
            DescribeSpace for its owner.
        shared: whether several people work in this space.
        user_efs: the person's own EFS folder, only when it is really mounted.
        team_storage: custom file systems mounted for the team, sorted.
        recovery: Studio's recovery mode: do nothing.
        partition: of AWS: ``aws``, ``aws-cn``.
        role: the ARN of the role that the app runs with.
        image: as people know it: ``sagemaker-distribution 3.9.1``.
        odd: what is wrong with the metadata file, one sentence; empty: nothing, or there is none.
    """

    kind: Literal["studio", "unified", "classic", "elsewhere"]
    home: Path
    region: str | None = None
    account: str | None = None
    domain_id: str | None = None
    space: str | None = None
    user_profile: str | None = None
    shared: bool | None = None
    app_type: str | None = None
    user_efs: Path | None = None
    team_storage: tuple[Path, ...] = ()
    recovery: bool = False
    partition: str = "aws"
    role: str | None = None
    image: str | None = None
    odd: str = ""


def look(
    environ: Mapping[str, str],
    metadata: Path = METADATA,
    *,
    home: Path | None = None,
    custom: Path = CUSTOM_FILE_SYSTEMS,
    is_mount: Callable[[str], bool] = os.path.ismount,
) -> Place:
    """Reads where this server runs. A missing or odd metadata file is not an error.

    Args:
        environ: the environment of the process.
        metadata: the metadata file.
        home: the person's home; default ``$HOME``.
        custom: below it Studio mounts custom file systems as ``<type>/<id>``.
        is_mount: whether a path is a mount point; passed in by tests.
    """
    home = home or Path(environ.get("HOME") or Path.home())
    told, odd = _read(metadata)
    arn = _ARN.match(_text(told, "ResourceArn") or "")
    app_type = _text(told, "AppType") or environ.get("SAGEMAKER_APP_TYPE") or None
    space_type = environ.get("SAGEMAKER_SPACE_TYPE_LOWERCASE", "").lower()
    region = (
        (arn["region"] if arn else None)
        or environ.get("AWS_REGION")
        or environ.get("AWS_DEFAULT_REGION")
        or environ.get("REGION_NAME")
        or None
    )
    return Place(
        kind=_kind(told, app_type, environ),
        home=home,
        region=region,
        account=(arn["account"] if arn else None) or environ.get("AWS_ACCOUNT_ID") or None,
        domain_id=_text(told, "DomainId"),
        space=_text(told, "SpaceName"),
        user_profile=_text(told, "UserProfileName"),
        shared=space_type == "shared" if space_type else None,
        app_type=app_type,
        user_efs=_user_efs(home, is_mount),
        team_storage=_mounted_below(custom, is_mount),
        recovery=is_recovery(environ),
        partition=arn["partition"] if arn else _partition(region),
        role=_text(told, "ExecutionRoleArn"),
        image=_image(environ),
        odd=odd,
    )


def is_recovery(environ: Mapping[str, str]) -> bool:
    """Whether Studio started this app in recovery mode; costs no file operation."""
    return environ.get("SAGEMAKER_RECOVERY_MODE", "").lower() not in ("", "0", "false")


def _kind(
    told: Mapping[str, Any], app_type: str | None, environ: Mapping[str, str]
) -> Literal["studio", "unified", "classic", "elsewhere"]:
    more = told.get("AdditionalMetadata")
    if environ.get("SERVICE_NAME") == "SageMakerUnifiedStudio" or (
        isinstance(more, dict) and any(key.startswith("DataZone") for key in more)
    ):
        return "unified"
    if not _text(told, "DomainId"):
        return "elsewhere"
    return "classic" if app_type in ("JupyterServer", "KernelGateway") else "studio"


def _read(metadata: Path) -> tuple[Mapping[str, Any], str]:
    """What the file tells, and what is wrong with it; names that cannot be any are left out."""
    try:
        with metadata.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"{metadata} cannot be read: {error.strerror}."
    if len(content) > _LARGEST:
        return {}, f"{metadata} is larger than {_LARGEST // 1024} KiB, so it is not Studio's."
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}, f"{metadata} is {'not JSON' if content.strip() else 'empty'}."
    if not isinstance(told, dict):
        return {}, f"{metadata} is not what Studio writes: it holds no object."
    wrong = [
        key
        for key, form in _FORMS.items()
        if told.get(key) and not re.fullmatch(form, str(told[key]), re.ASCII)
    ]
    kept = {key: value for key, value in told.items() if key not in wrong}
    return kept, f"{metadata} has a {wrong[0]} that SageMaker does not allow." if wrong else ""


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    return value if isinstance(value, str) and value else None


def _partition(region: str | None) -> str:
    """Where no ARN says it."""
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((p for start, p in starts.items() if (region or "").startswith(start)), "aws")


def _image(environ: Mapping[str, str]) -> str | None:
    name = environ.get("SAGEMAKER_INTERNAL_IMAGE_URI", "").rpartition("/")[2][:128]
    version = environ.get("IMAGE_VERSION", "")[:64]
    if version:
        return f"{name.partition(':')[0] or 'sagemaker-distribution'} {version}"
    return name or None


def _user_efs(home: Path, is_mount: Callable[[str], bool]) -> Path | None:
    """``~/user-default-efs``: a mount, or a link to one.

    When mounting failed Studio leaves a plain folder with ``error.txt``.
    """
    folder = home / "user-default-efs"
    return folder if is_mount(os.path.realpath(folder)) else None


def _mounted_below(custom: Path, is_mount: Callable[[str], bool]) -> tuple[Path, ...]:
    try:
        kinds = [entry.path for entry in os.scandir(custom) if entry.is_dir()]
        found = [entry.path for kind in kinds for entry in os.scandir(kind)]
    except OSError:
        return ()
    return tuple(Path(path) for path in sorted(found) if is_mount(path))
