"""A snapshot holds what git does not have, and leaves the repository as it was."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sm_onboard import snapshot
from sm_onboard.errors import OnboardError
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from tests.repos.world import World, tree, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, files={"a.txt": "one\n", "b.txt": "two\n", "d/c.txt": "3\n"}) as made:
        made.sync()
        yield made


@pytest.fixture
def git() -> Git:
    return Git(Listener())


def everything_of_git(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = {}
    for base, _, files in os.walk(folder / ".git"):
        for name in files:
            path = Path(base, name)
            # Git renews the time of an object that it would otherwise have written again.
            time = 0 if "objects" in path.parts else path.stat().st_mtime_ns
            found[str(path)] = (path.read_bytes(), time)
    return found


def dirty(here: World) -> None:
    here.write("a.txt", "changed\n")
    here.write("b.txt", "staged\n")
    here.git("add", "b.txt")
    here.write("b.txt", "staged, then changed\n")
    (here.clone / "d" / "c.txt").unlink()
    here.write("new/ü ñ.txt", "untracked\n")
    os.symlink("a.txt", here.clone / "link")
    here.write("run.sh", "#!/bin/sh\n")
    (here.clone / "run.sh").chmod(0o755)


def test_takes_everything_and_changes_nothing(here: World, git: Git, tmp_path: Path) -> None:
    dirty(here)
    here.git("stash", "list")
    before, files = everything_of_git(here.clone), tree(here.clone)
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    assert everything_of_git(here.clone) == before
    assert tree(here.clone) == files
    kept = {file.path: file for file in taken.manifest.files}
    assert set(kept) == {"a.txt", "b.txt", "d/c.txt", "new/ü ñ.txt", "link", "run.sh"}
    assert kept["d/c.txt"].blob is None
    assert (kept["link"].mode, kept["run.sh"].mode) == ("120000", "100755")
    assert taken.manifest.left_out == ()
    assert taken.manifest.base == (here.head(),)
    assert [m.id for m in snapshot.list_snapshots(tmp_path / "store")] == [taken.manifest.id]
    assert (taken.folder.stat().st_mode & 0o077) == 0


@pytest.mark.parametrize("source", ["clone", "host"])
def test_comes_back_in_a_clone_of_its_own(here: World, tmp_path: Path, source: str) -> None:
    git = Git(Listener(), http=True)
    dirty(here)
    files = tree(here.clone)
    taken = snapshot.take(
        git, here.clone, tmp_path / "store", reason="test", url=here.server.url("churn")
    )
    back = tmp_path / "back"
    loaded = snapshot.load(taken.folder)
    snapshot.restore(
        git, loaded, back, str(here.clone) if source == "clone" else here.server.url("churn")
    )
    assert tree(back) == files
    assert (back / "run.sh").stat().st_mode & 0o111
    assert git.run("remote", "get-url", "origin", cwd=back).decode().strip() == here.server.url(
        "churn"
    )
    with pytest.raises(OnboardError, match="exists"):
        snapshot.restore(git, loaded, back, str(here.clone))
    assert [name for name in os.listdir(tmp_path) if name.startswith(".back")] == []


@pytest.mark.parametrize("then", ["a file in the folder's place", "the folder is gone", "a folder"])
def test_files_and_folders_that_took_each_others_place(
    here: World, git: Git, tmp_path: Path, then: str
) -> None:
    if then == "a folder":
        (here.clone / "a.txt").unlink()
        here.write("a.txt/deep/er", "in a folder\n")
    else:
        shutil.rmtree(here.clone / "d")
        if then.startswith("a file"):
            here.write("d", "a file now\n")
    before = sorted(str(p.relative_to(here.clone)) for p in here.clone.rglob("*"))
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    back = tmp_path / "back"
    snapshot.restore(git, snapshot.load(taken.folder), back, str(here.clone))
    assert tree(back) == tree(here.clone)
    there = {str(p.relative_to(back)) for p in back.rglob("*") if ".git" not in p.parts}
    assert there == {p for p in before if not p.startswith(".git")}, "no empty folder is left"


def test_a_repository_in_a_files_place_is_left_out(here: World, git: Git, tmp_path: Path) -> None:
    (here.clone / "a.txt").unlink()
    (here.clone / "a.txt").mkdir()
    git.run("init", "--quiet", cwd=here.clone / "a.txt")
    here.write("a.txt/inner.txt", "of another repository\n")
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    assert {(one.path, one.why) for one in taken.manifest.left_out} == {("a.txt", "repository")}
    assert taken.manifest.files == (), "a file that cannot be told from it is not told to be gone"


def test_bytes_that_are_not_those_of_the_manifest_are_not_written(
    here: World, git: Git, tmp_path: Path
) -> None:
    here.write("a.txt", "mine\n")
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    (file,) = taken.manifest.files
    lies = replace(taken.manifest, files=(replace(file, sha256="0" * 64),))
    back = tmp_path / "back"
    with pytest.raises(OnboardError, match="is not what was written"):
        snapshot.restore(git, replace(taken, manifest=lies), back, str(here.clone))
    assert not back.exists()


def test_unpushed_commits_are_in_it(here: World, git: Git, tmp_path: Path) -> None:
    here.write("mine.txt", "mine\n")
    here.git("add", ".")
    here.git("commit", "-qm", "not pushed")
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    assert taken.manifest.base == (here.team.tip(),)
    back = tmp_path / "back"
    # From the host, which never saw the commit.
    snapshot.restore(Git(Listener(), http=True), taken, back, here.server.url("churn"))
    assert (back / "mine.txt").read_text() == "mine\n"
    assert git.run("rev-parse", "HEAD", cwd=back).decode().strip() == here.head()


def test_bytes_as_on_disk_whatever_filters_say(here: World, git: Git, tmp_path: Path) -> None:
    here.write(".gitattributes", "*.txt text eol=crlf filter=loud\n")
    here.git("config", "filter.loud.clean", "tr a-z A-Z")
    (here.clone / "a.txt").write_bytes(b"mixed\r\nline\nends\r\n")
    (here.clone / "new.txt").write_bytes(b"\xff\xfe raw \r\n")
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    back = tmp_path / "back"
    snapshot.restore(git, taken, back, str(here.clone))
    assert (back / "a.txt").read_bytes() == b"mixed\r\nline\nends\r\n"
    assert (back / "new.txt").read_bytes() == b"\xff\xfe raw \r\n"


def test_what_it_never_takes_is_listed(here: World, git: Git, tmp_path: Path) -> None:
    for path in (".env", "key.pem", "id_rsa", ".netrc", "mlflow.db", "x.pyc"):
        here.write(path, "secret\n")
    here.write("mlruns/0/meta.yaml", "x\n")
    here.write(".venv/bin/python", "x\n")
    here.write("large.bin", "x" * 2000)
    here.write("small.bin", "x")
    here.write("nested/x.txt", "x")
    git.run("init", "--quiet", str(here.clone / "nested"))
    os.mkfifo(here.clone / "pipe")
    taken = snapshot.take(
        git, here.clone, tmp_path / "store", reason="t", limits=snapshot.Limits(file=1000)
    )
    assert [file.path for file in taken.manifest.files] == ["small.bin"]
    why = {left.path: left.why for left in taken.manifest.left_out}
    assert why == {
        **dict.fromkeys((".env", "key.pem", "id_rsa", ".netrc"), "secret"),
        **dict.fromkeys(
            ("mlflow.db", "x.pyc", "mlruns/0/meta.yaml", ".venv/bin/python"), "excluded"
        ),
        "large.bin": "large",
        "nested": "repository",
    }
    with pytest.raises(OnboardError) as refused:
        snapshot.take(
            git, here.clone, tmp_path / "store", reason="t", limits=snapshot.Limits(files=0)
        )
    assert refused.value.code == "snapshot.too_large"
    assert len(os.listdir(tmp_path / "store")) == 1


def test_in_the_middle_of_a_merge(here: World, git: Git, tmp_path: Path) -> None:
    here.git("switch", "-qc", "other")
    here.write("a.txt", "other\n")
    here.git("commit", "-qam", "other")
    here.git("switch", "-q", "main")
    here.write("a.txt", "main\n")
    here.git("commit", "-qam", "main")
    with pytest.raises(Exception, match="merge"):
        here.git("merge", "other")
    text = here.read("a.txt")
    before = everything_of_git(here.clone)
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    assert taken.manifest.index is None
    assert everything_of_git(here.clone) == before
    snapshot.restore(git, taken, tmp_path / "back", str(here.clone))
    assert (tmp_path / "back" / "a.txt").read_text() == text


def test_damage_is_noticed(here: World, git: Git, tmp_path: Path) -> None:
    dirty(here)
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    with pytest.raises(OnboardError, match="no snapshot"):
        snapshot.load(tmp_path / "store" / "nothing")
    data = bytearray(taken.bundle.read_bytes())
    data[-30] ^= 1
    taken.bundle.write_bytes(data)
    with pytest.raises(OnboardError, match="not what was written"):
        snapshot.load(taken.folder)
    (taken.folder / "manifest.json").write_text("{}")
    with pytest.raises(OnboardError, match="cannot be read"):
        snapshot.load(taken.folder)


@pytest.mark.parametrize(
    "path", ["../out.txt", "/etc/passwd", ".git/hooks/post-checkout", "a/../../x", "into/x.txt"]
)
def test_a_strangers_manifest_cannot_lead_out(
    here: World, git: Git, tmp_path: Path, path: str
) -> None:
    here.write("x.txt", "evil\n")
    os.symlink("/tmp", here.clone / "into")
    taken = snapshot.take(git, here.clone, tmp_path / "store", reason="test")
    file = next(file for file in taken.manifest.files if file.path == "x.txt")
    link = next(file for file in taken.manifest.files if file.path == "into")
    evil = replace(taken.manifest, files=(link, replace(file, path=path)))
    with pytest.raises(OnboardError) as refused:
        snapshot.restore(
            git, snapshot.Snapshot(taken.folder, evil), tmp_path / "back", str(here.clone)
        )
    assert refused.value.code == "snapshot.damaged"
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "out.txt").exists()


def test_old_and_many_ones_go(here: World, git: Git, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ids = []
    for n in range(4):
        here.write("a.txt", f"{n}\n")
        taken = snapshot.take(git, here.clone, store, reason="test")
        ids.append(taken.manifest.id)
        data = json.loads((taken.folder / "manifest.json").read_text())
        data["created"] = (datetime.now(timezone.utc) - timedelta(days=39 - 10 * n)).isoformat()
        (taken.folder / "manifest.json").write_text(json.dumps(data))
        os.rename(taken.folder, store / f"{n}-{ids[n]}")
        data["id"] = ids[n] = f"{n}-{ids[n]}"
        (store / ids[n] / "manifest.json").write_text(json.dumps(data))
    assert snapshot.prune(store, days=30, keep=()) == [ids[0]]
    size = (store / ids[3] / "snapshot.bundle").stat().st_size
    assert snapshot.prune(store, days=300, size=size + 10, keep=(ids[1],)) == [ids[2]]
    assert sorted(os.listdir(store)) == [ids[1], ids[3]]
