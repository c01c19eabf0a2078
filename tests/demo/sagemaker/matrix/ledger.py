"""What came of the calls: a row an operation, and the requests that were refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Row:
    """One operation.

    Attributes:
        calls: requests that were answered, pages not counted.
        tried: requests with one thing wrong.
        refused: how many of those were refused with the code that was expected.
        pages: how many pages its list has at the smallest page size; 0: it has no pages.
        codes: the errors seen.
        by: ``here``, or ``moto``.
    """

    calls: int = 0
    tried: int = 0
    refused: int = 0
    pages: int = 0
    codes: set[str] = field(default_factory=set)
    by: str = "here"


@dataclass
class Ledger:
    """All rows.

    Attributes:
        rows: by ``service:Operation``.
        kinds: how many requests of a kind were refused as expected.
        sent: those of them that boto3's own validation lets through.
        wrong: sentences about what was not as expected.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def row(self, name: str) -> Row:
        return self.rows.setdefault(name, Row())

    def answered(self, name: str) -> None:
        self.row(name).calls += 1

    def refusal(self, name: str, kind: str, what: str, expected: str, got: str, sent: bool) -> None:
        """Enters a request that had to be refused.

        Args:
            got: the code; empty: it was answered.
            sent: whether boto3 sends it of itself.
        """
        row = self.row(name)
        row.tried += 1
        if got:
            row.codes.add(got)
        if got != expected:
            came = got or "an answer"
            self.wrong.append(f"{name}, {what}: {came} came in place of {expected}.")
            return
        row.refused += 1
        self.kinds[kind] += 1
        if sent:
            self.sent[kind] += 1
