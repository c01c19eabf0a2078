"""The doctor's line on links: is there a store, can it be used, which hosts are asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sm_onboard.domain.doctor.links import check, in_s3
from sm_onboard.repos.plan.onboard_keys import Links


def test_without_a_store_only_what_is_pushed_can_be_linked_to(tmp_path: Path) -> None:
    for links in (None, Links()):
        assert check(links, tmp_path).state == "not_here"
    found = check(Links(hosts=["github.com"]), tmp_path)
    assert found.state == "works"
    assert "only what is pushed" in found.message and "github.com" in found.message


def test_stores_and_hosts_are_named(tmp_path: Path) -> None:
    (tmp_path / "shares").mkdir()
    links = Links(
        stores={"team": "s3://acme-studio/shares/", "lab": "~/shares"},
        hosts=["github.com", "*.acme.com", "gitlab.com", "bitbucket.org"],
    )
    found = check(links, tmp_path)
    assert (found.state, found.problem) == ("works", None)
    assert found.message == (
        "snapshots go to team, lab; previews come from github.com, *.acme.com, gitlab.com and 1 "
        "more by themselves"
    )
    assert in_s3(links) == {"team": "acme-studio/shares"}


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = check(Links(stores={"lab": str(tmp_path / "none")}), tmp_path)
    assert found.state == "limited" and found.problem
    assert found.problem.code == "domain.store_missing"
    assert "lab" in found.message and str(tmp_path / "none") in found.message
    assert found.problem.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")
@pytest.mark.parametrize(("mode", "cannot"), [(0o000, "read"), (0o500, "written")])
def test_a_folder_without_rights_is_said(tmp_path: Path, mode: int, cannot: str) -> None:
    folder = tmp_path / "shares"
    folder.mkdir(mode=mode)
    found = check(Links(stores={"lab": str(folder)}), tmp_path)
    assert found.state == "limited" and f"cannot be {cannot}" in found.message


@pytest.mark.parametrize(("right", "cannot"), [(os.R_OK | os.X_OK, "read"), (os.W_OK, "written")])
def test_what_the_system_refuses_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: int, cannot: str
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != right)
    found = check(Links(stores={"lab": str(tmp_path)}), tmp_path)
    assert found.state == "limited" and f"cannot be {cannot}" in found.message
    assert found.problem and found.problem.code == "domain.store_denied"
