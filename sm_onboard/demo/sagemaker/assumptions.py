"""What is assumed about the real service that its model does not say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """One line of the table in ``docs/local-sagemaker.md``.

    Attributes:
        where: an operation or a family: ``DeleteDomain``, ``App``.
        what: the behaviour, one sentence.
        source: the document or report that says so; empty: a guess.
    """

    where: str
    what: str
    source: str = ""
