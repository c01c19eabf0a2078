"""A saved notebook is kept with the runs that its cells began, and with no others."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.notebook import keeping, reading, trimming
from sm_onboard.experiments.notebook.keeping import Keeper
from sm_onboard.experiments.notebook.shown import Execution, KernelRun, NotebookKept, SavedNotebook
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.experiments.stores.sqlite import SqliteStore
from sm_onboard.experiments.watching import Place
from sm_onboard.pool import Pool
from tests.experiments.stores.plain import add, execute, make

KERNEL = "b1d0c8a4-0000-4000-8000-000000000001"
ENDED = 1_700_000_100_000


class House:
    """A store, a folder that JupyterLab shows, and the notebook ``work/train.ipynb`` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "home"
        self.told: list[str] = []
        self.path = make(folder / "mlflow.db")
        self.store = SqliteStore(self.path)
        self.pool = Pool(1)
        place = Place("s", "sqlite", "s", "memory", lambda: self.store, recording=True)
        service = ExperimentsService(
            lambda _: [place],
            pool=self.pool,
            server="this",
            notify=lambda _, id, __: self.told.append(id),
        )
        self.keeper = Keeper(service, self.root)
        self.notebook("train", "work/train.ipynb")

    def run(self, letter: str, cell: str, ended: int | None = ENDED, **tags: str) -> str:
        id = letter * 32
        tags = {record.KERNEL: KERNEL, record.CELL: cell} | {
            f"smo.{name}": value for name, value in tags.items()
        }
        files = (self.folder / "files" / id / "artifacts").as_uri()
        add(self.path, id, letter, tags=dict(tags), metrics={"auc": 0.5}, artifacts=files)
        if ended is None:
            execute(self.path, "UPDATE runs SET status = 'RUNNING' WHERE run_uuid = ?", id)
        else:
            execute(self.path, "UPDATE runs SET end_time = ? WHERE run_uuid = ?", ended, id)
        return id

    def notebook(self, cell: str, path: str, text: str = "0.5\n", at: int = ENDED) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        code = {"id": cell, "cell_type": "code", "source": "fit()", "metadata": {}}
        cells = [{**code, "execution_count": 3, "outputs": [output]}]
        file.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells}))
        os.utime(file, ns=(at * 1_000_000, at * 1_000_000))
        return file

    def keep(
        self, *cells: str, path: str = "work/train.ipynb", running: tuple[str, ...] = ()
    ) -> NotebookKept:
        executions = tuple(Execution(cell=cell, count=n + 1) for n, cell in enumerate(cells))
        return self.keeper.keep(
            KERNEL, SavedNotebook(path=path, executions=executions, running=running)
        )

    def kept(self, id: str) -> bytes:
        return self.store.read(id, record.NOTEBOOK_FILE, 100 << 20)

    def order(self, id: str) -> dict[str, Any]:
        return dict(json.loads(self.store.read(id, record.ORDER_FILE, 1 << 20)))

    def code(self, path: str) -> str:
        with pytest.raises(OnboardError) as caught:
            self.keep("train", path=path)
        assert caught.value.message.endswith(".")
        return caught.value.code


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_files_own_bytes_and_the_order_are_kept(house: House) -> None:
    id = house.run("a", "train")
    answer = house.keep("load", "train", "load", "train")
    content = (house.root / "work/train.ipynb").read_bytes()
    assert house.kept(id) == content
    told = house.order(id)
    assert [(one["cell"], one["count"]) for one in told["order"]] == [
        ("load", 1), ("train", 2), ("load", 3), ("train", 4),
    ]  # fmt: skip
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert (told["path"], told["kernel"], told["saved"]) == ("work/train.ipynb", KERNEL, ENDED)
    assert (answer.kept, answer.left_out, answer.saved) == ((f"s.{id}",), (), ENDED)
    assert answer.runs[0].notebook
    assert house.told == [f"runs/s.{id}"]


