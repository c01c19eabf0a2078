"""The code of two runs: what differs, where it comes from, and what strangers' code cannot do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sm_onboard.experiments import record
from sm_onboard.experiments.compare.code import Asked, compare_code
from sm_onboard.experiments.compare.shown import CodeDiff, CodeFile
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from tests.experiments.reproduce.lab import ID, Lab, lab, state_of

from .test_cells import notebook

OTHER = "f" * 32


class Pair:
    """Two runs of one clone: ``before`` as it is at ``record``, ``after`` later."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.parent = folder / "compare"
        self.clone = lab.person.clone

    def before(self, **more: Any) -> None:
        """Records the clone as the run that is compared from."""
        self.after(**more)
        store = self.lab.store
        shutil.rmtree(store.folder / OTHER, ignore_errors=True)
        shutil.move(store.folder / ID, store.folder / OTHER)
        store.all[OTHER] = msgspec.structs.replace(store.all[ID], id=OTHER, name="early-owl-1")

    def after(self, **more: Any) -> None:
        self.lab.record(**more)

    def write(self, path: str, content: bytes | str) -> None:
        file = self.clone / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def compare(self, root: Path | None = None) -> CodeDiff:
        store, here = self.lab.store, self.lab.here
        if root is not None:
            here = self.lab.machine(root)
        found = compare_code("x", Asked(store, OTHER), Asked(store, ID), here, self.parent)
        assert os.listdir(self.parent) == []
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("code")
    with lab(folder) as made:
        yield Pair(made, folder)


@pytest.fixture
def runs(shared: Pair) -> Iterator[Pair]:
    yield shared
    git = Git(Listener())
    git.run("reset", "--hard", "--quiet", "origin/HEAD", cwd=shared.clone)
    git.run("clean", "-ffdqx", cwd=shared.clone)


def lines(file: CodeFile) -> list[str]:
    hunks = [*file.hunks, *(hunk for cell in file.cells for hunk in cell.hunks)]
    return [f"{line.sign}{line.text}" for hunk in hunks for line in hunk.lines]


def only(found: CodeDiff) -> CodeFile:
    assert (found.state, found.whole, found.notes) == ("done", True, ())
    (file,) = found.files
    return file


def test_the_same_code_differs_in_nothing(runs: Pair) -> None:
    runs.write("a.txt", "changed, and not committed\n")
    runs.before()
    runs.after()
    assert runs.compare() == CodeDiff(id="x", state="done", whole=True)


def test_lines_that_are_not_committed(runs: Pair) -> None:
    body = [f"line {n}\n" for n in range(1, 30)]
    runs.write("new.py", "".join(body))
    runs.before()
    body[14] = "another\n"
    runs.write("new.py", "".join(body))
    runs.after()
    file = only(runs.compare())
    assert (file.path, file.change, file.added, file.removed) == ("new.py", "changed", 1, 1)
    (hunk,) = file.hunks
    assert lines(file)[3:5] == ["-line 15", "+another"]
    assert [(x.before, x.after) for x in hunk.lines[:5]] == [
        (12, 12), (13, 13), (14, 14), (15, None), (None, 15),
    ]  # fmt: skip


def test_added_removed_renamed_and_made_runnable(runs: Pair) -> None:
    runs.write("old name.py", "".join(f"row {n}\n" for n in range(40)))
    runs.before()
    (runs.clone / "old name.py").rename(runs.clone / "new name.py")
    (runs.clone / "b.txt").unlink()
    (runs.clone / "a.txt").chmod(0o755)
    runs.write("link-to", "")
    (runs.clone / "link-to").unlink()
    (runs.clone / "link-to").symlink_to("a.txt")
    runs.after()
    files = {file.path: file for file in runs.compare().files}
    assert {path: file.change for path, file in files.items()} == {
        "a.txt": "changed", "b.txt": "removed", "link-to": "added", "new name.py": "renamed",
    }  # fmt: skip
    assert files["new name.py"].old == "old name.py"
    assert files["a.txt"].why == "It can be run now."
    assert lines(files["b.txt"]) == ["-two"]
    assert (files["b.txt"].added, files["b.txt"].removed) == (0, 1)


def test_a_notebook_is_compared_cell_by_cell(runs: Pair) -> None:
    same = [f"step_{n}()" for n in range(12)]
    runs.write("nb/train.ipynb", notebook("eta = 0.04\nfit(eta)", *same, outputs=[{"x": 1}]))
    runs.before()
    runs.write("nb/train.ipynb", notebook("eta = 0.06\nfit(eta)", *same))
    runs.after()
    file = only(runs.compare())
    assert (file.notebook, file.same, file.added, file.removed) == (True, 12, 1, 1)
    (cell,) = file.cells
    assert (cell.change, cell.before, cell.after) == ("changed", 1, 1)
    assert lines(file) == ["-eta = 0.04", "+eta = 0.06", " fit(eta)"]


