"""A notebook of somebody else's as plain cells: what is shown, cut and refused."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_onboard import notebook, pictures
from sm_onboard.errors import InvalidRequest, OnboardError
from sm_onboard.notebook import Notebook, Output, cells
from sm_onboard.plain_text import plain, printed

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2, 3) + b"\x08\x06\0\0\0"
).decode()


def read(*listed: Any, **more: Any) -> Notebook:
    return cells(json.dumps({"cells": listed, "nbformat": 4, "metadata": {}, **more}).encode())


def shown(*outputs: Any) -> tuple[Output, ...]:
    (cell,) = read({"cell_type": "code", "source": "", "outputs": outputs}).cells
    return cell.outputs


def data(**bundle: Any) -> Output:
    named = {name.replace("__", "+").replace("_", "/", 1): one for name, one in bundle.items()}
    (output,) = shown({"output_type": "display_data", "data": named})
    return output


def test_cells_as_they_ran() -> None:
    found = read(
        {"cell_type": "markdown", "id": "a", "source": ["# Churn\n", "<b>bold</b>"]},
        {"cell_type": "code", "id": "b", "source": "1 + 1", "execution_count": 7, "outputs": []},
        {"cell_type": "raw", "source": "as it is"},
        metadata={"language_info": {"name": "python"}},
    )
    assert found.language == "python" and not found.more
    assert [(c.id, c.kind, c.source, c.count) for c in found.cells] == [
        ("a", "markdown", "# Churn\n<b>bold</b>", None),
        ("b", "code", "1 + 1", 7),
        ("", "raw", "as it is", None),
    ]


def test_nbformat_3() -> None:
    old = {
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": "Data"},
                    {
                        "cell_type": "code",
                        "language": "julia",
                        "input": ["x = 1"],
                        "prompt_number": 4,
                        "outputs": [
                            {"output_type": "pyout", "text": "1", "html": "<b>1</b>"},
                            {"output_type": "display_data", "png": PNG},
                            {"output_type": "pyerr", "ename": "E", "evalue": "no"},
                        ],
                    },
                ]
            }
        ],
    }
    heading, code = cells(json.dumps(old).encode()).cells
    assert (heading.kind, heading.source) == ("markdown", "## Data")
    assert (code.source, code.count) == ("x = 1", 4)
    assert [(o.kind, o.text) for o in code.outputs] == [
        ("text", "1"),
        ("image", ""),
        ("error", "E: no"),
    ]


def test_a_text_is_preferred_to_markup_which_is_only_named() -> None:
    assert data(text_html="<b>1</b>", text_plain="1") == Output(kind="text", text="1")
    only = data(text_html="<script>alert(1)</script>")
    assert only == Output(kind="other", media="text/html")
    svg = data(image_svg__xml="<svg onload=alert(1)>")
    assert svg == Output(kind="other", media="image/svg+xml")


def test_pictures_are_told_by_their_bytes() -> None:
    assert data(image_png=PNG, text_plain="<Figure>") == Output(
        kind="image", media="image/png", base64=PNG, text="<Figure>"
    )
    # what a bundle calls a PNG may be a GIF, and is shown as what it is
    gif = base64.b64encode(b"GIF89a\x01\x00\x01\x00rest").decode()
    assert data(image_png=gif).media == "image/gif"
    for fake in ("<svg/>", "data:text/html,x", base64.b64encode(b"<svg/>").decode(), "", 7):
        assert data(image_png=fake) == Output(kind="other", media="image/png", more=True)


def test_a_picture_that_claims_to_be_huge_is_left_out() -> None:
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 60_000, 60_000)
    assert data(image_png=base64.b64encode(bomb).decode()).kind == "other"


@pytest.mark.parametrize("media", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_as_other_programs_write_them(media: str) -> None:
    image = pytest.importorskip("PIL.Image")
    for mode in ("RGB", "L"):
        for lossless in (False, True):
            written = io.BytesIO()
            image.new(mode, (33, 17)).save(written, media, lossless=lossless)
            found = pictures.look(written.getvalue())
            assert found == (f"image/{media.lower()}", 33, 17)


def test_colours_and_what_was_written_over_are_gone() -> None:
    assert printed("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\", 99)[0] == "red link"
    assert printed(" 10%\r 50%\r100%\nnext\r\nlast\r", 99)[0] == "100%\nnext\nlast"
    error = {"output_type": "error", "traceback": ["\x1b[0;31mValueError\x1b[0m: no"]}
    assert shown(error) == (Output(kind="error", text="ValueError: no"),)


def test_marks_that_turn_the_direction_are_seen() -> None:
    assert plain("a\u202eb\u2066c", 99) == ("a[U+202E]b[U+2066]c", False)
    (cell,) = read({"cell_type": "code", "source": "if x:\u202e # }"}).cells
    assert cell.source == "if x:[U+202E] # }"
    assert plain("\0\ud800\x9b31mx", 99) == ("\ufffd\ufffd\ufffd31mx", False)


def test_streams_that_follow_each_other_are_one() -> None:
    out = {"output_type": "stream", "name": "stdout", "text": ["a\n"]}
    err = {"output_type": "stream", "name": "stderr", "text": "c"}
    assert [o.text for o in shown(out, {**out, "text": "b"}, err)] == ["a\nb", "c"]


def test_what_is_too_long_is_cut_and_says_so() -> None:
    (cell,) = read({"cell_type": "code", "source": "x" * (notebook.SOURCE + 1)}).cells
    assert cell.more and len(cell.source) == notebook.SOURCE
    assert data(text_plain="x" * (notebook.TEXT + 1)).more
    many = {"output_type": "error", "ename": "E", "evalue": ""}
    (cell,) = read(
        {"cell_type": "code", "source": "", "outputs": [many] * (notebook.OUTPUTS + 1)}
    ).cells
    assert cell.more and len(cell.outputs) == notebook.OUTPUTS
    found = read(*[{"cell_type": "raw", "source": "x"}] * (notebook.CELLS + 1))
    assert found.more and len(found.cells) == notebook.CELLS
    long = {"cell_type": "raw", "source": "x" * notebook.SOURCE}
    found = read(*[long] * 100)
    assert found.more and sum(len(c.source) for c in found.cells) <= notebook.TEXTS


def test_all_pictures_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "IMAGES", len(PNG) * 2)
    one = {"output_type": "display_data", "data": {"image/png": PNG}}
    assert [o.kind for o in shown(one, one, one)] == ["image", "image", "other"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"cells": 1}',
        b'{"worksheets": {}}',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"cells":' * 200_000,
        b'{"cells": [], "n": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_notebook_says_so(broken: bytes) -> None:
    with pytest.raises(OnboardError) as refused:
        cells(broken)
    assert refused.value.code == "notebook.unreadable"


def test_more_than_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "LARGEST", 10)
    with pytest.raises(OnboardError, match="larger"):
        read()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "data", "name", "text/plain", "text/html", "image/png"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
OUTPUT = st.fixed_dictionaries(
    {},
    optional={
        "output_type": st.sampled_from(["stream", "error", "display_data", "pyout"]) | ANYTHING,
        **dict.fromkeys(["name", "text", "data", "traceback", "ename", "png"], ANYTHING),
    },
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "heading"]) | ANYTHING,
        "outputs": st.lists(OUTPUT | ANYTHING, max_size=3) | ANYTHING,
        **dict.fromkeys(
            ["id", "source", "input", "execution_count", "level", "language"], ANYTHING
        ),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELL | ANYTHING, max_size=3), ANYTHING)
def test_whatever_a_notebook_holds_it_is_shown(listed: list[Any], metadata: Any) -> None:
    found = read(*listed, metadata=metadata)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Notebook) == found


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_bytes_there_are_nothing_else_is_raised(raw: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        cells(raw)
    pictures.look(raw)
