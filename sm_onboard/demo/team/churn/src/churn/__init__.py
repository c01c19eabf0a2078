"""Which customers are about to leave."""

from churn.data import CSV, make_customers, read_customers
from churn.model import fit, report, split, what_matters

__all__ = ["CSV", "fit", "make_customers", "read_customers", "report", "split", "what_matters"]