def test_a_line_behind_the_last_one_does_not_change_the_last_one(runs: Pair) -> None:
    runs.write("nb/train.ipynb", notebook("fit()"))
    runs.before()
    runs.write("nb/train.ipynb", notebook("fit()\nsave()"))
    runs.after()
    assert lines(only(runs.compare())) == [" fit()", "+save()"]


def test_a_renamed_notebook_keeps_its_cells_together(runs: Pair) -> None:
    many = [f"step_{n}()" for n in range(20)]
    runs.write("nb/old.ipynb", notebook(*many))
    runs.before()
    (runs.clone / "nb/old.ipynb").unlink()
    runs.write("nb/<b>new</b>.ipynb", notebook(*many[:19], "another()"))
    runs.after()
    file = only(runs.compare())
    assert (file.path, file.old, file.change) == ("nb/<b>new</b>.ipynb", "nb/old.ipynb", "renamed")
    assert (file.same, len(file.cells)) == (19, 1)


def test_outputs_alone_are_said(runs: Pair) -> None:
    runs.write("nb/train.ipynb", notebook("fit()"))
    runs.before()
    runs.write("nb/train.ipynb", notebook("fit()", outputs=[{"output_type": "stream"}]))
    runs.after()
    file = only(runs.compare())
    assert (file.cells, file.same) == ((), 1)
    assert file.why == "Its cells are the same: only outputs or its metadata differ."


def test_what_is_called_a_notebook_and_is_none_is_compared_by_lines(runs: Pair) -> None:
    runs.write("nb/train.ipynb", "not json\n")
    runs.before()
    runs.write("nb/train.ipynb", "not json either\n")
    runs.after()
    file = only(runs.compare())
    assert (file.notebook, lines(file)) == (False, ["-not json", "+not json either"])


def test_bytes_and_much_of_it_are_said_and_not_shown(runs: Pair) -> None:
    runs.write("model.bin", bytes(range(256)) * 4)
    runs.write("data.csv", "a,b\n" * 1_300_000)
    runs.before()
    runs.write("model.bin", bytes(range(256)) * 5)
    runs.write("data.csv", "a,c\n" * 1_300_000)
    runs.after()
    files = {file.path: file for file in runs.compare().files}
    assert files["model.bin"].why == "It is no text."
    assert files["data.csv"].why == "It has 5.0 MB, too much to be shown line by line."
    assert lines(files["model.bin"]) == lines(files["data.csv"]) == []


def test_many_lines_are_cut_and_counted(runs: Pair) -> None:
    runs.write("long.txt", "".join(f"{n}\n" for n in range(5000)))
    runs.before()
    runs.write("long.txt", "".join(f"x{n}\n" for n in range(5000)))
    runs.after()
    file = only(runs.compare())
    assert (file.added, file.removed, len(lines(file)), file.cut) == (5000, 5000, 2000, 8000)
    assert len(msgspec.json.encode(file)) < 500_000


def test_hostile_names_and_markup_are_only_text(runs: Pair) -> None:
    names = [
        '<img src=x onerror="alert(1)">',
        "--output=evil",
        ":(top)x",
        "a\nb\tc",
        "\u202egpj.py",
    ]
    for name in names:
        runs.write(f"d/{name}.py" if name[0] != "-" else name, "diff --git a/000001 b/000001\n")
    (runs.clone / "d").joinpath(os.fsdecode(b"\xff\xfe.py")).write_bytes(b"x\n")
    runs.before()
    for name in names:
        path = f"d/{name}.py" if name[0] != "-" else name
        runs.write(
            path, "<script>alert(1)</script>\n@@ -1 +1 @@\n--- a/x\n+++ b/x\n\x1b[31mred\r\n"
        )
    (runs.clone / "d").joinpath(os.fsdecode(b"\xff\xfe.py")).write_bytes(b"y\n")
    runs.after()
    found = runs.compare()
    msgspec.json.encode(found)
    files = {file.path: file for file in found.files}
    assert set(files) == {
        'd/<img src=x onerror="alert(1)">.py', "--output=evil", "d/:(top)x.py", "d/a\nb\tc.py",
        "d/[U+202E]gpj.py.py", "d/\ufffd\ufffd.py",
    }  # fmt: skip
    for path, file in files.items():
        if "\ufffd" not in path:
            assert lines(file) == [
                "-diff --git a/000001 b/000001", "+<script>alert(1)</script>", "+@@ -1 +1 @@",
                "+--- a/x", "++++ b/x", "+\ufffd[31mred␍",
            ]  # fmt: skip


def test_ends_of_lines_and_of_the_file_are_seen(runs: Pair) -> None:
    runs.write("a.txt", "one\ntwo\n")
    runs.before()
    runs.write("a.txt", "one\r\ntwo")
    runs.after()
    assert lines(only(runs.compare())) == [
        "-one", "-two", "+one␍", "+two  (no newline at the end)",
    ]  # fmt: skip


