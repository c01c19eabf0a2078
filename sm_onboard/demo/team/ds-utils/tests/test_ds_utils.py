import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from ds_utils import check_columns, fiscal_quarter, share


def test_fiscal_quarter():
    assert fiscal_quarter(date(2025, 4, 1)) == "FY2026 Q1"
    assert fiscal_quarter(date(2026, 3, 31)) == "FY2026 Q4"
    assert fiscal_quarter(date(2026, 3, 31), first_month=1) == "FY2026 Q1"


def test_tables():
    table = pd.DataFrame({"group": ["b", "a", "b"], "left": [1, 0, 0]})
    assert list(share(table, "group", "left").items()) == [("b", 0.5), ("a", 0.0)]
    with pytest.raises(ValueError, match="month"):
        check_columns(table, ["group", "month"])
