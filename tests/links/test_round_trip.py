"""A link made by one person opens at another's: the same cells, and nobody's work is another."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.demo.history import git_environment
from sm_onboard.links.making.jobs import Makings
from sm_onboard.links.models import LinkAsked, LinkMade
from sm_onboard.rooms import Rooms, Settings
from tests.experiments.reproduce.lab import state_of, whole
from tests.gitserver import wait_until
from tests.links.opening.lab import NOTEBOOK, PATH, Lab, lab, notebook

DIRTY = notebook("# Results", "import helper", "helper.help()")


class Sender:
    """alice, with a home of her own and a clone of the team's repository."""

    def __init__(self, here: Lab) -> None:
        self.home = here.folder / "alice"
        self.home.mkdir()
        self.rooms = Rooms(
            Settings(
                onboard_file=str(here.config),
                sagemaker_repositories=False,
                metadata_file=here.metadata,
            ),
            environ={**os.environ, "HOME": str(self.home)},
            root_dir=self.home,
        )
        self.makings = Makings.of(self.rooms)
        self.clone = self.home / "churn"
        self.git(self.home, "clone", "-q", here.server.url("churn"), str(self.clone))

    def git(self, cwd: Path, *args: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=Alice", "-c", "user.email=a@example.com", *args],
            cwd=cwd,
            env=git_environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def make(self, **asked: Any) -> LinkMade:
        shown = self.makings.begin(LinkAsked(**{"contents": f"churn/{PATH}", **asked}))
        wait_until(lambda: self.makings.get(shown.id).state not in ("looking", "making"), 30)
        done = self.makings.get(shown.id)
        assert done.made, done.problem or done.findings
        return done.made


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, hosts=["127.0.0.1"]) as made:
        yield made


@pytest.fixture
def alice(here: Lab) -> Iterator[Sender]:
    made = Sender(here)
    yield made
    made.makings.close()
    made.rooms.close(5)


def test_a_commit(here: Lab, alice: Sender) -> None:
    before = state_of(alice.clone), whole(alice.clone)
    made = alice.make(cell="c1")
    assert made.kind == "git"
    assert (state_of(alice.clone), whole(alice.clone)) == before
    shown = here.ready(made.link)
    assert shown.preview
    assert shown.preview.cell == "c1"
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert (copy / PATH).read_bytes() == NOTEBOOK


@pytest.mark.parametrize("cloned", [True, False])
@pytest.mark.parametrize("committed", [True, False])
def test_a_dirty_notebook_and_its_helper(
    here: Lab, alice: Sender, cloned: bool, committed: bool
) -> None:
    (alice.clone / PATH).write_bytes(DIRTY)
    (alice.clone / "nb" / "helper.py").write_text("def help():\n    return 1\n")
    if committed:
        alice.git(alice.clone, "add", "-A")
        alice.git(alice.clone, "commit", "-qm", "Not pushed")
    before = state_of(alice.clone), whole(alice.clone)
    made = alice.make(kind="snapshot", cell="c2", note="look")
    assert made.kind == "snapshot"
    assert (state_of(alice.clone), whole(alice.clone)) == before
    clone = here.clone() if cloned else None
    own = (state_of(clone), whole(clone)) if clone else None
    here.server.reset_counts()
    shown = here.ready(made.link)
    assert here.server.snapshot("churn").requests == 0
    preview = shown.preview
    assert preview
    assert preview.cell == "c2"
    assert preview.note == "look"
    assert {file.path for file in preview.files} == {PATH, "nb/helper.py"}
    assert preview.notebook
    assert preview.notebook.cells[1].source == "import helper"
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert (copy / "nb" / "helper.py").read_text() == "def help():\n    return 1\n"
    assert (copy / "src" / "model.py").is_file()
    assert b"import helper" in (copy / PATH).read_bytes()
    if clone:
        assert (state_of(clone), whole(clone)) == own
    assert "Not pushed" not in here.git(copy, "log", "--all", "--format=%s")


def test_no_repository_at_all(here: Lab, alice: Sender) -> None:
    folder = alice.home / "play"
    folder.mkdir()
    (folder / "eda.ipynb").write_bytes(notebook("import helper"))
    (folder / "helper.py").write_text("x = 1\n")
    made = alice.make(contents="play/eda.ipynb")
    assert made.kind == "snapshot"
    shown = here.ready(made.link)
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    found = {path.name for path in copy.rglob("*.*") if ".git" not in path.parts}
    assert {"eda.ipynb", "helper.py"} <= found


def test_a_commit_that_goes_away_and_its_snapshot(here: Lab, alice: Sender) -> None:
    made = alice.make(kind="git", fallback=True)
    here.team.replace_history({"other.txt": "x"})
    here.team.git("reflog", "expire", "--expire=now", "--all")
    here.team.git("gc", "-q", "--prune=now")
    shown = here.ready(made.link)
    assert shown.preview
    assert "does not have the commit" in shown.preview.warnings[0]
    assert shown.preview.notebook
