"""The sample team's runs are made by training, and can be made again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sm_onboard.demo.colleagues.jobs import JOBS, NOTEBOOK, Job
from sm_onboard.demo.colleagues.work import Office
from sm_onboard.demo.gitserver import GitServer
from sm_onboard.demo.history import git
from sm_onboard.demo.place import Place
from sm_onboard.demo.sample import WATCHED, make_repositories
from sm_onboard.experiments import record
from sm_onboard.experiments.stores.opening import open_store

QUICK = "--model logistic --rounds 3 --rate 0.01 --note careful"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A place of the demo's, two people's work in it, and the store that it is recorded in."""
    place = Place(tmp_path_factory.mktemp("demo"))
    place.make()
    jobs = (
        Job("tried", "ben", "local", WATCHED, QUICK),
        Job("again", "chloe", "local", repeats="tried"),
    )
    with (
        GitServer(place.host) as server,
        pytest.MonkeyPatch.context() as patched,
        (place.directory / "log").open("ab", buffering=0) as log,
    ):
        patched.setattr("sm_onboard.demo.colleagues.work.JOBS", jobs)
        folder = place.directory / "colleagues"
        folder.mkdir()
        environ = place.desk.environment({"PYTHONPATH": str(Path(__file__).parents[2])})
        stores = {"local": f"sqlite:///{place.desk.home}/mlflow.db"}
        office = Office(folder, server.url("churn"), stores, {"local": "churn"}, environ, log)
        office.make_experiment("local", (place.desk.home / "files").as_uri(), place.desk.home)
        for job in jobs:
            office.do(job)
            office.do(job)  # done already: nothing is trained twice
        yield office


@pytest.fixture(scope="module")
def runs(office):
    store = open_store(office.stores["local"], environ={}, home=office.folder)
    return store, {run.tags[record.PERSON]: run for run in store.runs()}


def test_a_run_has_what_was_really_learned(office, runs):
    store, by = runs
    log = Path(office.log.name).read_text()
    assert len(store.runs()) == 2, log
    run = by["ben"]
    assert run.status == "finished", log
    assert [point.step for point in store.history(run.id, "val_loss")] == [1, 2, 3]
    assert run.params["rate"] == "0.01" and run.params["data"] == "data/customers.csv"
    assert 0.5 < run.metrics["val_auc"] < 1
    assert [one.name for one in run.datasets] == ["customers.csv"]
    assert run.tags["mlflow.note.content"] == "careful"
    names = {file.path for file in store.files(run.id)}
    assert {"roc.png", "model.json", "sm-onboard"} <= names
    assert store.read(run.id, "roc.png", 1 << 20).startswith(b"\x89PNG")
    assert set(json.loads(store.read(run.id, "model.json", 1 << 20))) >= {"months", "calls"}
    commits = git(office.folder / "local" / "ben" / "churn", "log", "--format=%H %s")
    assert f"{run.tags[record.COMMIT]} {WATCHED}" in commits.splitlines()


def test_a_run_that_is_repeated_reaches_the_same(runs):
    _, by = runs
    first, again = by["ben"], by["chloe"]
    assert again.tags[record.REPEATS] == first.id
    assert again.tags[record.COMMIT] == first.tags[record.COMMIT]
    assert again.metrics == first.metrics
    assert again.params == first.params


@pytest.fixture
def host(tmp_path):
    make_repositories(tmp_path / "host")
    return tmp_path / "host"


def test_the_jobs_fit_the_repository(tmp_path, host):
    clone = tmp_path / "churn"
    git(tmp_path, "clone", "--quiet", str(host / "churn.git"), "churn")
    subjects = git(clone, "log", "--format=%s").splitlines()
    for job in JOBS:
        assert subjects.count(job.commit) == 1
        commit = git(clone, "log", "--format=%H", f"--grep=^{job.commit}$")
        for name, edits in job.edits.items():
            text = git(clone, "show", f"{commit}:{name}")
            assert all(text.count(old) == 1 for old, _ in edits), job.name
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert {job.person for job in JOBS} == {"ana", "ben", "chloe", "dev", "emi"}
    assert (clone / NOTEBOOK).is_file()


def test_a_run_that_fails_and_one_that_is_stopped_by_ctrl_c(tmp_path, host):
    clone = tmp_path / "churn"
    git(tmp_path, "clone", "--quiet", str(host / "churn.git"), "churn")
    code = (
        "import sys; sys.argv = ['train.py']; sys.path.insert(0, '.')\n"
        "import mlflow, train\n"
        "try: train.main(['--depth', '0'])\n"
        "except ValueError: pass\n"
        "def stop(*_, **__): raise KeyboardInterrupt\n"
        "train.mlflow.log_metrics = stop\n"
        "try: train.main(['--rounds', '1'])\n"
        "except KeyboardInterrupt: pass\n"
        "print(sorted(r.info.status for r in mlflow.search_runs(output_format='list')))\n"
    )
    environ = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    environ |= {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/m.db"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=clone, env=environ, capture_output=True, text=True
    )
    assert done.stdout.endswith("['FAILED', 'KILLED']\n"), done.stderr
