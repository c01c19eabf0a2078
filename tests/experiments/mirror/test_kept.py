"""What is kept: shown at once after a restart, and never believed against the store."""

from __future__ import annotations

import logging
import math
import os
import shutil
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError, Unreachable
from sm_onboard.experiments.mirror import following, kept, places
from sm_onboard.experiments.mirror.kept import Held, Kept
from sm_onboard.experiments.models import Dataset, Run
from sm_onboard.experiments.stores.discover import Found
from sm_onboard.experiments.stores.server import ServerStore

from .servers import T0, URI, Here, Server, store_of

AWAY = Unreachable("experiments.store_unreachable", "It did not answer.", "Wait.")
LOG = logging.getLogger("mirror")


def fill(server: Server, count: int = 5) -> None:
    for number in range(count):
        server.add(f"run-{number}", number, number + 1, params={"eta": f"0.{number}"})


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def server() -> Server:
    made = Server()
    fill(made)
    return made


@pytest.fixture
def before(server: Server, tmp_path: Path) -> Here:
    """A server of ours that read everything and is gone now."""
    here = Here(store_of(server), tmp_path / "mirror")
    here.clock.now = T0 / 1000 + 100
    here.settle("1")
    server.asked.clear()
    return here


def again(server: Server, tmp_path: Path) -> Here:
    here = Here(store_of(server), tmp_path / "mirror")
    here.clock.now = T0 / 1000 + 5000
    return here


@pytest.mark.usefixtures("before")
def test_after_a_restart_rows_are_there_before_anything_is_asked(
    server: Server, tmp_path: Path
) -> None:
    here = again(server, tmp_path)
    step = here.step("1")
    assert here.runs() == server.runs
    assert server.asked == []
    assert (step.read_at, step.whole, step.wait) == (T0 + 100_000, False, 0)
    assert [one.name for one in step.experiments] == ["experiment 1"]


@pytest.mark.usefixtures("before")
def test_then_only_what_changed_is_read(server: Server, tmp_path: Path) -> None:
    server.add("later", 2000, 2100)
    server.add("running", 2050)
    here = again(server, tmp_path)
    step = here.settle("1")
    assert here.runs() == server.runs
    assert step.whole and step.read_at == T0 + 5_000_000
    assert len(server.asked) <= 5, "the experiments, news and a page of the walk"


@pytest.mark.usefixtures("before")
def test_where_they_disagree_the_store_is_right(server: Server, tmp_path: Path) -> None:
    server.change("run-2", tags={"note": "by a colleague"})
    del server.runs["run-3"]
    here = again(server, tmp_path)
    here.settle("1")
    assert here.runs() == server.runs


@pytest.mark.usefixtures("before")
def test_a_store_that_is_away_shows_what_is_kept_and_of_when(
    server: Server, tmp_path: Path
) -> None:
    server.trouble = AWAY
    here = again(server, tmp_path)
    step = here.step("1")
    with pytest.raises(OnboardError):
        here.step("1")
    assert (here.runs() == server.runs, step.read_at) == (True, T0 + 100_000)


def test_a_store_that_cannot_even_be_opened(server: Server, before: Here, tmp_path: Path) -> None:
    here = again(server, tmp_path)
    here.open = lambda: (_ for _ in ()).throw(AWAY)  # type: ignore[method-assign]
    here.follower._open = here.open
    here.step("1")
    with pytest.raises(OnboardError):
        here.step("1")
    assert here.runs() == before.runs()


def test_every_value_comes_back(tmp_path: Path) -> None:
    run = Run(
        id="x", experiment="ü/../1", name="<b>", status="failed", started=None, ended=T0, user="u",
        artifacts="s3://a/b", params={"ü\n": "\0"},
        metrics={"nan": math.nan, "inf": -math.inf, "tiny": 5e-324}, tags={"a": "\U0001f600"},
        datasets=(Dataset(name="d", digest="1", source="{}"),),
    )  # fmt: skip
    one = Kept(tmp_path, "s", URI, LOG)
    one.hold("ü/../1", (run,), 7, 9)
    held = one.held("ü/../1")
    assert held is not None
    assert (held.read_at, held.mark, repr(held.runs)) == (7, 9, repr((run,)))
    assert one.held("1") is None
    assert [path.parent for path in files(tmp_path)] == [tmp_path / "s"]