def test_nothing_that_anybody_configured_runs(
    runs: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "ran"
    (tmp_path / ".gitconfig").write_text(
        f'[diff]\n external = touch {marker}\n noprefix = true\n[diff "evil"]\n'
        f" textconv = touch {marker}\n command = touch {marker}\n[color]\n ui = always\n"
        f"[core]\n attributesFile = {tmp_path}/attributes\n pager = touch {marker}\n"
        f'[filter "evil"]\n smudge = touch {marker}\n clean = touch {marker}\n'
    )
    (tmp_path / "attributes").write_text("* diff=evil filter=evil\n")
    runs.write("a.py", "1\n")
    runs.before()
    runs.write("a.py", "2\n")
    runs.write(".gitattributes", "* diff=evil filter=evil\n")
    runs.after()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    files = {file.path: file for file in runs.compare().files}
    assert lines(files["a.py"]) == ["-1", "+2"]
    assert not marker.exists()


def test_the_clone_stays_as_it_is(runs: Pair) -> None:
    runs.write("a.txt", "x\n")
    runs.before()
    runs.write("a.txt", "y\n")
    runs.after()
    before = state_of(runs.clone)
    only(runs.compare())
    assert state_of(runs.clone) == before


def test_a_colleague_without_a_clone_gets_the_commit_from_the_host(
    runs: Pair, tmp_path: Path
) -> None:
    runs.write("a.txt", "x\n")
    runs.before()
    runs.write("a.txt", "y\n")
    runs.after()
    assert lines(only(runs.compare(tmp_path / "elsewhere"))) == ["-x", "+y"]


def test_a_commit_that_is_gone_is_said_and_the_notebooks_are_still_compared(
    runs: Pair, tmp_path: Path
) -> None:
    runs.before(
        take=False,
        tags={record.COMMIT: "a" * 40, record.REPOSITORY: runs.lab.person.server.url("churn")},
    )
    runs.lab.store.write(f"{record.SOURCE_FOLDER}/train.ipynb", notebook("eta = 1"), OTHER)
    runs.write("nb/train.ipynb", notebook("eta = 2"))
    runs.after()
    found = runs.compare(tmp_path / "elsewhere")
    assert found.whole is False
    (note,) = found.notes
    assert note.startswith("early-owl-1: ")
    assert "does not have the commit aaaaaaa any more" in note
    (file,) = found.files
    assert (file.path, lines(file)) == ("train.ipynb", ["-eta = 1", "+eta = 2"])


def test_of_runs_without_code_the_cells_that_began_them_are_compared(runs: Pair) -> None:
    runs.before(take=False, facts={"cell": {"id": "c", "source": "fit(1)"}})
    runs.after(take=False, facts={"cell": {"id": "c", "source": "fit(2)"}})
    found = runs.compare()
    assert [note.split(":")[0] for note in found.notes] == ["early-owl-1", "eager-heron-312"]
    (file,) = found.files
    assert lines(file) == ["-fit(1)", "+fit(2)"]
    assert "Only the cells that began the runs" in file.why


def test_a_run_that_others_recorded_says_why_there_is_nothing(runs: Pair) -> None:
    runs.before()
    runs.after(take=False, facts={"cell": "no", "tags": []}, tags={record.RECORD: ""})
    found = runs.compare()
    assert (found.files, found.whole) == ((), False)
    assert found.notes[0].endswith(": Neither a snapshot nor a commit is kept with it.")


def test_only_a_commit_and_what_was_left_out_are_said(runs: Pair) -> None:
    head = Git(Listener()).run("rev-parse", "HEAD", cwd=runs.clone).decode().strip()
    url = runs.lab.person.server.url("churn")
    runs.before(take=False, tags={record.COMMIT: head, record.REPOSITORY: url, record.CHANGED: "2"})
    runs.write("big.csv", "x" * 5000)
    runs.after(file=1000)
    found = runs.compare()
    assert found.whole is True
    assert "the 2 files that differed from it are not" in found.notes[0]
    assert found.notes[1].endswith("Not in its snapshot, and so not compared: big.csv.")


def test_a_bundle_that_was_tampered_with_is_not_read(runs: Pair) -> None:
    runs.before()
    runs.write("a.txt", "y\n")
    runs.after()
    bundle = runs.lab.store.folder / ID / record.SNAPSHOT_FOLDER / "snapshot.bundle"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"!")
    found = runs.compare()
    assert found.whole is False
    assert "is not what was written" in found.notes[0]


def test_a_snapshot_on_another_commit_than_it_says_is_refused(runs: Pair) -> None:
    runs.before()
    runs.write("a.txt", "y\n")
    runs.after()
    runs.lab.store.change_manifest(head="b" * 40)
    assert "does not build on the commit" in runs.compare().notes[0]


def test_cancelled_leaves_nothing(runs: Pair) -> None:
    from sm_onboard.errors import Stopped

    runs.before()
    runs.after()
    here = runs.lab.machine(runs.lab.person.root)
    here.cancel.set()
    asked = [Asked(runs.lab.store, id) for id in (OTHER, ID)]
    with pytest.raises(Stopped):
        compare_code("x", asked[0], asked[1], here, runs.parent)
    assert os.listdir(runs.parent) == []
