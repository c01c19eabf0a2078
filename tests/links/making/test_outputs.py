"""Outputs are left out, and nothing else is changed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_onboard.errors import InvalidRequest
from sm_onboard.links.making.outputs import has_outputs, stripped

from .conftest import World, notebook

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "id": _TEXT,
        "metadata": st.dictionaries(_TEXT, st.none() | st.integers() | _TEXT, max_size=3),
        "source": st.lists(_TEXT, max_size=3),
    },
    optional={
        "outputs": st.lists(st.just({"output_type": "stream", "text": ["OUT"]}), max_size=2),
        "execution_count": st.none() | st.integers(0, 99),
    },
)


def test_only_outputs_and_counts_differ() -> None:
    with_them = notebook("a = 'ä'\n", "b = 1\n", outputs=True)
    assert stripped(with_them) == notebook("a = 'ä'\n", "b = 1\n")


def test_without_outputs_the_bytes_stay() -> None:
    odd = b'{"nbformat":4,\n "cells": [ {"cell_type":"code", "outputs": [], "x": 1.50} ]}\n\n'
    assert stripped(odd) is odd


@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t"])
@pytest.mark.parametrize("ascii_", [True, False])
@pytest.mark.parametrize("end", ["", "\n"])
def test_written_as_it_was(indent: Any, ascii_: bool, end: str) -> None:
    document = json.loads(notebook("é = '\u2028'\n", outputs=True))
    wanted = json.loads(notebook("é = '\u2028'\n"))

    def text(value: Any) -> bytes:
        return (json.dumps(value, indent=indent, ensure_ascii=ascii_) + end).encode()

    if indent is not None:
        assert stripped(text(document)) == text(wanted)
    assert json.loads(stripped(text(document))) == wanted


@given(st.lists(_CELL, max_size=5))
def test_nothing_else_is_lost(cells: list[dict[str, Any]]) -> None:
    document = {"cells": cells, "metadata": {"widgets": {"x": 1}, "k": "v"}, "nbformat": 4}
    told = json.loads(stripped(json.dumps(document, indent=1).encode()))
    assert not has_outputs(told) and "OUT" not in json.dumps(
        [c.get("outputs") for c in told["cells"]]
    )
    assert told["metadata"] == {"k": "v"}
    for before, after in zip(cells, told["cells"], strict=True):
        assert after.get("execution_count") is None
        for key in ("cell_type", "id", "source"):
            assert before[key] == after[key]


def test_times_and_widgets_go_too() -> None:
    document = {
        "cells": [{"cell_type": "code", "metadata": {"execution": {"iopub": "12:00"}, "tags": []}}],
        "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {}}},
    }
    told = json.loads(stripped(json.dumps(document).encode()))
    assert told["cells"][0]["metadata"] == {"tags": []} and told["metadata"] == {}


def test_an_old_format(tmp_path: Any) -> None:
    cell = {"cell_type": "code", "input": "1", "outputs": [{"text": "OUT"}], "prompt_number": 3}
    told = stripped(json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}).encode())
    assert b"OUT" not in told and b'"prompt_number": null' in told


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b"[" * 100_000])
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        stripped(data)
    assert caught.value.code == "links.not_a_notebook"


def test_other_notebooks_that_are_sent_have_none_either(world: World) -> None:
    """What the notebook runs is sent with it, and not what it had put out."""
    source = "%run other.ipynb\n%run clean.ipynb\n%run broken.ipynb\n"
    (world.clone / "nb/clean.ipynb").write_bytes(notebook("1\n", outputs=True))
    world.commit("As it is, with outputs")
    world.git("push", "-q", "origin", "main")
    (world.clone / "nb/train.ipynb").write_bytes(notebook(source, outputs=True))
    other = notebook("print('0.871')\n", outputs=True)
    (world.clone / "nb/other.ipynb").write_bytes(other)
    (world.clone / "nb/broken.ipynb").write_text('{"cells": [{"outputs": "of alice"')
    made = world.make(kind="snapshot")
    assert made.state == "made" and made.made, made.problem
    assert "nb/broken.ipynb: its outputs could not be left out" in made.made.left_out
    (share,) = world.shares()
    with zipfile.ZipFile(share) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    sent = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert sent.keys() == {"nb/train.ipynb", "nb/other.ipynb"}  # the base has the third just so
    assert sent["nb/other.ipynb"] == hashlib.sha256(stripped(other)).hexdigest()
    assert (world.clone / "nb/other.ipynb").read_bytes() == other
    kept = world.make(kind="snapshot", outputs=True)
    assert kept.made and kept.made.files == 3
