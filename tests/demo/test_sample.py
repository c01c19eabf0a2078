"""The sample team is what it claims to be: real histories, notebooks that run."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sm_onboard.demo.history import git
from sm_onboard.demo.sample import REPORTS_COMMITS, TEAM, make_repositories, onboard_yaml

NOTEBOOKS = sorted((TEAM / "churn" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    host = tmp_path_factory.mktemp("host")
    begun = time.monotonic()
    make_repositories(host)
    assert time.monotonic() - begun < 5  # a fraction of a second on a quiet machine
    return host


@pytest.fixture(scope="module")
def person(host, tmp_path_factory):
    """A home with the three clones side by side, as the panel leaves them."""
    home = tmp_path_factory.mktemp("person")
    for name in ("churn", "ds-utils", "reports"):
        git(home, "clone", "--quiet", str(host / f"{name}.git"), name)
    return home


@pytest.mark.parametrize("name", ["churn", "ds-utils"])
def test_every_file_is_in_the_history(person, name):
    shipped = {
        path.relative_to(TEAM / name).as_posix(): path.read_bytes()
        for path in (TEAM / name).rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    cloned = git(person / name, "ls-files").splitlines()
    assert sorted(cloned) == sorted(shipped)
    assert all((person / name / path).read_bytes() == shipped[path] for path in cloned)
    assert int(git(person / name, "rev-list", "--count", "HEAD")) >= 4


def test_reports_has_a_long_history_by_several_people(person):
    lines = git(person / "reports", "log", "--format=%an%x09%ad", "--date=format:%Y").splitlines()
    authors, years = zip(*(line.split("\t") for line in lines), strict=True)
    assert len(lines) == REPORTS_COMMITS
    assert set(years) == {"2024", "2025", "2026"}
    assert {"Ana Ruiz", "Chloé Martin", "Emi 佐藤"} <= set(authors)
    assert len((person / "reports" / "README.md").read_text()) > 50


def test_histories_are_the_same_every_time(host, tmp_path):
    make_repositories(tmp_path)
    for name in ("churn", "ds-utils", "reports"):
        tips = [git(root / f"{name}.git", "rev-parse", "main") for root in (host, tmp_path)]
        assert tips[0] == tips[1]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(person, notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    folder = person / "churn" / "notebooks"
    ran = nbformat.read(folder / notebook.name, as_version=4)
    assert all(not cell.get("outputs") for cell in ran.cells)
    NotebookClient(ran, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in ran.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    said = [output["text"] for output in outputs if output.get("name") == "stderr"]
    lines = "".join(said).splitlines()
    assert all(" INFO mlflow." in line for line in lines)  # of a store that it makes


def test_explore_uses_the_shared_library_beside_it(person, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    folder = person / "churn" / "notebooks"
    ran = nbformat.read(folder / "01-explore.ipynb", as_version=4)
    NotebookClient(ran, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    assert re.search(r"monthly\s+0\.\d+", ran.cells[-1].outputs[0]["text"])


@pytest.mark.parametrize("name", ["churn", "ds-utils"])
def test_the_teams_own_tests_pass(person, name):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir=.", "tests"],
        cwd=person / name,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_the_customers_can_be_made_again(person, tmp_path):
    copy = shutil.copytree(person / "churn", tmp_path / "churn")
    files = {"customers.csv": 600, "customers-march.csv": 1500}
    before = {name: (copy / "data" / name).read_bytes() for name in files}
    shutil.rmtree(copy / "data")
    (copy / "data").mkdir()
    subprocess.run([sys.executable, "make_data.py"], cwd=copy, check=True, capture_output=True)
    for name, rows in files.items():
        assert (copy / "data" / name).read_bytes() == before[name]
        assert len(list(csv.DictReader(before[name].decode().splitlines()))) == rows


def test_the_links_in_the_start_notebook_lead_somewhere(person):
    folder = person / "churn" / "notebooks"
    text = "\n".join(
        cell.source for cell in nbformat.read(folder / "start.ipynb", as_version=4).cells
    )
    linked = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"`(\.\./[^`]+)`", text)
    assert len(linked) >= 4
    assert all((folder / target).exists() for target in linked)


def test_onboard_yaml_names_what_is_there(host):
    yaml = pytest.importorskip("yaml")
    team = yaml.safe_load(onboard_yaml(lambda name: f"http://127.0.0.1:1/{name}.git"))
    names = [Path(entry["url"]).stem for entry in team["repositories"]]
    assert sorted(f"{name}.git" for name in names) == sorted(path.name for path in host.iterdir())
    first = team["repositories"][0]
    assert (TEAM / "churn" / first["open"]).is_file()
    assert (TEAM / "churn" / first["environment"]).is_file()