def test_a_run_that_is_over_keeps_what_it_was(house: House) -> None:
    id = house.run("a", "train")
    house.keep("train")
    before = house.kept(id)
    later = house.run("b", "train", ENDED + 60_000)
    house.notebook("train", "work/train.ipynb", "0.9\n", ENDED + 60_000)
    assert house.keep("train", "train").kept == (f"s.{later}",)
    assert house.kept(id) == before
    assert b"0.9" in house.kept(later)
    assert house.keep("train", "train").kept == ()


@pytest.mark.parametrize("why", ["the run", "its cell", "the file"])
def test_until_it_is_over_each_save_replaces_the_one_before(house: House, why: str) -> None:
    """The run goes on; its cell puts out more after it; the file could not be saved since."""
    ended = {"the run": None, "its cell": ENDED, "the file": ENDED + 5000}[why]
    id = house.run("a", "train", ended)
    running = ("train",) if why == "its cell" else ()
    answer = house.keep("load", running=running)
    assert (answer.kept, answer.runs[0].notebook) == ((f"s.{id}",), False)
    execute(house.path, "UPDATE runs SET status = 'FINISHED', end_time = ?", ENDED)
    house.notebook("train", "work/train.ipynb", "all of it\n", ENDED + 9000)
    assert house.keep("load", "train").kept == (f"s.{id}",)
    assert b"all of it" in house.kept(id)
    assert len(house.order(id)["order"]) == 2


def test_another_notebook_of_the_kernel_is_not_taken_for_it(house: House) -> None:
    mine, other = house.run("a", "train"), house.run("b", "evaluate")
    house.notebook("evaluate", "other/train.ipynb", "other\n")
    assert house.keep("train").kept == (f"s.{mine}",)
    assert house.keep("evaluate", path="other/train.ipynb").kept == (f"s.{other}",)
    assert b"other" in house.kept(other)
    assert b"other" not in house.kept(mine)


def test_a_notebook_that_was_renamed_since_the_kernel_began_counts(house: House) -> None:
    id = house.run("a", "train", notebook="work/train.ipynb")
    (house.root / "work/train.ipynb").rename(house.root / "work/renamed.ipynb")
    assert house.keep("train", path="work/renamed.ipynb").kept == (f"s.{id}",)
    assert house.order(id)["path"] == "work/renamed.ipynb"


def test_a_cell_that_was_deleted_since_it_ran_counts(house: House) -> None:
    id = house.run("a", "gone")
    assert house.keep("train").kept == ()
    assert house.keep("gone", "train").kept == (f"s.{id}",)


def test_other_kernels_and_runs_without_a_cell_are_left_alone(house: House) -> None:
    house.run("a", "")
    other = house.run("b", "train")
    execute(house.path, "UPDATE tags SET value = 'k2' WHERE key = ?", record.KERNEL)
    assert house.keep("train").kept == ()
    with pytest.raises(OnboardError):
        house.kept(other)
    for bad in ("../x", "a b", "", "k" * 101, "k'"):
        with pytest.raises(OnboardError) as caught:
            house.keeper.runs(bad)
        assert caught.value.code == "experiments.bad_kernel"


def test_runs_are_told_with_what_the_row_says(house: House) -> None:
    id = house.run("a", "train", commit="4f2a9c1" + "0" * 33, changed="2", snapshot="x")
    house.run("b", "<b>", None, commit="<script>", changed="many")
    second, first = sorted(house.keeper.runs(KERNEL), key=lambda run: run.name, reverse=True)
    assert first == KernelRun(
        id=f"s.{id}",
        experiment="s.0",
        name="a",
        status="finished",
        cell="train",
        started=1_700_000_000_000,
        ended=ENDED,
        metric="auc",
        value=0.5,
        commit="4f2a9c1" + "0" * 33,
        changed=2,
        snapshot=True,
    )
    assert (second.status, second.commit, second.changed) == ("running", "", None)


