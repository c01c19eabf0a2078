"""Cells of two notebooks are paired by id, else by what they hold; outputs do not count."""

from __future__ import annotations

import json
import random
from typing import Any

from sm_onboard.experiments.compare.cells import Pair, pair, read
from sm_onboard.notebook import NotebookCell


def cells(*sources: str, ids: str = "") -> list[NotebookCell]:
    return [
        NotebookCell(id=id, kind="code", source=source)
        for source, id in zip(sources, ids or [""] * len(sources), strict=True)
    ]


def told(pairs: list[Pair]) -> list[tuple[str, int | None, int | None]]:
    return [
        (each.change, each.before and each.before[0], each.after and each.after[0])  # type: ignore[misc]
        for each in pairs
    ]


def notebook(*sources: str, outputs: Any = ()) -> bytes:
    listed = [
        {"cell_type": "code", "id": f"c{n}", "source": source, "outputs": list(outputs)}
        for n, source in enumerate(sources)
    ]
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_the_same_cells_are_the_same() -> None:
    both = cells("import x", "x.run()", ids="ab")
    assert told(pair(both, both)) == [("same", 1, 1), ("same", 2, 2)]


def test_an_id_pairs_cells_that_share_nothing() -> None:
    found = pair(cells("one", "two", ids="ab"), cells("one", "entirely other", ids="ab"))
    assert told(found) == [("same", 1, 1), ("changed", 2, 2)]


def test_without_ids_the_most_alike_cells_are_paired() -> None:
    before = cells("import numpy", "params = {'eta': 0.04, 'depth': 6}\nmodel.fit(params)")
    after = cells(
        "import numpy", "print(1)", "params = {'eta': 0.06, 'depth': 6}\nmodel.fit(params)"
    )
    assert told(pair(before, after)) == [("same", 1, 1), ("added", None, 2), ("changed", 2, 3)]


def test_one_cell_that_was_taken_elsewhere_is_moved_and_no_other() -> None:
    found = pair(cells("a", "b", "c", "d", ids="abcd"), cells("d", "a", "b", "c", ids="dabc"))
    assert told(found) == [("moved", 4, 1), ("same", 1, 2), ("same", 2, 3), ("same", 3, 4)]


def test_what_was_removed_stands_where_it_was() -> None:
    found = pair(cells("first", "gone", "last"), cells("first", "last"))
    assert told(found) == [("same", 1, 1), ("removed", 2, None), ("same", 3, 2)]
    assert told(pair(cells("gone", "x"), cells("x"))) == [("removed", 1, None), ("same", 2, 1)]
    assert told(pair(cells("gone"), [])) == [("removed", 1, None)]


def test_an_id_that_is_there_twice_pairs_nothing() -> None:
    found = pair(cells("a", "b", ids="xx"), cells("b", "a", ids="xx"))
    assert sorted(each.change for each in found) == ["moved", "same"]


def test_a_cell_of_another_kind_is_another_cell() -> None:
    text = [NotebookCell(id="a", kind="markdown", source="words")]
    assert [x.change for x in pair(text, cells("words", ids="a"))] == ["removed", "added"]


def test_every_cell_is_told_once() -> None:
    chance = random.Random(5)
    for _ in range(200):
        sides = [
            cells(*(chance.choice("abcdef") * chance.randint(1, 2) for _ in range(n)))
            for n in (chance.randint(0, 9), chance.randint(0, 9))
        ]
        found = pair(*sides)
        assert sorted(x.before[0] for x in found if x.before) == list(range(1, len(sides[0]) + 1))
        assert [x.after[0] for x in found if x.after] == list(range(1, len(sides[1]) + 1))


def test_outputs_do_not_count() -> None:
    image = {"output_type": "display_data", "data": {"image/png": "A" * 5_000_000}}
    plain, loud = read(notebook("a", "b")), read(notebook("a", "b", outputs=[image]))
    assert plain is not None
    assert plain == loud


def test_what_is_no_notebook_is_none() -> None:
    for content in (b"", b"{", b"[]", b'{"cells": 3}', b"[" * 100_000, b"\xff\xfe", b"null"):
        assert read(content) is None


def test_a_thousand_cells_that_share_nothing_take_no_time() -> None:
    before = cells(*(f"old{n} " * 500 for n in range(1000)))
    after = cells(*(f"new{n} " * 500 for n in range(1000)))
    assert len(pair(before, after)) == 2000
