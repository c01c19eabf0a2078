"""What every project of the team needs."""

from ds_utils.dates import fiscal_quarter
from ds_utils.tables import check_columns, share

__all__ = ["check_columns", "fiscal_quarter", "share"]
__version__ = "1.2"
