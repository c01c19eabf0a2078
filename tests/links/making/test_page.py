"""A notebook as a page: whatever is in it, only text and pictures come out."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_onboard.links.making.files import find
from sm_onboard.links.making.page import page, written
from sm_onboard.notebook import cells

from .conftest import notebook

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"' --></style></pre><svg/onload=x>"
    '<a href="javascript:x">&amp;</a> [x](javascript:alert(1)) ![y](https://evil.example/p.png)'
    " `<b>` **<i>**"
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "h1", "h2",
    "h3", "h4", "h5", "h6", "p", "div", "pre", "img", "ul", "li", "br", "b", "code",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "alt", "src"}


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "src":
                self.sources.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def look(html: str) -> _Seen:
    seen = _Seen()
    seen.feed(html)
    assert all(re.fullmatch(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+", x) for x in seen.sources)
    return seen


def evil(text: str) -> dict[str, Any]:
    outputs = [
        {"output_type": "stream", "name": text, "text": [text]},
        {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]},
        {"output_type": "display_data", "data": {"text/html": [text], "text/plain": text}},
        {"output_type": "display_data", "data": {text: text}},
        {"output_type": "display_data", "data": {"image/svg+xml": [text]}},
        {"output_type": "display_data",
         "data": {"image/png": base64.b64encode(PNG).decode(), "text/plain": text}},
    ]  # fmt: skip
    return {
        "cells": [
            {"cell_type": "markdown", "id": text, "source": text},
            {"cell_type": "markdown", "source": f"# {text}\n- {text}\n```\n{text}\n```\n{text}"},
            {"cell_type": "raw", "source": text},
            {"cell_type": "code", "source": text, "execution_count": 3, "outputs": outputs},
        ],
        "metadata": {"language_info": {"name": text}, "title": text},
        "nbformat": 4,
    }


def test_nothing_but_text_and_pictures() -> None:
    html = written(EVIL, cells(json.dumps(evil(EVIL)).encode()))
    seen = look(html)
    assert len(seen.sources) == 1 and seen.text.count("alert(1)") > 8
    assert "Content-Security-Policy" in html and "default-src &#x27;none&#x27;" in html


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    look(written(text, cells(json.dumps(evil(text)).encode())))


def saved(home: Path, data: bytes) -> Path:
    (home / "a.ipynb").write_bytes(data)
    return home


def test_markdown_is_readable(home: Path) -> None:
    root = saved(
        home, notebook("1", markdown="# Title\n\nSome `code` and **bold**.\n\n- one\n- two")
    )
    made = page(find(root, "a.ipynb"), outputs=True, seen=False)
    assert made.name == "a.html"
    for part in ("<h1>Title</h1>", "<code>code</code>", "<b>bold</b>", "<li>two</li>"):
        assert part in made.html


@pytest.mark.parametrize("outputs", [True, False])
def test_outputs_are_a_choice(home: Path, outputs: bool) -> None:
    root = saved(home, notebook("1", outputs=True))
    html = page(find(root, "a.ipynb"), outputs=outputs, seen=False).html
    assert ("0.871 of alice" in html) is outputs


def test_secrets_are_shown_first(home: Path) -> None:
    root = saved(home, notebook('key = "AKIAQ3EGRP4ZB7XKTWMN"'))
    asks = page(find(root, "a.ipynb"), outputs=True, seen=False)
    assert asks.html == "" and len(asks.findings) == 1
    assert "AKIAQ3" in page(find(root, "a.ipynb"), outputs=True, seen=True).html


def test_the_route_gives_it(world: Any) -> None:
    from sm_onboard.links.models import PageAsked

    made = world.rooms.links.page(PageAsked(contents="churn/nb/train.ipynb"))
    assert "churn.features" in made.html
