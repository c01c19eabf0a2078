"""A file of a run, looked at and saved: what it is, its bytes say."""

from __future__ import annotations

import base64
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_onboard.errors import OnboardError
from sm_onboard.experiments.run import content
from sm_onboard.experiments.run.content import read, shown
from sm_onboard.experiments.run.kept import folder
from sm_onboard.experiments.run.shown import FileAsked, FileContent, FilesAsked
from tests.test_notebook import PNG

from .conftest import House

OWN = "a" * 32


def test_what_it_is() -> None:
    assert shown("notes.txt", b"hello") == FileContent(
        path="notes.txt", kind="text", size=5, text="hello"
    )
    assert shown("x.json", b'{"a":[1]}').text == '{\n  "a": [\n    1\n  ]\n}'
    assert shown("x.json", b'{"a":').kind == "json"
    assert shown("m.ubj", b"\0\1binary").kind == "binary"
    assert shown("latin.txt", b"caf\xe9").kind == "binary"
    assert shown("", b"").kind == "text"


def test_pictures_by_their_bytes_and_markup_as_text() -> None:
    png = base64.b64decode(PNG)
    for name in ("roc.png", "roc.html", "roc"):
        found = shown(name, png)
        assert (found.kind, found.media, found.base64) == ("image", "image/png", PNG)
    for name in ("x.png", "x.svg", "x.html"):
        found = shown(name, b"<svg onload=alert(1)></svg>")
        assert (found.kind, found.text) == ("text", "<svg onload=alert(1)></svg>")


def test_tables() -> None:
    assert shown("a.csv", b'a,b\n1,"x, y"\n').rows == (("a", "b"), ("1", "x, y"))
    assert shown("a.csv", b"a;b;c\n1,5;2;3\n").rows[1] == ("1,5", "2", "3")
    assert shown("a.tsv", b"a\tb\n").rows == (("a", "b"),)
    wide = ",".join(["x"] * (content.COLUMNS + 1)).encode()
    assert shown("a.csv", wide).more and len(shown("a.csv", wide).rows[0]) == content.COLUMNS
    long = b"a\n" * (content.ROWS + 5)
    assert shown("a.csv", long).more and len(shown("a.csv", long).rows) == content.ROWS + 1
    endless = b'"' + b"x" * 200_000
    assert shown("a.csv", endless).kind == "text"


def test_a_notebook_is_cells_and_a_broken_one_text() -> None:
    cells = [{"cell_type": "code", "source": "1", "outputs": []}]
    found = shown("a.ipynb", json.dumps({"cells": cells}).encode())
    assert found.kind == "notebook" and found.notebook and found.notebook.cells[0].source == "1"
    assert shown("a.ipynb", b"{broken").kind == "text"


def test_long_texts_are_cut() -> None:
    found = shown("log.txt", b"x" * (content.TEXT + 1))
    assert found.more and len(found.text) == content.TEXT and found.size == content.TEXT + 1


def test_what_is_too_large_is_only_saved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.add(OWN)
    house.keep(OWN, "model.bin", b"x" * 100)
    monkeypatch.setattr(content, "LOOKED_AT", 99)
    room = house.rooms.experiments
    assert read(room, FileAsked(run=id, path="model.bin")).kind == "large"
    saved = read(room, FileAsked(run=id, path="model.bin", purpose="save"))
    assert base64.b64decode(saved.base64) == b"x" * 100 and saved.size == 100
    monkeypatch.setattr(content, "SAVED", 99)
    with pytest.raises(OnboardError) as refused:
        read(room, FileAsked(run=id, path="model.bin", purpose="save"))
    assert refused.value.code == "experiments.file_too_large"


@pytest.mark.parametrize("path", ["../other/x", "/etc/passwd", "link", "gone.txt", "\0", ""])
def test_nothing_outside_of_the_run_is_read(house: House, path: str) -> None:
    id = house.add(OWN)
    (house.folder / "artifacts" / "secret").write_text("secret")
    (house.files(OWN) / "link").symlink_to(house.folder / "artifacts" / "secret")
    for purpose in ("show", "save"):
        with pytest.raises(OnboardError):
            read(house.rooms.experiments, FileAsked(run=id, path=path, purpose=purpose))


def test_a_folder(house: House) -> None:
    id = house.add(OWN)
    house.keep(OWN, "plots/roc.png", b"x")
    house.keep(OWN, "plots/deep/er.txt", b"xyz")
    found = folder(house.rooms.experiments, FilesAsked(run=id, folder="plots"))
    assert [(f.path, f.folder, f.size) for f in found.files] == [
        ("plots/deep", True, None),
        ("plots/roc.png", False, 1),
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["a.csv", "a.json", "a.ipynb", "a", "a.tsv"]), st.binary(max_size=200))
def test_whatever_bytes_there_are_something_is_shown(name: str, data: bytes) -> None:
    found = shown(name, data)
    assert msgspec.json.decode(msgspec.json.encode(found), type=FileContent) == found
