"""The domain's stores are known before it is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_onboard import aws
from sm_onboard.experiments.assembly import places
from sm_onboard.rooms import Rooms, Settings
from tests.localsagemaker import SageMaker

ROLE = "arn:aws:iam::123456789012:role/studio"


def rooms(tmp_path: Path, sagemaker: SageMaker, domain: str = "d-acme") -> Rooms:
    metadata = tmp_path / "metadata.json"
    metadata.write_text(
        f'{{"DomainId": "{domain}", "SpaceName": "alice-lab", "AppType": "JupyterLab"}}'
    )
    environ = {**sagemaker.environment(), "HOME": str(tmp_path), "AWS_REGION": "eu-west-1"}
    return Rooms(Settings(metadata_file=str(metadata)), environ=environ)


def names(here: Rooms, everything: bool) -> list[str]:
    return [place.name for place in places(here, everything)]


@pytest.fixture
def server(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    clients = aws.Aws(attempts=1)
    monkeypatch.setattr(aws, "default", lambda: clients)
    made = sagemaker.client("sagemaker").create_mlflow_tracking_server(
        TrackingServerName="team", ArtifactStoreUri="s3://acme/mlflow", RoleArn=ROLE
    )
    return str(made["TrackingServerArn"])


def test_stores_are_remembered_without_asking(
    sagemaker: SageMaker, server: str, tmp_path: Path
) -> None:
    here = rooms(tmp_path, sagemaker)
    assert names(here, False) == ["This space"]
    assert names(here, True) == ["This space", "team", "SageMaker Experiments"]
    sagemaker.control.clear_log()
    again = rooms(tmp_path, sagemaker)
    found = {place.name: place for place in places(again, False)}
    assert list(found) == ["This space", "team", "SageMaker Experiments"]
    assert (found["team"].uri, found["team"].kind) == (server, "tracking_server")
    assert sagemaker.control.log()["counts"] == {}
    assert found["team"].follow and found["SageMaker Experiments"].follow
    assert found["This space"].follow is None, "it is read where it is"


def test_another_domain_has_others(sagemaker: SageMaker, server: str, tmp_path: Path) -> None:
    del server
    names(rooms(tmp_path, sagemaker), True)
    assert names(rooms(tmp_path, sagemaker, "d-other"), False) == ["This space"]


def test_one_that_was_deleted_is_forgotten_and_one_not_told_is_not(
    sagemaker: SageMaker, server: str, tmp_path: Path
) -> None:
    del server
    here = rooms(tmp_path, sagemaker)
    names(here, True)
    sagemaker.control.trouble(
        {"operations": ["sagemaker:ListMlflowTrackingServers"], "kind": "denied"}
    )
    assert "team" in names(here, True)
    sagemaker.control.trouble()
    sagemaker.client("sagemaker").delete_mlflow_tracking_server(TrackingServerName="team")
    assert "team" not in names(here, True)
    assert "team" not in names(here, False)
