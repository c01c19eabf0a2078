"""Makes up the customers in ``data/`` again: ``python make_data.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

from churn import CSV, make_customers

make_customers().to_csv(CSV, index=False, lineterminator="\n")
march = CSV.with_name("customers-march.csv")
make_customers(1500, seed=11).to_csv(march, index=False, lineterminator="\n")
print(f"Wrote {CSV} and {march}")
