"""The files of a run, and what somebody put there to have other files read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.stores.folder import ArtifactFolder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("key")
    (tmp_path / "run-secret").mkdir()  # begins as the root does
    (tmp_path / "run-secret/key").write_text("key")
    root = tmp_path / "run"
    (root / "in").mkdir(parents=True)
    (root / "in/a.txt").write_text("a")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "key").symlink_to(tmp_path / "secret/key")
    (root / "inner").symlink_to("in/a.txt")
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize(
    "path",
    [
        "../secret/key",
        "out/key",
        "key",
        "in/../../secret/key",
        "../run-secret/key",
        "/../secret/key",
    ],
)
def test_nothing_outside_is_read(root: Path, path: str) -> None:
    with pytest.raises(OnboardError) as caught:
        ArtifactFolder(str(root), root.parent).read(path, 100)
    assert caught.value.code == "experiments.file_outside"


@pytest.mark.parametrize("path", ["../secret", "out", ".."])
def test_nothing_outside_is_listed(root: Path, path: str) -> None:
    with pytest.raises(OnboardError) as caught:
        ArtifactFolder(str(root), root.parent).files(path)
    assert caught.value.code == "experiments.file_outside"


def test_links_that_lead_out_and_pipes_are_not_listed(root: Path) -> None:
    found = ArtifactFolder(root.as_uri(), root.parent).files()
    assert [(file.path, file.folder) for file in found] == [("in", True), ("inner", False)]


def test_a_link_that_stays_inside(root: Path) -> None:
    assert ArtifactFolder(str(root), root.parent).read("inner", 1) == b"a"


@pytest.mark.parametrize("path", ["pipe", "in", "none", "in/a.txt/b", "a\0b", ""])
def test_what_is_no_file(root: Path, path: str) -> None:
    with pytest.raises(OnboardError) as caught:
        ArtifactFolder(str(root), root.parent).read(path, 100)
    assert caught.value.code == "experiments.file_missing"


def test_a_folder_that_is_not_there_is_empty(root: Path) -> None:
    assert ArtifactFolder("nowhere", root).files() == []
    assert ArtifactFolder(str(root), root.parent).files("in/a.txt") == []
