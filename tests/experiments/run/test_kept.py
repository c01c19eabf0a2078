"""What was kept with a run: each part alone, and the person's own notebook."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import msgspec
import pytest

from sm_onboard.errors import Unreachable
from sm_onboard.experiments.run import kept
from sm_onboard.experiments.run.kept import read
from sm_onboard.experiments.run.shown import RunKept
from sm_onboard.experiments.stores.sqlite import SqliteStore

from .conftest import House

OWN = "a" * 32
HEAD = "1" * 40


def manifest(**more: Any) -> str:
    def file(path: str, **facts: Any) -> dict[str, Any]:
        given = {"mode": "100644", "blob": HEAD, "size": 3, "sha256": "a" * 64, "tracked": True}
        return {"path": path, **given, **facts}

    given = {
        "id": "s1",
        "created": "",
        "reason": "run",
        "url": "",
        "path": "/nowhere",
        "branch": "main",
        "head": HEAD,
        "base": [HEAD],
        "commit": HEAD,
        "index": None,
        "files": [
            file("train.py"),
            file("new.csv", tracked=False),
            file("old.py", mode=None, blob=None, sha256=None, size=0),
        ],
        "left_out": [
            {"path": "raw.parquet", "why": "large", "size": 412},
            {"path": ".venv", "why": "excluded", "size": 0},
            {"path": "odd", "why": "special", "size": 10**30},
        ],
        "bundle_sha256": "b" * 64,
        "bundle_size": 1,
    }
    return json.dumps(given | more)


def test_everything_that_was_kept(house: House) -> None:
    id = house.add(OWN, tags={"smo.record": "t", "smo.missing": "cut"})
    house.keep(OWN, "model.ubj", "xyz")
    house.keep(OWN, "sm-onboard/snapshot/manifest.json", manifest())
    house.keep(OWN, "sm-onboard/environment.txt", "numpy==2.0\npandas==2.2\n-e git+x\n")
    house.keep(OWN, "sm-onboard/record.json", json.dumps({"missing": ["One.", 2, "<b>Two.</b>"]}))
    house.keep(OWN, "sm-onboard/notebook.ipynb", "{}")
    found = read(house.rooms, id)
    assert found.problems == ()
    assert [(f.path, f.folder, f.size) for f in found.files] == [
        ("model.ubj", False, 3),
        ("sm-onboard", True, None),
    ]
    assert found.snapshot and [(f.path, f.change) for f in found.changed] == [
        ("train.py", "changed"),
        ("new.csv", "new"),
        ("old.py", "deleted"),
    ]
    assert [(f.path, f.why, f.size) for f in found.left_out] == [
        ("raw.parquet", "large", 412),
        ("odd", "special", 1 << 53),
    ]
    assert msgspec.json.decode(msgspec.json.encode(found), type=RunKept) == found
    assert found.packages == 2
    assert found.missing == ("One.", "<b>Two.</b>")
    assert (found.notebook.kept, found.notebook.executed) == ("sm-onboard/notebook.ipynb", True)


def test_a_run_that_nobody_recorded_for_us(house: House) -> None:
    found = read(house.rooms, house.add(OWN))
    assert found == RunKept(notebook=found.notebook)
    assert found.notebook.why == "Which notebook it ran in was not recorded."


def test_the_notebook_as_it_was_saved(house: House) -> None:
    id = house.add(OWN)
    house.keep(OWN, "sm-onboard/source/eda.ipynb", "{}")
    notebook = read(house.rooms, id).notebook
    assert (notebook.kept, notebook.executed) == ("sm-onboard/source/eda.ipynb", False)


def test_a_part_that_cannot_be_read_leaves_the_others(house: House) -> None:
    id = house.add(OWN)
    bad = json.loads(manifest())["files"][0] | {"path": "../../.bashrc"}
    house.keep(OWN, "sm-onboard/snapshot/manifest.json", manifest(files=[bad]))
    house.keep(OWN, "sm-onboard/record.json", "[" * 100_000)
    house.keep(OWN, "sm-onboard/environment.txt", "numpy==2.0")
    found = read(house.rooms, id)
    assert [(p.part, p.problem.code) for p in found.problems] == [("snapshot", "snapshot.damaged")]
    assert found.packages == 1 and not found.snapshot and found.changed == ()


def test_files_that_are_slow_leave_the_facts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.add(OWN, tags={"smo.missing": "No snapshot."})

    def files(*_: object) -> list[object]:
        raise Unreachable("experiments.store_unreachable", "It did not answer.")

    monkeypatch.setattr(SqliteStore, "files", files)
    found = read(house.rooms, id)
    assert [(p.part, p.problem.message) for p in found.problems] == [
        ("files", "It did not answer.")
    ]
    assert found.missing == ("No snapshot.",)


def test_too_many_files_are_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FILES", 2)
    id = house.add(OWN)
    for n in range(5):
        house.keep(OWN, f"{n}.txt", "")
    found = read(house.rooms, id)
    assert len(found.files) == 2 and found.cut == 3


def test_the_persons_own_notebook(house: House) -> None:
    clone = house.home / "churn"
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    url = "https://git.acme.com/churn.git"
    subprocess.run(["git", "-C", str(clone), "remote", "add", "origin", url], check=True)
    id = house.add(OWN, tags={"smo.repository": url, "smo.notebook": "nb/eda.ipynb"})
    assert read(house.rooms, id).notebook.why == "eda.ipynb is not at its place any more."
    (clone / "nb").mkdir()
    (clone / "nb" / "eda.ipynb").write_text("{}")
    notebook = read(house.rooms, id).notebook
    assert (notebook.here, notebook.why) == ("churn/nb/eda.ipynb", "")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../../secret.ipynb", "secret.ipynb is named by a path that leads out"),
        ("/etc/hostname", "hostname is neither a notebook nor a script."),
        (f"{os.__file__}", "os.py is at a place that JupyterLab does not show here."),
        (f"/{'x' * 4000}.ipynb", "xxx"),
        ("/\0.ipynb", "?.ipynb is not at its place any more."),
        ("/gone/x.ipynb", "x.ipynb is not at its place any more."),
        ("nb/x.ipynb", "The repository of x.ipynb is not on this machine."),
    ],
)
def test_why_there_is_no_own_notebook(house: House, path: str, why: str) -> None:
    notebook = read(house.rooms, house.add(OWN, tags={"smo.notebook": path})).notebook
    assert notebook.here == "" and notebook.why.startswith(why)
