"""Files of a local store's runs in S3, with S3's answers played."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from sm_onboard import aws
from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores.s3_folder import S3Folder
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .plain import add, make

ID = "a" * 32
PLACE = "s3://acme/ml/run/artifacts"


class Clients:
    def __init__(self) -> None:
        self.s3 = boto3.client(
            "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )

    def client(self, service: str, region: str | None = None) -> object:
        return self.s3


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    clients = Clients()
    monkeypatch.setattr(aws, "default", lambda: clients)
    with Stubber(clients.s3) as stub:
        yield stub
        stub.assert_no_pending_responses()


def test_a_folder_of_several_pages(s3: Stubber, tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db")
    add(path, ID, artifacts=PLACE)
    asked = {"Bucket": "acme", "Prefix": "ml/run/artifacts/model/", "Delimiter": "/"}
    first = {
        "IsTruncated": True,
        "NextContinuationToken": "t",
        "Contents": [
            {"Key": "ml/run/artifacts/model/", "Size": 0},
            {"Key": "ml/run/artifacts/model/w.bin", "Size": 7},
        ],
    }
    second = {"IsTruncated": False, "CommonPrefixes": [{"Prefix": "ml/run/artifacts/model/code/"}]}
    s3.add_response("list_objects_v2", first, asked)
    s3.add_response("list_objects_v2", second, asked | {"ContinuationToken": "t"})
    found = SqliteStore(path).files(ID, "model")
    assert [(f.path, f.folder, f.size) for f in found] == [
        ("model/code", True, None),
        ("model/w.bin", False, 7),
    ]


def test_a_file(s3: Stubber) -> None:
    for _ in range(2):
        s3.add_response(
            "get_object",
            {"Body": StreamingBody(io.BytesIO(b"weights"), 7)},
            {"Bucket": "acme", "Key": "ml/run/artifacts/w.bin"},
        )
    assert S3Folder(PLACE).read("w.bin", 7) == b"weights"
    with pytest.raises(OnboardError) as caught:
        S3Folder(PLACE).read("w.bin", 6)
    assert caught.value.code == "experiments.file_too_large"


def test_no_such_file_and_no_permission(s3: Stubber) -> None:
    s3.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    s3.add_client_error("list_objects_v2", "AccessDenied", http_status_code=403)
    with pytest.raises(OnboardError) as caught:
        S3Folder(PLACE).read("w.bin", 6)
    assert caught.value.code == "experiments.file_missing"
    with pytest.raises(OnboardError) as caught:
        S3Folder(PLACE).files()
    assert caught.value.status == 403
    assert "s3:ListBucket" in caught.value.message + caught.value.hint
