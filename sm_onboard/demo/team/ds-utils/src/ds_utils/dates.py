"""Dates as the finance department counts them."""

from __future__ import annotations

from datetime import date


def fiscal_quarter(day: date, first_month: int = 4) -> str:
    """The fiscal quarter of a day: ``FY2026 Q1`` begins on 1 April 2025.

    Args:
        first_month: the month in which the fiscal year begins, 1 to 12.
    """
    months = (day.month - first_month) % 12
    year = day.year + (day.month >= first_month and first_month > 1)
    return f"FY{year} Q{months // 3 + 1}"
