"""``sm-onboard link show`` and ``open``, ``list`` and ``delete``, and ``resolver``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sm_onboard.cli import main
from sm_onboard.links.coordinates import form
from sm_onboard.links.making.register import Kept, Register
from sm_onboard.links.stores import open_store
from tests.gitserver import Fault, wait_until
from tests.links.opening.lab import LAB, NOTEBOOK, PATH, Lab, lab, notebook


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        monkeypatch.setenv("HOME", str(made.home))
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
        monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
        yield made


def call(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["link", *args], input=input)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a person at the terminal."""
    monkeypatch.setattr("sm_onboard.links.cli_rooms.can_ask", lambda: True)


def packs(made: Lab) -> int:
    return made.server.counts["churn"].requests


def test_shows_what_a_link_leads_to_and_changes_nothing(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    before = here.outside_cache()
    link = form(here.git_link(cell="c1", note="Look at this"), LAB)
    done = call("show", link, "--config", str(here.config))
    assert done.exit_code == 0, done.output
    assert "eda.ipynb" in done.stdout and "from alice, says the link" in done.stdout
    assert "Look at this" in done.stdout
    lines = done.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if "← the link points here" in line)
    assert lines[at].startswith("┃ [") and lines[at + 1] == "┃     import numpy"
    assert "      model.fit()" in lines and not any("┃     model" in line for line in lines)
    assert here.outside_cache() == before