def test_only_its_owner_may_read_it(before: Here, tmp_path: Path) -> None:
    del before
    found = files(tmp_path)
    assert len(found) == 2
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (tmp_path / "mirror", tmp_path / "mirror" / "s"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_secret_is_kept(server: Server, tmp_path: Path) -> None:
    store = ServerStore("https://ana:hunter2@mlflow.acme.com", environ={})
    store._wire = server  # type: ignore[assignment]
    here = Here(store, tmp_path)
    here.settle("1")
    held = kept.read(next(path for path in files(tmp_path) if "runs-" in path.name), Held)
    assert held and held.uri == URI
    assert "hunter2" not in repr(held)


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda content: content[:-9],
    "empty": lambda _: b"",
    "a bit turned": lambda content: content[:70] + bytes([content[70] ^ 1]) + content[71:],
    "of another version": lambda content: content.replace(b"mirror 1\n", b"mirror 0\n"),
    "something else": lambda _: b"SQLite format 3\0" * 100,
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_damaged_is_thrown_away_and_made_anew(
    server: Server, before: Here, tmp_path: Path, how: str
) -> None:
    del before
    for path in files(tmp_path):
        path.write_bytes(BROKEN[how](path.read_bytes()))
    here = again(server, tmp_path)
    here.step("1")
    assert here.runs() == {}
    assert files(tmp_path) == []
    here.settle("1")
    assert here.runs() == server.runs
    third = again(server, tmp_path)
    third.step("1")
    assert third.runs() == server.runs


@pytest.mark.usefixtures("before")
def test_a_file_of_another_store_is_not_taken(server: Server, tmp_path: Path) -> None:
    other = Kept(tmp_path / "mirror", "s", "https://other.acme.com", LOG)
    assert (other.held("1"), other.listed()) == (None, None)
    name = next(path for path in files(tmp_path) if "runs-" in path.name)
    shutil.copy(name, name.with_name(kept._name("2")))
    assert Kept(tmp_path / "mirror", "s", store_of(server).uri, LOG).held("2") is None


def test_a_link_or_a_file_of_somebody_else_is_not_read(
    before: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del before
    name = next(path for path in files(tmp_path) if "runs-" in path.name)
    there = Kept(tmp_path / "mirror", "s", URI, LOG)
    assert there.held("1")
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    assert there.held("1") is None and name.exists()
    monkeypatch.undo()
    real = tmp_path / "elsewhere"
    name.rename(real)
    name.symlink_to(real)
    assert there.held("1") is None and real.exists()


def test_several_servers_at_once_leave_a_whole_one(tmp_path: Path) -> None:
    """Each writes its own; whoever reads meanwhile gets one of them, never a mixture."""
    runs = {
        mark: tuple(
            Run(id=str(n), experiment="1", name=str(mark), status="finished", started=n)
            for n in range(200)
        )
        for mark in range(4)
    }

    def write(mark: int) -> None:
        one = Kept(tmp_path, "s", URI, LOG)
        for _ in range(20):
            one.hold("1", runs[mark], mark, mark)

    seen = []
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(write, mark) for mark in runs]
        while not all(one.done() for one in work):
            held = Kept(tmp_path, "s", URI, LOG).held("1")
            if held:
                seen.append(held)
        for one in work:
            one.result()
    assert seen
    for held in seen:
        assert held.runs == runs[held.mark]
    assert len(files(tmp_path)) == 1


def test_what_a_killed_process_left_is_removed(
    before: Here, server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "mirror" / "s"
    old, new = folder / ".aside-old", folder / ".aside-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    server.add("more", 90, 91)
    before.after(following.NEWS, "1")
    before.save()
    assert (old.exists(), new.exists()) == (False, True)


def test_all_of_it_is_bounded_and_the_oldest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "WHOLE_LIMIT", 3000)
    text = os.urandom(500).hex()
    run = Run(id="1", experiment="1", name=text, status="finished", started=1)
    one = Kept(tmp_path, "s", URI, LOG)
    for number in range(5):
        one.hold(str(number), (run,), 1, 1)
        os.utime(tmp_path / "s" / kept._name(str(number)), (number, number))
    other = Kept(tmp_path, "t", URI, LOG)
    other.hold("9", (run,), 1, 1)
    other.trim()
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 3000
    assert one.held("0") is None and one.held("4") is not None


def test_one_that_is_too_large_is_not_kept_and_no_older_one_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Kept(tmp_path, "s", URI, LOG)
    one.hold("1", (), 1, 1)
    monkeypatch.setattr(kept, "FILE_LIMIT", 300)
    text = os.urandom(500).hex()
    one.hold("1", (Run(id=text, experiment="1", name="", status="failed", started=1),), 1, 1)
    assert files(tmp_path) == []


def test_a_file_that_opens_into_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Kept(tmp_path, "s", URI, LOG)
    long = Run(id="1", experiment="1", name="x" * 5000, status="failed", started=1)
    one.hold("1", (long,), 1, 1)
    monkeypatch.setattr(kept, "OPENED_LIMIT", 4000)
    assert one.held("1") is None
    assert files(tmp_path) == []


def test_where_nothing_can_be_written_everything_else_works(server: Server, tmp_path: Path) -> None:
    (tmp_path / "mirror").write_text("a file, where a folder is needed")
    here = again(server, tmp_path)
    here.settle("1")
    here.save()
    assert here.runs() == server.runs


def test_changes_are_kept_now_and_then_and_at_the_end(server: Server, tmp_path: Path) -> None:
    here = again(server, tmp_path)
    here.settle("1")

    def held() -> set[str]:
        found = Kept(tmp_path / "mirror", "s", URI, LOG).held("1")
        return {run.id for run in found.runs} if found else set()

    assert held() == set(server.runs)
    server.add("more", 90, 91)
    here.after(following.NEWS, "1")
    assert "more" not in held(), "not with every change: the folder may be slow"
    here.after(following.SAVED, "1")
    assert "more" in held()
    server.add("last", 92, 93)
    here.after(following.NEWS, "1")
    here.save()
    assert "last" in held()


def test_a_deleted_experiment_is_not_kept(server: Server, before: Here, tmp_path: Path) -> None:
    server.experiments["1"] = "deleted"
    before.after(following.LIST, "1")
    assert [path.name for path in files(tmp_path)] == ["experiments"]


def test_the_stores_of_a_domain_are_remembered_for_that_domain(tmp_path: Path) -> None:
    found = (Found(kind="app", arn="arn:x", name="team", status="Created", default=True),)
    assert places.read(tmp_path, "d-1", "eu-west-1") is None
    places.write(tmp_path, "d-1", "eu-west-1", found, LOG)
    assert places.read(tmp_path, "d-1", "eu-west-1") == found
    assert places.read(tmp_path, "d-2", "eu-west-1") is None
    assert places.read(tmp_path, "d-1", "us-east-1") is None
    stamp = (tmp_path / "places").stat().st_ino
    places.write(tmp_path, "d-1", "eu-west-1", found, LOG)
    assert (tmp_path / "places").stat().st_ino == stamp, "nothing new is not written"
