"""The difference of code as lines of a terminal."""

from __future__ import annotations

from sm_onboard.experiments.compare.cli import lines
from sm_onboard.experiments.compare.shown import CodeCell, CodeDiff, CodeFile, CodeHunk, CodeLine


def told(*files: CodeFile, whole: bool = True, more: int = 0) -> list[tuple[str, str | None]]:
    return list(lines(CodeDiff(id="", state="done", whole=whole, files=files, more=more)))


def test_lines_have_numbers_signs_and_colours() -> None:
    hunk = CodeHunk(
        lines=(
            CodeLine(sign=" ", text="a", before=1, after=1),
            CodeLine(sign="-", text="\tb", before=2),
            CodeLine(sign="+", text="user: x @ y", after=2),
        )
    )
    file = CodeFile(path="new.py", old="old.py", change="renamed", added=1, removed=1, cut=3)
    assert told(CodeFile(**{**_fields(file), "hunks": (hunk, hunk)}))[:5] == [
        ("renamed old.py -> new.py, +1 -1", "cyan"),
        ("      1   a", None),
        ("      2 -     b", "red"),
        ("      2 + user: x @ y", "green"),
        ("  ...", None),
    ]
    assert ("  3 more lines", None) in told(file)


def test_cells_are_named() -> None:
    cells = (
        CodeCell(change="changed", kind="code", before=5, after=5, cut=1),
        CodeCell(change="moved", kind="code", before=2, after=7),
        CodeCell(change="removed", kind="code", before=3),
        CodeCell(change="added", kind="markdown", after=9),
    )
    file = CodeFile(path="a.ipynb", change="changed", notebook=True, cells=cells, same=12, more=1)
    assert [text.strip() for text, _ in told(file)][1:] == [
        "cell 5",
        "1 more line",
        "cell 7, moved from 2",
        "cell 3, only before",
        "cell 9, only after",
        "12 cells the same",
        "1 more cell not the same",
    ]


def test_nothing_of_it_acts_on_a_terminal() -> None:
    evil = "\x1b]0;title\x07\u202e\r\n" + "x" * 10_000
    hunk = CodeHunk(lines=(CodeLine(sign="+", text=evil, after=1),))
    found = told(CodeFile(path=evil, old=evil, change="renamed", hunks=(hunk,)))
    for text, _ in found:
        assert len(text) < 2100
        assert not any(char in text for char in "\x1b\x07\u202e\r\n")


def test_the_same_and_what_is_left_out() -> None:
    assert told() == [("The code is the same.", None)]
    assert told(whole=False) == []
    assert told(CodeFile(path="a", change="added"), more=2)[-1][0] == (
        "2 more files are not the same."
    )


def _fields(file: CodeFile) -> dict[str, object]:
    return {name: getattr(file, name) for name in file.__struct_fields__}
