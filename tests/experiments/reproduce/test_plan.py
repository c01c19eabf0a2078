"""What is told before anything is made: the difference between then and today."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import Forbidden, NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, Run
from sm_onboard.experiments.recording import data as recorded
from sm_onboard.experiments.reproduce.finding import find_run
from sm_onboard.experiments.reproduce.here import installed
from tests.experiments.reproduce.lab import ID, FolderStore, Lab, dirty, lab, part
from tests.gitserver import Fault


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """For what does not need the code: one clone for all tests, and no snapshot."""
    with lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


def test_code_is_here_and_the_repository_has_moved_on(here: Lab) -> None:
    here.person.write("a.txt", "changed\n")
    here.record()
    commit = here.person.head()[:7]
    row = part(here.plan(), "code")
    assert row.state == "ok"
    assert row.text == f"The snapshot is here: commit {commit} and 1 file on top."
    assert row.detail == "The commit comes from churn on this machine."
    here.person.git("checkout", "-q", "--", "a.txt")
    here.person.team.commits(11)
    here.person.sync()
    row = part(here.plan(), "code")
    assert (row.state, row.detail) == (
        "ok",
        "churn has moved on by 11 commits; that does not matter.",
    )


def test_clones_that_cannot_stand_alone_are_passed_over(here: Lab) -> None:
    here.record()
    broken = here.person.root / "a" / ".git"
    broken.mkdir(parents=True)
    (broken / "config").write_text("[nonsense")
    assert here.plan().clone == str(here.person.clone)
    git = here.person.clone / ".git"
    for spoil in ("shallow", "objects/info/alternates"):
        (git / spoil).write_text("")
        assert here.plan().source == "remote"
        (git / spoil).unlink()
    here.person.git("config", "remote.origin.promisor", "true")
    assert here.plan().source == "remote"
    here.person.git("config", "--unset", "remote.origin.promisor")
    here.person.git("remote", "set-url", "origin", here.person.server.url("other"))
    assert here.plan().source == "remote"


def test_code_of_a_host_that_answers_and_of_one_that_does_not(here: Lab) -> None:
    here.record()
    there = here.machine(here.folder / "colleague")
    planned = here.plan(there)
    host = here.person.server.url("churn").removeprefix("http://")
    assert part(planned, "code").state == "ok"
    assert part(planned, "code").detail == f"The commit comes from {host}."
    here.person.team.commits(1)
    planned = here.plan(there)
    assert (part(planned, "code").state, planned.possible) == ("unknown", True)
    here.person.server.faults["churn"] = Fault.answer(500)
    planned = here.plan(there)
    assert (part(planned, "code").state, planned.possible) == ("missing", False)
    assert "does not answer" in part(planned, "code").text
    assert os.listdir(there.root) == []


def test_code_without_a_snapshot(here: Lab) -> None:
    tags = {
        record.REPOSITORY: here.person.server.url("churn"),
        record.COMMIT: here.person.head(),
        record.CHANGED: "3",
    }
    here.record(take=False, tags=tags)
    row = part(here.plan(), "code")
    assert row.state == "differs"
    assert row.text.endswith("is kept; the 3 files that differed from it are not.")


def test_a_run_that_has_nothing_says_what_is_missing(apart: Lab) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-1"
    apart.record(take=False, tags={record.JOB: arn})
    planned = apart.plan()
    assert not planned.possible
    assert arn in part(planned, "code").text


def test_what_the_snapshot_left_out_is_named(here: Lab) -> None:
    here.person.write("data/raw.csv", "x" * 2000)
    here.record(
        file=1000,
        facts={
            "data": [{"path": "data/raw.csv", "sha256": hashlib.sha256(b"x" * 2000).hexdigest()}]
        },
    )
    planned = here.plan()
    assert part(planned, "code").detail.endswith("Not in the snapshot: data/raw.csv.")
    assert planned.left_out == ("data/raw.csv",)
    row = part(planned, "data")
    assert row.state == "differs"
    assert row.text == "data/raw.csv is the same. It is not in the snapshot: copy it over."


def test_environment(apart: Lab) -> None:
    apart.record(
        take=False,
        environment="NumPy==1.0\npandas==2.2.2\nxgboost==2.0.3\nsame==1\ngone==1.5\n",
        tags={record.PYTHON: "3.12.11"},
    )
    now = {"numpy": "1.0", "pandas": "2.3.3", "xgboost": "1.9", "same": "1", "more": "1"}
    machine = apart.machine(apart.person.root, packages=lambda: now)
    planned = apart.plan(machine)
    row = part(planned, "environment")
    assert row.state == "differs"
    assert row.text == (
        "1 package is newer here: pandas 2.3.3 (then 2.2.2). "
        "1 package is older here: xgboost 1.9 (then 2.0.3). "
        "1 package is missing here: gone 1.5."
    )
    assert [p.name for p in planned.packages] == ["gone", "pandas", "xgboost"]
    same = {"numpy": "1.0", "pandas": "2.2.2", "xgboost": "2.0.3", "same": "1", "gone": "1.5"}
    row = part(apart.plan(apart.machine(apart.person.root, packages=lambda: same)), "environment")
    assert (row.state, row.text) == ("ok", "The same 5 packages.")
    older = apart.machine(apart.person.root, packages=lambda: same, python="3.11.7")
    row = part(apart.plan(older), "environment")
    assert (row.state, row.text) == ("differs", "Python here is 3.11.7, then 3.12.11.")


def test_environment_that_was_not_recorded(apart: Lab) -> None:
    apart.record(take=False)
    assert part(apart.plan(), "environment").state == "unknown"


def test_packages_of_this_python_and_of_another() -> None:
    mine = installed()
    assert "msgspec" in mine
    assert installed(sys.executable) == mine
    with pytest.raises(OnboardError) as told:
        installed("/nowhere/python")
    assert told.value.code == "experiments.python_unusable"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("now", "state", "text"),
    [
        ("old", "ok", "1 file, unchanged."),
        ("new", "differs", "{} has changed."),
        ("longer", "differs", "{} has changed."),
        (None, "missing", "{} is not there any more."),
    ],
)
def test_files_by_their_digest(apart: Lab, now: str | None, state: str, text: str) -> None:
    file = apart.folder / "data.csv"
    file.unlink(missing_ok=True)
    if now is not None:
        file.write_text(now)
    apart.record(take=False, facts={"data": [{"path": str(file), "sha256": sha("old"), "size": 3}]})
    row = part(apart.plan(), "data")
    assert (row.state, row.text) == (state, text.format(file))


def test_a_pipe_in_the_place_of_a_file_does_not_wait(apart: Lab) -> None:
    os.mkfifo(apart.folder / "pipe")
    places = [str(apart.folder / "pipe"), "/dev/zero", str(apart.folder), "../out", "http://e/x"]
    apart.record(
        take=False, facts={"data": [{"path": place, "sha256": sha("x")} for place in places]}
    )
    assert part(apart.plan(), "data").state == "differs"


def test_files_of_the_snapshot_and_of_the_commit(here: Lab) -> None:
    here.person.write(".gitignore", "ignored.csv\n")
    here.person.write("segments.csv", "1\n")
    here.person.write("ignored.csv", "1\n")
    paths = {"segments.csv": "1\n", "b.txt": "two\n"}
    data = [{"path": path, "sha256": sha(text)} for path, text in paths.items()]
    here.record(facts={"data": data})
    row = part(here.plan(), "data")
    assert (row.state, row.text) == ("ok", "1 file from the snapshot. 1 file from the commit.")
    here.store.write(
        record.RECORD_FILE,
        json.dumps({"data": [{"path": "ignored.csv", "sha256": sha("1\n")}]}).encode(),
    )
    text = part(here.plan(), "data").text
    assert text == "ignored.csv is the same. It is not in the snapshot: copy it over."


class _S3:
    """What HeadObject says: the newest version, and which older ones are kept."""

    def __init__(self, newest: str | None, *kept: str) -> None:
        self.newest, self.kept = newest, kept

    def __call__(self, bucket: str, key: str, version: str) -> Mapping[str, Any]:
        assert (bucket, key) == ("acme-data", "train.csv")
        if version in self.kept:
            return {"VersionId": version}
        if version or self.newest is None:
            raise NotFound("aws.not_found", "It does not exist.")
        return {"VersionId": self.newest, "ETag": '"e2"'}


@pytest.mark.parametrize(
    ("s3", "recorded", "state", "text"),
    [
        (_S3("v1"), {"version": "v1"}, "ok", "1 S3 object, unchanged."),
        (_S3("v2", "v1"), {"version": "v1"}, "differs", "newer version; that of the run, v1, is"),
        (_S3("v2"), {"version": "v1"}, "missing", "newer version; that of the run is gone."),
        (_S3(None, "v1"), {"version": "v1"}, "differs", "any more; that of the run, v1, is still"),
        (_S3(None), {"version": "v1"}, "missing", "any more; that of the run is gone."),
        (_S3(None), {"etag": "e1"}, "missing", "is not there any more."),
        (_S3("null"), {"etag": '"e2"', "version": "null"}, "ok", "unchanged"),
        (_S3("null"), {"etag": "e1"}, "differs", "has changed."),
        (_S3("null"), {}, "unknown", "is not known."),
    ],
)
def test_s3_objects_by_their_version(
    apart: Lab, s3: _S3, recorded: dict[str, str], state: str, text: str
) -> None:
    apart.record(take=False, facts={"data": [{"uri": "s3://acme-data/train.csv", **recorded}]})
    row = part(apart.plan(apart.machine(apart.person.root, head_object=s3)), "data")
    assert row.state == state
    assert text in row.text


def test_data_sets_that_mlflow_keeps(apart: Lab) -> None:
    def refused(bucket: str, key: str, version: str) -> Mapping[str, Any]:
        raise Forbidden("aws.forbidden", "This space's role may not call s3:GetObject.")

    source = json.dumps({"uri": "s3://acme-data/train.csv"})
    apart.record(
        take=False, datasets=(Dataset(name="d", digest="12", source_type="s3", source=source),)
    )
    row = part(apart.plan(apart.machine(apart.person.root, head_object=refused)), "data")
    assert row.state == "unknown"
    assert row.text.endswith("This space's role may not call s3:GetObject.")


def test_data_as_the_recording_writes_them(here: Lab) -> None:
    folder = here.folder / "data"
    for name in ("b.csv", "a.csv", "sub/c.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    here.person.write("inside.csv", "1\n")
    read = [recorded.read(str(place)) for place in (folder, here.person.clone / "inside.csv")]
    sources = [Dataset(name="d", digest="1", source=json.dumps(x.told())) for x in read]
    here.record(facts={"data": [read[0].told()]}, datasets=tuple(sources))
    row = part(here.plan(), "data")
    assert (row.state, row.text) == ("ok", "1 file, unchanged. 1 file from the snapshot.")
    (folder / "b.csv").write_text("x.csv")
    row = part(here.plan(), "data")
    assert (row.state, f"{folder} has changed." in row.text) == ("differs", True)


def test_instance_and_seed(apart: Lab) -> None:
    apart.record(take=False, tags={record.INSTANCE: "ml.m5.xlarge", record.SEED: "7"})
    same = apart.machine(apart.person.root, instance="ml.m5.xlarge")
    row = part(apart.plan(same), "instance")
    assert (row.state, row.text) == ("ok", "The same, ml.m5.xlarge. The seed was 7.")
    other = apart.machine(apart.person.root, instance="ml.t3.medium")
    assert part(apart.plan(other), "instance").state == "differs"
    assert part(apart.plan(), "instance").state == "unknown"


def _run(id: str, name: str, **more: Any) -> Run:
    return Run(id=id, name=name, experiment="1", status="finished", started=0, **more)


def test_runs_by_id_name_and_beginning() -> None:
    runs = [
        _run("abcd1", "heron"),
        _run("abcd2", "twice"),
        _run("efgh", "twice"),
        _run("heron", "x"),
    ]
    store = FolderStore(Path("/"), {run.id: run for run in runs})
    assert find_run(store, "abcd1").id == "abcd1"
    assert find_run(store, "heron").id == "heron"
    assert find_run(store, "efgh").id == find_run(store, "efg" + "h").id == "efgh"
    assert find_run(store, "x").id == "heron"
    for text in ("twice", "abcd"):
        with pytest.raises(OnboardError) as told:
            find_run(store, text)
        assert told.value.code == "experiments.run_ambiguous"
    for text in ("abc", "", "nobody", "abcd\x1b[2J"):
        with pytest.raises(OnboardError) as told:
            find_run(store, text)
        assert told.value.code == "experiments.run_unknown"
        assert "\x1b" not in told.value.message


def test_nothing_of_the_run_is_lost_on_the_way(here: Lab) -> None:
    dirty(here.person)
    here.record(name="eager\x1b]0;owned\x07")
    planned = here.plan()
    assert (planned.run, planned.parameters, planned.notebook) == (ID, 2, "nb/train.ipynb")
    assert "\x1b" not in planned.name
    assert "new/ü ñ.txt" in planned.files
