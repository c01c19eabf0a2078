"""MLflow's search syntax, applied to runs that are already here."""

from .filter import Clause, matches, parse_filter, select
from .order import Order, parse_order, sort

__all__ = ["Clause", "Order", "matches", "parse_filter", "parse_order", "select", "sort"]
