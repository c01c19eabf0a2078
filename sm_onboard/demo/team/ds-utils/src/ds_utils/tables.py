"""Checks and summaries of tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def check_columns(table: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """Returns the table when it has every wanted column.

    Raises:
        ValueError: columns are missing; the text names all of them.
    """
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise ValueError(f"These columns are missing: {', '.join(missing)}.")
    return table


def share(table: pd.DataFrame, by: str, of: str) -> pd.Series:
    """The mean of a 0/1 column in each group, in the order in which the groups appear."""
    return check_columns(table, [by, of]).groupby(by, sort=False)[of].mean()
