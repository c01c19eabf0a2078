"""Clones of every kind, and what is asked of their hosts: nothing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.clones import checks
from sm_onboard.demo.history import git

from .conftest import World, notebook, state_of


def manifest_of(world: World) -> tuple[dict[str, Any], bytes]:
    (share,) = world.shares()
    with zipfile.ZipFile(share) as archive:
        return json.loads(archive.read("manifest.json")), archive.read("snapshot.bundle")


def changed(folder: Path) -> None:
    (folder / "nb/train.ipynb").write_bytes(notebook("import churn.new\n", outputs=True))
    (folder / "src/churn/new.py").write_text("x = 1\n")


@pytest.mark.parametrize("kind", [["--depth=1"], ["--filter=blob:none"], ["--filter=tree:0"]])
def test_no_host_is_asked(world: World, kind: list[str]) -> None:
    world.remote.git("config", "uploadpack.allowFilter", "true")
    world.remote.commit({"later.txt": "1"})
    git(world.home, "clone", "-q", *kind, world.server.url("churn"), "part")
    changed(world.home / "part")
    before = state_of(world.home / "part")
    world.server.reset_counts()
    made = world.make("part/nb/train.ipynb").made
    assert made and made.kind == "snapshot" and made.files == 2
    assert world.server.snapshot("churn").requests == 0
    assert state_of(world.home / "part") == before
    assert manifest_of(world)[0]["base"] == [world.remote.tip()]


def test_a_linked_work_tree(world: World) -> None:
    world.git("worktree", "add", "-q", "-b", "second", str(world.home / "second"))
    changed(world.home / "second")
    made = world.make("second/nb/train.ipynb").made
    assert made and made.files == 2
    assert manifest_of(world)[0]["branch"] == "second"


def test_sparse_files_are_not_gone(world: World) -> None:
    world.git("sparse-checkout", "set", "nb")
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    assert world.make().state == "made"
    assert [x["path"] for x in manifest_of(world)[0]["files"]] == ["nb/train.ipynb"]


def test_what_is_gone_is_gone_in_the_snapshot(world: World) -> None:
    (world.clone / "nb/other.ipynb").unlink()
    world.git("rm", "-q", "README.md")
    world.git("rm", "-q", "--cached", "src/churn/plots.py")  # it is still there
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    assert world.make().state == "made"
    files = {x["path"]: x["blob"] for x in manifest_of(world)[0]["files"]}
    assert files.pop("nb/train.ipynb")
    assert files == {"README.md": None, "nb/other.ipynb": None}


def test_a_file_where_a_folder_was(world: World) -> None:
    (world.clone / "README.md").unlink()
    (world.clone / "README.md").mkdir()
    (world.clone / "README.md/part.py").write_text("x = 1\n")
    source = "import sys\nsys.path.append('../README.md')\nimport part\n"
    (world.clone / "nb/train.ipynb").write_bytes(notebook(source))
    assert world.make().state == "made"
    manifest, bundle = manifest_of(world)
    checks.bundle(bundle, checks.manifest(manifest))
    files = {x["path"]: bool(x["blob"]) for x in manifest["files"]}
    assert files == {"README.md": False, "README.md/part.py": True, "nb/train.ipynb": True}


def test_sha256(world: World, tmp_path: Path) -> None:
    git(world.home, "init", "-q", "--object-format=sha256", "-b", "main", "new")
    clone = world.home / "new"
    (clone / "a.ipynb").write_bytes(notebook("1"))
    git(clone, "add", "-A")
    git(clone, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "remote", "add", "origin", "https://github.com/acme/new.git")
    git(clone, "update-ref", "refs/remotes/origin/main", head)
    made = world.make("new/a.ipynb").made
    assert made and made.kind == "git" and head in made.link
    (clone / "a.ipynb").write_bytes(notebook("2"))
    assert world.make("new/a.ipynb").state == "made"
    manifest, bundle = manifest_of(world)
    assert manifest["base"] == [head]
    checks.bundle(bundle, checks.manifest(manifest))
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "reader")
    git(tmp_path / "reader", "index-pack", "--stdin", stdin=bundle.partition(b"\n\n")[2])
    git(tmp_path / "reader", "cat-file", "-e", manifest["commit"])


def test_a_repository_that_is_broken_is_none(world: World) -> None:
    (world.clone / ".git/config").write_text("[core\n")
    made = world.make().made
    assert made and made.kind == "snapshot" and manifest_of(world)[0]["base"] == []


def test_a_large_file_that_the_commit_has_is_not_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sm_onboard.links.making import needs
    from sm_onboard.snapshot import Limits

    (world.clone / "nb/data.csv").write_bytes(b"1,2\n" * 1000)
    world.git("add", "-A")
    world.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "data")
    world.git("push", "-q", "origin", "main")
    (world.clone / "nb/more.csv").write_bytes(b"1,2\n" * 1000)
    (world.clone / "nb/train.ipynb").write_bytes(notebook("open('data.csv'); open('more.csv')"))
    small = needs.find.__defaults__
    monkeypatch.setattr(needs.find, "__defaults__", (Limits(file=1000),))
    made = world.make().made
    assert small and made and made.left_out == ("nb/more.csv: larger than 10 MB",)
