"""What is assumed of the real service is in the document, with its source or as a guess."""

from __future__ import annotations

import ast
from pathlib import Path

from sm_onboard.demo import sagemaker

from .matrix import document

SOURCES = sorted(Path(sagemaker.__path__[0]).rglob("*.py"))


def test_the_document_lists_all_of_them() -> None:
    said = "It is out of date: run `python -m tests.demo.sagemaker.matrix`."
    assert document.part("assumptions") == document.assumptions_part(), said


def test_none_is_missed() -> None:
    """Each `Assumption(...)` of the sources comes into a list, wherever it is written."""
    written = sum(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Assumption"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
    )
    assert len(document.assumptions()) == written


def test_each_is_a_place_and_a_sentence() -> None:
    for assumption in document.assumptions():
        assert assumption.where and assumption.what, assumption
        assert assumption.source == assumption.source.strip()
        assert assumption.source != "a guess", assumption
