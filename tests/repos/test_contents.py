"""What JupyterLab's file browser calls a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_onboard.repos.contents import contents_base, join


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return home


def test_the_root_dir_and_what_is_below_it(home: Path) -> None:
    assert contents_base(home, home) == ""
    assert contents_base(home / "work" / "team", home) == "work/team"
    assert contents_base(home / "not-yet-there", home) == "not-yet-there"


def test_what_only_looks_like_it(home: Path, tmp_path: Path) -> None:
    assert contents_base(tmp_path / "home-of-another", home) is None
    assert contents_base(home / ".." / "elsewhere", home) is None
    assert contents_base(tmp_path, home) is None


def test_a_root_dir_that_is_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    assert contents_base(home / "work", tmp_path / "link") == "work"
    assert contents_base(tmp_path / "link" / "work", home) == "work"


def test_storage_elsewhere_through_a_link_in_the_root_dir(home: Path, tmp_path: Path) -> None:
    storage = tmp_path / "mnt" / "efs"
    (storage / "team").mkdir(parents=True)
    assert contents_base(storage / "team", home) is None
    (home / "user-default-efs").symlink_to(storage)
    assert contents_base(storage / "team", home) == "user-default-efs/team"
    assert contents_base(storage, home) == "user-default-efs"
    assert contents_base(home / "user-default-efs", home) == "user-default-efs"
    assert contents_base(tmp_path / "mnt", home) is None


def test_join() -> None:
    assert join("", "a") == "a"
    assert join("a", "b/c") == "a/b/c"
    assert join("a", "") == "a"
