"""The customers: made up, the same ones every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CSV = Path(__file__).parents[2] / "data" / "customers.csv"
CONTRACTS = ("monthly", "yearly", "two years")


def make_customers(number: int = 600, seed: int = 7) -> pd.DataFrame:
    """Makes up customers.

    New customers on monthly contracts who call support often are the most likely to leave.

    Args:
        number: how many.
        seed: the same seed makes the same customers.
    """
    chance = np.random.default_rng(seed)
    contract = chance.choice(CONTRACTS, size=number, p=[0.55, 0.3, 0.15])
    months = chance.integers(1, 73, size=number)
    calls = chance.poisson(1.4, size=number)
    euros = np.round(chance.normal(62, 18, size=number).clip(15, 130), 2)
    pull = (
        -0.6
        + 1.5 * (contract == "monthly")
        - 0.9 * (contract == "two years")
        - 0.055 * months
        + 0.55 * calls
        + 0.012 * (euros - 62)
    )
    left = chance.random(number) < 1 / (1 + np.exp(-pull))
    return pd.DataFrame(
        {
            "customer": np.arange(1, number + 1),
            "contract": contract,
            "months": months,
            "calls": calls,
            "euros_a_month": euros,
            "left": left.astype(int),
        }
    )


def read_customers(path: Path = CSV) -> pd.DataFrame:
    """Reads the customers that lie in the repository."""
    return pd.read_csv(path, index_col="customer")