def test_two_windows_at_once(house: House) -> None:
    ids = [house.run(letter, "train") for letter in "abcdef"]
    answers: list[NotebookKept] = []
    threads = [
        threading.Thread(target=lambda: answers.append(house.keep("train"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [id for answer in answers for id in answer.kept]
    assert sorted(kept) == [f"s.{id}" for id in ids], "each once"


def test_nothing_is_written_into_the_persons_folder(house: House) -> None:
    house.run("a", "train")

    def all_of_it() -> dict[Path, tuple[int, ...]]:
        stats = {path: path.stat() for path in house.root.rglob("*")}
        return {x: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_size) for x, s in stats.items()}

    before = all_of_it()
    house.keep("train")
    assert all_of_it() == before


def test_only_what_jupyterlab_shows_is_read(house: House, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    for folder in (outside, outside / "deep", house.root / ".hidden", house.root / "work"):
        folder.mkdir(exist_ok=True)
        (folder / "n.ipynb").write_text((house.root / "work/train.ipynb").read_text())
    (house.root / "work" / "out").symlink_to(outside)
    (house.root / "work" / "out.ipynb").symlink_to(outside / "n.ipynb")
    (house.root / "work" / "hid.ipynb").symlink_to(house.root / ".hidden" / "n.ipynb")
    (house.root / "top.ipynb").symlink_to(outside / "n.ipynb")
    (house.root / "team").symlink_to(outside)
    (outside / "deep" / "back.ipynb").symlink_to(house.root / "work" / "n.ipynb")
    os.mkfifo(house.root / "pipe.ipynb")
    for path in (
        *("../outside/n.ipynb", "/etc/passwd", "work/../../outside/n.ipynb", "work/./n.ipynb"),
        *(".hidden/n.ipynb", "work/out/n.ipynb", "work/out.ipynb", "work/hid.ipynb"),
        *("top.ipynb", "team/deep/back.ipynb", "a\\b", "work//n.ipynb"),
    ):
        assert house.code(path) == "experiments.notebook_outside", path
    for path in ("work", "work/none.ipynb", "pipe.ipynb", "work/n.ipynb/x"):
        assert house.code(path) == "experiments.notebook_missing", path
    # A link right in the root is how storage outside of it is shown.
    house.keep("train", path="team/deep/n.ipynb")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4, "cells": {}}',
        b'{"nbformat": 4, "cells": ["x"]}',
    ],
)
def test_what_is_no_notebook_is_not_kept(house: House, content: bytes) -> None:
    id = house.run("a", "train")
    (house.root / "x.ipynb").write_bytes(content)
    assert house.code("x.ipynb") == "experiments.not_a_notebook"
    with pytest.raises(OnboardError):
        house.kept(id)


def test_outputs_that_are_too_large_are_left_out_and_marked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = house.run("a", "train")
    monkeypatch.setattr(trimming, "CELL", 1000)
    house.notebook("train", "work/train.ipynb", "x" * 2000)
    assert house.keep("train").left_out == ("train",)
    (cell,) = json.loads(house.kept(id))["cells"]
    assert cell["metadata"]["sm-onboard"] == {"outputs_left_out": 2059}
    assert "not kept with the run" in cell["outputs"][0]["text"][0]
    assert (cell["source"], cell["execution_count"]) == ("fit()", 3)
    assert house.order(id)["sha256"] == hashlib.sha256(house.kept(id)).hexdigest()
    assert house.order(id)["outputs_left_out"] == ["train"]


def test_a_notebook_that_is_too_large_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "WHOLE", 100)
    assert house.code("work/train.ipynb") == "experiments.notebook_too_large"
    monkeypatch.setattr(reading, "LARGEST", 100)
    assert house.code("work/train.ipynb") == "experiments.notebook_too_large"


def test_a_machine_without_any_run_has_none(tmp_path: Path) -> None:
    missing = SqliteStore(tmp_path / "none.db")
    pool = Pool(1)
    for fresh in (True, False):
        place = Place("s", "sqlite", "s", "memory", lambda: missing, recording=True, fresh=fresh)
        service = ExperimentsService(lambda _, p=place: [p], pool=pool, server="this")
        keeper = Keeper(service, tmp_path)
        if fresh:
            assert keeper.runs(KERNEL) == ()
        else:
            with pytest.raises(OnboardError):
                keeper.runs(KERNEL)
