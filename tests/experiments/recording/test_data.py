"""What identifies a data set."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.experiments.recording.data import read


class Bucket:
    """S3, as far as one question goes."""

    def __init__(self, **said: Any) -> None:
        self.said, self.asked = said, {}

    def head_object(self, **asked: str) -> dict[str, Any]:
        self.asked = asked
        return self.said


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1,2\n")
    found = read(tmp_path / "x" / ".." / "a.csv")
    assert found.told() == {
        "uri": str(tmp_path / "a.csv"),
        "size": 4,
        "sha256": hashlib.sha256(b"1,2\n").hexdigest(),
    }
    assert (found.name, found.kind, len(found.digest)) == ("a.csv", "local", 32)


def test_a_folder_is_its_files_and_their_names(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "d").mkdir(parents=True)
        (tmp_path / name / "d" / "b").write_text("b")
        (tmp_path / name / "a").write_text("a")
    assert read(tmp_path / "one").sha256 == read(tmp_path / "two").sha256
    assert read(tmp_path / "one").size == 2
    (tmp_path / "two" / "a").rename(tmp_path / "two" / "c")
    assert read(tmp_path / "one").sha256 != read(tmp_path / "two").sha256


def test_an_object_in_s3() -> None:
    bucket = Bucket(ContentLength=9, VersionId="v7", ETag='"0123-2"')
    found = read("s3://team/data/train.csv", bucket)
    assert bucket.asked == {"Bucket": "team", "Key": "data/train.csv"}
    assert (found.version, found.etag, found.digest) == ("v7", "0123-2", "0123-2")
    assert (found.size, found.name, found.kind) == (9, "train.csv", "s3")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone")
