"""Stores of shares: folders, and a real S3 over HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.aws import Aws
from sm_onboard.errors import (
    ConfigError,
    Forbidden,
    InvalidRequest,
    NotFound,
    OnboardError,
    Stopped,
)
from sm_onboard.links.stores import Store, name_of, open_store
from tests.localsagemaker import SageMaker

BUCKET = "acme-studio"


def nothing(done: int, of: int) -> None:
    """Nobody listens."""


def share(tmp_path: Path, content: bytes = b"a share " * 1000) -> tuple[str, Path]:
    file = tmp_path / "share.zip"
    file.write_bytes(content)
    return hashlib.sha256(content).hexdigest(), file


@pytest.fixture
def s3(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    made = Aws()
    monkeypatch.setattr(aws, "default", lambda: made)
    client = sagemaker.client("s3")
    where = {"LocationConstraint": client.meta.region_name}
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    return client


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Store:
    if request.param == "s3":
        request.getfixturevalue("s3")
        return open_store("team", f"s3://{BUCKET}/shares", home=home)
    (tmp_path / "team").mkdir()
    return open_store("team", str(tmp_path / "team" / "shares"), home=home)


def test_a_share_is_kept_measured_fetched_and_deleted(store: Store, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    told: list[tuple[int, int]] = []
    store.put(digest, file, lambda *x: told.append(x), threading.Event(), days=30)
    size = file.stat().st_size
    assert told[-1] == (size, size)
    assert store.size(digest) == size
    store.put(digest, file, nothing, threading.Event())  # the same once more is fine
    store.get(digest, tmp_path / "got", size, nothing, threading.Event())
    assert (tmp_path / "got").read_bytes() == file.read_bytes()
    store.delete(digest)
    store.delete(digest)
    with pytest.raises(NotFound) as caught:
        store.size(digest)
    assert caught.value.code == "links.share_gone"
    with pytest.raises(NotFound):
        store.get(digest, tmp_path / "none", size, nothing, threading.Event())
    assert not (tmp_path / "none").exists()


def test_never_more_than_the_limit_is_fetched(store: Store, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    store.put(digest, file, nothing, threading.Event())
    with pytest.raises(InvalidRequest) as caught:
        store.get(digest, tmp_path / "got", 100, nothing, threading.Event())
    assert caught.value.code == "links.share_large"
    assert not (tmp_path / "got").exists()


def test_cancelled_leaves_nothing(store: Store, tmp_path: Path) -> None:
    digest, file = share(tmp_path, os.urandom(5 << 20))
    cancel = threading.Event()
    with pytest.raises(Stopped):
        store.put(digest, file, lambda *_: cancel.set(), cancel)
    with pytest.raises(NotFound):
        store.size(digest)
    store.put(digest, file, nothing, threading.Event())
    cancel = threading.Event()
    with pytest.raises(Stopped):
        store.get(digest, tmp_path / "got", 10 << 20, lambda *_: cancel.set(), cancel)
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize("digest", ["", "../" * 3, "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_digest_names_a_share(store: Store, tmp_path: Path, digest: str) -> None:
    with pytest.raises(InvalidRequest):
        store.size(digest)
    with pytest.raises(InvalidRequest):
        store.delete(digest)


def test_says_who_can_read_it(home: Path) -> None:
    found = open_store("team", f"s3://{BUCKET}/shares/", home=home)
    assert found.readers == f"Whoever may read s3://{BUCKET}/shares can open it."
    own = open_store("team", "~/x", home=home).readers
    assert own == "Whoever can read the folder ~/x can open it.", "as the team's file has it"


@pytest.mark.parametrize("address", ["", "shares", "gs://b/x", "/a/../b", "file:///x", "s3://B"])
def test_an_address_that_is_none_is_refused(address: str, home: Path) -> None:
    with pytest.raises(ConfigError):
        open_store("team", address, home=home)


# Folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shares"
    folder.mkdir()
    return folder


def test_the_team_can_read_whatever_the_umask(folder: Path, home: Path, tmp_path: Path) -> None:
    folder.chmod(0o2775)
    digest, file = share(tmp_path)
    before = os.umask(0o077)
    try:
        open_store("team", str(folder), home=home).put(digest, file, nothing, threading.Event())
    finally:
        os.umask(before)
    made = folder / name_of(digest)
    assert stat.S_IMODE(made.stat().st_mode) == 0o644
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o2775  # others put theirs beside
    assert [each.name for each in made.parent.iterdir()] == [made.name]


def test_a_folder_that_only_the_group_reads_stays_so(
    folder: Path, home: Path, tmp_path: Path
) -> None:
    folder.chmod(0o770)
    digest, file = share(tmp_path)
    open_store("team", str(folder), home=home).put(digest, file, nothing, threading.Event())
    assert stat.S_IMODE((folder / name_of(digest)).stat().st_mode) == 0o640


def test_links_in_the_folder_lead_nowhere(folder: Path, home: Path, tmp_path: Path) -> None:
    store = open_store("team", str(folder), home=home)
    digest, file = share(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / f"{digest}.zip").write_bytes(b"secret")
    (folder / digest[:2]).symlink_to(outside)
    for act in (
        lambda: store.size(digest),
        lambda: store.get(digest, tmp_path / "got", 1000, nothing, threading.Event()),
        lambda: store.put(digest, file, nothing, threading.Event()),
        lambda: store.delete(digest),
    ):
        with pytest.raises(OnboardError):
            act()
    assert (outside / f"{digest}.zip").read_bytes() == b"secret"
    assert not (tmp_path / "got").exists()
    (folder / digest[:2]).unlink()
    (folder / digest[:2]).mkdir()
    (folder / name_of(digest)).symlink_to(outside / f"{digest}.zip")
    with pytest.raises(OnboardError):
        store.get(digest, tmp_path / "got", 1000, nothing, threading.Event())


def test_a_pipe_is_no_share(folder: Path, home: Path, tmp_path: Path) -> None:
    digest, _ = share(tmp_path)
    (folder / digest[:2]).mkdir()
    os.mkfifo(folder / name_of(digest))
    with pytest.raises(NotFound):
        open_store("team", str(folder), home=home).size(digest)


def test_storage_that_is_not_mounted_is_not_made(home: Path, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    store = open_store("team", str(tmp_path / "not" / "mounted"), home=home)
    with pytest.raises(NotFound) as caught:
        store.put(digest, file, nothing, threading.Event())
    assert caught.value.code == "links.store_missing"
    assert not (tmp_path / "not").exists()


def test_a_full_or_broken_folder_says_so(
    folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, file = share(tmp_path)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OnboardError) as caught:
        open_store("team", str(folder), home=home).put(digest, file, nothing, threading.Event())
    assert caught.value.code == "links.store_unwritable"
    assert "No space left" in caught.value.message
    assert not list((folder / digest[:2]).iterdir())


def test_a_folder_that_may_not_be_written_names_whom_to_ask(
    folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, file = share(tmp_path)
    real = os.mkdir

    def denied(path: Any, *args: Any, **more: Any) -> None:
        if more.get("dir_fd") is not None:
            raise PermissionError(13, "Permission denied")
        real(path, *args, **more)

    monkeypatch.setattr(os, "mkdir", denied)
    with pytest.raises(Forbidden) as caught:
        open_store("team", str(folder), home=home).put(digest, file, nothing, threading.Event())
    assert caught.value.code == "links.store_denied"
    assert str(folder) in caught.value.hint


# S3


def test_a_rule_of_the_bucket_can_find_what_is_over(s3: Any, home: Path, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    store = open_store("team", f"s3://{BUCKET}/shares", home=home)
    store.put(digest, file, nothing, threading.Event(), days=31)
    key = f"shares/{name_of(digest)}"
    tags = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    assert tags == [{"Key": "sm-onboard-days", "Value": "90"}]
    assert "until" in s3.head_object(Bucket=BUCKET, Key=key)["Metadata"]


def test_what_is_there_is_not_written_over(s3: Any, home: Path, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    key = f"shares/{name_of(digest)}"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"first")
    open_store("team", f"s3://{BUCKET}/shares", home=home).put(
        digest, file, nothing, threading.Event()
    )
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"first"


def test_a_missing_bucket_is_told_as_such(s3: Any, home: Path, tmp_path: Path) -> None:
    digest, file = share(tmp_path)
    with pytest.raises(NotFound) as caught:
        open_store("team", "s3://no-such-bucket/x", home=home).put(
            digest, file, nothing, threading.Event()
        )
    assert caught.value.code == "links.store_missing"


def as_somebody(sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch, *actions: str) -> None:
    """From now on calls are made by alice, who may do only this."""
    iam = sagemaker.client("iam")
    iam.create_user(UserName="alice")
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    made = Aws()
    monkeypatch.setattr(aws, "default", lambda: made)


def test_without_the_right_to_set_tags_it_is_kept_all_the_same(
    s3: Any, sagemaker: SageMaker, home: Path, tmp_path: Path
) -> None:
    denied = {"operations": ["s3:PutObject"], "kind": "denied", "times": 1}
    sagemaker.control.trouble(denied)  # as S3 refuses the tag alone
    digest, file = share(tmp_path)
    store = open_store("team", f"s3://{BUCKET}/shares", home=home)
    store.put(digest, file, nothing, threading.Event(), days=30)
    assert store.size(digest) == file.stat().st_size
    key = f"shares/{name_of(digest)}"
    assert s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] == []


@pytest.mark.parametrize("kind", ["outage", "timeout"])
def test_storage_that_does_not_answer_says_so(
    s3: Any, sagemaker: SageMaker, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:  # fmt: skip
    made = Aws(attempts=1, read_timeout=1)
    monkeypatch.setattr(aws, "default", lambda: made)
    sagemaker.control.trouble({"operations": ["s3:*"], "kind": kind, "seconds": 2.0})
    digest, file = share(tmp_path)
    store = open_store("team", f"s3://{BUCKET}/shares", home=home)
    with pytest.raises(OnboardError) as caught:
        store.put(digest, file, nothing, threading.Event())
    assert caught.value.code in ("links.store_unwritable", "links.store_unreachable")
    with pytest.raises(OnboardError):
        store.get(digest, tmp_path / "got", 1000, nothing, threading.Event())
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize(
    ("act", "action"),
    [("put", "s3:PutObject"), ("get", "s3:GetObject"), ("delete", "s3:DeleteObject")],
)
def test_a_missing_right_is_named(
    s3: Any, sagemaker: SageMaker, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    act: str, action: str,
) -> None:  # fmt: skip
    digest, file = share(tmp_path)
    s3.put_object(Bucket=BUCKET, Key=f"shares/{name_of(digest)}", Body=b"x")
    as_somebody(sagemaker, monkeypatch, "s3:ListAllMyBuckets")
    store = open_store("team", f"s3://{BUCKET}/shares", home=home)
    acts = {
        "put": lambda: store.put(digest, file, nothing, threading.Event(), days=30),
        "get": lambda: store.get(digest, tmp_path / "got", 99, nothing, threading.Event()),
        "delete": lambda: store.delete(digest),
    }
    with pytest.raises(Forbidden) as caught:
        acts[act]()
    assert caught.value.code == "links.store_denied"
    assert action in caught.value.message and action in caught.value.hint
