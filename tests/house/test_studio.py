"""Where am I, from files and variables as Studio writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.studio import Place, is_recovery, look

SPACE = {
    "AppType": "JupyterLab",
    "DomainId": "d-abcdefghijkl",
    "SpaceName": "ana-space",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/ana",
    "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:app/d-abcdefghijkl/ana-space/"
    "JupyterLab/default",
    "ResourceName": "default",
    "AppImageVersion": "",
}
UNIFIED = {**SPACE, "AdditionalMetadata": {"DataZoneDomainId": "dzd_1", "DataZoneScopeName": "p"}}
CLASSIC = {
    "AppType": "JupyterServer",
    "DomainId": "d-abcdefghijkl",
    "UserProfileName": "ana",
    "ResourceArn": "arn:aws-cn:sagemaker:cn-north-1:123456789012:app/d-abcdefghijkl/ana/"
    "JupyterServer/default",
    "ResourceName": "default",
}


@pytest.fixture
def at(tmp_path: Path) -> Callable[..., Place]:
    """``at(metadata, environ, mounts=…)`` looks around in a made-up place."""

    def at(told: Any, environ: dict[str, str] | None = None, mounts: tuple[str, ...] = ()) -> Place:
        file = tmp_path / "resource-metadata.json"
        if told is not None:
            file.write_text(told if isinstance(told, str) else json.dumps(told))
        mounted = {str(tmp_path / name) for name in mounts}
        return look(
            {"HOME": str(tmp_path / "home"), **(environ or {})},
            file,
            custom=tmp_path / "custom",
            is_mount=lambda path: str(path) in mounted,
        )

    return at


def test_a_private_space(at: Callable[..., Place], tmp_path: Path) -> None:
    place = at(SPACE, {"SAGEMAKER_SPACE_TYPE_LOWERCASE": "private"})
    assert place == Place(
        kind="studio",
        home=tmp_path / "home",
        region="eu-west-1",
        account="123456789012",
        domain_id="d-abcdefghijkl",
        space="ana-space",
        user_profile=None,  # Studio does not tell
        shared=False,
        app_type="JupyterLab",
        role="arn:aws:iam::123456789012:role/ana",
    )


def test_a_shared_space(at: Callable[..., Place]) -> None:
    assert at(SPACE, {"SAGEMAKER_SPACE_TYPE_LOWERCASE": "shared"}).shared is True
    assert at(SPACE).shared is None


def test_classic_names_the_profile_and_other_partitions_work(at: Callable[..., Place]) -> None:
    place = at(CLASSIC)
    assert (place.kind, place.user_profile, place.region) == ("classic", "ana", "cn-north-1")
    assert place.partition == "aws-cn"


def test_unified_studio(at: Callable[..., Place]) -> None:
    assert at(UNIFIED).kind == "unified"
    assert at(None, {"SERVICE_NAME": "SageMakerUnifiedStudio"}).kind == "unified"


def test_elsewhere_takes_the_region_from_the_environment(at: Callable[..., Place]) -> None:
    place = at(None, {"AWS_DEFAULT_REGION": "us-east-2", "AWS_ACCOUNT_ID": "210987654321"})
    assert (place.kind, place.region, place.account) == ("elsewhere", "us-east-2", "210987654321")
    assert at(None, {"AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"}).region == "b"
    assert at(None).region is None


@pytest.mark.parametrize("odd", ["", "{", "[]", "null", '"text"', '{"DomainId": 7}', "\x00"])
def test_an_odd_file_is_elsewhere(at: Callable[..., Place], odd: str) -> None:
    place = at(odd)
    assert (place.kind, place.domain_id) == ("elsewhere", None)


@pytest.mark.parametrize("arn", ["", "arn:aws:iam::1:role/x", "arn:aws:sagemaker:x-1:12:app/"])
def test_an_odd_arn_says_nothing(at: Callable[..., Place], arn: str) -> None:
    place = at({**SPACE, "ResourceArn": arn})
    assert (place.region, place.account) == (None, None)


def test_user_efs_only_when_it_is_mounted(at: Callable[..., Place], tmp_path: Path) -> None:
    folder = tmp_path / "home" / "user-default-efs"
    folder.mkdir(parents=True)
    (folder / "error.txt").write_text("mount failed")
    assert at(SPACE).user_efs is None
    (folder / "error.txt").unlink()
    assert at(SPACE, mounts=("home/user-default-efs",)).user_efs == folder
    folder.rmdir()
    target = tmp_path / "custom" / "efs" / "fs-1_fsap-1"
    target.mkdir(parents=True)
    folder.symlink_to(target)  # this is how Studio does it
    assert at(SPACE).user_efs is None
    assert at(SPACE, mounts=("custom/efs/fs-1_fsap-1",)).user_efs == folder


def test_team_storage(at: Callable[..., Place], tmp_path: Path) -> None:
    assert at(SPACE).team_storage == ()
    for name in ("custom/fsx_lustre/fs-2", "custom/efs/fs-1_fsap-1", "custom/efs/not-mounted"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "custom" / "README").touch()
    place = at(SPACE, mounts=("custom/fsx_lustre/fs-2", "custom/efs/fs-1_fsap-1"))
    assert [path.name for path in place.team_storage] == ["fs-1_fsap-1", "fs-2"]


def test_recovery_mode(at: Callable[..., Place]) -> None:
    assert at(None, {"SAGEMAKER_RECOVERY_MODE": "true"}).recovery
    assert is_recovery({"SAGEMAKER_RECOVERY_MODE": "1"})
    assert not is_recovery({})
    assert not is_recovery({"SAGEMAKER_RECOVERY_MODE": ""})
    assert not is_recovery({"SAGEMAKER_RECOVERY_MODE": "false"})
