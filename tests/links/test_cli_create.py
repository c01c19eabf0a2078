"""``sm-onboard link create``: the best kind, what is asked before anything leaves, what is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sm_onboard.cli import main
from sm_onboard.links.coordinates import parse
from tests.gitserver import Fault, wait_until
from tests.links.opening.lab import PATH, Lab, lab, notebook

TOKEN = "ghp_" + "aB3" * 12


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A sender with a clone, which is where the command line is."""
    with lab(tmp_path) as made:
        monkeypatch.setenv("HOME", str(made.home))
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
        monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
        monkeypatch.chdir(made.clone())
        yield made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a person at the terminal."""
    monkeypatch.setattr("sm_onboard.links.cli_rooms.can_ask", lambda: True)


def create(here: Lab, *args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(
        main, ["link", "create", *args, "--config", str(here.config)], input=input
    )


def shares(here: Lab) -> list[Path]:
    return list(here.store.rglob("*.zip"))


def commit(here: Lab, message: str = "mine") -> str:
    clone = here.home / "churn"
    here.git(clone, "commit", "-q", "-a", "-m", message)
    return here.git(clone, "rev-parse", "HEAD")


def test_what_is_pushed_is_a_link_to_git_and_stands_alone_on_standard_output(here: Lab) -> None:
    done = create(here, PATH, "--cell", "c1", "--note", "look")
    assert done.exit_code == 0, done.output
    (link,) = done.stdout.splitlines()
    said = parse(link)
    assert (said.kind, said.commit, said.path) == ("git", here.team.tip(), PATH)
    assert (said.cell, said.note) == ("c1", "look")
    assert done.stderr.startswith("Whoever opens it gets this notebook as it is in commit ")
    assert shares(here) == []


def test_what_is_changed_is_a_snapshot(here: Lab) -> None:
    Path(PATH).write_bytes(notebook("import helper"))
    Path("nb/helper.py").write_text("x = 1\n")
    before = here.outside_cache()
    told = json.loads(create(here, PATH, "--days", "7", "--json").stdout)
    assert told["kind"] == parse(told["link"]).kind == "snapshot"
    assert told["files"] == 2 and "2 days" not in told["gets"]
    assert [path.stem for path in shares(here)] == [told["digest"]]
    changed = {path for path, what in here.outside_cache().items() if before.get(path) != what}
    assert all(path.startswith(".local") for path in changed)
    git = create(here, PATH, "--kind", "git")
    assert git.exit_code == 0
    assert "would not be in it" in git.stderr


def test_a_commit_that_is_not_pushed_is_said(here: Lab) -> None:
    Path(PATH).write_bytes(notebook("y = 1"))
    commit(here)
    done = create(here, PATH)
    assert done.exit_code == 0, done.output
    assert parse(done.stdout.strip()).kind == "snapshot"
    assert "is not on" in done.stderr and "With --push it is" in done.stderr
    refused = create(here, PATH, "--kind", "git")
    assert refused.exit_code == 1 and "is not on" in refused.stderr


def test_pushing_is_asked_about(here: Lab, asked: None) -> None:
    Path(PATH).write_bytes(notebook("y = 1"))
    mine = commit(here)
    theirs = here.team.tip()
    done = create(here, PATH, "--push", input="n\n")
    assert done.exit_code == 1 and "Nothing was pushed." in done.stderr
    assert here.team.tip() == theirs
    assert create(here, PATH, "--push", input="y\n").exit_code == 0
    assert here.team.tip() == mine


def test_nothing_that_looks_like_a_secret_leaves_without_a_yes(
    here: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(PATH).write_bytes(notebook(f"token = '{TOKEN}'"))
    nobody = create(here, PATH)
    assert nobody.exit_code == 2
    assert "GitHub Token" in nobody.stderr and "Nothing was sent." in nobody.stderr
    told = create(here, PATH, "--json")
    assert told.exit_code == 1 and json.loads(told.stdout)["findings"]
    monkeypatch.setattr("sm_onboard.links.cli_rooms.can_ask", lambda: True)
    assert create(here, PATH, input="\n").exit_code == 1
    assert shares(here) == []
    for done in (nobody, told):
        assert TOKEN not in done.output
    assert create(here, PATH, input="y\n").exit_code == 0
    allowed = create(here, PATH, "--allow-secrets", "--days", "3")
    assert allowed.exit_code == 0 and "You sent it all the same." in allowed.stderr
    assert len(shares(here)) == 2


def test_another_store_is_named_by_both(here: Lab, tmp_path: Path) -> None:
    Path(PATH).write_bytes(notebook("y = 1"))
    store = tmp_path / "elsewhere"
    store.mkdir()
    done = create(here, PATH, "--store", str(store))
    assert done.exit_code == 0, done.output
    link = done.stdout.strip()
    assert str(store) not in link  # no path of a store is in a link
    assert "--store" in done.stderr
    (share,) = store.rglob("*.zip")
    given = ("--store", str(store), "--config", str(here.config))
    shown = CliRunner().invoke(main, ["link", "show", link, *given])
    assert shown.exit_code == 0, shown.output
    assert "y = 1" in shown.stdout
    gone = CliRunner().invoke(main, ["link", "delete", link, "--yes", *given])
    assert gone.exit_code == 0 and not share.exists()


def test_a_file_that_jupyterlab_does_not_show(here: Lab, tmp_path: Path) -> None:
    file = tmp_path / "outside.ipynb"
    file.write_bytes(notebook("z = 1"))
    done = create(here, str(file))
    assert done.exit_code == 0, done.output
    assert parse(done.stdout.strip()).path == "outside.ipynb"


@pytest.mark.parametrize(
    ("base", "begins"),
    [
        ("https://acme.example/open.html", "https://acme.example/open.html#smo=git&"),
        ("https://a.example/x/lab", "https://a.example/x/lab?smo=git&"),
    ],
)
def test_what_a_link_begins_with(here: Lab, base: str, begins: str) -> None:
    done = create(here, PATH, "--heading", "Results", "--base", base)
    assert done.stdout.startswith(begins)
    assert parse(done.stdout.strip()).heading == "Results"


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ((PATH, "--cell", "c1", "--heading", "Results"), 2),
        ((PATH, "--base", "javascript:alert(1)"), 2),
        ((PATH, "--base", "https://ana:secret@acme.example/lab"), 2),
        ((PATH, "--push", "--kind", "snapshot"), 2),
        ((PATH, "--days", "0"), 2),
        ((PATH, "--days", "366"), 2),
        ((PATH, "--kind", "odd"), 2),
        ((PATH, "--note", "n" * 501), 2),
        ((PATH, "--store", "nowhere", "--kind", "snapshot"), 1),
        ((PATH, "--store", "ftp://acme.example/x"), 2),
        (("nb/none.ipynb",), 1),
        (("nb/",), 1),
        (("norun",), 1),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    here: Lab, args: tuple[str, ...], status: int
) -> None:
    done = create(here, *args)
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    assert done.stderr and "Traceback" not in done.stderr
    assert shares(here) == []


def test_ctrl_c_while_pushing_leaves_nothing(here: Lab) -> None:
    Path(PATH).write_bytes(notebook("y = 1"))
    commit(here)
    theirs = here.team.tip()
    here.server.faults["churn"] = Fault.hang()
    before = here.server.counts["churn"].requests
    command = [sys.executable, "-m", "sm_onboard.cli", "link", "create", PATH, "--push", "--yes"]
    process = subprocess.Popen(
        [*command, "--config", str(here.config)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: here.server.counts["churn"].requests > before, 20)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=20)
    assert (process.returncode, out, said) == (130, "", "Cancelled.\n")
    assert here.team.tip() == theirs
    gits = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True).stdout
    assert here.server.address not in gits