def test_shows_the_heading_that_a_link_points_to(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    link = form(here.git_link(heading="Results"), LAB)
    done = call("show", link, "--config", str(here.config))
    assert "┃     # Results" in done.stdout


def test_an_unlisted_host_is_asked_only_after_a_yes(here: Lab, asked: None) -> None:
    link = form(here.git_link(), LAB)
    given = ("show", link, "--config", str(here.config))
    done = call(*given, input="n\n")
    assert done.exit_code == 1
    assert "Nothing was fetched." in done.stderr and packs(here) == 0
    assert "says the link" in done.stdout  # the claims, before anybody was asked
    done = call(*given, input="y\n")
    assert done.exit_code == 0, done.output
    assert packs(here) > 0


def test_an_unlisted_host_is_not_asked_where_nobody_can_be(here: Lab) -> None:
    link = form(here.git_link(), LAB)
    given = ("--config", str(here.config))
    for done in (call("show", link, *given), call("open", link, "--yes", *given)):
        assert done.exit_code == 2
        assert "Nobody can be asked here. Nothing was fetched." in done.stderr
    told = call("show", link, "--json", *given)
    assert told.exit_code == 1 and json.loads(told.stdout)["state"] == "asks"
    assert packs(here) == 0
    done = call("show", link, "--fetch", "--json", *given)
    assert done.exit_code == 0 and json.loads(done.stdout)["preview"]["notebook"]["cells"]


def test_opens_a_copy_beside_and_says_where(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    link = form(here.git_link(cell="c1"), LAB)
    done = call("open", link, "--yes", "--config", str(here.config))
    assert done.exit_code == 0, done.output
    place = Path(done.stdout.splitlines()[-1])
    assert place.parent == here.home / "shared" / "alice"
    assert (place / PATH).read_bytes() == NOTEBOOK
    assert "Opens in a folder of its own" in done.stdout


@pytest.mark.parametrize(("answer", "status"), [("\n", 1), ("n\n", 1), ("y\n", 0)])
def test_asks_once_and_no_is_the_default(here: Lab, asked: None, answer: str, status: int) -> None:
    here.says(hosts=["127.0.0.1"])
    link = form(here.git_link(), LAB)
    done = call("open", link, "--config", str(here.config), input=answer)
    assert done.exit_code == status, done.output
    assert done.output.count("Open it?") == 1
    assert ("shared" in os.listdir(here.home)) is (status == 0)


def test_a_copy_goes_where_it_is_told_and_never_over_anything(here: Lab, tmp_path: Path) -> None:
    here.says(hosts=["127.0.0.1"])
    link = form(here.git_link(), LAB)
    into = tmp_path / "there"
    given = ("open", link, "--into", str(into), "--yes", "--config", str(here.config))
    told = json.loads(call(*given, "--json").stdout)
    assert told["opened"]["place"] == str(into)
    assert (into / PATH).read_bytes() == NOTEBOOK
    again = call(*given)
    assert again.exit_code == 1, again.output
    assert "there" in again.stderr


def test_the_store_of_a_snapshot_may_be_named(here: Lab, tmp_path: Path) -> None:
    share = here.on_base({PATH: notebook("x = 1")})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = form(here.share_link(share.put(elsewhere)), LAB)
    here.config.write_text("version: 1\n")
    unknown = call("show", link, "--config", str(here.config))
    assert unknown.exit_code == 1
    assert "team" in unknown.stderr
    done = call("show", link, "--store", str(elsewhere), "--config", str(here.config))
    assert done.exit_code == 0, done.output
    assert "x = 1" in done.stdout


def test_what_a_strangers_notebook_says_cannot_work_the_terminal(here: Lab) -> None:
    nasty = "print('a')\x1b[2J\x1b]0;title\x07\u202ereversed\r\nnext"
    here.says(hosts=["127.0.0.1"])
    here.team.commit({PATH: notebook(nasty)})
    link = form(here.git_link(), LAB)
    done = call("show", link, "--config", str(here.config))
    assert done.exit_code == 0, done.output
    for unseen in ("\x1b", "\x07", "\u202e", "\r"):
        assert unseen not in done.output
    assert "print('a')" in done.stdout


def test_what_is_no_link_is_status_2(here: Lab) -> None:
    for text in ("hello", "…/lab?smo=odd", "smo=git&r=ext::sh&c=" + "a" * 40 + "&p=x"):
        for command in ("show", "open"):
            done = call(command, text)
            assert done.exit_code == 2
            assert done.stderr and "Traceback" not in done.stderr


def test_what_cannot_be_fetched_is_status_1_and_says_why(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    here.server.faults["churn"] = Fault.answer(404)
    done = call("show", form(here.git_link(), LAB), "--config", str(here.config))
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) >= 2


def test_ctrl_c_leaves_nothing(here: Lab) -> None:
    here.says(hosts=["127.0.0.1"])
    here.server.faults["churn"] = Fault.hang()
    link = form(here.git_link(), LAB)
    command = [sys.executable, "-m", "sm_onboard.cli", "link", "open", link, "--yes"]
    command += ["--config", str(here.config)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    before = here.outside_cache()
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    wait_until(lambda: packs(here) > 0, 20)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "Cancelled.\n")
    assert here.outside_cache() == before
    gits = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True).stdout
    assert here.server.address not in gits


# Links made here


@pytest.fixture
def shared(here: Lab) -> list[str]:
    """Two snapshots that were shared from here, oldest first."""
    store = open_store("team", str(here.store), home=here.home)
    register = Register(here.home / ".local/state/sm-onboard/links/made.json", lambda _: store)
    ids = []
    for number, until in ((1, 1_000), (2, None)):
        id = here.share({PATH: notebook(f"x = {number}")}).put(here.store)
        ids.append(id)
        link = form(here.share_link(id), LAB)
        register.add(
            Kept(
                id=id,
                name=f"eda-{number}.ipynb",
                link=link,
                store="team",
                made=number,
                until=until,
                size=1234,
                note="for bob",
            )
        )
    return ids


def test_lists_what_was_shared_from_here(here: Lab, shared: list[str]) -> None:
    done = call("list", "--config", str(here.config))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["id", "name", "store", "made", "until", "size", "note"]
    assert lines[1].startswith(shared[1][:12]) and lines[2].startswith(shared[0][:12])
    assert "expired" in lines[2] and "1 KB" in lines[1]
    told = json.loads(call("list", "--json", "--config", str(here.config)).stdout)
    assert [one["id"] for one in told["links"]] == shared[::-1]


def test_deletes_by_the_beginning_of_the_id_or_by_the_link(
    here: Lab, shared: list[str], asked: None
) -> None:
    given = ("--config", str(here.config))
    kept = call("delete", shared[0][:8], *given, input="\n")
    assert kept.exit_code == 1 and "Nothing was deleted." in kept.stderr
    done = call("delete", shared[0][:8], *given, input="y\n")
    assert done.exit_code == 0, done.output
    link = form(here.share_link(shared[1]), LAB)
    assert call("delete", link, "--yes", *given).exit_code == 0
    assert list(here.store.rglob("*.zip")) == []
    assert json.loads(call("list", "--json", *given).stdout) == {"links": []}
    gone = call("delete", shared[0], "--yes", *given)
    assert gone.exit_code == 1 and "was shared from here" in gone.stderr


# The resolver page


def test_the_resolver_page_is_written_and_only_over_itself(tmp_path: Path) -> None:
    page = (files("sm_onboard.links") / "resolver.html").read_bytes()
    assert call("resolver").stdout_bytes == page
    file = tmp_path / "open.html"
    for _ in range(2):
        done = call("resolver", "--out", str(file))
        assert done.exit_code == 0, done.output
        assert file.read_bytes() == page
    other = tmp_path / "index.html"
    other.write_text("mine")
    done = call("resolver", "--out", str(other))
    assert done.exit_code == 1 and "is something else" in done.stderr
    assert other.read_text() == "mine"
    missing = call("resolver", "--out", str(tmp_path / "no" / "open.html"))
    assert missing.exit_code == 1 and "cannot be written" in missing.stderr
