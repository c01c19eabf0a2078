"""What a run begins with: made once for an execution, and never at the repository's cost."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from sm_onboard import snapshot
from sm_onboard.demo.history import git_environment
from sm_onboard.experiments import record
from sm_onboard.experiments.recording import capture, environment, machine, repository, where
from sm_onboard.experiments.recording.later import Later
from sm_onboard.experiments.recording.provider import Provider
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git

from .conftest import Cell, Clone


@pytest.fixture
def kept(home: Path) -> Path:
    return home / ".local" / "state" / "sm-onboard" / "snapshots"


def test_says_where_the_run_is(clone: Clone, cell: Cell, kept: Path) -> None:
    cell.file = clone.root / "notebooks" / "mine.ipynb"
    tags = Provider().tags()
    head = clone.git("rev-parse", "HEAD").strip()
    assert tags[record.COMMIT] == tags["mlflow.source.git.commit"] == head
    assert tags[record.BRANCH] == tags["mlflow.source.git.branch"] == "main"
    assert tags[record.PUSHED] == "yes"
    assert tags[record.CHANGED] == "2"
    assert tags[record.NOTEBOOK] == tags["mlflow.source.name"] == "notebooks/mine.ipynb"
    assert tags["mlflow.source.type"] == "NOTEBOOK"
    assert (tags[record.CELL], tags[record.KERNEL]) == ("c1", "k1")
    assert len(tags[record.RECORD]) == 16
    assert record.MISSING not in tags
    assert all(isinstance(value, str) for value in tags.values())
    assert (kept / tags[record.SNAPSHOT] / "snapshot.bundle").is_file()


def test_the_snapshot_is_the_work_tree(
    clone: Clone, cell: Cell, kept: Path, tmp_path: Path
) -> None:
    clone.write("data/new.csv", "a,b\r\n")
    taken = snapshot.load(kept / Provider().tags()[record.SNAPSHOT])
    snapshot.restore(Git(Listener()), taken, tmp_path / "again", str(clone.root))
    for file in clone.root.rglob("*"):
        path = file.relative_to(clone.root)
        if file.is_file() and path.parts[0] != ".git":
            assert (tmp_path / "again" / path).read_bytes() == file.read_bytes(), path


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://ana:hunter2@git.example.com/acme/churn.git",
            "https://git.example.com/acme/churn.git",
        ),
        ("https://git.example.com/acme/churn.git", "https://git.example.com/acme/churn.git"),
    ],
)
def test_the_address_has_no_credentials(
    clone: Clone, cell: Cell, kept: Path, address: str, shown: str
) -> None:
    clone.git("remote", "set-url", "origin", address)
    tags = Provider().tags()
    said = json.dumps(tags) + (kept / tags[record.SNAPSHOT] / "manifest.json").read_text()
    assert "hunter2" not in said
    assert tags["mlflow.source.git.repoURL"].replace("***@", "") == shown


def test_a_commit_that_nobody_has(clone: Clone, cell: Cell) -> None:
    clone.git("commit", "--quiet", "--all", "--message=mine")
    tags = Provider().tags()
    assert (tags[record.PUSHED], tags[record.CHANGED]) == ("no", "1")


def test_nothing_of_the_repository_changes(clone: Clone, cell: Cell, tmp_path: Path) -> None:
    clone.write("src/churn/data.py", "# put away\n")
    clone.git("stash")
    clone.write("README.md", "staged\n")
    clone.git("add", "README.md")
    clone.write("README.md", "and changed\n")
    status = clone.git("status", "--porcelain=v2", "--branch")
    before = clone.everything_of_git()
    assert record.SNAPSHOT in Provider().tags()
    assert clone.everything_of_git() == before  # index, HEAD, refs, stash, objects
    assert clone.git("status", "--porcelain=v2", "--branch") == status
    clone.git("init", "--quiet", "--bare", str(tmp_path / "mirror"))
    clone.git("stash", "drop")  # the person's own; a mirror gets it rightly
    clone.git("push", "--quiet", "--mirror", str(tmp_path / "mirror"))
    refs = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)"],
        **{"cwd": tmp_path / "mirror", "env": git_environment()},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert refs == ["refs/heads/main", "refs/remotes/origin/main"]


def test_one_snapshot_for_one_execution(clone: Clone, cell: Cell, kept: Path) -> None:
    first = Provider().tags()
    clone.write("model.bin", "what the training wrote")
    assert Provider().tags() == first
    assert len(os.listdir(kept)) == 1
    cell.next()
    second = Provider().tags()
    assert second[record.RECORD] != first[record.RECORD]
    assert second[record.SNAPSHOT] != first[record.SNAPSHOT]
    assert second[record.CHANGED] == "3"


def test_a_cell_that_commits_between_two_runs(clone: Clone, cell: Cell) -> None:
    first = Provider().tags()
    clone.git("commit", "--quiet", "--all", "--message=in the middle")
    assert Provider().tags()[record.COMMIT] != first[record.COMMIT]


def test_the_next_cell_takes_the_same_snapshot_where_nothing_changed(
    clone: Clone, cell: Cell, kept: Path
) -> None:
    for file in ("src/churn/model.py", "notebooks/mine.ipynb"):
        os.utime(clone.root / file, (1_700_000_000, 1_700_000_000))
    first = Provider().tags()
    cell.next()
    second = Provider().tags()
    assert second[record.RECORD] != first[record.RECORD]
    assert second[record.SNAPSHOT] == first[record.SNAPSHOT]
    (clone.root / "src" / "churn" / "model.py").write_text("other\n")
    os.utime(clone.root / "src" / "churn" / "model.py", (1_700_000_000, 1_700_000_000))
    cell.next()
    assert Provider().tags()[record.SNAPSHOT] != first[record.SNAPSHOT]


def test_a_file_changed_in_the_instant_of_the_look_is_looked_at_again(
    clone: Clone, cell: Cell
) -> None:
    clone.write("notebooks/mine.ipynb", "{}")
    first = Provider().tags()[record.SNAPSHOT]
    cell.next()
    assert Provider().tags()[record.SNAPSHOT] != first


def test_a_snapshot_that_somebody_removed_is_taken_again(
    clone: Clone, cell: Cell, kept: Path
) -> None:
    for file in ("src/churn/model.py", "notebooks/mine.ipynb"):
        os.utime(clone.root / file, (1_700_000_000, 1_700_000_000))
    (kept / Provider().tags()[record.SNAPSHOT] / "snapshot.bundle").unlink()
    cell.next()
    assert (kept / Provider().tags()[record.SNAPSHOT] / "snapshot.bundle").is_file()


def test_what_the_snapshot_leaves_out_is_said(
    clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "LIMITS", snapshot.Limits(file=100_000))
    clone.write("large.bin", "x" * 200_000)
    clone.write("mlruns/0/meta.yaml", "MLflow's own")
    tags = Provider().tags()
    assert tags[record.MISSING].endswith(" Not in the snapshot: large.bin (large).")
    assert tags[record.CHANGED] == "3"


def test_a_worktree_of_a_clone(
    clone: Clone, cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    monkeypatch.chdir(tmp_path / "side")
    (tmp_path / "side" / "README.md").write_text("here\n")
    tags = Provider().tags()
    assert (tags[record.BRANCH], tags[record.CHANGED]) == ("side", "1")
    assert record.SNAPSHOT in tags
    assert tags[record.MISSING] == "The notebook's name is not known."


def test_a_notebook_that_git_ignores_is_kept(clone: Clone, cell: Cell) -> None:
    clone.write(".git/info/exclude", "mine.ipynb\n")
    cell.file = clone.root / "notebooks" / "mine.ipynb"
    token = Provider().tags()[record.RECORD]
    captured = capture.by_token(token)
    assert captured and captured.source == ("mine.ipynb", cell.file.read_bytes())
    cell.file = clone.root / "notebooks" / "start.ipynb"
    cell.next()
    captured = capture.by_token(Provider().tags()[record.RECORD])
    assert captured and captured.source is None


def test_names_the_run_that_it_repeats(clone: Clone, cell: Cell) -> None:
    clone.write(record.REPEATS_FILE, json.dumps({"run_id": "abc", "store": "", "name": "best"}))
    assert Provider().tags()[record.REPEATS] == "abc"
    clone.write(record.REPEATS_FILE, "[1]")
    cell.next()
    assert record.REPEATS not in Provider().tags()


# Hostile surroundings


def test_outside_of_a_repository(
    tmp_path: Path, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cell.file = tmp_path / "alone.ipynb"
    cell.file.write_text("{}")
    tags = Provider().tags()
    assert tags[record.NOTEBOOK] == str(cell.file)
    assert tags[record.MISSING] == "This is in no git repository, so only the file itself is kept."
    captured = capture.by_token(tags[record.RECORD])
    assert captured and captured.source == ("alone.ipynb", b"{}")


def test_without_git(clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    tags = Provider().tags()
    assert "could not be recorded" in tags[record.MISSING]
    assert tags[record.PYTHON] and record.SNAPSHOT not in tags


def test_in_a_repository_without_a_commit(
    tmp_path: Path, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Clone(tmp_path)
    fresh.git("init", "--quiet")
    monkeypatch.chdir(tmp_path)
    tags = Provider().tags()
    assert "This repository has no commit yet." in tags[record.MISSING]
    assert record.COMMIT not in tags


@pytest.mark.parametrize("name", ["HEAD", "index", "config"])
def test_in_a_damaged_repository(clone: Clone, cell: Cell, name: str) -> None:
    (clone.root / ".git" / name).write_bytes(b"\0damaged")
    tags = Provider().tags()
    assert "repository" in tags[record.MISSING] and record.SNAPSHOT not in tags


def test_where_nothing_can_be_kept(
    clone: Clone, cell: Cell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))  # as a read-only home, for root too
    tags = Provider().tags()
    assert tags[record.MISSING].endswith(" There is no snapshot: Not a directory.")
    assert tags[record.COMMIT] == clone.git("rev-parse", "HEAD").strip()


def test_without_a_home(clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert Provider().tags()[record.RECORD]


def test_in_a_folder_that_is_gone(
    tmp_path: Path, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    tags = Provider().tags()
    assert tags[record.RECORD] and tags[record.PYTHON]
    monkeypatch.chdir(tmp_path)


def test_a_home_that_is_a_repository_is_not_copied(
    clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(clone.root))
    tags = Provider().tags()
    assert "the whole home folder" in tags[record.MISSING]
    assert record.SNAPSHOT not in tags and record.COMMIT in tags


@pytest.mark.parametrize(
    "part", ["_place", "_machine", "_repository", "_repeats", "_source", "_environment", "_wrap"]
)
def test_a_part_that_breaks_costs_only_itself(
    clone: Clone, cell: Cell, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(capture, part, broken)
    tags = Provider().tags()
    assert "could not be recorded (RuntimeError)." in tags[record.MISSING]
    assert "secret words" not in tags[record.MISSING]
    assert tags[record.RECORD]
    assert part in ("_machine", "_repository") or len(tags) > 12


def test_all_broken(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(capture, "current", broken)
    assert Provider().tags() == {record.MISSING: "The context was not recorded (RuntimeError)."}


def test_a_tag_is_never_long(clone: Clone, cell: Cell) -> None:
    cell.file = clone.root / ("d" * 200) / ("e" * 200) / ("f" * 190 + ".ipynb")
    tags = Provider().tags()
    assert all(len(value) <= record.TAG_LIMIT for value in tags.values())


# Its parts


def test_what_a_job_says_of_itself(tmp_path: Path) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-7"
    execution = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/abc1"
    config = tmp_path / "ml" / "input" / "config" / "resourceconfig.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"current_instance_type": "ml.m5.xlarge"}')
    card = tmp_path / "gpus" / "0000:00:1e.0" / "information"
    card.parent.mkdir(parents=True)
    card.write_text("Model: \t\t NVIDIA A10G\nIRQ: 11\n")
    environ = {"TRAINING_JOB_ARN": arn, "PIPELINE_EXECUTION_ARN": execution}
    tags = machine.look(environ, ml=tmp_path / "ml", gpus=tmp_path / "gpus")
    assert (tags[record.JOB], tags[record.EXECUTION]) == (arn, execution)
    assert (tags[record.INSTANCE], tags[record.GPU]) == ("ml.m5.xlarge", "NVIDIA A10G")
    assert record.JOB not in machine.look({"TRAINING_JOB_ARN": "--upload-pack=x"})


def test_what_studio_says(tmp_path: Path) -> None:
    metadata = tmp_path / "m.json"
    metadata.write_text(
        '{"AppType": "JupyterLab", "DomainId": "d-abc", "SpaceName": "ana",'
        ' "UserProfileName": "ana"}'
    )
    tags = machine.look({"IMAGE_VERSION": "3.9.1"}, metadata=metadata)
    assert (tags[record.DOMAIN], tags[record.SPACE], tags[record.PERSON]) == ("d-abc", "ana", "ana")
    assert tags[record.IMAGE] == "sagemaker-distribution 3.9.1"


def test_the_environment_is_read_once_and_sorted() -> None:
    first = environment.freeze()
    assert environment.freeze() is first
    lines = first.text.splitlines()
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())
    assert any(line.startswith("GitPython==") for line in lines)
    assert len(first.digest) == 64


def test_where_a_package_came_from_has_no_password() -> None:
    told = {"url": "https://u:pw@h/x?token=1", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    assert environment._address(told) == "git+https://h/x@abc"


def test_a_renamed_notebook_is_found_by_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(user_ns={})
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "old.ipynb"))
    (tmp_path / "other.ipynb").write_text('{"id": "c2"}')
    (tmp_path / "new.ipynb").write_text('{"id": "c1"}')
    assert where._notebook(shell, "c1") == tmp_path / "new.ipynb"
    assert where._notebook(shell, "c9") is None
    (tmp_path / "old.ipynb").write_text("{}")
    assert where._notebook(shell, "c1") == tmp_path / "old.ipynb"


def test_later_says_what_went_wrong() -> None:
    def broken() -> int:
        raise OSError("x")

    with pytest.raises(OSError, match="x"):
        Later(broken, after=60).get(10)
    assert Later(lambda: 5, after=60).get(10) == 5


def test_only_old_snapshots_of_runs_are_removed(clone: Clone, cell: Cell, kept: Path) -> None:
    git = Git(Listener())
    undo = snapshot.take(git, clone.root, kept, reason="undo")
    run = snapshot.take(git, clone.root, kept, reason=repository.REASON)
    for taken in (undo, run):
        file = taken.folder / "manifest.json"
        told = json.loads(file.read_text())
        file.write_text(json.dumps({**told, "created": "2020-01-01T00:00:00+00:00"}))
    repository.prune(os.environ)
    assert os.listdir(kept) == [undo.manifest.id]
